"""Whoever touches a row of the log is found, whichever row and whichever column it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from actions.cases.chain import FIELDS, GENESIS, broken, digest, sealed
from actions.cases.log import Cases
from actions.cases.reading import export, tip, verify
from actions.cases.tables import head, open_engine, transitions
from tests.actions.cases.conftest import CLOCK, DAY, HALL, NOON, REPAIRS, STUDENT, reported, task

COLUMNS = (*FIELDS, "hash")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cases]:
    """A log with three cases that were worked on in turn."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('chain') / 'cases.sqlite'}")
    store = Cases(engine, CLOCK)
    first, second = (store.open(task(key, place="A", fault="B"), NOON) for key in ("task-1", "task-2"))
    reported(store, first)
    store.act(second.id, "unsolved", STUDENT, NOON + DAY, words="还是坏的", key="phone-1")
    store.act(first.id, "solved", STUDENT, NOON + DAY)
    store.act(first.id, "rate", STUDENT, NOON + DAY, facts={"score": 1})
    store.act(first.id, "erase", HALL, NOON + 2 * DAY, reason="retention")
    store.act(
        second.id, "extend", REPAIRS, NOON + DAY, reason="parts", facts={"due_close": "2026-12-01T00:00:00.000000"}
    )
    yield store
    engine.dispose()


@pytest.fixture(scope="module")
def rows(written: Cases) -> list[dict[str, Any]]:
    assert verify(written.engine) == []
    return list(export(written.engine))


def end(rows: list[dict[str, Any]]) -> tuple[int, str]:
    return (rows[-1]["pos"], rows[-1]["hash"]) if rows else (0, GENESIS)


def test_the_log_is_long_enough_to_be_worth_touching(rows: list[dict[str, Any]]) -> None:
    assert len(rows) == 15
    assert broken(rows, end(rows)) == []
    assert broken([], (0, GENESIS)) == []


@given(data=st.data())
@settings(max_examples=600, deadline=None)
def test_any_column_of_any_row_that_is_changed_is_found(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    place, name = data.draw(st.sampled_from(range(len(rows)))), data.draw(st.sampled_from(COLUMNS))
    value = rows[place][name]
    # Of the column's own type, as a database would give it back: anything, something near, or what another row has there.
    if isinstance(value, int):
        new = st.one_of(st.integers(-9, 99), st.sampled_from([one[name] for one in rows]))
    else:
        near = [f"{value or ''}x", f" {value}", str(value)[:-1], str(value).upper(), *(one[name] or "" for one in rows)]
        new = st.one_of(st.text(max_size=8), st.sampled_from(near), *([st.none()] if name == "key" else []))
    touched = [dict(row) for row in rows]
    touched[place][name] = data.draw(new.filter(lambda changed: changed != value))
    assert broken(touched, end(rows)) != []


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_rows_that_are_removed_reordered_or_put_in_are_found(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    touched = [dict(row) for row in rows]
    place, other = (data.draw(st.integers(0, len(rows) - 1)) for _ in range(2))
    match data.draw(st.sampled_from(["remove", "cut", "swap", "repeat", "put in", "rewrite"])):
        case "remove":
            del touched[place]
        case "cut":
            del touched[place:]
        case "swap":
            other = (place + 1) % len(rows) if other == place else other
            touched[place], touched[other] = touched[other], touched[place]
        case "repeat":
            touched.insert(other, dict(touched[place]))
        case "put in":
            # With hashes that fit, as somebody would who knows how.
            forged = {**touched[place], "before": touched[place - 1]["hash"] if place else GENESIS, "act": "note"}
            touched.insert(place, {**forged, "hash": digest(forged)})
        case "rewrite":
            forged = {**touched[place], "rule": "another"}
            touched[place] = {**forged, "hash": digest(forged)}
    assert broken(touched, end(rows)) != []


def test_a_log_written_anew_from_some_row_on_needs_the_anchor_to_be_found(rows: list[dict[str, Any]]) -> None:
    anew, before = [], GENESIS
    for row in rows:
        forged = {**row, "before": before, "reason": "serious" if row["pos"] == 3 else row["reason"]}
        before = digest(forged)
        anew.append({**forged, "hash": before})
    assert broken(anew, end(anew)) == []
    assert [one.what for one in broken(anew, end(anew), rows[-1]["hash"])] == ["anchor"]
    assert broken(rows, end(rows), rows[4]["hash"]) == []


def test_in_the_database_too_every_column_of_every_row_is_watched(written: Cases, rows: list[dict[str, Any]]) -> None:
    chance = random.Random(5)
    engine = written.engine
    with engine.begin() as db:
        db.execute(text("DROP TRIGGER transitions_stay"))
    for row in rows:
        for name in chance.sample(COLUMNS, 6) if row["pos"] > 2 else COLUMNS:
            value = row[name] + 1000 if isinstance(row[name], int) else f"{row[name] or ''}x"
            at = transitions.c.pos == row["pos"]
            with engine.begin() as db:
                db.execute(update(transitions).where(at).values(**{name: value}))
            assert verify(engine) != [], (row["pos"], name)
            at = transitions.c.pos == (value if name == "pos" else row["pos"])
            with engine.begin() as db:
                db.execute(update(transitions).where(at).values(**{name: row[name]}))
    assert verify(engine) == []


def test_a_tail_that_was_cut_off_is_found_by_the_head_or_else_by_the_cases(written: Cases) -> None:
    engine, (pos, digest_) = written.engine, tip(written.engine)
    with engine.begin() as db:
        db.execute(text("DROP TRIGGER transitions_remain"))
        last = dict(db.execute(select(transitions).where(transitions.c.pos == pos)).mappings().one())
        db.execute(text("DELETE FROM transitions WHERE pos = :pos"), {"pos": pos})
    assert [one.what for one in verify(engine)] == ["head"]
    with engine.begin() as db:
        db.execute(update(head).values(pos=pos - 1, hash=last["before"]))
    assert [one.what for one in verify(engine)] == ["case"]
    assert [one.what for one in verify(engine, digest_)] == ["anchor"]
    with engine.begin() as db:
        db.execute(insert(transitions).values(**last))
        db.execute(update(head).values(pos=pos, hash=digest_))
    assert verify(engine) == []


def test_a_missing_head_is_found(written: Cases) -> None:
    pos, digest_ = tip(written.engine)
    with written.engine.begin() as db:
        db.execute(text("DELETE FROM head"))
    assert tip(written.engine) == (0, "")
    assert [one.what for one in verify(written.engine)] == ["head"]
    with written.engine.begin() as db:
        db.execute(insert(head).values(id=1, pos=pos, hash=digest_))


def test_the_seal_needs_its_salt() -> None:
    assert sealed("00" * 32, "x") != sealed("01" * 32, "x")
    assert len(sealed("00" * 32, "x")) == 64
