"""The office of a service whose folder has no ``office.py``: its answers are handed in as an application."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from actions.offices import Offices
from actions.offices.applications import Application
from actions.rasa_actions import OfficeOfTask, Order
from actions.showing import day, shown
from actions.task import TASKS, Task


class Standing:
    """Hands in what the card showed to the office that ``task.yaml`` names, and gives ``number``, ``due`` and its status."""

    def __init__(self, task: Task) -> None:
        self.task = task

    async def check(self, field: str, value: str, offices: Offices) -> None:
        """Every answer was checked for its kind; the office has nothing to look up."""

    async def submit(self, order: Order, offices: Offices) -> Mapping[str, str]:
        answers = {of.label: shown(of, order.values[of.name]) for of in self.task.fields if order.values.get(of.name)}
        application = Application(order.student, self.task.title, self.task.office, answers)
        taken = await offices.applications.submit(application, key=order.key)
        return {"number": taken.number, "due": day(taken.due), "office_status": taken.status}


def office_of(task: Task) -> OfficeOfTask:
    """What stands in the folder of ``task``, or an office that takes its answers as an application."""
    if (TASKS / task.name / "office.py").exists():
        return cast(OfficeOfTask, import_module(f"actions.tasks.{task.name}"))
    return Standing(task)
