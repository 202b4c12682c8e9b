"""What free words tell an office: where, when, what is wanted. For the services that take a story instead of a form."""

from __future__ import annotations

import re

_CN = "一二三四五六七八九十"
_FLOOR = rf"(?:[{_CN}\d]{{1,2}}(?:楼|层))"
_SPOT = r"(?:楼道|走廊|楼梯间?|楼梯口|大厅|大堂|门口|[前后侧]门|卫生间|厕所|洗手间|阳台|窗口|[\d一二三四五六七八九十]+号窗口|水房|开水间|洗衣房|天台|楼顶|地下室|车棚|电梯)"
_HOUSE = (
    rf"(?:东苑|西苑)?(?:\d{{1,2}}|[{_CN}]{{1,3}})号楼(?:\d{{3,4}})?"
    r"|(?:学生活动中心|图书馆|体育馆|行政楼|实验楼|校医院|教学楼[A-Ba-b]?座?|[A-Ba-b]座)\d{0,3}"
    r"|(?:第?[一二12东西]|[东西]苑)?食堂|餐厅|超市|浴室|澡堂|快递站|洗衣房|操场|篮球场|网球场|游泳馆|停车场|车棚|充电棚"
    r"|(?:东苑|西苑)?(?:北门|南门|东门|西门|校门口?)|宿舍楼?|寝室|教室|自习室|研讨室|机房|实验室|电梯|楼道|走廊|楼梯间|水房|天台|地下室"
)
_PLACE = re.compile(
    rf"(?:东苑|西苑)?的?(?:{_HOUSE})(?:的?{_FLOOR})?(?:的?\S{{0,2}}?{_SPOT})?(?:门口|旁边?|附近|外面|里面|后面|前面)?"
)

_ANY_HOUSE = re.compile(
    r"(?:宿舍楼?|寝室|教室|自习室|研讨室|机房|实验室|电梯|楼道|走廊|楼梯间|水房|天台|地下室)(?:门口|旁边?|附近|外面|里面|后面|前面)?"
)
_DAY = rf"明天|后天|大后天|下+(?:个)?(?:周|星期|礼拜)[{_CN}日天末]?|今天|今日|昨天|昨日|前天|大前天|今早|今晚|昨晚|前晚|刚才|刚刚|(?:这|上|本)(?:个)?(?:周|星期|礼拜)[{_CN}日天末]?|(?:周|星期|礼拜)[{_CN}日天末]|\d{{1,2}}月\d{{1,2}}[日号]|\d{{1,2}}号(?!楼)|最近|近来|这几天|这两天|这段时间|上个?月|这个月|开学以来|每天|每晚"
_PART = r"凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|晚自习|午休"
_CLOCK = rf"(?:[{_CN}两\d]{{1,3}}点(?:半|钟|[{_CN}\d]{{1,3}}分?)?|\d{{1,2}}:\d{{2}})(?:多|左右)?"
_TIME = re.compile(rf"(?:{_DAY})(?:的?(?:{_PART}))?(?:{_CLOCK})?|(?:{_PART})(?:{_CLOCK})?|{_CLOCK}")

_WISH = re.compile(
    r"^(?:所以|因此)?(?:我们?|学校|你们)*(?:希望|要求|请求|建议|恳请|盼|诉求是?|想请|能不能|能否|可不可以|请(?!问|假)|麻烦)[:,， ]*(?P<wish>.+)$"
)
_CLAUSE = re.compile(r"[，,。；;！!？?\n]+")
_HELLO = re.compile(r"^(?:(?:你好|您好|老师好?|在吗|请问|麻烦|hi|hello|喂)[,，!！~ ]*)+", re.IGNORECASE)


def plain(said: str) -> str:
    """Without a greeting, with Chinese commas."""
    return _HELLO.sub("", said.strip()).replace(",", "，").strip("，。 ")


def place_in(said: str) -> str | None:
    """The first place that is named, in the student's words: ``第二食堂三号窗口``."""
    found = _PLACE.search(said)
    return found[0].removeprefix("的").replace("的", "") if found else None


def in_any_house(place: str) -> bool:
    """Whether the place is one that every house has: 楼道, 宿舍门口."""
    return _ANY_HOUSE.fullmatch(place) is not None


def time_in(said: str) -> str | None:
    """The first time that is named, in the student's words: ``昨天晚上``."""
    found = _TIME.search(said)
    return found[0] if found else None


def without_times(said: str) -> str:
    """The words without any time in them."""
    return _TIME.sub("", said)


def clauses(said: str) -> list[str]:
    """The clauses of a sentence, without what stands between them."""
    return [clause.strip() for clause in _CLAUSE.split(said) if clause.strip()]


def wish_of(clause: str) -> str | None:
    """What a clause asks for: 希望退钱 → ``退钱``; ``None`` when it asks for nothing."""
    found = _WISH.match(clause)
    return found["wish"].strip() if found else None
