"""Replies built from what the knowledge base found."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Reply
from knowledge_base import Answer, Source


def text(words: str) -> Reply:
    return {"kind": "text", "text": words}


def choices(words: str, offered: Sequence[tuple[str, str]]) -> Reply:
    """``offered`` are ``(label, payload)``."""
    return {
        "kind": "choices",
        "text": words,
        "choices": [{"label": label, "payload": payload} for label, payload in offered],
    }


def source(of: Source) -> Reply:
    """A source as ``/api/chat`` gives it; its ``url`` opens the document with the quoted characters lit."""
    return {
        "document": of.document,
        "number": of.number,
        "locator": of.locator,
        "page": of.page,
        "quote": of.quote,
        "start": of.start,
        "end": of.end,
        "url": f"/documents/{of.document_id}#{of.start}-{of.end}",
    }


def answer(found: Answer, lead: str = "") -> Reply:
    return {
        "kind": "answer",
        "text": f"{lead}\n{found.text}" if lead else found.text,
        "confidence": round(found.confidence, 3),
        "sources": [source(one) for one in found.sources],
    }


def declined(
    words: str, suggestions: Sequence[Source], introduction: str, offered: Sequence[tuple[str, str]] = ()
) -> Reply:
    """A decline is plain text; the nearest clauses stand beside it as suggestions, never as sources of an answer.

    ``offered`` are the ways on, ``(label, payload)``.
    """
    said = text(f"{words}\n{introduction}" if suggestions else words)
    if suggestions:
        said["suggestions"] = [source(one) for one in suggestions]
    if offered:
        said["choices"] = choices("", offered)["choices"]
    return said
