"""Question files, and when a clause counts as the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.questions import Asked, asked, matches, outside


@pytest.mark.parametrize(
    ("locator", "expected", "right"),
    [
        ("第三章 第十二条", "第十二条", True),
        ("第三章 第二十二条", "第十二条", False),
        ("第三章 第十二条 （三）", "第十二条", True),
        ("第三章 第十二条", "第三章 第十二条", True),
        ("二、（一） 成绩单打印", "成绩单打印", True),
        ("五、（一） 成绩单自助打印终端", "成绩单打印", False),
        ("三、（五）18", "三、（五）18", True),
        ("三、（五）19", "三、（五）18", False),
        ("一、（三）2", "一、（二）2", False),
        ("六、", "六、1", True),
        ("四、（一） 24小时值班辅导员", "24小时值班辅导员", True),
    ],
)
def test_a_clause_is_right_when_its_path_ends_there(locator: str, expected: str, right: bool) -> None:
    assert matches(locator, expected) is right


def test_question_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.yml"
    path.write_text("- question: 几点关门\n  document: 宿舍规定\n  locators: [第一条]\n", encoding="utf-8")
    assert asked(path) == [Asked("几点关门", "宿舍规定", ("第一条",))]
    path.write_text("- 今天下雨吗\n", encoding="utf-8")
    assert outside(path) == ["今天下雨吗"]
