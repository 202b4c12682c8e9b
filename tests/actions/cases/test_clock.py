"""What the two clocks of a case say, rule by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from actions.cases.calendar import read_calendar
from actions.cases.clock import Event, State, What, read, said
from actions.cases.holidays import holidays_of
from actions.cases.limits import Limit, Limits, Unit
from tests.actions.cases.stories import OFFICE_DAYS, TWO_HOURS, at, clocks, happened, started

DAYS_5 = Limit(5, Unit.DAYS)
DAYS_15 = Limit(15, Unit.DAYS)
WORKING_2H = Limit(120, Unit.WORKING_MINUTES)
DAY_2H = Limits(WORKING_2H, WORKING_2H)

# a case without anything special: Wednesday 25 November 2026, 10:00; the office is open 8:30-11:30 and 13:30-17:00


def test_a_limit_in_days_ends_with_the_office_hours_of_the_last_day_and_the_first_day_does_not_count() -> None:
    both = clocks([started("2026-11-25 10:00")], "2026-11-25 10:00")
    assert both.answer.deadline == at("2026-11-26 17:00")
    assert both.finish.deadline == at("2026-12-02 17:00")
    assert (both.finish.used, both.finish.limit) == (0, 300 + 5 * 390)


def test_lunch_nights_and_weekends_are_not_counted() -> None:
    both = clocks([started("2026-11-27 11:00", limits=DAY_2H)], "2026-11-28 20:00")
    assert both.finish.used == 30 + 210
    assert both.finish.deadline == at("2026-11-27 15:00")
    friday = clocks([started("2026-11-27 16:00", limits=DAY_2H)], "2026-11-28 20:00")
    assert (friday.finish.used, friday.finish.deadline) == (60, at("2026-11-30 09:30"))


def test_reminders_are_due_at_half_and_four_fifths_and_the_escalation_at_all_of_it() -> None:
    finish = clocks([started("2026-11-25 08:30", limits=DAY_2H)], "2026-11-25 08:30").finish
    due = (finish.half, finish.four_fifths, finish.escalation)
    assert due == (at("2026-11-25 09:30"), at("2026-11-25 10:06"), at("2026-11-25 10:30"))


def test_a_share_that_is_no_whole_minute_is_due_with_the_minute_that_completes_it() -> None:
    finish = clocks(
        [started("2026-11-25 08:30", limits=Limits(WORKING_2H, Limit(3, Unit.MINUTES)))], "2026-11-25 08:30"
    )
    assert (finish.finish.half, finish.finish.four_fifths) == (at("2026-11-25 08:32"), at("2026-11-25 08:33"))


def test_seconds_are_cut_off() -> None:
    story = [Event(datetime(2026, 11, 25, 8, 30, 59), What.STARTED, "教务处", DAY_2H)]
    finish = read(story, read_calendar(), datetime(2026, 11, 25, 10, 30, 59)).finish
    assert (finish.used, finish.deadline, finish.late) == (120, at("2026-11-25 10:30"), False)


def test_done_at_the_last_moment_is_in_time_and_a_minute_later_is_late() -> None:
    for minute, late_by in (("17:00", 0), ("17:01", 1), ("20:00", 180)):
        story = [started("2026-11-25 10:00"), happened(f"2026-12-02 {minute}", What.STOPPED)]
        finish = clocks(story, "2026-12-31 09:00").finish
        assert (finish.late_by, finish.late) == (late_by, late_by > 0)
        assert (finish.used, finish.limit) == (2250, 2250)
        assert finish.deadline == at("2026-12-02 17:00")


def test_nights_and_weekends_count_once_it_is_late() -> None:
    finish = clocks([started("2026-11-27 10:00", limits=DAY_2H)], "2026-11-30 09:00").finish
    assert finish.deadline == at("2026-11-27 14:00")
    assert finish.late_by == (3 * 24 - 5) * 60


# 首次响应


@pytest.mark.parametrize("what", [What.ANSWERED, What.PAUSED, What.STOPPED])
def test_the_first_answer_ends_the_first_clock_and_a_question_to_the_student_is_one(what: What) -> None:
    story = [
        started("2026-11-25 10:00"),
        happened("2026-11-25 14:00", what),
        happened("2026-11-30 09:00", What.RESUMED),
    ]
    answer = clocks(story, "2026-12-31 09:00").answer
    assert (answer.state, answer.used, answer.late) == (State.STOPPED, 90 + 30, False)
    assert answer.deadline == at("2026-11-26 17:00")
    assert (answer.half, answer.four_fifths, answer.escalation) == (None, None, None)


def test_what_happens_after_the_first_answer_does_not_touch_the_first_clock() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-25 14:00", What.ANSWERED)]
    before = clocks(story, "2026-11-25 14:00").answer
    story += [
        happened("2026-11-25 14:00", What.PRIORITY_CHANGED, limits=DAY_2H),
        happened("2026-11-25 15:00", What.REASSIGNED, department="保卫处"),
        happened("2026-11-26 09:00", What.STOPPED),
        happened("2026-11-27 09:00", What.REOPENED),
    ]
    assert clocks(story, "2026-12-31 09:00").answer == before


# pauses


def test_a_pause_moves_the_deadline_by_the_working_time_it_took() -> None:
    story = [
        started("2026-11-25 10:00"),
        happened("2026-11-25 16:00", What.PAUSED),
        happened("2026-11-26 09:00", What.RESUMED),
    ]
    assert clocks(story, "2026-11-26 09:00").finish.deadline == at("2026-12-03 10:00")


def test_a_paused_clock_has_no_deadline_and_says_what_it_has_used() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-25 16:00", What.PAUSED)]
    finish = clocks(story, "2026-12-20 09:00").finish
    assert (finish.state, finish.used, finish.limit) == (State.PAUSED, 240, 2250)
    assert (finish.deadline, finish.half, finish.escalation, finish.late) == (None, None, None, False)


def test_a_reminder_that_was_due_before_the_pause_stays() -> None:
    story = [started("2026-11-25 08:30", limits=DAY_2H), happened("2026-11-25 09:45", What.PAUSED)]
    finish = clocks(story, "2026-12-20 09:00").finish
    assert (finish.half, finish.four_fifths) == (at("2026-11-25 09:30"), None)


def test_a_pause_of_no_length_and_one_outside_the_hours_change_nothing() -> None:
    plain = clocks([started("2026-11-25 10:00")], "2026-11-27 09:00").finish
    for start, end in (("25 10:00", "25 10:00"), ("25 11:30", "25 13:30"), ("25 17:00", "26 08:30")):
        story = [
            started("2026-11-25 10:00"),
            happened(f"2026-11-{start}", What.PAUSED),
            happened(f"2026-11-{end}", What.RESUMED),
        ]
        assert clocks(story, "2026-11-27 09:00").finish == plain


def test_a_second_question_during_a_pause_is_one_pause() -> None:
    story = [
        started("2026-11-25 08:30", limits=DAY_2H),
        happened("2026-11-25 09:00", What.PAUSED),
        happened("2026-11-25 10:00", What.PAUSED),
        happened("2026-11-25 11:00", What.RESUMED),
        happened("2026-11-25 11:10", What.RESUMED),
    ]
    finish = clocks(story, "2026-11-25 11:30").finish
    assert (finish.used, finish.deadline) == (60, at("2026-11-25 14:30"))


# changes of hands and limits


def test_a_limit_in_working_hours_goes_on_in_the_hours_of_the_new_department() -> None:
    story = [
        started("2026-11-27 16:00", limits=DAY_2H),
        happened("2026-11-27 20:00", What.REASSIGNED, department="保卫处"),
    ]
    assert clocks(story, "2026-11-27 20:00").finish.deadline == at("2026-11-27 21:00")
    story += [happened("2026-11-27 20:30", What.REASSIGNED, department="教务处")]
    assert clocks(story, "2026-11-27 20:30").finish.deadline == at("2026-11-30 09:00")


def test_who_has_the_case_does_not_change_what_was_promised_in_days() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-26 10:00", What.REASSIGNED, department="保卫处")]
    assert clocks(story, "2026-11-27 10:00").finish.deadline == at("2026-12-02 17:00")


def test_another_priority_counts_from_the_start_and_keeps_what_was_used() -> None:
    story = [
        started("2026-11-25 10:00"),
        happened("2026-11-25 10:30", What.PRIORITY_CHANGED, limits=DAY_2H),
    ]
    finish = clocks(story, "2026-11-25 11:00").finish
    assert (finish.used, finish.limit, finish.deadline) == (60, 120, at("2026-11-25 14:00"))


def test_a_shorter_limit_that_is_used_up_already_is_due_now_and_not_before() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-26 10:00", What.PRIORITY_CHANGED, limits=DAY_2H)]
    finish = clocks(story, "2026-11-26 10:05").finish
    assert finish.half == finish.four_fifths == finish.deadline == at("2026-11-26 10:00")
    assert finish.late_by == 5


def test_an_extension_in_time_moves_everything_that_is_to_come() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-12-02 16:00", What.EXTENDED, limit=DAYS_15)]
    finish = clocks(story, "2026-12-02 16:00").finish
    assert finish.deadline == at("2026-12-16 17:00")
    assert finish.half == at("2026-12-07 09:15")  # 3,075 of 6,150 minutes: Wednesday's 300, seven days of 390, 45
    assert not clocks(story, "2026-12-16 17:00").finish.late


def test_an_extension_leaves_the_first_clock_alone() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-25 11:00", What.EXTENDED, limit=DAYS_15)]
    assert clocks(story, "2026-11-25 11:00").answer.deadline == at("2026-11-26 17:00")


def test_an_extension_or_another_department_does_not_wash_away_that_it_was_late() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-12-03 09:00", What.EXTENDED, limit=DAYS_15)]
    finish = clocks(story, "2026-12-10 09:00").finish
    assert (finish.deadline, finish.late_by) == (at("2026-12-16 17:00"), 16 * 60)
    story = [started("2026-11-25 10:00"), happened("2026-12-03 09:00", What.REASSIGNED, department="保卫处")]
    finish = clocks(story, "2026-12-03 10:00").finish
    assert (finish.deadline, finish.late_by) == (at("2026-12-02 17:00"), 17 * 60)


# stopped and reopened


def test_a_reopened_case_goes_on_with_the_clock_it_had() -> None:
    story = [
        started("2026-11-25 08:30", limits=DAY_2H),
        happened("2026-11-25 09:30", What.STOPPED),
        happened("2026-12-01 14:00", What.REOPENED),
    ]
    finish = clocks(story, "2026-12-01 14:00").finish
    assert (finish.state, finish.used, finish.late) == (State.RUNNING, 60, False)
    assert (finish.half, finish.deadline) == (at("2026-11-25 09:30"), at("2026-12-01 15:00"))


def test_a_stopped_clock_still_says_when_it_would_have_been_up() -> None:
    story = [started("2026-11-25 08:30", limits=DAY_2H), happened("2026-11-25 09:45", What.STOPPED)]
    finish = clocks(story, "2026-12-20 09:00").finish
    assert (finish.state, finish.used, finish.deadline) == (State.STOPPED, 75, at("2026-11-25 10:30"))
    assert (finish.half, finish.four_fifths, finish.escalation) == (at("2026-11-25 09:30"), None, None)


def test_a_word_of_the_student_starts_no_clock_of_a_closed_case() -> None:
    story = [
        started("2026-11-25 08:30", limits=DAY_2H),
        happened("2026-11-25 09:00", What.PAUSED),
        happened("2026-11-25 09:30", What.STOPPED),
        happened("2026-11-26 09:00", What.RESUMED),
    ]
    assert clocks(story, "2026-11-27 09:00").finish.used == 30


# holidays and years


def test_a_deadline_over_a_vacation_falls_on_a_day_on_which_somebody_is_there() -> None:
    finish = clocks([started("2027-01-15 10:00")], "2027-01-15 10:00").finish
    assert finish.deadline == at("2027-02-02 15:00")  # 19, 21, 26, 28 January and 2 February: Tuesdays and Thursdays
    assert finish.provisional


def test_only_days_that_matter_make_a_deadline_provisional() -> None:
    assert not clocks([started("2026-12-16 10:00")], "2026-12-16 10:00").finish.provisional
    assert clocks([started("2026-12-18 10:00")], "2026-12-18 10:00").finish.provisional
    assert not clocks([started("2026-12-31 10:00", limits=TWO_HOURS)], "2026-12-31 10:00").finish.provisional


def test_a_notice_that_comes_out_later_moves_a_provisional_deadline_and_makes_it_certain() -> None:
    story = [started("2026-12-30 10:00", limits=Limits(OFFICE_DAYS.answer, Limit(1, Unit.DAYS)))]
    before = clocks(story, "2026-12-30 10:00").finish
    assert (before.deadline, before.provisional) == (at("2026-12-31 17:00"), True)
    told: dict[int, Any] = {2027: {"holidays": {"元旦": [date(2026, 12, 31), date(2027, 1, 2)]}, "workdays": []}}
    calendar = read_calendar()
    for table in (calendar.working_days, calendar.always):
        table.holidays = holidays_of(told)
    after = read(story, calendar, at("2026-12-30 10:00")).finish
    assert (after.deadline, after.provisional) == (at("2027-01-04 17:00"), False)


def test_a_case_that_lies_for_years_is_read_as_exactly_and_at_once() -> None:
    begun = at("2016-03-01 08:30")
    story = [started("2016-03-01 08:30", limits=DAY_2H)]
    story += [
        happened(f"{begun + timedelta(days=n):%Y-%m-%d %H:%M}", What.PAUSED if n % 2 else What.RESUMED)
        for n in range(1, 3000)
    ]
    finish = clocks(story, "2026-11-25 08:30").finish
    assert finish.deadline == at("2016-03-01 10:30")
    assert finish.late_by == 22 * 60 + 1499 * 1440


# what is no story


@pytest.mark.parametrize(
    ("story", "why"),
    [
        ([], "not started yet"),
        ([happened("2026-11-25 08:00", What.STOPPED)], "started once"),
        ([started("2026-11-25 08:00"), started("2026-11-25 08:00")], "started once"),
        ([started("2026-11-25 08:00"), happened("2026-11-25 07:59", What.PAUSED)], "paused before started"),
        ([started("2026-12-01 08:00")], "not started yet"),
        ([started("2026-11-25 08:00"), happened("2026-11-25 09:00", What.REASSIGNED)], "reassigned without"),
        (
            [started("2026-11-25 08:00"), happened("2026-11-25 09:00", What.PRIORITY_CHANGED)],
            "priority_changed without",
        ),
        ([started("2026-11-25 08:00"), happened("2026-11-25 09:00", What.EXTENDED)], "extended without"),
        ([Event(datetime(2026, 11, 25, tzinfo=UTC), What.STARTED, "教务处", DAY_2H)], "no offset"),
    ],
)
def test_what_is_no_story_is_refused(story: list[Event], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(story, read_calendar(), at("2026-11-30 08:00"))


def test_a_log_can_be_read_as_of_any_earlier_moment() -> None:
    story = [started("2026-11-25 10:00"), happened("2026-11-27 10:00", What.STOPPED)]
    assert clocks(story, "2026-11-26 10:00") == clocks(story[:1], "2026-11-26 10:00")


# in words


@pytest.mark.parametrize(
    ("deadline", "now", "words"),
    [
        ("2026-11-27 17:00", "2026-11-25 10:00", "11月27日（周五）17:00前"),
        ("2026-11-25 17:00", "2026-11-25 10:00", "今天17:00前"),
        ("2026-11-25 10:00", "2026-11-25 10:00", "今天10:00前"),
        ("2026-11-26 09:05", "2026-11-25 23:59", "明天9:05前"),
        ("2026-11-27 00:00", "2026-11-25 10:00", "明天24:00前"),
        ("2026-11-27 00:01", "2026-11-25 10:00", "11月27日（周五）0:01前"),
        ("2027-01-04 17:00", "2026-12-28 10:00", "2027年1月4日（周一）17:00前"),
        ("2027-01-01 17:00", "2026-12-31 10:00", "明天17:00前"),
        ("2026-11-25 09:00", "2026-11-25 10:00", "今天9:00已到期"),
        ("2026-11-24 17:00", "2026-11-25 10:00", "昨天17:00已到期"),
        ("2026-11-20 17:00", "2026-11-25 10:00", "11月20日（周五）17:00已到期"),
    ],
)
def test_a_deadline_is_said_as_a_student_reads_it(deadline: str, now: str, words: str) -> None:
    assert said(at(deadline), at(now)) == words


def test_a_provisional_deadline_says_so_and_a_paused_clock_says_what_it_waits_for() -> None:
    new_year = said(at("2027-01-04 17:00"), at("2026-12-28 10:00"), provisional=True)
    assert new_year == "2027年1月4日（周一）17:00前（节假日安排公布后可能调整）"
    assert said(at("2026-12-25 17:00"), at("2026-12-28 10:00"), provisional=True) == "12月25日（周五）17:00已到期"
    assert said(None, at("2026-12-28 10:00")) == "等你答复后继续计时"
