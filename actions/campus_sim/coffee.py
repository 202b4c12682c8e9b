"""后勤保障处饮食服务中心: the coffee robots, their menu, and an order that is made once it is paid."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.pending import Stage, order_now, pending, wait_for
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import building_in, student_in

DEPARTMENT = "后勤保障处饮食服务中心"
MENU: dict[str, tuple[str, int, bool]] = {
    "americano": ("美式", 800, True),
    "latte": ("拿铁", 1000, True),
    "cappuccino": ("卡布奇诺", 1000, True),
    "mocha": ("摩卡", 1200, True),
    "oat_latte": ("燕麦拿铁", 1200, True),
    "coconut_latte": ("生椰拿铁", 1200, True),
    "matcha_latte": ("抹茶拿铁", 1200, True),
    "chocolate": ("热巧克力", 900, False),
}
"""Name, price of a medium cup in 分, whether it is also made with ice."""
LARGE_CENTS = 300
MOST_CUPS = 6
A_CUP = timedelta(minutes=2)
ROBOTS = (
    ("KF01", "学生活动中心", "一楼大厅", "东苑"),
    ("KF02", "图书馆", "一楼大厅", "东苑"),
)
OPENS, CLOSES = "08:00", "21:30"
CUPS_A_DAY = 200
SOLD_OUT = ("KF02", "matcha_latte")
"""What there is none of from the first day, so that a rehearsal meets it."""

router = APIRouter(tags=["coffee"])

RobotStatus = Literal["ok", "offline"]
CoffeeStatus = Literal["待支付", "制作中", "待取杯", "已过期", "已作废"]
STATUS: dict[Stage, CoffeeStatus] = {"open": "待支付", "expired": "已过期", "void": "已作废"}
Minute = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Drink(BaseModel):
    drink: str
    name: str
    price_cents: int
    """A medium cup, in 分."""
    large_cents: int
    """A large cup, in 分."""
    iced: bool
    """Whether it is also made with ice."""


class Robot(BaseModel):
    robot: str
    building: str
    place: str
    campus: Literal["东苑", "西苑"]
    status: Literal["ok", "offline", "closed"]
    opens: str
    closes: str
    cups_waiting: int
    """Paid and not made yet."""
    sold_out: list[str]
    """Drinks it has none of today."""


class Coffees(BaseModel):
    drinks: list[Drink]
    robots: list[Robot]
    most_cups: int
    minutes_a_cup: int


class RobotChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: RobotStatus | None = None
    opens: Minute | None = None
    closes: Minute | None = None
    sold_out: list[str] | None = None


class CoffeeForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    robot: str | None = Field(default=None, max_length=10)
    """``null`` lets the office take the best one that makes it."""
    drink: str = Field(max_length=40)
    temperature: Literal["hot", "iced"]
    size: Literal["medium", "large"]
    sweetness: Literal["none", "less", "half", "full"]
    cups: int = Field(ge=1, le=MOST_CUPS)


class CoffeeOrder(BaseModel):
    number: str
    status: CoffeeStatus
    department: str
    student: str
    name: str
    """The drink as the menu calls it."""
    temperature: Literal["hot", "iced"]
    size: Literal["medium", "large"]
    sweetness: Literal["none", "less", "half", "full"]
    cups: int
    robot: str
    place: str
    """For instance ``学生活动中心一楼大厅``."""
    amount_cents: int
    pay_path: str
    """The cashier's page, to be opened in a browser."""
    pickup_code: str
    """Six digits to type at the robot; good once the order is paid."""
    expires_at: datetime
    created_at: datetime


def seed_robots(db: sqlite3.Connection) -> None:
    """Both robots with everything but one drink."""
    db.executemany("INSERT INTO robots VALUES (?, ?, ?, ?, 'ok', ?, ?)", [(*robot, OPENS, CLOSES) for robot in ROBOTS])
    db.executemany(
        "INSERT INTO coffee_stock VALUES (?, ?, ?)",
        [(robot, drink, 0 if (robot, drink) == SOLD_OUT else CUPS_A_DAY) for robot, *_ in ROBOTS for drink in MENU],
    )


def _left(db: sqlite3.Connection, robot: str, now: datetime) -> dict[str, int]:
    """Cups of each drink that ``robot`` can still sell today: an unpaid order holds its cups until it runs out."""
    rows = db.execute(
        """SELECT drink, cups_a_day - coalesce((SELECT sum(cups) FROM coffees JOIN pendings USING (number)
             WHERE coffees.robot = coffee_stock.robot AND coffees.drink = coffee_stock.drink AND day = ?
             AND (done_at IS NOT NULL OR void = 0 AND expires_at > ?)), 0) AS cups
           FROM coffee_stock WHERE robot = ?""",
        (f"{now:%Y-%m-%d}", now.isoformat(), robot),
    )
    return {row["drink"]: row["cups"] for row in rows}


def _waiting(db: sqlite3.Connection, robot: str, now: datetime) -> int:
    """Cups that are paid and not made yet, each two minutes after the one before."""
    free_at: datetime | None = None
    for paid_at, cups in db.execute(
        "SELECT done_at, cups FROM coffees JOIN pendings USING (number)"
        " WHERE robot = ? AND day = ? AND done_at IS NOT NULL ORDER BY done_at",
        (robot, f"{now:%Y-%m-%d}"),
    ):
        started = datetime.fromisoformat(paid_at)
        free_at = max(started, free_at or started) + cups * A_CUP
    left = max(timedelta(), free_at - now) if free_at else timedelta()
    return -(-left // A_CUP)


def _status(row: sqlite3.Row, now: datetime) -> Literal["ok", "offline", "closed"]:
    if row["status"] != "ok":
        return "offline"
    return "ok" if row["opens"] <= f"{now:%H:%M}" < row["closes"] else "closed"


def _robot(db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> dict[str, Any]:
    sold_out = [drink for drink, cups in _left(db, row["robot"], now).items() if cups < 1]
    return {
        **dict(row),
        "status": _status(row, now),
        "cups_waiting": _waiting(db, row["robot"], now),
        "sold_out": sorted(sold_out, key=list(MENU).index),
    }


@router.get("/coffee", response_model=Coffees)
def menu(campus: Here, student: str | None = None) -> dict[str, Any]:
    """The menu and how the robots are now; with ``student`` the best for this one first."""
    now = campus.now()
    with campus.ledger.reading() as db:
        robots = _robots(db, student, now)
    drinks = [
        {"drink": drink, "name": name, "price_cents": cents, "large_cents": cents + LARGE_CENTS, "iced": iced}
        for drink, (name, cents, iced) in MENU.items()
    ]
    return {
        "drinks": drinks,
        "robots": robots,
        "most_cups": MOST_CUPS,
        "minutes_a_cup": A_CUP // timedelta(minutes=1),
    }


def _robots(db: sqlite3.Connection, student: str | None, now: datetime) -> list[dict[str, Any]]:
    """Every robot: on the campus of the student's dormitory first, then with the shorter queue."""
    robots = [_robot(db, row, now) for row in db.execute("SELECT * FROM robots ORDER BY robot").fetchall()]
    if student is None:
        return robots
    home = building_in(db, student_in(db, student)["building"])["campus"]
    return sorted(robots, key=lambda one: (one["campus"] != home, one["cups_waiting"]))


def _best(db: sqlite3.Connection, form: CoffeeForm, now: datetime) -> str:
    """The first robot that makes ``form``, or the first that works at all, which then says why it does not."""
    robots = _robots(db, form.student, now)
    working = [one["robot"] for one in robots if one["status"] == "ok"]
    able = [robot for robot in working if _left(db, robot, now)[form.drink] >= form.cups]
    return str((able or working or [robots[0]["robot"]])[0])


def _robot_in(db: sqlite3.Connection, robot: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM robots WHERE robot = ?", (robot,)).fetchone()
    if row is None:
        raise Problem(404, "no_such_robot", "没有这台咖啡机器人。")
    return row


def _refuse_unfit(db: sqlite3.Connection, form: CoffeeForm, now: datetime) -> sqlite3.Row:
    """The robot that makes ``form``; raises :class:`Problem` where it does not."""
    student_in(db, form.student)
    if form.drink not in MENU:
        raise Problem(404, "no_such_drink", "菜单上没有这种饮品。")
    name, _, iced = MENU[form.drink]
    if form.temperature == "iced" and not iced:
        raise Problem(422, "only_hot", "这种饮品只做热的。", {"name": name})
    robot = _robot_in(db, form.robot or _best(db, form, now))
    place = robot["building"] + robot["place"]
    if (status := _status(robot, now)) == "offline":
        raise Problem(409, "robot_offline", "这台咖啡机器人离线。", {"place": place})
    if status == "closed":
        details = {"place": place, "opens": robot["opens"], "closes": robot["closes"]}
        raise Problem(409, "robot_closed", "这台咖啡机器人现在不营业。", details)
    if (left := _left(db, robot["robot"], now)[form.drink]) < form.cups:
        details = {"name": name, "place": place, "left": max(0, left)}
        raise Problem(409, "sold_out", "这种饮品不够了。", details)
    return robot


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: CoffeeForm) -> CoffeeOrder:
    now = campus.now()
    robot = _refuse_unfit(db, form, now)
    name, cents, _ = MENU[form.drink]
    code = _code_for(campus, db, robot["robot"], now)
    token, expires = wait_for(db, campus, number, "coffee", form.student)
    db.execute(
        "INSERT INTO coffees VALUES (?, ?, ?, ?, ?, ?)",
        (number, robot["robot"], form.drink, form.cups, f"{now:%Y-%m-%d}", code),
    )
    return CoffeeOrder(
        number=number,
        status="待支付",
        department=DEPARTMENT,
        student=form.student,
        name=name,
        temperature=form.temperature,
        size=form.size,
        sweetness=form.sweetness,
        cups=form.cups,
        robot=robot["robot"],
        place=robot["building"] + robot["place"],
        amount_cents=form.cups * (cents + (LARGE_CENTS if form.size == "large" else 0)),
        pay_path=f"/pay/{token}",
        pickup_code=code,
        expires_at=expires,
        created_at=now,
    )


def _code_for(campus: Campus, db: sqlite3.Connection, robot: str, now: datetime) -> str:
    day = f"{now:%Y-%m-%d}"
    used = {row[0] for row in db.execute("SELECT pickup_code FROM coffees WHERE robot = ? AND day = ?", (robot, day))}
    # Two orders at one robot under the same code would hand one student the other's coffee.
    while (code := campus.draw_code()) in used:
        pass
    return code


def settle(db: sqlite3.Connection, order: dict[str, Any], now: datetime) -> str:
    """The bill of ``order`` is paid: the robot begins. Raises :class:`Problem` where it cannot any more."""
    robot = _robot_in(db, order["robot"])
    if _status(robot, now) != "ok":
        raise Problem(409, "robot_offline", "这台咖啡机器人现在做不了，请不要支付。", {"place": order["place"]})
    return "制作中"


@router.post("/coffee-orders", response_model=CoffeeOrder, status_code=201, responses=MADE)
def order_coffee(form: CoffeeForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``no_such_drink``, ``no_such_robot``, ``only_hot`` (details: ``name``),
    ``robot_offline`` (``place``), ``robot_closed`` (``place``, ``opens``, ``closes``) and ``sold_out`` (``name``, ``place``,
    ``left``: cups there still are)."""
    return make_once(campus, key, "coffee", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/coffee-orders/{number}", response_model=CoffeeOrder)
def one_coffee(number: str, student: str, campus: Here) -> Any:
    now = campus.now()
    with campus.ledger.reading() as db:
        found = pending(db, number=number)
        coffee = db.execute("SELECT * FROM coffees WHERE number = ?", (number,)).fetchone()
    stage = found.stage(now)
    if stage != "done" or found.done_at is None or coffee is None:
        return order_now(campus, "coffee", number, student, STATUS.get(stage, "待支付"))
    ready = now >= found.done_at + coffee["cups"] * A_CUP
    return order_now(campus, "coffee", number, student, "待取杯" if ready else "制作中")


@router.put("/_robots/{robot}", response_model=Robot)
def change_robot(robot: str, change: RobotChange, campus: Here) -> dict[str, Any]:
    """For tests and rehearsals: take a robot off the net, change its hours, or empty its tanks."""
    now = campus.now()
    with campus.ledger.writing() as db:
        _robot_in(db, robot)
        for column in ("status", "opens", "closes"):
            if (value := getattr(change, column)) is not None:
                db.execute(f"UPDATE robots SET {column} = ? WHERE robot = ?", (value, robot))  # noqa: S608 - our names
        if change.sold_out is not None:
            for drink in MENU:
                cups = 0 if drink in change.sold_out else CUPS_A_DAY
                db.execute("UPDATE coffee_stock SET cups_a_day = ? WHERE robot = ? AND drink = ?", (cups, robot, drink))
        return _robot(db, _robot_in(db, robot), now)
