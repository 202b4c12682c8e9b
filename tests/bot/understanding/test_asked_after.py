"""A message that names an order, or is nothing but a case's code, is about that."""

from __future__ import annotations

import pytest

from bot.understanding.tickets import asked_after


@pytest.mark.parametrize(
    "text", ["BX20261123-0001", "查一下bx20261123-0001", "K7MQX4TX", "k7mqx4tx", "查询码是K7MQX4TX"]
)
def test_an_order_is_asked_after(text: str) -> None:
    assert asked_after(text)


@pytest.mark.parametrize("text", ["2023010001", "3号楼502", "BUILDING", "23456789", "A座101", "wifi密码abc12345怎么改"])
def test_other_numbers_and_words_are_not(text: str) -> None:
    assert not asked_after(text)
