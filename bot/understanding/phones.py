"""Telephone numbers and student numbers in a message."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from bot.understanding import spelling

# Mobile numbers of the mainland begin 13 to 19 (工信部《电信网编号计划》, 11 digits).
_RUN = re.compile(
    r"(?:(?:\+|(?<!\d)00)86[- ]?|(?<!\d))\d{2,}(?:\s?[-—–._ ]{1,2}\s?\d+|(?<=\d{3})(?P<mark>[/,·~])\d{4}(?P=mark)\d{4}(?!\d))*"
)
_GROUP = re.compile(r"\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_WITH_COUNTRY = re.compile(r"86(1[3-9]\d{9})")
_SHAPES = ((3, 4, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (3, 8), (7, 4), (5, 6), (4, 7), (6, 5), (3, 2, 3, 3))
_STUDENT = re.compile(
    r"(?<![\d.-])20\d{2}(?:\d{6}|[- ]\d{6}|[- ]\d{2}[- ]\d{4}|[- ]\d{4}[- ]\d{2}|\d{2}[- ]\d{4}|\d{3}[- ]\d{3}|\d{4}[- ]\d{2}(?!\s?[:点时.]))(?!\d|-\d)"
)
_STUDENT_NAMED = re.compile(
    r"学(?:籍)?号(?:码)?(?:就?是|为|:)?\s?(?P<number>2[ .,/-]?0(?:[ ./-]?\d){8})(?![\d])(?!.*学号)"
)
_STUDENT_SPOKEN = re.compile(
    r"(?<![零〇一二三四五六七八九])二[零〇][零〇一二三四五六七八九幺]{8}(?![零〇一二三四五六七八九十百幺])"
)
_SAID = "〇零一二三四五六七八九幺"
_ONE_BY_ONE = re.compile(r"1(?: ?[- ] ?\d){10}")
_SPOKEN = re.compile(
    rf"(?<![{_SAID}\d])[一幺1][- ]?[{_SAID}\d](?:[- ,、]{{0,3}}[{_SAID}\d]){{9}}(?![{_SAID}\d]|[十百号楼栋])"
)
# 「前面138中间0517后面4926」, 「138 1234，后面是5678」, 「138开头，1234，5678」, 「138呃1234嗯5678」: three pieces with a word of
# their order or a hesitation between them, without which they might be sums.
_BETWEEN = r"(?:[-,、;。 .]|那个|[哈啊呢嘛哦噢嗯呃额吧])*"
_IN_THE_END = (
    r"(?:最?后(?:面|边|半|几位)?|最?后[四4]位|末尾|末[四4]位|结尾|收尾|尾号|尾数|然后|接着|再)(?:是|为|就是)?\s?:?\s?"
)
_BY_PARTS = re.compile(
    rf"(?:(?:前(?:面|边|半|几位|三位|七位|3位|7位)?|开头|先)(?:是|为)?\s?:?\s?)?(?<![\d.])(?P<head>1[3-9]\d)(?:开头|打头|起头)?{_BETWEEN}"
    rf"(?:(?:中间|然后|接着|再)(?:[四4]位)?(?:是|为)?\s?:?\s?)?(?P<middle>\d{{4}}){_BETWEEN}(?:{_IN_THE_END})?(?P<tail>\d{{4}})(?![\d元块])"
)
_ORDER = re.compile(r"[前先后末尾头中再然哈啊呢嘛哦噢嗯呃额]")
# 「+86 (137) 1234 5678」
_IN_BRACKETS = re.compile(r"\((?P<head>1[3-9]\d)\)[- ]?(?P<middle>\d{4})[- ]?(?P<tail>\d{4})(?!\d)")
_COUNTRY = re.compile(r"(?:\+|(?<!\d)00)86[- ]?(?=1)")

# A landline: area code and seven or eight digits, or these alone where a telephone is spoken of.
_LOCAL = r"[2-8]\d{2,3}[- —–]?\d{4}"
_LANDLINE = re.compile(
    rf"(?<![\d.-])(?<![48]00 )(?:(?P<area>\(0(?:10|2\d|[3-9]\d\d)\)|0(?:10|2\d|[3-9]\d\d))[- —–]{{0,2}})?{_LOCAL}(?:\s?(?:转(?:分机)?|-|[,(]?分机号?:?|ext\.?)\s?\d{{1,5}}(?:分机)?\)?)?(?![\d.]|[-—–]\d|[年月元块])"
)
_TELEPHONE = re.compile(
    r"(?:电话|座机|固话|热线|总机|内线|值班室|前台|传达室|宿管站|门卫|号码|联系|拨打?|打|tel)(?:[^\d,。;]{0,6}|[^\d。;]{0,8}[78七八]位(?:数|号码)?的?[,:是]{0,2})$",
    re.IGNORECASE,
)
_RINGS = re.compile(
    r"\s?(?:这个?(?:电话|号码?|座机)|电话|一直|老是|总是|怎么|打了[^,。\d]{0,4}|都)*(?:打不通|没人接|占线|无人接听|打过去|打电话)"
)
_NO_TELEPHONE = re.compile(r"(?:qq|微信|vx|卡号|学号|单号?|工号|编号|码是|验证码|群号?)[^\d,。;]{0,4}$", re.IGNORECASE)

_DENIED = re.compile(
    r"(?:(?<!是)不是|(?<![a-zA-Z])not (?:call |use |dial )?|并非|而非|(?:别再?|(?<!要)不要再?|不用再?|(?<!打)不)打我?|别用|不用|(?<!要)不要|(?:别|不要|莫)把|(?<!还是)(?<!用)(?<!用我)(?<!用回)(?<!是我)(?:原来|以前|旧|之前)的?(?:那个?)?)(?:号码?|手机号?|电话)?(?:是)?\s?:?$"
)
_GONE = re.compile(
    r"\s?(?:[,。]?(?:上面|前面|刚才|刚刚)的?)?(?:这个|那个)?(?:号码?)?(?:已经|都|一直|老是|总是)*(?:停机|停用|不用了|作废|打不通(?!,?\s?(?:就|的话|的时候|时|再|请|可以|会))|换成|改成|改为|不对|错了|是错|写错|丢了(?!我?的?[一两几]?[把个张部件本台只副串条块顶枚]|[^,。;!?\d]{1,6}(?:卡|伞|包|钥匙|手机|耳机))|注销|(?:打过去)?(?:就|都|也)?(?:是|成了?)空号)"
)
# 「62345678打过去是空号」: there is nobody to call.
_NO_SUCH = re.compile(r",?(?:(?!不是|会不会|以为|手机)[^,。;!?\d]){0,10}(?:空号|停机|注销|不存在|没有这个号)")
# 「13812345678，我手机丢了」: of two numbers the one that cannot be answered now gives way.
_OUT_OF_REACH = re.compile(
    r"\s?(?:的|[,。(])?\s?(?:但是?|不过|可是?)?(?:我的?)?(?:这个|那个|这部)?(?:手机|电话)(?:已经|刚刚?|现在|被|都|又|快)*"
    r"(?:(?:弄|搞)?丢|掉|坏|没电|关机|停机|欠费|摔|在修|送修|送去修|偷|没收|不在身边|打不通|用不了|接不了|没信号)"
)

# Somebody else's number beside one's own.
_OTHERS = re.compile(
    r"(?<!代)(?:紧急联系人|紧急联络人|监护人|家人|室友|舍友|同学|宿管|宿管阿姨|妈妈?|爸爸?|家长|父亲|母亲|朋友|老师|辅导员|师傅|宿舍长|班长|备用|备选)的?(?:电话|手机号?|号码|联系方式|学号|号)?(?:是|为)?\s?:?$"
    r"|(?:打不通|没人接|不接|没接|关机)(?:的话|的时候|时|,|,?就|请|再|可以|也可以)*(?:打|联系|拨|找)\s?$"
)

# 「13812345678是我室友的」
_OF_OTHERS = re.compile(
    r"\s?(?:[(,]?(?:这个|那个)?(?:号码?)?是|\()(?:我|他|她)?(?:室友|舍友|同学|宿管|妈妈?|爸爸?|家长|父亲|母亲|朋友|老师|辅导员|师傅|宿舍长|班长)的"
)

# Numbers of ten digits that no student bears: 「项目编号2024103307」, 「订单号2024…」.
_NO_STUDENT = re.compile(
    r"(?:(?:项目|课题|立项|合同|发票|订单|设备|资产|固定资产|仪器|图书|借阅|文件|流水|交易|快递|运单|申请书|专利|软著|教材|座位|批次|商品)(?:的)?(?:编号|单号|号码?)|(?:合同|发票|订单|快递|物流|运单|设备|资产|工|教工|考|准考证|身份证|证书|流水|卡|群|车牌|书)号|条形?码|二维码|订单|发票|职工号)(?:就?是|为|:)?\s?$"
)
# 「交了138 2026 1118」: sums in a row.
_PAID = re.compile(r"(?:扣|交|付|充|花|收|退|赔)了?[^,。;!?\d]{0,2}$")
# 「13800138000@163.com」
_MAIL = re.compile(r"@[A-Za-z\d-]+\.")
# 「运单SF13800138000」, 「快递单号13800138000」, 「准考证号…」: no telephone either.
_PARCEL = re.compile(
    r"(?:(?<!手机)(?<!电话)卡号|准考证|考[生籍]?号|工号|学籍号|身份证号?|证件?号|证书号|资产号|序列号|群号|房产证号|车牌号?|运单|快递单|物流单|订单|单号|取件码|流水|编号|条形?码)(?:号码?)?(?:就?是|为|:)?\s?(?:[A-Za-z]{1,4}-?)?$|(?<![A-Za-z])(?:SF|JD|JDV|YT|ZTO|STO|EMS|JT)-?$"
)
# 「我的id是13911111111」, 「微信号 mei13900000000x」; many a 微信号 is a telephone number.
_ACCOUNT = re.compile(
    r"(?:(?<![a-z号])id|昵称|用户名|网名|游戏名)(?:号)?(?:就?是|叫|为|:)?\s?[a-z_]*$|(?:微信号?|vx|wx|qq号?|抖音号?|账号)(?:就?是|叫|为|:)?\s?(?!(?:vx|wx|tel|phone|mobile|id|is)[: ]*$)[a-z_]{2,}$",
    re.IGNORECASE,
)
# 「用户名是13812345678，这也是我手机号」
_CALLED_ALIKE = re.compile(
    r"[^。;!?\d]{0,6}(?:同(?:手机)?号|[同和跟与](?:我的?)?(?:手机|电话)号?码?(?:同号|一样|相同|一致|$|[,。;!?])|(?:也|就)是(?:我的?)?(?:手机|电话))"
)
# 「13911111111，别当电话」, 「2026-1118-0042是申请号，不是手机」
_NOT_CALLED = re.compile(
    r"[^。;!?\d]{0,16}?(?<!是)(?:不是(?:个)?|[别莫]当|不能当)(?:成|作|做)?(?:我的?)?(?:电话|(?P<mobile>手机)|联系方式)(?:号码?)?(?=$|[,。;!? 哦啊呀哈呢嘛]|了)"
)
# 「133 5712 0 846，空格打错了」: cut where nobody cuts a number.
_SPACED_OUT = re.compile(r"(?:号码|电话|手机|联系方式)[^。;!?]{0,6}1[3-9]\d [\d ]{9,12}(?![\d块元个张份人])")
# 「填13800000000这种格式对吗」
_SAMPLE = re.compile(r"\s?[\"”」']?(?:这种|这样|那种)(?:的)?(?:格式|写法|形式|样式|写)")
# 「座机62345678，不是手机」
_LINE = re.compile(r"座机|固话|固定电话|总机|热线|内线")
# 「尾号应该是5679」, 「最后一位是9不是8」
_TAIL = re.compile(
    r"(?:尾号|尾数|末尾|[最]?后(?:面)?(?P<size>[一两二三四1-4])[位个](?:数字?)?|末位)\s?(?:(?:应该|应)?(?:是|为|改成)|不是\s?\d{1,4}[,、; ]*(?:而|应该)?是)\s?(?P<digits>\d{1,4})(?!\d)"
)
# 「尾号不是5678，是5679，13812345678」: said before the number that ends in the wrong digits.
_TAIL_DENIED = re.compile(
    r"(?:尾号|尾数|末尾|末位|最?后(?:面)?(?:[一两二三四1-4][位个](?:数字?)?)?)\s?(?:"
    r"不是\s?(?P<wrong>\d{1,4})[,、; ]*(?:而|应该)?是\s?(?P<right>\d{1,4})"
    r"|(?:应该)?是\s?(?P<right_first>\d{1,4})[,、; ]*(?:而)?不是\s?(?P<wrong_then>\d{1,4}))(?!\d)"
)
_WRONG = re.compile(r"不对|错|不是|应该|更正|改")
_SIZES = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_PUT_RIGHT = re.compile(
    r"[哦噢额呃啊诶欸哎呸],?\s?不(?!是)|不不|应该是|不对|改成|改为|更正|[说写打输填记发搞弄按留]错|[少多漏]了?[按打写输]|漏了?一位|手滑|手误|等下|等一下|等等|重新?[发留写]|正确的|换成|换了|换个?\s?$"
)
# 「把15052231908写成了15052231980」: the second is the slip.
_MISWRITTEN = re.compile(r"\s?(?:给|都|误|错)*[写填打输记录留]错?成了?\s?")
# 「以后面那个为准」
_LAST_COUNTS = re.compile(
    r"[以按用打](?:后面?|后一|第二|下面|最后|后者|新)(?:的|那个|这个|一个|个|的那个)*(?:号码?)?(?:为准|吧|就行|联系|打|$|[,。!])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands in the text."""

    digits: str
    start: int
    end: int


def mobiles(text: str) -> list[Number]:
    """Every mobile number in normalised ``text``: whole, grouped (138 0013 8000, 138-0013-8000) or spoken (幺三八…).

    A number inside a longer run of digits (a bank card, an identity card) is none.
    """
    found: list[Number] = []
    for run in _RUN.finditer(text):
        start = run.start()
        if country := _COUNTRY.match(text, start):
            start = country.end()
        groups = list(_GROUP.finditer(text, start, run.end()))
        found += _in_groups(text, groups)
    for spoken in _SPOKEN.finditer(text):
        number = re.sub(r"\D", "", spelling.digits(spoken[0]))
        if (not spoken[0].isascii() or _ONE_BY_ONE.fullmatch(spoken[0])) and _MOBILE.fullmatch(number):
            found.append(Number(number, spoken.start(), spoken.end()))
    found += [
        Number(parts["head"] + parts["middle"] + parts["tail"], parts.start(), parts.end())
        for pattern in (_BY_PARTS, _IN_BRACKETS)
        for parts in pattern.finditer(text)
        if pattern is _IN_BRACKETS or _ORDER.search(parts[0])
    ]
    return [
        one
        for one in found
        if not _named_so(text, one)
        and not _PARCEL.search(text, max(0, one.start - 10), one.start)
        and not _MAIL.match(text, one.end)
        and not (one.end - one.start > len(one.digits) and _PAID.search(text, max(0, one.start - 5), one.start))
    ]


def _named_so(text: str, one: Number) -> bool:
    """Whether an account is called so or it only shows a form: 「微信号是mei13900000000x」, 「填138…这种格式对吗」."""
    account = _ACCOUNT.search(text, max(0, one.start - 14), one.start)
    return bool(
        (account and not _CALLED_ALIKE.match(text, one.end))
        or _NOT_CALLED.match(text, one.end)
        or _SAMPLE.match(text, one.end)
    )


def _in_groups(text: str, groups: list[re.Match[str]]) -> list[Number]:
    found: list[Number] = []
    whole = "".join(group[0] for group in groups)
    if (len(groups) > 4 or (len(groups) == 4 and _SPACED_OUT.search(text))) and _MOBILE.fullmatch(whole):
        return [Number(whole, groups[0].start(), groups[-1].end())]
    index = 0
    while index < len(groups):
        taken = 1
        if _MOBILE.fullmatch(groups[index][0]):
            found.append(Number(groups[index][0], groups[index].start(), groups[index].end()))
        elif abroad := _WITH_COUNTRY.fullmatch(groups[index][0]):
            found.append(Number(abroad[1], groups[index].start(), groups[index].end()))
        else:
            for shape in _SHAPES:
                some = groups[index : index + len(shape)]
                whole = "".join(group[0] for group in some)
                if tuple(len(group[0]) for group in some) != shape or not _MOBILE.fullmatch(whole):
                    continue
                # Four more digits on either side: a bank card in groups of four.
                ahead = groups[max(index - 1, 0) : index] if shape[0] == 4 else []
                beside = ahead + groups[index + len(shape) : index + len(shape) + 1]
                if len(shape) > 2 and any(len(group[0]) == 4 for group in beside):
                    continue
                found.append(Number(whole, some[0].start(), some[-1].end()))
                taken = len(shape)
                break
        index += taken
    return found


def landlines(text: str) -> list[Number]:
    """Every landline in normalised ``text``, as it is written; one without its area code only beside 电话 and the like."""
    found = []
    for match in _LANDLINE.finditer(text):
        ahead = max(0, match.start() - 14)
        not_called = _NOT_CALLED.match(text, match.end())
        # 「座机62345678，不是手机」
        if _NO_TELEPHONE.search(text, ahead, match.start()) or (
            not_called and not (not_called["mobile"] and _LINE.search(text))
        ):
            continue
        if match["area"] or _TELEPHONE.search(text, ahead, match.start()) or _RINGS.match(text, match.end()):
            found.append(Number(match[0], match.start(), match.end()))
    return found


def mobile(text: str) -> str | None:
    """The one mobile number of ``text`` as eleven digits; ``None`` without one or with several."""
    return _chosen(text, mobiles(text))


def phone(text: str) -> str | None:
    """The number to call: the one mobile number, or where there is none the one landline as it is written."""
    numbers = mobiles(text)
    if numbers:
        return _chosen(text, numbers)
    numbers = landlines(text)
    # A line of an office that nobody answers is still the one that is spoken of.
    if len(numbers) == 1 and _RINGS.match(text, numbers[0].end) and not _NO_SUCH.match(text, numbers[0].end):
        return numbers[0].digits
    return _chosen(text, numbers)


def _chosen(text: str, numbers: list[Number]) -> str | None:
    """The one that is left when those that are said to be wrong or out of use do not count."""
    for one, following in itertools.pairwise(numbers):
        if _PUT_RIGHT.search(text, one.end, following.start):
            # 「写成2024103308了，应该是2024103307」
            numbers = [left for left in numbers if left.start > one.start]
        elif _MISWRITTEN.fullmatch(text, one.end, following.start):
            numbers = [left for left in numbers if left.digits != following.digits]
    if len(numbers) > 1 and _LAST_COUNTS.search(text, numbers[-1].end):
        numbers = numbers[-1:]
    good = [
        number
        for number in numbers
        if not _DENIED.search(text, max(0, number.start - 10), number.start)
        and not _GONE.match(text, number.end)
        and not _NO_SUCH.match(text, number.end)
    ]
    if not good and len({number.digits for number in numbers}) == 1 and _TAIL.search(text, numbers[-1].end):
        # 「13812345678 错了 尾号是5679」
        good = numbers
    good = [number for number in good if not _OUT_OF_REACH.match(text, number.end)] or good
    own = [
        number
        for number in good
        if not _OTHERS.search(text, max(0, number.start - 10), number.start) and not _OF_OTHERS.match(text, number.end)
    ]
    left = {number.digits: number for number in own or good}
    return _mended(text, *left.values()) if len(left) == 1 else None


def _mended(text: str, number: Number) -> str:
    """The digits of a number with its last ones put right: 「13812345678，最后一位是9不是8」."""
    tail = _TAIL.search(text, number.end)
    if (denied := _TAIL_DENIED.search(text, 0, number.start)) and number.digits.isdigit():
        right, wrong = denied["right"] or denied["right_first"], denied["wrong"] or denied["wrong_then"]
        if len(right) == len(wrong) and number.digits.endswith(wrong):
            return number.digits[: -len(right)] + right
    if tail is None or not number.digits.isdigit() or not _WRONG.search(text, number.end, tail.end() + 6):
        return number.digits
    right = tail["digits"]
    if tail["size"] and _SIZES[tail["size"]] != len(right):
        return number.digits
    return number.digits[: -len(right)] + right


def students(text: str) -> list[Number]:
    """Student numbers (ten digits, 20…): worth reporting, never proof of who is writing."""
    plain = spelling.digits(text)
    found = [
        Number(re.sub(r"\D", "", spelling.digits(match[0])), match.start(), match.end())
        for pattern in (_STUDENT, _STUDENT_SPOKEN)
        for match in pattern.finditer(text)
    ]
    if named := _STUDENT_NAMED.search(plain):
        number = Number(re.sub(r"\D", "", named["number"]), named.start("number"), named.end("number"))
        found = [one for one in found if one.end <= number.start or one.start >= number.end] + [number]
    return sorted(found, key=lambda one: one.start)


def student(text: str) -> str | None:
    """The one student number of ``text``; ``None`` without one or with several."""
    numbers = [one for one in students(text) if not _NO_STUDENT.search(text, max(0, one.start - 10), one.start)]
    return _chosen(text, numbers)
