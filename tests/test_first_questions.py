"""The questions a student is offered first are answered from the clause that says it, in the running service."""

from __future__ import annotations

import uuid

import pytest

from bot.words import read_questions
from eval.house import House

RIGHT = {
    "宿舍晚上几点关门？": ("学生宿舍管理规定（2025年修订）", "第十一条"),
    "请假超过三天谁来批？": ("学生考勤与请假管理办法", "第十三条"),
    "国家奖学金要什么条件？": ("奖学金评定办法", "第十条"),
    "校园卡补办要多少钱？": ("校园卡管理办法", "第二十条"),
    "考试作弊会怎么处分？": ("学生违纪处分与申诉办法", "第十二条"),
}


def test_every_offered_question_is_checked() -> None:
    assert tuple(RIGHT) == read_questions()


@pytest.mark.parametrize("question", RIGHT)
def test_it_is_answered_from_the_right_clause(question: str, running: House) -> None:
    with running.client() as client:
        body = {"conversation": str(uuid.uuid4()), "message_id": str(uuid.uuid4()), "text": question}
        said = client.post("/api/chat", json=body).json()
    (reply,) = said["replies"]
    document, clause = RIGHT[question]
    first = reply["sources"][0]
    assert document in first["document"]
    assert clause in first["locator"]
