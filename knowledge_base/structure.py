"""From paragraphs to a :class:`Document`: its canonical text, the blocks to show and the passages to find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .document import Block, BlockKind, Document, Span
from .imprint import imprint
from .ingest import Reading
from .outline import Part, outline
from .paragraphs import Paragraph, paragraphs
from .passages import Clauses


def document(reading: Reading) -> Document:
    """The document a reader read. Its ``repealed`` is open until it is published beside the others."""
    parts = paragraphs(reading.lines)
    said = imprint(parts, reading.facts, reading.stem)
    text, starts = _text(parts)
    root = outline(parts, said.titles | said.furniture)
    pages = _pages(parts, starts)
    clauses = Clauses(parts, starts, text, root, said.title, pages)
    return Document(
        title=said.title,
        number=said.number,
        issuer=said.issuer,
        issued=said.issued,
        effective=said.effective,
        expires=said.expires,
        text=text,
        blocks=tuple(_blocks(parts, starts, root, said.titles)),
        passages=tuple(clauses.passages()) or tuple(clauses.whole()),
        source=reading.stem,
        repeals=said.repeals,
        pages=pages,
        runs=tuple(_runs(parts, starts)),
    )


def _text(parts: Sequence[Paragraph]) -> tuple[str, list[int]]:
    """The canonical text, one paragraph per line, and where each paragraph starts in it."""
    starts, at = [], 0
    for each in parts:
        starts.append(at)
        at += len(each.text) + 1
    return "\n".join(each.text for each in parts), starts


def _runs(parts: Sequence[Paragraph], starts: Sequence[int]) -> Iterator[Span]:
    """Where the text and its source stop running side by side."""
    for each, start in zip(parts, starts, strict=True):
        expected = None
        for offset, origin in enumerate(each.origins):
            if origin != expected:
                yield start + offset, origin
            expected = origin + 1


def _pages(parts: Sequence[Paragraph], starts: Sequence[int]) -> tuple[tuple[int, int], ...] | None:
    """Where each page begins, or ``None`` where the source has none."""
    begins = sorted({(start + at, page) for each, start in zip(parts, starts, strict=True) for at, page in each.pages})
    kept: list[tuple[int, int]] = []
    for at, page in begins:
        if not kept or kept[-1][1] != page:
            kept.append((at, page))
    return tuple(kept) or None


def _blocks(parts: Sequence[Paragraph], starts: Sequence[int], root: Part, titles: frozenset[int]) -> Iterator[Block]:
    headings = {part.at for part in _every(root) if part.heading}
    for at, (each, start) in enumerate(zip(parts, starts, strict=True)):
        kind: BlockKind = "text"
        cells: tuple[Span, ...] = ()
        if each.kind in ("row", "header"):
            kind = "row"
            cells = tuple((start + left, start + right) for left, right in each.cells)
        elif at in titles:
            kind = "title"
        elif at in headings or each.kind == "heading":
            kind = "heading"
        yield Block(kind, start, start + len(each.text), cells)


def _every(part: Part) -> Iterator[Part]:
    for each in part.parts:
        yield each
        yield from _every(each)
