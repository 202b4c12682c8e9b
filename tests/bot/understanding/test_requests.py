"""Messages taken apart, with a head that knows each piece: where they are cut, what stays together, what comes first."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding import Reading, requests

KNOWN = {
    "灯坏了": ("repair_request", 0.98),
    "投诉一下宿管": ("complaint", 0.97),
    "查余额": ("card_balance", 0.99),
    "充一百": ("card_top_up", 0.99),
    "打成绩单": ("transcript_print", 0.99),
    "查一下大物过没过": ("grade_query", 0.97),
    "喊我辅导员": ("human_handoff", 0.98),
    "请明天的假": ("leave_request", 0.98),
    "卡丢了": ("card_loss_report", 0.99),
    "请我一天假": ("leave_request", 0.99),
    "充钱": ("card_top_up", 0.9),
    "先不充钱": ("card_top_up", 0.9),
    "请病假和请事假": ("leave_request", 0.98),
    "规定上有啥不一样": ("policy_question", 0.95),
    "宿舍几点关门": ("policy_question", 0.96),
    "水龙头也坏了": ("repair_request", 0.96),
    "英文成绩单": ("transcript_print", 0.97),
    "我要在读证明": ("enrolment_certificate", 0.99),
    "讲座嘉宾也请好了": ("activity_signup", 0.85),
    "订间教室": ("venue_booking", 0.97),
    "我报修的灯": ("repair_request", 0.9),
    "都处理到哪了": ("progress_query", 0.9),
    "给我查绩点": ("grade_query", 0.97),
    "看下考场在哪": ("timetable_query", 0.7),
    "盖上公章": ("enrolment_certificate", 0.7),
    "给我来杯拿铁": ("coffee_order", 0.97),
}


def heard(text: str, known: dict[str, tuple[str, float]]) -> Reading:
    """Hears the longest of the known pieces within the text, and others of another kind half as sure."""
    vector: Any = object()
    found: dict[str, float] = {}
    for piece in sorted(known, key=len, reverse=True):
        intent, sure = known[piece]
        if piece in text and intent not in found:
            found[intent] = sure if not found else 0.5
    total = sum(found.values())
    if not found:
        return Reading(text, "out_of_scope", 0.9, (("out_of_scope", 0.9), ("goodbye", 0.1)), {}, vector)
    ranking = tuple((intent, chance / max(total, 1.0)) for intent, chance in found.items())
    # Only what is named outright leaves no second thought.
    second = () if ranking[0][1] == 1 else (("goodbye", max(0.0, 1 - sum(each for _, each in ranking))),)
    return Reading(text, *ranking[0], (*ranking, *second), {}, vector)


def read(text: str) -> Reading:
    return heard(text, KNOWN)


def split(text: str, known: dict[str, tuple[str, float]] | None = None) -> list[Reading]:
    """The parts, by a head that knows these pieces."""

    def read(piece: str) -> Reading:
        return heard(piece, KNOWN if known is None else known)

    return requests.split(read(text), read, lambda piece: read(piece).ranking)


def parts(text: str) -> list[tuple[str, str]]:
    return [(part.intent, part.text) for part in split(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("灯坏了,顺便投诉一下宿管", [("repair_request", "灯坏了"), ("complaint", "投诉一下宿管")]),
        ("灯坏了顺便投诉一下宿管", [("repair_request", "灯坏了"), ("complaint", "投诉一下宿管")]),
        ("先查余额,再充一百", [("card_balance", "查余额"), ("card_top_up", "充一百")]),
        (
            "我要在读证明,还有英文成绩单",
            [("enrolment_certificate", "我要在读证明"), ("transcript_print", "英文成绩单")],
        ),
        ("打成绩单,另外宿舍几点关门", [("transcript_print", "打成绩单"), ("policy_question", "宿舍几点关门")]),
        ("打成绩单之前先查一下大物过没过", [("grade_query", "查一下大物过没过"), ("transcript_print", "打成绩单")]),
        ("一边给我查绩点一边给我来杯拿铁", [("grade_query", "给我查绩点"), ("coffee_order", "给我来杯拿铁")]),
        ("打成绩单,顺便看下考场在哪", [("transcript_print", "打成绩单"), ("timetable_query", "看下考场在哪")]),
        ("灯坏了,3号楼502,顺便投诉一下宿管", [("repair_request", "灯坏了,3号楼502"), ("complaint", "投诉一下宿管")]),
    ],
)
def test_two_requests_are_taken_apart_and_come_in_their_order(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(intent, said.removeprefix("先")) for intent, said in parts(text)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "灯坏了",
        "灯坏了,另外水龙头也坏了",
        "先不充钱,查余额",
        "请病假和请事假,规定上有啥不一样",
        "讲座嘉宾也请好了,订间教室",
        "我报修的灯,还有请的假,都处理到哪了",
        "灯坏了,3号楼502,13812345678",
        "今天天气不错,然后呢,就是这样",
    ],
)
def test_one_request_with_its_reasons_stays_whole(text: str) -> None:
    assert parts(text) == [(read(text).intent, text)]


def test_what_only_says_where_and_when_is_not_read() -> None:
    asked: list[str] = []

    def counted(piece: str) -> Reading:
        asked.append(piece)
        return read(piece)

    whole = read("灯坏了,3号楼502,电话13812345678,明天下午都可以")
    requests.split(whole, counted, lambda piece: read(piece).ranking)
    assert asked == []


@pytest.mark.parametrize(("text", "perhaps"), [("灯坏了", False), ("灯坏了,来修", True), ("灯坏了顺便投诉", True)])
def test_a_message_without_a_place_to_cut_costs_nothing(text: str, perhaps: bool) -> None:
    assert requests.may_be_several(text) is perhaps


def test_a_long_story_is_not_taken_apart() -> None:
    assert len(parts("灯坏了," * 20 + "顺便投诉一下宿管")) == 2
    assert len(parts("灯坏了," * 80 + "顺便投诉一下宿管")) == 1


MORE = {
    "查饭卡余额": ("card_balance", 0.99),
    "不够的话充一百": ("card_top_up", 0.99),
    "打英文成绩单": ("transcript_print", 0.99),
    "在读证明": ("enrolment_certificate", 1.0),
    "成绩单放在一起": ("transcript_print", 0.97),
    "挂失校园卡": ("card_loss_report", 0.99),
    "查一下余额": ("card_balance", 0.99),
    "研讨室约明天下午的": ("venue_booking", 0.98),
    "帮我点杯美式": ("coffee_order", 0.99),
    "约心理老师": ("counselling_appointment", 0.99),
    "请假条也一起帮我弄了": ("leave_request", 0.6),
    "打在读": ("enrolment_certificate", 0.99),
    "想请假又怕点名": ("leave_request", 0.97),
    "有没有课": ("timetable_query", 0.97),
    "想跟导师聊考研": ("tutor_appointment", 0.97),
    "约半小时": ("venue_booking", 0.95),
    "挂失": ("card_loss_report", 1.0),
    "投诉食堂": ("complaint", 0.97),
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("打英文成绩单和在读证明", ["transcript_print", "enrolment_certificate"]),
        ("挂失校园卡并查一下余额", ["card_loss_report", "card_balance"]),
        ("研讨室约明天下午的,顺手帮我点杯美式", ["venue_booking", "coffee_order"]),
        ("挂失,打在读", ["card_loss_report", "enrolment_certificate"]),
        ("投诉食堂,等的工夫查一下余额", ["complaint", "card_balance"]),
        ("打英文成绩单和成绩单放在一起", ["transcript_print"]),
        ("想请假又怕点名,有没有课", ["leave_request"]),
        ("想跟导师聊考研,约半小时", ["tutor_appointment"]),
    ],
)
def test_what_connects_two_wishes_and_what_only_seems_to(text: str, wanted: list[str]) -> None:
    assert requests.may_be_several(text)
    assert [part.intent for part in split(text, MORE)] == wanted


def test_a_wish_that_leaves_unsaid_what_for_means_what_was_asked_about() -> None:
    rankings = {
        "心理咨询要钱不": (("policy_question", 0.98), ("counselling_appointment", 0.01), ("card_top_up", 0.01)),
        "不要钱就给我约一个": (("tutor_appointment", 0.5), ("counselling_appointment", 0.1)),
    }

    def heard(text: str) -> Reading:
        both = (("counselling_appointment", 0.5), ("policy_question", 0.4))
        ranking = rankings.get(text, both if "," in text else (("out_of_scope", 0.5), ("goodbye", 0.1)))
        return Reading(text, *ranking[0], ranking, {}, object())  # type: ignore[arg-type]

    whole = "心理咨询要钱不,不要钱就给我约一个"
    found = requests.split(heard(whole), heard, lambda piece: heard(piece).ranking)
    assert [part.intent for part in found] == ["policy_question", "counselling_appointment"]
