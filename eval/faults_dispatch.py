"""Whether a complaint goes to the right department, and both parts of a compound one to theirs, on complaints never learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from actions.cases.dispatch import Dispatch, Dispatcher
from eval.figures import Figure, share

HELD_OUT = Path(__file__).with_name("heldout") / "dispatch.yml"


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint, and whose it is."""

    text: str
    departments: tuple[str, ...]


def read(path: Path = HELD_OUT) -> list[Case]:
    """The rows of a file: ``text`` with ``department``, or with ``departments`` where it is two."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Case(row["text"], tuple(row.get("departments") or (row["department"],))) for row in rows]


def both(found: Dispatch, case: Case) -> bool:
    """Whether it was taken for two, and each part is with its department, whichever leads."""
    return len(found.parts) == 2 and {part.department for part in found.parts} == set(case.departments)


def measure(cases: Sequence[Case], of: str, dispatcher: Dispatcher | None = None) -> list[Figure]:
    """The figures of these complaints; ``of`` says which they are."""
    dispatcher = dispatcher or Dispatcher()
    wrong, apart, torn, unsure_wrong, sure_wrong = [], [], [], [], []
    sure = 0
    single = [case for case in cases if len(case.departments) == 1]
    compound = [case for case in cases if len(case.departments) == 2]
    for case in single:
        found = dispatcher.propose(case.text)
        told = f"{case.text} → {found.lead} ({found.confidence:.2f}), not {case.departments[0]}"
        sure += found.sure
        if found.lead != case.departments[0]:
            wrong.append(told)
            if found.sure:
                sure_wrong.append(told)
        if case.departments[0] not in [name for name, _ in found.candidates[: 1 if found.sure else 2]]:
            unsure_wrong.append(told)
        if len(found.parts) > 1:
            torn.append(f"{case.text} → {'、'.join(part.department for part in found.parts)}")
    for case in compound:
        found = dispatcher.propose(case.text)
        if not both(found, case):
            named = "、".join(part.department for part in found.parts)
            apart.append(f"{case.text} → {named}, not {'、'.join(case.departments)}")
    n, two = len(single), len(compound)
    return [
        share(f"dispatch: the right department leads, {of}", n - len(wrong), n, goal=95.0, misses=tuple(wrong)),
        share(
            f"dispatch: both parts of a compound complaint right, {of}",
            two - len(apart),
            two,
            goal=90.0,
            misses=tuple(apart),
        ),
        share(f"dispatch: right where it says it is sure, {of}", sure - len(sure_wrong), sure),
        share(f"dispatch: sure at all, {of}", sure, n),
        share(f"dispatch: the right department is named to the student or the staff, {of}", n - len(unsure_wrong), n),
        share(f"dispatch: a single complaint is left whole, {of}", n - len(torn), n, misses=tuple(torn)),
    ]


def run() -> list[Figure]:
    """Held-out complaints. What other hands would get is printed by ``python -m actions.cases.dispatch fit``."""
    return measure(read(), "held out")
