"""The pipeline with captured answers of Rasa on a fake wire: order of things, trouble, sign-in, strange words."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer

from bot.asking import STILL_ABOUT
from bot.messages import Inbound, State
from bot.pipeline import Pipeline
from bot.policy import Said
from bot.tasks import Tasks
from bot.turns import Dialogue
from bot.understanding import Reading
from bot.words import read_crisis_card, read_emergency_card, read_services, read_words
from tests.bot.hall import NOW, STUDENT, Head, Talk, texts

CAPTURED = Path(__file__).resolve().parents[1] / "contracts" / "dialogue"
SECRET = "inner"
WORDS = read_words()


def said(name: str, turn: int) -> list[dict[str, Any]]:
    """What Rasa said to one captured turn."""
    answer: list[dict[str, Any]] = json.loads((CAPTURED / f"{name}.json").read_text(encoding="utf-8"))["turns"][turn][
        "said"
    ]
    return answer


class Rasa:
    """A wire that answers with what it was given, in order, and keeps what was posted."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.posted: list[dict[str, Any]] = []
        self.alive = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.alive:
            raise httpx.ConnectError("down", request=request)
        if request.url.path.endswith("/health"):
            return httpx.Response(200, json={"status": "ok"})
        assert request.headers["X-Counsellor-Secret"] == SECRET
        self.posted.append(json.loads(request.content))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def messages(self) -> list[str]:
        return [str(turn["message"]) for turn in self.posted]


class Rules:
    """Policies that know one answer."""

    unreadable = False

    def answer(self, reading: Reading, words: Any, before: str | None = None) -> Said:
        if before is not None and reading.text.startswith("那"):
            return Said({"kind": "answer", "text": f"{before}+{reading.text}"}, True, f"{before}+{reading.text}")
        known = reading.intent == "policy_question"
        return Said({"kind": "answer" if known else "text", "text": "23:30关门"}, known, reading.text)

    def guide(self, service: str) -> None:
        return None

    def not_online(self, service: Any, words: Any) -> dict[str, Any]:
        return {"kind": "text", "text": f"{service.title}不在线"}


class Broken:
    """Whatever is asked of it fails."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


ONLINE = {"repair_request", "transcript_print", "leave_request", "card_balance"}
MEANINGS = {
    "宿舍晚上几点关门?": ("policy_question", 0.97),
    "10号楼201灯坏了": ("repair_request", 0.98),
    "10号楼202灯坏了": ("repair_request", 0.98),
    "打中文成绩单": ("transcript_print", 0.99),
    "那打成绩单呢?": ("transcript_print", 0.99),
    "我饭卡里还有多少钱": ("card_balance", 0.99),
    "饭卡怎么回事": ("card_balance", 0.7),
    "去南京": ("goodbye", 0.9),
    "校园卡丢了": ("card_loss_report", 0.99),
}


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
async def pipeline(rasa: Rasa) -> Any:
    dialogue = Dialogue("http://rasa", SECRET, transport=httpx.MockTransport(rasa))
    await dialogue.look()
    yield Pipeline(
        understanding=Head(MEANINGS),  # type: ignore[arg-type]
        policies=Rules(),  # type: ignore[arg-type]
        tasks=Tasks(dialogue),
        services={name: replace(one, online=name in ONLINE) for name, one in read_services().items()},
        words=WORDS,
        crisis_card=read_crisis_card("021-5550-1110"),
        emergency_card=read_emergency_card(),
        now=lambda: NOW,
    )
    await dialogue.close()


async def opened(pipeline: Pipeline, rasa: Rasa) -> Talk:
    """A repair whose question for the telephone is open."""
    talk = Talk(pipeline)
    rasa.answers.append(said("repair", 0))
    assert (await talk("10号楼201灯坏了")).trace.asking == "phone"
    rasa.posted.clear()
    return talk


async def test_a_service_is_posted_with_what_was_understood_and_a_signed_identity(
    pipeline: Pipeline, rasa: Rasa
) -> None:
    rasa.answers.append(said("repair", 0))
    answered = await Talk(pipeline)("10号楼201灯坏了")
    assert answered.trace.route == "task"
    intent, _, words = rasa.messages[0].partition("{")
    assert intent == "/repair_request"
    assert json.loads("{" + words) == {"location": "10号楼201", "fault": "灯坏了", "utterance": "10号楼201灯坏了"}
    token = rasa.posted[0]["metadata"]["identity"]
    assert URLSafeTimedSerializer(SECRET, salt="identity").loads(token, max_age=5) == {"student": STUDENT}
    assert STUDENT not in rasa.messages[0] + rasa.posted[0]["sender"]


async def test_without_a_sign_in_no_identity_goes_along(pipeline: Pipeline, rasa: Rasa) -> None:
    rasa.answers += [said("sign_in", 0), said("sign_in", 2)]
    talk = Talk(pipeline, student=None)
    assert (await talk("打中文成绩单")).trace.asking == "sign_in"
    assert rasa.posted[0]["metadata"] == {}
    assert [reply["kind"] for reply in (await talk("好的")).replies] == ["link"]
    assert [reply["kind"] for reply in (await talk("", "affirm")).replies] == ["text", "link"]
    assert len(rasa.posted) == 1
    talk.student = STUDENT
    assert (await talk("", "resume")).trace.asking == "sealed"
    assert rasa.messages[1] == "/resume"


async def test_a_question_before_the_sign_in_is_answered_and_the_service_stays(pipeline: Pipeline, rasa: Rasa) -> None:
    rasa.answers.append(said("sign_in", 0))
    talk = Talk(pipeline, student=None)
    await talk("打中文成绩单")
    answered = await talk("宿舍晚上几点关门？")
    assert [reply["kind"] for reply in answered.replies] == ["answer", "link"]
    assert answered.trace.asking == "sign_in"


async def test_every_service_has_a_tracker_of_its_own(pipeline: Pipeline, rasa: Rasa) -> None:
    rasa.answers += [said("repair", 0), said("sign_in", 5), said("repair", 0)]
    talk = Talk(pipeline)
    for words in ("10号楼201灯坏了", "取消", "10号楼202灯坏了"):
        await talk(words)
    first, cancelled, second = (turn["sender"] for turn in rasa.posted)
    assert first == cancelled != second


# trouble


async def test_rasa_down_leaves_questions_small_talk_and_the_card(pipeline: Pipeline, rasa: Rasa) -> None:
    rasa.alive = False
    talk = Talk(pipeline)
    assert texts(await talk("10号楼201灯坏了")) == [WORDS["dialogue_down"]]
    assert (await talk("宿舍晚上几点关门？")).trace.route == "policy"
    assert texts(await talk("谢谢")) == ["不客气，有事随时找我。"]
    assert (await talk("我不想活了")).trace.route == "crisis"
    assert replace(talk.state, asked=None, at=None) == State()


async def test_nobody_is_sent_to_documents_that_cannot_be_read(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.alive = False
    pipeline.open.policies.unreadable = True  # type: ignore[misc]
    assert texts(await talk("13812345678")) == [WORDS["dialogue_down_alone"]]
    assert "查规定、问问题" not in WORDS["dialogue_down_alone"] + WORDS["dialogue_starting_alone"]


async def test_rasa_back_again_takes_the_same_answer(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.alive = False
    answered = await talk("13812345678")
    assert texts(answered) == [WORDS["dialogue_down"]]
    assert answered.trace.asking == "phone"
    assert [reply["kind"] for reply in (await talk("你好")).replies] == ["text", "choices"]
    rasa.alive = True
    await pipeline.tasks.dialogue.look()
    rasa.answers.append(said("repair", 2))
    assert (await talk("13812345678")).trace.asking == "visit"


async def test_silence_of_the_action_server_becomes_an_apology_and_the_answer_can_be_given_again(
    pipeline: Pipeline, rasa: Rasa
) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [[], said("repair", 0), said("repair", 2)]
    answered = await talk("13812345678")
    assert texts(answered) == [WORDS["dialogue_silent"]]
    assert answered.trace.asking == "phone"
    assert (await talk("13812345678")).trace.asking == "visit"
    # The form is asked where it stands, because it may have heard the first one.
    assert rasa.messages == [rasa.messages[0], "/resume", rasa.messages[0]]


LOST = [httpx.ReadError("cut"), httpx.RemoteProtocolError("cut"), httpx.ReadTimeout("late"), httpx.Response(500)]


@pytest.mark.parametrize("lost", LOST)
async def test_an_answer_that_was_heard_although_its_own_answer_was_lost_does_not_answer_the_next_question(
    pipeline: Pipeline, rasa: Rasa, lost: Any
) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [lost, said("repair", 2)]
    await talk("13812345678")
    await pipeline.tasks.dialogue.look()
    answered = await talk("13812345678")
    assert (answered.trace.asking, rasa.messages[1:]) == ("visit", ["/resume"])
    rasa.answers.append(said("repair", 4))
    # From then on all is certain again.
    assert (await talk("随时")).trace.asking == "confirmed"
    assert len(rasa.messages) == 3


@pytest.mark.parametrize("lost", LOST)
async def test_another_answer_to_a_question_that_was_heard_corrects_the_first(
    pipeline: Pipeline, rasa: Rasa, lost: Any
) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [lost, said("repair", 2), said("repair", 0), said("repair", 2)]
    await talk("13812345678")
    await pipeline.tasks.dialogue.look()
    answered = await talk("13812345679")
    assert answered.trace.asking == "visit"
    assert rasa.messages[1:3] == ["/resume", '/change{"field": "phone"}']
    assert '"value": "13812345679"' in rasa.messages[3]


async def test_a_service_that_had_ended_says_how_when_its_last_answer_was_lost(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [said("repair", 4), httpx.ReadError("cut"), said("repair", 8)]
    await talk("13812345678")
    await talk("确认")
    await pipeline.tasks.dialogue.look()
    receipt = await talk("确认")
    assert receipt.replies[-1]["kind"] == "receipt"
    assert (rasa.messages[-1], talk.state.task) == ("/resume", None)


async def test_what_was_never_posted_leaves_nothing_to_ask_about(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.alive = False
    await talk("13812345678")
    rasa.alive = True
    await pipeline.tasks.dialogue.look()
    rasa.answers.append(said("repair", 2))
    assert (await talk("13812345678")).trace.asking == "visit"
    assert [message.partition("{")[0] for message in rasa.messages] == ["/answer"]


async def test_a_message_that_is_taken_up_after_a_restart_is_not_heard_twice(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers.append(said("repair", 2))
    again = Inbound("c", "13812345678", student=None, again=True)
    answered = await pipeline.answer(again, talk.state)
    assert (answered.trace.asking, rasa.messages) == ("visit", ["/resume"])
    assert pipeline.tasks.dialogue.status == "ok"


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(401), httpx.Response(200, text="<html>")])
async def test_an_answer_that_is_none_is_as_good_as_down(
    pipeline: Pipeline, rasa: Rasa, answer: httpx.Response
) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers.append(answer)
    assert texts(await talk("13812345678")) == [WORDS["dialogue_down"]]
    assert talk.state.task == "repair_request"


async def test_an_outcome_that_does_not_come_in_time_can_be_looked_at_again(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [httpx.ReadTimeout("late"), said("repair", 8)]
    answered = await talk("13812345678")
    assert texts(answered) == [WORDS["still_working"]]
    receipt = await talk("继续")
    assert receipt.replies[-1]["kind"] == "receipt"
    assert rasa.messages[-1] == "/resume"
    assert talk.state.task is None


async def test_a_first_turn_that_does_not_come_in_time_is_taken_up_again(pipeline: Pipeline, rasa: Rasa) -> None:
    rasa.answers += [httpx.ReadTimeout("late"), said("balance", 0)]
    talk = Talk(pipeline)
    await talk("我饭卡里还有多少钱")
    answered = await talk("好了吗")
    assert "校园卡余额" in texts(answered)[-1]
    assert rasa.posted[0]["sender"] == rasa.posted[1]["sender"]


async def test_a_rasa_that_starts_is_waited_for(rasa: Rasa, pipeline: Pipeline) -> None:
    dialogue = Dialogue("http://rasa", SECRET, transport=httpx.MockTransport(rasa))
    rasa.answers.append(said("repair", 0))
    talk = Talk(replace(pipeline, tasks=Tasks(dialogue)))
    answering = asyncio.create_task(talk("10号楼201灯坏了"))
    await asyncio.sleep(0.05)
    assert not answering.done()
    await dialogue.look()
    assert (await answering).trace.asking == "phone"
    await dialogue.close()


# crisis first


@pytest.mark.parametrize(
    "inbound",
    [
        Inbound("c1", "我不想活了"),
        Inbound("c1", "我不想活了，想请假休息", student=STUDENT),
        Inbound("c1", "", "ask:我不想活了"),
        Inbound("c1", "我不想活了" + "啊" * 100_000),
    ],
    ids=["said", "with a wish", "as a button", "very long"],
)
async def test_the_card_comes_before_everything_even_when_everything_fails(inbound: Inbound) -> None:
    broken: Any = Broken()
    pipeline = Pipeline(
        broken, broken, broken, read_services(), WORDS, read_crisis_card("1"), read_emergency_card(), broken.__class__
    )
    answered = await pipeline.answer(inbound, State())
    assert answered.trace.route == "crisis"
    assert answered.alarm is not None
    assert [reply["kind"] for reply in answered.replies] == ["crisis"]


async def test_a_crisis_inside_a_form_neither_files_nor_loses_it(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    before = talk.state
    assert (await talk("我不想活了")).trace.route == "crisis"
    assert talk.state.prompt is None
    first = await talk("13812345678")
    assert first.trace.asking is None
    assert first.replies[-1]["choices"][0] == {"label": "继续办宿舍报修", "payload": "resume"}
    assert len((await talk("你好")).replies) == 1  # it is said once
    assert rasa.posted == []
    assert (await talk("继续")).trace.asking == "phone"
    assert talk.state.open_now == before.open_now
    rasa.answers.append(said("repair", 2))
    assert (await talk("13812345678")).trace.asking == "visit"


async def test_a_stopped_service_does_not_answer_for_the_one_that_is_open_now(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    await talk("我不想活了")
    prompt = {
        "task": "leave_request",
        "asking": "reason",
        "kind": "text",
        "choices": [],
        "given": [],
        "fields": ["reason"],
    }
    question = {"kind": "text", "text": "请假的原因是什么？"}
    talk.state = replace(talk.state, task="leave_request", tracker="leave", prompt=prompt, question=question)
    rasa.answers.append([{"reply": {"kind": "text", "text": "请假不提交了。"}, "prompt": None, "done": True}])
    dropped = await talk("算了")
    assert (rasa.posted[-1]["sender"], rasa.messages[-1]) == ("leave", "/cancel")
    assert talk.state.paused is not None
    assert texts(dropped) == ["请假不提交了。", "“宿舍报修”停在刚才那一步，还没有提交。"]
    assert (await talk("继续")).trace.asking == "phone"


async def test_what_a_crisis_stopped_is_dropped_at_a_word(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    await talk("我不想活了")
    assert texts(await talk("算了"))[0] == "好的，“宿舍报修”不办了，没有提交任何内容。"
    assert talk.state.paused is None
    assert rasa.posted == []


@pytest.mark.parametrize(
    "text", ["宿舍着火了", "有人拿刀追我", "同学晕倒了叫不醒", "有人被困在电梯里", "楼下有个男的一直跟着我"]
)
async def test_a_danger_that_cannot_wait_gets_numbers_before_hours(pipeline: Pipeline, text: str) -> None:
    answered = await Talk(pipeline)(text)
    assert {line["phone"] for line in answered.replies[0]["hotlines"]} == {"119", "120", "110"}


@pytest.mark.parametrize("text", ["打架会怎么处分？", "消防演练几点开始", "宿舍着火点了个外卖", "那部电影里爆炸好看"])
async def test_what_only_speaks_of_danger_gets_none(pipeline: Pipeline, text: str) -> None:
    answered = await Talk(pipeline)(text)
    assert "hotlines" not in answered.replies[0]


# strange words


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "😭😭😭",
        "字" * 100_000,
        "\u200b",
        "/cancel",
        "/restart",
        '{"value": "x"}',
        "%s %n {0}",
        "\x00\x07",
        "🏳️‍🌈" * 500,
    ],
    ids=["surrogate", "emoji", "100k", "invisible", "cancel", "restart", "json", "format", "controls", "flags"],
)
@pytest.mark.parametrize("kind", ["location", "text", "phone", "date", "period", "count", "choice", "confirm"])
async def test_nothing_a_student_types_breaks_a_form(pipeline: Pipeline, rasa: Rasa, text: str, kind: str) -> None:
    def again(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        body["message"].encode("utf-8")
        return httpx.Response(200, json=said("repair", 1))

    dialogue = Dialogue("http://rasa", SECRET, transport=httpx.MockTransport(again))
    dialogue.status = "ok"
    talk = await opened(pipeline, rasa)
    prompt = {**(talk.state.prompt or {}), "kind": kind, "asking": "phone"}
    talk.state = replace(talk.state, prompt=prompt)
    talk.pipeline = replace(pipeline, tasks=Tasks(dialogue))
    answered = await talk(text)
    assert answered.replies
    assert dialogue.status == "ok"
    await dialogue.close()


@pytest.mark.parametrize(
    "payload", ["answer:\ud800", "answer:zh", "affirm", "deny", "change:phone", "change:x", "x", "", ":"]
)
async def test_a_button_that_is_not_of_the_open_question_posts_nothing(
    pipeline: Pipeline, rasa: Rasa, payload: str
) -> None:
    talk = await opened(pipeline, rasa)
    answered = await talk("", payload)
    assert rasa.posted == []
    assert answered.trace.asking == "phone"
    assert answered.replies[-1] == said("repair", 0)[0]["reply"]


async def test_free_words_reach_the_office_as_written(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    talk.state = replace(talk.state, prompt={**(talk.state.prompt or {}), "kind": "text", "asking": "fault"})
    rasa.answers.append(said("repair", 2))
    await talk("重感冒，医生让休息（３天）\ud800")
    assert json.loads(rasa.messages[0].removeprefix("/answer"))["value"] == "重感冒，医生让休息（３天）"


# in between


async def test_a_guess_at_a_farewell_gives_up_no_form(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    talk.state = replace(talk.state, prompt={**(talk.state.prompt or {}), "kind": "text", "asking": "destination"})
    rasa.answers.append(said("repair", 2))
    await talk("去南京")
    assert rasa.messages[0].startswith("/answer")


async def test_a_service_that_is_not_online_does_not_end_the_one_that_is(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    answered = await talk("校园卡丢了")
    assert texts(answered) == ["校园卡挂失不在线", "维修师傅联系你打哪个电话？"]
    assert rasa.posted == []


async def test_a_yes_to_the_switch_is_not_a_yes_to_the_card(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers.append(said("repair", 4))
    assert (await talk("13812345678")).trace.asking == "confirmed"
    offer = await talk("饭卡怎么回事")
    assert [choice["payload"] for choice in offer.replies[0]["choices"]] == ["switch", "keep"]
    assert (await talk("继续")).replies[-1]["kind"] == "confirm"
    assert len(rasa.posted) == 1
    await talk("饭卡怎么回事")
    rasa.answers.append(said("balance", 0))
    answered = await talk("好的")
    assert [message.partition("{")[0] for message in rasa.messages[1:]] == ["/card_balance"]
    assert answered.trace.asking == "confirmed"


@pytest.mark.parametrize("words", ["确认", "好的", "1", "确认提交", "嗯嗯，没问题，提交吧"])
async def test_words_that_confirm(pipeline: Pipeline, rasa: Rasa, words: str) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [said("repair", 4), said("repair", 7)]
    await talk("13812345678")
    assert (await talk(words)).replies[-1]["kind"] == "receipt"
    assert '"yes"' in rasa.messages[-1]


@pytest.mark.parametrize("words", ["再想想", "三份", "那个", "提交了会怎样?", "不", "修改", "😀"])
async def test_words_that_do_not(pipeline: Pipeline, rasa: Rasa, words: str) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [said("repair", 4), said("repair", 5)]
    await talk("13812345678")
    await talk(words)
    assert not any('"yes"' in message for message in rasa.messages)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("我要报修", "repair_request"),
        ("请假", "leave_request"),
        ("帮我打一下成绩单", None),
        ("查余额", "card_balance"),
        ("你好,我想请个假", "leave_request"),
        ("咖啡", "coffee_order"),
        ("请假超过三天谁批", None),
        ("报修电话是多少", None),
        ("我" * 3000, None),
    ],
)
def test_a_service_called_by_its_name(pipeline: Pipeline, text: str, task: str | None) -> None:
    assert pipeline.names.task(text) == task


def test_no_sentence_is_stiff() -> None:
    assert [words for words in WORDS.values() if "您" in words] == []


def test_what_can_be_done_is_said_from_the_list() -> None:
    assert "宿舍报修、成绩单打印、请假、校园卡余额查询" in WORDS["greet"]
    assert not any("{online}" in words for words in WORDS.values())


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("故障改成灯一闪一闪", {"fault": "灯一闪一闪"}),
        ("电话改成13900001111", {"phone": "13900001111"}),
        ("把故障换成插座没电", {"fault": "插座没电"}),
    ],
)
async def test_a_field_is_changed_by_its_name_and_new_value(
    pipeline: Pipeline, rasa: Rasa, text: str, posted: dict[str, str]
) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [said("repair", 4), said("repair", 4)]
    await talk("13812345678")
    await talk(text)
    intent, _, words = rasa.messages[-1].partition("{")
    assert intent == "/correct"
    assert json.loads("{" + words) == {**posted, "utterance": text}


async def test_a_new_value_that_fits_two_answers_is_asked_about_and_a_tap_changes_the_one(
    pipeline: Pipeline, rasa: Rasa
) -> None:
    talk = await opened(pipeline, rasa)
    card = said("repair", 4)
    parent = {"name": "parent", "kind": "phone", "label": "家长电话", "value": "13900000000"}
    card[0]["prompt"]["given"].append(parent)
    rasa.answers += [card, said("repair", 4)]
    await talk("13812345678")
    asked = await talk("改成13900001111")
    assert [one["label"] for one in asked.replies[0]["choices"]] == ["改联系电话", "改家长电话"]
    assert texts(asked) == [WORDS["change_which"]]
    assert len(rasa.messages) == 1
    await talk.tap("改家长电话", asked)
    assert rasa.messages[-1] == '/correct{"parent": "13900001111"}'


@pytest.mark.parametrize("text", ["用登记的号码吧", "我的号码", "就打我手机", "1"])
async def test_the_number_of_the_record_in_other_words(pipeline: Pipeline, rasa: Rasa, text: str) -> None:
    talk = await opened(pipeline, rasa)
    payload = said("repair", 0)[0]["reply"]["choices"][0]["payload"]
    rasa.answers.append(said("repair", 2))
    await talk(text)
    assert json.loads(rasa.messages[0].removeprefix("/answer"))["value"] == payload.removeprefix("answer:")


async def test_a_yes_to_which_field_brings_the_card_back_first(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = await opened(pipeline, rasa)
    rasa.answers += [said("repair", 4), said("repair", 5), said("repair", 6)]
    await talk("13812345678")
    await talk("不对")
    assert (await talk("确认")).replies[-1]["kind"] == "confirm"
    assert rasa.messages[-1] == "/resume"


# a question that goes on from the one before


async def test_a_question_goes_on_from_the_rule_asked_before(pipeline: Pipeline) -> None:
    talk = Talk(pipeline)
    await talk("宿舍晚上几点关门?")
    assert texts(await talk("那研究生呢?")) == ["宿舍晚上几点关门?+那研究生呢?"]
    assert texts(await talk("那周末呢?")) == ["宿舍晚上几点关门?+那研究生呢?+那周末呢?"]


async def test_nothing_goes_on_from_a_question_of_long_ago(pipeline: Pipeline) -> None:
    talk = Talk(pipeline)
    await talk("宿舍晚上几点关门?")
    late = replace(pipeline, now=lambda: NOW + STILL_ABOUT + timedelta(minutes=1))
    talk.pipeline = late
    assert texts(await talk("那研究生呢?")) != ["宿舍晚上几点关门?+那研究生呢?"]


async def test_a_service_asked_for_does_not_go_on_from_a_rule(pipeline: Pipeline, rasa: Rasa) -> None:
    talk = Talk(pipeline)
    await talk("宿舍晚上几点关门?")
    rasa.alive = False
    assert texts(await talk("那打成绩单呢?")) == [WORDS["dialogue_down"]]
