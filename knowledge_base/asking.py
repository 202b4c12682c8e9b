"""What a question says besides its topic: who asks, as of when, how many things at once, what it goes on from.

「那研究生呢？」 is a question only together with the one before it; 「我2023级」 chooses a version; 「挂科怎么补考，要钱吗」 are two.
Nothing here searches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from .asker import named_day, who
from .document import ANYBODY, Who
from .learners import learner
from .lexical import plain
from .wording import question_words

MOST_PARTS = 3
"""More questions in one message are answered as one: each costs a search."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One message, understood as far as a search needs it."""

    question: str
    """What is searched; a question that goes on from another is made whole."""
    who: Who = ANYBODY
    as_of: date | None = None
    """The last day of the time the question itself names (2021年); ``None`` where it names none."""
    parts: tuple[str, ...] = ()
    """What is searched instead of :attr:`question`: the questions one by one, each whole, where there are several; the
    only one without the phrase that says who asks, where there is such a phrase. Empty where nothing differs."""
    learner: str | None = None
    """A kind of learner it names that no degree covers: 留学生, 函授."""
    campus: str | None = None
    """The campus it names: 奉浦校区."""
    follows: bool = False
    """Whether it was made whole from the question before."""
    message: str = ""
    """The whole message of one of the :attr:`parts`; empty for a question that is one."""
    one_of_several: bool = False
    """Whether it is one of several :attr:`parts` of a message."""
    dangling: bool = False
    """Whether it goes on from a question nobody knows: 「那研究生呢？」 as the first words."""


def heard(said: str, today: date, before: str | None = None) -> Asking:
    """``before`` is what :attr:`Asking.question` was for the message before, or ``None``."""
    said = " ".join(said.split())
    follows = before is not None and goes_on(said)
    question = whole(said, before) if follows and before is not None else said
    # What is said last about oneself counts: 「那硕士呢」 after a question that said 本科.
    earlier = who(before, today) if follows and before is not None else ANYBODY
    person = who(said, today).known_from(earlier)
    return Asking(
        question=question,
        who=person,
        as_of=named_day(question, today),
        parts=_searched(question, person),
        learner=learner(question),
        campus=person.campus,
        follows=follows,
        dangling=not follows and bool(_AND_THEN.match(said)) and goes_on(said),
    )


def _searched(question: str, person: Who) -> tuple[str, ...]:
    """What :attr:`Asking.parts` are: empty where the question is searched as it stands."""
    several = parts(question)
    each = tuple(without_asker(part, person) for part in several or (question,))
    return each if several or each != (question,) else ()


# who asks, which is no part of what is searched

_COHORT = (
    r"(?:20)?\d{2}级(?:入学)?的?(?:学生|同学)?的?|20\d{2}年(?:秋季?|春季?|九月|9月)?(?:入学|入校|进校)的?(?:学生|同学)?"
)
_STUDY = r"[大研博][一二三四五]的?(?:学生|同学)?"
_SELF = r"(?:我们?现?在?是|我们?|本人是?|作为)"
_LED_BY_COHORT = re.compile(rf"^(?:{_SELF})?(?:{_COHORT})(?:[了，,、：:\s]*)(?![和与跟及到至以之前后、])")
_LED_BY_STUDY = re.compile(rf"^{_SELF}(?:{_STUDY})了?[，,\s]+")
_ENDED_BY_COHORT = re.compile(rf"[，,。？?\s]+{_SELF}(?:{_COHORT})[。！!\s]*$")
# 2023级按哪个办法, 2024级培养方案: the year of admission is what is asked about.
_MATTERS = re.compile(r"适用|按[哪照新旧老]|哪(?:个|一|一个)?版|新规|旧规|老规定|执行|培养方案|教学计划|培养计划")


def without_asker(question: str, person: Who) -> str:
    """The question without 「我2023级，」, which is known as ``person``: the number would find what was issued that year.

    As it is where nothing of its own would be left, and where the phrase is what is asked about.
    """
    rest = question
    if person.cohort is not None and not _MATTERS.search(question):
        rest = _ENDED_BY_COHORT.sub("", _LED_BY_COHORT.sub("", rest))
    # 「我大三，还能转专业吗」 (year -3) is answered by the very clause that names the year.
    if person.year is None or person.year > 0:
        rest = _LED_BY_STUDY.sub("", rest)
    return rest if _stands_alone(rest) else question


# several questions in one

_ASKS = re.compile(
    r"什么|啥|怎么|怎样|咋|如何|多少|多久|多长|多大|(?<![那这好十玩住待等过])(?<!没[看听吃说写去过来])几(?!眼|乎)|哪|谁|[吗么嘛呢]\s*$|能不能|可不可以|可否|能否|是否|是不是|要不要|会不会|有没有|行不行|用不用|"
    r"需不需要|该不该|算不算|可以.{0,8}[吗不]|[？?]"
)
_CUTS = re.compile(
    r"(?<=[？?；;。！!\n])|[，,、\s]*(?=(?:还有就是|还有|另外|以及|顺便|同时|再就是|再问|然后再?问)[，,]?)|[，,](?=[^，,]*$)|[，,]"
)
_APART = re.compile(r"(?:还有就是|还有|另外|以及|顺便|同时|再就是|再问)|[？?；;。！!\n]\s*(?=\S)")
"""What stands between questions that have nothing to do with each other."""
_JOINS = re.compile(
    r"^(?:还有就是|还有|另外|以及|顺便(?:再?问一?下|问问)?|同时|再就是|再问一?下|然后再?问?|请问|那么(?!多|大|长|久|远|高|重|贵)|那(?![么个些种样位份张间天年月次边里儿时会回句条本所家几]))[，,：:\s]*"
)
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z0-9]")
_LEANS = re.compile(
    r"^(?:那|结果|大概|一般|大约|得|要|需要|该|会|提前|最[晚早多少迟长短]|至[少多]|多久|多少|几|什么时候|啥时候|[去在到]哪|哪[天里儿]|[找跟由给向]?谁)"
)
"""What begins so and names little of its own asks on about the question before."""
LITTLE = 3
"""So many characters of its own at most."""
_BOTH = re.compile(
    r"^(?P<lead>.{0,8}?)(?P<x>[\u4e00-\u9fffA-Za-z0-9]{2,10}?)(?:和|与|跟|、|以及)(?P<y>[\u4e00-\u9fffA-Za-z0-9]{2,10}?)"
    r"(?P<tail>(?:分别|各自|各)[^，,]{1,16}|(?:的?(?:区别|差别|不同)|有什么(?:区别|差别|不同)|有啥(?:区别|不同))[^，,]{0,6})$"
)


def parts(question: str) -> tuple[str, ...]:
    """The questions of a message one by one, each understandable alone; empty where there is only one."""
    if both := _BOTH.match(question.rstrip("？?。 ")):
        tail = re.sub(r"分别|各自|各|的?(?:区别|差别|不同)|有什么|有啥|(?:是什么)?$", "", both["tail"], count=2)
        return tuple(f"{both['lead']}{each}{tail}" for each in (both["x"], both["y"]))
    asked = _asked(question)
    if in_one_breath(question):
        # 「聊一次多久，要花钱吗」 is one question: behind a mere comma what names nothing of its own stays with what is before it.
        asked = ["，".join([first, *rest]) for first, rest in _with_what_leans(asked)]
    if not 2 <= len(asked) <= MOST_PARTS:
        return ()
    about = topic(asked[0])
    return (asked[0], *(each if _stands_alone(each) else f"{about} {each}" for each in asked[1:]))


def led(question: str) -> tuple[str, tuple[str, ...]]:
    """One of the :func:`parts`: what it asks first, and what it asks on, each understandable alone.

    「聊一次多久，要花钱吗」 → 「聊一次多久」 and 「聊一次 要花钱吗」; of most there is nothing asked on.
    """
    found = _with_what_leans(_asked(question)) if in_one_breath(question) else []
    if len(found) != 1 or not found[0][1]:
        return question, ()
    first, rest = found[0]
    return first, tuple(f"{topic(first)} {each}" for each in rest)


def _asked(question: str) -> list[str]:
    """The questions of a message, each with what was said before it; what follows the last one belongs to it."""
    pieces = [piece.strip(" ，,；;。") for piece in _CUTS.split(question) if piece and _WORD.search(piece)]
    asked: list[str] = []
    context = ""
    for piece in pieces:
        bare = _JOINS.sub("", piece)
        if not bare:
            continue
        if _ASKS.search(bare):
            asked.append(f"{context}，{bare}" if context else bare)
            context = ""
        else:
            context = f"{context}，{bare}" if context else bare
    if context and asked:
        asked[-1] = f"{asked[-1]}，{context}"
    return asked


def _with_what_leans(asked: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each question that names something, and those behind it that name little of their own."""
    found: list[tuple[str, list[str]]] = []
    for each in asked:
        leans = not _stands_alone(each) or (_LEANS.search(each) and len(_content(each)) <= LITTLE)
        if found and leans:
            found[-1][1].append(each)
        else:
            found.append((each, []))
    return found


def in_one_breath(message: str) -> bool:
    """Whether the questions of a message hang together: 「唐一鸣为什么换宿舍，是不是跟人打架」, joined by nothing but commas."""
    return not _APART.search(message)


# going on from the question before

_ASPECT = re.compile(
    r"申请|办理|提交|审批|批准|报名|需要|材料|条件|流程|手续|步骤|时间|时候|日期|截止|期限|费用|收费|要钱|花钱|交钱|多少钱|金额|标准|电话|地点|地方|"
    r"联系|负责|部门|办公室|老师|名额|人数|比例|要求|规定|原因|后果|结果|次数|去哪|在哪|找|办|交|批|要|去|领|拿|钱|花|贵|用|能|可以|可|会|有|是|的|了|"
    r"还|也|就|都|吧|呀|啊|呢|吗|嘛|么|得|到|算|最多|最少|至少|最晚|最早|一次|一年|一般|具体|详细|再|又|被|给|让|把|我|你|他|她|它|人|请问|想问|知道|"
    r"上限|下限|免费|网上|线上|线下|现场|周末|假期|几|天|次|个|年|月|多|少|大|小|长|久|快|慢|本人|代办|别人|帮忙|补|过期|超过|超了|没|不"
)
_POINTS = re.compile(
    r"^(?:那|这个|这种|这样|这些|它|此|上述|上面|刚才|前面|同样|如果(?:是|换成)|要是|换成|换作|改成)|(?:这种情况|这个情况|刚才说的|上面说的)"
)
_ASKING = re.compile(
    r"请问一?下?|(?:我)?想(?:问|知道|了解)一?下?|是什么样的?|有什么|有哪些|什么时候|啥时候|啥时间|什么时间|什么样的?|是什么|什么|是啥|有啥|啥|怎么(?:样|办(?!理))?|怎样|咋办?|如何|"
    r"为什么|为啥|多少钱|多少|多久|多长时间|多长|几[天次个点年门分号]钟?|哪里|哪儿|哪些|哪个|找谁|谁|能不能|可不可以|可否|能否|是否|是不是|要不要|会不会|"
    r"有没有|行不行|用不用|需不需要|算不算|[吗么嘛呢](?=[？?。\s]*$)"
)
_AND_THEN = re.compile(
    r"^(?:那么?|如果是?|要是|换成|换作|改成)?(?P<what>[^，,。？?！!]{1,14}?)(?:呢|又怎么样|怎么说|也一样[吗嘛]?|一样[吗嘛]|也是这样[吗嘛]?)[呀啊]?[？?。！!\s]*$"
)
# What nobody asks about the matter before: the weather, the day, the one who answers.
_SMALL_TALK = re.compile(
    r"^你(?!们|知道|说|是说|刚|上面|前面|确定|觉得|看|帮|告诉|查|能不?能?(?:帮|告诉|说|查|再)|可以(?:帮|告诉|说|查|再))|"
    r"天气(?=怎么?样|如何|咋样?|好[吗不么]|预报|[热冷]|呢|[？?。\s]*$)|"
    r"(?:[今明后昨]天|[今明昨]晚)(?:是|会|都)*(?:(?:星期|礼拜|周)几|几[号月]|什么日子|什么节|下雨|下雪|多少度|[热冷]|过得|心情|吃什么|吃啥)|"
    r"^现?在?几点(?:了|钟了?)[？?。\s]*$"
)
_STOPS = "的了在和与跟把被对从到能可要是有没吗我你他她，,。？? 、：:；;请问想于及或"
_STOPPED = re.compile(f"[{_STOPS}]")


def goes_on(said: str) -> bool:
    """Whether a message can only be understood with the question before it."""
    body = said.strip()
    if len(body) > 30 or not body or _SMALL_TALK.search(body):
        return False
    if _AND_THEN.match(body) and len(body) <= 16:
        return True
    if _POINTS.search(body):
        # 「这个学期什么时候放假」 and 「这种情况」 differ: what points must be nearly all there is.
        return body.startswith(("那", "它", "刚才", "上述", "上面")) or len(_content(_POINTS.sub("", body))) <= 2
    return bool(_ASKS.search(body)) and not _stands_alone(body)


def whole(said: str, before: str) -> str:
    """The question as one would ask it without the one before."""
    body = said.strip()
    if (then := _AND_THEN.match(body)) is None:
        rest = re.sub(r"^(?:那么?|这个|它|刚才说的|上面说的)[，,\s]*", "", body)
        return f"{topic(before)} {rest}"
    what = re.sub(r"^(?:对于?|关于|作为|我是|是)", "", then["what"])
    if who(what, date.today()) != ANYBODY or learner(what):
        return f"{what}{_without_person(before)}"
    return _exchanged(what, before) or _other_thing(what, before) or f"{what} {before}"


def topic(question: str) -> str:
    """What a question is about, without what it asks about it: 「缓考怎么申请」 → 「缓考 申请」."""
    rest = _ASKING.sub(" ", question)
    rest = re.sub(r"[？?。！!，,；;、\s]+", " ", rest).strip()
    return rest or question


def _stands_alone(question: str) -> bool:
    return len(_content(question)) >= 2


def _content(question: str) -> str:
    """What is left of a question without what asks and without aspects any matter has."""
    rest = plain(question)
    for word in question_words():
        rest = rest.replace(word, "\n")
    rest = _ASPECT.sub("\n", rest)
    return "".join(re.findall(r"[\u4e00-\u9fffa-z]{2,}", rest))


def _without_person(question: str) -> str:
    """The question before without whom it was about."""
    rest = re.sub(
        r"(?:我们?是?|作为)?(?:20)?\d{2}级的?|(?:我是|作为)?(?:本科|硕士|博士)(?:研究生|生)?的?|(?:我是|作为)?研究生的?|[\u4e00-\u9fff]{2,4}校区的?",
        "",
        question,
    )
    return rest.lstrip("，, ") or question


def _exchanged(what: str, before: str) -> str | None:
    """「国家奖学金多少钱」, 「那励志奖学金呢」: what ends alike is exchanged."""
    for length in range(min(len(what), 5), 1, -1):
        ending = what[-length:]
        at = before.find(ending)
        if at < 0 or what in before:
            continue
        first = at
        while first and at - first < 6 and before[first - 1] not in _STOPS:
            first -= 1
        return before[:first] + what + before[at + length :]
    return None


_MAY = r"(?:能不能|可不可以|可否|能否|可以|能|允许|允不允许|准不准|准|让不让|让)"
_DOES = r"(?:使用|携带|存放|安装|申请|办理|参加|报名|报考|购买|饲养|饲喂|[用带养放装挂贴买骑停穿吃喝抽借选报考办领开])"
# 宿舍能用【吹风机】吗; 【在读证明】怎么开.
_OBJECT = re.compile(
    rf"{_MAY}(?:在[^，,]{{2,5}}(?:里|内|上)?)?(?P<verb>{_DOES})(?P<thing>[\u4e00-\u9fffA-Za-z]{{2,8}}?)(?=[吗么嘛不]?[呀啊]?[？?。\s]*$)"
)
_SUBJECT = re.compile(
    rf"^(?P<thing>[\u4e00-\u9fffA-Za-z]{{2,8}}?)(?=(?P<asks>(?:{_MAY}|要|{_ASKING.pattern}).*$))",
)
_KINDS = (
    re.compile(r"(?:馆|室|楼|堂|舍|区|苑|场|厅|房|园|校内|校外|家里?|实验室|公寓|寝)[里内上]?$"),
    re.compile(r"[周天晚早午夜日月年季节]$|假$|假期|期间|平时|学期|考试周|前|后$|以[前后]|时候"),
    re.compile(r"[生师人员友]$|同学$|家长$|辅导员|班主任|学[长姐弟妹]$|父母|爸|妈"),
)
"""Places, times, people: each is exchanged only with its like."""


def _other_thing(what: str, before: str) -> str | None:
    """「宿舍能用吹风机吗」, 「电煮锅呢」: the thing used, asked for or asked about gives way to another of its kind."""
    thing = _OBJECT.search(before)
    if thing is not None and (lead := before[: thing.start()]) and _kind(lead) is None:
        thing = None  # 自行车能停楼道吗: of two things, which gives way is not known
    if thing is not None:
        what = what.removeprefix(thing["verb"]) or what
    if not _bare(what) or what in before:
        return None
    if thing is not None and _bare(thing["thing"]) and _kind(thing["thing"]) == _kind(what):
        return before[: thing.start("thing")] + what + before[thing.end("thing") :]
    subject = _SUBJECT.match(before)
    if subject is None or not _bare(subject["thing"]) or _kind(subject["thing"]) != _kind(what):
        return None
    # 「挂科怎么补考」: what is more than an aspect may belong to the old subject alone. A place has no such tie.
    if _kind(what) != 0 and _content(subject["asks"]):
        return None
    return what + before[subject.end("thing") :]


def _bare(words: str) -> bool:
    """Whether these are a noun of 2…6 characters and nothing that asks or is an aspect of any matter."""
    core = re.sub(r"^(?:[大小](?=..)|在(?=[读校职]))", "", words)
    return bool(re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{2,6}", words)) and not (
        _ASPECT.search(core) or _STOPPED.search(core)
    )


def _kind(words: str) -> int | None:
    """The place in the list of kinds; ``None`` for any other thing."""
    return next((at for at, kind in enumerate(_KINDS) if kind.search(words)), None)


def about(asking: Asking, question: str) -> Asking:
    """The same person and day, one of several questions."""
    message = asking.question if asking.parts else ""
    return replace(asking, question=question, parts=(), message=message, one_of_several=len(asking.parts) > 1)
