"""Known questions: how students ask for a clause, kept in a file beside the document.

``宿舍管理规定.md`` may have ``宿舍管理规定.questions.yml`` beside it: each clause with a list of questions it answers. The
questions a document asks itself (问：…) are known from its own text. A student's
message is compared with them, in the same words of the street, where a rule's own words are far away. They only help to find:
what is quoted is always the document.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from .document import Document
from .ingest import Reading, UnreadableFile, read
from .questions import matches
from .sidecar import beside
from .structure import document

QUESTIONS = ".questions.yml"


def take_in(path: Path) -> Document:
    """A file as a document, with what lies beside it. Raises :class:`UnreadableFile`, one line."""
    return taken(read(path), path)


def taken(reading: Reading, path: Path) -> Document:
    """One reading of the file ``path`` as a document, with the sidecar and the known questions that lie beside it.

    What lay inside an archive has nothing beside it. Raises :class:`UnreadableFile`, one line.
    """
    if reading.inside:
        return document(reading)
    of = document(reading, beside(path))
    questions = path.with_name(path.stem + QUESTIONS)
    return with_known(of, _read(questions), questions.name) if questions.is_file() else of


def with_known(of: Document, questions: dict[str, list[str]], name: str) -> Document:
    """The document with its known questions. Raises :class:`UnreadableFile` for a clause that is not in it."""
    known: list[tuple[int, str]] = []
    for clause, asked in questions.items():
        places = [at for at, passage in enumerate(of.passages) if matches(passage.locator, clause)]
        if not places:
            raise UnreadableFile(f"{name} 里的“{clause}”在文件中找不到")
        known += [(place, question) for place in places for question in asked]
    return replace(of, known=tuple(sorted({*of.known, *known})))


def _read(path: Path) -> dict[str, list[str]]:
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {str(clause): [str(question) for question in asked] for clause, asked in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise UnreadableFile(f"{path.name} 不是“条款: [问法]”的 YAML") from error
