"""Which courses a sentence names."""

from __future__ import annotations

import pytest

from actions.course_names import means, named

COURSES = (
    "高等数学(上)",
    "高等数学(下)",
    "大学英语(一)",
    "大学英语(二)",
    "思想道德与法治",
    "体育(一)",
    "线性代数",
    "中国近现代史纲要",
    "形势与政策",
    "计算机科学与技术导论",
    "软件工程导论",
    "软件工程基础",
    "软件工程原理(上)",
    "软件工程原理(下)",
    "软件工程实验",
    "计算机科学与技术实验",
)


@pytest.mark.parametrize(
    ("said", "courses"),
    [
        ("线代考了多少", {"线性代数"}),
        ("近代史卷面分能看到不", {"中国近现代史纲要"}),
        ("思修那门给了我多少", {"思想道德与法治"}),
        ("形策过了没", {"形势与政策"}),
        ("体育给我多少分", {"体育(一)"}),
        ("软工导论过了吗", {"软件工程导论"}),
        ("计科导论", {"计算机科学与技术导论"}),
        ("软件工程基础的成绩", {"软件工程基础"}),
        ("高数考了多少", {"高等数学(上)", "高等数学(下)"}),
        ("高数下考了多少", {"高等数学(下)"}),
        ("高数（上）多少分", {"高等数学(上)"}),
        ("高数上学期多少", {"高等数学(上)", "高等数学(下)"}),
        ("大英二多少分", {"大学英语(二)"}),
        ("英语1多少分", {"大学英语(一)"}),
        ("英语三多少分", {"大学英语(一)", "大学英语(二)"}),
        ("软件工程原理下册", {"软件工程原理(下)"}),
        ("实验课成绩录了没", {"软件工程实验", "计算机科学与技术实验"}),
        ("线代和软工导论都过了吗", {"线性代数", "软件工程导论"}),
    ],
)
def test_a_short_name_is_understood(said: str, courses: set[str]) -> None:
    found = named(said, COURSES)
    assert found is not None
    assert set(found.courses) == courses
    assert found.words in said


@pytest.mark.parametrize(
    "said",
    ["我大学挂了几门", "查成绩", "上学期成绩出来了吗", "大一的绩点是几点几", "数据结构", "研究生成绩", "", "技术"],
)
def test_ordinary_words_name_no_course(said: str) -> None:
    assert named(said, COURSES) is None


@pytest.mark.parametrize(
    ("words", "course", "meant"),
    [
        ("离散", "离散数学", True),
        ("离数", "离散数学", True),
        ("大物", "大学物理", True),
        ("马原", "马克思主义基本原理", True),
        ("毛概", "毛泽东思想和中国特色社会主义理论体系概论", True),
        ("概率论", "概率论与数理统计", True),
        ("计组", "计算机组成原理", True),
        ("编译", "编译原理", True),
        ("数高", "高等数学", False),
        ("高", "高等数学", False),
        ("大学", "大学物理", False),
        ("高微", "高等数学", False),
    ],
)
def test_a_short_name_keeps_the_first_character_and_the_order(words: str, course: str, meant: bool) -> None:
    assert means(words, course) is meant
