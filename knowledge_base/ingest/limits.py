"""How much one file may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. A rule book is far below all of them; what is above is a mistake or an attack."""

    file_bytes: int = 100 * 2**20
    """Bytes of a file as it lies on the disk."""
    characters: int = 5_000_000
    """Code points that may come out of one file."""
    seconds: float = 60.0
    """CPU time of one file, its pages not counted; four times as much may pass on the clock of a busy machine."""
    memory: int = 2 * 2**30
    """Bytes of address space."""
    pages: int = 1_000
    """Pages of a PDF, slides of a presentation."""
    seconds_per_page: float = 0.3
    """CPU time added for each page of a PDF."""
    scans: int = 200
    """Pages of one file that have to be recognised from their picture."""
    seconds_per_scan: float = 120.0
    """CPU time added for each of them."""
    memory_for_scans: int = 4 * 2**30
    """Bytes of address space while pictures are recognised: the runtime reserves far more than it uses."""
    cells: int = 500_000
    """Cells of a workbook, empty ones inside its used area counted."""
    unpacked_bytes: int = 400 * 2**20
    """Bytes of all that an archive (zip, docx, xlsx, pptx) holds, and of one file in it."""
    ratio: int = 200
    """How many times larger than its packed form a file of more than eight megabytes in an archive may be."""
    entries: int = 5_000
    """Files in an archive."""
    nesting: int = 2
    """Zips in each other: 1 is a zip of documents, 2 a zip that also holds such zips."""


DEFAULT = Limits()
