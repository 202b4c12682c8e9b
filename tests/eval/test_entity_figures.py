"""What the evaluation of facts counts as right."""

from pathlib import Path

import pytest

from eval import entities
from eval.entities import Case

ROWS = """
- {text: 充12块5, money: 12.5}
- {text: 明天14:30, day: 2026-11-19, at: 14:30}
- {text: 今天到周五, period: [2026-11-18T00:00, "2026-11-20 23:59"]}
- {text: 打（021）55501110, phone: （021）55501110}
- {text: 15号楼, place: null}
"""


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "entities.yml"
    path.write_text(ROWS, encoding="utf-8")
    cases = entities.read(path)
    assert [dict(case.wanted) for case in cases] == [
        {"money": "12.50"},
        {"day": "2026-11-19", "at": "14:30"},
        {"period": "2026-11-18T00:00/2026-11-20T23:59"},
        {"phone": "(021)55501110"},
        {"place": None},
    ]
    assert entities.figures(cases)[0].value == 100.0


def test_a_kind_that_is_not_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.yml"
    path.write_text("- {text: 蓝色, colour: blue}", encoding="utf-8")
    with pytest.raises(ValueError, match="there is no kind colour"):
        entities.read(path)


def test_a_fact_missed_and_a_fact_invented_both_count_against_it() -> None:
    found = entities.figures(
        [Case("3号楼502", {"place": "3号楼503"}), Case("明天", {"day": None, "phone": None, "money": None})]
    )
    figures = {figure.name: figure for figure in found}
    assert (figures["entities: facts read exactly"].value, figures["entities: facts read exactly"].n) == (50.0, 4)
    assert round(figures["entities: nothing read where nothing is said"].value) == 67
    assert figures["entities: place"].misses == ("3号楼502 → place 3号楼502, not 3号楼503",)


def test_an_hour_without_a_day_is_read_as_where_it_is_asked_for() -> None:
    year = entities.school_year.read(entities.school_year.SHIPPED)
    assert entities.facts("下午三点来修", year)["at"] == "15:00"
    assert entities.facts("明天7点", year)["at"] is None
