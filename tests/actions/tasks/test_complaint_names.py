"""Whether a complaint bears a name is what the student said, never its opposite."""

from __future__ import annotations

import pytest

from actions.task import read_tasks

PRIVACY = next(of for of in read_tasks()["complaint"].fields if of.name == "privacy")


@pytest.mark.parametrize("said", ["我不想留名", "不留姓名", "不愿意留真名", "不要实名", "不想实名", "匿名"])
def test_who_wants_no_name_gets_none(said: str) -> None:
    assert PRIVACY.heard(said) == "anonymous"


@pytest.mark.parametrize("said", ["实名", "还是实名吧", "留我的名", "留真名吧", "不要匿名，要实名"])
def test_who_gives_a_name_gives_it(said: str) -> None:
    assert PRIVACY.heard(said) == "named"


@pytest.mark.parametrize("said", ["不实名", "非实名", "不用实名"])
def test_what_could_mean_either_is_asked_again(said: str) -> None:
    assert PRIVACY.heard(said) is None
