"""Whether what these documents must not answer is declined: another domain, another school, cohort, degree, a private matter."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache

import numpy as np
import yaml

from eval.figures import Figure, share
from eval.shipped import HELD_OUT, TODAY, documents, held_out, library
from knowledge_base import Answer, Library, open_encoder
from knowledge_base.questions import Asked, asked, matches

FOREIGN, FORBIDDEN = 97.0, 98.0
"""Goals, %: out of domain at 95 % answered; out of scope."""
ANSWERED = 0.95
NOT_COVERED = Asked("", "奖学金评定办法", ("第二条",))
"""The file's own rule for the kind ``cohort``: the clause that says who is not covered, quoted alone, tells the truth."""


def run() -> list[Figure]:
    with library(documents()) as shelf:
        return [*_domain(shelf), *_scope(shelf)]


def _domain(shelf: Library) -> list[Figure]:
    inside = [each.question for each in held_out()]
    path = HELD_OUT / "outside.yml"
    if not inside or not path.exists():
        print("scope: declining out of domain not measured, a held-out file is missing", file=sys.stderr)
        return []
    others = [str(each) for each in yaml.safe_load(path.read_text(encoding="utf-8")) if str(each) not in answerable()]
    ours, theirs = sure(shelf, inside), sure(shelf, others)
    at = float(np.quantile(ours, 1 - ANSWERED))
    kept = [question for question, value in zip(others, theirs, strict=True) if value >= at]
    spoken = [question for question in others if isinstance(shelf.answer(question, TODAY), Answer)]
    n = len(others)
    return [
        share("scope: out of domain declined at 95 % answered", n - len(kept), n, goal=FOREIGN, misses=tuple(kept)),
        share("scope: out of domain declined as it is shipped", n - len(spoken), n, misses=tuple(spoken)),
    ]


def _scope(shelf: Library) -> list[Figure]:
    path = HELD_OUT / "scope.yml"
    if not path.exists():
        print("scope: out of scope not measured, eval/heldout/scope.yml is missing", file=sys.stderr)
        return []
    forbidden = yaml.safe_load(path.read_text(encoding="utf-8"))
    answered: list[str] = []
    kinds: dict[str, list[bool]] = {}
    for each in forbidden:
        said = shelf.answer(each["question"], TODAY)
        declined = not isinstance(said, Answer) or told_the_truth(each["question"], each["kind"], said)
        kinds.setdefault(each["kind"], []).append(declined)
        if isinstance(said, Answer) and not declined:
            place = f"{said.sources[0].document} {said.sources[0].locator}"
            answered.append(f"[{each['kind']}] {each['question']} → {place}")
    right = len(forbidden) - len(answered)
    parts = [share(f"scope: {kind} declined", sum(each), len(each)) for kind, each in sorted(kinds.items())]
    return [
        share("scope: out of scope declined", right, len(forbidden), goal=FORBIDDEN, misses=tuple(answered)),
        *parts,
    ]


def told_the_truth(question: str, kind: str, said: Answer) -> bool:
    """Whether nothing is quoted but what answers after all, or leaves this kind of student out."""
    quotable = NOT_COVERED if kind == "cohort" else answerable().get(question)
    if quotable is None:
        return False
    return all(
        quotable.document in each.document and any(matches(each.locator, right) for right in quotable.locators)
        for each in said.sources
    )


@cache
def answerable() -> dict[str, Asked]:
    """Questions of the two files that documents shipped since do answer."""
    path = HELD_OUT / "answerable.yml"
    return {each.question: each for each in asked(path)} if path.exists() else {}


def sure(shelf: Library, questions: Sequence[str]) -> list[float]:
    """How sure the gate is that the first clause answers, 0…1; 0 where a rule of scope declines."""
    encoder = open_encoder()
    return [shelf.support(question, TODAY, encoder.query(question)) for question in questions]
