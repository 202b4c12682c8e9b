"""The store: one case per task, one chain, nothing changed, everybody told."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from actions.cases.log import Cases, Conflict, NoSuchCase, NotAllowed
from actions.cases.outbox import Outbox
from actions.cases.pen import Stale
from actions.cases.reading import Filters, export, find, line, show, tip, verify
from actions.cases.stages import SYSTEM, Actor
from actions.cases.tables import cases, contents, open_engine, outbox, transitions
from tests.actions.cases.conftest import (
    DAY,
    GUARD,
    HALL,
    MINUTE,
    NOON,
    REPAIRS,
    STUDENT,
    reported,
    task,
    worked_on,
)

OTHER = "2023010002"


def refusal(failed: pytest.ExceptionInfo[NotAllowed]) -> str:
    return failed.value.refused.code


def acts(store: Cases, case: str) -> list[str]:
    return [row["act"] for row in show(store.engine, case, SYSTEM).log]


# one case per task


def test_a_confirmed_task_has_one_case_however_often_it_is_opened(store: Cases) -> None:
    first = store.open(task(), NOON)
    assert store.open(task(), NOON + DAY) == first
    assert find(store.engine, HALL, Filters()).total == 1
    assert acts(store, first.id) == ["open"]


def test_a_key_of_another_student_or_another_kind_gives_nothing_away(store: Cases) -> None:
    store.open(task(), NOON)
    with pytest.raises(Conflict):
        store.open(task(student=OTHER), NOON)


def test_a_hundred_confirmations_at_once_make_one_case_for_each_task(store: Cases) -> None:
    keys = [f"task-{place % 20}" for place in range(100)]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda key: store.open(task(key), NOON).id, keys))
    assert len(set(opened)) == 20
    assert opened[:20] == opened[20:40]
    assert tip(store.engine)[0] == 20
    assert verify(store.engine) == []


def test_writers_at_once_never_fork_the_chain_and_never_overwrite_each_other(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))

    def note(place: int) -> bool:
        try:
            store.act(kept.id, "note", REPAIRS, NOON + MINUTE, words=f"记录{place}", expect=kept.seq)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(note, range(16)))
    assert done.count(True) == 1
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda place: store.act(kept.id, "note", REPAIRS, NOON, words=str(place)), range(40)))
    rows = show(store.engine, kept.id, HALL).log
    assert [row["seq"] for row in rows] == list(range(1, kept.seq + 42))
    assert sorted(row["words"] for row in rows[-40:]) == sorted(map(str, range(40)))
    assert verify(store.engine) == []


def test_an_act_with_the_same_key_is_done_once(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    for _ in range(3):
        store.act(kept.id, "note", REPAIRS, NOON, words="到场检查", key="desk-0001")
    assert acts(store, kept.id) == ["open", "dispatch", "take", "note"]
    with pytest.raises(Conflict):
        store.act(kept.id, "report", REPAIRS, NOON, words="好了", key="desk-0001")


def test_a_database_that_was_there_is_opened_again_with_its_log(store: Cases, url: str) -> None:
    kept = reported(store, store.open(task(), NOON))
    again = open_engine(url)
    assert show(again, kept.id, HALL).kept == kept
    assert verify(again) == []
    again.dispose()


# nobody changes the log


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transitions SET reason = 'x' WHERE pos = 1",
        "DELETE FROM transitions WHERE pos = 1",
        "DELETE FROM transitions",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_row(store: Cases, statement: str) -> None:
    store.open(task(), NOON)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as db:
        db.execute(text(statement))
    assert verify(store.engine) == []


def test_sqlite_does_not_replace_a_row_either(light: Cases) -> None:
    light.open(task(), NOON)
    with light.engine.connect() as db:
        row = dict(db.execute(select(transitions)).mappings().one())
    forged = insert(transitions).prefix_with("OR REPLACE").values(**{**row, "reason": "x"})
    with pytest.raises(DBAPIError, match="append-only"), light.engine.begin() as db:
        db.execute(forged)
    assert verify(light.engine) == []


def test_postgresql_does_not_empty_the_table(store: Cases) -> None:
    if store.engine.dialect.name != "postgresql":
        return
    store.open(task(), NOON)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as db:
        db.execute(text("TRUNCATE transitions"))


def test_a_second_row_with_the_same_seq_or_the_same_row_before_it_is_refused(store: Cases) -> None:
    store.open(task(), NOON)
    with store.engine.connect() as db:
        row = dict(db.execute(select(transitions)).mappings().one())
    fresh = {"pos": 2, "seq": 2, "before": "1" * 64, "hash": "2" * 64, "key": None}
    for same in ("seq", "before"):
        with pytest.raises(DBAPIError), store.engine.begin() as db:
            db.execute(insert(transitions).values(**{**row, **fresh, same: row[same]}))


def test_a_case_that_was_changed_beside_the_log_is_found(store: Cases) -> None:
    kept = reported(store, store.open(task(place="3号楼502", fault="空调"), NOON))
    with store.engine.connect() as db:
        row = dict(db.execute(select(cases)).mappings().one())
    changed = {**dict.fromkeys(row, "x"), "seq": 9, "level": 2}
    for name in set(row) - {"id"}:
        with store.engine.begin() as db:
            db.execute(update(cases).values(**{name: changed[name]}))
        assert [(one.pos, one.what) for one in verify(store.engine)] == [(4, "case")], name
        with store.engine.begin() as db:
            db.execute(update(cases).values(**{name: row[name]}))
    assert verify(store.engine) == []
    with store.engine.begin() as db:
        db.execute(delete(cases).where(cases.c.id == kept.id))
    assert [one.what for one in verify(store.engine)] == ["case"]


def test_words_that_were_changed_removed_or_put_in_are_found(store: Cases) -> None:
    kept = reported(store, store.open(task(), NOON))
    with store.engine.begin() as db:
        db.execute(update(contents).where(contents.c.seq == 4).values(body='{"words":"没去"}'))
    assert [(one.pos, one.what) for one in verify(store.engine)] == [(4, "contents")]
    with store.engine.begin() as db:
        db.execute(delete(contents).where(contents.c.seq == 4))
    assert [(one.pos, one.what) for one in verify(store.engine)] == [(4, "contents")]
    with store.engine.begin() as db:
        db.execute(insert(contents).values(case=kept.id, seq=2, salt="00" * 32, body="{}"))
    assert [one.what for one in verify(store.engine)] == ["contents", "contents"]


def test_a_log_that_was_computed_anew_does_not_hold_the_anchor(store: Cases) -> None:
    store.open(task(), NOON)
    anchor = tip(store.engine)[1]
    store.open(task("task-2"), NOON)
    assert verify(store.engine, anchor) == []
    assert [one.what for one in verify(store.engine, "f" * 64)] == ["anchor"]


def test_a_clock_that_was_set_back_makes_no_log_run_backwards(store: Cases) -> None:
    kept = store.open(task(), NOON)
    store.act(kept.id, "comment", STUDENT, NOON - DAY, words="在吗")
    assert [row["at"] for row in show(store.engine, kept.id, HALL).log] == ["2026-11-23T12:00:00.000000"] * 2
    assert verify(store.engine) == []


# what a person wrote


def test_no_number_and_no_word_of_a_student_is_in_the_log(store: Cases) -> None:
    kept = reported(store, store.open(task(place="3号楼502", fault="空调"), NOON))
    store.act(kept.id, "unsolved", STUDENT, NOON + DAY, words="还是不凉，电话13800001234")
    said = "\n".join(map(line, export(store.engine)))
    assert [leak for leak in ("2023010001", "13800001234", "3号楼", "不凉", "压缩机") if leak in said] == []


def test_erased_contents_are_gone_and_the_chain_still_holds(store: Cases) -> None:
    kept = reported(store, store.open(task(place="3号楼502", fault="空调"), NOON))
    store.act(kept.id, "solved", STUDENT, NOON + DAY)
    store.act(kept.id, "erase", HALL, NOON + DAY, reason="asked_for", words="同学来电")
    shown = show(store.engine, kept.id, HALL)
    assert (shown.contents, shown.kept.student, shown.kept.mark) == (None, None, None)
    assert {row["words"] for row in shown.log} == {None}
    with store.engine.connect() as db:
        assert db.execute(select(contents)).all() == []
    assert verify(store.engine) == []
    with pytest.raises(NoSuchCase):
        show(store.engine, kept.id, STUDENT)


def test_what_a_database_refuses_is_kept_as_a_visible_mark(store: Cases) -> None:
    kept = store.open(task(), NOON)
    store.act(kept.id, "comment", STUDENT, NOON, words="\ud83d坏了\0")
    assert show(store.engine, kept.id, HALL).log[-1]["words"] == "\\ud83d坏了\\0"
    assert verify(store.engine) == []


# who sees what


def test_somebody_else_s_case_is_not_there(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    for stranger in (Actor("student", OTHER), GUARD, Actor("officer", "T9", ""), Actor("student", "")):
        with pytest.raises(NoSuchCase):
            show(store.engine, kept.id, stranger)
        with pytest.raises(NoSuchCase):
            store.act(kept.id, "comment", stranger, NOON, words="x")
        assert find(store.engine, stranger, Filters()).total == 0
    assert [find(store.engine, one, Filters()).total for one in (STUDENT, REPAIRS, HALL)] == [1, 1, 1]


def test_a_department_that_helps_sees_the_case_and_may_write_into_it_but_not_report(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    store.act(kept.id, "assist", REPAIRS, NOON, facts={"departments": ["保卫处"]})
    assert find(store.engine, GUARD, Filters()).cases[0].id == kept.id
    store.act(kept.id, "note", GUARD, NOON, words="门已打开")
    with pytest.raises(NotAllowed) as failed:
        store.act(kept.id, "report", GUARD, NOON, words="好了")
    assert refusal(failed) == "not_for_you"


def test_a_list_is_paged_without_a_gap_newest_first(store: Cases) -> None:
    made = [store.open(task(f"task-{place}"), NOON + place // 2 * MINUTE).id for place in range(9)]
    seen, start = [], None
    while True:
        page = find(store.engine, HALL, Filters(), size=4, start=start)
        assert page.total == 9
        seen += [one.id for one in page.cases]
        start = page.after
        if start is None:
            break
    assert sorted(seen) == sorted(made)
    opened = [show(store.engine, one, HALL).kept.state.opened_at for one in seen]
    assert opened == sorted(opened, reverse=True)


def test_a_list_is_filtered(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    late = store.open(task("task-2"), NOON - 5 * DAY)

    def found(**filters: object) -> list[str]:
        return [one.id for one in find(store.engine, HALL, Filters(**filters)).cases]  # type: ignore[arg-type]

    assert found(stage="办理") == [kept.id]
    assert found(department="后勤保障处") == [kept.id]
    assert found(kind="complaint") == []
    assert found(level=0) == [kept.id, late.id]
    assert found(overdue_at=NOON) == [late.id]


# one incident


def test_the_same_fault_at_the_same_place_on_the_same_day_is_one_incident(store: Cases) -> None:
    lead = store.open(task(place="3号楼502", fault="空调"), NOON)
    second = store.open(task("task-2", OTHER, place="3号楼502", fault="空调"), NOON + MINUTE)
    elsewhere = store.open(task("task-3", OTHER, place="3号楼503", fault="空调"), NOON)
    tomorrow = store.open(task("task-4", OTHER, place="3号楼502", fault="空调"), NOON + DAY)
    nowhere = store.open(task("task-5", OTHER), NOON)
    incidents = [one.state.incident for one in (lead, second, elsewhere, tomorrow, nowhere)]
    assert incidents == [None, lead.id, None, None, None]
    assert {one.id for one in find(store.engine, HALL, Filters(incident=lead.id)).cases} == {lead.id, second.id}


def test_who_joins_late_stands_where_the_incident_stands(store: Cases) -> None:
    lead = worked_on(store, store.open(task(place="A", fault="B"), NOON))
    late = store.open(task("task-2", OTHER, place="A", fault="B"), NOON + 5 * MINUTE)
    assert (late.state.stage, late.state.department) == ("办理", "后勤保障处")
    assert (late.state.opened_at, late.state.responded_at) == (NOON + 5 * MINUTE, NOON + 5 * MINUTE)
    store.act(lead.id, "report", REPAIRS, NOON + DAY, words="修好了")
    assert show(store.engine, late.id, HALL).kept.state.stage == "反馈"
    after_the_report = store.open(task("task-3", OTHER, place="A", fault="B"), NOON + 6 * MINUTE)
    assert after_the_report.state.incident is None


def test_each_reporter_is_told_each_change_and_can_say_that_it_is_not_solved_here(store: Cases) -> None:
    made = [store.open(task(f"task-{who}", f"20230100{who}", place="A", fault="B"), NOON) for who in range(10, 14)]
    worked_on(store, made[0])
    store.act(made[2].id, "report", REPAIRS, NOON + DAY, words="修好了")
    for one in made:
        told = acts(store, one.id)
        assert [act for act in told if act != "join"] == ["open", "dispatch", "take", "report"]
    with store.engine.connect() as db:
        rows = db.execute(select(outbox.c.case, outbox.c.recipient)).all()
    # Of opening it the receipt tells; of joining, being sent, taken and reported on somebody has to.
    assert {(one.id, "student"): 3 + (one is not made[0]) for one in made} == {
        tuple(row): rows.count(row) for row in rows
    }
    mine = Actor("student", "2023010011")
    again = store.act(made[1].id, "unsolved", mine, NOON + DAY, words="我这里还没好")
    assert (again.state.stage, again.state.level) == ("办理", 1)
    assert [show(store.engine, one.id, HALL).kept.state.stage for one in made] == ["反馈", "办理", "反馈", "反馈"]
    store.act(made[0].id, "solved", Actor("student", "2023010010"), NOON + DAY)
    assert [show(store.engine, one.id, HALL).kept.state.stage for one in made] == ["办结", "办理", "反馈", "反馈"]
    assert verify(store.engine) == []


def test_a_change_is_to_be_told_once_to_each(store: Cases) -> None:
    store.act(store.open(task(), NOON).id, "dispatch", HALL, NOON, facts={"department": "保卫处"})
    with pytest.raises(DBAPIError), store.engine.begin() as db:
        db.execute(insert(outbox).values(pos=2, case="x", recipient="student", due="", attempts=0, dead=False))


# closing


def test_unsolved_opens_the_case_again_on_its_original_clock_and_one_level_up(store: Cases) -> None:
    kept = reported(store, store.open(task(), NOON))
    due = kept.state.due_close
    again = store.act(kept.id, "unsolved", STUDENT, NOON + DAY)
    state = again.state
    assert (state.stage, state.level, state.opened_at, state.due_close) == ("办理", 1, NOON, due)
    store.act(kept.id, "report", REPAIRS, NOON + 2 * DAY, words="换了新机")
    store.act(kept.id, "solved", STUDENT, NOON + 2 * DAY)
    reopened = store.act(kept.id, "reopen", STUDENT, NOON + 9 * DAY).state
    assert (reopened.stage, reopened.level, reopened.opened_at, reopened.due_close) == ("办理", 2, NOON, due)
    assert (reopened.reopened, reopened.outcome) == (2, None)


def test_two_questions_and_seven_days_of_silence_end_a_case_and_not_an_hour_less(store: Cases) -> None:
    kept = reported(store, store.open(task(), NOON))
    ended: dict[int, list[str]] = {}
    for hours in range(24 * 12):
        for one in store.ask_and_end(NOON + timedelta(hours=hours)):
            ended.setdefault(hours, []).append(one.state.outcome or f"问{one.state.asked}")
    # Reported two minutes past noon; three days later is the first full hour after that, and seven days more.
    assert ended == {0: ["问1"], 73: ["问2"], 241: ["静默办结"]}
    assert show(store.engine, kept.id, HALL).kept.state.outcome == "静默办结"


def test_a_low_rating_opens_a_follow_up_linked_to_the_first(store: Cases) -> None:
    kept = reported(store, store.open(task(), NOON))
    store.act(kept.id, "solved", STUDENT, NOON + DAY)
    store.act(kept.id, "rate", STUDENT, NOON + DAY, facts={"score": 2})
    page = find(store.engine, STUDENT, Filters())
    follow = next(one for one in page.cases if one.id != kept.id)
    assert (page.total, follow.state.follows, follow.state.level, follow.state.stage) == (2, kept.id, 1, "受理")
    with pytest.raises(NotAllowed) as failed:
        store.act(kept.id, "rate", STUDENT, NOON + DAY, facts={"score": 1})
    assert refusal(failed) == "not_rated"
    said = "\n".join(map(line, export(store.engine)))
    assert "2023010001" not in said
    assert verify(store.engine) == []


def test_a_good_rating_opens_nothing(store: Cases) -> None:
    kept = reported(store, store.open(task(), NOON))
    store.act(kept.id, "solved", STUDENT, NOON + DAY)
    store.act(kept.id, "rate", STUDENT, NOON + DAY, facts={"score": 3})
    assert find(store.engine, STUDENT, Filters()).total == 1


# the clock


def test_the_deadline_waits_while_the_student_has_to_answer(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    store.act(kept.id, "ask_student", REPAIRS, NOON + DAY, words="几点在寝室？")
    back = store.act(kept.id, "supply", STUDENT, NOON + 3 * DAY, words="下午都在")
    assert (back.state.due_close, back.state.waiting_since) == (NOON + 5 * DAY, None)
    facts = [json.loads(row["facts"]) for row in export(store.engine)][-1]
    assert facts == {"due_close": "2026-11-28T12:00:00.000000"}


def test_nobody_gives_themselves_another_deadline(store: Cases) -> None:
    kept = worked_on(store, store.open(task(), NOON))
    for act, actor in (("report", REPAIRS), ("comment", STUDENT)):
        with pytest.raises(NotAllowed) as failed:
            store.act(kept.id, act, actor, NOON, words="x", facts={"due_close": "2027-01-01T00:00:00.000000"})
        assert refusal(failed) == "wrong"
    later = {"due_close": "2026-11-30T00:00:00.000000"}
    store.act(kept.id, "extend", REPAIRS, NOON, reason="parts", facts=later)
    with pytest.raises(NotAllowed) as failed:
        store.act(kept.id, "extend", REPAIRS, NOON, reason="parts", facts={"due_close": "2026-12-09T00:00:00.000000"})
    assert refusal(failed) == "not_extended"


def test_a_refused_act_leaves_nothing_behind(store: Cases) -> None:
    kept = store.open(task(), NOON)
    before = tip(store.engine)
    with pytest.raises(NotAllowed):
        store.act(kept.id, "solved", STUDENT, NOON)
    assert tip(store.engine) == before
    assert Outbox(store.engine).due(NOON, to="student") == []


# each safeguard by itself


def test_the_database_itself_forbids_a_second_case_of_a_task(store: Cases) -> None:
    store.open(task(), NOON)
    with store.engine.connect() as db:
        row = dict(db.execute(select(cases)).mappings().one())
    with pytest.raises(DBAPIError), store.engine.begin() as db:
        db.execute(insert(cases).values(**{**row, "id": "JB0"}))


def test_what_is_acknowledged_is_on_the_disk_and_what_is_erased_is_not(light: Cases) -> None:
    with light.engine.connect() as db:
        said = {
            name: db.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
