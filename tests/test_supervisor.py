"""``scripts/up``'s supervisor: restarts what dies, leaves nothing behind, says one sentence when it cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.house import ROOT, House, house

SERVE = str(ROOT / "scripts" / "serve.py")


def eventually(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits for a state that needs its time; the bound only keeps a failure from hanging."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if true():
                return
        time.sleep(0.1)
    pytest.fail(f"it never came true: {what}")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def say(client: httpx.Client, conversation: str, text: str) -> Any:
    body = {"conversation": conversation, "message_id": str(uuid.uuid4()), "text": text}
    return client.post("/api/chat", json=body).json()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the houses of this module share, so that the documents are published once."""
    return tmp_path_factory.mktemp("supervised")


@pytest.fixture(scope="module")
def started(own: Path, first_start: dict[str, int]) -> Iterator[House]:
    """A house whose parts may be killed."""
    with house(own) as house_:
        yield house_


@pytest.fixture(scope="module")
def first_start(own: Path) -> dict[str, int]:
    """A first start that is asked for a service before Rasa is there, and then ended: its children's process ids."""
    with house(own, wait_for_dialogue=False) as started, started.client() as client:
        assert client.get("/health").json()["components"]["dialogue"] == "starting"
        held = say(client, str(uuid.uuid4()), "我要打两份中文成绩单")
        assert held["trace"]["task"] == "transcript_print"
        assert held["replies"][0]["kind"] == "link"
        return started.processes()


def test_a_service_asked_for_while_rasa_starts_is_held_and_answered(first_start: dict[str, int]) -> None:
    assert set(first_start) == {"connectors", "serve.py", "actions", "actions.campus_sim"}


def test_everything_ends_with_the_supervisor(own: Path, first_start: dict[str, int]) -> None:
    eventually(lambda: not any(alive(pid) for pid in first_start.values()), 10, "all children ended")


def test_nothing_outlives_a_supervisor_that_is_killed(own: Path, first_start: dict[str, int]) -> None:
    with house(own, wait_for_dialogue=False) as started:
        children = started.processes()
        started.supervisor.kill()
        eventually(lambda: not any(alive(pid) for pid in children.values()), 20, "all children ended")


def test_inner_processes_listen_on_loopback_only(started: House) -> None:
    ports = {int(port): name for name, port in started.running()["ports"].items()}
    listening = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.rsplit(":", 1)
            if state == "0A" and int(port, 16) in ports:
                listening[ports[int(port, 16)]] = address
    assert listening == dict.fromkeys(ports.values(), "0100007F")


def test_inner_calls_without_the_secret_are_refused(started: House) -> None:
    ports = started.running()["ports"]
    turn = {"sender": "x", "message": "/cancel"}
    assert httpx.post(f"http://127.0.0.1:{ports['dialogue']}/webhooks/counsellor/turn", json=turn).status_code == 401
    assert httpx.post(f"http://127.0.0.1:{ports['actions']}/webhook", json={}).status_code == 401
    assert httpx.get(f"http://127.0.0.1:{ports['campus']}/students/2023010001").status_code == 401


def test_what_dies_is_restarted_and_a_form_half_way_survives_it(started: House) -> None:
    conversation = str(uuid.uuid4())
    with started.client() as client:
        client.post("/sign-in", json={"student": "2023010001"})
        assert say(client, conversation, "8号楼301水龙头漏水")["trace"]["asking"] == "phone"
        before = started.processes()
        os.kill(before["serve.py"], signal.SIGKILL)
        down = say(client, conversation, "13800138000")
        assert down["replies"][0]["text"].startswith("办事功能正在恢复，请稍后再试")
        assert client.get("/health").json()["status"] == "degraded"
        assert say(client, conversation, "你好")["trace"]["route"] == "smalltalk"
        assert say(client, str(uuid.uuid4()), "国家奖学金要什么条件？")["trace"]["route"] == "policy"
        assert say(client, str(uuid.uuid4()), "我不想活了")["trace"]["route"] == "crisis"
        eventually(lambda: client.get("/health").json()["status"] == "ok", 90, "Rasa is back")
        assert started.processes()["serve.py"] != before["serve.py"]
        assert say(client, conversation, "13800138000")["trace"]["asking"] == "visit"


def test_with_the_actions_down_a_service_says_so_and_loses_nothing(started: House) -> None:
    conversation = str(uuid.uuid4())
    with started.client() as client:
        client.post("/sign-in", json={"student": "2023010001"})
        say(client, conversation, "8号楼302水龙头漏水")
        os.kill(started.processes()["actions"], signal.SIGKILL)
        down = say(client, conversation, "13800138000")
        assert "不会重复提交" in down["replies"][0]["text"]
        assert not any(reply["kind"] == "receipt" for reply in down["replies"])
        eventually(
            lambda: say(client, conversation, "13800138000")["trace"]["asking"] == "visit", 60, "the same words go on"
        )


def test_no_word_and_no_number_of_a_student_reaches_a_log(started: House) -> None:
    canary, conversation = "金丝雀咏叹调", str(uuid.uuid4())
    with started.client() as client:
        client.post("/sign-in", json={"student": "2023010003"})
        for words in ("我想请假", "事假", "明天到后天", "不离校", canary, f'{canary}{{"}}', "算了", canary):
            say(client, conversation, words)
        eventually(lambda: "actions" in started.processes(), 60, "the actions are there to be killed")
        os.kill(started.processes()["actions"], signal.SIGKILL)
        say(client, conversation, f"9号楼204{canary}灯坏了")
        for log in sorted((started.data / "logs").glob("*.log")):
            written = log.read_text(errors="replace")
            assert canary not in written, log.name
            assert "2023010003" not in written, log.name


def run_up(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SERVE], env={**os.environ, **settings}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_one_sentence(own: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = run_up(COUNSELLOR_PORT=str(port), COUNSELLOR_DATA=str(own))
    assert said.returncode == 1
    assert (
        said.stderr
        == f"up: port {port} is taken; stop what uses it, or choose another: COUNSELLOR_PORT=8090 scripts/up.\n"
    )


def test_a_port_that_is_no_number_is_one_sentence(own: Path) -> None:
    said = run_up(COUNSELLOR_PORT="eighty", COUNSELLOR_DATA=str(own))
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run_up(COUNSELLOR_DATA=str(tmp_path / "file"), COUNSELLOR_PORT="0")
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)


def test_a_missing_head_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from connectors import __main__ as doors
    from connectors import bootstrap

    monkeypatch.setattr(bootstrap, "HEAD", tmp_path / "intents.npz")
    monkeypatch.setenv("COUNSELLOR_DATA", str(tmp_path))
    monkeypatch.setenv("COUNSELLOR_INNER_SECRET", "s")
    assert doors.main() == 1
    assert capsys.readouterr().err == f"{tmp_path / 'intents.npz'} is missing: run scripts/train.\n"


def test_the_house_names_every_process(running: House) -> None:
    assert set(running.memory_mb()) == {"connectors", "serve.py", "actions", "actions.campus_sim", "supervisor"}
