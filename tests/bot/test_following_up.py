"""Words that answer a question about a case, which the conversation they are said in knows nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.following_up import Awaited, verdict
from bot.messages import Inbound, State
from bot.understanding.normalise import normalise
from tests.bot.hall import NOW, STUDENT, Hall, pipeline_over

SAID: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("verdicts.yml").read_text(encoding="utf-8"))
LIGHT = Awaited("BX20261119-0001", "宿舍报修", "verdict", about="8号楼206 灯不亮")
SOCKET = Awaited("BX20261119-0002", "宿舍报修", "verdict", about="8号楼206 插座没电")
ASKED = Awaited("TS20261119-0001", "投诉建议", "words", "信息化办公室", "是哪一层的电脑？")


@pytest.mark.parametrize("one", SAID, ids=lambda one: one["say"])
def test_what_words_say_of_something_that_was_to_be_done(one: dict[str, Any]) -> None:
    said = verdict(one["say"])
    if one["deed"] is None:
        assert said is None
    else:
        assert said is not None
        assert (said.deed, said.sure, said.more) == (one["deed"], one["sure"], one.get("more", ""))


def inbound(text: str, student: str | None = STUDENT) -> Inbound:
    return Inbound("web:c", text, student=student)


async def said(
    text: str,
    *waits: Awaited,
    state: State | None = None,
    student: str | None = STUDENT,
    meaning: tuple[str, float] = ("repair_request", 0.94),
) -> tuple[Any, list[tuple[str, str, dict[str, str]]]]:
    """What comes of words while these cases wait, and what was posted to the dialogue."""
    asked_for: list[str] = []

    async def awaiting(who: str) -> Sequence[Awaited]:
        asked_for.append(who)
        return waits

    hall = Hall()
    async with pipeline_over(hall, {text: meaning}, awaiting=awaiting) as pipeline:
        answered = await pipeline.answer(inbound(text, student), state or State())
    assert set(asked_for) <= {STUDENT}
    return answered, hall.posted


async def test_repaired_closes_the_case_that_waits_for_it() -> None:
    _, posted = await said("修好了", LIGHT)
    assert [(intent, told["ticket"], told["deed"]) for _, intent, told in posted] == [
        ("progress_query", LIGHT.number, "solved")
    ]


async def test_still_broken_goes_on_and_takes_the_words_along() -> None:
    _, posted = await said("没有，还是不亮", LIGHT)
    assert [(told["deed"], told["more"]) for _, _, told in posted] == [("unsolved", "还是不亮")]


async def test_of_two_cases_none_is_guessed() -> None:
    _, posted = await said("修好了", LIGHT, SOCKET)
    assert [("ticket" in told, told["deed"]) for _, _, told in posted] == [(False, "solved")]


async def test_of_two_cases_the_thing_tells_which() -> None:
    _, posted = await said("插座修好了", LIGHT, SOCKET)
    assert [told["ticket"] for _, _, told in posted] == [SOCKET.number]


@pytest.mark.parametrize("text", ["空调修好了", "水龙头又漏了", "303还没人来修"])
async def test_another_thing_or_room_is_not_about_the_case(text: str) -> None:
    _, posted = await said(text, LIGHT, meaning=("affirm", 0.9))
    assert posted == []


TALKING = State(at=(NOW - timedelta(minutes=1)).isoformat())


@pytest.mark.parametrize(
    ("text", "line", "deeds"),
    [
        ("可以了，谢谢", "已经解决了吗？", ["solved", "unsolved"]),
        ("还没", "还没好吗？", ["unsolved", "solved"]),
    ],
)
async def test_a_word_that_may_mean_something_else_is_asked_back_about(text: str, line: str, deeds: list[str]) -> None:
    answered, posted = await said(text, LIGHT, state=TALKING)
    assert posted == []
    assert answered.replies[-1]["text"] == f"你是说“宿舍报修 {LIGHT.number}”{line}"
    to = f"start:progress_query?ticket={LIGHT.number}&deed="
    assert [one["payload"] for one in answered.replies[-1]["choices"]] == [to + deed for deed in deeds]


@pytest.mark.parametrize(
    ("word", "deed"), [("是的", "solved"), ("对", "solved"), ("没有", "unsolved"), ("1", "solved")]
)
async def test_a_plain_yes_or_no_answers_that(word: str, deed: str) -> None:
    answered, _ = await said("可以了，谢谢", LIGHT, state=TALKING)
    _, posted = await said(word, LIGHT, state=answered.state)
    assert [told["deed"] for _, _, told in posted] == [deed]


async def test_nothing_is_asked_back_behind_a_crisis_card() -> None:
    card, _ = await said("我不想活了", LIGHT, state=TALKING)
    assert [one["kind"] for one in card.replies] == ["crisis"]
    answered, posted = await said("可以", LIGHT, state=card.state, meaning=("affirm", 0.9))
    assert posted == []
    assert "解决" not in answered.replies[-1]["text"]


@pytest.mark.parametrize("text", ["没人来", "靠窗那一排"])
async def test_somebody_in_need_is_not_a_repair(text: str) -> None:
    """The head's word on a crisis comes before any case."""
    waits = LIGHT if text == "没人来" else ASKED
    answered, posted = await said(text, waits, meaning=("crisis", 0.9))
    assert ([one["kind"] for one in answered.replies], posted) == (["crisis"], [])


async def test_what_stands_on_a_button_is_heard_in_the_middle_of_a_service() -> None:
    """WeChat has no buttons, and tells a follower what to say."""
    hall = Hall()

    async def awaiting(_who: str) -> Sequence[Awaited]:
        return [LIGHT]

    async with pipeline_over(hall, {"我要报修": ("repair_request", 0.99)}, awaiting=awaiting) as pipeline:
        begun = await pipeline.answer(inbound("我要报修"), State())
        await pipeline.answer(inbound("已解决"), begun.state)
    assert [(intent, told.get("deed")) for _, intent, told in hall.posted][:2] == [
        ("repair_request", None),
        ("progress_query", "solved"),
    ]


async def test_what_stands_on_a_button_is_a_wish_though_nothing_waits() -> None:
    """A closed case may be taken up again."""
    _, posted = await said("我这里还没好")
    assert [(intent, told["deed"], "ticket" in told) for _, intent, told in posted] == [
        ("progress_query", "unsolved", False)
    ]


@pytest.mark.parametrize(("waits", "student"), [((), STUDENT), ((ASKED,), STUDENT), ((LIGHT,), None)])
async def test_without_a_case_that_waits_for_a_verdict_the_words_mean_what_they_mean(
    waits: tuple[Awaited, ...], student: str | None
) -> None:
    answered, posted = await said("修好了", *waits, student=student, meaning=("affirm", 0.96))
    assert posted == []
    assert "正等你补充" not in answered.replies[-1]["text"]


@pytest.mark.parametrize(
    "text", ["帮我查一下电费", "怎么请假？", "谢谢", "校园卡丢了", "转专业条件", "我好难过", "不知道"]
)
async def test_a_wish_a_question_thanks_and_a_heart_are_not_offered_to_an_office(text: str) -> None:
    answered, _ = await said(text, ASKED, meaning=("card_loss_report", 0.99))
    assert "正等你补充" not in answered.replies[-1]["text"]


@pytest.mark.parametrize("text", ["三楼靠窗那一排", "主要是靠窗那盏", "第二盏，几天前就坏了", "办公桌上面那盏"])
async def test_words_that_wish_for_nothing_are_offered_to_the_office_that_waits_for_some(text: str) -> None:
    answered, posted = await said(text, ASKED)
    assert posted == []
    line = f"信息化办公室正等你补充：是哪一层的电脑？\n把“{normalise(text)}”转给他们吗？"
    assert answered.replies[-1]["text"] == line
    _, posted = await said("对", ASKED, state=answered.state)
    told = posted[0][2]
    assert (told["ticket"], told["deed"], told["supplied"]) == (ASKED.number, "supply", normalise(text))


async def test_the_office_is_told_nothing_when_the_student_says_no() -> None:
    answered, _ = await said("三楼靠窗那一排", ASKED)
    after, posted = await said("不用", ASKED, state=answered.state)
    assert (posted, after.state.offered) == ([], ())


async def test_of_two_offices_that_wait_none_is_guessed() -> None:
    other = replace(ASKED, number="BX20261119-0003", department="后勤保障处", asked="是哪一盏灯？")
    answered, posted = await said("三楼靠窗那一排", ASKED, other)
    assert posted == []
    assert [one["label"] for one in answered.replies[-1]["choices"]] == [
        "信息化办公室：是哪一层的电脑？",
        "后勤保障处：是哪一盏灯？",
        "不转",
    ]
