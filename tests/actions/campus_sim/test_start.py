from __future__ import annotations

import json
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from actions.campus_sim.__main__ import configuration
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger, WrongEdition
from actions.campus_sim.seed import seed
from tests.actions.campus_sim.back_office import ROOT, BackOffice, environment, free_port
from tests.actions.campus_sim.forms import TRANSCRIPT, key

CONTRACT = ROOT / "actions" / "offices" / "contracts" / "campus_sim.json"


def run(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "actions.campus_sim", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data, free_port(), **more), capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (
            {"COUNSELLOR_INNER_SECRET": ""},
            "COUNSELLOR_INNER_SECRET is not set: the back office would be open to anybody on this machine.\n",
        ),
        ({"COUNSELLOR_CAMPUS_PORT": "80a"}, "COUNSELLOR_CAMPUS_PORT is not a port number.\n"),
        ({"COUNSELLOR_CAMPUS_PORT": "65536"}, "COUNSELLOR_CAMPUS_PORT is not a port number.\n"),
        ({"COUNSELLOR_TODAY": "tomorrow"}, "COUNSELLOR_TODAY is not a day like 2026-11-22.\n"),
    ],
)
def test_a_wrong_setting_is_refused_with_one_sentence(tmp_path: Path, setting: dict[str, str], sentence: str) -> None:
    done = run(tmp_path, **setting)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_a_file_of_another_edition_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "campus_sim.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    done = run(tmp_path)
    assert done.stderr == f"{path} was written by another edition of campus_sim: move it away.\n"
    with pytest.raises(WrongEdition):
        Ledger(path).open(seed)


def test_the_served_contract_is_the_committed_one(office: httpx.Client, tmp_path: Path) -> None:
    committed = CONTRACT.read_text(encoding="utf-8")
    assert office.get("/openapi.json").json() == json.loads(committed)
    assert run(tmp_path, "--openapi", COUNSELLOR_INNER_SECRET="").stdout == committed
    assert list(tmp_path.iterdir()) == []


def test_it_listens_on_this_machine_only(running: BackOffice) -> None:
    # 127.0.0.2 reaches a server bound to 0.0.0.0, never one bound to 127.0.0.1.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", running.port), timeout=2)


def test_an_answered_order_survives_a_kill_and_the_next_start_is_quick(seeded: Path, tmp_path: Path) -> None:
    shutil.copy(seeded, tmp_path)
    first = BackOffice.start(tmp_path)
    with first.client() as client:
        made = client.post("/transcripts", json=TRANSCRIPT, headers=key("once"))
    first.stop(signal.SIGKILL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    second = BackOffice.start(tmp_path)
    with second.client() as client:
        assert client.get("/orders/by-key/once").json()["order"] == made.json()
    assert second.stop() == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Two seconds on a machine of its own: time on the processor, because a busy machine is not a slow server.
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) <= 2


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_asked(seeded: Path, tmp_path: Path, how: signal.Signals) -> None:
    shutil.copy(seeded, tmp_path)
    office = BackOffice.start(tmp_path)
    assert (office.stop(how), office.output) == (0, "")
    assert [path.name for path in sorted(tmp_path.glob("campus_sim*"))] == ["campus_sim.sqlite"]


def test_a_fixed_day_is_the_offices_today(tmp_path: Path) -> None:
    office = BackOffice.start(tmp_path, COUNSELLOR_TODAY="2031-05-06")
    with office.client() as client:
        made = client.post("/transcripts", json=TRANSCRIPT, headers=key()).json()
    office.stop()
    assert (made["number"], made["created_at"][:10]) == ("CJ20310506-0001", "2031-05-06")


def test_no_student_is_named_in_what_it_prints(running: BackOffice, office: httpx.Client) -> None:
    office.get("/students/2023010001")
    office.get("/cards/2023019999")
    office.post("/transcripts", json={"student": "2023010001", "copies": "2023010001"}, headers=key())
    assert running.output == ""


def test_an_idle_connection_is_kept_longer_than_the_clients_keep_it_and_no_path_is_logged() -> None:
    config = configuration(FastAPI(), 0, Connections())
    clients = httpx.Limits().keepalive_expiry
    assert clients is not None
    assert config.timeout_keep_alive > clients
    assert config.access_log is False


def test_the_file_is_a_write_ahead_log_flushed_at_every_commit(ledger: Ledger) -> None:
    with ledger.reading() as db:
        modes = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]  # 2 is FULL


def test_a_broken_transaction_leaves_nothing(ledger: Ledger) -> None:
    def breaks() -> None:
        with ledger.writing() as db:
            db.execute("INSERT INTO sequences VALUES ('ZZ', '20261123', 7)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    with ledger.reading() as db:
        assert db.execute("SELECT count(*) FROM sequences WHERE prefix = 'ZZ'").fetchone()[0] == 0


def test_a_seed_that_fails_half_way_leaves_an_empty_file_for_the_next_start(tmp_path: Path) -> None:
    def fails(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO sequences VALUES ('ZZ', '20261123', 7)")
        raise ZeroDivisionError

    ledger = Ledger(tmp_path / "campus_sim.sqlite")
    with pytest.raises(ZeroDivisionError):
        ledger.open(fails)
    ledger.close()
    ledger.open(seed)
    with ledger.reading() as db:
        assert db.execute("SELECT count(*) FROM sequences WHERE prefix = 'ZZ'").fetchone()[0] == 0
    ledger.close()
