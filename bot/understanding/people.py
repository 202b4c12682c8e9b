"""People named in a message: 张老师, 王辅导员, 李明老师."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from bot.understanding import words

_HAN = re.compile(r"[\u4e00-\u9fff]")
# No given name holds one of these; the word before the title is then a sentence, not a name.
_NEVER = frozenset(
    "的是在了和跟我你他她它们个位名哪这那有没不就都也很到去来找约请问给让叫说学院系班课年级校楼号员师长吗呢吧啊里边上下前后几两些每老新女男数教被把从向打因"
)
# How many of the surnames, which the list gives by frequency, are common.
_COMMON = 100
# Surnames that without a title behind them are rather a verb or an adverb: 「找老师代签」.
_VERBAL = frozenset("代付单简乐冷解查管")
_DENIED = re.compile(
    r"(?:(?:不要|不想|别|不再)(?:再)?(?:约|找|要|见)|不是|不要|不想要|别找|别约|不找|不约|不用|而非|换掉|除了)$"
)
# 「辅导员王磊批了」, 「导师叫刘强」
_INTRODUCED = re.compile(
    r"(?:辅导员|我导|导员|导师|班主任|咨询师|联系人|负责人|审批人|收件人|教师|老师|(?<![和跟与])(?:副?(?:院长|书记|主任|处长|科长|部长|主席|校长|馆长|教授)|班长|(?:[楼层舍]|寝室|宿舍)长|团支书|学委|会长|社长|队长|教练|律师))(?:是|叫|为|:)?(?P<name>[\u4e00-\u9fff]{2,3}?)"
    r"(?=$|[,。!?)( □]|同意|批准|批|让我|叫我|要我|给我|通知|告诉|说|签|知道|那里|那边|的(?:课|电话|办公室))"
)
# 「我上次找的是钱老师，这次想换刘老师」
_BEFORE = re.compile(r"(?:上次|上回|之前|以前|原来|本来)[^,。;!?]{0,6}$")
_SOUGHT = re.compile(r"(?:找|约|预约|见|联系|咨询|换成|改成|换到|改约|换|去问|问一下|请教)(?:一下|到|的是|的)?$")
_AND = re.compile(r"\s?(?:[、,和跟与及/]|或者?|还是)\s?")
_GONE = re.compile(r"\s?(?:不行|不要|没空|没时间|太凶|请假了|不在|出差|休假|休产假|调走|退休|离职|没来|联系不上)")
# 「Prof. Lee」, 「Miss Li」, 「Dr.王」: the title first, the name with a capital letter or a Chinese surname.
_ENGLISH = re.compile(
    r"(?=[MmDdPpTtCc])(?<![A-Za-z])(?:(?:[Mm]rs?|[Mm]s|[Dd]r|[Pp]rof)\b\.?|MR|MS|DR|PROF|Miss|[Pp]rofessor|[Tt]eacher|[Cc]oach|[Dd]ean|[Dd]octor)\s?"
    r"(?:[A-Z][a-z]+(?:[-' ](?!(?:I|Is|In|On|At|The|To|For|And|Office|Room)\b)[A-Z][a-z]+){0,2}|[A-Z]{2,}(?![A-Za-z])"
    r"|(?<=[rsf][. ])\s?(?!(?:is|in|on|at|says?|said|who|has|had|and|or|the|of|office|room|will|can|told|asked)\b)[a-z]{2,}"
    r"|(?P<family>[\u4e00-\u9fff])(?=$|[\s,。!?的在说让给和有办那]|[\u4e00-\u9fff]{0,2}的))"
)
# 「刘工说要换零件」, 「约张总」: a title of one character, only behind a common surname that stands free.
_CURT = re.compile(
    r"(?:^|(?<=[\s,。!?:]|[找约给和跟问让叫请是师管勤]))(?P<family>[\u4e00-\u9fff])(?:工|总|处|院|局)(?=$|[,。!? ]|(?:说|让|好|批|答应|同意|在不在|在吗|要我|不在|电话|那边|的电话))"
)
# 「Smith老师」; 「Python老师」 teaches it.
_FOREIGN = re.compile(
    r"(?<![A-Za-z])(?!(?:Java|Python|Excel|Word|Office|Linux|English|Math|Matlab|Photoshop|Online|Offer)(?![a-z]))[A-Z][a-z]{1,14}(?:[ ·][A-Z][a-z]{1,14})?\s?$"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person named in a text."""

    name: str
    """Name and title as they are said: ``李明老师``."""
    start: int
    end: int

    def within(self, other: Person) -> bool:
        """Whether ``other`` is the same person, said with the surname alone: 张老师 beside 张伟老师."""
        return other.name == self.name or (
            self.name[0] == other.name[0]
            and self.name.endswith(other.name[1:])
            and len(other.name) - len(_titled(other.name)) == 1
        )


def find(text: str) -> list[Person]:
    """Every person in normalised ``text``, in order."""
    found: list[Person] = []
    for title in _titles().finditer(text):
        begin = found[-1].end if found else 0
        length = _named(text, begin, title.start())
        length = _familiar(text, begin, title.start(), length) or _foreign(text, begin, title.start())
        if length:
            found.append(Person(text[title.start() - length : title.end()], title.start() - length, title.end()))
    found += [
        Person(match[0].rstrip(), match.start(), match.end())
        for match in _ENGLISH.finditer(text)
        if match["family"] is None or _is_name(match["family"])
    ]
    found += [
        Person(match[0], match.start(), match.end())
        for match in _CURT.finditer(text)
        if 0 <= words.load_once("people")["surnames"].replace(" ", "").find(match["family"]) < _COMMON
    ]
    if not found:
        for match in _INTRODUCED.finditer(text):
            name = match["name"]
            if (
                name[0] not in _VERBAL
                and _is_name(name)
                and not name.startswith(tuple(words.load_once("people")["not_names"]))
            ):
                found.append(Person(name, match.start("name"), match.end("name")))
    return found


def one(text: str) -> str | None:
    """The one person ``text`` is about; ``None`` without one or with several. Who is not wanted does not count."""
    named = [person for person in find(text) if not _DENIED.search(text, max(0, person.start - 4), person.start)]
    wanted = [person for person in named if not _GONE.match(text, person.end)] if len(named) > 1 else named
    # 「张老师让我找李老师」: of several the one who is to be seen, unless they are named in one breath.
    sought = [
        person
        for person in wanted
        if _SOUGHT.search(text, max(0, person.start - 6), person.start)
        and not _BEFORE.search(text, max(0, person.start - 12), person.start)
    ]
    if len(sought) == 1 and not any(_AND.fullmatch(text, one.end, two.start) for one, two in itertools.pairwise(named)):
        wanted = sought
    chosen: Person | None = None
    for person in wanted:
        if chosen is None or person.within(chosen):
            chosen = person
        elif not chosen.within(person):
            return None
    return chosen.name if chosen else None


def _named(text: str, begin: int, end: int) -> int:
    """How many characters of ``text`` before ``end`` are a name; 0 when none is."""
    known = words.load_once("people")
    before = text[max(begin, end - 6) : end]
    # 「约一下周教授」 has no next week in it.
    if not before.endswith("一下周") and any(before.endswith(word) for word in known["not_names"]):
        return 0
    for verb in known["verbs"]:
        _, found, tail = before.rpartition(verb)
        before = tail if found and tail else before
    for length in (4, 3, 2, 1):
        name, ahead = before[-length:], before[:-length]
        if length == 1 and (full := _common(before)):
            return full
        if len(name) == length and _is_name(name) and (length == 1 or name in known["compounds"] or _free(ahead)):
            return length
    # 「我们班李明老师」: any word may stand before a full name whose last character is no surname.
    return next((length for length in (2, 3) if len(before) > length and _is_name(before[-length:])), 0)


def _familiar(text: str, begin: int, end: int, length: int) -> int:
    """``length`` with what stands before a surname among those who know each other: 小王 in 「小王辅导员」."""
    start = end - length
    known = (
        length == 1
        and start - 1 >= begin
        and text[start - 1] in "小老"
        and _free(text[max(begin, start - 5) : start - 1])
    )
    return length + 1 if known else length


def _foreign(text: str, begin: int, end: int) -> int:
    """How many characters before ``end`` are a name in Latin letters; 0 when none is."""
    match = _FOREIGN.search(text, max(begin, end - 32), end)
    return end - match.start() if match else 0


def _common(before: str) -> int:
    """The length of a full name whose family is common and whose last character is a rare surname: 吴晓燕, not 燕."""
    ranks = words.load_once("people")["surnames"].replace(" ", "")
    if ranks.find(before[-1:]) < _COMMON:
        return 0
    return next(
        (
            length
            for length in (3, 2)
            if len(before) >= length and _is_name(before[-length:]) and ranks.find(before[-length]) < _COMMON
        ),
        0,
    )


def _is_name(name: str) -> bool:
    known = words.load_once("people")
    family = 2 if name[:2] in known["compounds"] else 1
    given = name[family:]
    if family == 1 and (name[0].isspace() or name[0] not in known["surnames"]):
        return False
    if name[0] == "周" and given[:1] in tuple("一二三四五六日天末"):
        return False
    return len(given) <= 2 and not _NEVER & set(given) and all(_HAN.match(sign) for sign in given)


def _free(ahead: str) -> bool:
    """Whether a full name may begin here."""
    if not ahead or not _HAN.match(ahead[-1]):
        return True
    return any(ahead.endswith(word) for word in words.load_once("people")["before"])


def _titled(name: str) -> str:
    match = _titles().search(name)
    return match[0] if match else ""


@cache
def _titles() -> re.Pattern[str]:
    titles = sorted(words.load_once("people")["titles"], key=len, reverse=True)
    return re.compile("|".join(titles))
