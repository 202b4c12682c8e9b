"""Words that answer a question about a case, which the conversation they are said in knows nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.following_up import Awaited, verdict
from bot.messages import Inbound, State
from tests.bot.hall import NOW, STUDENT, Hall, pipeline_over

SAID: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("verdicts.yml").read_text(encoding="utf-8"))
LIGHT = Awaited("BX20261119-0001", "宿舍报修", "verdict")
SOCKET = Awaited("BX20261119-0002", "宿舍报修", "verdict")
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
    _, posted = await said("没有，还是漏水", LIGHT)
    assert [(told["deed"], told["supplied"]) for _, _, told in posted] == [("unsolved", "还是漏水")]


async def test_of_two_cases_none_is_guessed() -> None:
    _, posted = await said("修好了", LIGHT, SOCKET)
    assert [("ticket" in told, told["deed"]) for _, _, told in posted] == [(False, "solved")]


async def test_in_the_middle_of_a_talk_a_word_that_may_mean_something_else_closes_nothing() -> None:
    talking = State(at=(NOW - timedelta(minutes=1)).isoformat())
    answered, posted = await said("可以了，谢谢", LIGHT, state=talking)
    assert posted == []
    assert answered.replies[-1]["text"] == f"是说“宿舍报修 {LIGHT.number}”解决了没有吗？点一下就行。"
    assert [one["payload"] for one in answered.replies[-1]["choices"]] == [
        f"start:progress_query?ticket={LIGHT.number}&deed=solved",
        f"start:progress_query?ticket={LIGHT.number}&deed=unsolved",
    ]


async def test_hours_later_the_same_word_answers_the_question() -> None:
    before = State(at=(NOW - timedelta(hours=2)).isoformat())
    _, posted = await said("可以了，谢谢", LIGHT, state=before)
    assert [told["deed"] for _, _, told in posted] == ["solved"]


@pytest.mark.parametrize(("waits", "student"), [((), STUDENT), ((ASKED,), STUDENT), ((LIGHT,), None)])
async def test_without_a_case_that_waits_for_a_verdict_the_words_mean_what_they_mean(
    waits: tuple[Awaited, ...], student: str | None
) -> None:
    _, posted = await said("修好了", *waits, student=student, meaning=("affirm", 0.96))
    assert posted == []


@pytest.mark.parametrize("text", ["帮我查一下电费", "怎么请假？", "谢谢", "校园卡丢了"])
async def test_a_wish_a_question_and_thanks_are_not_offered_to_an_office(text: str) -> None:
    answered, _ = await said(text, ASKED, meaning=("card_loss_report", 0.99))
    assert "正等你补充" not in answered.replies[-1]["text"]


async def test_words_that_wish_for_nothing_are_offered_to_the_office_that_waits_for_some() -> None:
    answered, posted = await said("三楼靠窗那一排", ASKED)
    assert posted == []
    assert answered.replies[-1]["text"] == "信息化办公室正等你补充：是哪一层的电脑？\n刚才这句要转给他们吗？"
    hall = Hall()
    async with pipeline_over(hall, {}) as pipeline:
        await pipeline.answer(Inbound("web:c", payload="take:progress_query", student=STUDENT), answered.state)
    told = hall.posted[0][2]
    assert (told["ticket"], told["deed"], told["supplied"]) == (ASKED.number, "supply", "三楼靠窗那一排")


async def test_the_office_is_told_nothing_when_the_student_says_it_was_not_meant() -> None:
    answered, _ = await said("三楼靠窗那一排", ASKED)
    hall = Hall()
    async with pipeline_over(hall, {}) as pipeline:
        after = await pipeline.answer(Inbound("web:c", payload="rephrase", student=STUDENT), answered.state)
    assert (hall.posted, after.state.held) == ([], None)
