"""The house rules: traps that were met once and are not met again."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from actions.compile import compile_all, stale
from actions.task import read_tasks
from bot.words import read_services
from eval.house import ROOT

DIALOGUE = ROOT / "bot" / "dialogue"
GENERATED = sorted((DIALOGUE / "generated").glob("*.yml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DOMAIN_KEYS = {"slots", "actions", "forms", "responses", "intents", "entities"}

TASKS = [
    "transcript_print",
    "repair_request",
    "complaint",
    "counselling_appointment",
    "card_loss_report",
    "card_balance",
    "card_top_up",
    "enrolment_certificate",
    "leave_request",
    "tutor_appointment",
    "activity_signup",
    "venue_booking",
    "progress_query",
    "grade_query",
    "timetable_query",
    "hazard_report",
    "coffee_order",
]
OTHERS = [
    "policy_question",
    "greet",
    "thank",
    "goodbye",
    "affirm",
    "deny",
    "cancel",
    "human_handoff",
    "crisis",
    "out_of_scope",
]


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def rasa_files() -> list[Path]:
    return [path for path in DIALOGUE.rglob("*.yml") if ".venv" not in path.parts and ".rasa" not in path.parts]


def test_every_generated_file_is_what_its_task_compiles_to() -> None:
    assert stale() == []
    assert [path.stem for path in GENERATED] == sorted(read_tasks())


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_nothing_generated_has_a_word_in_it(path: Path) -> None:
    assert CHINESE.findall(path.read_text(encoding="utf-8").split("\n", 1)[1]) == []


def test_a_generated_file_that_was_edited_is_noticed(tmp_path: Path) -> None:
    for path, text in compile_all(tmp_path).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    edited, gone = (tmp_path / "dialogue" / "generated" / name for name in ("card_balance.yml", "gone.yml"))
    edited.write_text(edited.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    gone.write_text("")
    assert stale(tmp_path) == [edited, gone]


def test_no_slot_is_defined_twice_and_each_carries_its_task_s_name() -> None:
    owners: dict[str, list[str]] = {}
    for path in rasa_files():
        for slot in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("slots", {}):
            owners.setdefault(slot, []).append(path.stem)
    assert owners
    assert all(slot.startswith(f"{names[0]}_") and len(names) == 1 for slot, names in owners.items())


def test_only_domain_and_generated_files_have_domain_keys_under_the_rasa_tree() -> None:
    for path in rasa_files():
        keys = DOMAIN_KEYS & set(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        assert not keys or path.name == "domain.yml" or path.parent.name == "generated", path


def test_no_task_and_no_test_lies_where_rasa_would_train_on_it() -> None:
    assert [path for path in rasa_files() if path.name.startswith("test_") or path.name == "task.yaml"] == []


def test_the_fallback_cannot_speak_by_itself() -> None:
    policies = yaml.safe_load((DIALOGUE / "config.yml").read_text(encoding="utf-8"))
    assert policies["pipeline"] == []
    assert {one["name"] for one in policies["policies"]} == {"RulePolicy"}
    named = [one.get("core_fallback_action_name", "action_default_fallback") for one in policies["policies"]]
    assert all(name == "action_default_fallback" for name in named)


def test_telemetry_is_off_before_rasa_is_imported() -> None:
    for name in ("serve.py", "train.py"):
        text = (DIALOGUE / name).read_text(encoding="utf-8")
        assert text.index('os.environ["RASA_TELEMETRY_ENABLED"] = "false"') < text.index("rasa.")


def test_every_service_and_every_intent_of_the_contract_is_known() -> None:
    assert sorted(read_services()) == sorted(TASKS)
    sentences = {path.stem for path in (ROOT / "training_data" / "intents").glob("*.yml")}
    assert sentences == {*TASKS, *OTHERS}


def test_a_service_is_called_the_same_at_the_doors_and_in_its_folder() -> None:
    services = read_services()
    assert {name: services[name].title for name in read_tasks()} == {
        name: task.title for name, task in read_tasks().items()
    }
    assert {name for name, service in services.items() if service.online} == set(read_tasks())


@pytest.mark.parametrize("lock", ["requirements.lock", "bot/dialogue/requirements.lock"])
def test_a_lock_names_versions_and_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    packages = re.findall(r"^(\S+)==\S+.*\\\n(    --hash=sha256:[0-9a-f]{64})", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 50


def test_rasa_is_the_last_open_source_release() -> None:
    assert "\nrasa==3.6.21 " in (DIALOGUE / "requirements.lock").read_text(encoding="utf-8")


def test_no_folder_and_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "core", "helpers", "helper", "manager", "base", "misc"}
    named = {part.removesuffix(".py") for path in tracked() for part in Path(path).parts}
    assert named & empty == set()


def test_nobody_s_home_is_named_in_a_file() -> None:
    for path in tracked():
        content = (ROOT / path).read_bytes()
        assert re.search(rb"/(root|home)/[a-z0-9.]+/", content) is None, path


def test_the_counsellor_says_ni() -> None:
    spoken = [
        *(ROOT / "actions" / "tasks").glob("*/task.yaml"),
        ROOT / "bot" / "words.yml",
        ROOT / "bot" / "crisis_card.yml",
    ]
    assert [path for path in spoken if "您" in path.read_text(encoding="utf-8")] == []
