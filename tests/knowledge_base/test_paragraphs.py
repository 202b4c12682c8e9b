"""Hard-wrapped lines are joined; clauses, headings and list entries are never glued."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.ingest import Line, txt
from knowledge_base.paragraphs import paragraphs, width


def joined(text: str) -> list[str]:
    return [each.text for each in paragraphs(txt.read("文件", text.encode()).lines)]


def test_a_wrapped_clause_becomes_one_paragraph() -> None:
    assert joined(
        "第一章 总则\n"
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为\n"
        "的处理，保障学生合法权益，根据国家有关规定，制定本办法。\n"
        "第二条 本办法适用于全日制本科生。\n"
    ) == [
        "第一章 总则",
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为的处理，保障学生合法权益，根据国家有关规定，制定本办法。",
        "第二条 本办法适用于全日制本科生。",
    ]


def test_blank_lines_between_wrapped_lines_do_not_separate_them() -> None:
    assert joined(
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为\n\n"
        "的处理，保障学生合法权益，根据《普通高等学校学生管理规定》和\n\n"
        "学校章程，制定本办法。\n\n"
        "第二条 本办法适用于全日制本科生。\n"
    ) == [
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为的处理，保障学生合法权益，"
        "根据《普通高等学校学生管理规定》和学校章程，制定本办法。",
        "第二条 本办法适用于全日制本科生。",
    ]


def test_a_page_mark_inside_a_sentence_does_not_break_it() -> None:
    assert joined(
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为\n— 1 —\n\f"
        "的处理，保障学生合法权益，根据国家有关规定，制定本办法。\n— 2 —\n"
    ) == [
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为的处理，保障学生合法权益，根据国家有关规定，制定本办法。"
    ]


def test_headings_without_a_full_stop_stay_alone() -> None:
    text = "一、总体要求\n（一）指导思想\n坚持立德树人。\n（二）基本原则\n1.坚持党建引领\n2.坚持以生为本\n"
    assert joined(text) == text.splitlines()


def test_entries_of_a_list_stay_apart() -> None:
    text = "第四条 处分分为：\n（一）警告；\n（二）严重警告；\n（三）记过；\n（四）开除学籍。\n"
    assert joined(text) == text.splitlines()


def test_a_reference_at_the_start_of_a_line_does_not_open_a_clause() -> None:
    assert joined(
        "第十八条 学生因私出国的，应当在出行10个工作日前申请，占用时间的按\n"
        "第十三条第三项办理，并报学生工作部（处）备案。\n"
        "第十九条 校外实习期间请假的，由实习指导教师和辅导员共同批准后执行。\n"
    ) == [
        "第十八条 学生因私出国的，应当在出行10个工作日前申请，占用时间的按第十三条第三项办理，并报学生工作部（处）备案。",
        "第十九条 校外实习期间请假的，由实习指导教师和辅导员共同批准后执行。",
    ]


def test_a_full_line_that_ends_in_a_semicolon_goes_on() -> None:
    assert joined(
        "第十七条 损坏财物的，价值不满500元的，给予警告处分；500元以上的，给予记过处分；\n"
        "2000元以上的，给予留校察看处分，过失损坏的照价赔偿，不予处分，另有规定的从其\n"
        "规定。\n"
    ) == [
        "第十七条 损坏财物的，价值不满500元的，给予警告处分；500元以上的，给予记过处分；"
        "2000元以上的，给予留校察看处分，过失损坏的照价赔偿，不予处分，另有规定的从其规定。"
    ]


def test_indented_paragraphs_are_told_apart_by_their_indent() -> None:
    assert joined(
        "　　第一条 学生应当按时缴费，每学期开学两周内注册，逾期不注册的，按规定处理。\n"
        "学校应当提前通知。\n"
        "　　第二条 因故不能注册的，应当申请暂缓注册，经过二级学院批准后，可以暂缓。\n"
        "　　暂缓不超过两周。\n"
        "　　第三条 本规定自印发之日起施行。\n"
    ) == [
        "第一条 学生应当按时缴费，每学期开学两周内注册，逾期不注册的，按规定处理。学校应当提前通知。",
        "第二条 因故不能注册的，应当申请暂缓注册，经过二级学院批准后，可以暂缓。",
        "暂缓不超过两周。",
        "第三条 本规定自印发之日起施行。",
    ]


def test_signature_and_date_stay_on_lines_of_their_own() -> None:
    assert joined("特此通知。\n\n示范大学\n2025年6月30日\n") == ["特此通知。", "示范大学", "2025年6月30日"]


def test_latin_words_keep_the_blank_at_a_line_end_and_numbers_do_not() -> None:
    line = "学校图书馆提供的校外访问服务支持以下几种方式，其中第一种是 remote"
    assert joined(f"{line}\naccess 服务，凡是在册学生均可以使用。\n{line}\n服务，按规定使用。\n")[0].endswith(
        "remote access 服务，凡是在册学生均可以使用。"
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet="学生应当遵守宿舍规定按时归寝不得喧哗", min_size=35, max_size=120), min_size=3, max_size=8
    ),
    st.integers(min_value=20, max_value=32),
)
def test_wrapping_clauses_at_any_width_and_joining_them_gives_the_clauses_back(bodies: list[str], at: int) -> None:
    clauses = [f"第{number}条 {body}。" for number, body in zip("一二三四五六七八", bodies, strict=False)]
    wrapped = [clause[start : start + at] for clause in clauses for start in range(0, len(clause), at)]
    lines = [Line(text, range(len(text))) for text in wrapped]
    assert [each.text for each in paragraphs(lines)] == clauses


REFERENCES = [
    "第十二条规定的情形除外",
    "第三章的规定同样适用",
    "一、二年级学生不在此列",
    "2024年以后入学的学生除外",
    "1.5倍计算",
    "（三）项所列材料",
    "第九条 第二款执行",
    "十、十一月的数据",
]


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("at", [22, 26, 30])
def test_a_wrapped_line_that_begins_with_a_reference_opens_no_clause(reference: str, at: int) -> None:
    clauses = [f"第{number}条 {'学生应当遵守宿舍管理的规定' * 6}"[:at] for number in "一二三四"]
    text = "".join(f"{clause}\n{reference}，由学院审核。\n" for clause in clauses)
    assert joined(text) == [f"{clause}{reference}，由学院审核。" for clause in clauses]


def test_a_number_out_of_turn_opens_no_clause_in_a_broken_sentence() -> None:
    assert joined(
        "第一条 学生违反宿舍管理规定的，按照示范大学学生违纪处分办法\n"
        "第九条 处理，情节轻微的可以免予处分，由学院批评教育并且书面\n"
        "告知本人。\n第二条 本办法自印发之日起施行。\n"
    ) == [
        "第一条 学生违反宿舍管理规定的，按照示范大学学生违纪处分办法第九条 处理，情节轻微的可以免予处分，由学院批评教育并且书面告知本人。",
        "第二条 本办法自印发之日起施行。",
    ]


def test_a_running_head_inside_a_sentence_goes_and_names_the_document_once() -> None:
    pages = [
        "示范大学学生手册\n第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为\n- 1 -\n",
        "示范大学学生手册\n的处理，保障学生合法权益，根据国家有关规定，制定本办法。\n- 2 -\n",
        "示范大学学生手册\n第二条 本办法适用于本科生。\n- 3 -\n",
    ]
    assert joined("".join(pages)) == [
        "示范大学学生手册",
        "第一条 为维护学校教育教学秩序和生活秩序，规范对学生违纪行为的处理，保障学生合法权益，根据国家有关规定，制定本办法。",
        "第二条 本办法适用于本科生。",
    ]


def test_a_title_that_is_also_the_running_head_is_kept_once() -> None:
    head = "示范大学学生请假办法\n"
    pages = [f"{head}第{number}条 请假应当事先提出。\n- {page} -\n" for page, number in enumerate("一二三", 1)]
    assert joined("".join(pages)) == [head.strip(), *(f"第{number}条 请假应当事先提出。" for number in "一二三")]


def test_lines_of_a_format_that_knows_paragraphs_are_left_as_they_are() -> None:
    lines = [Line(text, range(len(text))) for text in ("学生应当遵守，", "由学院审核。")]
    assert [each.text for each in paragraphs(lines, whole=True)] == ["学生应当遵守，", "由学院审核。"]


def test_an_entry_without_a_stop_does_not_swallow_what_stands_behind_an_empty_line() -> None:
    text = "决定废止下列文件：\n\n1.《示范大学学生公寓用电管理规定》\n\n本决定自公布之日起施行。\n"
    assert joined(text) == ["决定废止下列文件：", "1.《示范大学学生公寓用电管理规定》", "本决定自公布之日起施行。"]


def test_width_counts_a_latin_character_as_half() -> None:
    assert width("GPA 3.5学分") == 5.5


def test_the_plan_is_joined_without_gluing_its_items(plan_path: Path) -> None:
    found = joined(plan_path.read_text(encoding="utf-8"))
    opening = [text for text in found if text.startswith("18.")]
    assert [text[:30] for text in opening] == ["18.持续加强学生社区内有线网络、无线网络等网络基础建设，为"]
    assert opening[0].endswith("为学生提供自主、便利、快捷的学习生活服务。")
    assert max(len(text) for text in found) < 500


@pytest.mark.parametrize(
    "heading", ["一、总体要求", "（五）创新数字赋能，拓展管理服务渠道", "四、工作要求", "A.党建引领", "4.筑牢治理根基"]
)
def test_the_plans_headings_stand_alone(plan_path: Path, heading: str) -> None:
    assert heading in joined(plan_path.read_text(encoding="utf-8"))
