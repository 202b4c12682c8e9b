"""Tables of which only the text is left are read back; what is no table never becomes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.tables import annex, flattened, read_annex, rows_of
from knowledge_base.ingest import read
from knowledge_base.ingest.flattened import unflattened

POLICIES = Path(__file__).parents[2] / "knowledge_base" / "policies"


def test_every_row_of_the_plans_annex_is_exact(plan_path: Path) -> None:
    assert read_annex(plan_path) == annex()


def test_a_value_of_the_annex_keeps_its_place_in_the_source(plan_path: Path) -> None:
    source = plan_path.read_text(encoding="utf-8")
    row = next(line for line in read(plan_path).lines if line.kind == "row")
    start, end = row.cells[3]
    assert "".join(source[at] for at in row.origins[start:end]) == row.text[start:end]


def test_two_tables_out_of_printed_pdfs_are_read_by_the_same_code() -> None:
    assert flattened().value >= 95


def test_a_merged_cell_counts_for_each_of_its_rows() -> None:
    rows = rows_of(Path(__file__).parent / "data" / "flattened" / "宿舍安全任务.txt")
    assert [row[1] for row in rows[:5]] == ["消防安全", "消防安全", "消防安全", "用电管理", "用电管理"]


@pytest.mark.parametrize(
    "path", sorted(POLICIES.glob("*.txt")) + sorted(POLICIES.glob("*.md")), ids=lambda path: path.stem
)
def test_a_shipped_document_holds_no_flattened_table(path: Path) -> None:
    lines = tuple(line for line in read(path).lines if line.kind == "text")
    assert unflattened(lines) == lines


def test_a_law_holds_no_flattened_table(laws: Path) -> None:
    for path in sorted(laws.glob("*.md")):
        lines = tuple(line for line in read(path).lines if line.kind == "text")
        assert unflattened(lines) == lines, path.name
