"""Answers to questions that say more than their topic: who asks, as of when, several things, what goes on from before."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base import Answer, Decline, Library, open_encoder
from knowledge_base.document import Who
from knowledge_base.ingest import read
from knowledge_base.store import Store
from knowledge_base.structure import document

TODAY = date(2026, 11, 22)

SOURCES = {
    "转专业2023.md": """示范大学教〔2023〕11号

# 示范大学本科生转专业管理办法

（2023年6月20日印发，自2023年9月1日起施行）

第一条　本办法适用于学校全日制本科生在校内不同专业之间的转换。

第二条　转专业申请时间为第二学期第8周周一9:00至周三16:00，学生在教务系统填报1个志愿。

第三条　转专业笔试时间90分钟，科目不超过2门。

第四条　本办法自2023年9月1日起施行。
""",
    "转专业2026.md": """示范大学教〔2026〕17号

# 示范大学本科生转专业管理办法（2026年修订）

（2026年10月16日印发，自2027年3月1日起施行）

第一条　本办法适用于学校全日制本科生在校内不同专业之间的转换。

第二条　转专业申请时间为第二学期第8周周一9:00至周五17:00，学生在教务系统填报1个志愿。

第三条　转专业笔试时间90分钟，科目不超过2门。

第四条　本办法自2027年3月1日起施行。《示范大学本科生转专业管理办法》（示范大学教〔2023〕11号）同时废止。
""",
    "学士.md": """示范大学教〔2025〕6号

# 示范大学学士学位授予工作细则

（2025年3月20日印发，自2025年4月1日起施行）

第一条　本细则适用于学校全日制本科生的学士学位授予。

第二条　学位论文重复率超过百分之二十的，应当修改后重新检测，合格的方可参加答辩。

第三条　学位论文答辩小组由不少于3名教师组成。
""",
    "硕士.md": """示范大学研〔2025〕4号

# 示范大学硕士学位授予工作细则

（2025年3月27日印发，自2025年4月1日起施行）

第一条　本细则适用于学校硕士研究生的硕士学位授予。

第二条　学位论文重复率超过百分之十五的，应当修改后重新检测，合格的方可参加答辩。

第三条　学位论文答辩委员会由5名专家组成。
""",
    "宿舍.md": """示范大学学〔2025〕18号

# 示范大学学生宿舍管理规定

（2025年7月10日印发，自2025年9月1日起施行）

第一条　东苑、西苑校区宿舍楼每日6:00开门，23:30关门。

第二条　学生每学期可以申请1次调宿，由学生社区服务中心办理，不收费。

第三条　寝室空调夏季开放时间为6月1日至9月30日。
""",
}


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("campus")
    for name, text in SOURCES.items():
        (folder / name).write_text(text, encoding="utf-8")
    Store(folder / "knowledge").publish([document(read(folder / name)) for name in SOURCES], open_encoder())
    return Library.open(folder / "knowledge")


def numbers(said: Answer | Decline) -> list[str | None]:
    assert isinstance(said, Answer), said
    return [source.number for source in said.sources]


def test_a_coming_change_is_announced_beside_the_rule_in_force(campus: Library) -> None:
    said = campus.answer("转专业什么时候申请", TODAY)
    assert numbers(said) == ["示范大学教〔2023〕11号", "示范大学教〔2026〕17号"]
    assert "\n\n自2027-03-01起改为：\n《示范大学本科生转专业管理办法（2026年修订）》第二条：" in said.text  # type: ignore[union-attr]


def test_a_rule_that_stays_the_same_announces_nothing(campus: Library) -> None:
    assert numbers(campus.answer("转专业笔试考几门，多长时间", TODAY)) == ["示范大学教〔2023〕11号"]


def test_a_day_the_question_names_chooses_the_version(campus: Library) -> None:
    said = campus.answer("2027年4月转专业什么时候申请", TODAY)
    assert numbers(said) == ["示范大学教〔2026〕17号"]
    assert said.text.startswith("按2027-04-30时有效的规定：\n")  # type: ignore[union-attr]


def test_a_day_before_every_version_is_not_answered(campus: Library) -> None:
    said = campus.answer("2019年转专业什么时候申请", TODAY)
    assert isinstance(said, Decline)


def test_the_degree_chooses_the_document(campus: Library) -> None:
    assert numbers(campus.answer("我是研究生，论文重复率超过多少要重新检测", TODAY)) == ["示范大学研〔2025〕4号"]
    assert numbers(campus.answer("我是本科生，论文重复率超过多少要重新检测", TODAY)) == ["示范大学教〔2025〕6号"]


def test_the_degree_may_be_known_from_elsewhere(campus: Library) -> None:
    said = campus.answer("论文重复率超过多少要重新检测", TODAY, who=Who(degree="硕士"))
    assert numbers(said) == ["示范大学研〔2025〕4号"]


def test_a_rule_for_others_is_not_quoted(campus: Library) -> None:
    said = campus.answer("研究生转专业什么时候申请", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "degree")


def test_a_learner_no_document_speaks_of_is_out_of_scope(campus: Library) -> None:
    said = campus.answer("函授的转专业什么时候申请", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "learner")


def test_a_campus_no_document_names_is_out_of_scope(campus: Library) -> None:
    said = campus.answer("奉浦校区宿舍楼几点关门", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "campus")
    assert isinstance(campus.answer("西苑校区宿舍楼几点关门", TODAY), Answer)


def test_another_school_and_another_person_are_out_of_scope_and_say_why(campus: Library) -> None:
    because = {
        question: campus.answer(question, TODAY).because  # type: ignore[union-attr]
        for question in ("复旦大学宿舍几点关门", "我室友的成绩是多少")
    }
    assert because == {"复旦大学宿舍几点关门": "school", "我室友的成绩是多少": "private"}


def test_a_question_that_goes_on_is_answered_for_the_other_person(campus: Library) -> None:
    first = campus.answer("本科生论文重复率超过多少要重新检测", TODAY)
    assert numbers(first) == ["示范大学教〔2025〕6号"]
    then = campus.answer("那研究生呢？", TODAY, before=first.question)
    assert numbers(then) == ["示范大学研〔2025〕4号"]


def test_two_questions_are_answered_one_after_the_other(campus: Library) -> None:
    said = campus.answer("宿舍楼几点关门？每学期可以申请调宿几次？", TODAY)
    assert isinstance(said, Answer)
    assert [source.locator for source in said.sources] == ["第一条", "第二条"]


def test_the_part_that_is_not_answered_is_named(campus: Library) -> None:
    said = campus.answer("宿舍楼几点关门？比特币现在多少钱？", TODAY)
    assert isinstance(said, Answer)
    assert [source.locator for source in said.sources] == ["第一条"]
    assert said.text.endswith("“比特币现在多少钱？”这一问，文件里没有找到能回答的条款。")


def test_a_follow_up_without_a_question_before_is_taken_as_it_stands(campus: Library) -> None:
    assert isinstance(campus.answer("那研究生呢？", TODAY), Decline)
