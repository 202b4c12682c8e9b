"""Years of study a document leaves out of one matter."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base.barred import barred
from knowledge_base.document import Document

TEXT = """第五条　学生在第一学年第二学期可以申请1次转专业，并符合下列条件：
（一）已修课程全部及格。
第八条　有下列情形之一的，不得转专业：
（一）三年级以上的，退役复学学生除外；
（二）已经转过1次专业的。
第九条　有下列情形之一的，不予免修：
（一）二年级以下的；
（二）实验课程。
"""


def of(text: str) -> Document:
    return Document("示范大学学籍规定", None, None, None, date(2024, 9, 1), text, (), (), "学籍规定")


@pytest.mark.parametrize(
    ("year", "question", "expected"),
    [
        (3, "大三转专业志愿填几个", True),
        (2, "大二转专业面试占多少", True),
        (1, "大一转专业面试占多少", False),
        (None, "转专业面试占多少", False),
        (0, "大三还能转专业吗", False),
        (3, "大三退役复学转专业志愿填几个", False),
        (3, "大三了，转入后学分怎么认，转专业的时候没人说", False),
        (3, "大三缓考怎么申请", False),
        (2, "大二分专业算不算转专业", False),
        (3, "大三免修怎么申请", False),
    ],
)
def test_who_may_not_is_not_told_how(year: int | None, question: str, expected: bool) -> None:
    assert barred(of(TEXT), year, question) is expected


def test_a_list_of_cases_ends_with_its_clause() -> None:
    text = "有下列情形之一的，不得转专业：\n（一）在休学期间的。\n第九条　评优对象如下：\n（一）三年级以上的。\n"
    assert barred(of(text), 3, "大三转专业志愿填几个") is False
