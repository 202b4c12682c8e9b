"""Answers that nobody got, by conversation, until the student's next message takes them along."""

from __future__ import annotations

from collections import defaultdict

from bot.messages import Reply

PULLED = frozenset({"wechat"})
"""Channels that cannot speak first."""


class Undelivered:
    """For :data:`PULLED` channels. Kept in the inbox; here only what its reader looks for at every message."""

    def __init__(self) -> None:
        self._answers: defaultdict[str, dict[str, tuple[Reply, ...]]] = defaultdict(dict)

    def add(self, conversation: str, message: str, replies: tuple[Reply, ...]) -> None:
        self._answers[conversation][message] = replies

    def take(self, conversation: str) -> dict[str, tuple[Reply, ...]]:
        """Everything of a conversation by message, to be handed over now."""
        return self._answers.pop(conversation, {})
