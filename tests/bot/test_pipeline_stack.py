"""Services in the middle of services: what waits, what comes back, what is begun next, what is left for a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.messages import State
from bot.pipeline import Pipeline
from bot.services_open import DEEPEST
from bot.words import read_crisis_card, read_words
from tests.bot.hall import NOW, Hall, Head, Talk, pipeline_over, texts

WORDS = read_words()
MEANINGS: dict[str, Any] = {
    "10号楼201灯坏了": ("repair_request", 0.98),
    "灯坏了": ("repair_request", 0.98),
    "投诉一下宿管": ("complaint", 0.97),
    "我饭卡里还有多少钱": ("card_balance", 0.99),
    "先查下余额": ("card_balance", 0.9),
    "查余额": ("card_balance", 0.95),
    "充一百": ("card_top_up", 0.95),
    "先帮我挂失": ("card_loss_report", 0.9),
    "饭卡丢了难受": ("card_loss_report", 0.7),
    "饭卡丢了": ("card_loss_report", 0.97),
    "来杯美式": ("coffee_order", 0.99),
    "再来杯美式": ("coffee_order", 0.99),
    "我想请假": ("leave_request", 0.99),
    "打中文成绩单": ("transcript_print", 0.99),
    "宿舍晚上几点关门?": ("policy_question", 0.97),
    "宿舍几点关门": ("policy_question", 0.97),
    "电动车在楼道充电": ("hazard_report", 0.97),
    "我高数考了多少": ("grade_query", 0.97),
    "晚上十一点还能进宿舍吗": ("policy_question", 0.9),
}


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def pipeline(hall: Hall) -> AsyncIterator[Pipeline]:
    async with pipeline_over(hall, MEANINGS) as opened:
        yield opened


def later(pipeline: Pipeline, **by: float) -> Pipeline:
    """The same house some time after."""
    return replace(pipeline, now=lambda: NOW + timedelta(**by))


# one service waits while another is done


@pytest.mark.parametrize("words", ["先帮我挂失", "饭卡丢了", "校园卡挂失"])
async def test_another_service_is_begun_at_once_and_the_first_comes_back_with_its_question(
    pipeline: Pipeline, hall: Hall, words: str
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    waiting = talk.state.open_now
    begun = await talk(words)
    assert texts(begun) == ["好，先办“校园卡挂失”，办完接着办“宿舍报修”。", "card_loss_report confirmed？"]
    assert begun.trace.asking == "confirmed"
    back = await talk("确认")
    assert texts(back) == ["card_loss_report 办好了", "接着办“宿舍报修”。", "repair_request phone？"]
    assert (back.trace.task, back.trace.asking) == ("repair_request", "phone")
    assert talk.state.open_now == waiting
    assert hall.intents == ["repair_request", "card_loss_report", "answer"]


async def test_what_waits_comes_back_after_a_cancel_too_and_is_dropped_by_its_own(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    assert texts(await talk("算了")) == ["card_loss_report 取消了", "接着办“宿舍报修”。", "repair_request phone？"]
    assert texts(await talk("算了")) == ["repair_request 取消了"]
    assert (talk.state.task, talk.state.waiting) == (None, ())


async def test_a_query_in_between_is_answered_and_the_question_stands_again_in_the_same_reply(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("我想请假")
    answered = await talk("先查下余额")
    assert texts(answered) == ["card_balance 办好了", "接着办“请假”。", "leave_request reason？"]
    assert hall.intents == ["leave_request", "card_balance"]


async def test_five_wait_behind_the_sixth_and_come_back_in_their_order(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    starts = ["repair_request", "leave_request", "transcript_print", "card_top_up", "complaint", "card_loss_report"]
    for task in starts:
        await talk("", f"start:{task}")
    assert [one["task"] for one in talk.state.waiting] == starts[:DEEPEST]
    refused = await talk("", "start:coffee_order")
    assert texts(refused) == [
        WORDS["too_deep"].format(open="校园卡挂失", title="咖啡机器人点单"),
        "card_loss_report confirmed？",
    ]
    came = []
    for _ in starts:
        came.append(talk.state.task)
        await talk("算了")
    assert came == starts[::-1]
    assert talk.state.task is None


async def test_everything_is_given_up_at_one_word(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    assert texts(await talk("都不办了")) == [WORDS["all_dropped"]]
    assert hall.intents[2:] == ["cancel", "cancel"]
    assert (talk.state.task, talk.state.waiting) == (None, ())


async def test_a_doubtful_wish_is_asked_about_and_the_first_is_not_dropped(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    offer = await talk("饭卡丢了难受")
    assert [one["payload"] for one in offer.replies[0]["choices"]] == ["switch", "keep"]
    assert texts(await talk("继续办宿舍报修")) == ["repair_request phone？"]
    assert [one.because for one in talk.kept] == ["declined_switch"]
    await talk.tap("先办校园卡挂失", await talk("饭卡丢了难受"))
    assert [one["task"] for one in talk.state.waiting] == ["repair_request"]


@pytest.mark.parametrize("words", ["饭卡丢了难受", "饭卡丢了", "灯坏了"])
async def test_free_words_are_an_answer_though_they_name_another_service(
    pipeline: Pipeline, hall: Hall, words: str
) -> None:
    talk = Talk(pipeline)
    await talk("我想请假")
    await talk(words)
    assert hall.posted[-1][1:] == ("answer", {"value": words, "utterance": words})


@pytest.mark.parametrize("words", ["先帮我挂失", "等下，查余额"])
async def test_words_that_interrupt_are_no_answer_in_free_words(pipeline: Pipeline, hall: Hall, words: str) -> None:
    pipeline = replace(pipeline, understanding=Head({**MEANINGS, "等下,查余额": ("card_balance", 0.8)}))  # type: ignore[arg-type]
    talk = Talk(pipeline)
    await talk("我想请假")
    await talk(words)
    assert "answer" not in hall.intents
    assert len(hall.intents) == 2


async def test_an_answer_that_could_not_be_read_is_no_wish_for_another_service(pipeline: Pipeline, hall: Hall) -> None:
    pipeline = replace(pipeline, understanding=Head({**MEANINGS, "周三上午的": ("grade_query", 0.93)}))  # type: ignore[arg-type]
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("周三上午的")
    assert hall.posted[-1][1:] == ("answer", {"utterance": "周三上午的"})


async def test_a_service_that_waits_is_not_begun_a_second_time(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    answered = await talk("报修")
    assert texts(answered) == ["接着办“宿舍报修”。", "repair_request phone？"]
    assert [one["task"] for one in talk.state.waiting] == ["card_loss_report"]
    assert hall.intents == ["repair_request", "card_loss_report"]


async def test_questions_and_small_talk_at_any_depth_lose_nothing(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    before = talk.state
    for words in ("宿舍晚上几点关门？", "你好", "谢谢"):
        assert texts(await talk(words))[-1] == "card_loss_report confirmed？"
    assert (talk.state.open_now, talk.state.waiting) == (before.open_now, before.waiting)


async def test_a_service_that_waited_for_the_sign_in_goes_on_by_the_form_when_somebody_is_signed_in(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline, student=None)
    await talk("10号楼201灯坏了")
    prompt = {**(talk.state.prompt or {}), "kind": "sign_in", "asking": "sign_in"}
    talk.state = replace(talk.state, prompt=prompt)
    await talk("饭卡丢了")
    assert [one["task"] for one in talk.state.waiting] == ["repair_request"]
    talk.student = "2026020001"
    assert texts(await talk("算了"))[-1] == "repair_request phone？"
    assert hall.intents[-2:] == ["cancel", "resume"]


async def test_with_rasa_down_the_open_service_stays_at_the_front(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    before = talk.state.open_now
    hall.alive = False
    assert texts(await talk("先帮我挂失")) == [WORDS["dialogue_down"]]
    assert (talk.state.open_now, talk.state.waiting) == (before, ())


# several requests at once


async def test_two_requests_are_done_one_after_the_other(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    begun = await talk("灯坏了，顺便投诉一下宿管")
    assert texts(begun) == ["先办“宿舍报修”，办完接着办“投诉建议”。", "repair_request phone？"]
    await talk("13812345678")
    second = await talk("1")
    assert texts(second) == ["repair_request 办好了", "接下来办“投诉建议”。", "complaint story？"]
    assert hall.posted[-1][1:] == ("complaint", {"utterance": "投诉一下宿管"})


async def test_the_second_request_begins_when_the_first_is_cancelled_too(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("灯坏了，顺便投诉一下宿管")
    assert texts(await talk("算了"))[1:] == ["接下来办“投诉建议”。", "complaint story？"]


async def test_a_query_before_a_service_needs_one_message(pipeline: Pipeline, hall: Hall) -> None:
    answered = await Talk(pipeline)("查余额，再充一百")
    assert texts(answered) == [
        "先办“校园卡余额查询”，办完接着办“校园卡充值”。",
        "card_balance 办好了",
        "接下来办“校园卡充值”。",
        "card_top_up amount？",
    ]


async def test_a_question_beside_a_service_is_answered_at_once(pipeline: Pipeline, hall: Hall) -> None:
    answered = await Talk(pipeline)("打中文成绩单，另外宿舍几点关门")
    assert texts(answered) == ["规定：宿舍几点关门", "transcript_print sealed？"]


async def test_two_requests_in_the_middle_of_a_third_come_before_it(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("灯坏了，顺便投诉一下宿管")
    tasks = [talk.state.task]
    for _ in range(2):
        await talk("算了")
        tasks.append(talk.state.task)
    assert tasks == ["repair_request", "complaint", "transcript_print"]


async def test_a_request_that_cannot_begin_now_begins_with_the_next_message(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("灯坏了，顺便投诉一下宿管")
    await talk("13812345678")
    real, hall.forms = hall._answer, hall.forms

    def only_the_first(tracker: str, intent: str, said: Any) -> Any:
        return [] if intent == "complaint" else real(tracker, intent, said)

    hall._answer = only_the_first  # type: ignore[method-assign]
    assert texts(await talk("1"))[-1] == WORDS["dialogue_silent"]
    hall._answer = real  # type: ignore[method-assign]
    assert texts(await talk("你好"))[1:] == ["接下来办“投诉建议”。", "complaint story？"]


async def test_what_is_asked_for_beside_an_answer_is_done_after_the_open_service(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("灯坏了")
    answered = await talk("13812345678，顺便投诉一下宿管")
    assert texts(answered) == ["先办“宿舍报修”，办完接着办“投诉建议”。", "repair_request visit？"]
    assert texts(await talk("1"))[1:] == ["接下来办“投诉建议”。", "complaint story？"]


async def test_a_question_beside_an_answer_is_answered_and_the_form_goes_on(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("灯坏了")
    answered = await talk("13812345678，对了宿舍几点关门")
    assert texts(answered) == ["规定：宿舍几点关门", "repair_request visit？"]


async def test_words_that_interrupt_begin_another_service_though_they_hold_an_answer(
    pipeline: Pipeline, hall: Hall
) -> None:
    words = "等下,先帮我报修3号楼502的灯"
    pipeline = replace(pipeline, understanding=Head({**MEANINGS, words: ("repair_request", 0.97)}))  # type: ignore[arg-type]
    talk = Talk(pipeline)
    await talk("电动车在楼道充电")
    await talk(words)
    assert [one["task"] for one in talk.state.waiting] == ["hazard_report"]
    assert hall.posted[-1][1] == "repair_request"


# a crisis sentence


async def test_after_a_crisis_sentence_nothing_that_waits_continues_by_itself(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("先帮我挂失")
    assert (await talk("我不想活了")).trace.route == "crisis"
    assert [one["task"] for one in talk.state.waiting] == ["transcript_print"]
    await talk("你好")
    await talk("查余额")
    assert talk.state.task is None
    assert hall.intents == ["transcript_print", "card_loss_report", "card_balance"]
    assert texts(await talk("继续")) == ["card_loss_report confirmed？"]
    assert texts(await talk("确认"))[-1] == "transcript_print sealed？"


async def test_what_waits_behind_a_stopped_service_is_offered_when_that_is_dropped(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("先帮我挂失")
    await talk("我不想活了")
    dropped = await talk("算了")
    assert texts(dropped) == [
        "好的，“校园卡挂失”不办了，没有提交任何内容。",
        "“成绩单打印”停在刚才那一步，还没有提交。",
    ]
    assert (await talk("继续")).trace.asking == "sealed"


async def test_a_second_crisis_sentence_loses_no_service(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("我不想活了")
    await talk("饭卡丢了")
    await talk("我不想活了")
    assert (talk.state.paused or {})["task"] == "card_loss_report"
    assert [one["task"] for one in talk.state.waiting] == ["transcript_print"]


async def test_a_request_that_was_about_to_begin_does_not_after_a_crisis_sentence(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    wish = {"intent": "complaint", "entities": {}, "utterance": "投诉一下宿管"}
    talk.state = State(waiting=(wish,))
    assert texts(await talk("我不想活了")) == [read_crisis_card("021-5550-1110")["text"]]
    assert texts(await talk("你好"))[-1] == "“投诉建议”还没有开始办。"
    assert hall.posted == []
    assert texts(await talk("继续")) == ["complaint story？"]


@pytest.mark.parametrize("words", ["都不办了", "全部取消"])
async def test_what_was_stopped_and_what_waits_behind_it_are_given_up_together(
    pipeline: Pipeline, hall: Hall, words: str
) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    await talk("先帮我挂失")
    await talk("我不想活了")
    assert texts(await talk(words)) == [WORDS["all_dropped"]]
    assert (talk.state.waiting, talk.state.paused) == ((), None)


# left for a day


async def test_a_service_left_for_a_day_is_asked_about_and_goes_on_with_what_was_said(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=13)
    asked = await talk("13812345678")
    assert texts(asked) == [WORDS["left"].format(title="宿舍报修", step="repair_request phone？")]
    assert hall.intents == ["repair_request"]
    assert (await talk.tap("接着办", asked)).trace.asking == "visit"
    assert hall.posted[-1][1:] == ("answer", {"value": "13812345678", "utterance": "13812345678"})


@pytest.mark.parametrize("said", ["嗯", "确认提交", ""])
async def test_a_yes_of_the_day_after_brings_the_card_back_and_submits_nothing(
    pipeline: Pipeline, hall: Hall, said: str
) -> None:
    talk = Talk(pipeline)
    await talk("饭卡丢了")
    talk.pipeline = later(pipeline, hours=13)
    asked = await talk(said, None if said else "affirm")
    answered = await talk.tap("接着办", asked)
    assert (answered.trace.asking, texts(answered)) == ("confirmed", ["card_loss_report confirmed？"])
    assert hall.intents == ["card_loss_report"]
    assert (await talk("确认")).replies[0]["kind"] == "receipt"


@pytest.mark.parametrize("said", ["嗯", "不是"])
async def test_a_yes_or_no_of_the_day_after_answers_no_question_that_is_not_on_show(
    pipeline: Pipeline, hall: Hall, said: str
) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    talk.pipeline = later(pipeline, hours=25)
    asked = await talk(said)
    assert (await talk.tap("接着办", asked)).trace.asking == "sealed"
    assert hall.intents == ["transcript_print"]


async def test_free_words_after_a_day_are_held_though_they_sound_like_a_wish(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("我想请假")
    talk.pipeline = later(pipeline, hours=25)
    await talk("饭卡丢了")
    assert hall.intents == ["leave_request"]
    await talk("好的")
    assert hall.posted[-1][1:] == ("answer", {"value": "饭卡丢了", "utterance": "饭卡丢了"})


@pytest.mark.parametrize("words", ["好的", "继续", "接着办"])
async def test_a_yes_in_words_goes_on_too(pipeline: Pipeline, hall: Hall, words: str) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=25)
    await talk("在不在都行")
    answered = await talk(words)
    assert answered.trace.asking == "phone"
    assert talk.state.paused is None


@pytest.mark.parametrize("words", ["算了", "不用了"])
async def test_a_no_leaves_nothing_behind(pipeline: Pipeline, hall: Hall, words: str) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=25)
    await talk("13812345678")
    assert texts(await talk(words)) == ["好的，“宿舍报修”不办了，没有提交任何内容。"]
    assert (talk.state.task, talk.state.paused) == (None, None)


async def test_a_new_question_after_a_day_is_answered_and_the_old_service_offered(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=25)
    answered = await talk("宿舍晚上几点关门？")
    assert texts(answered) == ["规定：宿舍晚上几点关门?", "“宿舍报修”停在刚才那一步，还没有提交。"]
    assert (await talk("好的")).trace.asking == "phone"


async def test_a_new_wish_after_a_day_is_done_and_the_old_service_offered_again_after_it(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=25)
    assert (await talk("饭卡丢了")).trace.asking == "confirmed"
    assert texts(await talk("确认")) == ["card_loss_report 办好了", "“宿舍报修”停在刚才那一步，还没有提交。"]
    assert (await talk("", "resume")).trace.asking == "phone"


async def test_an_old_button_after_a_day_is_held_too(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("打中文成绩单")
    talk.pipeline = later(pipeline, hours=25)
    asked = await talk("", "answer:yes")
    assert hall.intents == ["transcript_print"]
    assert (await talk.tap("接着办", asked)).trace.asking == "count"


async def test_within_the_time_nothing_is_asked(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    talk.pipeline = later(pipeline, hours=11)
    assert (await talk("13812345678")).trace.asking == "visit"


# old states, buttons, photos


async def test_a_state_of_an_older_version_is_read() -> None:
    old: dict[str, Any] = {
        "task": "repair_request",
        "tracker": "t",
        "prompt": {"kind": "phone"},
        "question": None,
        "offered": [],
    }
    state = State.from_json({**old, "paused": None, "held": None, "asked": None, "gone": 1})
    assert (state.task, state.waiting, state.photos, state.at) == ("repair_request", (), (), None)
    assert State.from_json(state.to_json()) == state


async def test_a_button_may_begin_a_service_with_what_is_known(pipeline: Pipeline, hall: Hall) -> None:
    await Talk(pipeline)("", "start:progress_query?ticket=BX20261122-0001&deed=urge&utterance=x&a-b=c&note=%E5%BF%AB")
    assert hall.posted[-1][1:] == ("progress_query", {"ticket": "BX20261122-0001", "deed": "urge", "note": "快"})


@pytest.mark.parametrize("payload", ["start:nothing?x=1", "start:", "start:repair_request?" + "a=1&" * 500, "take:x"])
async def test_a_button_nobody_made_begins_nothing_strange(pipeline: Pipeline, hall: Hall, payload: str) -> None:
    answered = await Talk(pipeline)("", payload)
    assert answered.replies
    assert all(said == {} for _, _, said in hall.posted)


async def test_ways_on_behind_a_receipt_can_be_picked_in_words(pipeline: Pipeline, hall: Hall) -> None:
    way = {"label": "催一催", "payload": "start:progress_query?deed=urge"}
    link = {"kind": "link", "text": "去付款", "url": "/pay", "label": "去支付"}
    hall.after = [
        {"reply": link, "prompt": None, "done": True},
        {"reply": {"kind": "choices", "text": "还可以", "choices": [way]}, "prompt": None, "done": True},
    ]
    talk = Talk(pipeline)
    await talk("饭卡丢了")
    receipt = await talk("确认")
    assert [reply["kind"] for reply in receipt.replies] == ["receipt", "link", "choices"]
    await talk("催一催")
    assert hall.posted[-1][1:] == ("progress_query", {"deed": "urge"})


async def test_a_photo_answers_the_photo_question(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("电动车在楼道充电")
    assert (await talk("3号楼502")).trace.asking == "photo"
    assert (await talk("", photos=("up1",))).trace.asking == "story"
    assert hall.posted[-1][1:] == ("answer", {"value": "up1"})
    assert talk.state.photos == ()


async def test_a_photo_sent_before_its_question_is_kept_and_used(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    assert texts(await talk("", photos=("up1",))) == [WORDS["photo_kept"]]
    await talk("", "start:hazard_report")
    used = await talk("3号楼502")
    assert used.trace.asking == "story"
    assert texts(used) == [WORDS["photo_used"], "hazard_report story？"]
    assert talk.state.photos == ()


async def test_a_photo_beside_another_question_repeats_that_question(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    assert texts(await talk("", photos=("up1",))) == [WORDS["photo_kept"], "repair_request phone？"]
    assert talk.state.photos == ("up1",)


@pytest.mark.parametrize("words", ["没有照片", "没有", "跳过", "不用", "没拍", "暂时没有", "之后补交", "回头再补"])
async def test_an_optional_field_is_skipped_in_words(pipeline: Pipeline, hall: Hall, words: str) -> None:
    talk = Talk(pipeline)
    await talk("电动车在楼道充电")
    await talk("3号楼502")
    assert (await talk(words)).trace.asking == "story"
    assert hall.posted[-1][2]["value"] == "-"


# given up in its own words


@pytest.mark.parametrize("words", ["取消挂失", "不挂失了", "校园卡挂失不用了"])
async def test_the_open_service_given_up_by_its_name_ends_and_what_waits_comes_back(
    pipeline: Pipeline, hall: Hall, words: str
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    said = texts(await talk(words))
    assert said == ["card_loss_report 取消了", "接着办“宿舍报修”。", "repair_request phone？"]


async def test_a_waiting_service_given_up_by_its_name_leaves_the_line_and_the_open_one_stands(
    pipeline: Pipeline, hall: Hall
) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    await talk("先帮我挂失")
    said = texts(await talk("报修不用了"))
    assert said == ["好，“宿舍报修”不办了。", "card_loss_report confirmed？"]
    assert talk.state.waiting == ()
    assert texts(await talk("确认")) == ["card_loss_report 办好了"]


async def test_what_is_wished_instead_begins(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("10号楼201灯坏了")
    said = texts(await talk("报修不用了，来杯美式"))
    assert said[0] == "repair_request 取消了"
    assert talk.state.task == "coffee_order"
    assert talk.state.waiting == ()


async def test_thanks_behind_a_yes_still_confirm(pipeline: Pipeline, hall: Hall) -> None:
    for words in ("确认，谢谢老师", "对的，谢谢", "可以的老师", "确认谢谢"):
        talk = Talk(pipeline)
        await talk("先帮我挂失")
        assert texts(await talk(words)) == ["card_loss_report 办好了"], words


async def test_a_yes_with_another_wish_confirms_and_does_the_other_after_it(pipeline: Pipeline, hall: Hall) -> None:
    talk = Talk(pipeline)
    await talk("先帮我挂失")
    said = texts(await talk("确认，再来杯美式"))
    assert "card_loss_report 办好了" in said
    assert talk.state.task == "coffee_order"
