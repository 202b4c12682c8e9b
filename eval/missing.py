"""Whether the counsellor notices that the document which would answer is not there."""

from __future__ import annotations

import sys

import numpy as np

from eval.figures import Figure, share
from eval.scope import sure
from eval.shipped import documents, held_out, library
from knowledge_base.document import same_title

LEAST, AT = 40.0, 0.92
"""Goal, % declined, where this share of the answerable is answered."""
CURVE = (0.99, 0.97, 0.95, 0.92, 0.90, 0.85, 0.80)


def run() -> list[Figure]:
    """Each question with its document in the library, and with every version of that document taken out."""
    asked = held_out()
    if not asked:
        print("missing: nothing measured, eval/heldout/facts.yml is missing", file=sys.stderr)
        return []
    every = documents()
    with library(every) as shelf:
        there = sure(shelf, [each.question for each in asked])
    gone: dict[str, float] = {}
    for stem in sorted({each.document for each in asked}):
        title = next(same_title(each.title) for each in every if each.source == stem)
        questions = [each.question for each in asked if each.document == stem]
        with library([each for each in every if same_title(each.title) != title]) as shelf:
            gone |= dict(zip(questions, sure(shelf, questions), strict=True))
    without = np.array([gone[each.question] for each in asked])
    figures: list[Figure] = []
    for answered in CURVE:
        at = float(np.quantile(there, 1 - answered))
        declined = int((without < at).sum())
        name = f"missing: declined without its document, at {100 * answered:.0f} % answered"
        kept = tuple(each.question for each, value in zip(asked, without, strict=True) if value >= at)
        goal = LEAST if answered == AT else None
        figures.append(share(name, declined, len(asked), goal=goal, misses=kept if goal else ()))
    return [*figures, Figure("missing: AUC of there against gone", 100 * _auc(np.array(there), without), n=len(asked))]


def _auc(there: np.ndarray, gone: np.ndarray) -> float:
    """How often a question scores higher with its document than some question without (Mann–Whitney)."""
    wins = (there[:, None] > gone[None, :]).sum() + 0.5 * (there[:, None] == gone[None, :]).sum()
    return float(wins) / (len(there) * len(gone))
