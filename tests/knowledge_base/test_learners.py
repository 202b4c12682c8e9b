"""Whom a document rules on beside what its clause of application says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge_base.document import Degree, Document
from knowledge_base.learners import AS_GOOD, learner, margin, ruled_for, ruled_on, speaks_to

AID = """第二条　本办法适用于全日制本科生。研究生的困难认定和临时补助参照执行，研究生助学金另行发放。
第三条　本科生助学金每年4000元。
第四条　临时补助每次不超过3000元。
第五条　岗位每周不超过8小时。
第六条　本科生贷款不超过2万元，研究生贷款不超过2.5万元。"""


def of(text: str, title: str = "示范大学资助办法") -> Document:
    return Document(title, None, None, None, date(2024, 9, 1), text, (), (), "资助办法")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("国际生请假找谁", "留学生"),
        ("自考生拿学位要过英语吗", "继续教育"),
        ("夜大的学生怎么申请学位", "继续教育"),
        ("第二学士学位读几年", "第二学士学位"),
        ("在职博士能缓交学费吗", "非全日制"),
        ("插班生的学分怎么认", "专升本"),
        ("下学期来你们这交换，宿舍费怎么交", "交换"),
        ("我去外校交换，学分怎么认", None),
        ("教师职称评审什么时候开始", "教职工"),
        ("任课老师请产假谁代课", "教职工"),
        ("跟老师请假要写条子吗", None),
        ("中学生能来住吗", "中学生"),
        ("国际生活节怎么报名", None),
        ("精神专科医院转诊要几天", None),
        ("大专家评审几个人", None),
        ("本科生请假找谁", None),
        ("我是在站博后，请假谁批", "博士后"),
        ("成人高等教育的在读证明去哪打", "继续教育"),
        ("暑期学校学员能约咨询吗", "短期"),
        ("微专业能换几次", "微专业"),
        ("来这边的访问生能评奖学金吗", "交换"),
        ("学校老师自己压力大，能约咨询吗", "教职工"),
        ("来华进修一年的怎么注册", "留学生"),
        ("语言生住哪栋楼", "留学生"),
        ("国际本科生请假找谁", "留学生"),
        ("外语言生动的课怎么选", None),
        ("非学历班结业发什么证", "进修"),
        ("考研进修班在哪报名", "进修"),
    ],
)
def test_the_kind_of_learner_a_question_names(said: str, expected: str | None) -> None:
    assert learner(said) == expected


def test_exchange_students_are_ruled_on_only_by_a_clause_that_names_them() -> None:
    going = "本校学生赴外校交换学习的，所得学分按本办法认定。"
    fee, coming = "住宿费每人每年1200元。", "来校交换学生的住宿费按月收取。"
    document = of("\n".join((going, fee, coming)))
    assert not ruled_on("交换", document, fee)
    assert ruled_on("交换", document, coming)


@pytest.mark.parametrize(
    ("name", "clause", "ruled"),
    [
        ("继续教育", "委员会组成人员为25人。", False),
        ("继续教育", "成人本科学生申请学位的，适用本细则。", True),
        ("专科", "每人最高职级为三级。", False),
        ("留学生", "国际学生的学籍管理另行规定。", False),
        ("留学生", "国际学生参照执行。", True),
        ("交换", "同寝室的学生可以交换床位。", False),
        ("教职工", "学生请假由任课教师批准。", False),
        ("教职工", "教职工补办校园卡的，按本办法收费。", True),
        ("教职工", "教师批准后学生离校。", False),
    ],
)
def test_a_document_rules_on_a_kind_of_learner_only_where_it_says_so(name: str, clause: str, ruled: bool) -> None:
    assert ruled_on(name, of(clause), clause) is ruled


@pytest.mark.parametrize(
    ("question", "clause", "ruled"),
    [
        ("研究生助学金一年多少", "第三条　本科生助学金每年4000元。", False),
        ("研究生临时补助最多多少", "第四条　临时补助每次不超过3000元。", True),
        ("研究生困难认定看什么", "第三条　本科生助学金每年4000元。", True),
        ("研究生岗位每周几小时", "第五条　岗位每周不超过8小时。", False),
        ("研究生能贷多少", "第六条　本科生贷款不超过2万元，研究生贷款不超过2.5万元。", True),
    ],
)
def test_rules_that_are_followed_in_some_matters_rule_in_those_alone(question: str, clause: str, ruled: bool) -> None:
    assert ruled_for("硕士", of(AID), clause, question) is ruled


@pytest.mark.parametrize(
    ("degree", "text", "title", "ruled"),
    [
        ("硕士", "熄灯时间为23:30。", "示范大学宿舍规定", True),
        ("硕士", "本规定适用于本科生和研究生。", "示范大学宿舍规定", True),
        ("硕士", "绩点按学分加权。", "示范大学本科生手册", False),
        ("本科", "本规定适用于研究生。", "示范大学培养规定", False),
    ],
)
def test_a_document_for_nobody_else_rules_for_every_degree(degree: Degree, text: str, title: str, ruled: bool) -> None:
    assert ruled_for(degree, of(text, title), text, "几点熄灯") is ruled


def test_a_general_rule_speaks_to_a_degree_it_names_where_it_rules() -> None:
    assert speaks_to("硕士", of("研究生请假由导师批准。"))
    assert not speaks_to("硕士", of("研究生的学籍管理另行规定。"))


def test_what_is_ruled_elsewhere_leaves_no_margin_unless_the_clause_names_them() -> None:
    status = of("研究生的学籍管理另行规定。")
    mine = replace(status, audience=replace(status.audience, degrees=("硕士",)))
    assert margin("硕士", mine, "休学时间计入学习年限。", status) == 0.0
    assert margin("硕士", of(AID), "研究生由培养学院审核。", status) == 1.0
    assert margin("硕士", mine, "休学时间计入学习年限。", of("本科生适用。")) == AS_GOOD
    assert margin(None, mine, "研究生由培养学院审核。", status) == AS_GOOD
