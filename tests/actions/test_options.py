"""A form whose choices, fees and refusals come from the office while the student is still talking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.form import Closed, Person, State, Step, Turn, Unfit, advance
from actions.task import CONFIRM, SIGN_IN, SKIPPED, Asked, Choice, Task, Words, read_task

NOW = datetime(2026, 11, 20, 10, 0)
SOMEONE = Person("2023010001")
TALK: dict[str, Any] = {
    "task": "talk",
    "title": "预约谈话",
    "office": "谈话室",
    "personal": {"unless": {"named": "no"}},
    "about": "我可以帮你预约谈话。",
    "fields": [
        {
            "name": "named",
            "kind": "choice",
            "label": "署名",
            "ask": "署名吗？",
            "again": "请选一个。",
            "default": "yes",
            "choices": [{"value": "yes", "label": "署名"}, {"value": "no", "label": "匿名", "said": "匿名"}],
        },
        {"name": "day", "entity": "date", "kind": "date", "label": "日期", "ask": "哪一天？", "again": "请说哪一天。"},
        {
            "name": "slot",
            "kind": "option",
            "label": "时段",
            "ask": "{day}有这些时段，选哪个？",
            "again": "请选一个时段。",
        },
        {
            "name": "picture",
            "kind": "photo",
            "label": "照片",
            "ask": "有照片吗？",
            "again": "请发照片。",
            "optional": "没有照片",
        },
    ],
    "confirm": "确认吗？",
    "change": "改哪一项？",
    "done": "约好了。",
    "cancelled": "好的，不约了。",
    "closed": "谈话室的系统没有响应，还没有提交。",
    "unknown": "不能确定。",
    "refusals": {
        "none_free": {"text": "{day}没有空位。", "ask": "day"},
        "shut": {"text": "谈话室这学期不开放。"},
        "slot_taken": {"text": "这个时段刚被约走。", "ask": "slot"},
    },
}
FREE = [Choice("1", "10:00 王老师", "王老师|上午"), Choice("2", "15:00 李老师", "李老师|下午")]
BOOKED = {"named": "yes", "day": "2026-11-25", "slot": "1", "picture": SKIPPED}


class Office:
    """An office whose answers a test sets; it remembers what it was asked."""

    def __init__(
        self,
        options: Sequence[Choice] | Exception = FREE,
        preview: Mapping[str, str] | Exception | None = None,
    ) -> None:
        self._options, self._preview = options, preview
        self.asked: list[Asked] = []

    async def check(self, field: str, value: str) -> None:
        """Takes everything."""

    async def options(self, asked: Asked) -> Sequence[Choice]:
        self.asked.append(asked)
        if isinstance(self._options, Exception):
            raise self._options
        return self._options

    async def preview(self, values: Mapping[str, str]) -> Mapping[str, str]:
        if isinstance(self._preview, Exception):
            raise self._preview
        return self._preview or {}


@pytest.fixture
def task(tmp_path: Path) -> Task:
    path = tmp_path / "talk" / "task.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(TALK, allow_unicode=True), encoding="utf-8")
    return read_task(path)


Take = Callable[..., Any]


@pytest.fixture
def take(task: Task) -> Take:
    async def one(
        values: Mapping[str, str | None],
        intent: str,
        filled: tuple[str, ...] = (),
        asked: str | None = None,
        *,
        office: Office | None = None,
        person: Person | None = SOMEONE,
        said: str = "",
        trouble: str | None = None,
        **entities: str,
    ) -> Step:
        known: dict[str, str | None] = dict.fromkeys(step for step in task.steps if step != SIGN_IN)
        labels = {"slot": "10:00 王老师"} if values.get("slot") else {}
        state = State({**known, **values}, 0, trouble, None, said, labels)
        return await advance(task, state, Turn(intent, entities, filled, asked), person, office or Office(), NOW)

    return one


def text(step: Step) -> str:
    assert step.reply is not None
    return str(step.reply["text"])


def payloads(step: Step) -> list[str]:
    assert step.reply is not None
    return [str(choice["payload"]) for choice in step.reply.get("choices", ())]


async def test_the_office_is_asked_for_choices_when_what_they_depend_on_is_known(take: Take) -> None:
    office = Office()
    first = await take({}, "talk", office=office, utterance="约个谈话")
    assert (first.asking, office.asked) == ("day", [])
    then = await take({"day": "2026-11-25"}, "answer", ("day",), "day", office=office, said="约个谈话")
    assert (then.asking, text(then)) == ("slot", "11月25日（周三）有这些时段，选哪个？")
    assert payloads(then) == ["answer:1", "answer:2"]
    assert then.prompt is not None
    assert (then.prompt["kind"], then.prompt["said"]) == ("choice", {"1": "王老师|上午", "2": "李老师|下午"})
    assert office.asked == [Asked("slot", {"named": "yes", "day": "2026-11-25"}, "2023010001", "约个谈话")]


async def test_words_of_the_first_sentence_choose_when_the_choices_are_known(take: Take) -> None:
    step = await take({"day": "2026-11-25"}, "answer", ("day",), "day", said="想约李老师谈谈")
    assert (step.asking, step.state.values["slot"], step.state.labels) == ("picture", "2", {"slot": "15:00 李老师"})


async def test_words_that_fit_two_choices_choose_neither(take: Take) -> None:
    step = await take({"day": "2026-11-25"}, "answer", ("day",), "day", said="王老师或者李老师都行")
    assert step.asking == "slot"


async def test_what_the_office_does_not_have_is_no_answer(take: Take) -> None:
    step = await take({"day": "2026-11-25", "slot": "9"}, "answer", ("slot",), "slot")
    assert (step.asking, text(step), step.state.values["slot"]) == ("slot", "请选一个时段。", None)


async def test_a_choice_that_the_new_day_does_not_have_is_asked_for_again(take: Take) -> None:
    office = Office([Choice("3", "16:00 赵老师")])
    step = await take({**BOOKED, "day": "2026-11-26"}, "correct", ("day",), CONFIRM, office=office)
    assert (step.asking, payloads(step)) == ("slot", ["answer:3"])
    assert text(step).startswith("好的，日期：11月26日（周四）。")


async def test_another_choice_said_at_the_card_changes_it(take: Take) -> None:
    step = await take(BOOKED, "correct", (), CONFIRM, utterance="换成李老师的")
    assert (step.asking, step.state.values["slot"]) == (CONFIRM, "2")
    assert text(step) == "改好了。确认吗？"


async def test_a_choice_to_change_is_not_chosen_again_from_the_first_words(take: Take) -> None:
    step = await take(BOOKED, "change", (), CONFIRM, said="约王老师", field="slot")
    assert (step.asking, payloads(step)) == ("slot", ["answer:1", "answer:2"])


async def test_nothing_free_asks_for_what_may_mend_it(take: Take) -> None:
    office = Office(Unfit("none_free", {"day": "11月25日"}))
    step = await take({"day": "2026-11-25"}, "answer", ("day",), "day", office=office)
    assert (step.asking, text(step)) == ("day", "11月25日没有空位。哪一天？")
    assert step.state.values["day"] is None


async def test_a_refusal_that_nothing_mends_ends_the_form(take: Take) -> None:
    step = await take({"day": "2026-11-25"}, "answer", ("day",), "day", office=Office(Unfit("shut")))
    assert (step.ended, step.asking, text(step)) == (True, None, "谈话室这学期不开放。")


@pytest.mark.parametrize("again", ["resume", "talk"])
async def test_an_office_that_does_not_answer_can_be_tried_again_with_nothing_lost(take: Take, again: str) -> None:
    closed = await take({"day": "2026-11-25"}, "answer", ("day",), "day", office=Office(Closed()))
    assert (closed.asking, payloads(closed)) == ("slot", ["resume", "cancel"])
    assert text(closed) == "谈话室的系统没有响应，还没有提交。"
    assert closed.state.values["day"] == "2026-11-25"
    step = await take(closed.state.values, again, (), "slot")
    assert payloads(step) == ["answer:1", "answer:2"]


async def test_the_first_words_choose_once_a_closed_office_answers(take: Take) -> None:
    closed = await take({"day": "2026-11-25"}, "talk", ("day",), office=Office(Closed()), utterance="约王老师聊聊")
    assert closed.asking == "slot"
    step = await take(closed.state.values, "resume", (), "slot", said="约王老师聊聊")
    assert (step.asking, step.state.values["slot"]) == ("picture", "1")


async def test_the_card_shows_what_the_office_says_and_not_what_was_skipped(take: Take) -> None:
    values = {**BOOKED, "picture": SKIPPED}
    step = await take(values, "answer", ("picture",), "picture", office=Office(preview={"费用": "免费"}))
    assert step.reply is not None
    assert [(one["label"], one["value"]) for one in step.reply["fields"]] == [
        ("署名", "署名"),
        ("日期", "11月25日（周三）"),
        ("时段", "10:00 王老师"),
        ("费用", "免费"),
    ]


async def test_a_card_whose_fee_is_not_known_cannot_be_confirmed(take: Take) -> None:
    step = await take(BOOKED, "answer", ("picture",), "picture", office=Office(preview=Closed()))
    assert (step.asking, payloads(step)) == (CONFIRM, ["resume", "cancel"])


async def test_a_refusal_before_the_card_asks_for_what_may_mend_it(take: Take) -> None:
    step = await take(BOOKED, "answer", ("picture",), "picture", office=Office(preview=Unfit("slot_taken")))
    assert (step.asking, text(step)) == ("slot", "这个时段刚被约走。11月25日（周三）有这些时段，选哪个？")
    assert payloads(step) == ["answer:1", "answer:2"]


async def test_a_default_stands_until_something_else_is_said(take: Take) -> None:
    first = await take({}, "talk", utterance="约个谈话")
    assert first.state.values["named"] == "yes"
    other = await take({"named": "yes"}, "answer", ("day",), "day", utterance="明天，匿名")
    assert other.state.values["named"] == "no"
    asked = await take(BOOKED, "change", (), CONFIRM, field="named")
    assert asked.asking == "named"


async def test_a_no_that_names_another_choice_changes_it_at_once(take: Take) -> None:
    denied = BOOKED | {CONFIRM: "no"}
    step = await take(denied, "correct", (CONFIRM,), CONFIRM, utterance="不，换成李老师")
    assert (step.asking, step.state.values["slot"], text(step)) == (CONFIRM, "2", "改好了。确认吗？")


async def test_no_default_stands_in_for_what_was_refused(task: Task) -> None:
    words = {"no_names": Words("这里不能署名。", "named", "匿名可以吗？")}
    unnamed = replace(task, refusals={**task.refusals, **words})
    known = dict.fromkeys(step for step in task.steps if step != SIGN_IN) | BOOKED
    step = await advance(
        unnamed,
        State(known, 0, None, None, "约个谈话", {"slot": "10:00 王老师"}),
        Turn("resume", {}, (), None),
        SOMEONE,
        Office(preview=Unfit("no_names")),
        NOW,
    )
    assert (step.asking, text(step)) == ("named", "这里不能署名。匿名可以吗？")


async def test_a_photo_may_be_left_out_and_a_sentence_is_none(take: Take) -> None:
    values = {**BOOKED, "picture": None}
    asked = await take(values, "resume")
    assert (asked.asking, payloads(asked)) == ("picture", ["answer:-"])
    sentence = await take({**values, "picture": "不是照片"}, "answer", ("picture",), "picture")
    assert sentence.asking == "picture"


async def test_a_field_that_must_be_answered_cannot_be_skipped(take: Take) -> None:
    step = await take({"day": SKIPPED}, "answer", ("day",), "day")
    assert step.asking == "day"


async def test_a_nameless_wish_needs_no_sign_in_and_a_named_one_does(take: Take) -> None:
    nameless = await take({"named": "no"}, "talk", ("named",), person=None)
    assert nameless.asking == "day"
    named = await take({}, "talk", person=None)
    assert named.asking == SIGN_IN


async def test_the_office_is_told_what_is_chosen_so_that_it_may_keep_it(take: Take) -> None:
    office = Office()
    await take({**BOOKED, "picture": None}, "correct", ("day",), "picture", office=office)
    assert [one.chosen for one in office.asked] == ["1"]


async def test_a_choice_said_before_the_sign_in_is_checked_after_it(take: Take, task: Task) -> None:
    known: dict[str, str | None] = {**dict.fromkeys(task.steps[1:]), "named": "yes", "day": "2026-11-25", "slot": "9"}
    state = State(known, said="约九号")
    step = await advance(task, state, Turn("resume", {}, (), SIGN_IN), SOMEONE, Office(), NOW)
    assert (step.asking, payloads(step)) == ("slot", ["answer:1", "answer:2"])


async def test_first_words_choose_after_the_office_did_not_answer(take: Take) -> None:
    values = {**BOOKED, "slot": None, "picture": SKIPPED}
    fresh = await take(values, "resume", (), "slot", said="约王老师")
    assert fresh.state.values["slot"] == "1"


async def test_first_words_do_not_choose_again_what_was_refused_after_the_card(task: Task) -> None:
    known: dict[str, str | None] = {**dict.fromkeys(task.steps[1:]), **BOOKED, "slot": None}
    state = State(known, said="约王老师", labels={"slot": "10:00 王老师"})
    step = await advance(task, state, Turn("resume", {}, (), None), SOMEONE, Office(), NOW)
    assert (step.asking, payloads(step)) == ("slot", ["answer:1", "answer:2"])
