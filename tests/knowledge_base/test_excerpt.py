"""Of a long clause the list is quoted as a whole unless one entry of it clearly answers; no quote ends on a colon."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from knowledge_base import Document
from knowledge_base.excerpt import LONGEST, excerpt
from knowledge_base.lexical import Lexical

Make = Callable[..., Document]

RULES = """# 示范大学学生实验室管理办法

第一条　损坏仪器的，按照下列规定赔偿：

（一）操作不当造成轻微损坏，当场报告的，免予赔偿，由实验室登记后安排维修并告知指导教师；

（二）操作不当造成严重损坏的，按照维修费用的百分之五十赔偿，由二级学院通知本人缴纳；

（三）擅自拆卸，本人未当场报告的，按照原价赔偿，并取消本学期的开放实验资格。

因仪器老化造成的损坏，不予追究。

第二条　钥匙遗失的，借用人应当立即报失。报失可以通过下列方式办理：

（一）实验中心服务窗口，凭有效证件当面登记，由值班人员通知门卫；

（二）值班电话，核对姓名、学号和借用日期，由值班人员记录在册；

（三）信息平台，填写借用编号并上传借用单照片，全天都能提交。

报失不收费。

第三条　危险化学品由双人保管。领用时应当提交下列材料：

经指导教师签字的领用单和安全培训合格证明，以及当日实验方案和废液处置方案，缺少其中一项的，库房不予发放，也不得由他人代为领取。

剩余的当日退回库房，由双人清点后登记入账，不得存放在实验台、通风橱或者学生的个人储物柜里，也不得转借给其他课题组使用。

第四条　实验课缺席的，按照下列方式处理：

（一）实验课缺席一次的，由任课教师安排在两周以内补做，补做的成绩按照八折计入平时成绩，并在记录本上注明原因和补做日期；

（二）实验课缺席三次的，本门课程不予评定成绩，应当随下一年级重修，重修期间按照学分缴纳费用，并由教务员通知本人和导师。
"""


def quoted(made: Make, article: int, question: str) -> tuple[str, str]:
    """The excerpt, and the clause it is of."""
    found = made(RULES)
    lexical = Lexical.build([passage.indexed for passage in found.passages])
    passage = found.passages[article - 1]
    start, end = excerpt(found, passage, question, lexical)
    assert passage.start <= start < end <= passage.end
    return found.text[start:end], found.text[passage.start : passage.end]


def test_an_entry_that_clearly_answers_is_quoted_without_the_others(made: Make) -> None:
    quote, _ = quoted(made, 1, "擅自拆卸仪器要按照原价赔偿吗")
    # It is short, and the exception behind the list comes along.
    assert (
        quote
        == "（三）擅自拆卸，本人未当场报告的，按照原价赔偿，并取消本学期的开放实验资格。\n因仪器老化造成的损坏，不予追究。"
    )


@pytest.mark.parametrize("question", ["当场报告了怎么赔", "操作不当赔多少"])
def test_of_entries_that_answer_about_equally_none_is_cut_away(made: Make, question: str) -> None:
    quote, clause = quoted(made, 1, question)
    assert quote == clause


def test_an_entry_that_shares_little_with_the_question_is_not_picked_out(made: Make) -> None:
    quote, _ = quoted(made, 2, "门卫晚上锁楼门以后快递外卖放在食堂旁边")
    assert quote.startswith("报失可以通过下列方式办理：\n（一）")
    assert quote.endswith("全天都能提交。\n报失不收费。")


def test_words_of_the_lead_in_tell_no_entry_from_another(made: Make) -> None:
    quote, _ = quoted(made, 4, "实验课缺席三次")
    assert quote.startswith("（二）实验课缺席三次的")


def test_a_whole_list_goes_with_what_is_said_behind_it(made: Make) -> None:
    quote, _ = quoted(made, 1, "损坏仪器赔偿标准有哪些")
    assert quote.startswith("损坏仪器的，按照下列规定赔偿：\n（一）")
    assert quote.endswith("\n因仪器老化造成的损坏，不予追究。")


def test_a_colon_brings_its_list_along(made: Make) -> None:
    quote, _ = quoted(made, 2, "钥匙遗失报失")
    assert quote.startswith("钥匙遗失的，借用人应当立即报失。报失可以通过下列方式办理：\n（一）")
    assert "全天都能提交。" in quote


def test_a_colon_brings_the_line_along_that_is_not_numbered(made: Make) -> None:
    quote, _ = quoted(made, 3, "危险化学品领用时提交")
    assert quote.endswith("也不得由他人代为领取。")


def listed(entries: int, words: int) -> str:
    """A clause with so many entries of so many more words each; the last one names a 离心机."""
    lines = [f"（{'一二三四五六七八九'[at]}）实验耗材{'甲乙丙丁戊己庚辛壬'[at] * words}；" for at in range(entries - 1)]
    return "\n\n".join(
        ["# 示范大学耗材办法", "第一条　耗材按照下列规定领用：", *lines, f"（九）实验耗材离心机{'癸' * words}。"]
    )


def test_no_excerpt_ends_on_a_colon_or_reaches_over_the_limit(made: Make) -> None:
    for text, size in ((listed(9, 20), 9), (listed(4, 60), 4), (RULES, 3)):
        found = made(text)
        lexical = Lexical.build([passage.indexed for passage in found.passages])
        for passage in found.passages:
            for question in ("耗材有哪些规定", "实验耗材", "报失怎么办", "提交材料", "完全无关的话", ""):
                start, end = excerpt(found, passage, question, lexical)
                assert found.text[end - 1] not in "：:", (size, question)
                assert end - start <= LONGEST
