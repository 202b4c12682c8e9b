"""The encrypted envelope of WeChat's secure mode (安全模式): wechatpy's, made strict.

AES-256-CBC, IV = the key's first 16 bytes, PKCS#7 padding to 32 bytes (not 16), over
16 random bytes + 4 bytes big-endian length + XML + appid.
"""

import base64
import secrets
from collections.abc import Mapping

from wechatpy.crypto import PrpCrypto, WeChatCrypto

from connectors.channels.wechat.refusal import WECHATPY_FAULTS, Forged
from connectors.channels.wechat.signature import check

_PADDING = 32


def key_bytes(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the account's EncodingAESKey; ValueError when there are not 32.

    wechatpy skips characters that are no base64, and only asserts the length.
    """
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except ValueError:
        key = b""
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError("WeChat EncodingAESKey must be the 43 characters shown in the account's settings")
    return key


class _Strict(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    def get_random_string(self) -> bytes:
        # The IV never changes, so these 16 bytes alone keep equal replies apart; wechatpy draws them from `random`.
        return secrets.token_bytes(16)

    def decrypt(self, text: str, app_id: str) -> str:
        # wechatpy skips what is no base64, and believes whatever number the last byte holds.
        plain: bytes = self.cipher.decrypt(base64.b64decode(text, validate=True))
        size = plain[-1]
        if len(plain) % _PADDING or not 1 <= size <= _PADDING or plain[-size:] != bytes([size]) * size:
            raise ValueError("padding")
        xml: str = super().decrypt(text, app_id)
        return xml


class Cipher(WeChatCrypto):  # type: ignore[misc]  # wechatpy has no types
    """Opens and closes envelopes of one account: `Cipher(token, encoding_aes_key, appid)`, the key already checked."""

    def decrypt_message(self, msg: Mapping[str, str], signature: str, timestamp: str, nonce: str) -> str:
        """The XML inside `msg["Encrypt"]`; Forged for anything not signed and closed for this account.

        One refusal for all of it: wrong padding, length and appid told apart would each help to guess the next.
        """
        check(signature, self.token, timestamp, nonce, msg["Encrypt"])
        try:
            xml: str = self._decrypt_message(msg, signature, timestamp, nonce, _Strict)
        except WECHATPY_FAULTS as error:
            raise Forged("envelope") from error
        return xml

    def encrypt_message(self, msg: str, nonce: str, timestamp: str) -> str:
        """The XML of a signed envelope around a rendered reply; `timestamp` in Unix seconds."""
        xml: str = self._encrypt_message(msg, nonce, timestamp, _Strict)
        return xml
