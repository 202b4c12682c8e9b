"""One at a time, in the order of arrival, by conversation and by student."""

from __future__ import annotations

import asyncio
import random

from connectors.turnstile import Turnstile


async def passing(turnstile: Turnstile, conversation: str, student: str | None, name: str, heard: list[str]) -> None:
    place = turnstile.place(conversation, student)
    try:
        await place.turn()
        await asyncio.sleep(0)
        heard.append(name)
    finally:
        place.leave()


async def test_a_student_s_messages_keep_their_order_over_two_conversations() -> None:
    turnstile, heard = Turnstile(), list[str]()
    first = turnstile.place("web:a", "2023010001")
    others = [
        asyncio.create_task(passing(turnstile, "wechat:b", "2023010001", "second", heard)),
        asyncio.create_task(passing(turnstile, "web:a", None, "third", heard)),
        asyncio.create_task(passing(turnstile, "wechat:c", "2023010002", "somebody else", heard)),
    ]
    await asyncio.sleep(0.01)
    assert heard == ["somebody else"]
    first.leave()
    await asyncio.gather(*others)
    assert heard == ["somebody else", "second", "third"]


async def test_whoever_gives_up_in_the_line_does_not_let_others_past() -> None:
    turnstile, heard = Turnstile(), list[str]()
    first = turnstile.place("c", None)
    second = asyncio.create_task(passing(turnstile, "c", None, "second", heard))
    third = asyncio.create_task(passing(turnstile, "c", None, "third", heard))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0.01)
    assert heard == []
    first.leave()
    await third
    assert heard == ["third"]


async def test_a_place_handed_on_is_left_by_who_took_it() -> None:
    turnstile, heard = Turnstile(), list[str]()
    first = turnstile.place("c", None)
    same = first.handed_on()
    first.leave()
    waiting = asyncio.create_task(passing(turnstile, "c", None, "next", heard))
    await asyncio.sleep(0.01)
    assert heard == []
    same.leave()
    await waiting
    assert heard == ["next"]


async def test_nobody_waits_for_ever_and_nothing_is_left_over() -> None:
    chance, turnstile = random.Random(7), Turnstile()
    heard: dict[str, list[str]] = {f"c{n}": [] for n in range(5)}
    came: dict[str, list[str]] = {name: [] for name in heard}
    tasks = []
    for number in range(500):
        conversation = f"c{chance.randrange(5)}"
        student = chance.choice([None, "1", "2"])
        came[conversation].append(str(number))
        tasks.append(asyncio.create_task(passing(turnstile, conversation, student, str(number), heard[conversation])))
        if chance.random() < 0.3:
            await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await asyncio.gather(*tasks)
    assert (heard, turnstile.last) == (came, {})
