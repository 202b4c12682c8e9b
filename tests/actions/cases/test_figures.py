"""The figures, counted twice: from the cases as they are, and by a script that knows nothing but the log."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from actions.cases.__main__ import main
from actions.cases.figures import count
from actions.cases.log import Cases, NoSuchCase, NotAllowed
from actions.cases.reading import Filters, export, find, last_time, line, states, verify
from actions.cases.stages import SYSTEM, Actor, possible
from eval.house import ROOT
from scripts.recount import recount
from tests.actions.cases.conftest import DAY, HALL, MINUTE, NOON, REPAIRS, STUDENT, reported, task

OFFICERS = [Actor("officer", f"T{place}", name) for place, name in enumerate(["后勤保障处", "保卫处"])]

ONWARD = ("take", "report", "ask", "solved", "unsolved", "silent", "rate", "reopen", "supply", "ask_student")


def counted(store: Cases) -> list[dict[str, Any]]:
    last = last_time(store.engine)
    return [row.to_json() for row in count(states(store.engine), last)] if last else []


def recounted(store: Cases) -> list[dict[str, Any]]:
    return recount([line(row) for row in export(store.engine)])


def wander(store: Cases, seed: int, acts: int) -> None:
    """A random history that the rules allow."""
    chance, now = random.Random(seed), NOON
    opened = []
    for number in range(acts):
        now += timedelta(hours=chance.choice([0.1, 0.5, 3, 30]))
        if chance.random() < 0.05:
            store.ask_and_end(now)
        if not opened or (len(opened) < acts / 16 and chance.random() < 0.2):
            where = chance.choice(["", "A", "B"])
            opened.append(store.open(task(f"{seed}-{number}", f"2023{number:06}", place=where, fault="x"), now))
            continue
        kept = chance.choice(find(store.engine, SYSTEM, Filters(), size=100).cases)
        actor = chance.choice([Actor("student", kept.student or "-"), *OFFICERS, HALL, SYSTEM])
        may = [one for one in possible(kept.state, actor, now) if one.act != "join"]
        # What leads nowhere is rarer than its share of the rules, or no case would come far.
        may = [
            one
            for one in may
            if one.act in ONWARD or (one.act == "dispatch" and not kept.state.department) or chance.random() < 0.1
        ]
        if not may:
            continue
        rule = chance.choice(may)
        facts = {
            "dispatch": {"department": chance.choice(OFFICERS).department},
            "assist": {"departments": ["教务处"]},
            "extend": {"due_close": (kept.state.due_close + 2 * DAY).isoformat(timespec="microseconds")},
            "rate": {"score": chance.randint(1, 5)},
        }.get(rule.act)
        reason = chance.choice(rule.reasons) if rule.reasons else None
        words = "内容" if "words" in rule.needs else None
        with suppress(NotAllowed, NoSuchCase):
            store.act(kept.id, rule.act, actor, now, reason=reason, facts=facts, words=words)


@pytest.mark.parametrize("seed", range(6))
def test_both_count_the_same_over_random_histories(quick: Cases, seed: int) -> None:
    wander(quick, seed, 300)
    figures = counted(quick)
    assert figures == recounted(quick)
    assert verify(quick.engine) == []
    assert sum(row["cases"] for row in figures) > 10
    assert sum(row["solved"][1] for row in figures) > 0


def test_the_random_histories_reach_everything(quick: Cases) -> None:
    wander(quick, 3, 700)
    seen = {row["rule"] for row in export(quick.engine)}
    missing = {"silence_ends_it", "the_same_fault_joins_its_incident", "contents_are_erased", "one_level_up"} - seen
    assert missing == set()
    assert counted(quick) == recounted(quick)


def test_what_each_figure_means(light: Cases) -> None:
    kept = [light.open(task(f"task-{place}", f"20230100{place:02}"), NOON) for place in range(6)]
    students = [Actor("student", one.student or "") for one in kept]
    for place in range(5):
        reported(light, kept[place], NOON if place else NOON + 4 * DAY)
    light.act(kept[0].id, "solved", students[0], NOON + 5 * DAY)  # answered and reported late
    light.act(kept[1].id, "solved", students[1], NOON + 5 * DAY)
    light.act(kept[1].id, "rate", students[1], NOON + 5 * DAY, facts={"score": 5})
    light.act(kept[0].id, "rate", students[0], NOON + 5 * DAY, facts={"score": 3})
    light.act(kept[2].id, "unsolved", students[2], NOON + 5 * DAY)
    light.act(kept[3].id, "withdraw", students[3], NOON + 5 * DAY, reason="gone_by_itself")
    for days in (5, 8.5, 16):
        light.ask_and_end(NOON + days * DAY)
    # The fifth ended by silence; the sixth was never sent anywhere and is late in everything.
    assert counted(light) == [
        {
            **{"department": "", "kind": "repair_request", "cases": 1, "silent": 0, "withdrawn": 0},
            **{"response": [0, 1], "solved": [0, 0], "satisfied": [0, 0], "in_time": [0, 1]},
        },
        {
            **{"department": "后勤保障处", "kind": "repair_request", "cases": 5, "silent": 1, "withdrawn": 1},
            **{"response": [4, 5], "solved": [2, 4], "satisfied": [1, 2], "in_time": [2, 4]},
        },
    ]
    assert recounted(light) == counted(light)


def test_what_ended_in_silence_never_counts_as_solved(light: Cases) -> None:
    for place in range(5):
        reported(light, light.open(task(f"task-{place}"), NOON))
    for days in (1, 5, 13):
        light.ask_and_end(NOON + days * DAY)
    assert [(row["silent"], row["solved"]) for row in counted(light)] == [(5, [0, 5])]
    assert recounted(light) == counted(light)


def test_a_case_that_waits_for_the_student_is_not_late(light: Cases) -> None:
    kept = light.open(task(), NOON)
    light.act(kept.id, "dispatch", HALL, NOON, facts={"department": "后勤保障处"})
    light.act(kept.id, "take", REPAIRS, NOON + MINUTE)
    light.act(kept.id, "ask_student", REPAIRS, NOON + DAY, words="几点在？")
    light.act(kept.id, "urge", HALL, NOON + 9 * DAY)
    assert [row["in_time"] for row in counted(light)] == [[0, 0]]
    light.act(kept.id, "report", REPAIRS, NOON + 10 * DAY, words="好了")
    assert [row["in_time"] for row in counted(light)] == [[1, 1]]
    assert recounted(light) == counted(light)


# the commands


def test_the_commands_and_the_script_say_the_same(
    light: Cases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wander(light, 1, 200)
    monkeypatch.setenv("COUNSELLOR_CASES_URL", light.engine.url.render_as_string())
    assert main(["export"]) == 0
    exported = capsys.readouterr().out
    assert main(["figures", "--json"]) == 0
    figures = capsys.readouterr().out
    script = [sys.executable, str(ROOT / "scripts" / "recount.py")]
    alone = subprocess.run(script, input=exported, capture_output=True, text=True, check=True)
    assert alone.stdout == figures
    assert main(["figures"]) == 0
    assert "响应率" in capsys.readouterr().out


def test_verify_prints_the_tip_and_takes_it_as_an_anchor(
    light: Cases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    light.open(task(), NOON)
    monkeypatch.setenv("COUNSELLOR_CASES_URL", light.engine.url.render_as_string())
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    rows, anchor = said.split(" rows, ")
    assert rows == "1"
    light.act(find(light.engine, HALL, Filters()).cases[0].id, "comment", STUDENT, NOON, words="在吗")
    assert main(["verify", "--anchor", anchor.strip()]) == 0
    assert main(["verify", "--anchor", "f" * 64]) == 1
    assert capsys.readouterr().err == "error: row 0: anchor\n"


def test_a_database_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNSELLOR_CASES_URL", "sqlite:////nowhere/at/all/cases.sqlite")
    assert main(["verify"]) == 1
    assert capsys.readouterr().err == "error: the cases cannot be read (OperationalError)\n"


def test_the_script_has_forty_lines_and_imports_nothing_of_ours() -> None:
    said = (ROOT / "scripts" / "recount.py").read_text(encoding="utf-8")
    assert len(said.splitlines()) <= 40
    assert [one for one in said.splitlines() if one.startswith(("import ", "from "))] == [
        *("import json", "import sys", "from typing import Any, TextIO"),
    ]
