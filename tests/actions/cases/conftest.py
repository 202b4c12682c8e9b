"""Stores for the tests: an empty log on SQLite, and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url, text

from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.cases.log import Cases, Clock, New
from actions.cases.pen import Kept
from actions.cases.stages import Actor
from actions.cases.tables import open_engine

NOON = datetime(2026, 11, 23, 12)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STUDENT = Actor("student", "2023010001")
REPAIRS = Actor("officer", "T3001", "后勤保障处")
GUARD = Actor("officer", "T3002", "保卫处")
HALL = Actor("hall", "T2003")
# Two hours and three days of plain time; a pause is added to the deadline as it is.
CLOCK = Clock(
    limits=lambda kind, at, urgent: (at + timedelta(hours=2), at + 3 * DAY),
    resumed=lambda due, paused, at: due + (at - paused),
)


_made = iter(range(1, 10_000))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.sqlite'}"
    admin = make_url(request.getfixturevalue("server")).set(drivername="postgresql+psycopg")
    name = f"cases_{next(_made)}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@pytest.fixture
def store(url: str) -> Iterator[Cases]:
    """An empty log on each of the databases."""
    engine = open_engine(url)
    yield Cases(engine, CLOCK)
    engine.dispose()


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Cases]:
    """An empty log on SQLite alone."""
    engine = open_engine(f"sqlite:///{tmp_path / 'light.sqlite'}")
    yield Cases(engine, CLOCK)
    engine.dispose()


@pytest.fixture
def quick(light: Cases) -> Cases:
    """The same for long histories: nobody pulls the plug in them."""

    @event.listens_for(light.engine, "checkout")
    def lazy(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return light


def task(
    key: str = "task-1", student: str = "2023010001", *, place: str = "", fault: str = "", number: str = ""
) -> New:
    said = {"words": "3号楼502的空调不制冷", "phone": "13800001234", "place": place}
    return New(key, "repair_request", student, said, place, fault, number)


def worked_on(store: Cases, kept: Kept, at: datetime = NOON) -> Kept:
    """At the stage 办理."""
    store.act(kept.id, "dispatch", HALL, at, facts={"department": "后勤保障处"})
    return store.act(kept.id, "take", REPAIRS, at + MINUTE)


def reported(store: Cases, kept: Kept, at: datetime = NOON) -> Kept:
    """At the stage 反馈."""
    worked_on(store, kept, at)
    return store.act(kept.id, "report", REPAIRS, at + 2 * MINUTE, words="已更换压缩机")


@pytest.fixture(scope="session")
def seeded_campus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    ledger.close()
    return path


@pytest.fixture
def campus_ledger(seeded_campus: Path, tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "campus_sim.sqlite"
    shutil.copy(seeded_campus, path)
    ledger = Ledger(path)
    ledger.open(seed)
    yield ledger
    ledger.close()
