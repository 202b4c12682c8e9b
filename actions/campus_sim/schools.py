"""The ten colleges of 示范大学, and names for its people."""

from __future__ import annotations

import random

COLLEGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("01", "计算机学院", ("计算机科学与技术", "软件工程", "人工智能")),
    ("02", "电子信息学院", ("电子信息工程", "通信工程")),
    ("03", "机械工程学院", ("机械设计制造及其自动化", "智能制造工程")),
    ("04", "土木建筑学院", ("土木工程", "建筑学")),
    ("05", "材料与化学学院", ("材料科学与工程", "应用化学")),
    ("06", "数学与物理学院", ("数学与应用数学", "物理学")),
    ("07", "经济管理学院", ("会计学", "金融学", "工商管理")),
    ("08", "外国语学院", ("英语", "日语")),
    ("09", "法学院", ("法学", "社会工作")),
    ("10", "艺术与设计学院", ("视觉传达设计", "音乐学")),
)
"""``(two digits of the student number, college, majors)``."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "子涵雨欣浩宇梓萱一诺思远佳怡俊杰晓明文静志强海燕建国春梅嘉豪雪梅天翊若曦明哲安琪睿泽宁书瑶启航清源"


def person(chance: random.Random) -> str:
    """An invented name of two or three characters."""
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=1 if chance.random() < 0.2 else 2))
