"""When somebody is there to be visited: 「明天下午在」, 「周五三点来修」, and not 「周一起就断网了」."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.understanding import dates
from bot.understanding.school_year import SchoolYear
from bot.understanding.when import When, iso

# Places are blanked before: 「明天下午在□」 may be the library.
_OFFERED = re.compile(
    r"有人|有空|空闲|方便|没课|都?有时间|[会才都就也我们]?在(?:的|家|寝室?|宿舍|屋里?|房间|这|呢|里面)?(?:就行|就好|也行|都行|即可|等)?[吧的呀啊哦]?$|"
    r"在(?:寝室|宿舍|房间|屋里|寝)|上门|时间(?:[改换调是为定]|:)|来(?:修|看|弄|处理|维修|换|装|查|通|人)|(?:师傅|人|工人|维修)[^,。]{0,6}[过能]?来|过来|(?:能|可以|麻烦|请|再)来|(?<![回下起出本原从])来(?:$|吧|一?[下趟]|就行|最好|都行|也行|可以|行)|进来|约(?:在|个|到)?"
)
_NOT_OFFERED = re.compile(
    r"不在(?!乎)|没人|没空|没时间|不方便|(?<!行)不行|(?<!可以)不可以|(?<!能)不能来|上课|考试|开会|实习|有课|满课|来[过了]|没来|[修看换弄]过|修好了|修了|回家|不用来|别来|等了|一直|开始|停[水电]|没[水电热]"
)
_ALL_BUT = re.compile(r"除(?:了|去|开)?[^。;!?]*(?:不在|没人|没空|没时间|有课|不方便|上课)")
"""「除了周五下午两点到四点我都没空」: then they are there."""
_FROM_THEN = re.compile(r"(?:点|时|半|分|刻|\d)钟?(?:以后|之后|过后|往后|后)")
LATEST, EARLIEST = time(22), time(8)
"""Nobody mends before or behind these."""
_CLAUSES = re.compile(r"[,。;!?\n]+|\.{2,}")


def hours(text: str, now: datetime, term_start: date | None = None, *, year: SchoolYear | None = None) -> str | None:
    """The time offered for a visit, as an ISO 8601 interval or as a moment (YYYY-MM-DDTHH:MM); ``None`` where none is.

    ``text`` is normalised, with numbers and places blanked. Clauses are read one by one, then two together, for what is
    broken since Monday stands in another clause than when one is there.
    """
    if _ALL_BUT.search(text):
        return written(dates.read(text, now, term_start, year=year))
    clauses = [each for each in _CLAUSES.split(text) if each.strip()]
    for said in (*clauses, *(f"{one},{two}" for one, two in pairwise(clauses))):
        if _OFFERED.search(said.strip(" □")) and not _NOT_OFFERED.search(said):
            value = written(dates.read(said, now, term_start, year=year), from_then=_FROM_THEN.search(said) is not None)
            if value is not None:
                return value
    return None


def written(when: When, *, from_then: bool = False) -> str | None:
    """What was read as one value: from when to when, else the hour of a day, else that whole day.

    An hour that only bounds (四点前) bounds the day; ``from_then`` says that it is the beginning. ``None`` too for hours on
    several days, which one interval cannot tell.
    """
    if when.period:
        start, end = when.period
        whole = (start.time(), end.time()) == (time.min, time(23, 59))
        return iso(when.period) if whole or end - start <= timedelta(days=1) else None
    if when.day is None:
        return None
    if when.bound:
        ends = (when.bound, LATEST) if from_then else (EARLIEST, when.bound)
        first, last = (datetime.combine(when.day, end) for end in ends)
        return iso((first, last)) if first < last else None
    if when.at:
        return datetime.combine(when.day, when.at).strftime("%Y-%m-%dT%H:%M")
    return f"{when.day.isoformat()}T00:00/{when.day.isoformat()}T23:59"
