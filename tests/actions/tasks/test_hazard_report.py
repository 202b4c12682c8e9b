"""A danger is reported in at most three questions, and leaving comes first where it is happening."""

from __future__ import annotations

import pytest

from actions.offices import Offices
from actions.rasa_actions import Order
from actions.task import SKIPPED, read_tasks
from actions.tasks.hazard_report.office import LEAVE_FIRST, preview, read, submit


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我要上报隐患", {}),
        ("有隐患", {}),
        ("楼道有安全隐患", {}),
        (
            "3号楼二楼楼道有人给电动车充电",
            {"what": "3号楼二楼楼道有人给电动车充电", "location": "3号楼二楼楼道"},
        ),
        ("走廊电线裸露", {"what": "走廊电线裸露"}),
        (
            "我要上报安全隐患,图书馆三楼消防通道被堵住了",
            {"what": "图书馆三楼消防通道被堵住了", "location": "图书馆三楼"},
        ),
        ("发现隐患:西苑操场边的路灯杆歪了", {"what": "西苑操场边的路灯杆歪了", "location": "西苑操场"}),
    ],
)
def test_what_and_where_are_read_unless_it_is_a_corridor_of_some_house(said: str, told: dict[str, str]) -> None:
    assert read(said, None) == told


def test_who_had_to_be_asked_where_is_not_asked_for_a_photo() -> None:
    assert read("在5号楼后面", "location")["photo"] == SKIPPED
    assert "photo" not in read("图书馆三楼的灯要掉了", "what")


@pytest.mark.parametrize(
    ("said", "urgency"),
    [("插座正在冒火花", "now"), ("灯快要掉下来了", "danger"), ("不急，消防通道堵了", "latent"), ("电线露在外面", None)],
)
def test_how_urgent_it_is_may_be_told_in_passing(said: str, urgency: str | None) -> None:
    assert read_tasks()["hazard_report"].field("urgency").heard(said) == urgency


def order(urgency: str, **values: str) -> Order:
    return Order("", {"what": "电线露在外面", "location": "3号楼二楼楼道", "urgency": urgency} | values, "hazard-key")


async def test_leaving_and_the_phone_come_first_where_it_is_happening(offices: Offices) -> None:
    assert await preview(order("now"), offices) == {"先做这件事": LEAVE_FIRST}
    assert await preview(order("danger"), offices) == {}
    done = await submit(order("now"), offices)
    told = read_tasks()["hazard_report"].done.format_map(done)
    assert told.startswith("先离开那里，不要自己处理。保卫处 24 小时电话 021-5550-1101")
    assert "已报给保卫处，编号 YH20261123-0001，11月23日（周一）11:00前有人去核实。" in told


async def test_a_report_without_a_name_is_followed_by_its_code(offices: Offices) -> None:
    done = await submit(order("latent", photo="a" * 32, phone="13800138000"), offices)
    assert (done["first"], done["code"]) == ("", "K7MQX4TX")
    assert done["choices"][0]["payload"] == "start:progress_query?ticket=K7MQX4TX&by=code"
    assert (await offices.progress.by_code("K7MQX4TX")).line == "3号楼二楼楼道 电线露在外面"
