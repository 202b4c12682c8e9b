"""Which questions on the rules were asked and not answered, kept without who asked them: what ``gaps`` reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot.messages import Answered, Inbound, State
from connectors.masking import masked
from connectors.settings import Settings
from connectors.tables import questions

LONGEST = 200
"""Characters; whoever writes more tells a story, and stories name people."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, masked."""

    text: str
    answered: bool
    day: date
    keep_days: int


def worth_keeping(inbound: Inbound, before: State, answered: Answered, settings: Settings) -> Question | None:
    """The question to keep, or ``None``: only what was typed as a question on the rules, outside of any service.

    A crisis is never kept here, and neither is what answers a service's question: it may be a name or a telephone.
    """
    trace = answered.trace
    policy = trace.route == "policy" or (trace.route == "declined" and trace.intent == "policy_question")
    text = " ".join(inbound.text.split())
    if not policy or answered.alarm is not None or before.prompt is not None or before.paused is not None:
        return None
    if inbound.payload is not None or not text or len(text) > LONGEST or settings.gaps_days <= 0:
        return None
    return Question(masked(text), trace.route == "policy", settings.now().date(), settings.gaps_days)


def keep(db: Connection, question: Question) -> None:
    """Counts the question, and forgets those that nobody has asked for ``keep_days``."""
    name = hashlib.sha256(question.text.encode("utf-8", "backslashreplace")).hexdigest()
    same = questions.c.id == name
    known = db.execute(select(questions.c.count).where(same)).scalar_one_or_none()
    seen = {"answered": question.answered, "last": question.day}
    if known is None:
        text = question.text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        db.execute(insert(questions).values(id=name, question=text, count=1, first=question.day, **seen))
    else:
        db.execute(update(questions).where(same).values(count=known + 1, **seen))
    forget(db, question.day - timedelta(days=question.keep_days))


def forget(db: Connection, before: date) -> None:
    """Deletes what was last asked before that day."""
    db.execute(delete(questions).where(questions.c.last < before))
