"""From paragraphs to a :class:`Document`: its canonical text, the blocks to show and the passages to find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from .document import Block, BlockKind, Document, Span
from .imprint import imprint
from .ingest import Reading
from .outline import Part, outline
from .paragraphs import Paragraph, paragraphs
from .passages import Clauses
from .sidecar import NOTHING_SAID, Said


def document(reading: Reading, said: Said = NOTHING_SAID) -> Document:
    """The document a reader read; ``said`` is what lies beside it and comes before what it says itself.

    Its ``repealed`` is open until it is published beside the others.
    """
    parts = paragraphs(reading.lines, whole=reading.whole)
    printed = imprint(parts, reading.facts, reading.stem, said)
    text, starts = _text(parts)
    root = outline(parts, printed.titles | printed.furniture, printed.body)
    pages = _pages(parts, starts)
    clauses = Clauses(parts, starts, text, root, printed.title, pages)
    found = list(clauses.passages())
    return Document(
        title=printed.title,
        number=printed.number,
        issuer=printed.issuer,
        issued=printed.issued,
        effective=printed.effective,
        expires=printed.expires,
        text=text,
        blocks=tuple(_blocks(parts, starts, clauses.cells, root, printed.titles)),
        passages=tuple(passage for passage, _ in found) or tuple(clauses.whole()),
        source=reading.stem,
        repeals=printed.repeals,
        pages=pages,
        runs=tuple(_runs(parts, starts)),
        known=tuple((place, question) for place, (_, question) in enumerate(found) if question),
        audience=printed.audience,
        uncertain=(*reading.notes, *printed.uncertain, *_broken_count(root)),
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


def _blocks(
    parts: Sequence[Paragraph],
    starts: Sequence[int],
    cells: Mapping[int, tuple[Span, ...]],
    root: Part,
    titles: Set[int],
) -> Iterator[Block]:
    headings = {at for part in _every(root) if part.heading for at in (part.at, *part.named)}
    for at, (each, start) in enumerate(zip(parts, starts, strict=True)):
        kind: BlockKind = "text"
        if each.kind == "row" or each.kind == "header":
            kind = each.kind
        elif at in titles:
            kind = "title"
        elif at in headings or each.kind == "heading":
            kind = "heading"
        yield Block(kind, start, start + len(each.text), cells.get(at, ()))


def _every(part: Part) -> Iterator[Part]:
    for each in part.parts:
        yield each
        yield from _every(each)


def _broken_count(root: Part) -> Iterator[str]:
    """Where the 条 of a document do not count on: one is missing, or a line was taken for one."""
    last: Part | None = None
    owner: Part | None = None
    for part in _every(root):
        if part.kind != "条":
            continue
        outer = next((each for each in part.path() if each.kind in ("附件", "#")), root)
        if owner is not outer:
            last, owner = None, outer
        expected = (last.value() + 1) if last else 1
        amended = last is not None and part.value() == last.value() and "之" in part.label
        if part.value() != expected and not amended:
            before = f"{last.label}之后" if last else "第一条之前"
            yield f"条的编号不连续：{before}是{part.label}，请核对是否漏读或误读。"
        last = part
