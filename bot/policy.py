"""Questions on the rules: answered from the documents with the clause quoted, or honestly declined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot import replies
from bot.messages import Reply
from bot.understanding import Reading
from bot.understanding.intents import ACCEPT
from bot.words import Service
from knowledge_base import Answer, Decline, Library, Source

BEYOND_DOUBT = 0.8
"""How sure the documents must be before they overrule an understanding that took the message for out of scope."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was made of a question on the rules."""

    reply: Reply
    answered: bool
    question: str
    """The question as it was searched, for one that goes on from it."""
    scope: bool = False
    """Whether it was declined because it is about somebody or something else than these documents are for."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The knowledge base as the pipeline asks it."""

    library: Library
    today: Callable[[], date]

    @property
    def unreadable(self) -> bool:
        """Whether documents were published and none of them can be read: then nobody knows what they say."""
        return self.library.version is None and self.library.state == "degraded"

    def answer(self, reading: Reading, words: Mapping[str, str], before: str | None = None) -> Said:
        """``before`` is the question answered last in this conversation: 「那研究生呢」 goes on from it."""
        self.library.refresh()
        if self.unreadable:
            return Said(
                replies.choices(words["policies_down"], ((words["ask_a_person"], "human"),)), False, reading.text
            )
        found = self.library.answer(reading.text, as_of=self.today(), vector=reading.vector, before=before)
        doubtful = reading.intent == "out_of_scope" and reading.confidence >= ACCEPT
        if isinstance(found, Answer) and not (doubtful and found.confidence < BEYOND_DOUBT):
            return Said(replies.answer(found), True, found.question)
        ways_on = ((words["say_otherwise"], "rephrase"), (words["ask_a_person"], "human"))
        if isinstance(found, Decline):
            named = f"declined_{found.because}" if found.because else f"declined_{found.reason}"
            said = words.get(named, words["declined"])
            reply = replies.declined(said, found.suggestions, words["suggestions"], ways_on)
            return Said(reply, False, found.question, scope=found.because is not None)
        return Said(replies.declined(words["declined"], (), "", ways_on), False, found.question)

    def guide(self, service: str) -> Answer | None:
        """The row of a table that names this service or office, with its source; ``None`` when no document has one."""
        self.library.refresh()
        for document in self.library.documents():
            if not document.in_force(self.today()):
                continue
            for passage in document.passages:
                cells = [(name, document.text[start:end].strip()) for name, (start, end) in passage.fields]
                if cells and cells[0][1] == service:
                    quote = document.text[passage.start : passage.end]
                    place = (passage.locator, passage.page, quote, passage.start, passage.end)
                    source = Source(document.id, document.title, document.number, *place)
                    said = "\n".join(f"{name}：{value}" if name else value for name, value in cells[1:])
                    return Answer(said, 1.0, (source,))
        return None

    def not_online(self, service: Service, words: Mapping[str, str]) -> Reply:
        """What a student is told about a service that cannot be done here yet: where, when, which phone."""
        # Whoever asks for this may not feel well: an office's hours alone would be cold.
        before = words.get(f"before_{service.task}", "")
        said = before + words["not_online"].format(title=service.title)
        found = self.guide(service.guide)
        if found is None:
            return replies.text(f"{said}{words['not_online_unknown']}")
        return replies.answer(found, f"{said}{words['not_online_where']}")
