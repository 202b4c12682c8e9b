"""Answers are quotations; what is not in the documents, not in force or not ours to say is declined."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge_base import Answer, Decline, Document, Library, open_encoder
from knowledge_base.answer import Desk
from knowledge_base.excerpt import LONGEST, announced, excerpt
from knowledge_base.gate import Gate, OtherEngine
from knowledge_base.ingest import read
from knowledge_base.known import take_in
from knowledge_base.lexical import Lexical
from knowledge_base.scope import other_university, private_data
from knowledge_base.store import Store
from knowledge_base.structure import document
from knowledge_base.wording import foreign

Make = Callable[..., Document]
TODAY = date(2026, 1, 1)
OWN = frozenset({"示范大学"})


def answered(library: Library, question: str, as_of: date = TODAY) -> Answer:
    said = library.answer(question, as_of)
    assert isinstance(said, Answer), said
    return said


def test_an_answer_names_document_and_clause_and_quotes_it(library: Library) -> None:
    said = answered(library, "宿舍几点关门")
    assert said.text == (
        "《示范大学学生宿舍管理规定（2025年修订）》第一章 第一条：\n"
        "“宿舍楼每日6:00开门，周日至周四23:30关门，周五、周六24:00关门。”"
    )


def test_every_quote_is_its_slice_of_the_stored_text(library: Library) -> None:
    for question in ("宿舍几点关门", "一学期可以申请调宿几次", "成绩单在哪里打印", "报修电话多少"):
        for source in answered(library, question).sources:
            stored = library.document(source.document_id)
            assert stored is not None
            assert stored.text[source.start : source.end] == source.quote
            assert (source.document, source.number) == (stored.title, stored.number)


def test_a_table_row_is_read_out_line_by_line_and_quoted_as_stored(library: Library) -> None:
    said = answered(library, "成绩单打印在哪里")
    assert said.text == (
        "《示范大学学生服务指南》一、 成绩单打印：\n"
        "服务：成绩单打印\n地点：教务处学籍科，2号窗口\n时间：周一至周五8:30–17:30\n电话：021-5550-1210"
    )
    assert [source.quote for source in said.sources] == [
        "成绩单打印 | 教务处学籍科，2号窗口 | 周一至周五8:30–17:30 | 021-5550-1210"
    ]


def test_what_is_repealed_is_quoted_only_for_the_days_it_was_in_force(library: Library) -> None:
    then, now = (
        answered(library, "宿舍几点关门", date(2025, 8, 31)),
        answered(library, "宿舍几点关门", date(2025, 9, 1)),
    )
    # What is already published and comes next is announced behind it, and says so.
    assert [source.number for source in then.sources] == ["示范大学学〔2021〕22号", "示范大学学〔2025〕18号"]
    assert "自2025-09-01起改为：" in then.text
    assert [source.number for source in now.sources] == ["示范大学学〔2025〕18号"]


def test_a_suggestion_is_never_an_expired_clause(library: Library) -> None:
    for question in ("红烧肉23:00以后怎么做", "复旦大学宿舍23:00关门吗", "今天天气怎么样"):
        said = library.answer(question, TODAY)
        assert isinstance(said, Decline)
        assert [each.number for each in said.suggestions if each.number == "示范大学学〔2021〕22号"] == []
        assert len(said.suggestions) <= 3


def test_nothing_in_force_on_a_day_answers_nothing(library: Library) -> None:
    assert library.answer("宿舍几点关门", date(2001, 1, 1)) == Decline("not_found", (), question="宿舍几点关门")


def test_nothing_asked_is_declined(library: Library) -> None:
    assert library.answer("  ", TODAY) == Decline("out_of_domain", ())


@pytest.mark.parametrize("question", ["今天天气怎么样", "帮我写一个快速排序", "红烧肉怎么做", "比特币现在多少钱"])
def test_what_has_nothing_to_do_with_the_documents_is_out_of_domain(library: Library, question: str) -> None:
    said = library.answer(question, TODAY)
    assert isinstance(said, Decline)
    assert said.reason == "out_of_domain"


def test_a_given_vector_spares_the_encoder(library_folder: Path) -> None:
    class Silent:
        id = open_encoder().id
        dimensions = 384

        def query(self, text: str) -> None:
            raise AssertionError("embedded although the vector was given")

        passages = query

    library = Library.open(library_folder, Silent())  # type: ignore[arg-type]
    vector = open_encoder().query("宿舍几点关门")
    assert isinstance(library.answer("宿舍几点关门", TODAY, vector), Answer)
    assert library.find("宿舍几点关门", TODAY, vector=vector)[0].passage.locator == "第一章 第一条"


@pytest.mark.parametrize(
    "question",
    [
        "复旦大学宿舍几点关门",
        "清华国家奖学金多少",
        "别的学校断电吗",
        "上海外国语大学怎么请假",
        "浙江工商学院挂科怎么办",
    ],
)
def test_another_university_is_out_of_scope(library: Library, question: str) -> None:
    said = library.answer(question, TODAY)
    assert isinstance(said, Decline)
    assert said.reason == "out_of_scope"


@pytest.mark.parametrize(
    "question",
    [
        "示范大学宿舍几点关门",
        "考上大学能保留学籍吗",
        "大学生怎么请假",
        "二级学院什么时候审核",
        "计算机学院请假找谁批",
        "我们大学几点熄灯",
    ],
)
def test_ones_own_university_and_the_word_university_are_not_another_one(question: str) -> None:
    assert other_university(question, OWN) is False


@pytest.mark.parametrize(
    "question", ["我室友的绩点是多少", "帮我查一下张伟的成绩", "李明住哪个宿舍", "把班长的手机号告诉我"]
)
def test_what_belongs_to_another_person_is_out_of_scope(question: str) -> None:
    assert private_data(question) is True


@pytest.mark.parametrize(
    "question",
    [
        "室友打呼噜怎么换宿舍",
        "辅导员电话是多少",
        "泄露同学身份证号会被处分吗",
        "捡到别人的校园卡怎么办",
        "任课老师的电话",
        "我的成绩怎么查",
        "托朋友代办我的成绩单，他得带什么",
        "班主任把全班成绩排名发群里，这么干合规不",
    ],
)
def test_a_rule_about_people_is_not_their_private_data(question: str) -> None:
    assert private_data(question) is False


LONG = """# 示范大学学生处分办法

第一条　处分期限为：警告6个月，严重警告8个月，记过10个月，留校察看12个月，均自决定作出之日起计算。毕业班学生的处分期限跨越毕业时间的，毕业资格依照学籍规定审核。处分期内不授予学位，解除后可以补授学位证书，由二级学院在五个工作日内书面通知学生本人和家长，并归入档案。

第二条　考试中有下列行为之一的，给予记过处分：

（一）夹带、翻看与考试内容有关的文字资料，经监考人员当场认定并记录在案的；

（二）抄袭他人答案或者有意让他人抄袭，经监考人员当场认定并记录在案的；

（三）传递、交换试卷、答题纸、草稿纸等材料，经监考人员当场认定并记录在案的。

第三条　申诉由学生本人提出。
"""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("传递草稿纸算什么", "（三）传递、交换试卷、答题纸、草稿纸等材料，经监考人员当场认定并记录在案的。"),
        ("毕业班学生毕业资格怎么审核", "毕业班学生的处分期限跨越毕业时间的，毕业资格依照学籍规定审核。"),
    ],
)
def test_of_a_long_clause_only_what_answers_is_quoted(made: Make, question: str, quote: str) -> None:
    found = made(LONG)
    lexical = Lexical.build([passage.indexed for passage in found.passages])
    passage = next(each for each in found.passages if quote[:6] in found.text[each.start : each.end])
    start, end = excerpt(found, passage, question, lexical)
    assert quote in found.text[start:end]
    assert end - start < passage.end - passage.start


def test_an_entry_quoted_alone_is_announced_by_its_lead_in(made: Make) -> None:
    found = made(LONG)
    at = found.text.index("（三）")
    assert announced(found, at) == "考试中有下列行为之一的，给予记过处分："
    assert announced(found, found.text.index("申诉由")) == ""
    assert announced(found, found.text.index("毕业班")) == ""


def test_who_asks_for_a_list_gets_the_whole_list(made: Make) -> None:
    found = made(LONG)
    lexical = Lexical.build([passage.indexed for passage in found.passages])
    start, end = excerpt(found, found.passages[1], "考试有哪些行为会记过", lexical)
    assert found.text[start:end].startswith("考试中有下列行为之一的，给予记过处分：\n（一）")
    assert found.text[start:end].endswith("记录在案的。")


@pytest.mark.parametrize("question", ["处分多久", "考试夹带", "学位什么时候补授", "完全无关的话", ""])
def test_an_excerpt_begins_and_ends_at_a_sentence_or_an_entry(made: Make, question: str) -> None:
    found = made(LONG)
    lexical = Lexical.build([passage.indexed for passage in found.passages])
    for passage in found.passages:
        start, end = excerpt(found, passage, question, lexical)
        assert passage.start <= start < end <= passage.end
        assert start == passage.start or found.text[start - 1] in "。；：\n"
        assert found.text[end - 1] in "。；："
        assert end - start <= LONGEST


def test_a_topic_no_document_names_is_foreign_and_one_that_is_named_is_not() -> None:
    lexical = Lexical.build(["学生党员应当提交思想汇报", "宿舍每日开门"])
    assert (foreign(lexical, "思想汇报怎么写"), foreign(lexical, "校车几点开")) == ([], ["校车"])


def test_the_gate_of_another_encoder_is_refused() -> None:
    with pytest.raises(OtherEngine):
        Gate.load("other/engine")


def test_serving_loads_neither_scipy_nor_scikit_learn(library_folder: Path) -> None:
    program = (
        "import sys, datetime, pathlib, knowledge_base as k\n"
        f"library = k.Library.open(pathlib.Path({str(library_folder)!r}))\n"
        "assert isinstance(library.answer('宿舍几点关门', datetime.date(2026, 1, 1)), k.Answer)\n"
        "print([name for name in ('scipy', 'sklearn', 'torch') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_plan_says_which_identities_a_student_member_shows(plan_path: Path, tmp_path: Path) -> None:
    plan = document(read(plan_path))
    few = [each for each in plan.passages if each.locator.startswith(("三、（一）", "三、（三）"))]
    Store(tmp_path).publish([_only(plan, few)], open_encoder())
    library = Library.open(tmp_path)
    source = answered(library, "学生党员要亮哪些身份？").sources[0]
    stored = library.document(source.document_id)
    assert stored is not None
    assert (source.locator, stored.text[source.start : source.end]) == ("三、（一）3", source.quote)
    assert "亮身份、亮职责、亮承诺" in source.quote


def test_the_old_law_is_not_quoted_once_the_new_one_is_in_force(laws: Path, tmp_path: Path) -> None:
    texts = [document(read(laws / name)) for name in ("学位条例(2004-08-28).md", "学位法(2024-04-26).md")]
    Store(tmp_path).publish([_only(each, each.passages[:6]) for each in texts], open_encoder())
    library = Library.open(tmp_path)
    found = {
        day: {hit.document.title for hit in library.find("学位分几级", day, k=10)}
        for day in (date(2024, 12, 31), TODAY)
    }
    assert found == {
        date(2024, 12, 31): {"中华人民共和国学位条例"},
        TODAY: {"中华人民共和国学位法"},
    }


def _only(each: Document, passages: object) -> Document:
    """The same document with fewer passages: embedding all of them would take half a minute."""
    from dataclasses import replace

    return replace(each, passages=tuple(passages))  # type: ignore[arg-type]


def test_control_characters_are_not_heard_and_a_pasted_document_is_cut(library: Library) -> None:
    plain = answered(library, "宿舍几点关门")
    assert answered(library, "\x00宿舍几点\u202e关门\x07").sources == plain.sources
    hits = [
        [hit.passage for hit in library.find(said, TODAY)] for said in ("宿舍几点关门", "\x00宿舍几点\u202e关门\x07")
    ]
    assert hits[0] == hits[1]
    long = library.answer("宿舍几点关门" + "啊" * 200_000, TODAY)
    assert len(long.question) == 500


def test_of_several_questions_the_best_supported_counts(library: Library) -> None:
    """Each is answered alone, so a message is answered where one of its questions is."""
    alone = library.support("宿舍几点关门", TODAY)
    other = library.support("今天晚上吃什么？", TODAY)
    assert library.support("宿舍几点关门？今天晚上吃什么？", TODAY) == pytest.approx(alone, abs=0.05)
    assert other < alone - 0.3


def test_a_clause_that_is_more_likely_wrong_than_right_is_said_to_be_only_perhaps_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not answered(library, "宿舍几点关门").text.startswith("不太确定")
    monkeypatch.setattr("knowledge_base.answer.DOUBTFUL", 1.1)
    assert answered(library, "宿舍几点关门").text.startswith(
        "不太确定，可能是这一条：\n《示范大学学生宿舍管理规定（2025年修订）》"
    )


def test_a_rule_of_then_on_something_else_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2020 only the rules on leave are there: how long one could be away from studies nobody here can say."""
    policies = Path(__file__).resolve().parents[2] / "knowledge_base" / "policies"
    names = ("学生请假暂行规定（2016年）.md", "考勤与请假管理办法.txt", "学生违纪处分与申诉办法.txt", "学籍管理规定.md")
    Store(tmp_path / "k").publish([take_in(policies / name) for name in names], open_encoder())
    library = Library.open(tmp_path / "k")
    suspended = "19级，2020年休学的，那时候规定一次最多能休多久？"
    assert isinstance(library.answer(suspended, TODAY), Decline)
    # Absence from class was ruled in the rules on leave then, and is in those on discipline today.
    absent = library.answer("2017年旷课多少节会被处分", TODAY)
    assert isinstance(absent, Answer)
    assert absent.sources[0].locator.endswith("第二十一条")
    # The rules on leave of then were followed by others under another title.
    leave = library.answer("2017年的时候请事假最多几天", TODAY)
    assert isinstance(leave, Answer)
    assert leave.sources[0].document == "示范大学学生请假暂行规定"
    monkeypatch.setattr(Desk, "_unless_since", lambda _self, said, *_: said)
    assert isinstance(library.answer(suspended, TODAY), Answer)
