"""Is it WeChat that calls, and is it calling now?"""

import hmac

from wechatpy.utils import WeChatSigner

from connectors.channels.wechat.refusal import Forged


def check(given: str, *parts: str) -> None:
    """Raises Forged unless `given` signs the parts: `signature` and `msg_signature` follow the same rule.

    The rule is wechatpy's, the comparison is not: `wechatpy.utils.check_signature` compares with `!=`, which stops at
    the first wrong digit and so tells by its time how far a guess was right.
    """
    signer = WeChatSigner()
    signer.add_data(*(_bytes(part) for part in parts))
    if not hmac.compare_digest(_bytes(given), signer.signature.encode()):
        raise Forged("signature")


def check_time(timestamp: str, *, now: float, window: float) -> None:
    """Raises Forged unless `timestamp` (Unix seconds) lies within `window` seconds of `now`.

    The protocol itself has no protection against replay: a captured request stays signed for ever.
    """
    # Twelve digits: int() on a very long string is slow, and on other scripts' digits surprisingly lenient.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged("timestamp")
    if abs(now - int(timestamp)) > window:
        raise Forged("replay")


def _bytes(text: str) -> bytes:
    # compare_digest refuses non-ASCII str, and a query string may hold anything.
    return text.encode("utf-8", "replace")
