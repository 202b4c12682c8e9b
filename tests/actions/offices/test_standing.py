"""A service without an office of its own: its answers reach a desk as an application, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from actions.offices import Offices, Refusal
from actions.offices.applications import Application
from actions.rasa_actions import Order
from actions.standing import Standing, office_of
from actions.task import read_task, read_tasks
from tests.actions.campus_sim.back_office import fresh_key

KEYS = {
    "task": "key_request",
    "title": "借钥匙",
    "office": "值班室",
    "personal": True,
    "about": "我可以帮你登记借钥匙。",
    "fields": [
        {"name": "room", "kind": "location", "label": "房间", "ask": "哪间？", "again": "请说房间。"},
        {"name": "day", "kind": "date", "label": "日期", "ask": "哪天？", "again": "请说日期。"},
        {
            "name": "why",
            "kind": "text",
            "label": "用途",
            "ask": "做什么用？",
            "again": "请说用途。",
            "optional": "不说",
        },
    ],
    "confirm": "确认吗？",
    "done": "登记好了，单号 {number}，最晚{due}答复。",
    "cancelled": "好的，不借了。",
    "closed": "没有响应。",
    "unknown": "不能确定。",
}


@pytest.fixture
def standing(tmp_path: Path) -> Standing:
    path = tmp_path / "key_request" / "task.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(KEYS, allow_unicode=True), encoding="utf-8")
    return Standing(read_task(path))


async def test_what_the_card_showed_is_what_the_desk_gets(standing: Standing, offices: Offices) -> None:
    key = fresh_key()
    order = Order("2023010001", {"room": "3号楼502", "day": "2026-11-25", "confirmed": "yes"}, key)
    said = await standing.submit(order, offices)
    assert (said["due"], said["office_status"]) == ("11月26日（周四）", "受理")
    assert await standing.submit(order, offices) == said
    stored = (await offices.client.get(f"/applications/{said['number']}", params={"student": "2023010001"})).json()
    assert (stored["title"], stored["department"]) == ("借钥匙", "值班室")
    assert stored["answers"] == [
        {"label": "房间", "answer": "3号楼502"},
        {"label": "日期", "answer": "11月25日（周三）"},
    ]


async def test_an_application_is_shown_to_nobody_else(offices: Offices) -> None:
    application = Application("2023010001", "借钥匙", "值班室", {"房间": "3号楼502"})
    made = await offices.applications.submit(application, key=fresh_key())
    assert (made.due, made.department) == (date(2026, 11, 26), "值班室")
    assert await offices.applications.order(made.number, student="2023010001") == made
    with pytest.raises(Refusal, match="no_such_order"):
        await offices.applications.order(made.number, student="2023010005")


async def test_a_graduate_is_refused(offices: Offices) -> None:
    with pytest.raises(Refusal, match="student_not_active"):
        await offices.applications.submit(
            Application("2022010001", "借钥匙", "值班室", {"房间": "3号楼502"}), key=fresh_key()
        )


def test_a_folder_with_an_office_has_its_own_and_one_without_has_the_standing_one(standing: Standing) -> None:
    tasks = read_tasks()
    assert office_of(tasks["repair_request"]).__name__ == "actions.tasks.repair_request"  # type: ignore[attr-defined]
    assert isinstance(office_of(standing.task), Standing)
