"""A service asked for somebody else: it would be done for the one who is signed in, so that is said first."""

from __future__ import annotations

import re
from collections.abc import Mapping

OWN = frozenset(
    {
        "leave_request",
        "transcript_print",
        "enrolment_certificate",
        "card_balance",
        "card_loss_report",
        "card_top_up",
        "timetable_query",
        "activity_signup",
        "tutor_appointment",
    }
)
"""Services that are done for nobody but oneself. Marks say so themselves, and a danger, a fault or a complaint may be anybody's."""

_PERSON = "(?:室友|舍友|同桌|同学|朋友|对象|男朋友|女朋友|男友|女友|闺蜜|哥们|学弟|学妹|学长|学姐|别人|人家|他|她)"
_THING = "(?:校园卡|饭卡|一卡通|卡|成绩单|成绩|课表|在读证明|余额)"
_FOR = re.compile(
    rf"(?:帮|替|代|(?:^|[,，。 想要能以请烦我])给)(?:一?下|我的?|我们|个)*{_PERSON}(?:们|的|把|去|也|来|在)*(?!一起|说|讲|问|发|打电话)"
)
_OF = re.compile(rf"(?:^|[,，。 把将查给下])(?:我的?|我们)?{_PERSON}(?:的|把)(?:他的?|她的?|自己的?)?{_THING}")


def meant(text: str, task: str, entities: Mapping[str, str], student: str | None) -> bool:
    """Whether normalised ``text`` asks for ``task`` for somebody other than ``student``, who is signed in."""
    if task not in OWN:
        return False
    number = entities.get("student")
    if number is not None and student is not None:
        return number != student
    return bool(_FOR.search(text) or _OF.search(text))
