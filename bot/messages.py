"""The small vocabulary at the seam: what comes in, what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Reply = dict[str, Any]
"""One reply in the shape of ``/api/chat`` (``kind``, ``text``, …); built in ``bot/replies.py`` or by an action."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a student, parsed at the door."""

    conversation: str
    """Opaque id of the conversation; also names the dialogue's tracker."""
    text: str = ""
    """What was typed, as it came; empty when a button was tapped."""
    payload: str | None = None
    """The payload of a tapped button (``docs/seams.md``)."""
    channel: str = "web"
    student: str | None = None
    """Student number of the signed session; ``None`` for someone not signed in."""
    attachments: tuple[str, ...] = ()
    """Ids of uploaded files that came with the message."""
    again: bool = False
    """Whether it was taken up before and not answered: Rasa may have heard it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was taken wrongly or not at all: kept, masked, for a person to look at."""

    text: str
    """The student's words as they were read; the door takes out who said them before anything is kept."""
    because: str
    """``turned_round``, ``chosen``, ``none_fits``, ``declined_switch``, ``said_again`` or ``cancelled_at_once``."""
    taken: str | None = None
    """The intent it was taken for."""
    label: str | None = None
    """What the student then said it was; ``None`` where that is not known."""


@dataclass(frozen=True, slots=True)
class State:
    """What a conversation remembers between two messages; JSON, kept by the inbox."""

    task: str | None = None
    """The service that is open."""
    tracker: str | None = None
    """The Rasa tracker of this task instance."""
    prompt: Mapping[str, Any] | None = None
    """The open question: ``{task, asking, kind, choices, …}``."""
    question: Reply | None = None
    """The reply that asked it, to be repeated after something said in between."""
    offered: tuple[Mapping[str, str], ...] = ()
    """Choices offered outside a service, so that "1" or a label can pick one."""
    paused: Mapping[str, Any] | None = None
    """A service stopped by a crisis sentence or left for a day: ``{task, tracker, prompt, question, told, left}``. Only the
    student takes it up again. A request not begun yet has ``intent``, ``entities`` and ``utterance`` instead of a tracker."""
    held: Mapping[str, Any] | None = None
    """What a button just offered goes on with: ``{intent, entities, utterance}`` for a service, ``{text}`` for a message."""
    asked: Mapping[str, str] | None = None
    """The last question on the rules, for one that goes on from it: ``{question, at}``, an ISO time."""
    waiting: tuple[Mapping[str, Any], ...] = ()
    """What comes back or begins when the open service ends, the next one last: a service that was left in the middle
    (``{task, tracker, prompt, question}``) or a request not begun yet (``{intent, entities, utterance}``)."""
    begun: Mapping[str, str] | None = None
    """The words that began the open service, while its first question is open: ``{task, utterance}``."""
    doubt: Mapping[str, Any] | None = None
    """The sentence that was asked back about or not understood: ``{utterance, intents, chosen, at}``."""
    photos: tuple[str, ...] = ()
    """Uploads that no question has taken yet."""
    at: str | None = None
    """When the last message was answered, an ISO time."""

    def to_json(self) -> dict[str, Any]:
        raw = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in raw.items()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> State:
        """The state as it was kept; keys of another version are passed over, and missing ones have their defaults."""
        raw = raw or {}
        known = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
        for name in ("offered", "waiting", "photos"):
            known[name] = tuple(known.get(name) or ())
        return cls(**known)

    @property
    def open_now(self) -> dict[str, Any]:
        """The open service as it waits or is stopped."""
        return {"task": self.task, "tracker": self.tracker, "prompt": self.prompt, "question": self.question}

    def closed(self) -> State:
        """The same conversation with no service open."""
        return replace(self, task=None, tracker=None, prompt=None, question=None, begun=None)


@dataclass(frozen=True, slots=True)
class Trace:
    """How a message was taken; shown only with ``COUNSELLOR_TRACE=1`` and logged without words."""

    route: str
    """``crisis|policy|task|smalltalk|handoff|declined``."""
    intent: str | None = None
    confidence: float | None = None
    task: str | None = None
    asking: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "route": self.route,
            "intent": self.intent,
            "confidence": None if self.confidence is None else round(self.confidence, 3),
            "task": self.task,
            "asking": self.asking,
            "timings_ms": {name: round(value, 1) for name, value in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Answered:
    """What the pipeline made of one message."""

    replies: tuple[Reply, ...]
    state: State
    trace: Trace
    alarm: str | None = None
    """The crisis rule that fired; the door records it before anything is sent."""
    alarm_tier: str | None = None
    candidates: tuple[Candidate, ...] = ()
    """What this message showed to have been taken wrongly; kept by the door."""
