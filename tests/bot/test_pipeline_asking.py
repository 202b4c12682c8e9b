"""Asking or doing, two close intents, and what is kept of sentences that were taken wrongly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.asking import form, weigh
from bot.pipeline import Pipeline
from bot.tasks import Tasks
from bot.turns import Dialogue
from bot.words import read_crisis_card, read_emergency_card, read_services, read_words
from tests.bot.hall import FORMS, NOW, Hall, Head, Rules, Talk, texts

WORDS = read_words()
MEANINGS: dict[str, Any] = {
    "校园卡丢了": ("card_loss_report", 0.98),
    "校园卡丢了要赔钱吗?": (("policy_question", 0.9), ("card_loss_report", 0.08)),
    "校园卡丢了怎么补?": (("card_loss_report", 0.6), ("policy_question", 0.36)),
    "成绩单怎么打": (("transcript_print", 0.93), ("policy_question", 0.05)),
    "自习室几点关": (("venue_booking", 0.7), ("policy_question", 0.28)),
    "我饭卡里还有多少钱": (("card_balance", 0.98), ("policy_question", 0.01)),
    "想请假怎么弄": (("policy_question", 0.9), ("leave_request", 0.08)),
    "病假条的事": (("policy_question", 0.52), ("leave_request", 0.45)),
    "卡的事情弄一下": (("card_top_up", 0.46), ("card_loss_report", 0.4)),
    "给卡里加点": (("card_top_up", 0.97),),
    "我朋友那事": (("complaint", 0.3), ("out_of_scope", 0.28)),
    "饭卡那个": (("out_of_scope", 0.3), ("card_balance", 0.1)),
    "10号楼201灯坏了": ("repair_request", 0.98),
    "来张成绩单": ("transcript_print", 1.0),
    "成绩单咋打": (("transcript_print", 1.0), ("policy_question", 0.0001)),
    "不用密封能不能便宜?": (("policy_question", 0.97), ("transcript_print", 0.02)),
    "过几天吧": (("policy_question", 0.85), ("affirm", 0.08)),
    "我不想留名": (("crisis", 0.9), ("affirm", 0.02)),
    "说了太多话了我不想留名就这样吧永远不见": (("crisis", 0.9), ("affirm", 0.02)),
    "不想在了": (("crisis", 0.9), ("affirm", 0.02)),
    "最后一个": (("crisis", 0.95), ("affirm", 0.01)),
    "我饭卡还剩多少": ("card_balance", 0.98),
    "帮室友把校园卡挂失": ("card_loss_report", 0.98),
    "假取消一下": (("leave_request", 0.6), ("cancel", 0.37)),
    "取消点什么": (("cancel", 0.6), ("leave_request", 0.3)),
}
KNOWN = {
    "成绩单咋打": 0.86,
    "不用密封能不能便宜?": 0.7,
    "过几天吧": 0.0,
    "校园卡丢了怎么补?": 0.85,
    "成绩单怎么打": 0.7,
    "自习室几点关": 0.95,
}


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def pipeline(hall: Hall) -> AsyncIterator[Pipeline]:
    dialogue = Dialogue("http://rasa", "inner", transport=httpx.MockTransport(hall))
    await dialogue.look()
    yield Pipeline(
        understanding=Head(MEANINGS),  # type: ignore[arg-type]
        policies=Rules(KNOWN),  # type: ignore[arg-type]
        tasks=Tasks(dialogue),
        services={name: replace(one, online=name in FORMS) for name, one in read_services().items()},
        words=WORDS,
        crisis_card=read_crisis_card("021-5550-1110"),
        emergency_card=read_emergency_card(),
        now=lambda: NOW,
    )
    await dialogue.close()


def labels(replies: tuple[dict[str, Any], ...]) -> list[str]:
    return [one["label"] for reply in replies for one in reply.get("choices", ())]


# asking or doing


async def test_a_question_is_answered_and_a_statement_is_done(pipeline: Pipeline, hall: Hall) -> None:
    assert texts(await Talk(pipeline)("校园卡丢了要赔钱吗？")) == ["规定：校园卡丢了要赔钱吗?"]
    assert texts(await Talk(pipeline)("校园卡丢了")) == ["card_loss_report confirmed？"]


async def test_an_answer_that_could_be_a_wish_is_turned_round_by_one_tap_with_the_first_words(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    answered = await talk("校园卡丢了怎么补？")
    assert answered.trace.route == "policy"
    assert labels(answered.replies) == ["我要办校园卡挂失"]
    await talk.tap("我要办校园卡挂失", answered)
    assert hall.posted[-1][1:] == ("card_loss_report", {"utterance": "校园卡丢了怎么补?"})
    assert [(one.because, one.text, one.label) for one in talk.kept] == [
        ("turned_round", "校园卡丢了怎么补?", "card_loss_report")
    ]


@pytest.mark.parametrize("words", ["我只是想问规定", "我就问问", "只是问一下", "就是想问一下规定而已"])
async def test_a_service_begun_by_what_may_be_a_question_says_so_and_is_left_with_nothing_written(
    pipeline: Pipeline, hall: Hall, words: str
) -> None:
    talk = Talk(pipeline)
    begun = await talk("成绩单怎么打")
    assert texts(begun) == [WORDS["taken_as_wish"].format(title="成绩单打印"), "transcript_print sealed？"]
    assert labels(begun.replies)[0] == "我只是想问规定"
    answered = await talk(words)
    assert texts(answered) == ["规定：成绩单怎么打"]
    assert labels(answered.replies) == ["我要办成绩单打印"]
    assert hall.intents == ["transcript_print", "cancel"]
    assert talk.state.task is None
    assert [(one.because, one.taken, one.label) for one in talk.kept] == [
        ("turned_round", "transcript_print", "policy_question")
    ]


async def test_how_something_is_done_is_answered_with_the_service_one_tap_away(pipeline: Pipeline, hall: Hall) -> None:
    assert labels((await Talk(pipeline)("想请假怎么弄")).replies) == ["我要办请假"]
    assert labels((await Talk(pipeline)("校园卡丢了要赔钱吗？")).replies) == []


async def test_what_was_handed_in_is_taken_back_by_the_service_that_can(pipeline: Pipeline, hall: Hall) -> None:
    await Talk(pipeline)("取消请假")
    assert hall.intents == ["progress_query"]


async def test_what_speaks_for_breaking_off_speaks_not_against_a_service_while_nothing_is_open(
    pipeline: Pipeline, hall: Hall
) -> None:
    await Talk(pipeline)("假取消一下")
    assert hall.intents == ["leave_request"]


async def test_cancelling_what_no_service_is_surely_meant_by_begins_none(pipeline: Pipeline, hall: Hall) -> None:
    await Talk(pipeline)("取消点什么")
    assert hall.intents == []


async def test_turning_round_is_for_the_first_question_only(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("成绩单怎么打")
    await talk("1")
    answered = await talk("", "only_ask")
    assert texts(answered) == [WORDS["stale_button"], "transcript_print count？"]


async def test_a_turned_round_question_lets_what_waits_come_back(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = replace(
        pipeline,
        understanding=Head({**MEANINGS, "先说成绩单怎么打": (("transcript_print", 0.97),)}),  # type: ignore[arg-type]
    )
    await talk("先说成绩单怎么打")
    answered = await talk("", "only_ask")
    assert texts(answered)[-1] == "repair_request phone？"


@pytest.mark.parametrize("words", ["我饭卡里还有多少钱", "校园卡丢了", "报修"])
async def test_a_plain_command_carries_no_such_button(pipeline: Pipeline, hall: Hall, words: str) -> None:
    assert "我只是想问规定" not in labels((await Talk(pipeline)(words)).replies)


async def test_what_the_documents_do_not_answer_and_is_no_question_in_form_is_done(
    pipeline: Pipeline, hall: Hall
) -> None:
    pipeline = replace(pipeline, policies=Rules({"病假条的事": 0.0}))  # type: ignore[arg-type]
    begun = await Talk(pipeline)("病假条的事")
    assert texts(begun)[-1] == "leave_request reason？"
    assert labels(begun.replies) == ["我只是想问规定"]


def test_form_and_search_outweigh_a_head_that_is_not_sure() -> None:
    assert form("帮我打成绩单") > 0 > form("打成绩单要多少钱")
    assert weigh(0.7, 0.28, "自习室几点关", 0.95) < 0 < weigh(0.98, 0.01, "我饭卡里还有多少钱", None)
    assert weigh(0.9, 0.05, "成绩单怎么打", 0.7) > 0


async def test_a_service_s_own_words_in_the_middle_of_it_are_a_question(pipeline: Pipeline, hall: Hall) -> None:
    meant = {**MEANINGS, "打成绩单要钱吗?": ("transcript_print", 0.97)}
    rules = Rules({"打成绩单要钱吗?": 0.9})
    pipeline = replace(pipeline, understanding=Head(meant), policies=rules)  # type: ignore[arg-type]
    talk = Talk(pipeline)
    await talk("", "start:transcript_print")
    answered = await talk("打成绩单要钱吗？")
    assert texts(answered) == ["规定：打成绩单要钱吗?", "transcript_print sealed？"]


async def test_a_service_named_before_a_colon_is_that_service(pipeline: Pipeline, hall: Hall) -> None:
    await Talk(pipeline)("上报隐患：路灯杆歪了")
    assert hall.posted[-1][1] == "hazard_report"


# two close intents


async def test_two_close_services_are_asked_about_with_two_buttons_and_go_on_with_the_first_words(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    asked = await talk("卡的事情弄一下")
    assert labels(asked.replies) == ["校园卡充值", "校园卡挂失"]
    await talk.tap("校园卡挂失", asked)
    assert hall.posted == [(hall.posted[0][0], "card_loss_report", {"utterance": "卡的事情弄一下"})]
    assert [(one.because, one.taken, one.label) for one in talk.kept] == [("chosen", "card_top_up", "card_loss_report")]


@pytest.mark.parametrize(("answer", "task"), [(None, "card_top_up"), ("校园卡挂失", "card_loss_report")])
async def test_nobody_is_asked_twice_about_the_same_words(
    pipeline: Pipeline, hall: Hall, answer: str | None, task: str
) -> None:
    talk = Talk(pipeline)
    asked = await talk("卡的事情弄一下")
    if answer:
        await talk.tap(answer, asked)
        await talk("算了")
    await talk("卡的事情弄一下！")
    assert hall.intents[-1] == task


async def test_neither_of_the_two_is_kept_and_not_begun_when_said_again(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    asked = await talk("我朋友那事")
    assert labels(asked.replies) == ["投诉建议", "都不是"]
    await talk.tap("都不是", asked)
    assert [(one.because, one.label) for one in talk.kept] == [("none_fits", None)]
    assert hall.posted == []


# what is kept for training


async def test_a_wish_said_again_in_other_words_keeps_the_first(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    assert texts(await talk("饭卡那个")) == [WORDS["unclear"]]
    await talk("我饭卡还剩多少")
    assert [(one.because, one.text, one.label) for one in talk.kept] == [("said_again", "饭卡那个", "card_balance")]
    await talk("我饭卡还剩多少")
    assert len(talk.kept) == 1


async def test_a_service_cancelled_at_its_first_question_keeps_what_began_it(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("算了")
    assert [(one.because, one.text, one.taken) for one in talk.kept] == [
        ("cancelled_at_once", "10号楼201灯坏了", "repair_request")
    ]


async def test_a_service_cancelled_later_keeps_nothing(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("13812345678")
    await talk("算了")
    assert talk.kept == []


async def test_ordinary_turns_cost_one_post(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    for number, words in enumerate(["10号楼201灯坏了", "13812345678", "校园卡丢了", "确认"], 1):
        await talk(words)
        assert len(hall.posted) == number


async def test_how_to_do_it_may_only_ask_however_sure_the_head_is(pipeline: Pipeline, hall: Hall) -> None:
    answered = await Talk(pipeline)("成绩单咋打")
    assert answered.trace.task == "transcript_print"
    assert [one["label"] for one in answered.replies[0]["choices"]] == ["我只是想问规定"]


async def test_a_question_about_the_open_service_is_answered_though_it_looks_like_an_answer(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("来张成绩单")
    answered = await talk("不用密封能不能便宜?")
    assert (answered.trace.route, answered.trace.asking) == ("policy", "sealed")
    assert texts(answered)[-1] == "transcript_print sealed？"
    assert hall.intents == ["transcript_print"]


async def test_what_neither_asks_nor_is_answered_is_an_answer_gone_wrong(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("来张成绩单")
    answered = await talk("过几天吧")
    assert (answered.trace.route, hall.intents) == ("task", ["transcript_print", "answer"])


async def test_the_last_of_the_choices_is_no_alarm(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("来张成绩单")
    assert (await talk("最后一个")).trace.asking == "count"
    assert (await Talk(pipeline)("最后一个")).trace.route == "crisis"


@pytest.mark.parametrize(
    ("text", "route"),
    [("我不想留名", "task"), ("说了太多话了我不想留名就这样吧永远不见", "crisis"), ("不想在了", "crisis")],
)
async def test_words_of_a_choice_are_no_alarm_unless_more_is_said_with_them(
    pipeline: Pipeline, text: str, route: str
) -> None:
    talk = Talk(pipeline)
    await talk("来张成绩单")
    talk.state = replace(talk.state, prompt={**talk.state.prompt, "said": {"no": "不想留名"}})  # type: ignore[dict-item]
    assert (await talk(text)).trace.route == route


async def test_what_is_asked_for_somebody_else_is_not_done_for_oneself_without_a_word(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    said = await talk("帮室友把校园卡挂失")
    assert hall.intents == []
    assert "替不了别人" in texts(said)[0]
    assert said.replies[0]["choices"] == [{"label": "办我自己的校园卡挂失", "payload": "start:card_loss_report"}]
    await talk("办我自己的校园卡挂失")
    assert hall.intents == ["card_loss_report"]
