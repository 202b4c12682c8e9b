"""Is it WeChat that calls, and is it calling now?"""

import hashlib
import hmac

from connectors.channels.wechat.refusal import Forged


def sign(*parts: str) -> str:
    """SHA-1, lower-case hex, of the parts sorted and joined: WeChat's rule for `signature` and `msg_signature`.

    The protocol leaves no choice of hash.
    """
    return hashlib.sha1(_bytes("".join(sorted(parts))), usedforsecurity=False).hexdigest()


def check(given: str, *parts: str) -> None:
    """Raises Forged unless `given` signs the parts. Takes the same time wherever the first wrong digit stands."""
    if not hmac.compare_digest(_bytes(given), sign(*parts).encode()):
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
