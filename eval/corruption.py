"""A thousand ways an index can be broken on disk: each must be refused, and the version before it must answer as before.

Every case is a folder of its own with two versions, hard links to pristine files; only what is damaged is a copy.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eval.figures import Figure, share
from knowledge_base import Answer, Decline, Library, open_encoder
from knowledge_base.encoder import Encoder, Vector
from knowledge_base.intake import Child, Refused, taken
from knowledge_base.manifest import NAME as MANIFEST
from knowledge_base.manifest import sha256
from knowledge_base.store import Store

CASES = 1_000
SEED = 20261122
AS_OF = date(2026, 11, 25)
POLICIES = Path(__file__).resolve().parent.parent / "knowledge_base" / "policies"
DOCUMENTS = ("校园卡管理办法.md", "学生宿舍管理规定（2025年修订）.md")
"""The first alone is version 1, both are version 2."""
QUESTIONS = ("校园卡补办要多少钱", "宿舍晚上几点关门", "校园卡丢了怎么挂失", "今天天气怎么样")

Said = list[Answer | Decline]


@dataclass(frozen=True, slots=True)
class Bench:
    """Two good versions and what each of them answers."""

    folder: Path
    encoder: Encoder
    vectors: tuple[Vector, ...]
    expected: dict[int, Said]

    def said(self, library: Library) -> Said:
        pairs = zip(QUESTIONS, self.vectors, strict=True)
        return [library.answer(question, AS_OF, vector) for question, vector in pairs]


def run(cases: int = CASES) -> list[Figure]:
    """Damages, opens, asks."""
    chance = random.Random(SEED)
    misses: list[str] = []
    logging.disable(logging.ERROR)  # one refusal a case is what is measured, not news
    try:
        with tempfile.TemporaryDirectory(prefix="corruption-") as made:
            bench = _bench(Path(made))
            for number in range(cases):
                case = Path(made) / "case"
                kind, damage = KINDS[number % len(KINDS)]
                said = _damaged(bench, case, damage, chance)
                if wrong := _wrong(bench, case, kind):
                    misses.append(f"{number} {kind}, {said}: {wrong}")
                shutil.rmtree(case)
    finally:
        logging.disable(logging.NOTSET)
    name = "keeping: damaged versions refused, the one before answers as before"
    return [share(name, cases - len(misses), cases, goal=100, misses=tuple(misses))]


def _bench(folder: Path) -> Bench:
    encoder = open_encoder()
    with Child() as child:
        documents = [
            got for got in taken([POLICIES / name for name in DOCUMENTS], child) if not isinstance(got, Refused)
        ]
    store = Store(folder / "good")
    store.publish(documents[:1], encoder)
    store.publish(documents[1:], encoder)
    vectors = tuple(encoder.query(question) for question in QUESTIONS)
    bench = Bench(store.folder, encoder, vectors, {})
    for number in (1, 2):
        bench.expected[number] = bench.said(Library.of(store, number, encoder))
    if bench.expected[1] == bench.expected[2] or not isinstance(bench.expected[1][0], Answer):
        raise AssertionError("the two versions must answer differently, or nothing is measured")
    return bench


def _damaged(bench: Bench, case: Path, damage: Damage, chance: random.Random) -> str:
    """A fresh case with one damage that really changed something; what was done."""
    while True:
        shutil.copytree(bench.folder / "versions", case / "versions", copy_function=os.link)
        shutil.copy(bench.folder / "current", case / "current")
        before = _content(case)
        said = damage(case, chance)
        if _content(case) != before:
            return said
        shutil.rmtree(case)


def _wrong(bench: Bench, case: Path, kind: str) -> str | None:
    library = Library.open(case, bench.encoder)
    # A pointer says which version serves; with that lost, either of the two good ones may.
    allowed = (1, 2) if kind == "pointer" else (1,)
    if library.version is None or library.version not in allowed:
        return f"version {library.version} serves"
    if bench.said(library) != bench.expected[library.version]:
        return "the answers differ"
    return None


def _content(case: Path) -> dict[str, str]:
    paths = [path for path in case.rglob("*") if path.is_file()]
    return {path.relative_to(case).as_posix(): sha256(path) for path in paths}


# the damages: each is given a case and chance, and says what it did

Damage = Callable[[Path, random.Random], str]


def _files(case: Path, *, manifest: bool = True) -> list[Path]:
    every = sorted(path for path in (case / "versions" / "2").rglob("*") if path.is_file())
    return [path for path in every if manifest or path.name != MANIFEST]


def _write(path: Path, content: bytes) -> None:
    """Replaces the link, never the file it shares with every other case."""
    path.unlink()
    path.write_bytes(content)


def _bits(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(max(1, len(content)))]


def _appended(content: bytes, chance: random.Random) -> bytes:
    return content + chance.randbytes(chance.randint(1, 4096))


def _zeroed(content: bytes, chance: random.Random) -> bytes:
    return _over(content, chance, lambda size: bytes(size))


def _noise(content: bytes, chance: random.Random) -> bytes:
    return _over(content, chance, chance.randbytes)


def _over(content: bytes, chance: random.Random, filling: Callable[[int], bytes]) -> bytes:
    start = chance.randrange(max(1, len(content)))
    size = min(chance.choice((1, 16, 512, 4096)), len(content) - start)
    return content[:start] + filling(size) + content[start + size :]


def _inserted(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.randint(1, 64)) + content[at:]


def _moved(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, len(content)))
    return content[at:] + content[:at]


def _on_a_file(change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def damage(case: Path, chance: random.Random) -> str:
        path = chance.choice(_files(case))
        _write(path, change(path.read_bytes(), chance))
        return path.name

    return damage


def _deleted(case: Path, chance: random.Random) -> str:
    path = chance.choice(_files(case))
    path.unlink()
    return path.name


def _swapped(case: Path, chance: random.Random) -> str:
    one, other = chance.sample(_files(case), 2)
    first, second = one.read_bytes(), other.read_bytes()
    _write(one, second)
    _write(other, first)
    return f"{one.name} and {other.name}"


def _of_the_version_before(case: Path, chance: random.Random) -> str:
    path = chance.choice(_files(case))
    other = case / "versions" / "1" / path.relative_to(case / "versions" / "2")
    _write(path, other.read_bytes())
    return path.name


def _half_written(case: Path, chance: random.Random) -> str:
    files = _files(case)
    kept = chance.randrange(len(files))
    for path in files[kept:]:
        path.unlink()
    return f"{kept} of {len(files)} files"


def _folder_of_the_version_before(case: Path, chance: random.Random) -> str:
    shutil.rmtree(case / "versions" / "2")
    shutil.copytree(case / "versions" / "1", case / "versions" / "2", copy_function=os.link)
    return "the whole folder"


def _manifest_edited(case: Path, chance: random.Random) -> str:
    path = case / "versions" / "2" / MANIFEST
    stored = json.loads(path.read_text(encoding="utf-8"))
    name = chance.choice(sorted(stored["files"]))
    edits: Sequence[tuple[str, Callable[[], object]]] = (
        ("documents", lambda: stored.update(documents=stored["documents"] + chance.choice((-1, 1)))),
        ("passages", lambda: stored.update(passages=stored["passages"] + chance.choice((-1, 1, 7)))),
        ("known", lambda: stored.update(known=stored["known"] + 1)),
        ("format", lambda: stored.update(format=stored["format"] + chance.choice((-1, 1)), files={})),
        ("version", lambda: stored.update(version=stored["version"] + 1)),
        ("dimensions", lambda: stored.update(dimensions=stored["dimensions"] // 2)),
        ("unlisted", lambda: stored["files"].pop(name)),
        ("size", lambda: stored["files"][name].update(bytes=stored["files"][name]["bytes"] + 1)),
        ("no files", lambda: stored.pop("files")),
        ("a list", lambda: stored.update(files=list(stored["files"]))),
    )
    said, edit = chance.choice(edits)
    edit()
    _write(path, json.dumps(stored).encode())
    return f"{said}, {name}"


def _manifest_made_to_match(case: Path, chance: random.Random) -> str:
    """The damaged file and a manifest that lists it as it is now."""
    path = chance.choice(_files(case, manifest=False))
    change = chance.choice((_bits, _cut, _zeroed, _appended))
    _write(path, change(path.read_bytes(), chance))
    listed = case / "versions" / "2" / MANIFEST
    stored = json.loads(listed.read_text(encoding="utf-8"))
    name = path.relative_to(listed.parent).as_posix()
    stored["files"][name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
    _write(listed, json.dumps(stored, ensure_ascii=False, indent=1).encode())
    return name


def _pointer(case: Path, chance: random.Random) -> str:
    path = case / "current"
    change = chance.choice((_bits, _cut, _zeroed, _noise, _appended, _moved))
    path.write_bytes(change(path.read_bytes(), chance))
    return change.__name__


KINDS: tuple[tuple[str, Damage], ...] = (
    ("bits", _on_a_file(_bits)),
    ("cut", _on_a_file(_cut)),
    ("appended", _on_a_file(_appended)),
    ("zeroed", _on_a_file(_zeroed)),
    ("noise", _on_a_file(_noise)),
    ("inserted", _on_a_file(_inserted)),
    ("moved", _on_a_file(_moved)),
    ("emptied", _on_a_file(lambda content, chance: b"")),
    ("deleted", _deleted),
    ("swapped", _swapped),
    ("version before", _of_the_version_before),
    ("half written", _half_written),
    ("folder before", _folder_of_the_version_before),
    ("manifest edited", _manifest_edited),
    ("manifest made to match", _manifest_made_to_match),
    ("pointer", _pointer),
)
