"""A service's own words, a name, an order's number: each may tell what a sentence means where the head doubts."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.reader import Reader
from bot.understanding import Reading
from bot.words import Names, read_services

SERVICES = read_services()


class Head:
    """Hears what it is told to."""

    def __init__(self, *ranking: tuple[str, float]) -> None:
        self.ranking = ranking

    def read(self, text: str, now: datetime) -> Reading:
        return Reading(text, *self.ranking[0], self.ranking, {}, object())  # type: ignore[arg-type]

    def glance(self, text: str) -> tuple[tuple[str, float], ...]:
        return self.ranking


def read(text: str, *ranking: tuple[str, float]) -> Reading:
    return Reader(Head(*ranking), SERVICES, Names(SERVICES), datetime.now).read(text)


TORN = (("repair_request", 0.57), ("complaint", 0.39), ("venue_booking", 0.04))


@pytest.mark.parametrize(
    "text", ["我要实名投诉教室投影仪一直没人修", "我要匿名投诉浴室热水忽冷忽热", "我想举报三楼水房没人管"]
)
def test_who_says_to_complain_complains_whatever_is_broken(text: str) -> None:
    reading = read(text, *TORN)
    assert (reading.intent, reading.confidence) == ("complaint", 0.9)
    assert sum(chance for _, chance in reading.ranking) == pytest.approx(1.0)
    assert [name for name, _ in reading.ranking] == ["complaint", "repair_request", "venue_booking"]


@pytest.mark.parametrize("text", ["我要投诉的那个投影仪修好没", "教室投影仪一直没人修", "投诉信箱在哪"])
def test_who_only_speaks_of_a_complaint_is_heard_as_the_head_hears(text: str) -> None:
    assert read(text, *TORN).ranking == TORN


def test_a_course_called_after_anything_is_still_asked_about() -> None:
    far = (("out_of_scope", 0.93), ("grade_query", 0.06))
    assert read("软件工程案例分析考了多少分", *far).intent == "grade_query"
    assert (
        read("软件工程前沿考试什么时候", ("out_of_scope", 0.9), ("timetable_query", 0.09)).intent == "timetable_query"
    )


def test_its_words_do_not_lead_to_a_service_that_the_head_does_not_think_of() -> None:
    ranking = (("out_of_scope", 0.93), ("policy_question", 0.04), ("grade_query", 0.01))
    assert read("我弟高考考了多少分", *ranking).intent == "out_of_scope"
