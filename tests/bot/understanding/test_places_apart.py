"""Several places in one message: told once for each where an order takes one."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding import entities, places_apart
from bot.understanding.normalise import normalise
from bot.understanding.places_apart import Told

NOW = datetime(2026, 11, 23, 22, 50)


def told(text: str) -> Told | None:
    return places_apart.told(normalise(text), lambda clause: "fault" in entities.find(clause, NOW))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("3号楼502和503的空调都坏了", ("3号楼502", "3号楼503")),
        ("3号楼502、4号楼305的灯都不亮了", ("3号楼502", "4号楼305")),
        ("3号楼502、503、504没水", ("3号楼502", "3号楼503", "3号楼504")),
        ("3号楼502跟503", ("3号楼502", "3号楼503")),
        ("图书馆二楼和三楼的灯坏了", ("图书馆二楼", "图书馆三楼")),
    ],
)
def test_places_side_by_side_are_each_told(text: str, places: tuple[str, ...]) -> None:
    found = told(text)
    assert found is not None
    assert (found.places, found.housed) == (places, True)
    assert [entities.find(one, NOW)["location"] for one in found.sentences] == list(places)


def test_what_is_said_of_both_is_said_of_each() -> None:
    found = told("3号楼502和503的空调都坏了，13812345678")
    assert found is not None
    read = [entities.find(one, NOW) for one in found.sentences]
    assert [(one["fault"], one["phone"]) for one in read] == [("空调坏了", "13812345678")] * 2


def test_two_clauses_keep_each_its_own_trouble() -> None:
    found = told("3号楼502水龙头漏水，4号楼305灯不亮")
    assert found is not None
    assert [entities.find(one, NOW)["fault"] for one in found.sentences] == ["水龙头漏水", "灯不亮"]


def test_a_room_of_the_same_house_in_the_next_clause_is_another_place() -> None:
    found = told("3号楼502的空调坏了，503的灯也不亮")
    assert found is not None
    read = [entities.find(one, NOW) for one in found.sentences]
    assert [(one["location"], one["fault"]) for one in read] == [("3号楼502", "空调坏了"), ("3号楼503", "灯也不亮")]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5号楼502的空调和503的水龙头都坏了", [("5号楼502", "空调坏了"), ("5号楼503", "水龙头坏了")]),
        ("3号楼502的灯和4号楼301的插座都没电", [("3号楼502", "灯没电"), ("4号楼301", "插座没电")]),
        ("5号楼502的空调坏了和503的水龙头漏水", [("5号楼502", "空调坏了"), ("5号楼503", "水龙头漏水")]),
    ],
)
def test_each_place_keeps_the_thing_that_stands_beside_it(text: str, read: list[tuple[str, str]]) -> None:
    found = told(text)
    assert found is not None
    assert [(one["location"], one["fault"]) for one in (entities.find(each, NOW) for each in found.sentences)] == read


def test_so_do_rooms_without_their_house() -> None:
    assert told("502的空调和503的水龙头都坏了") == Told(("空调坏了", "水龙头坏了"), ("502", "503"), housed=False)


def test_rooms_without_their_house_wait_for_it_and_are_no_part_of_the_trouble() -> None:
    found = told("502和503的空调都坏了")
    assert found == Told(("空调坏了", "空调坏了"), ("502", "503"), housed=False)


@pytest.mark.parametrize(
    "text",
    [
        "3号楼502空调坏了",
        "不是3号楼502，是3号楼503",
        "3号楼502的空调和灯都坏了",
        "3号楼502空调和室友的风扇都坏了",
        "我和502的同学空调都坏了",
        "图书馆旁边的3号楼502灯坏了",
        "从3号楼搬到5号楼305，灯坏了",
        "交了100和200元",
        "电话13812345678，502灯坏了",
    ],
)
def test_one_place_is_left_alone(text: str) -> None:
    assert told(text) is None
