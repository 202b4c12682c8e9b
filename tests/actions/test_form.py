"""The form's logic, without Rasa and without an office."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from actions import form, questions
from actions.form import Person, State, Step, Turn, Unfit, advance, fits, masked, shown
from actions.task import CONFIRM, SIGN_IN, Asked, Choice, Task, read_tasks

TASKS = read_tasks()
REPAIR, LEAVE, TRANSCRIPT = TASKS["repair_request"], TASKS["leave_request"], TASKS["transcript_print"]
NOW = datetime(2026, 11, 20, 10, 0)
SOMEONE = Person("2023010001", {"dormitory": "3号楼502", "phone": "13812345678"})
FILLED = {"location": "3号楼502", "fault": "灯坏了", "phone": "13812345678", "visit": "any_time"}


async def anything_goes(field: str, value: str) -> None:
    """An office that takes every value."""


class Office:
    """An office as the form asks it: its checks, its options by field, its lines on the card."""

    def __init__(
        self,
        check: Callable[[str, str], Awaitable[None]] = anything_goes,
        options: Callable[[Asked], Sequence[Choice]] | None = None,
        preview: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
    ) -> None:
        self.check, self._options, self._preview = check, options, preview
        self.asked: list[Asked] = []

    async def options(self, asked: Asked) -> Sequence[Choice]:
        self.asked.append(asked)
        assert self._options is not None
        return self._options(asked)

    async def preview(self, values: Mapping[str, str]) -> Mapping[str, str]:
        return self._preview(values) if self._preview else {}


async def take(
    task: Task,
    values: Mapping[str, str | None],
    intent: str,
    filled: tuple[str, ...] = (),
    asked: str | None = None,
    person: Person | None = SOMEONE,
    check: Callable[[str, str], Awaitable[None]] = anything_goes,
    office: Office | None = None,
    tries: int = 0,
    trouble: str | None = None,
    sent: Mapping[str, str] | None = None,
    said: str = "",
    labels: Mapping[str, str] | None = None,
    **entities: str,
) -> Step:
    known: dict[str, str | None] = dict.fromkeys(step for step in task.steps if step != SIGN_IN)
    state = State({**known, **values}, tries, trouble, sent, said, labels or {})
    return await advance(task, state, Turn(intent, entities, filled, asked), person, office or Office(check), NOW)


def text(step: Step) -> str:
    assert step.reply is not None
    return str(step.reply["text"])


async def test_the_first_unanswered_field_is_asked() -> None:
    step = await take(REPAIR, {"fault": "灯坏了"}, "repair_request", ("fault",))
    assert step.asking == "location"
    assert text(step) == "哪里需要维修？请说楼栋和房间，比如“3号楼502”。"
    assert step.reply is not None
    assert step.reply["choices"] == [{"label": "我的宿舍（3号楼502）", "payload": "answer:3号楼502"}]


async def test_a_phone_from_the_record_is_masked_on_its_button() -> None:
    step = await take(REPAIR, {"location": "3号楼502", "fault": "灯坏了"}, "repair_request")
    assert step.reply is not None
    assert step.reply["choices"][0]["label"] == "用登记的号码 138****5678"


async def test_an_unread_answer_is_asked_again_and_then_shown_a_way_out() -> None:
    first = await take(REPAIR, {}, "answer", asked="location", utterance="那边")
    assert text(first).startswith("没认出是哪里。")
    third = await take(REPAIR, {}, "answer", asked="location", tries=2, utterance="那边")
    assert third.reply is not None
    assert [choice["payload"] for choice in third.reply["choices"]][-2:] == ["cancel", "human"]


async def test_hearing_the_question_again_is_no_failed_try() -> None:
    step = await take(REPAIR, {}, "resume", asked="location", tries=2)
    assert step.state.tries == 0
    assert text(step).startswith("哪里需要维修？")


@pytest.mark.parametrize("person", [SOMEONE, None])
async def test_nothing_is_sent_before_the_yes(person: Person | None) -> None:
    step = await take(REPAIR, FILLED, "answer", ("visit",), "visit", person)
    assert step.asking == (CONFIRM if person else SIGN_IN)


async def test_the_yes_ends_the_form() -> None:
    step = await take(REPAIR, {**FILLED, CONFIRM: "yes"}, "answer", (CONFIRM,), CONFIRM)
    assert (step.asking, step.reply) == (None, None)


async def test_a_yes_that_comes_with_a_change_is_no_yes() -> None:
    step = await take(REPAIR, {**FILLED, CONFIRM: "yes"}, "correct", ("phone", CONFIRM), CONFIRM)
    assert step.asking == CONFIRM
    assert step.state.values[CONFIRM] is None


async def test_a_yes_does_not_outlive_the_session() -> None:
    step = await take(REPAIR, {**FILLED, CONFIRM: "yes"}, "answer", (CONFIRM,), CONFIRM, person=None)
    assert step.asking == SIGN_IN
    assert step.state.values[CONFIRM] is None


async def test_someone_not_signed_in_hears_what_the_service_needs_and_nothing_of_the_record() -> None:
    step = await take(REPAIR, {"location": "3号楼502"}, "repair_request", ("location",), person=None)
    assert step.reply == {
        "kind": "link",
        "text": f"{REPAIR.about}\n已经记下地点：3号楼502。\n这项服务要先登录，登录后接着办，不用重新说。",
        "url": "/sign-in",
        "label": "去登录",
    }
    assert step.state.values["location"] == "3号楼502"


async def test_a_no_asks_which_field_and_offers_the_way_back_and_out() -> None:
    step = await take(REPAIR, {**FILLED, CONFIRM: "no"}, "answer", (CONFIRM,), CONFIRM)
    assert text(step) == "哪一项要改？"
    assert step.reply is not None
    payloads = [choice["payload"] for choice in step.reply["choices"]]
    assert payloads == [
        "change:location",
        "change:fault",
        "change:phone",
        "change:visit",
        "change:visit_hours",
        "resume",
        "cancel",
    ]


async def test_a_field_to_change_is_asked_anew() -> None:
    step = await take(REPAIR, FILLED, "change", asked=CONFIRM, field="phone")
    assert step.asking == "phone"


async def test_a_change_of_a_field_that_does_not_exist_changes_nothing() -> None:
    step = await take(REPAIR, FILLED, "change", asked=CONFIRM, field="student")
    assert step.asking == CONFIRM
    assert {name: step.state.values[name] for name in FILLED} == FILLED


async def test_a_correction_on_the_way_is_read_back() -> None:
    values = {"location": "3号楼503", "fault": "灯坏了"}
    step = await take(REPAIR, values, "correct", ("location",), "phone", utterance="不对，是3号楼503")
    assert text(step) == "好的，地点：3号楼503。维修师傅联系你打哪个电话？"
    assert step.prompt is not None
    assert step.prompt["question"]["text"] == "维修师傅联系你打哪个电话？"


async def test_a_choice_named_in_passing_is_heard() -> None:
    step = await take(
        REPAIR, {**FILLED, "visit": None}, "repair_request", ("location",), utterance="灯坏了，随时可以来"
    )
    assert step.asking == CONFIRM
    assert step.state.values["visit"] == "any_time"


async def test_a_choice_denied_at_the_card_is_a_change_not_a_no() -> None:
    values = {"language": "zh", "count": "2", "sealed": "yes", CONFIRM: "no"}
    step = await take(TRANSCRIPT, values, "answer", (CONFIRM,), CONFIRM, utterance="不对，不要密封")
    assert step.asking == CONFIRM
    assert text(step).startswith("改好了。")
    assert step.state.values["sealed"] == "no"


async def test_free_words_do_not_overturn_an_earlier_choice() -> None:
    values = {
        "leave_kind": "事假",
        "period": "2026-11-25T00:00/2026-11-25T23:59",
        "leaves_campus": "no",
        "reason": "回家",
    }
    step = await take(LEAVE, values, "answer", ("reason",), "reason", utterance="回家")
    assert step.state.values["leaves_campus"] == "no"


async def test_what_no_longer_applies_is_forgotten() -> None:
    values = {"leaves_campus": "no", "destination": "杭州"}
    step = await take(LEAVE, values, "correct", ("leaves_campus",))
    assert step.state.values["destination"] is None


async def test_a_room_without_its_number_keeps_the_house() -> None:
    async def wants_a_room(field: str, value: str) -> None:
        raise Unfit("room_missing", {"building": value, "so_far": value})

    step = await take(REPAIR, {"location": "3号楼"}, "answer", ("location",), "location", check=wants_a_room)
    assert text(step) == "还差房间号。是3号楼的哪一间？比如“502”，公共区域请说“三楼走廊”。"
    assert step.prompt is not None
    assert step.prompt["so_far"] == "3号楼"
    assert step.state.values["location"] is None
    assert step.state.tries == 0


async def test_what_will_not_do_is_asked_before_what_is_missing() -> None:
    values = {"period": "2026-11-01T00:00/2026-11-02T23:59"}
    step = await take(LEAVE, values, "leave_request", ("period",))
    assert step.asking == "period"
    assert text(step).startswith("开始时间已经过去了，不能补请过去的假。从什么时候")


async def test_a_card_that_was_not_understood_says_so_once() -> None:
    step = await take(REPAIR, FILLED, "answer", asked=CONFIRM, utterance="7788")
    assert text(step).startswith("没看懂这句话。")
    assert step.prompt is not None
    assert step.prompt["question"]["text"] == REPAIR.confirm


async def test_while_the_outcome_is_unknown_the_sent_order_cannot_change() -> None:
    changed = {**FILLED, "phone": "13900001111"}
    step = await take(REPAIR, changed, "correct", ("phone",), CONFIRM, trouble="unknown", sent=FILLED)
    assert {name: step.state.values[name] for name in FILLED} == FILLED
    assert text(step).startswith("现在还不能改")
    assert step.reply is not None
    assert [choice["payload"] for choice in step.reply["choices"]] == ["affirm", "cancel"]


async def test_the_very_same_order_may_be_tried_again() -> None:
    changed = {**FILLED, "phone": "13900001111", CONFIRM: "yes"}
    step = await take(REPAIR, changed, "answer", (CONFIRM,), CONFIRM, trouble="unknown", sent=FILLED)
    assert step.asking is None
    assert step.state.values["phone"] == "13812345678"


async def test_an_order_that_was_certainly_not_sent_may_change() -> None:
    changed = {**FILLED, "phone": "13900001111"}
    step = await take(REPAIR, changed, "correct", ("phone",), CONFIRM, trouble="closed")
    assert step.state.trouble is None
    assert text(step) == f"改好了。{REPAIR.confirm}"


@pytest.mark.parametrize(
    ("task", "name", "value", "good"),
    [
        (REPAIR, "phone", "13812345678", True),
        (REPAIR, "phone", "110", False),
        (REPAIR, "phone", "12812345678", False),
        (REPAIR, "visit", "any_time", True),
        (REPAIR, "visit", "never", False),
        (REPAIR, "fault", "灯坏了", True),
        (REPAIR, "fault", "灯", True),
        (REPAIR, "fault", "1", False),
        (REPAIR, "fault", "😭", False),
        (REPAIR, "fault", "坏" * 501, False),
        (REPAIR, "location", " ", False),
        (TRANSCRIPT, "count", "10", True),
        (TRANSCRIPT, "count", "11", False),
        (TRANSCRIPT, "count", "0", False),
        (TRANSCRIPT, "count", "二", False),
        (TRANSCRIPT, "count", "²", False),
        (LEAVE, "destination", "杭" * 101, False),
        (LEAVE, "period", "2026-11-25T14:00/2026-11-25T17:00", True),
        (LEAVE, "period", "2026-11-25", False),
        (LEAVE, "period", "明天/后天", False),
    ],
)
def test_whether_a_value_is_of_its_kind(task: Task, name: str, value: str, good: bool) -> None:
    assert fits(task.field(name), value, NOW) is good


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-11-25T17:00/2026-11-25T14:00", "leave_ends_before_it_starts"),
        ("2026-11-25T14:00/2026-11-25T14:00", "leave_ends_before_it_starts"),
        ("2026-11-19T00:00/2026-11-21T23:59", "leave_in_the_past"),
        ("2026-11-20T08:00/2026-11-20T09:00", "leave_in_the_past"),
    ],
)
def test_a_period_that_cannot_be(value: str, code: str) -> None:
    with pytest.raises(Unfit) as unfit:
        fits(LEAVE.field("period"), value, NOW)
    assert unfit.value.code == code


def test_a_leave_may_have_begun_this_morning() -> None:
    assert fits(LEAVE.field("period"), "2026-11-20T08:00/2026-11-20T18:00", NOW)


@pytest.mark.parametrize(
    ("task", "name", "value", "wanted"),
    [
        (LEAVE, "period", "2026-11-25T00:00/2026-11-27T23:59", "11月25日（周三） 至 11月27日（周五）"),
        (LEAVE, "period", "2026-11-25T00:00/2026-11-25T23:59", "11月25日（周三）全天"),
        (LEAVE, "period", "2026-11-25T14:00/2026-11-25T17:00", "11月25日（周三）14:00 至 11月25日（周三）17:00"),
        (TRANSCRIPT, "count", "3", "3 份"),
        (TRANSCRIPT, "language", "en", "英文"),
        (REPAIR, "phone", "13812345678", "13812345678"),
    ],
)
def test_what_the_card_shows(task: Task, name: str, value: str, wanted: str) -> None:
    assert shown(task.field(name), value) == wanted


def test_only_a_mobile_number_is_masked() -> None:
    assert (masked("13812345678"), masked("3号楼502")) == ("138****5678", "3号楼502")


@pytest.mark.parametrize(
    ("task", "name", "words", "value"),
    [
        (LEAVE, "leaves_campus", "这次不离校", "no"),
        (LEAVE, "leaves_campus", "要离校", "yes"),
        (LEAVE, "leaves_campus", "回老家", "yes"),
        (LEAVE, "leave_kind", "不是事假，是病假", "病假"),
        (TRANSCRIPT, "sealed", "不用密封", "no"),
        (TRANSCRIPT, "sealed", "要密封的", "yes"),
        (TRANSCRIPT, "language", "中文和英文", "both"),
        (REPAIR, "visit", "随时可以来", "any_time"),
        (REPAIR, "visit", "来之前打个电话", "in_person"),
        (REPAIR, "visit", "快点来", None),
    ],
)
def test_words_of_a_choice(task: Task, name: str, words: str, value: str | None) -> None:
    assert task.field(name).heard(words) == value


def test_no_sentence_is_stiff() -> None:
    said: list[Any] = [*form.WORDS.values()]
    for task in TASKS.values():
        said += [task.about, task.confirm, task.change, task.done, task.cancelled, task.closed, task.unknown]
        said += [words.text for words in task.refusals.values()]
        said += [words for of in task.fields for words in (of.ask, of.again)]
    assert [words for words in said if words and "您" in words] == []


async def test_the_question_tells_which_entity_answers_it_where_that_is_called_otherwise() -> None:
    complaint = TASKS["complaint"]
    place = complaint.field("place")
    asked = questions.question(complaint, State({}), place, None, again=False)
    assert asked.prompt is not None
    assert (asked.prompt["asking"], asked.prompt["entity"]) == ("place", "location")
    plain = questions.question(REPAIR, State({}), REPAIR.field("location"), None, again=False)
    assert plain.prompt is not None
    assert "entity" not in plain.prompt


async def test_the_answer_to_another_question_is_not_taken_for_free_words() -> None:
    told: dict[str, str | None] = {"matter": "宿管半夜大声打电话", "place": "实名"}
    step = await take(TASKS["complaint"], told, "answer", ("place",), "place", utterance="实名")
    assert (step.asking, step.state.values["place"], step.state.values["privacy"]) == ("place", None, "named")


async def test_a_service_that_confirms_nothing_keeps_no_confirmation() -> None:
    assert CONFIRM not in TASKS["card_balance"].steps


async def test_a_change_to_what_stands_there_already_shows_the_card_again() -> None:
    values = {"language": "zh", "count": "2", "sealed": "yes", CONFIRM: "no"}
    step = await take(TRANSCRIPT, values, "answer", (CONFIRM,), CONFIRM, utterance="改成密封的")
    assert step.asking == CONFIRM
    assert text(step).startswith("现在就是这样。")


PROGRESS, COUNSELLING = TASKS["progress_query"], TASKS["counselling_appointment"]
SURE = (Choice("yes", "确认撤销"), Choice("no", "先不了"))
WITHDRAWN = {"by": "own", "ticket": "BX20261120-0001", "deed": "withdraw"}


async def test_no_link_answers_whether_something_is_to_be_done() -> None:
    told = {**WITHDRAWN, "sure": "yes"}
    step = await take(PROGRESS, told, "progress_query", tuple(told), office=Office(options=lambda asked: SURE))
    assert step.asking == "sure"
    assert step.state.values["sure"] is None


async def test_a_yes_hidden_in_an_earlier_turn_counts_for_nothing_either() -> None:
    told = {**WITHDRAWN, "sure": "yes"}
    step = await take(PROGRESS, told, "answer", ("ticket",), "ticket", office=Office(options=lambda asked: SURE))
    assert step.asking == "sure"


async def test_the_yes_to_the_question_itself_goes_through() -> None:
    told = {**WITHDRAWN, "sure": "yes"}
    step = await take(PROGRESS, told, "answer", ("sure",), "sure", office=Office(options=lambda asked: SURE))
    assert step.asking is None
    assert step.state.values["sure"] == "yes"


async def test_a_choice_without_words_of_its_own_is_changed_by_its_label() -> None:
    heard = form.hear(COUNSELLING, Turn("correct", {"utterance": "换成恋爱感情"}, (), CONFIRM), {"category": "情绪"})
    assert heard == {"category": "恋爱"}
    denied = form.hear(
        COUNSELLING, Turn("correct", {"utterance": "改一下，不是情绪"}, (), CONFIRM), {"category": "学业"}
    )
    assert denied == {}


async def test_a_change_that_names_field_and_choice_asks_nothing() -> None:
    step = await take(TRANSCRIPT, PRINTED, "change", asked=CONFIRM, field="language", utterance="语言改英文")
    assert step.asking == CONFIRM
    assert step.state.values["language"] == "en"
    assert text(step).startswith("改好了。")


async def test_a_change_to_what_stands_there_says_so() -> None:
    step = await take(TRANSCRIPT, PRINTED, "correct", asked=CONFIRM, utterance="改成两份")
    assert text(step).startswith("现在就是这样。")


PRINTED = {"language": "zh", "count": "2", "sealed": "no"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [("13812345678", "13812345678"), ("021-5550-1110", "021-55501110"), ("(0571) 8765432", "0571-8765432")],
)
async def test_a_number_to_call_is_kept_as_offices_take_it(said: str, sent: str) -> None:
    step = await take(REPAIR, {**FILLED, "phone": said}, "answer", ("phone",), "phone")
    assert (step.asking, step.state.values["phone"]) == (CONFIRM, sent)


@pytest.mark.parametrize("said", ["55501110", "110", "021-5550", "23812345678"])
async def test_a_number_that_is_no_number_everywhere_is_asked_again_with_what_is_taken(said: str) -> None:
    step = await take(REPAIR, {**FILLED, "phone": said}, "answer", ("phone",), "phone")
    assert step.asking == "phone"
    assert text(step) == "没认出电话号码。请发 11 位手机号，或者带区号的座机，比如 021-55501234。"
