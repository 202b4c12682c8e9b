"""A case beside each order, over the real back office: whatever dies in between, and however the office moves the order on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from actions.cases.calendar import read_calendar
from actions.cases.deadlines import Deadlines
from actions.cases.following import Begun, Following, Taken
from actions.cases.limits import read_limits
from actions.cases.log import Cases, NotAllowed
from actions.cases.outbox import Outbox
from actions.cases.pen import Kept
from actions.cases.reading import show, verify
from actions.cases.rounds import remind
from actions.cases.stages import SYSTEM, Actor
from actions.cases.tables import begun, cases, open_engine
from actions.offices import Offices, progress
from actions.offices.repairs import Repair
from actions.rasa_actions import Order, SubmitTask, followed
from actions.standing import office_of
from actions.task import read_tasks
from tests.actions.campus_sim.clock import Clock

STUDENT = "2023010001"
ORDER = Begun(
    "key-0001",
    "repair_request",
    "宿舍报修",
    "后勤保障处",
    STUDENT,
    {"地点": "3号楼502", "故障": "空调不制冷"},
    place="3号楼502",
    fault="空调不制冷",
)
DEADLINES = Deadlines(read_calendar(), read_limits())
OFFICER = Actor("officer", "T2004", "后勤保障处")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Cases]:
    engine = open_engine(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    yield Cases(engine, DEADLINES.clock)
    assert verify(engine) == []
    engine.dispose()


@pytest.fixture
def following(store: Cases, offices: Offices, clock: Clock) -> Following:
    return Following(store, offices.progress, lambda: clock().replace(tzinfo=None), "Asia/Shanghai")


async def ordered(offices: Offices, key: str = "key-0001", room: str = "502") -> str:
    """The office has it; nobody told us."""
    repair = Repair(STUDENT, "3号楼", "空调不制冷", "13812345678", "any_time", room=room)
    return (await offices.repairs.submit(repair, key=key)).number


async def opened(following: Following, offices: Offices) -> Kept:
    await following.begin(ORDER)
    number = await ordered(offices)
    await following.took(ORDER.key, Taken(number))
    return the(following, number)


def the(following: Following, number: str) -> Kept:
    kept = following.find(number)
    assert kept is not None
    return kept


def notes(store: Cases) -> int:
    with store.engine.connect() as db:
        return int(db.execute(select(func.count()).select_from(begun)).scalar_one())


def count(store: Cases) -> int:
    with store.engine.connect() as db:
        return int(db.execute(select(func.count()).select_from(cases)).scalar_one())


async def moved(offices: Offices, number: str, status: str, note: str | None = None) -> None:
    answer = await offices.client.put(f"/_orders/{number}", json={"status": status, "note": note})
    answer.raise_for_status()


def acts(store: Cases, kept: Kept) -> list[tuple[str, str]]:
    return [(row["act"], row["rule"]) for row in show(store.engine, kept.id, SYSTEM).log]


# whatever dies in between


async def test_an_order_becomes_a_case_of_its_department(following: Following, offices: Offices, store: Cases) -> None:
    kept = await opened(following, offices)
    assert (kept.state.stage, kept.state.department, kept.student) == ("转办", "后勤保障处", STUDENT)
    assert show(store.engine, kept.id, SYSTEM).contents == {
        "title": "宿舍报修",
        "answers": {"地点": "3号楼502", "故障": "空调不制冷"},
        "private": False,
    }
    assert notes(store) == 0


async def test_an_order_whose_case_was_never_opened_gets_it_after_the_restart(
    following: Following, offices: Offices, store: Cases, clock: Clock
) -> None:
    await following.begin(ORDER)
    number = await ordered(offices)
    again = Following(store, offices.progress, following.now, "Asia/Shanghai")
    assert (await again.clear_up(), count(store)) == (0, 0)  # the call may still be under way
    clock.now += timedelta(seconds=61)
    assert await again.clear_up() == 1
    assert the(again, number).state.department == "后勤保障处"
    assert (await again.clear_up(), count(store), notes(store)) == (0, 1, 0)


async def test_what_no_office_ever_got_becomes_no_case_and_is_forgotten_after_a_day(
    following: Following, store: Cases, clock: Clock
) -> None:
    await following.begin(ORDER)
    clock.now += timedelta(hours=23)
    assert (await following.clear_up(), notes(store)) == (0, 1)
    clock.now += timedelta(hours=1, seconds=1)
    assert (await following.clear_up(), notes(store), count(store)) == (1, 0, 0)


async def test_an_office_that_does_not_say_leaves_the_note_where_it_is(
    following: Following, offices: Offices, store: Cases, clock: Clock
) -> None:
    await following.begin(ORDER)
    await ordered(offices)
    clock.now += timedelta(days=2)
    fault = {"path": "/orders/by-key", "method": "GET", "kind": "status", "status": 503, "times": 2}
    (await offices.client.post("/_faults", json=fault)).raise_for_status()
    assert (await following.clear_up(), notes(store), count(store)) == (0, 1, 0)
    assert (await following.clear_up(), notes(store), count(store)) == (1, 0, 1)


async def test_a_form_that_is_sent_twice_is_one_case(following: Following, offices: Offices, store: Cases) -> None:
    first = await opened(following, offices)
    second = await opened(following, offices)
    assert (second.id, count(store), notes(store)) == (first.id, 1, 0)


async def test_the_store_gone_means_that_nothing_is_sent(
    following: Following, offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be followed is not taken."""

    async def broken(order: Begun) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(following, "begin", broken)
    task = read_tasks()["repair_request"]
    values = {"location": "3号楼502", "fault": "灯坏了", "phone": "13812345678", "time": "-", "order": "key-9"}
    slots = {task.slot(name): value for name, value in values.items()}
    token = URLSafeTimedSerializer("made-up", salt="identity").dumps({"student": STUDENT})
    tracker = Tracker("s", slots, {"metadata": {"identity": token}}, [], False, None, {}, "action_listen")
    submit = SubmitTask(task, office_of(task), offices, "made-up", following)
    events = await submit.run(CollectingDispatcher(), tracker, {})
    assert {"event": "slot", "name": task.slot("trouble"), "value": "closed", "timestamp": None} in events
    assert await offices.progress.cases(STUDENT) == ()


# what the offices do


async def test_a_case_goes_where_its_order_goes(
    following: Following, offices: Offices, store: Cases, clock: Clock
) -> None:
    kept = await opened(following, offices)
    number = str(kept.number)
    clock.now += timedelta(minutes=5)
    await moved(offices, number, "维修中")
    assert await following.keep_up() == 1
    assert the(following, number).state.stage == "办理"
    clock.now += timedelta(minutes=5)
    await moved(offices, number, "已完成", "加了制冷剂")
    assert await following.keep_up() == 1
    assert [one.words for one in Outbox(store.engine).of_student(STUDENT)] == [None, "加了制冷剂"]
    assert acts(store, kept)[2:] == [("take", "the_office_says_it_is_at_it"), ("report", "the_office_says_it_is_done")]
    assert await following.keep_up() == 0


async def test_what_the_office_said_before_is_no_answer_to_not_solved(
    following: Following, offices: Offices, clock: Clock
) -> None:
    kept = await opened(following, offices)
    number = str(kept.number)
    clock.now += timedelta(minutes=5)
    await moved(offices, number, "已完成", "修好了")
    assert await following.keep_up() == 2
    clock.now += timedelta(minutes=1)
    again = await following.act(number, "unsolved", key="no", words="还是热风")
    assert again is not None
    assert (again.stage, await following.keep_up()) == ("办理", 0)
    clock.now += timedelta(hours=1)
    await moved(offices, number, "已完成", "换了压缩机")
    assert (await following.keep_up(), the(following, number).state.stage) == (1, "反馈")


async def test_an_order_that_was_taken_back_at_the_office_ends_its_case(
    following: Following, offices: Offices, clock: Clock
) -> None:
    kept = await opened(following, offices)
    clock.now += timedelta(minutes=5)
    await moved(offices, str(kept.number), "已撤销")
    assert await following.keep_up() == 1
    assert the(following, str(kept.number)).state.outcome == "撤销"


async def test_what_happened_before_the_case_was_there_is_caught_up_with(
    following: Following, offices: Offices, clock: Clock
) -> None:
    await opened(following, offices)
    other = replace(ORDER, key="key-0002", place="3号楼503")
    await following.begin(other)
    number = await ordered(offices, "key-0002", "503")
    await moved(offices, number, "维修中")
    clock.now += timedelta(hours=3)
    await following.keep_up()
    await following.clear_up()
    assert (the(following, number).state.stage, await following.keep_up()) == ("转办", 1)
    assert the(following, number).state.stage == "办理"


async def test_what_is_not_sure_waits_for_the_hall_and_goes_with_the_office_once_it_works(
    following: Following, offices: Offices, clock: Clock
) -> None:
    await following.begin(ORDER)
    number = await ordered(offices)
    await following.took(ORDER.key, Taken(number, "后勤保障处", ("保卫处",), 0.4, sure=False))
    assert the(following, number).state.stage == "受理"
    clock.now += timedelta(minutes=5)
    await moved(offices, number, "维修中")
    await following.keep_up()
    assert the(following, number).state.stage == "办理"


async def test_two_reports_of_one_fault_are_one_incident_in_whatever_words(
    following: Following, offices: Offices
) -> None:
    first = await opened(following, offices)
    other = replace(ORDER, key="key-0002", student="2023010005", fault="空调一点都不凉")
    await following.begin(other)
    await following.took("key-0002", Taken("BX20261123-0099"))
    fan = replace(ORDER, key="key-0003", student="2023010005", fault="吊扇不转")
    await following.begin(fan)
    await following.took("key-0003", Taken("BX20261123-0098"))
    assert the(following, "BX20261123-0099").state.incident == first.id
    assert the(following, "BX20261123-0098").state.incident is None


# who may know whose it is


def test_a_confidential_complaint_says_nothing_of_who_complained() -> None:
    task = read_tasks()["complaint"]
    values = {"matter": "辅导员骂人", "privacy": "confidential", "phone": "13812345678"}
    begun_ = followed(task, Order(STUDENT, values, "k"), {})
    assert (begun_.private, begun_.student) == (True, STUDENT)
    assert begun_.answers == {"事项": "辅导员骂人", "署名": "保密"}
    named = followed(task, Order(STUDENT, {**values, "privacy": "named"}, "k"), {})
    assert (named.private, named.answers["联系电话"]) == (False, "13812345678")


def test_what_is_happening_now_has_the_limits_of_what_cannot_wait() -> None:
    task = read_tasks()["hazard_report"]
    assert [
        followed(task, Order("", {"what": "冒烟", "urgency": urgency}, "k"), {}).urgent for urgency in ("now", "latent")
    ] == [True, False]


# the clocks


def share(store: Cases, kept: Kept, clock: str, now: datetime) -> int:
    shown = show(store.engine, kept.id, SYSTEM)
    return DEADLINES.used(shown.kept.state, shown.log, clock, now)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute)


async def test_the_share_of_a_limit_is_counted_in_its_own_hours(
    following: Following, offices: Offices, store: Cases
) -> None:
    """Opened on Monday 10:30; 24 hours round the clock to answer, done by the end of Wednesday."""
    kept = await opened(following, offices)
    assert (kept.state.due_response, kept.state.due_close) == (
        at(24, 10, 30),
        DEADLINES.calendar.working_days.closing(at(23, 0).date(), 2),
    )
    assert [share(store, kept, "answer", when) for when in (at(23, 22, 30), at(24, 10, 30), at(24, 22, 30))] == [
        50,
        100,
        150,
    ]
    shares = [share(store, kept, "finish", when) for when in (at(23, 10, 30), at(24, 0), at(24, 12), at(26, 0))]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] == 100


async def test_while_the_student_is_asked_or_decides_no_time_is_used(
    following: Following, offices: Offices, store: Cases
) -> None:
    kept = await opened(following, offices)
    store.act(kept.id, "take", OFFICER, at(23, 11))
    before = share(store, kept, "finish", at(23, 11))
    store.act(kept.id, "ask_student", OFFICER, at(23, 11), words="哪一台？")
    assert share(store, kept, "finish", at(24, 11)) == before
    store.act(kept.id, "supply", Actor("student", STUDENT), at(24, 11), words="靠窗")
    assert share(store, kept, "finish", at(24, 11)) == before
    store.act(kept.id, "report", OFFICER, at(24, 11), words="好了")
    store.act(kept.id, "unsolved", Actor("student", STUDENT), at(27, 11))
    assert share(store, kept, "finish", at(27, 11)) == before
    assert share(store, kept, "answer", at(30, 11)) == 0  # it was answered


async def test_somebody_is_reminded_once_at_each_share_and_passed_over_at_the_end(
    following: Following, offices: Offices, store: Cases
) -> None:
    kept = await opened(following, offices)
    store.act(kept.id, "take", OFFICER, at(23, 11))
    found = []
    for hour in range(0, 24 * 12):
        now = at(23, 11) + timedelta(hours=hour)
        remind(store, DEADLINES, now)
    for row in show(store.engine, kept.id, SYSTEM).log:
        if row["rule"] in ("a_reminder", "one_level_up"):
            found.append((row["act"], row["reason"], row["facts"]))
    assert found == [
        ("urge", "", {"clock": "finish", "used": 50}),
        ("urge", "", {"clock": "finish", "used": 80}),
        ("supervise", "overdue", {"clock": "finish", "used": 100}),
        ("supervise", "overdue", {"clock": "finish", "used": 200}),
    ]
    told = [one.row["act"] for one in Outbox(store.engine).of_student(STUDENT)]
    assert told == ["take", "supervise", "supervise"]


async def test_nobody_answering_is_noticed_by_the_first_clock(
    following: Following, offices: Offices, store: Cases
) -> None:
    kept = await opened(following, offices)
    remind(store, DEADLINES, at(24, 10, 31))
    facts: list[Any] = [row["facts"] for row in show(store.engine, kept.id, SYSTEM).log if row["act"] == "supervise"]
    assert facts == [{"clock": "answer", "used": 100}]


async def test_an_extension_goes_no_further_than_was_promised(
    following: Following, offices: Offices, store: Cases
) -> None:
    """A repair may take fifteen working days at the very longest: from Monday, 23 November to Monday, 14 December."""
    kept = await opened(following, offices)
    store.act(kept.id, "take", OFFICER, at(23, 11))
    facts = {"due_close": "2026-12-15T17:00:00.000000"}
    with pytest.raises(NotAllowed) as refused:
        store.act(kept.id, "extend", OFFICER, at(23, 12), reason="parts", facts=facts)
    assert refused.value.refused.sentence == "最长只能延到12月14日17:00。"
    facts = {"due_close": "2026-12-14T17:00:00.000000"}
    assert store.act(kept.id, "extend", OFFICER, at(23, 12), reason="parts", facts=facts).state.extended


async def test_a_word_of_the_student_s_hides_nothing_that_the_office_did(
    following: Following, offices: Offices, clock: Clock
) -> None:
    kept = await opened(following, offices)
    number = str(kept.number)
    await moved(offices, number, "已完成", "修好了")
    clock.now += timedelta(minutes=1)
    await following.act(number, "comment", key="word-0001", words="什么时候来？")
    assert (await following.keep_up(), the(following, number).state.stage) == (2, "反馈")


async def test_what_follows_up_a_low_rating_is_not_done_with_by_old_news(
    following: Following, offices: Offices, store: Cases, clock: Clock
) -> None:
    kept = await opened(following, offices)
    number = str(kept.number)
    await moved(offices, number, "已完成", "修好了")
    await following.keep_up()
    await following.act(number, "solved", key="tap-00001")
    await following.act(number, "rate", key="tap-00002", facts={"score": 1})
    follow_up = the(following, number)
    assert follow_up.state.follows == kept.id
    assert (await following.keep_up(), the(following, number).state.stage) == (0, "受理")
    assert (show(store.engine, follow_up.id, SYSTEM).contents or {})["answers"] == dict(ORDER.answers)


async def test_what_the_hall_sends_elsewhere_is_not_taken_by_the_office_that_had_it(
    following: Following, offices: Offices, store: Cases, clock: Clock
) -> None:
    kept = await opened(following, offices)
    number = str(kept.number)
    await moved(offices, number, "维修中")
    await following.keep_up()
    clock.now += timedelta(minutes=1)
    hall = Actor("hall", "T2003")
    store.act(kept.id, "dispatch", hall, following.now(), facts={"department": "保卫处"})
    assert (await following.keep_up(), the(following, number).state.stage) == (0, "转办")


async def test_more_changes_than_an_office_tells_at_once_are_all_heard(
    offices: Offices, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAGE", 2)
    since = clock() - timedelta(seconds=1)
    numbers = []
    for place in range(5):
        numbers.append(await ordered(offices, f"key-{place:04}", f"50{place + 1}"))
        clock.now += timedelta(seconds=place % 2)
        await moved(offices, numbers[-1], "维修中")
    assert [one.number for one in await offices.progress.changes(since)] == numbers
