"""Is this a question these documents can answer, and how surely is the first clause right?

Logistic regressions over the numbers of :mod:`support`, never over fused scores: those are relative to their own
question, and the best passage for 「今天天气怎么样」 has a high one too. There are two sets of them: a document that knows how
students ask (``known.py``) is judged otherwise than one that was just dropped in.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .about import About, OfOthers, everyday
from .encoder import Vector
from .index import Found, Index
from .schools import ours
from .support import FEATURES, Common, support
from .wording import Wording, foreign

SHIPPED = Path(__file__).parent / "gates"
"""A file for each encoder; see :func:`place`."""
KNOTS = 3
"""Each number is bent at so many places (hinges), so that the tenth word covered need not count like the first."""

AGAINST = ("not_outside", "not_missing", "not_everyday", "not_others")
"""The regressions of answerable questions against those of one kind that are not, see :class:`Judge`."""
HEADS = (*AGAINST, "right", "ours")
"""All regressions of a judge."""

ABSENT = 0.5
"""What a question is about is in no document where topics that none names make up so much of its content (游泳馆几点开门). Of 1,972
development questions with an answer one is so, of those without one in thirteen."""

Why = Literal["out_of_domain", "not_found", "unsure"]


class OtherEngine(ValueError):
    """The gate was fitted on another encoder's scores: run ``python -m knowledge_base fit``."""


def place(engine_id: str) -> Path:
    """Where the gate for an encoder lies."""
    return SHIPPED / f"{re.sub(r'[^A-Za-z0-9.]+', '-', engine_id)}.json"


@dataclass(frozen=True, slots=True)
class Head:
    """One logistic regression over hinges."""

    weights: NDArray[np.float64]
    """``float64[(1 + KNOTS) * len(FEATURES)]``: for the numbers, then for what they exceed each knot by."""
    bias: float

    def probability(self, hinges: NDArray[np.float64]) -> float:
        return 1 / (1 + math.exp(-self.logit(hinges)))

    def logit(self, hinges: NDArray[np.float64]) -> float:
        return max(-30.0, min(30.0, float(self.weights @ hinges) + self.bias))


@dataclass(frozen=True, slots=True)
class Judge:
    """What was learnt about one kind of document; see ``fit.py``."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    """``float64[len(FEATURES)]`` each: numbers beyond what was seen when fitting count as the outermost seen."""
    knots: NDArray[np.float64]
    """``float64[KNOTS, len(FEATURES)]``"""
    against: tuple[Head, ...]
    """One for each of :data:`AGAINST`: that the library answers it, rather than that nothing would; that the document which would
    is missing; that it has nothing to do with a university; that it is another person's or another school's."""
    right: Head
    """That the first clause is the answer."""
    ours: Head
    """That it is a question for a university at all, answered or not."""
    answer_at: float
    """Answer from this probability of support on."""
    doubt_at: float
    """Declined as unsure from here to :attr:`answer_at`; below it the library does not have it."""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Judge:
        """From a file of :data:`SHIPPED`. Raises ``ValueError`` where the sizes do not fit :data:`FEATURES`."""
        low, high, knots = (np.array(stored[name], dtype=np.float64) for name in ("low", "high", "knots"))
        heads = tuple(
            Head(np.array(stored[name]["weights"], dtype=np.float64), float(stored[name]["bias"])) for name in HEADS
        )
        against, (right, at_home) = heads[: len(AGAINST)], heads[len(AGAINST) :]
        wide = (1 + KNOTS) * len(FEATURES)
        fits = low.shape == high.shape == (len(FEATURES),) and knots.shape == (KNOTS, len(FEATURES))
        if not fits or any(len(head.weights) != wide for head in heads):
            raise ValueError("the gate does not fit the features: fit it again")
        answer_at, doubt_at = float(stored["answer_at"]), float(stored["doubt_at"])
        return cls(low, high, knots, against, right, at_home, answer_at, doubt_at)

    def supported(self, hinges: NDArray[np.float64]) -> float:
        """That the library contains the answer, 0…1."""
        return float(together(*(head.logit(hinges) for head in self.against)))

    def hinges(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        bent: NDArray[np.float64] = hinges(numbers[None], self.low, self.high, self.knots)[0]
        return bent


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one search."""

    probability: float
    """That the first clause answers the question, 0…1; calibrated on questions that were not seen."""
    support: float
    """That any clause of the library does, 0…1; whether to answer is decided on this. 0 for what is surely another's."""
    answer: bool
    reason: Why | None
    """Why not to answer; ``None`` where :attr:`answer`."""
    about: OfOthers | None = None
    """Whose matters a question that is not answered was about, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Both judges, and what all questions and all clauses have in common."""

    engine_id: str
    common: Common
    about: About
    knowing: Judge
    unknowing: Judge

    @property
    def usual(self) -> Vector:
        """``float32[d]``: the mean vector of the questions it was fitted on; see :data:`index.USUAL`."""
        return self.common.question

    @classmethod
    def load(cls, engine_id: str, path: Path | None = None) -> Gate:
        """The gate for this encoder. Raises :class:`OtherEngine`."""
        path = path or place(engine_id)
        if not path.exists():
            raise OtherEngine(f"no gate was fitted for {engine_id!r}: run python -m knowledge_base fit")
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["engine"] != engine_id or tuple(stored["features"]) != FEATURES:
            raise OtherEngine(
                f"the gate was fitted for {stored['engine']!r}, not for {engine_id!r}: run python -m knowledge_base fit"
            )
        common = Common(*(np.array(stored[name], dtype=np.float32) for name in ("question", "clause")))
        judges = Judge.of(stored["knowing"]), Judge.of(stored["unknowing"])
        try:
            about = About.load(path.with_suffix(".npz"))
        except (OSError, KeyError) as error:
            raise OtherEngine(f"what questions are about is missing for {engine_id!r}: {error}") from error
        return cls(engine_id, common, about, *judges)

    def anothers(self, message: str, vector: Vector, own: frozenset[str]) -> bool:
        """Whether a whole message, of which only parts are searched, is surely about another person's matters."""
        said = ours(message, own)
        return self.about.of_others(said, self.about.scores(said, vector), surely=True) == "private"

    def verdict(
        self,
        index: Index,
        question: str,
        vector: Vector,
        found: Found,
        own: frozenset[str] = frozenset(),
        said: str | None = None,
    ) -> Verdict:
        """Whether to answer ``question`` from what was found, and why not.

        ``vector`` is the question embedded, ``own`` the universities the documents come from, ``said`` the question before slips
        of the pen were mended: the name of a school no document has may have been taken for one (上中医 for 上中意).
        """
        if index.lexical is None or not found.hits:
            return Verdict(0.0, 0.0, answer=False, reason="not_found")
        judge = self.knowing if found.hits[0].document.known else self.unknowing
        said = ours(said or question, own)
        about = self.about.scores(said, vector)
        numbers = judge.hinges(support(index, question, vector, found, self.common, about))
        supported = judge.supported(numbers)
        right = judge.right.probability(numbers)
        wording = Wording.of(question)
        if sum(map(len, foreign(index.lexical, question))) >= ABSENT * max(1, sum(wording.content)):
            supported = 0.0
        # What sounds more like an everyday question is declined as one: nobody is told that a film star's matters are private.
        stray = everyday(about)
        if surely := self.about.of_others(said, about, surely=True):
            return Verdict(
                right,
                0.0,
                answer=False,
                reason="out_of_domain" if stray else "unsure",
                about=None if stray else surely,
            )
        if supported >= judge.answer_at:
            return Verdict(right, supported, answer=True, reason=None)
        of_others = None if stray else self.about.of_others(said, about)
        if supported >= judge.doubt_at:
            return Verdict(right, supported, answer=False, reason="unsure", about=of_others)
        at_home = judge.ours.probability(numbers) >= 0.5
        return Verdict(
            right, supported, answer=False, reason="not_found" if at_home else "out_of_domain", about=of_others
        )


def together(*logits: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of the one case out of several, from its logits against each of the others.

    One regression against all together would have to weigh what tells them apart by how many there are of each.
    """
    return np.asarray(1 / (1 + sum(np.exp(-np.asarray(each)) for each in logits)))


def hinges(
    numbers: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], knots: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``float64[n, m]`` to ``float64[n, (1 + KNOTS) * m]``: the numbers within their bounds, and by what they exceed each knot."""
    within = np.clip(numbers, low, high)
    return np.concatenate([within, *(np.maximum(0.0, within - knot) for knot in knots)], axis=1)
