"""Clocks that went wrong in other people's help desks, and must not go wrong here. Each test says where it was told."""

from __future__ import annotations

import pytest

from actions.cases.clock import State, What
from actions.cases.limits import Limit, Limits, Unit
from tests.actions.cases.stories import SHIPPED, TWO_HOURS, at, clocks, happened, started

URGENT = Limits(Limit(60, Unit.WORKING_MINUTES), Limit(240, Unit.WORKING_MINUTES))


def test_a_case_does_not_escalate_because_the_student_is_slow_to_answer() -> None:
    """zammad#3140: the office had replied, the customer was silent, and the ticket escalated all the same."""
    story = [
        started("2026-11-25 09:00"),
        happened("2026-11-25 09:30", What.ANSWERED),
        happened("2026-11-25 09:40", What.PAUSED),
    ]
    waiting = clocks(story, "2027-03-01 09:00")
    assert (waiting.finish.state, waiting.finish.used) == (State.PAUSED, 40)
    assert (waiting.finish.escalation, waiting.finish.late_by) == (None, 0)
    assert (waiting.answer.escalation, waiting.answer.late_by) == (None, 0)


@pytest.mark.parametrize(
    ("answer", "finish"),
    [(Limit(3, Unit.DAYS), Limit(60, Unit.WORKING_MINUTES)), (Limit(30, Unit.MINUTES), Limit(5, Unit.DAYS))],
)
def test_the_shorter_limit_of_one_clock_does_not_overrule_the_other(answer: Limit, finish: Limit) -> None:
    """zammad#5177: an update time shorter than the first response time took its place."""
    both = clocks([started("2026-11-25 09:00", limits=Limits(answer, finish))], "2026-11-25 09:00")
    alone = clocks([started("2026-11-25 09:00", limits=Limits(answer, answer))], "2026-11-25 09:00")
    other = clocks([started("2026-11-25 09:00", limits=Limits(finish, finish))], "2026-11-25 09:00")
    assert both.answer == alone.answer
    assert both.finish == other.finish
    assert both.answer.deadline != both.finish.deadline


def test_a_case_on_hold_is_never_flagged_overdue() -> None:
    """osTicket#3034: a ticket waiting for parts or an answer was marked overdue, because no status could hold the clock."""
    story = [started("2026-11-25 09:00"), happened("2026-12-02 16:00", What.PAUSED)]
    for now in ("2026-12-02 17:00", "2026-12-02 17:01", "2027-12-02 17:00"):
        assert not clocks(story, now).finish.late
    story += [happened("2027-03-02 09:00", What.RESUMED)]
    assert clocks(story, "2027-03-02 09:00").finish.deadline == at("2027-03-02 10:00")


def test_no_clock_runs_at_night_at_weekends_and_on_holidays() -> None:
    """osTicket#3034, #1168: most of the tickets were overdue because closed hours and weekends were counted."""
    night, weekend = ("2026-11-25 17:00", "2026-11-26 08:30"), ("2026-11-27 17:00", "2026-11-30 08:30")
    for closed, opened in (night, weekend, ("2026-09-30 17:00", "2026-10-08 08:30")):
        finish = clocks([started(closed, limits=URGENT)], opened).finish
        assert (finish.used, finish.late) == (0, False)


def test_what_was_paused_stays_out_when_the_priority_changes() -> None:
    """glpi#6902: with a new SLA the time spent pending was counted again, and the ticket was in breach at once."""
    story = [
        started("2026-11-23 09:00"),
        happened("2026-11-23 10:00", What.PAUSED),
        happened("2026-11-25 14:00", What.PRIORITY_CHANGED, limits=URGENT),
    ]
    changed = clocks(story, "2026-11-25 14:00").finish
    assert (changed.state, changed.used, changed.limit, changed.late) == (State.PAUSED, 60, 240, False)
    story += [happened("2026-11-25 15:00", What.RESUMED)]
    resumed = clocks(story, "2026-11-25 15:00").finish
    assert (resumed.used, resumed.late, resumed.deadline) == (60, False, at("2026-11-26 09:30"))


def test_a_pause_over_the_weekend_does_not_add_the_weekend_to_the_deadline() -> None:
    """glpi#10594: a pause was measured round the clock and added to a deadline in working time."""
    story = [
        started("2026-11-27 10:00"),
        happened("2026-11-27 16:30", What.PAUSED),
        happened("2026-11-30 09:00", What.RESUMED),
    ]
    assert clocks(story, "2026-11-30 09:00").finish.deadline == at("2026-12-07 09:30")  # 4 December 17:00 and one hour


def test_round_the_clock_is_not_closed_for_a_minute_at_midnight() -> None:
    """zammad#3180: 00:00 to 23:59 lost the last minute of every day."""
    late = clocks([started("2026-11-25 23:30", limits=TWO_HOURS)], "2026-11-25 23:30")
    assert (late.answer.deadline, late.finish.deadline) == (at("2026-11-26 00:00"), at("2026-11-26 01:30"))
    assert SHIPPED.of("保卫处").between(at("2026-11-25 00:00"), at("2026-11-28 00:00")) == 3 * 1440


def test_reopening_a_case_that_was_done_in_time_does_not_make_it_overdue() -> None:
    """osTicket#5955, #5206: a reopened ticket had its old date, long past, and was overdue in the same moment."""
    story = [
        started("2026-11-25 09:00"),
        happened("2026-11-27 10:00", What.STOPPED),
        happened("2026-12-20 10:00", What.REOPENED),
    ]
    finish = clocks(story, "2026-12-21 08:30").finish
    assert not finish.late
    assert finish.deadline is not None
    assert finish.deadline > at("2026-12-21 08:30")


def test_lateness_does_not_grow_while_the_student_must_answer() -> None:
    """frappe/helpdesk#3709: a ticket paused after its deadline was overdue by more every minute."""
    story = [started("2026-11-25 09:00", limits=URGENT), happened("2026-11-26 09:00", What.PAUSED)]
    overdue = clocks(story, "2026-11-26 09:00").finish
    assert overdue.late
    assert clocks(story, "2026-12-26 09:00").finish.late_by == overdue.late_by
