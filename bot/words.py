"""The sentences the pipeline says and the services it knows, read from YAML once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages import Reply

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the hall as a student sees it."""

    task: str
    title: str
    example: str
    guide: str
    """What the service guide's table calls it."""
    online: bool
    """Whether it can be done here: its task is compiled."""


def read_services(path: Path = HERE / "services.yml") -> dict[str, Service]:
    """Every service by task name, in the order they are shown."""
    compiled = {file.stem for file in (HERE / "dialogue" / "generated").glob("*.yml")}
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    return {one["task"]: Service(online=one["task"] in compiled, **one) for one in raw}


def read_questions(path: Path = HERE / "services.yml") -> tuple[str, ...]:
    """The first questions a student is offered."""
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8"))["questions"])


def read_words(path: Path = HERE / "words.yml") -> Mapping[str, str]:
    """The pipeline's own sentences by name."""
    return {name: str(text).strip() for name, text in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def read_crisis_card(duty_phone: str, path: Path = HERE / "crisis_card.yml") -> Reply:
    """The fixed reply to a crisis sentence, with the university's own on-call number in it."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    hotlines = [{**line, "phone": line["phone"].format(duty_phone=duty_phone)} for line in raw["hotlines"]]
    return {"kind": "crisis", "text": raw["text"].strip(), "hotlines": hotlines}
