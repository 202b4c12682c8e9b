"""Compiles each ``task.yaml`` into the mechanical part of Rasa: slots, mappings, form, rules.

Where a task says how the hall presents it (``hall``), that is copied for the doors, which never read this folder. No wording, no examples, no flags, no templates, no Python comes out of here. An odd task writes its own Rasa file by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from actions.task import CONFIRM, KEPT, SIGN_IN, Task, read_tasks

BOT = Path(__file__).resolve().parent.parent / "bot"
GENERATED, HALL = Path("dialogue") / "generated", Path("hall")
"""Below ``bot``."""
HEAD = "# Compiled from actions/tasks/{task}/task.yaml by scripts/compile. Do not edit.\n"


def _asked(task: Task, step: str) -> dict[str, Any]:
    return {
        "type": "from_entity",
        "entity": "value",
        "intent": "answer",
        "conditions": [{"active_loop": task.form, "requested_slot": task.slot(step)}],
    }


def _slot(mappings: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "any", "influence_conversation": False, "mappings": mappings}


def _slots(task: Task) -> dict[str, Any]:
    slots = {task.slot(SIGN_IN): _slot([{"type": "custom"}])} if task.personal else {}
    for field in task.fields:
        mappings: list[dict[str, Any]] = [
            {"type": "from_entity", "entity": field.filled_by, "intent": task.name},
            _asked(task, field.name),
            {
                "type": "from_entity",
                "entity": field.filled_by,
                "intent": "correct",
                "conditions": [{"active_loop": task.form}],
            },
        ]
        slots[task.slot(field.name)] = _slot(mappings)
    if task.confirm:
        slots[task.slot(CONFIRM)] = _slot([_asked(task, CONFIRM)])
    for kept in KEPT:
        slots[task.slot(kept)] = _slot([{"type": "custom"}])
    return slots


def compile_task(task: Task) -> str:
    """The task's Rasa file: domain and rules in one."""
    validate, submit = f"validate_{task.form}", f"action_submit_{task.name}"
    rasa = {
        "version": "3.1",
        "intents": [{task.name: {"use_entities": []}}],
        "entities": sorted({field.filled_by for field in task.fields}),
        "slots": _slots(task),
        "forms": {task.form: {"required_slots": [task.slot(step) for step in task.steps]}},
        "actions": [validate, submit],
        "rules": [
            {
                "rule": f"start {task.name}",
                "condition": [{"active_loop": None}],
                "steps": [{"intent": task.name}, {"action": task.form}, {"active_loop": task.form}],
            },
            {
                "rule": f"submit {task.name}",
                "condition": [{"active_loop": task.form}],
                "steps": [
                    {"action": task.form},
                    {"active_loop": None},
                    {"slot_was_set": [{"requested_slot": None}]},
                    {"action": submit},
                ],
            },
            {
                "rule": f"cancel {task.name}",
                "condition": [{"active_loop": task.form}],
                "steps": [
                    {"intent": "cancel"},
                    {"action": "action_cancel_task"},
                    {"action": "action_deactivate_loop"},
                    {"active_loop": None},
                ],
            },
        ],
    }
    return HEAD.format(task=task.name) + yaml.safe_dump(rasa, allow_unicode=True, sort_keys=False, width=120)


def compile_hall(task: Task) -> str:
    """How the doors present a service, as ``bot/services.yml`` has it for the older ones."""
    entry = {"task": task.name, "title": task.title, **(task.hall or {})}
    return HEAD.format(task=task.name) + yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=120)


def compile_all(bot: Path = BOT) -> dict[Path, str]:
    """What every generated file below ``bot`` must hold, by path."""
    tasks = read_tasks()
    rasa = {bot / GENERATED / f"{name}.yml": compile_task(task) for name, task in tasks.items()}
    return rasa | {bot / HALL / f"{name}.yml": compile_hall(task) for name, task in tasks.items() if task.hall}


def stale(bot: Path = BOT) -> list[Path]:
    """The generated files that are missing, outdated, or belong to no task any more."""
    wanted = compile_all(bot)
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    there = [*sorted((bot / GENERATED).glob("*.yml")), *sorted((bot / HALL).glob("*.yml"))]
    return wrong + [path for path in there if path not in wanted]


def write(bot: Path = BOT) -> list[Path]:
    """Writes what is stale, removes what belongs to no task, and gives the paths it touched."""
    touched = stale(bot)
    wanted = compile_all(bot)
    for path in touched:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return touched


def main(arguments: list[str]) -> int:
    """``--check`` says what is out of date and fails; otherwise writes it."""
    if "--check" in arguments:
        for path in stale():
            print(f"{path.relative_to(BOT.parent)} is out of date: run scripts/compile and commit it.")
        return 1 if stale() else 0
    for path in write():
        print(path.relative_to(BOT.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
