"""Questions on the rules: answered from the documents with the clause quoted, or honestly declined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot import replies
from bot.messages import Reply
from bot.understanding import Reading
from bot.words import Service
from knowledge_base import Answer, Decline, Library

BEYOND_DOUBT = 0.8
"""How sure the documents must be before they overrule an understanding that took the message for out of scope."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The knowledge base as the pipeline asks it."""

    library: Library
    today: Callable[[], date]

    def answer(self, reading: Reading, words: Mapping[str, str]) -> tuple[Reply, bool]:
        """The reply, and whether it is an answer."""
        self.library.refresh()
        found = self.library.answer(reading.text, as_of=self.today(), vector=reading.vector)
        doubtful = reading.intent == "out_of_scope" and reading.confidence >= 0.5
        if isinstance(found, Answer) and not (doubtful and found.confidence < BEYOND_DOUBT):
            return replies.answer(found), True
        if isinstance(found, Decline):
            said = {"unsure": "declined_unsure", "out_of_scope": "declined_scope"}.get(found.reason, "declined")
            return replies.declined(words[said], found.suggestions, words["suggestions"]), False
        return replies.text(words["declined"]), False

    def guide(self, service: str) -> Answer | None:
        """The guide's own row for a service or an office, as an answer with its source; ``None`` when there is none."""
        self.library.refresh()
        return self.library.row(service, as_of=self.today())

    def not_online(self, service: Service, words: Mapping[str, str]) -> Reply:
        """What a student is told about a service that cannot be done here yet: where, when, which phone."""
        said = words["not_online"].format(title=service.title)
        found = self.guide(service.guide)
        if found is None:
            return replies.text(f"{said}{words['not_online_unknown']}")
        return replies.answer(found, f"{said}{words['not_online_where']}")
