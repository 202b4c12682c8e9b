"""A task.yaml that does not say what it must is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.task import BadTask, read_task, read_tasks

GOOD: dict[str, Any] = {
    "task": "key_request",
    "title": "借钥匙",
    "office": "值班室",
    "personal": True,
    "about": "我可以帮你登记借钥匙。",
    "fields": [{"name": "room", "kind": "location", "label": "房间", "ask": "哪间？", "again": "请说房间。"}],
    "done": "登记好了。",
    "cancelled": "好的，不借了。",
    "closed": "没有响应。",
    "unknown": "不能确定。",
}


def written(folder: Path, raw: Any, name: str = "key_request") -> Path:
    path = folder / name / "task.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(raw if isinstance(raw, str) else yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def test_a_good_one_is_read(tmp_path: Path) -> None:
    task = read_task(written(tmp_path, GOOD))
    assert task.steps == ("sign_in", "room")
    assert task.slot("room") == "key_request_room"


FIELD = GOOD["fields"][0]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"colour": "red"}, "unknown keys ['colour']"),
        ({"fields": [{**FIELD, "colour": "red"}]}, "field 'room' has unknown keys ['colour']"),
        ({"fields": [{**FIELD, "kind": "colour"}]}, "has kind 'colour'"),
        ({"fields": [{**FIELD, "kind": "choice"}]}, "is a choice without choices"),
        ({"fields": [{**FIELD, "kind": "photo"}]}, "is a photo that cannot be left out"),
        ({"personal": {"unless": {"floor": "1"}}}, "the sign-in depends on unknown fields ['floor']"),
        (
            {"fields": [{**FIELD, "choices": [{"value": "a", "label": "甲", "said": "("}]}]},
            "choice 'a' of field 'room'",
        ),
        ({"fields": [{**FIELD, "choices": [{"value": "a"}]}]}, "label"),
        ({"fields": [{**FIELD, "name": "confirmed"}]}, "a name that every form uses itself"),
        ({"fields": [{**FIELD, "name": "order"}]}, "a name that every form uses itself"),
        ({"fields": [FIELD, FIELD]}, "two fields have the same name"),
        (
            {"fields": [{**FIELD, "entity": "location"}, {**FIELD, "name": "back", "entity": "location"}]},
            "two fields are filled by the same entity ['location']",
        ),
        (
            {"fields": [{**FIELD, "name": "location"}, {**FIELD, "name": "back", "entity": "location"}]},
            "two fields are filled by the same entity ['location']",
        ),
        ({"fields": [{**FIELD, "when": {"floor": "1"}}]}, "depends on unknown fields ['floor']"),
        ({"fields": [{"kind": "text"}]}, "name"),
        ({"refusals": {"closed": {"text": "没开门。", "ask": "floor"}}}, "asks for unknown field 'floor'"),
        ({"refusals": {"closed": {"words": "没开门。"}}}, "words"),
        ({"done": None}, "task.yaml"),
        ({"hall": {"names": ["钥匙"]}}, "hall needs an example"),
        ({"hall": {"example": "借钥匙", "icon": "key"}}, "not ['icon']"),
        ({"task": "another"}, "lives in folder 'key_request'"),
    ],
)
def test_a_bad_one_is_refused_by_name(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(BadTask) as refused:
        read_task(written(tmp_path, {**GOOD, **wrong}))
    assert told in str(refused.value)


@pytest.mark.parametrize("missing", ["title", "office", "personal", "about", "fields", "done", "cancelled", "closed"])
def test_one_that_lacks_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(BadTask, match=missing):
        read_task(written(tmp_path, {name: value for name, value in GOOD.items() if name != missing}))


@pytest.mark.parametrize("raw", ["", "[]", "task: [", "just words"])
def test_what_is_no_task_at_all_is_refused(tmp_path: Path, raw: str) -> None:
    with pytest.raises(BadTask):
        read_task(written(tmp_path, raw))


def test_every_task_names_a_sentence_for_what_its_form_refuses() -> None:
    for task in read_tasks().values():
        if any(of.kind == "period" for of in task.fields):
            assert {"leave_ends_before_it_starts", "leave_in_the_past"} <= set(task.refusals)


def test_every_task_that_writes_asks_first() -> None:
    """Where there is no card, either nothing is written or a question of its own stands before it."""
    without = {name: task for name, task in read_tasks().items() if task.confirm is None}
    assert {name for name, task in without.items() if all(of.name != "sure" for of in task.fields)} == {
        "card_balance",
        "grade_query",
        "timetable_query",
    }
