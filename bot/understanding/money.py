"""Amounts of money in a message, in yuan: 充一百五 → ``150``, 12块5毛 → ``12.50``."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

_SIGNS = "零〇一二两俩三四五六七八九十廿卅百千万壹贰叁肆伍陆柒捌玖拾佰仟"
_PLAIN = str.maketrans("〇两俩壹贰叁肆伍陆柒捌玖拾佰仟", "零二二一二三四五六七八九十百千")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_TENS = {"廿": 20, "卅": 30}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000}
_SHORT = re.compile(r"(\d+(?:\.\d+)?)([百千万])(\d)")
MOST = Decimal(1_000_000)
"""Nobody pays more here; a longer number is something else."""

_NUM = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}})(?:\.\d{{1,2}})?(?:[百千万]\d?(?!\d)|[kKwW](?![a-zA-Z]))?"
    rf"|[{_SIGNS}]{{1,8}}(?:点[{_SIGNS}]{{1,2}})?"
)
_SMALL = rf"(?:\d{{1,6}}(?:\.\d{{1,2}})?(?:[百千万]|[kKwW](?![a-zA-Z]))?|[{_SIGNS}]{{1,8}})"
"""Without commas between thousands: 「充50,502寝室」."""
_START = rf"(?<![\d.几好第{_SIGNS}])"
# 「碎了一块玻璃」, 「一块去」, 「二元一次方程」 and 「元旦」 are no money.
_YUAN = (
    r"(?:块钱|元钱|元整|块整|块(?!儿|的?(?:拼图|积木|乐高)|[去吃来走玩住上写做看瓷地玻砖木铁布石墙]|黑板|白板|天花板|床板|面板|.板|表|皮|肉|牌|屏)"
    r"|元(?![旦素件组月宵气音店桥]|超市|[一二三四两]次|方程)|圆(?![形柱珠])|rmb|cny|yuan|r(?![a-z])|人民币|软妹币|大洋|¥)"
)
_AFTER = r"(?![\d点号栋楼#个天次份张月日周分%])"
_JIAO = rf"零?(?:(?P<jiao>\d|[一二两三四五六七八九])(?:毛|角)(?:钱|(?P<tail>[1-9一二三四五六七八九])(?![分\d点号{_SIGNS}]))?|(?P<short>\d|[二三四五六七八九]|一(?=$|[\s,。.!?;、)]|[的吧了呢吗啊呀没到充给和])){_AFTER})?(?:(?P<fen>\d|[一二三四五六七八九])分)?"
# 「充」 and what is often typed for it; a number after it that counts something else is no money.
_PAY = r"(?:充值?|冲值?|续费?|缴费?|转账?|存|(?<=[卡里面])打|加|(?<=[水电网话学]费)|(?:付|支付|余额|押金|总价))(?:金额|的(?=[\d一二三五]+[百十]?[\d一二三四五六七八九]*[,没还])|它个?|[满够足]|只?剩|还剩|还有|只有|共|了|进去|进|上|入|到(?=\d)|个|一下|到卡里|到饭卡里?|到校园卡里?|:|为|是)*\s?"
_UNCOUNTED = rf"(?!\.\d|块\d|块[一二三四五六七八九]|[\d:毛角几点次张遍天回个分号楼栋#月日年周笔下些级卡人份本杯台层室度瓦折班页封条套排段道题节-]|(?!一个?月|一学期|一学年)[{_SIGNS}]|\s?(?:小时|分钟|多|来)|只(?![到有进充扣显够能剩要收]))"
# 「赔两百」, 「交一百二押金」, 「助学金一千五」: a round sum beside what is paid or got needs no 块.
_SUM = rf"(?:\d{{1,6}}(?:\.\d{{1,2}})?(?:[百千万]\d?(?!\d)|[kKwW](?![a-zA-Z]))?|[{_SIGNS}]*[百千万佰仟][{_SIGNS}]*|[二三四五六七八九]十[一二三四五六七八九]?|[廿卅][一二三四五六七八九]?)"
_FUNDS = r"(?:奖|助|补助|补|赔偿|违约|押|保证|定|订|基|现|奖学|助学)金|学费|书费|房费|住宿费|报名费|会费|班费|话费|工资|补贴|罚款|贷款|生活费|红包|经费|补办费|工本费|维修费|[^\W\d_号的点天次年月日周个份张元块毛层楼栋室了]{1,3}?(?<![免浪白枉])费|补助|奖金|退款|尾款|余额不足|饭卡|总共|一共|共计|合计|总计|总额|小计|金额|价钱|定价|标价|原价|(?:书|饭|水|电|车|房|路|药|工|零花|油)钱|(?:高铁|火车|动车|飞机|机|船|门)票|宽带|房租|租金|时薪|日薪|薪水|共(?=\d{2})|每人|人均|[每一]次(?=都?是?\d)|每小时|一小时(?=[6-9]\d|\d{3})|[车门]票|票价|单价|每人|余额显示"
_SPENT = (
    rf"(?:(?:(?:少|多|重复|误|漏|白|该|应|要|得|被)?(?:发|扣|收|给(?=了?[我你他她])|算|刷|垫|补(?![一二两]|交)|差(?=了?[我你他她])|打(?=了?[我你他她卡]))|消费|申请(?=[\d一二两三四五六七八九])|垫付|预付|赔|罚|交|缴|花|丢|扣|欠|付|借给|借(?=了|我|他|她|你|出|来)|还(?=了|我|他|她|你)|亏|赚|收|退|骗|少(?=了)|捐|领|掏|转给|转了|报销|报(?=了)|吞)(?:偿|款|掉|走|出|来|费)?(?:了|我们|我|你|他|她|人家|学校|食堂|宿舍|过|走|回|至少|差不多|大概|将近|快|要|得|个)*"
    rf"|(?:{_FUNDS}|价格|费用|预算|总价)(?:是|为|有|要|共|才|就|给|发|得|了|说好的?|讲好的?|涨到|申请|批|拨|交|收|到账?|只有|还?剩下?|余|才|都|每月|每人|一个月|每[年次位张]|一[年次](?=\d)|[每一]学期|这个?月|上个?月|少(?:发|给|打)?|多(?:发|给|扣|收)|扣|被|我|标准|:|,(?=每))*)\s?"
)
_SUM_ENDS = rf"(?=$|[\s,。.!?;、…)啊吧了呢吗嘛呀的够行可以和押买给要能会算对]|左右|到(?:账|帐|手|位|了)|没(?:到|交|付|退|给|发|收|进|缴|报)|[还已怎谁退](?!是)|什么|能不能|每[月人]|一个?月|{_FUNDS})(?!\.\d|,\d{{3}}(?!\d)|\s?[人次份个张本件名位]|的?(?:人|座|位|次))"
_MONEY = re.compile(
    rf"(?P<pay>充值?|冲值?|续费?|缴费?|存)?(?:个|了|它|我|进|:)*\s?{_START}(?P<yuan>{_NUM})\s?(?:{_YUAN}){_JIAO}"
    rf"|(?P<spent>{_SPENT})(?P<sum>{_SUM}){_SUM_ENDS}|{_START}(?P<named>{_SUM})(?:(?:的|块的|元的)?(?:{_FUNDS})|(?:还|一直|都)?没?到[账帐])"
    r"|(?<![\d.])(?P<short_for>\d{1,3}\.\d[kKwW])(?![a-zA-Z\d])"
    rf"|(?:[¥]|(?<![a-z])rmb|cny)\s?(?P<signed>{_NUM})"
    rf"|(?P<topped>{_PAY})(?P<bare>{_SMALL}){_UNCOUNTED}"
    rf"|(?P<loaded>[充冲](?:钱|值|个整数?|整数?|校园卡|饭卡|一卡通|卡|话费|电费|水卡|水费|热水|网费|浴卡)[^\d{_SIGNS}]{{0,4}})(?P<later>{_SMALL})(?=$|[,。! 吧了谢可]|\.(?!\d))"
    rf"|(?:算了|改成|改为|换成|还是|不对|应该是)[, ]?(?:充|来|是|应该是)?(?P<again>{_SMALL})(?=$|[,。! 吧了]|\.(?!\d))"
    rf"|{_START}(?P<mao>\d|[一二两三四五六七八九])(?:毛(?![巾病衣线毛球笔概泽]|不拔)|角(?=钱|$|[,。!]|[一每/]|[\d一二三四五六七八九]分))钱?(?:(?P<cent>\d|[一二两三四五六七八九])分?(?=$|[,。! ]|[一每][张页份个]|的))?",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"\s?{_YUAN}", re.IGNORECASE)
_PAID = re.compile(r"[充冲收花扣付交缴罚赔欠剩价有余存费借钱]\s?(?:了|个|我)?\s?$")
_NAMED = re.compile(_FUNDS)
# What is done with nothing but money.
_SURELY = re.compile(r"(?:少|多|重复|误|漏|白|该|应|要|得|被)?(?:刷|退|赔|转|消费|垫)")
_PRICED = re.compile(r"\s?[一每][张页份次杯瓶本]")
_ENDS = re.compile(r"$|[\s,。.!?;、)的到给进吧可行够了就也都还在左以和谢呢吗要能不多上]")
_RANGE = re.compile(rf"(?:\d|[{_SIGNS}])\s?(?:块|元)?(?:-+|~+|—+|到|至|或者?|还是|或是|、)\s?$")
_BESIDE = re.compile(r"[\s、,或者还是/和跟]{0,3}")
# What is left on the card is not what shall be paid in: 「卡里只剩3块，充个整，一百」.
_LEFT = re.compile(r"(?:剩|余额|还有|只有)(?:下|了|是|为|只|就)*\s?$")
_PAST = re.compile(r"(?:上次|上回|昨天|前天|之前|刚才?|上周|已经|早上)[^,。]{0,3}[充冲存缴续][^,。]{0,2}$")
# What is told of others, of a book, of old times, is nobody's sum.
_TALE = re.compile(
    r"(?:小说|电影|电视剧|剧里|段子|梦[里见]|[十几百\d]+年前|当年|那届|那年头|小时候|古代|游戏里|别人家|人家学校)[^。!?;,]{0,16}$"
)
_ASKED = re.compile(r"(?:想要?|希望|申请|帮我|麻烦|请(?!问|假)|给我|能不能|可不可以|能否)[^,。!?;\d]{0,8}$")
_CHANGED = re.compile(r"算了|不对|改成|改为|换成|改充|应该是|还是充|说错|打错|不不|[,。 ]不[,。 ]")
_DENIED = re.compile(r"(?:不是|不要|别充|不充|并非|而非)\s?$")
_BARE = re.compile(
    rf"\s*(?:就|那就|那|先|给我|我要|我|要|来|充|冲|大概|一共|共|个|¥)*\s*(?P<amount>{_NUM})\s*(?:元|块钱?|整|的|吧|就行|就好|就够了|即可)*\s*[.。!]?\s*"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount named in a text."""

    yuan: str
    """``100``, ``12.50``."""
    topped: bool
    """Whether it is said to be paid in: of 「还有20块，充100」 the second is meant."""
    start: int
    end: int


def find(text: str) -> list[Amount]:
    """Every amount in normalised ``text``, in order, without those that are denied."""
    found: list[Amount] = []
    for match in _MONEY.finditer(text):
        said = next(
            name
            for name in ("yuan", "sum", "named", "short_for", "signed", "bare", "later", "again", "mao")
            if match[name]
        )
        start = match.start(said)
        value = _value(match, said)
        if value is None or not _meant(text, match, said, value) or _DENIED.search(text, max(0, start - 5), start):
            continue
        if _TALE.search(text, max(0, start - 24), start):
            continue
        if said == "again" and not found:
            continue
        topped = bool(match["pay"] or match["topped"] or match["loaded"])
        found.append(Amount(shown(value), topped, start, match.end()))
    return found


def one(text: str) -> str | None:
    """The one amount ``text`` is about; ``None`` without one, for a range, and when several are left open."""
    amounts = find(text)
    if any(_RANGE.search(text, max(0, one.start - 6), one.start) for one in amounts):
        return None
    if any(
        one.yuan != two.yuan and _BESIDE.fullmatch(text, one.end, two.start) for one, two in itertools.pairwise(amounts)
    ):
        return None
    amounts = [one for one in amounts if not _PAST.search(text, max(0, one.start - 8), one.start)] or amounts
    amounts = [one for one in amounts if not _LEFT.search(text, max(0, one.start - 6), one.start)] or amounts
    last = amounts[-1] if amounts else None
    if last and any(_CHANGED.search(text, one.end, last.start) for one in amounts[:-1]):
        return last.yuan
    for some in ([amount for amount in amounts if amount.topped], amounts):
        if len({amount.yuan for amount in some}) == 1:
            return some[0].yuan
        # 「每月生活费1500，想申请补助500」: told the one, asked for the other.
        asked = {amount.yuan for amount in some if _ASKED.search(text, max(0, amount.start - 14), amount.start)}
        if some:
            return asked.pop() if len(asked) == 1 else None
    return None


def bare(text: str) -> str | None:
    """The amount an answer consists of: 「就一百吧」."""
    match = _BARE.fullmatch(text)
    value = amount(match["amount"]) if match else None
    return shown(value) if value else None


def amount(said: str) -> Decimal | None:
    """The value of a number as it is said of money: 一百五 is 150, 两千 is 2000; ``None`` for no number."""
    said = said.replace(",", "").translate(_PLAIN)
    scale = _SCALES.get(said[-1].lower(), 1) if said[0].isdigit() and not said[-1].isdigit() else 1
    if said[0].isdigit():
        if short := _SHORT.fullmatch(said):
            # 「3千6」 is 3600.
            unit = _SCALES[short[2]]
            return Decimal(short[1]) * unit + Decimal(short[3]) * unit / 10
        return Decimal(said.rstrip("百千万kKwW")) * scale
    whole, _, rest = said.partition("点")
    if any(sign not in _DIGITS for sign in rest):
        return None
    value = _whole(whole)
    return value if value is None or not rest else value + Decimal("0." + "".join(str(_DIGITS[sign]) for sign in rest))


def shown(value: Decimal) -> str:
    """As an office writes it: ``100`` or ``12.50``."""
    return str(int(value)) if value == int(value) else f"{value:.2f}"


def _whole(said: str) -> Decimal | None:
    """A whole number in Chinese; a digit after 百 or 千 stands for the next lower unit, as it is spoken."""
    total, digit, unit, zero = 0, None, 1, False
    beyond, _, below = said.rpartition("万")
    if "万" in beyond or (said.endswith("万") and not beyond):
        return None
    for sign in below:
        if sign == "零":
            zero, digit = True, None
        elif sign in _TENS:
            if digit is not None or total % 100:
                return None
            total, unit, zero = total + _TENS[sign], 10, False
        elif sign in _UNITS:
            if digit is None and (sign != "十" or total % 100):
                return None
            total += (1 if digit is None else digit) * _UNITS[sign]
            unit, digit, zero = _UNITS[sign], None, False
        elif digit is not None:
            return None
        else:
            digit = _DIGITS[sign]
    if beyond and digit is not None and len(below) == 1:
        # 「一万二」 is 12000, 「一万零二」 10002.
        total, digit = 1000 * digit, None
    if digit is not None:
        total += digit * (unit // 10 if unit > 10 and not zero else 1)
    if beyond:
        ten_thousands = _whole(beyond)
        return None if ten_thousands is None else ten_thousands * 10_000 + total
    return Decimal(total)


def _value(match: re.Match[str], said: str) -> Decimal | None:
    value = amount(match[said])
    if value is None:
        return None
    if said == "mao":
        value = value / 10 + (Decimal(_digit(match["cent"])) / 100 if match["cent"] else 0)
    for part, worth in (("jiao", 10), ("short", 10), ("tail", 100), ("fen", 100)):
        if said == "yuan" and match[part]:
            value += Decimal(_digit(match[part])) / worth
    return value if 0 < value <= MOST else None


def _digit(said: str) -> int:
    return int(said) if said.isdigit() and said.isascii() else _DIGITS[said.translate(_PLAIN)]


def _meant(text: str, match: re.Match[str], said: str, value: Decimal) -> bool:
    """Whether a number with 块 is money at all: 「窗户碎了一块」 and 「三块玻璃」 are not."""
    if said == "sum" and match["sum"].isdigit():
        # 「丢了3」, 「交12」: without a unit only what cannot well be a number of things.
        named = _NAMED.match(match["spent"]) is not None
        sure = _SURELY.match(match["spent"]) is not None and value >= 5
        return (named or sure or value >= 20) and match.end("sum") - match.start("sum") <= 5
    if said in ("bare", "again"):
        # 「充一下」 and the like: a single small number is hardly an amount without its unit.
        # Yet 「付了3元」 says its unit.
        return value >= 5 or _UNIT.match(text, match.end()) is not None
    if said != "yuan" or match["pay"] or "钱" in match[0] or not re.search("块(?!整)", match[0]):
        return True
    if match["jiao"] or match["short"]:
        return True
    paid = bool(_PAID.search(text, max(0, match.start("yuan") - 4), match.start("yuan")))
    if value == 1:
        return paid or _PRICED.match(text, match.end()) is not None
    return paid or value >= 10 or bool(_ENDS.match(text, match.end()))
