"""Free times: which are shown, and which words mean them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from actions.offices import Refusal
from actions.slots import Free, distinct, narrowed, offer, readable, spoken_days, wanted_day
from actions.task import Asked

WEDNESDAY = datetime(2026, 11, 25)
WANG, LI = "王(?:老师|导师)|王启明", "李(?:老师|导师)|李佳怡"


def free(clock: str, whose: str = WANG, day: datetime = WEDNESDAY) -> Free:
    hour, minute = map(int, clock.split(":"))
    at = day.replace(hour=hour, minute=minute)
    return Free(f"{at:%d}-{clock}", f"{clock} {whose[0]}老师", at, (whose,))


DAY = [free("09:00"), free("10:00", LI), free("14:00"), free("15:00", LI), free("15:30"), free("19:00", LI)]


def asked(said: str = "", chosen: str | None = None) -> Asked:
    return Asked("slot", {}, "2023010001", said, chosen)


def values(found: list[Free], said: str = "", chosen: str | None = None) -> list[str]:
    return [one.value for one in offer(found, asked(said, chosen))]


def meant(said: str, found: list[Free] = DAY) -> list[str]:
    """What is chosen by ``said`` among everything on show."""
    return [one.value for one in offer(found, asked()) if one.said and re.search(one.said, said)]


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("上午九点", "09:00"),
        ("9点的", "09:00"),
        ("下午两点那个", "14:00"),
        ("14:00", "14:00"),
        ("14点", "14:00"),
        ("下午三点", "15:00"),
        ("三点整", "15:00"),
        ("三点半", "15:30"),
        ("下午3点30", "15:30"),
        ("15：30吧", "15:30"),
        ("晚上七点", "19:00"),
        ("十九点", "19:00"),
    ],
)
def test_an_hour_in_words_means_one_time(said: str, clock: str) -> None:
    assert meant(said) == [f"25-{clock}"]


@pytest.mark.parametrize("said", ["四点", "三点一刻", "十三点", "十五分钟", "王老师的", "三十点", "下午"])
def test_what_is_not_on_show_or_fits_several_means_none(said: str) -> None:
    assert meant(said) == []


def test_the_only_one_of_a_name_is_meant_by_it() -> None:
    assert meant("李老师的", [free("09:00"), free("10:00"), free("11:00", LI)]) == ["25-11:00"]


@pytest.mark.parametrize(
    ("said", "clocks"),
    [
        ("下午", ["14:00", "15:00", "15:30"]),
        ("早上的", ["09:00", "10:00"]),
        ("晚上", ["19:00"]),
        ("李老师", ["10:00", "15:00", "19:00"]),
        ("李老师 下午", ["15:00"]),
        ("本来想上午，还是下午吧", ["14:00", "15:00", "15:30"]),
        ("先约李老师，不，王老师", ["09:00", "14:00", "15:30"]),
        ("随便", ["09:00", "10:00", "14:00", "15:00", "15:30", "19:00"]),
    ],
)
def test_what_was_said_last_narrows_the_list(said: str, clocks: list[str]) -> None:
    assert values(DAY, said) == [f"25-{clock}" for clock in clocks]


def test_words_that_fit_nothing_narrow_nothing() -> None:
    assert [one.value for one in narrowed([free("09:00")], "晚上")] == ["25-09:00"]


def test_the_weekend_is_saturday_and_sunday() -> None:
    saturday = WEDNESDAY + timedelta(days=3)
    assert values([free("09:00"), free("09:00", day=saturday)], "周末的") == ["28-09:00"]


def test_at_most_eight_are_shown_the_hour_that_was_said_among_them_in_order() -> None:
    long = [
        free(f"{hour:02d}:00", day=WEDNESDAY + timedelta(days=ahead)) for ahead in range(3) for hour in range(9, 14)
    ]
    assert len(values(long)) == 8
    assert values(long)[-1] == "26-11:00"
    wanted = values(long, "13点")
    assert (len(wanted), [one for one in wanted if one.endswith("13:00")]) == (8, ["25-13:00", "26-13:00", "27-13:00"])
    assert wanted == sorted(wanted)


def test_what_is_chosen_stays_however_the_list_is_narrowed_and_falls_when_it_is_gone() -> None:
    assert "25-09:00" in values(DAY, "下午", chosen="25-09:00")
    assert "25-08:00" not in values(DAY, "下午", chosen="25-08:00")


def test_a_pattern_that_two_choices_share_means_neither() -> None:
    assert distinct([["a", "b"], ["b"], ["c", "c"]]) == ["a", None, "c|c"]


def test_days_are_offered_from_the_soonest_and_the_chosen_one_stays() -> None:
    days = [date(2026, 11, 24) + timedelta(days=ahead) for ahead in range(10)]
    shown = spoken_days(days, Asked("day", {}, "2023010001", ""))
    assert [one.value for one in shown] == ["soonest", *(f"2026-11-{day}" for day in range(24, 31))]
    assert shown[1].label == "11月24日（周二）"
    assert re.search(str(shown[0].said), "越快越好")
    kept = spoken_days(days, Asked("day", {}, "2023010001", "", "2026-12-03"))
    assert kept[-1].value == "2026-12-03"
    gone = spoken_days(days, Asked("day", {}, "2023010001", "", "2026-12-06"))
    assert "2026-12-06" not in {one.value for one in gone}


def test_any_day_is_no_day() -> None:
    assert wanted_day({"day": "2026-11-25"}) == date(2026, 11, 25)
    assert (wanted_day({"day": "soonest"}), wanted_day({})) == (None, None)


def test_days_and_times_of_a_refusal_are_read_by_people() -> None:
    details = {"start": "2026-11-25T14:00", "until": "2026-12-23", "number": "XL20261123-0001"}
    assert readable(Refusal("paused", details)).details == {
        "start": "11月25日（周三）14:00",
        "until": "12月23日（周三）",
        "number": "XL20261123-0001",
    }
