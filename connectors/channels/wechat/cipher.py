"""The encrypted envelope of WeChat's secure mode (安全模式).

AES-256-CBC, IV = the key's first 16 bytes, PKCS#7 padding to 32 bytes (not 16), over
16 random bytes + 4 bytes big-endian length + XML + appid.

Not wechatpy's: that one compares signatures byte by byte, raises IndexError on short data and reads bad padding as
no padding. The tests use it as the other side of the wire.
"""

import base64
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher as Aes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from connectors.channels.wechat.refusal import Forged

_PADDING = 32
_HEAD = 20  # 16 random bytes and the length


def key_bytes(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the account's EncodingAESKey; ValueError when there are not 32."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except ValueError:
        key = b""
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError("WeChat EncodingAESKey must be the 43 characters shown in the account's settings")
    return key


class Cipher:
    """Opens and closes envelopes of one account."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        key = key_bytes(encoding_aes_key)
        self._aes = Aes(AES(key), CBC(key[:16]))
        self._appid = appid.encode()

    def decrypt(self, encrypted: str) -> bytes:
        """The XML inside; Forged for anything that was not closed with this key for this account."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise Forged("base64") from error
        if not data or len(data) % _PADDING:
            raise Forged("length")
        decryptor = self._aes.decryptor()
        plain = _unpad(decryptor.update(data) + decryptor.finalize())
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        # A length that points beyond the end leaves no appid, and so opens nothing.
        if not hmac.compare_digest(plain[end:], self._appid):
            raise Forged("appid")
        return plain[_HEAD:end]

    def encrypt(self, xml: bytes) -> str:
        """Base64 of the closed envelope."""
        plain = secrets.token_bytes(16) + len(xml).to_bytes(4, "big") + xml + self._appid
        size = _PADDING - len(plain) % _PADDING
        encryptor = self._aes.encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([size]) * size) + encryptor.finalize()).decode()


def _unpad(plain: bytes) -> bytes:
    size = plain[-1]
    if not 1 <= size <= _PADDING or plain[-size:] != bytes([size]) * size:
        raise Forged("padding")
    return plain[:-size]
