"""The names of columns: where a flattened table may begin, and what a name lets one expect below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .fragments import Fragment

Kind = Literal[
    "counter", "code", "name", "indicator", "note", "prose", "people", "time", "figure", "place", "contact", "any"
]

FEWEST, MOST = 3, 10
"""Columns of a table that survives flattening."""
LONGEST_NAME = 10
MOST_PIECES = 4
"""Lines over which the name of a narrow column may be broken."""

# The first that fits the end of a name tells its kind.
_ENDINGS: tuple[tuple[Kind, str], ...] = (
    ("counter", "序号|序|No.?|NO.?"),
    ("code", "编号|号码|代码|代号|学号|工号|课程号|文号"),
    ("contact", "电话|联系方式|邮箱|热线|网址|分机|传真|QQ群?|微信号?"),
    (
        "time",
        "时间|时限|期限|日期|进度|时间节点|节点|年限|学制|时段|周期|频次|年份|年度|学期|阶段|月份|届次|起止时间|工作日"
        "|有效期|课时|学时|周次|星期",
    ),
    (
        "figure",
        "分值|分数|得分|学分|金额|数量|人数|名额|比例|权重|限额|额度|标准分|单价|价格|费用|面积|数|份数|次数|总分|满分"
        "|加分|扣分|绩点|自评分?|元|分|占比|上限|容量|等次|等级|级别|档次|合计",
    ),
    ("place", "地点|校区|窗口|场所|位置|楼宇|房间|教室|地址|楼栋|楼层"),
    (
        "people",
        "部门|单位|责任人|负责人|联系人|牵头|协同|配合|机构|学院|主体|科室|处室|人员|院系|对象|领导|教师|导师|姓名"
        "|主办方?|承办方?|审批人|审核人|岗位|角色|班级|组织者|受理方?",
    ),
    ("note", "备注|注|材料|方式|方法|形式|渠道|依据|条件|范围|成果"),
    (
        "prose",
        "内容|要求|重点|标准|措施|说明|目标|观测点|要点|举措|情形|描述|流程|职责|规定"
        "|事由|做法|表现|细则|行为|原因|建议|问题|预期|观测|指引|要素|清单|程序|解释|处理|支撑|办法"
        "|简介|情况|步骤",
    ),
    ("indicator", "指标|任务|工作|项目|事项|活动|主题|其他"),
    (
        "name",
        "类别|类型|领域|名称|环节|板块|模块|维度|专业|课程|服务|业务|方面|品种|种类|分类|处分"
        "|奖项|工程|体系|层次|方向|专项|资源|性质|系列|类|级|项|性别|科目|科类|设备|场馆|赛事|竞赛|荣誉|证书",
    ),
)
_NAMES = tuple(
    (kind, re.compile(rf"(.{{0,6}}?)(?:{endings})(?:[（(][^（）()]{{1,8}}[）)])?")) for kind, endings in _ENDINGS
)
_ABOVE = re.compile(
    r"附件|附表|续表|附录|表\d|[一二三四五六七八九十]+、|第[一二三四五六七八九十百]+[章节条]|[（(][一二三四五六七八九十]+[)）]|\d+[.．、]"
)
"""What stands above a table, a caption or a clause, and is no name of a column."""
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z/／（）()及与和、·]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A row of names."""

    names: tuple[tuple[int, int], ...]
    """The fragments of each name: first, and after the last."""
    kinds: tuple[Kind, ...]
    worth: float
    """How likely these fragments are these names, to be compared with other divisions of the same fragments."""

    @property
    def start(self) -> int:
        return self.names[0][0]

    @property
    def end(self) -> int:
        return self.names[-1][1]


def kind_of(name: str) -> Kind | None:
    """What a name lets one expect below it; ``any`` for what might be a name, ``None`` for what is none."""
    if not name or len(name) > LONGEST_NAME or not _PLAIN.fullmatch(name) or _ABOVE.match(name):
        return None
    for kind, pattern in _NAMES:
        if pattern.fullmatch(name):
            return kind
    return "any" if 2 <= len(name) <= 6 and not re.search("[、及与和]", name) else None


def headings(pieces: Sequence[Fragment], start: int, *, marked: bool) -> Iterator[Heading]:
    """The rows of names that may begin with the fragment ``start``, for each number of names the likeliest one."""
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...], tuple[Kind, ...]]] = {
        (start, 0): (0.0, (), ())
    }
    for at in range(start, min(start + MOST * MOST_PIECES, len(pieces))):
        for count in range(MOST):
            reached = best.get((at, count))
            if reached is None:
                continue
            score, names, kinds = reached
            name = ""
            for end in range(at + 1, min(at + MOST_PIECES, len(pieces)) + 1):
                piece = pieces[end - 1]
                if end > at + 1 and not _may_go_on(pieces[end - 2], piece):
                    break
                name += piece.text
                kind = kind_of(name)
                if kind is None and len(name) > LONGEST_NAME:
                    break
                if kind is None or name in _said(pieces, names):
                    continue
                worth = score + _worth(pieces, at, end, kind, marked=marked)
                key = (end, count + 1)
                if key not in best or worth > best[key][0]:
                    best[key] = worth, (*names, (at, end)), (*kinds, kind)
    for count in range(FEWEST, MOST + 1):
        ends = [(reached[0], reached) for (_, names), reached in best.items() if names == count]
        for worth, (_, names, kinds) in sorted(ends, key=lambda each: -each[0])[:2]:
            known = sum(kind != "any" for kind in kinds)
            if known >= max(2, 0.6 * count) and kinds[-1] != "any":
                yield Heading(names, kinds, worth)


def _may_go_on(above: Fragment, piece: Fragment) -> bool:
    """Whether both may be of one name: ``姓 名`` is one, ``姓名 学号`` are two."""
    if piece.before.startswith("/"):
        return not piece.new_page
    return len(above.text) == len(piece.text) == 1


def _said(pieces: Sequence[Fragment], names: Sequence[tuple[int, int]]) -> set[str]:
    return {"".join(piece.text for piece in pieces[first:after]) for first, after in names}


def _worth(pieces: Sequence[Fragment], at: int, end: int, kind: Kind, *, marked: bool) -> float:
    """How likely the fragments are one name; ``marked``: whether blanks mark where something ends."""
    name = "".join(piece.text for piece in pieces[at:end])
    worth = 1.0 + 1.5 * (end - at) if kind != "any" else -1.0
    worth -= 0.0 if len(name) > 1 else 2.0
    worth -= 4.0 * sum(pieces[inner].before == " " or "_" in pieces[inner].before for inner in range(at + 1, end))
    if marked and end < len(pieces) and pieces[end].before.startswith("/") and "_" not in pieces[end].before:
        worth -= 8.0
    return worth
