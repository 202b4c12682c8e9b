"""What a question is about where it is none of the documents' business, told from its vector and its words.

Three kernel machines, learnt from sentences of several hands (``fit_about.py``): nothing of a university, another person's
matters, another school. Their scores are numbers among others for the gate: 「室友的贷款多少」 has all the words of a clause,
and only what it is about tells that no clause may answer it.
"""

from __future__ import annotations

import re
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

KINDS = ("outside", "person", "school")
"""Nothing of a university; another person's own; another school."""
Floats = NDArray[np.float32]
_SCHOOL = re.compile(
    r"校|院|大学|大专|中专|职高|高中|初中|中学|师范|理工|985|211|[A-Za-z]{2,}|[他她]们|人家|那边|那儿|隔壁|对面|别的"
)
"""What a question has that speaks of another school."""
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lengths", np.einsum("ij,ij->i", self.rows, self.rows))

    @classmethod
    def load(cls, path: Path) -> About:
        """From a file of ``gates/``. Raises ``OSError``, ``KeyError`` or ``ValueError`` where it is none."""
        with np.load(path, allow_pickle=False) as stored:
            about = cls(
                stored["common"],
                stored["rows"].astype(np.float32) * stored["scales"][:, None],
                stored["weights"],
                stored["biases"],
                float(stored["gamma"]),
                stored["words"],
                float(stored["bias"]),
                stored["at"],
                stored["surely"],
            )
        if len(about.words) != len(about.common) + len(spoken("")):
            raise ValueError("what questions are about does not fit words/people.yml: fit it again")
        return about

    def save(self, path: Path) -> None:
        """Rows are kept in 8 bits, each with its scale: that moves a score by less than 0.05."""
        scales = (np.abs(self.rows).max(axis=1) / 127).astype(np.float32)
        np.savez_compressed(
            path,
            common=self.common,
            rows=np.round(self.rows / scales[:, None]).astype(np.int8),
            scales=scales,
            weights=self.weights,
            biases=self.biases,
            gamma=np.array(self.gamma),
            words=self.words,
            bias=np.array(self.bias),
            at=self.at,
            surely=self.surely,
        )

    def scores(self, question: str, vector: Vector) -> Floats:
        """``float32[4]``: of the machines, in the order of :data:`KINDS`, and of the regression; above 0 where the question
        more likely is of the kind. About 0.2 ms.
        """
        centred = np.asarray(vector, dtype=np.float32) - self.common
        gaps = self._lengths - 2 * (self.rows @ centred) + centred @ centred
        near = np.exp(-self.gamma * gaps)
        spoken_of = float(np.concatenate([centred, spoken(question)]) @ self.words) + self.bias
        told: Floats = np.append(near @ self.weights + self.biases, spoken_of).astype(np.float32)
        return told

    def of_others(self, question: str, scores: Sequence[float] | Floats, *, surely: bool = False) -> OfOthers | None:
        """Of whom a question that is declined was, or whom it is ``surely`` about; ``None`` where it is not about others."""
        over = others(np.asarray(scores, dtype=np.float32)) - (self.surely if surely else self.at)
        if not _SCHOOL.search(question):
            over[1] = -np.inf  # sounding like such a question is not enough to be told that one spoke of another school
        if over.max() < 0:
            return None
        return "private" if over[0] >= over[1] else "school"


def others(scores: Floats) -> Floats:
    """``float32[…, 4]`` of :meth:`About.scores` to ``float32[…, 2]``: how much about a person, how much about another school."""
    both: Floats = np.stack([(scores[..., 1] + scores[..., 3]) / 2, scores[..., 2]], axis=-1)
    return both


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
