"""Paragraphs become blocks and passages: every clause knows its path, every quote is a slice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import Document
from knowledge_base.document import from_json
from knowledge_base.ingest import Reading, md, read, txt
from knowledge_base.numbering import value
from knowledge_base.passages import LONGEST
from knowledge_base.structure import document
from knowledge_base.validity import merged

ARTICLE = re.compile(r"第[一二三四五六七八九十百]+条")
Make = Callable[..., Document]

LAW = """# 示范大学学生管理规定

## 第一章　总则

第一条　为规范管理，制定本规定。

## 第二章　奖惩

第十二条　有下列情形之一的，给予警告：

（一）旷课的；

（二）作弊的。

处分前应当听取申辩。

第二十二条　解除处分由学生申请。
"""

NOTICE = """关于做好离校工作的通知

一、总体要求
坚持安全有序。
二、工作安排
（一）退宿
1.学生应当在离校手续办结后七日内搬离宿舍，并将房间设施交还楼栋值班室，由值班员逐项核对后在离校单上签字确认。
2.逾期未搬离的物品，由学生社区服务中心登记封存三十日，并以电话和短信通知本人限期领取，期满后按无主物品处理。
（二）退卡
1.余额由财务处在十个工作日内退至本人登记的银行卡。
"""


def quotes(each: Document) -> list[tuple[str, str]]:
    return [(passage.locator, each.text[passage.start : passage.end]) for passage in each.passages]


def test_an_article_is_one_passage_with_its_items_and_its_path(made: Make) -> None:
    assert quotes(made(LAW)) == [
        ("第一章 第一条", "为规范管理，制定本规定。"),
        ("第二章 第十二条", "有下列情形之一的，给予警告：\n（一）旷课的；\n（二）作弊的。\n处分前应当听取申辩。"),
        ("第二章 第二十二条", "解除处分由学生申请。"),
    ]


def test_what_is_indexed_carries_title_headings_and_clause(made: Make) -> None:
    assert made(LAW).passages[2].indexed == "示范大学学生管理规定 第二章奖惩 第二十二条 解除处分由学生申请。"


def test_a_notice_is_cited_down_to_its_numbered_items_and_a_short_part_stays_whole(made: Make) -> None:
    assert [locator for locator, _ in quotes(made(NOTICE, "通知.txt"))] == [
        "一、",
        "二、（一）1",
        "二、（一）2",
        "二、（二）",
    ]


def test_a_long_article_is_split_by_its_items_and_each_keeps_the_lead_in(made: Make) -> None:
    items = "\n\n".join(
        f"（{number}）{body}；"
        for number, body in zip("一二三四", ["甲" * 120, "乙" * 120, "丙" * 120, "丁" * 120], strict=True)
    )
    found = made(f"# 示范大学办法\n\n第三条　下列行为禁止：\n\n{items}\n\n第四条　其他。\n")
    assert [locator for locator, _ in quotes(found)] == [
        "第三条 （一）",
        "第三条 （二）",
        "第三条 （三）",
        "第三条 （四）",
        "第四条",
    ]
    assert found.passages[1].indexed == f"示范大学办法 第三条 下列行为禁止： {'乙' * 120}；"


def test_a_table_row_reads_as_a_sentence_and_is_quoted_as_stored(made: Make) -> None:
    found = made(
        "# 示范大学服务指南\n\n## 一、电话\n\n| 服务 | 地点 | 电话 |\n|---|---|---|\n| 报修 | 2号楼 | 1300 |\n| 网络 |  | 1410 |\n"
    )
    assert quotes(found) == [("一、 报修", "报修 | 2号楼 | 1300"), ("一、 网络", "网络 |  | 1410")]
    assert [passage.indexed for passage in found.passages] == [
        "示范大学服务指南 一、电话 服务：报修；地点：2号楼；电话：1300",
        "示范大学服务指南 一、电话 服务：网络；电话：1410",
    ]
    rows = [block for block in found.blocks if block.cells]
    assert [[found.text[a:b] for a, b in row.cells] for row in rows] == [
        ["服务", "地点", "电话"],
        ["报修", "2号楼", "1300"],
        ["网络", "", "1410"],
    ]


def test_blocks_cover_the_text_in_order(made: Make) -> None:
    found = made(LAW)
    assert "\n".join(found.text[block.start : block.end] for block in found.blocks) == found.text
    assert [block.kind for block in found.blocks] == [
        "title", "heading", "text", "heading", "text", "text", "text", "text", "text",
    ]  # fmt: skip


def test_every_stored_character_leads_back_to_the_source(tmp_path: Path) -> None:
    source = "\ufeff# 示范大学规定\r\n\r\n**第一条**　宿舍　每日开门，\r\n由值班员负责。\r\n"
    path = tmp_path / "规定.md"
    path.write_bytes(source.encode("utf-8"))
    found = document(read(path))
    decoded = source.removeprefix("\ufeff")
    at = found.text.index("由值班员")
    assert decoded[found.source_offset(at) :].startswith("由值班员负责。")
    assert found.text[found.text.index("第一条") :] == "第一条　宿舍　每日开门，由值班员负责。"


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="第一二三条章（）、。；：\n 学生宿舍|#1.", max_size=300).filter(str.strip))
def test_no_text_breaks_the_structure(text: str) -> None:
    reading = Reading("文件", txt.read("文件", text.encode()).lines) if text.strip(" \n") else None
    if reading is None or not reading.lines:
        return
    found = document(reading)
    spans = [(passage.start, passage.end) for passage in found.passages]
    assert all(0 <= start < end <= len(found.text) for start, end in spans)
    assert all(found.text[start:end].strip() == found.text[start:end] for start, end in spans)
    assert "\n".join(found.text[block.start : block.end] for block in found.blocks) == found.text


def test_page_marks_of_a_text_give_the_page_of_a_passage(made: Make) -> None:
    found = made("第一条 甲应当按时归还图书。\n- 1 -\n第二条 乙应当保持安静整洁。\n- 2 -\n", "规定.txt")
    assert [passage.page for passage in found.passages] == [1, 2]


def test_the_plan_knows_its_title_number_and_date(plan_path: Path) -> None:
    plan = document(read(plan_path))
    assert (plan.title, plan.number, plan.issuer, plan.issued, plan.effective) == (
        "上海商学院“一站式”学生社区综合管理模式建设实施方案（试行）",
        "沪商院学〔2024〕185号",
        "上海商学院",
        date(2024, 12, 9),
        None,
    )


def test_the_plan_is_cited_down_to_its_items_and_its_annex_rows(plan_path: Path) -> None:
    plan = document(read(plan_path))
    said = dict(quotes(plan))
    assert "咖啡机器人" in said["三、（五）18"]
    assert "| 6.建设“一站式”学生网上服务平台，建设学生网上投诉或维修途径" in said["附件 E.3.6"]
    assert max(len(quote) for quote in said.values()) <= LONGEST


def test_a_law_is_cited_by_chapter_and_article(laws: Path) -> None:
    law = document(read(laws / "学位法(2024-04-26).md"))
    assert (law.title, law.issuer, law.issued, law.effective) == (
        "中华人民共和国学位法",
        "全国人民代表大会常务委员会",
        date(2024, 4, 26),
        date(2025, 1, 1),
    )
    assert law.passages[-1].locator.endswith("第四十五条")
    assert [(repeal.title, repeal.number) for repeal in law.repeals] == [("中华人民共和国学位条例", None)]


def test_every_national_law_counts_its_articles_from_the_first_to_the_last(laws: Path) -> None:
    for path in sorted(laws.glob("*.md")):
        law = document(read(path))
        articles = [value(number) for each in law.passages for number in ARTICLE.findall(each.locator)]
        last = max(value(number) for number in re.findall(r"(?m)^第[一二三四五六七八九十百]+条", law.text))
        assert list(dict.fromkeys(articles)) == list(range(1, last + 1)), path.name
        assert law.uncertain == (), path.name


def test_each_law_is_superseded_by_its_newer_version_and_no_other(laws: Path) -> None:
    found = merged([], [document(read(path)) for path in sorted(laws.glob("*.md"))])
    assert {each.source: each.repealed for each in found if each.repealed} == {
        "国防教育法(2018-04-27)": date(2024, 9, 21),
        "学位条例(2004-08-28)": date(2025, 1, 1),
        "征兵工作条例(2001-09-05)": date(2023, 5, 1),
    }


LIST_THEN_WORDS = (
    "# 示范大学办法\n\n第三条　有下列情形之一的，给予警告：\n\n（一）{0}；\n\n（二）{0}。\n\n处分前听取申辩。\n"
)


def test_words_behind_an_announced_list_are_the_next_paragraph_of_the_clause(made: Make) -> None:
    found = quotes(made(LIST_THEN_WORDS.format("旷课" * 100)))
    assert [locator for locator, _ in found] == ["第三条 （一）", "第三条 （二）", "第三条 第二款"]
    assert found[2][1] == "处分前听取申辩。"


def test_words_behind_a_list_that_nothing_announces_belong_to_its_last_entry(made: Make) -> None:
    found = quotes(made("关于报名的通知\n一、报名\n在网上报名。\n二、缴费\n在网上缴费。\n逾期视为放弃。\n", "通知.txt"))
    assert found[-1] == ("二、", "在网上缴费。\n逾期视为放弃。")


def test_a_heading_with_nothing_under_it_is_still_found(made: Make) -> None:
    found = made("# 示范大学通知\n\n## 一、报名时间：9月1日至10日\n\n## 二、报名地点：行政楼一楼大厅\n")
    assert quotes(found) == [("一、", "报名时间：9月1日至10日"), ("二、", "报名地点：行政楼一楼大厅")]


def test_a_clause_that_the_format_marks_as_a_heading_is_still_a_clause(made: Make) -> None:
    found = made("# 示范大学规定\n\n## 第一条 学生应当按时归寝。\n\n## 第二条 宿舍禁烟。\n")
    assert quotes(found) == [("第一条", "学生应当按时归寝。"), ("第二条", "宿舍禁烟。")]


def test_parts_counted_with_han_numbers_may_hold_the_clauses(made: Make) -> None:
    text = "示范大学规定\n一、总则\n第一条 制定本规定。\n二、作息\n第二条 按时归寝。\n第三条 不得晚归。\n"
    assert [locator for locator, _ in quotes(made(text, "规定.txt"))] == ["一、 第一条", "二、 第二条", "二、 第三条"]


def test_a_clause_without_any_full_stop_is_cut_all_the_same(made: Make) -> None:
    found = made("# 示范大学规定\n\n第一条　" + "、".join(["某某学院"] * 300) + "\n")
    assert {locator for locator, _ in quotes(found)} == {"第一条"}
    assert max(len(quote) for _, quote in quotes(found)) <= LONGEST
    assert "".join(quote for _, quote in quotes(found)) == "、".join(["某某学院"] * 300)


def test_a_long_answer_is_cut_and_each_piece_answers_the_question(made: Make) -> None:
    answer = "先挂失再补卡，" * 60 + "工本费20元。" + "余额转入新卡。" * 20
    found = made(f"校园卡问答\n问：丢了怎么办？\n答：{answer}\n问：多久到账？\n答：当天。\n", "问答.txt")
    assert [question for _, question in found.known] == ["丢了怎么办？"] * (len(found.passages) - 1) + ["多久到账？"]
    assert len(found.passages) > 2
    assert all("丢了怎么办？" in each.indexed for each in found.passages[:-1])


def test_one_rhetorical_question_makes_no_catechism(made: Make) -> None:
    found = made("示范大学通知\n一、为什么要安静？\n为了休息。\n二、时间\n每日22:30以后。\n", "通知.txt")
    assert (quotes(found)[0], found.known) == (("一、", "为什么要安静？\n为了休息。"), ())


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="第一二条章附件表问答（）、。；：\n\t 　学生宿舍|#*1.-[]_\\<>0", max_size=400).filter(str.strip),
    st.sampled_from([txt, md]),
)
def test_every_copied_character_is_the_one_of_the_source(text: str, reader: Any) -> None:
    lines = reader.read("文件", text.encode()).lines
    if not lines:
        return
    found = document(Reading("文件", lines))
    for at, char in enumerate(found.text):
        if char not in " |\n":
            assert text[found.source_offset(at)] == char
    assert from_json(found.to_json()) == found


def test_a_single_short_line_is_still_a_passage(made: Make) -> None:
    assert quotes(made("宿舍禁烟", "告示.txt")) == [("全文", "宿舍禁烟")]
