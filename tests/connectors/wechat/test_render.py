"""What each kind of reply looks like inside WeChat, and how a long one is shortened."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.wechat.cut import cut
from connectors.channels.wechat.render import LIMIT, render

CRISIS = {
    "kind": "crisis",
    "text": "我听见你了。现在最要紧的是你的安全。",
    "hotlines": [
        {"name": "全国统一心理援助热线", "phone": "12356", "hours": "24 小时"},
        {"name": "校医院急诊", "phone": "000-0000", "hours": ""},
    ],
}
CARD = "我听见你了。现在最要紧的是你的安全。\n全国统一心理援助热线：12356（24 小时）\n校医院急诊：000-0000"
CHOICES = [{"label": "是，提交", "payload": "affirm"}, {"label": "修改地点", "payload": "change:location"}]


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ({"kind": "text", "text": "你好。"}, "你好。"),
        (
            {
                "kind": "answer",
                "text": "宿舍 23:00 关门。",
                "confidence": 0.9,
                "sources": [
                    {
                        "document": "学生宿舍管理办法",
                        "number": "校发〔2024〕12 号",
                        "locator": "第三章 第十二条",
                        "page": 7,
                        "quote": "……",
                        "url": "/documents/7#120-164",
                    },
                    {"document": "《学生手册》", "number": None, "locator": "", "page": None, "quote": "", "url": None},
                ],
            },
            "宿舍 23:00 关门。\n出处：《学生宿舍管理办法》（校发〔2024〕12 号）第三章 第十二条\n"
            "https://counsellor.test/documents/7#120-164\n出处：《学生手册》",
        ),
        (
            {"kind": "choices", "text": "请问在哪个校区？", "choices": [{"label": "东校区"}, {"label": "西\n校区"}]},
            "请问在哪个校区？\n1. 东校区\n2. 西 校区\n回复数字选择",
        ),
        (
            {
                "kind": "confirm",
                "text": "请核对：",
                "fields": [{"label": "地点", "value": "3号楼502"}, {"label": "电话", "value": "13800138000"}],
                "choices": CHOICES,
            },
            "请核对：\n地点：3号楼502\n电话：13800138000\n1. 是，提交\n2. 修改地点\n回复数字选择",
        ),
        (
            {
                "kind": "receipt",
                "text": "已受理。",
                "number": "BX20261122",
                "task": "repair_request",
                "status": "待派单",
            },
            "已受理。\n受理编号：BX20261122\n状态：待派单",
        ),
        ({"kind": "receipt", "text": "已受理。", "number": "BX1", "status": "accepted"}, "已受理。\n受理编号：BX1"),
        ({"kind": "link", "text": "请先登录：", "url": "/sign-in"}, "请先登录：\nhttps://counsellor.test/sign-in"),
        ({"kind": "link", "text": "看这里：", "url": "https://a.cn/b?c=d#e"}, "看这里：\nhttps://a.cn/b?c=d#e"),
        (
            {"kind": "link", "text": "看这里：", "url": "/文件/a b"},
            "看这里：\nhttps://counsellor.test/%E6%96%87%E4%BB%B6/a%20b",
        ),
        ({"kind": "link", "text": "看这里：", "url": "javascript:alert(1)"}, "看这里："),
        (
            {"kind": "link", "text": "15 分钟内付款。", "url": "/pay/1", "label": "去支付"},
            "15 分钟内付款。\n去支付：\nhttps://counsellor.test/pay/1",
        ),
        (CRISIS, CARD),
        ({"kind": "handoff", "text": "正在转接老师。", "position": 2}, "正在转接老师。\n当前排在第 2 位"),
        ({"kind": "handoff", "text": "老师来了。", "position": None}, "老师来了。"),
        ({"kind": "something_new", "text": "也读得出来。"}, "也读得出来。"),
    ],
)
def test_every_kind_of_reply(reply: dict[str, Any], shown: str) -> None:
    assert render([reply], public_url="https://counsellor.test/") == shown


def test_without_a_public_url_a_source_has_no_link() -> None:
    source = {"document": "学生手册", "locator": "第一条", "url": "/documents/7#1-2"}
    assert render([{"kind": "answer", "text": "是。", "sources": [source]}]) == "是。\n出处：《学生手册》第一条"


def test_a_link_that_leads_nowhere_inside_wechat_says_where_to_go_instead() -> None:
    link = {"kind": "link", "text": "请先登录。", "url": "/sign-in", "label": "去登录"}
    assert render([link]) == "请先登录。\n（这一步要在网页上办，请打开学校的虚拟辅导员网页。）"


def test_a_receipt_its_link_and_what_can_be_done_next_are_one_text() -> None:
    replies = [
        {
            "kind": "receipt",
            "text": "场地已留好。",
            "number": "CD20261123-0001",
            "task": "venue_booking",
            "status": "待支付",
        },
        {"kind": "link", "text": "15 分钟内付款。", "url": "https://pay.example.edu.cn/1", "label": "去支付"},
        {"kind": "choices", "text": "还可以：", "choices": [{"label": "取消预约"}, {"label": "再订一间"}]},
    ]
    assert render(replies) == (
        "场地已留好。\n受理编号：CD20261123-0001\n状态：待支付\n\n"
        "15 分钟内付款。\n去支付：\nhttps://pay.example.edu.cn/1\n\n"
        "还可以：\n1. 取消预约\n2. 再订一间\n回复数字选择"
    )


def test_eight_long_options_are_whole_beside_a_long_text() -> None:
    options = [f"11月25日（周三）{hour}:00–{hour}:50 王老师（学生活动中心 305）" for hour in range(10, 18)]
    asked = {"kind": "choices", "text": LONG, "choices": [{"label": one} for one in options]}
    shown = render([asked])
    assert shown.split("\n")[-9:] == [*(f"{n}. {one}" for n, one in enumerate(options, 1)), "回复数字选择"]
    assert len(shown.encode()) <= LIMIT


def test_a_list_too_long_for_wechat_says_how_many_are_left_out_and_ends_with_what_to_do() -> None:
    options = [{"label": f"第{n}项" + "很长" * 40} for n in range(1, 31)]
    shown = render([{"kind": "choices", "text": "选哪一项？", "choices": options}]).split("\n")
    listed = [line for line in shown if re.match(r"\d+\. ", line)]
    assert listed[0] == "1. 第1项" + "很长" * 18 + "…"
    assert shown == [
        "选哪一项？",
        *listed,
        f"还有 {30 - len(listed)} 项，这里放不下：直接打字说你要哪一项就行。",
        "回复数字选择",
    ]
    assert len("\n".join(shown).encode()) <= LIMIT


def test_a_source_is_named_once() -> None:
    source = {"document": "学生手册", "locator": "第一条"}
    assert render([{"kind": "answer", "text": "是。", "sources": [source, source]}]).count("出处") == 1


def test_the_crisis_card_comes_before_everything_else() -> None:
    assert render([{"kind": "text", "text": "好的。"}, CRISIS]) == CARD + "\n\n好的。"


def test_only_the_list_that_is_open_has_numbers() -> None:
    old = {"kind": "choices", "text": "您要问的是？", "choices": [{"label": "补考"}, {"label": "重修"}]}
    new = {"kind": "choices", "text": "哪个校区？", "choices": [{"label": "东"}, {"label": "西"}]}
    assert render([old, new]) == "您要问的是？\n· 补考\n· 重修\n\n哪个校区？\n1. 东\n2. 西\n回复数字选择"


def test_an_earlier_answer_is_announced() -> None:
    late, own = {"kind": "text", "text": "甲"}, {"kind": "text", "text": "乙"}
    assert render([own], late=[late]) == "刚才那条消息的回复：\n\n甲\n\n乙"


def test_nothing_said_is_nothing_shown() -> None:
    assert render([]) == render([{"kind": "text", "text": " "}]) == ""


# --- too long ---------------------------------------------------------------------------------------------------------

LONG = "按照规定办理即可。" * 200


def test_a_long_text_ends_after_a_sentence() -> None:
    shown = render([{"kind": "text", "text": LONG}])
    assert shown == "按照规定办理即可。" * 73 + "…"
    assert len(shown.encode()) <= LIMIT


def test_a_text_at_the_limit_is_whole() -> None:
    assert render([{"kind": "text", "text": "a" * LIMIT}]) == "a" * LIMIT
    assert render([{"kind": "text", "text": "a" * (LIMIT + 1)}]) == "a" * (LIMIT - 3) + "…"


def test_prose_gives_way_to_sources_and_to_the_open_question() -> None:
    answer = {"kind": "answer", "text": LONG, "sources": [{"document": "学生手册", "locator": "第一条"}]}
    shown = render([answer, {"kind": "choices", "text": "刚才问到：在哪个校区？", "choices": [{"label": "东"}]}])
    assert shown.endswith("。…\n出处：《学生手册》第一条\n\n刚才问到：在哪个校区？\n1. 东\n回复数字选择")
    assert LIMIT - 40 < len(shown.encode()) <= LIMIT


def test_a_long_story_on_a_confirm_card_leaves_room_for_the_question() -> None:
    card = {"kind": "confirm", "text": "请核对：", "fields": [{"label": "事由", "value": LONG}], "choices": CHOICES}
    shown = render([card])
    assert shown.endswith("…\n1. 是，提交\n2. 修改地点\n回复数字选择")
    assert len(shown.encode()) < LIMIT


def test_the_crisis_card_is_never_cut() -> None:
    shown = render([{"kind": "text", "text": LONG}, CRISIS, {"kind": "text", "text": LONG}])
    assert shown.startswith(CARD + "\n\n按照规定")
    assert len(shown.encode()) <= LIMIT


def test_a_long_crisis_card_leaves_no_room_for_anything_else() -> None:
    card = CRISIS | {"text": "我" * 600}
    shown = render([{"kind": "text", "text": LONG}, card])
    assert shown == render([card])
    assert "我" * 600 in shown


def test_a_crisis_card_wechat_could_not_show_keeps_every_hotline() -> None:
    shown = render([CRISIS | {"text": "我" * 900}, {"kind": "text", "text": "好"}])
    assert shown.endswith("…\n" + CARD.split("\n", 1)[1])
    assert len(shown.encode()) <= LIMIT


@pytest.mark.parametrize("filler", range(12))
@pytest.mark.parametrize(
    ("piece", "between"),
    [
        ("👩‍👩‍👧‍👦", ""),
        ("👍🏽", ""),
        ("🇨🇳", ""),
        ("1️⃣", ""),
        ("❤️‍🔥", ""),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", ""),
        ("e\u0301", ""),
        ("https://a.cn/b?c=1", "，"),
        ('<a href="https://a.cn">看 这？好</a>', ""),
    ],
)
def test_what_is_seen_as_one_is_not_taken_apart(piece: str, between: str, filler: int) -> None:
    text = "字" * filler + (piece + between) * 60
    for limit in range(3, 150):
        kept = cut(text, limit)
        assert len(kept.encode()) <= limit
        assert kept[-1] == "…"
        assert set(kept[:-1].replace(piece, "")) <= {"字", "，"}
    assert piece in kept


@given(text=st.text(max_size=300), limit=st.integers(0, 400))
def test_a_cut_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    kept = cut(text, limit)
    assert len(kept.encode()) <= limit
    assert kept == text or kept == "" or (kept[-1] == "…" and text.startswith(kept[:-1]))


@given(
    replies=st.lists(
        st.fixed_dictionaries(
            {"kind": st.sampled_from(["text", "answer", "choices", "receipt", "link", "handoff"])},
            optional={
                "text": st.text(max_size=900) | st.none(),
                "sources": st.lists(st.fixed_dictionaries({"document": st.text(max_size=300)}), max_size=4),
                "choices": st.lists(st.fixed_dictionaries({"label": st.text(max_size=300)}), max_size=4),
                "number": st.text(max_size=20),
                "url": st.text(max_size=200) | st.just("https://a.cn/" + "a" * 1990),
                "position": st.integers() | st.text(max_size=3),
            },
        ),
        max_size=5,
    ),
    crisis=st.booleans(),
)
def test_whatever_is_said_fits_and_the_card_stands_first(replies: list[dict[str, Any]], crisis: bool) -> None:
    shown = render([*replies, CRISIS] if crisis else replies, late=replies[:1], public_url="https://counsellor.test")
    assert len(shown.encode()) <= LIMIT
    assert not re.search("[\x00-\x08]", shown)
    assert not any(unicodedata.category(character) == "Cs" for character in shown)
    if crisis:
        assert shown.startswith(CARD)
