"""What answers nothing and asks for nothing: nothing absurd is made of it, and the open question stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.pipeline import Pipeline
from bot.words import read_words
from tests.bot.hall import Hall, Talk, pipeline_over, texts

WORDS = read_words()
MEANINGS: dict[str, Any] = {
    "10号楼201灯坏了": ("repair_request", 0.98),
    "我想请假": ("leave_request", 0.99),
    "校园卡丢了": ("card_loss_report", 0.99),
    "😊": ("progress_query", 0.9),
    "?": ("progress_query", 0.6),
    "谢谢,没了": ("thank", 0.95),
}


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def pipeline(hall: Hall) -> AsyncIterator[Pipeline]:
    async with pipeline_over(hall, MEANINGS) as opened:
        yield opened


@pytest.mark.parametrize("said", ["😊", "😂😂", "。。。", "哦", "哈哈哈", "额"])
async def test_a_nod_while_nothing_is_open_begins_nothing(pipeline: Pipeline, hall: Hall, said: str) -> None:
    assert texts(await Talk(pipeline)(said)) == [WORDS["heard"]]
    assert hall.posted == []


async def test_a_lone_question_mark_is_met_with_a_question_of_what_is_meant(pipeline: Pipeline, hall: Hall) -> None:
    assert texts(await Talk(pipeline)("？")) == [WORDS["puzzled"]]
    assert hall.posted == []


@pytest.mark.parametrize("said", ["哦", "嗯嗯", "好吧", "知道了"])
@pytest.mark.parametrize("begun", ["我想请假", "10号楼201灯坏了"])
async def test_a_nod_answers_no_question_and_costs_no_try(
    pipeline: Pipeline, hall: Hall, begun: str, said: str
) -> None:
    talk = Talk(pipeline)
    asked = texts(await talk(begun))[-1]
    before = len(hall.posted)
    assert texts(await talk(said)) == [WORDS["heard_open"], asked]
    assert len(hall.posted) == before


async def test_signs_alone_repeat_the_question_without_a_reproach(pipeline: Pipeline) -> None:
    talk = Talk(pipeline)
    asked = texts(await talk("我想请假"))[-1]
    for said in ("？", "😂", "……"):
        assert texts(await talk(said)) == [asked]


async def test_thinking_it_over_is_granted(pipeline: Pipeline) -> None:
    talk = Talk(pipeline)
    asked = texts(await talk("我想请假"))[-1]
    for said in ("等一下", "我想想", "让我看看哈"):
        assert texts(await talk(said)) == [WORDS["no_hurry"], asked]


async def test_a_nod_to_the_card_submits_nothing_and_a_yes_does(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("校园卡丢了")
    assert texts(await talk("哦"))[0] == WORDS["not_submitted"]
    assert hall.intents == ["card_loss_report"]
    await talk("好的")
    assert hall.intents == ["card_loss_report", "answer"]


@pytest.mark.parametrize("said", ["谢谢", "谢谢，没了"])
async def test_thanks_in_the_middle_say_what_is_still_open(pipeline: Pipeline, said: str) -> None:
    talk = Talk(pipeline)
    asked = texts(await talk("我想请假"))[-1]
    assert texts(await talk(said)) == ["不客气。“请假”还没办完，接着来。", asked]
    talk = Talk(pipeline)
    await talk("校园卡丢了")
    assert texts(await talk(said))[0] == WORDS["thank_card"]


async def test_who_says_to_be_signed_in_is_told_whether_that_is_so(pipeline: Pipeline, hall: Hall) -> None:
    assert texts(await Talk(pipeline)("我登录好了")) == [WORDS["signed_in_next"]]
    assert texts(await Talk(pipeline, student=None)("我登录好了")) == [WORDS["not_signed_in_next"]]
    talk = Talk(pipeline)
    asked = texts(await talk("我想请假"))[-1]
    assert texts(await talk("我已经登录了")) == [WORDS["signed_in_already"], asked]
    assert hall.intents == ["leave_request"]
