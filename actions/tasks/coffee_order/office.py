"""A coffee from the robots: what they have now, which of them makes it, and the page where it is paid."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.offices import Offices, Refusal
from actions.offices.cards import yuan
from actions.offices.coffee import Drink, Menu, Robot, Wish
from actions.rasa_actions import Order
from actions.task import Asked, Choice

SAID = {
    "americano": "美式|americano",
    # 桂花拿铁 is not on the menu, and no reason to sell somebody a plain one.
    "latte": "(?<!燕麦|生椰|椰子|抹茶|香草|桂花|焦糖|榛果|豆奶)拿铁|(?<!oat )latte",
    "cappuccino": "卡布(奇诺)?|cappuccino",
    "mocha": "摩卡|mocha",
    "oat_latte": "燕麦",
    "coconut_latte": "生椰|椰子?拿铁|椰奶",
    "matcha_latte": "抹茶",
    "chocolate": "巧克力|可可",
}
"""What students call what is on the menu; a drink that is new there is called by its name."""
ICED = "(?<!不要)(?<!不加)(?<!别加)冰|冷的|凉的|iced"
HOT = "(?<!不要)热|烫|hot"
WARMTH = {"hot": "热", "iced": "冰"}
SIZES = {"medium": "中杯", "large": "大杯"}


async def check(field: str, value: str, offices: Offices) -> None:
    """What can be made is known with the whole cup."""


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    menu = await offices.coffee.menu(asked.student)
    refuse_all_idle(menu)
    if asked.field == "drink":
        return _drinks(menu)
    drink = _drink(menu, asked.values["drink"])
    if drink.iced:
        return [Choice("hot", "热的", HOT), Choice("iced", "冰的", ICED)]
    if re.search(ICED, asked.said):
        # Said in vain: it is for the student to take it hot.
        return [Choice("hot", f"热的（{drink.name}只做热的）")]
    return [Choice("hot", "热的", f"{HOT}|{SAID.get(drink.drink, drink.name)}")]


def _drinks(menu: Menu) -> Sequence[Choice]:
    """What can be had comes first; what cannot says so."""
    working = [robot for robot in menu.robots if robot.status == "ok"]
    found = []
    for drink in menu.drinks:
        places = [robot.place for robot in working if robot.makes(drink.drink)]
        note = "" if len(places) == len(working) else f"（只有{places[0]}有）" if places else "（今天售罄）"
        label = f"{drink.name} {drink.price_cents / 100:g} 元{note}"
        found.append((not places, Choice(drink.drink, label, SAID.get(drink.drink, re.escape(drink.name)))))
    return [choice for _, choice in sorted(found, key=lambda one: one[0])]


def _drink(menu: Menu, name: str) -> Drink:
    for drink in menu.drinks:
        if drink.drink == name:
            return drink
    raise Refusal("no_such_drink")


def refuse_all_idle(menu: Menu) -> None:
    """Nobody chooses for a minute what nothing can make."""
    if any(robot.status == "ok" for robot in menu.robots):
        return
    if all(robot.status == "closed" for robot in menu.robots):
        raise Refusal("robots_closed", {"opens": menu.robots[0].opens, "closes": menu.robots[0].closes})
    raise Refusal("robots_offline")


def robot_for(order: Order, menu: Menu) -> Robot:
    """The robot that was asked for, or the best one that makes it.

    Raises the refusal that this robot, or every one, would give.
    """
    refuse_all_idle(menu)
    drink = _drink(menu, order.values["drink"])
    named = next((one for one in menu.robots if one.robot == order.values["robot"]), None)
    if named is None:
        able = next((robot for robot in menu.robots if robot.makes(drink.drink)), None)
        if able is None:
            raise Refusal("sold_out", {"name": drink.name, "left": 0})
        return able
    if named.status == "offline":
        raise Refusal("robot_offline", {"place": named.place})
    if named.status == "closed":
        raise Refusal("robot_closed", {"place": named.place, "opens": named.opens, "closes": named.closes})
    if drink.drink in named.sold_out:
        elsewhere = any(robot.makes(drink.drink) for robot in menu.robots)
        raise Refusal(
            "sold_out_here" if elsewhere else "sold_out", {"place": named.place, "name": drink.name, "left": 0}
        )
    return named


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Where it is made, when it is ready and what it costs, before anybody pays."""
    menu = await offices.coffee.menu(order.student)
    drink, cups = _drink(menu, order.values["drink"]), int(order.values["cups"])
    if cups > menu.most_cups:
        raise Refusal("too_many_cups", {"most": menu.most_cups})
    if order.values["temperature"] == "iced" and not drink.iced:
        raise Refusal("only_hot", {"name": drink.name})
    robot = robot_for(order, menu)
    minutes = (robot.cups_waiting + cups) * menu.minutes_a_cup
    a_cup = drink.large_cents if order.values["size"] == "large" else drink.price_cents
    waiting = f"前面有 {robot.cups_waiting} 杯，" if robot.cups_waiting else ""
    return {"取杯点": robot.place, "等多久": f"{waiting}付款后大约 {minutes} 分钟", "一共": yuan(a_cup * cups)}


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    values = order.values
    wish = Wish(
        student=order.student,
        # The office takes the best one by itself: a second try must say the very same, whatever waits where by then.
        robot=None if values["robot"] == "nearest" else values["robot"],
        drink=values["drink"],
        temperature=values["temperature"],
        size=values["size"],
        sweetness=values["sweetness"],
        cups=int(values["cups"]),
    )
    made = await offices.coffee.submit(wish, key=order.key)
    return {
        "number": made.number,
        "office_status": made.status,
        "what": f"{SIZES[wish.size]}{WARMTH[wish.temperature]}{made.name.removeprefix('热')} {made.cups} 杯",
        "price": yuan(made.amount_cents),
        "place": made.place,
        "pickup_code": made.pickup_code,
        "expires_at": f"{made.expires_at:%H:%M}",
        "link": made.link,
        "link_label": "去支付",
        "link_text": f"付 {yuan(made.amount_cents)}，机器人就开始做：",
    }
