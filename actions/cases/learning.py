"""What is learnt of a complaint that went to the wrong department: the hall says whose it is, and the next one goes right."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from actions.cases.reading import Shown
from actions.cases.returned import ReturnedCases

LEARNT_OF = "complaint"
WORDS = "事项"
"""The label under which the card shows what a complaint is about."""
REASONS: Mapping[str, str] = {
    "not_ours": "not_ours",
    "several_departments": "two_matters",
    "wrong_place": "other_leads",
    "": "other_leads",
}
"""Why it was sent back, as the log has it, and as the dispatch model's memory has it; empty: the hall moved it by itself."""


def learn(shown: Shown, returned: ReturnedCases, today: date) -> bool:
    """Keeps the correction that the last row is, if it is one; ``False`` where there is nothing to learn."""
    answers = (shown.contents or {}).get("answers") or {}
    text, rows = answers.get(WORDS, ""), shown.log
    if shown.kept.state.kind != LEARNT_OF or not text or rows[-1]["act"] != "dispatch":
        return False
    before = [row for row in rows[:-1] if row["act"] in ("dispatch", "return")]
    sent = next((row["facts"]["department"] for row in reversed(before) if row["act"] == "dispatch"), None)
    if sent is None:
        return False
    reason = REASONS.get(before[-1]["reason"] if before[-1]["act"] == "return" else "")
    given = rows[-1]["facts"]["department"]
    if reason is None or given == sent:
        return False
    # A department that the plan's table does not have is nothing the model could learn.
    with suppress(ValueError):
        return returned.record(text, sent, reason, given, today)
    return False
