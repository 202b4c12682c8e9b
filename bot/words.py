"""The sentences the pipeline says and the services it knows, read from YAML once at start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages import Reply

HERE = Path(__file__).parent
_LISTED = re.compile(
    r"[\s、,，;；/+&]*(?:[、,，;；/+&\s]|还有|以及|然后|和|跟|与)[\s、,，;；/+&]*(?:还有|以及|然后|再|也|和)?"
)


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
    names: tuple[str, ...] = ()
    """What students call it when they say nothing else: 报修."""
    said: str = ""
    """A pattern of words that ask for it, whatever else the sentence tells: 我要投诉, 考了多少分."""
    verbs: tuple[str, ...] = ()
    """What one does there, as it is given up: 「不打了」."""
    withdrawn_by: str = ""
    """The service that takes back what was handed in here; empty where it does so itself."""
    one_place: bool = False
    """Whether an order takes one place, so that of several the others are done after it."""


def read_services(path: Path = HERE / "services.yml") -> dict[str, Service]:
    """Every service by task name, in the order they are shown."""
    compiled = {file.stem for file in (HERE / "dialogue" / "generated").glob("*.yml")}
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    # A service that came in a folder of its own brings its entry with it (scripts/compile).
    raw += [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((HERE / "hall").glob("*.yml"))]
    return {one["task"]: Service(online=one["task"] in compiled, **_tuples(one)) for one in raw}


def _tuples(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, **{name: tuple(one.get(name, ())) for name in ("names", "verbs")}}


class Names:
    """Recognises a message that is nothing but a service's name: 我要报修, 请假, 校园卡余额查询."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._tasks = {name: one.task for one in services.values() for name in (one.title, *one.names)}
        names = "|".join(re.escape(name) for name in sorted(self._tasks, key=len, reverse=True))
        self._pattern = re.compile(
            r"(?:你好|您好|在吗|老师|等下|等一下|等等|对了|[\s,。!])*(?:先|我|想|要|需要|帮我|给我|麻烦|请|可以|能|来|办理?|申请|做|个|下|一下|一个|一次|一份)*"
            rf"(?P<name>{names})(?:一下|下|吧|呀|啊|呢|服务|业务|申请|办理|[\s,。.!~])*"
        )

        self._said = {one.task: re.compile(one.said) for one in services.values() if one.said}
        self._heading = re.compile(rf"(?:我|想|要|先|帮我|给我|麻烦|请)*(?P<name>{names})(?:一下|下)?\s*:")

    def heads(self, text: str) -> str | None:
        """The service whose name stands before a colon: 「上报隐患：操场边的路灯杆歪了」."""
        found = self._heading.match(text)
        return self._tasks[found["name"]] if found else None

    def said(self, text: str, likely: Sequence[str]) -> str | None:
        """The one service among the ``likely`` whose own words stand in the sentence: 「我要投诉宿舍热水忽冷忽热」."""
        found = [task for task in likely if task in self._said and self._said[task].search(text)]
        return found[0] if len(found) == 1 else None

    def listed(self, text: str) -> tuple[str, ...]:
        """The pieces of a message that is nothing but several services' names: 「报修、请假、查成绩」."""
        pieces = [piece for piece in _LISTED.split(text) if piece]
        tasks = [self.task(piece) for piece in pieces]
        return tuple(pieces) if None not in tasks and len(set(tasks)) > 1 else ()

    def task(self, text: str) -> str | None:
        """The service named by normalised ``text``, or ``None``."""
        found = self._pattern.fullmatch(text) if len(text) <= 40 else None
        return self._tasks[found["name"]] if found else None


def read_questions(path: Path = HERE / "services.yml") -> tuple[str, ...]:
    """The first questions a student is offered."""
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8"))["questions"])


def read_words(path: Path = HERE / "words.yml") -> Mapping[str, str]:
    """The pipeline's own sentences by name; ``{online}`` becomes the services that can be done here."""
    online = "、".join(service.title for service in read_services().values() if service.online)
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: str(text).strip().replace("{online}", online) for name, text in raw.items()}


def read_emergency_card(path: Path = HERE / "emergency_card.yml") -> Reply:
    """The fixed reply to a fire, to violence, to an accident."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"kind": "crisis", "text": raw["text"].strip(), "hotlines": raw["hotlines"]}


def read_crisis_card(duty_phone: str, path: Path = HERE / "crisis_card.yml") -> Reply:
    """The fixed reply to a crisis sentence, with the university's own on-call number in it."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    hotlines = [{**line, "phone": line["phone"].format(duty_phone=duty_phone)} for line in raw["hotlines"]]
    return {"kind": "crisis", "text": raw["text"].strip(), "hotlines": hotlines}
