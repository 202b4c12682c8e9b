"""Finding a Python 3.10 on machines that are laid out differently: each layout is a folder of little programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.understanding import sentences
from scripts import setting_up

A_310 = "#!/bin/sh\necho True\n"
ANOTHER = "#!/bin/sh\necho False\n"
UNSELECTED_SHIM = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it but a shell."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(setting_up, "APP", tmp_path / "no-environment")
    (tmp_path / "bin").mkdir()
    return tmp_path


def test_python310_on_the_path_is_taken(machine: Path) -> None:
    program(machine / "bin" / "python3.10", A_310)
    assert setting_up.find_310() == "python3.10"


def test_a_shim_of_a_version_that_is_not_selected_is_passed_over(machine: Path) -> None:
    program(machine / "bin" / "python3.10", UNSELECTED_SHIM)
    wanted = program(machine / "pyenv" / "versions" / "3.10.13" / "bin" / "python", A_310)
    assert setting_up.find_310() == str(wanted)


def test_a_version_that_only_bears_the_name_is_passed_over(machine: Path) -> None:
    program(machine / "pyenv" / "versions" / "3.10-broken" / "bin" / "python", ANOTHER)
    wanted = program(machine / "pyenv" / "versions" / "3.10.4" / "bin" / "python", A_310)
    assert setting_up.find_310() == str(wanted)


def test_what_uv_knows_is_taken(machine: Path) -> None:
    wanted = program(machine / "elsewhere" / "python", A_310)
    program(machine / "bin" / "uv", f'#!/bin/sh\n[ "$2" = find ] && echo {wanted}\n')
    assert setting_up.find_310() == str(wanted)


def test_uv_fetches_one_where_there_is_none(machine: Path) -> None:
    wanted = machine / "fetched" / "python"
    program(machine / "source", A_310)
    program(
        machine / "bin" / "uv",
        f'#!/bin/sh\nif [ "$2" = install ]; then mkdir -p {wanted.parent} && cp {machine / "source"} {wanted}\n'
        f"else [ -e {wanted} ] && echo {wanted}; fi\n",
    )
    assert setting_up.find_310() == str(wanted)


def test_none_at_all_is_one_sentence_that_says_what_to_do(machine: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        setting_up.find_310()
    said = str(ended.value)
    assert said == setting_up.NO_PYTHON_310
    assert said.count("\n") == 0
    assert "install python3.10" in said


def test_nothing_is_installed_twice(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_up, "ROOT", machine)
    lock = program(machine / "requirements.lock", "six==1.17.0\n")
    calls = machine / "calls"
    program(machine / "environment" / "bin" / "python", f"#!/bin/sh\necho $@ >> {calls}\n")
    for _ in range(2):
        setting_up.install(machine / "environment", lock, "a test")
    assert len(calls.read_text().splitlines()) == 1
    assert "--require-hashes" in calls.read_text()
    lock.write_text("six==1.16.0\n")
    setting_up.install(machine / "environment", lock, "a test")
    assert len(calls.read_text().splitlines()) == 2


def test_a_change_of_anything_the_understanding_is_trained_from_is_seen() -> None:
    assert set(sentences.files()) <= set(setting_up.understood_from())
