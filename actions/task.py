"""A service of the hall as its ``task.yaml`` tells it: what is asked, in which words, what a person reads at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as factory
from pathlib import Path
from typing import Any

import yaml

from actions.offices import departments

TASKS = Path(__file__).with_name("tasks")

KINDS = frozenset(
    {
        "location",
        "text",
        "phone",
        "date",
        "moment",
        "period",
        "count",
        "money",
        "ticket",
        "choice",
        "option",
        "photo",
        "hours",
    }
)

SIGN_IN = "sign_in"
CONFIRM = "confirmed"
KEPT = ("order", "tries", "trouble", "sent", "said", "labels")
"""What a form remembers beside its fields."""

SKIPPED = "-"
"""The value of an optional field that the student left out."""


class BadTask(ValueError):
    """A ``task.yaml`` that does not say what it must; the message names file and field."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a student can tap."""

    value: str
    label: str
    said: str | None = None
    """A pattern of words that mean this answer wherever they stand: 随时可以来 in the first sentence, say."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an office is told when it is asked for the choices of an ``option`` field."""

    field: str
    values: Mapping[str, str]
    """What is known of the other fields; skipped ones are left out."""
    student: str | None
    """``None`` for someone not signed in."""
    said: str
    """The words that began the service and those of this turn: 下午 or 王老师 in them may narrow or rank the choices."""
    chosen: str | None = None
    """What stands chosen of this field; it falls when it is not among the choices given, however these are narrowed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the office has to know."""

    name: str
    """Its name in the slot ``<task>_<name>``."""
    kind: str
    """How an answer is read: one of ``KINDS``. An ``option`` is a choice among what the office has."""
    label: str
    """What the confirm card calls it."""
    ask: str
    again: str
    """Said when an answer could not be read; gives an example."""
    entity: str = ""
    """The entity that fills it from the first sentence; the field's own name where nothing is said."""
    choices: tuple[Choice, ...] = ()
    when: Mapping[str, str | list[str]] | None = None
    """Asked only when these other fields have these values (or one of them)."""
    optional: str = ""
    """The label of the button that leaves the field out."""
    default: str | None = None
    """Stands on the card unless something else was said; asked only when the student wants to change it."""
    suggest: str | None = None
    """``dormitory`` or ``phone``: offered from the student's own record."""
    suggest_label: str = "{value}"
    least: int = 1
    most: int = 100
    unit: str = ""
    """What is counted: 份."""
    tells: Mapping[str, str] = factory(default_factory=dict)
    """What this answer says of other fields of which nothing was said; the question for one of those takes it, too."""
    longest: int = 500
    """Characters of a text that the office still takes."""

    @property
    def filled_by(self) -> str:
        """The entity that fills it."""
        return self.entity or self.name

    def shown(self, value: str) -> str:
        """The value as a person reads it."""
        if self.unit:
            return f"{value} {self.unit}"
        return next((choice.label for choice in self.choices if choice.value == value), value)

    def heard(self, words: str) -> str | None:
        """The value of the first choice whose words are among these."""
        return next((one.value for one in self.choices if one.said and re.search(one.said, words)), None)


@dataclass(frozen=True, slots=True)
class Words:
    """The sentence for one refusal of the office, and which field to ask again, if that can mend it."""

    text: str
    ask: str | None = None
    question: str | None = None
    """Asked instead of the field's own question, when this refusal leaves something narrower to ask."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Each order is a case, followed until the student says that it is solved."""

    department: str
    """That works on it, by its name in the plan's table."""
    place: str = ""
    fault: str = ""
    """The fields that tell where and what; two orders of the same on the same day are one incident. Empty: never."""
    private: Mapping[str, str] = factory(default_factory=dict)
    """Values of fields with which the department must not learn whose it is."""
    urgent: Mapping[str, str] = factory(default_factory=dict)
    """Values of fields with which it cannot wait."""

    def fields(self) -> set[str]:
        return {one for one in (self.place, self.fault, *self.private, *self.urgent) if one}


@dataclass(frozen=True, slots=True)
class Task:
    """One service, parsed."""

    name: str
    title: str
    office: str
    personal: bool
    """Whether it is done for somebody who is signed in."""
    unless: Mapping[str, str]
    """Values of fields with which even a personal service needs no sign-in: an anonymous complaint. Until these fields are
    known nobody is asked to sign in."""
    about: str
    fields: tuple[Field, ...]
    confirm: str | None
    """The line above the confirm card; ``None`` for a query, which writes nothing and asks no confirmation."""
    change: str
    done: str
    status: str
    cancelled: str
    closed: str
    unknown: str
    unknown_cancelled: str
    refusals: Mapping[str, Words]
    follow: Follow | None = None
    """How its orders are followed; ``None`` for what is done when the receipt is shown."""
    hall: Mapping[str, Any] | None = None
    """How the hall presents a service that ``bot/services.yml`` does not know: ``names``, ``example``, ``guide``."""

    @property
    def form(self) -> str:
        return f"{self.name}_form"

    def slot(self, field: str) -> str:
        """The slot's name: always prefixed, because the same slot defined twice lets the last file win silently."""
        return f"{self.name}_{field}"

    @property
    def steps(self) -> tuple[str, ...]:
        """Everything the form walks through, in order."""
        first = (SIGN_IN,) if self.personal else ()
        last = (CONFIRM,) if self.confirm else ()
        return (*first, *(field.name for field in self.fields), *last)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def nameless(self, values: Mapping[str, str | None]) -> bool:
        """Whether the office must not learn who is speaking."""
        return not self.personal or any(values.get(name) == value for name, value in self.unless.items())

    def needs_sign_in(self, values: Mapping[str, str | None]) -> bool:
        """Whether the next step needs somebody who is signed in."""
        return not self.nameless(values) and all(values.get(name) for name in self.unless)


PARTS = (set(Task.__dataclass_fields__) - {"name", "unless"}) | {"task"}
"""The keys of a ``task.yaml``."""


def _field(path: Path, raw: dict[str, Any]) -> Field:
    known = set(Field.__dataclass_fields__)
    if unknown := set(raw) - known:
        raise BadTask(f"{path}: field {raw.get('name')!r} has unknown keys {sorted(unknown)}")
    if raw["name"] in (SIGN_IN, CONFIRM, *KEPT):
        raise BadTask(f"{path}: field {raw['name']!r} has a name that every form uses itself")
    if raw.get("kind") not in KINDS:
        raise BadTask(f"{path}: field {raw.get('name')!r} has kind {raw.get('kind')!r}, not one of {sorted(KINDS)}")
    if raw["kind"] == "choice" and not raw.get("choices"):
        raise BadTask(f"{path}: field {raw['name']!r} is a choice without choices")
    if raw["kind"] == "photo" and not raw.get("optional"):
        raise BadTask(f"{path}: field {raw['name']!r} is a photo that cannot be left out: a kiosk has no camera")
    choices = tuple(Choice(**choice) for choice in raw.pop("choices", ()))
    for choice in choices:
        try:
            re.compile(choice.said or "")
        except re.error as error:
            raise BadTask(f"{path}: choice {choice.value!r} of field {raw['name']!r}: {error}") from error
    return Field(choices=choices, **raw)


HALL = {"names", "example", "guide"}


def _hall(path: Path, raw: dict[str, Any] | None) -> Mapping[str, Any] | None:
    if raw is not None and (set(raw) - HALL or "example" not in raw):
        raise BadTask(f"{path}: hall needs an example and may have names and guide, not {sorted(set(raw) - HALL)}")
    return None if raw is None else {**raw, "guide": raw.get("guide", "")}


def _follow(path: Path, raw: Any) -> Follow | None:
    """The department alone, or a mapping with it."""
    if raw is None:
        return None
    said = Follow(**({"department": raw} if isinstance(raw, str) else raw))
    if said.department not in departments.names():
        raise BadTask(f"{path}: {said.department!r} is no department of the plan's table")
    return said


def _personal(raw: Any) -> tuple[bool, Mapping[str, str]]:
    """``true``, ``false`` or ``{unless: {field: value}}``."""
    if isinstance(raw, bool):
        return raw, {}
    return True, {str(name): str(value) for name, value in raw["unless"].items()}


def read_task(path: Path) -> Task:
    """Reads one ``task.yaml``. Raises :class:`BadTask` naming what is wrong."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if unknown := set(raw) - PARTS:
            raise BadTask(f"{path}: unknown keys {sorted(unknown)}")
        task = Task(
            name=raw["task"],
            title=raw["title"],
            office=raw["office"],
            personal=_personal(raw["personal"])[0],
            unless=_personal(raw["personal"])[1],
            about=raw["about"],
            fields=tuple(_field(path, dict(field)) for field in raw["fields"]),
            confirm=raw.get("confirm"),
            change=raw.get("change", ""),
            done=raw["done"].strip(),
            status=raw.get("status", ""),
            cancelled=raw["cancelled"],
            closed=raw["closed"],
            unknown=raw["unknown"],
            unknown_cancelled=raw.get("unknown_cancelled", raw["cancelled"]),
            refusals={code: Words(**words) for code, words in raw.get("refusals", {}).items()},
            follow=_follow(path, raw.get("follow")),
            hall=_hall(path, raw.get("hall")),
        )
    except (KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise BadTask(f"{path}: {error}") from error
    if task.name != path.parent.name:
        raise BadTask(f"{path}: task {task.name!r} lives in folder {path.parent.name!r}")
    if task.follow and not task.confirm:
        raise BadTask(f"{path}: what is followed is confirmed first")
    names = [field.name for field in task.fields]
    if len(names) != len(set(names)):
        raise BadTask(f"{path}: two fields have the same name")
    filled_by = [field.filled_by for field in task.fields]
    if twice := sorted({entity for entity in filled_by if filled_by.count(entity) > 1}):
        # Rasa fills neither of two slots from one kind of entity, unless one of them is being asked for.
        raise BadTask(f"{path}: two fields are filled by the same entity {twice}: give one an entity of its own")
    for field in task.fields:
        if unknown := set(field.tells) - set(names):
            raise BadTask(f"{path}: field {field.name!r} tells of unknown fields {sorted(unknown)}")
        if unknown := set(field.when or ()) - set(names):
            raise BadTask(f"{path}: field {field.name!r} depends on unknown fields {sorted(unknown)}")
    if unknown := set(task.unless) - set(names):
        raise BadTask(f"{path}: the sign-in depends on unknown fields {sorted(unknown)}")
    if task.follow and (unknown := task.follow.fields() - set(names)):
        raise BadTask(f"{path}: what is followed depends on unknown fields {sorted(unknown)}")
    for code, words in task.refusals.items():
        if words.ask is not None and words.ask not in names:
            raise BadTask(f"{path}: refusal {code!r} asks for unknown field {words.ask!r}")
    return task


def read_words(path: Path = TASKS / "words.yaml") -> Mapping[str, str]:
    """What every form says alike, by name."""
    return {name: str(text).strip() for name, text in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def read_tasks(folder: Path = TASKS) -> dict[str, Task]:
    """Every task by name, in the order of their names."""
    return {path.parent.name: read_task(path) for path in sorted(folder.glob("*/task.yaml"))}
