"""Staff who may sign in: invented, and few enough to stand here rather than in the file."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from actions.campus_sim.problems import Problem

STAFF = (
    ("T2001", "沈若兰", "学生工作处"),
    ("T2002", "陆建平", "教务处"),
    ("T2003", "顾晓敏", "学生社区服务中心"),
    ("T2004", "周国强", "后勤保障处"),
    ("T2005", "孙明", "保卫处"),
    ("T2006", "林一帆", "信息化办公室"),
)

router = APIRouter(tags=["registry"])


class Member(BaseModel):
    staff: str
    """The number: ``T`` and four digits."""
    name: str
    office: str


@router.get("/staff/{staff}", response_model=Member)
def one_member(staff: str) -> dict[str, Any]:
    for number, name, office in STAFF:
        if number == staff:
            return {"staff": number, "name": name, "office": office}
    raise Problem(404, "no_such_staff", "没有这个工号。")
