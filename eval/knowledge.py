"""Everything issue 3 asks of the knowledge base: ``python -m eval knowledge``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval import corruption, engines, facts, kills, missing, scope, stard, tables, talks
from eval.figures import Figure

PARTS: Sequence[Callable[[], list[Figure]]] = (
    stard.run,
    facts.run,
    talks.run,
    tables.run,
    scope.run,
    missing.run,
    engines.run,
    corruption.run,
    kills.run,
)
"""In the order of the table. Each measures on its own and says on stderr what it could not measure."""


def run() -> list[Figure]:
    return [figure for part in PARTS for figure in part()]
