"""Takes what a phone notes beside a HEIC picture (where, when, with which phone) out of it.

No library of ours decodes HEIC, so the picture itself stays as it is; the bytes of its Exif and XMP items are blanked in place.
The boxes are those of ISO/IEC 14496-12 (``meta``, ``iinf``, ``iloc``) and 23008-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
NOTES = frozenset({b"Exif", b"mime"})
"""Items that tell of a picture instead of being one."""
MOST_BOXES = 10_000


class NotHeif(Exception):
    """Not such a file, or one whose notes cannot be found and so cannot be taken out."""


def is_heif(data: bytes) -> bool:
    """Whether the file says it is one."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    """Of what is in it, after its header."""
    end: int


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(MOST_BOXES):
        if start >= end:
            return
        size, kind, head = _number(data, start, 4, end), data[start + 4 : start + 8], 8
        if size == 1:
            size, head = _number(data, start + 8, 8, end), 16
        size = size or end - start
        if size < head or start + size > end:
            raise NotHeif
        yield _Box(kind, start + head, start + size)
        start += size
    raise NotHeif


def _number(data: bytes, at: int, size: int, end: int) -> int:
    if at + size > end:
        raise NotHeif
    return int.from_bytes(data[at : at + size])


def without_notes(data: bytes) -> bytes:
    """The same picture, its notes blanked. Raises :class:`NotHeif`."""
    if not is_heif(data):
        raise NotHeif
    top = list(_boxes(data, 0, len(data)))
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None:
        raise NotHeif
    within = {box.kind: box for box in _boxes(data, meta.start + 4, meta.end)}
    if b"iinf" not in within or b"iloc" not in within:
        raise NotHeif
    notes = _notes(data, within[b"iinf"])
    clean = bytearray(data)
    for start, length in _places(data, within[b"iloc"], within.get(b"idat"), notes):
        if start + length > len(data):
            raise NotHeif
        clean[start : start + length] = bytes(length)
    return bytes(clean)


def _notes(data: bytes, info: _Box) -> set[int]:
    """The ids of the items that are notes."""
    short = data[info.start] == 0
    first = info.start + 4 + (2 if short else 4)
    found = set()
    for box in _boxes(data, first, info.end):
        version = data[box.start]
        if box.kind != b"infe" or version < 2:
            raise NotHeif
        wide = 4 if version > 2 else 2
        item = _number(data, box.start + 4, wide, box.end)
        kind = data[box.start + 4 + wide + 2 : box.start + 4 + wide + 6]
        if kind in NOTES:
            found.add(item)
    return found


def _places(data: bytes, where: _Box, idat: _Box | None, wanted: set[int]) -> Iterator[tuple[int, int]]:
    """Where the bytes of the wanted items lie: start and length."""
    version, at, end = data[where.start], where.start + 4, where.end

    def take(size: int) -> int:
        nonlocal at
        value = _number(data, at, size, end)
        at += size
        return value

    sizes = take(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    for _ in range(min(take(wide), MOST_BOXES)):
        item, method = take(wide), take(2) & 15 if version in (1, 2) else 0
        take(2)
        base = take(base_size)
        for _ in range(take(2)):
            take(index_size)
            offset, length = base + take(offset_size), take(length_size)
            if item not in wanted:
                continue
            if method == 1 and idat is not None:
                yield idat.start + offset, length
            elif method == 0:
                yield offset, length or len(data) - offset
            else:
                raise NotHeif
