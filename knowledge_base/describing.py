"""Documents, answers and versions as JSON and as the lines people read: the same from the command line and over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from .answer import Answer, Decline, Source
from .document import Audience, Document, same_title
from .library import Library

Standing = Literal["in_force", "coming", "expired"]
STANDINGS: dict[Standing, str] = {"in_force": "现行", "coming": "尚未施行", "expired": "已失效"}


def standing(document: Document, today: date) -> Standing:
    """Whether a document is in force for anybody."""
    if document.in_force(today):
        return "in_force"
    return "coming" if document.since is not None and today < document.since else "expired"


def entry(document: Document, today: date) -> dict[str, Any]:
    """A document without its text."""
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        **{name: day.isoformat() if day else None for name, day in _days(document).items()},
        "standing": standing(document, today),
        "audience": {
            "degrees": list(document.audience.degrees),
            "campuses": list(document.audience.campuses),
            "cohorts": list(document.audience.cohorts),
        },
        "passages": len(document.passages),
        "known": len(document.known),
        "uncertain": list(document.uncertain),
        "source": document.source,
    }


def whole(document: Document, library: Library, today: date) -> dict[str, Any]:
    """A document with its clauses and its other versions."""
    known: dict[int, list[str]] = {}
    for place, question in document.known:
        known.setdefault(place, []).append(question)
    clauses = [
        {
            "locator": passage.locator,
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "text": document.text[passage.start : passage.end],
            "known": known.get(place, []),
        }
        for place, passage in enumerate(document.passages)
    ]
    versions = [entry(each, today) for each in versions_of(document, library)]
    return {**entry(document, today), "clauses": clauses, "versions": versions}


def versions_of(document: Document, library: Library) -> list[Document]:
    """The other documents of the same name: earlier and later ones."""
    name = same_title(document.title)
    return [each for each in library.documents() if each.id != document.id and same_title(each.title) == name]


def line(document: Document) -> str:
    """``《…》  文号  effective 2026-09-01  3 passages``."""
    days = [f"{name} {day}" for name, day in _days(document).items() if day is not None]
    return "  ".join(
        [f"《{document.title}》", document.number or "无文号", *days, f"{len(document.passages)} passages"]
    )


def audience(of: Audience) -> str:
    """``本科、硕士；东苑；2023级起``; empty for everybody."""
    first, last = of.cohorts
    cohorts = {
        (False, False): "",
        (True, False): f"{first}级起",
        (False, True): f"{last}级及以前",
        (True, True): f"{first}级至{last}级",
    }[first is not None, last is not None]
    return "；".join(part for part in ("、".join(of.degrees), "、".join(of.campuses), cohorts) if part)


def _days(document: Document) -> dict[str, date | None]:
    return {"issued": document.issued, "effective": document.effective, "repealed": document.repealed}


def said(of: Answer | Decline) -> dict[str, Any]:
    """An answer or a refusal in the shape of ``ask --json``."""
    if isinstance(of, Answer):
        rest = {name: value for name, value in asdict(of).items() if name not in ("text", "confidence", "sources")}
        return {
            "answered": True,
            "answer": of.text,
            "confidence": of.confidence,
            "sources": [source(each) for each in of.sources],
            **{name: value for name, value in rest.items() if value},
        }
    rest = {name: value for name, value in asdict(of).items() if name not in ("reason", "suggestions")}
    suggestions = [{"document": each.document, "locator": each.locator, "quote": each.quote} for each in of.suggestions]
    return {
        "answered": False,
        "reason": of.reason,
        "suggestions": suggestions,
        **{name: value for name, value in rest.items() if value},
    }


def source(of: Source) -> dict[str, Any]:
    """One source, as a contract's ``sources`` hold it."""
    return {name: value for name, value in asdict(of).items() if name != "document_id"}
