"""What parent and child say to each other: one JSON object a line, ASCII only.

To the child, on its stdin, one at a time::

    {"path": "/…/宿舍规定.docx", "limits": {"seconds": 60.0, …}}

From the child, on its stdout, for each file some of these and the last one::

    {"progress": [3, 12, "文字识别", 120.0]}              the third of twelve pages is being recognised, for which as
                                                        many seconds are added to the time the file may take
    {"inside": "附件/甲.docx", "reading": {…}}            one document; "inside" is empty for a file of its own
    {"inside": "附件/乙.doc", "refused": "…"}             one line of error
    {"done": true, "resident": 81920000}                 and how many bytes the child holds now

The offsets of a line travel as runs: ``[offset in the text, offset in the source, …]``, a new one wherever the two stop
running side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .lines import Line, Reading


def packed(reading: Reading) -> dict[str, Any]:
    """The reading in types of JSON."""
    return {
        "stem": reading.stem,
        "facts": reading.facts,
        "notes": reading.notes,
        "whole": reading.whole,
        "inside": reading.inside,
        "lines": [_line(line) for line in reading.lines],
    }


def unpacked(sent: dict[str, Any]) -> Reading:
    """The reading that was :func:`packed`. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
    return Reading(
        str(sent["stem"]),
        tuple(_unpacked_line(*each) for each in sent["lines"]),
        tuple((str(name), str(value)) for name, value in sent["facts"]),
        tuple(str(note) for note in sent["notes"]),
        bool(sent["whole"]),
        str(sent["inside"]),
    )


def _line(line: Line) -> list[Any]:
    flags = line.trailing + 2 * line.indented + 4 * line.new_page
    head = [line.text, _runs(line.origins), line.kind, line.level, line.gap, flags, line.page]
    return [*head, line.cells, line.above] if line.cells else head


def _unpacked_line(
    text: str,
    runs: list[int],
    kind: Any,
    level: int,
    gap: int,
    flags: int,
    page: int | None,
    cells: Sequence[Sequence[int]] = (),
    above: Sequence[int] = (),
) -> Line:
    return Line(
        text,
        _origins(runs, len(text)),
        kind,
        level,
        tuple((start, end) for start, end in cells),
        tuple(above),
        gap,
        bool(flags & 1),
        bool(flags & 2),
        page,
        bool(flags & 4),
    )


def _runs(origins: Sequence[int]) -> list[int]:
    if isinstance(origins, range):
        return [0, origins.start] if origins else []
    runs: list[int] = []
    expected = None
    for at, origin in enumerate(origins):
        if origin != expected:
            runs += [at, origin]
        expected = origin + 1
    return runs


def _origins(runs: list[int], length: int) -> Sequence[int]:
    starts, origins = runs[0::2], runs[1::2]
    ends = [*starts[1:], length]
    if len(starts) == 1:
        return range(origins[0], origins[0] + length)
    return tuple(
        origin + at for start, origin, end in zip(starts, origins, ends, strict=True) for at in range(end - start)
    )
