"""Why a request is turned away.

    Refusal
    ├── Forged      403  not WeChat, not now, or not for this account
    ├── Malformed   400  WeChat would never send this
    └── TooLarge    413  longer than any message

The caller learns the status and nothing else. In particular a wrong signature, bad padding and a wrong appid look
the same from outside; otherwise each would help to guess the next.
"""

import struct
from xml.parsers.expat import ExpatError

from wechatpy.exceptions import WeChatException

WECHATPY_FAULTS = (WeChatException, ExpatError, struct.error, ValueError, LookupError, TypeError, AttributeError)
"""What wechatpy lets out when it is given anything but what WeChat sends: its own exceptions (signature, appid) and
those of the code below it (UnicodeDecodeError and binascii.Error are ValueErrors, KeyError and IndexError LookupErrors).
"""


class Refusal(Exception):
    """A request not to be answered; `reason` is a short English name for the log, never the student's words."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forged(Refusal):
    """Not WeChat, not now, or not for this account."""

    status = 403


class Malformed(Refusal):
    """Not a message WeChat would send."""

    status = 400


class TooLarge(Refusal):
    """Longer than any message."""

    status = 413
