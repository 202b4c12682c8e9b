"""What a question is about where it is none of the documents' business, told from its vector, its characters and its words.

Three kernel machines, learnt from sentences of several hands (``fit_about.py``): nothing of a university, another person's
matters, another school. Their scores are numbers among others for the gate: 「室友的贷款多少」 has all the words of a clause,
and only what it is about tells that no clause may answer it. The kernel is a sum: a Gaussian of the vectors, the likeness of
the runs of characters, and what points at another school. The last two are linear, so that a weight each is all that is kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from .encoder import Matrix, Vector
from .lexical import WORDS
from .schools import names_another, pointing

KINDS = ("outside", "person", "school")
"""Nothing of a university; another person's own; another school."""
Floats = NDArray[np.float32]
_SCHOOL = re.compile(
    r"校|院|大学|大专|中专|职高|高中|初中|中学|师范|理工|985|211|[A-Za-z]{2,}|[他她]们|人家|那边|那儿|隔壁|对面|别的"
)
"""What a question has that speaks of another school."""
BUCKETS = 2**15
"""Runs of characters are counted by hash; of some 20,000 that stand in two sentences or more, a third share a bucket."""
LONGEST_RUN = 3
KEPT = 16
"""Questions whose scores are kept."""
SPOKEN = 0.05
"""What the regression counts beside the machine for persons: its scores are six times as wide."""
OfOthers = Literal["private", "school"]
"""Another person's own; another school. Among the reasons of :data:`scope.Because`."""


@dataclass(frozen=True, slots=True)
class About:
    """Three support vector machines with a Gaussian kernel over one set of rows, and a regression over words and vector.

    Rows and questions are vectors of unit length less :attr:`common`.
    """

    common: Floats
    """``float32[d]``: what all questions have in common."""
    rows: Matrix
    """``float32[n, d]``: the support vectors of all machines."""
    weights: Floats
    """``float32[n, 3]``: what each row weighs for each of :data:`KINDS`."""
    rarity: Floats
    """``float32[BUCKETS]``: how rare each run of characters is; 0 for what stood in one sentence only."""
    runs: Floats
    """``float32[BUCKETS, 3]``: what each run weighs."""
    signs: Floats
    """``float32[s, 3]``: what each of :func:`signs` weighs."""
    biases: Floats
    """``float32[3]``"""
    gamma: float
    words: Floats
    """``float32[d + w]``: weights of the regression for what is another person's: of the vector, and of :func:`spoken`."""
    bias: float
    at: Floats
    """``float32[2]``: from these scores on a declined question was about a person, about another school."""
    surely: Floats
    """``float32[2]``: from these scores on it is declined, whatever supports it."""
    _lengths: Floats = field(init=False, repr=False, compare=False)
    """``float32[n]``: the squared length of each row."""
    _scored: dict[tuple[str, bytes], Floats] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The last :data:`KEPT` questions: a message of several is scored as a whole before it is searched as one."""

    def __post_init__(self) -> None:
        # Column by column a product by one vector takes half as long where the rows come from memory.
        object.__setattr__(self, "rows", np.asfortranarray(self.rows))
        object.__setattr__(self, "_lengths", np.einsum("ij,ij->i", self.rows, self.rows))

    @classmethod
    def load(cls, path: Path) -> About:
        """From a file of ``gates/``. Raises ``OSError``, ``KeyError`` or ``ValueError`` where it is none."""
        with np.load(path, allow_pickle=False) as stored:
            about = cls(
                stored["common"],
                stored["rows"].astype(np.float32) * stored["scales"][:, None],
                stored["weights"].astype(np.float32),
                stored["rarity"].astype(np.float32),
                stored["runs"].astype(np.float32) * stored["run_scales"],
                stored["signs"],
                stored["biases"],
                float(stored["gamma"]),
                stored["words"],
                float(stored["bias"]),
                stored["at"],
                stored["surely"],
            )
        if len(about.words) != len(about.common) + len(spoken("")) or len(about.signs) != len(signs("")):
            raise ValueError("what questions are about does not fit words/people.yml and schools.py: fit it again")
        return about

    def save(self, path: Path) -> None:
        """Rows and runs are kept in 8 bits with their scales, weights in 16: that moves a score by less than 0.05."""
        scales = (np.abs(self.rows).max(axis=1) / 127).astype(np.float32)
        run_scales = np.maximum(np.abs(self.runs).max(axis=0), 1e-6).astype(np.float32) / 127
        np.savez_compressed(
            path,
            common=self.common,
            rows=np.round(self.rows / scales[:, None]).astype(np.int8),
            scales=scales,
            weights=self.weights.astype(np.float16),
            rarity=self.rarity.astype(np.float16),
            runs=np.round(self.runs / run_scales).astype(np.int8),
            run_scales=run_scales,
            signs=self.signs,
            biases=self.biases,
            gamma=np.array(self.gamma),
            words=self.words,
            bias=np.array(self.bias),
            at=self.at,
            surely=self.surely,
        )

    def scores(self, question: str, vector: Vector) -> Floats:
        """``float32[4]``: of the machines, in the order of :data:`KINDS`, and of the regression; above 0 where the question
        more likely is of the kind. About 0.4 ms. Names of our own university must not stand in the question
        (:func:`schools.ours`).
        """
        asked = np.asarray(vector, dtype=np.float32)
        key = (question, asked.tobytes())
        if (known := self._scored.get(key)) is not None:
            return known
        centred = asked - self.common
        gaps = self._lengths - 2 * (self.rows @ centred) + centred @ centred
        near = np.exp(-self.gamma * gaps)
        spoken_of = float(np.concatenate([centred, spoken(question)]) @ self.words) + self.bias
        places, shares = run_shares(question, self.rarity)
        linear = shares @ self.runs[places] + signs(question) @ self.signs
        told: Floats = np.append(near @ self.weights + linear + self.biases, spoken_of).astype(np.float32)
        told.flags.writeable = False
        if len(self._scored) >= KEPT:
            self._scored.clear()
        self._scored[key] = told
        return told

    def of_others(self, question: str, scores: Sequence[float] | Floats, *, surely: bool = False) -> OfOthers | None:
        """Of whom a question that is declined was, or whom it is ``surely`` about; ``None`` where it is not about others."""
        over = others(np.asarray(scores, dtype=np.float32)) - (self.surely if surely else self.at)
        if not (_SCHOOL.search(question) or names_another(question)):
            over[1] = -np.inf  # sounding like such a question is not enough to be told that one spoke of another school
        if over.max() < 0:
            return None
        return "private" if over[0] >= over[1] else "school"


def everyday(scores: Sequence[float] | Floats) -> bool:
    """Whether a question sounds more like one on nothing of a university than like one about other people: 肖秀荣和腿姐跟哪个."""
    told = np.asarray(scores, dtype=np.float32)
    return bool(told[0] > max(0.0, float(others(told).max())))


def others(scores: Floats) -> Floats:
    """``float32[…, 4]`` of :meth:`About.scores` to ``float32[…, 2]``: how much about a person, how much about another school."""
    both: Floats = np.stack([scores[..., 1] + SPOKEN * scores[..., 3], scores[..., 2]], axis=-1)
    return both


def runs(question: str) -> list[int]:
    """The buckets of its runs of one to three characters, blanks left out, its ends marked; each once."""
    said = "^" + re.sub(r"\s", "", question).lower() + "$"
    lengths = range(1, LONGEST_RUN + 1)
    return sorted(
        {zlib.crc32(said[at : at + long].encode()) % BUCKETS for long in lengths for at in range(len(said) - long + 1)}
    )


def run_shares(question: str, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The buckets of a question, and how much each makes up of it: together of length one, or all 0."""
    places = np.array(runs(question), dtype=np.int64)
    rare = rarity[places]
    shares: Floats = rare / max(float(np.linalg.norm(rare)), 1e-9)
    return places, shares


def signs(question: str) -> Floats:
    """``float32[s]``: what points at another school (:func:`schools.pointing`), and each two of it together."""
    found = pointing(question)
    return np.array([*found, *(one * other for one, other in combinations(found, 2))], dtype=np.float32)


@cache
def _kinds() -> tuple[dict[str, re.Pattern[str]], tuple[str, ...], tuple[str, ...]]:
    stored = yaml.safe_load((WORDS / "people.yml").read_text(encoding="utf-8"))
    letters = {"{surname}": stored["surnames"], "{given}": stored["given"]}
    compiled: dict[str, re.Pattern[str]] = {}
    for name, pattern in stored["kinds"].items():
        for place, characters in letters.items():
            pattern = pattern.replace(place, characters)
        compiled[name] = re.compile(pattern, re.IGNORECASE)
    return compiled, tuple(stored["persons"]), tuple(stored["belongings"])


def spoken(question: str) -> Floats:
    """``float32[w]``: which kinds of ``words/people.yml`` a question has, each two together, and whose what is."""
    kinds, persons, belongings = _kinds()
    said = re.sub(r"\s", "", question)
    found = {name: float(bool(pattern.search(said))) for name, pattern in kinds.items()}
    person = max(found[name] for name in persons)
    belonging = max(found[name] for name in belongings)
    single = [
        *found.values(),
        person,
        sum(found[name] for name in persons),
        belonging,
        sum(found[name] for name in belongings),
        min(len(said), 40) / 40,
    ]
    paired = [*found.values(), person, belonging]
    both = [one * other for one, other in combinations(paired, 2)]
    plainly = person * belonging * (1 - found["rule"])
    more = [
        plainly,
        person * belonging * found["happened"],
        person * belonging * found["hand_over"],
        found["list"] * belonging * (1 - found["rule"]),
    ]
    return np.array([*single, *both, *more], dtype=np.float32)
