"""Reading a flattened table: its division and its habits, each learnt from the other until both stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from .columns import Background
from .division import Divider, Division
from .habits import Habits, Rows
from .headings import Kind
from .table import Table

SAMPLE = 120
"""So many fragments tell how the columns are ordered."""
STAGES = ((40, 60), (70, 16), (SAMPLE, 6))
"""Fragments read, and how many beginnings come so far: what is learnt depends on where one begins."""
FIRST_SIZES = (10, 14, 20, 28)
HEATS = (0.5, 1.0, 1.0, 2.0)
SAMPLE_HELD = (6.0, 4.0, 3.0, 3.0)
TABLE_HELD = (8.0, 4.0, 2.0, 0.0, 0.0, 0.0, 0.0)


def fit(table: Table, kinds: Sequence[Kind], background: Background) -> tuple[Division, Habits] | None:
    """The likeliest division and its habits; ``None`` where nothing can be divided.

    Expectation maximisation with the best division for the expectation ("Viterbi training"), begun several times with
    Gumbel noise on the scores ("perturb and map", Papandreou and Yuille 2011) that cools down.
    """
    sample = table.first(SAMPLE)
    found = _begun(table, sample, kinds, background)
    if found is None:
        return None
    for _ in range(2):
        top = found
        for order, forgotten in _moves(len(kinds)):
            habits = Habits(table, kinds, background)
            rows = tuple(tuple(cell for cell in row if cell.column != forgotten) for row in top.rows)
            habits.learn(sample, rows, order)
            again = _settled(sample, habits, SAMPLE_HELD[2:])
            if again is not None and again.worth > found.worth:
                found = again
        if found is top:
            break
    habits = Habits(table, kinds, background)
    habits.learn(sample, found.rows)
    found = _settled(table, habits, TABLE_HELD)
    return (found, habits) if found is not None else None


def _begun(table: Table, sample: Table, kinds: Sequence[Kind], background: Background) -> Division | None:
    """The sample divided: of many beginnings the likeliest go on."""
    going: list[tuple[float, int, Habits, Division]] = []
    for chance in range(STAGES[0][1]):
        random = Random(chance)  # noqa: S311 - must be repeatable
        habits = Habits(table, kinds, background)
        found = _grown(table, habits, random, min(STAGES[0][0], len(table.pieces)))
        if found is not None:
            going.append((found.worth, -chance, habits, found))
    for size, count in STAGES[1:]:
        likeliest = sorted(going, key=lambda each: each[:2], reverse=True)
        going = []
        seen: set[Rows] = set()
        part = sample.first(size)
        for _, chance, habits, found in likeliest:
            if found.rows in seen or len(seen) == count:
                continue
            seen.add(found.rows)
            again = _settled(part, habits, SAMPLE_HELD)
            if again is not None:
                going.append((again.worth, chance, habits, again))
    return max(going, key=lambda each: each[:2])[3] if going else None


def _grown(table: Table, habits: Habits, random: Random, until: int) -> Division | None:
    """The beginning of a table divided, from a few fragments on: the first row is complete and shows the columns."""
    size, heat = random.choice(FIRST_SIZES), random.choice(HEATS)
    while size < until:
        part = table.first(size)
        found = Divider(part, habits, 12.0, random, heat).divided()
        if found is None:
            return None
        habits.learn(part, found.rows)
        size = int(1.4 * size)
        heat *= 0.8
    return _settled(table.first(until), habits, SAMPLE_HELD)


def _moves(count: int) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Orders of the columns, one taken out and put in elsewhere; or one column whose habits are forgotten."""
    same = tuple(range(count))
    for out in range(count):
        yield same, out
        for into in sorted({0, count - 1, max(out - 1, 0), min(out + 1, count - 1)} - {out}):
            order = [each for each in same if each != out]
            order.insert(into, out)
            yield tuple(order), None


def _settled(table: Table, habits: Habits, held: Sequence[float]) -> Division | None:
    """Divided and learnt in turn until the division stays; ``held``: what keeps the end of the table back, by turn."""
    found: Division | None = None
    for turn, back in enumerate(held):
        again = Divider(table, habits, back).divided()
        if again is None or (found is not None and again.rows == found.rows and back == held[-1]):
            return again
        found = again
        if turn + 1 < len(held):
            habits.learn(table, found.rows)
    return found
