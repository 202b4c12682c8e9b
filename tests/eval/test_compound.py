"""The figures for compound messages on the hands that the judges were learnt from, and what the trained head makes of a few."""

from __future__ import annotations

import pytest

from eval.compound import DEVELOPMENT, measure, read, splitter


@pytest.mark.parametrize("hand", ["", "_second", "_third", "_fourth", "_fifth", "_sixth"])
def test_most_compound_messages_are_taken_apart_and_single_ones_are_not(hand: str) -> None:
    path = DEVELOPMENT.with_name(f"compound{hand}.yml")
    found, ordered, whole = measure(read(path, "compound"), read(path, "single"), "development")
    assert (found.n, ordered.n, whole.n) in {(102, 102, 70), (90, 90, 40), (120, 120, 70)}
    assert found.value >= 90.0
    assert ordered.value >= 82.0
    assert whole.value >= 95.0
    assert len(found.misses) == round(found.n * (1 - found.value / 100))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("喊我辅导员，喊之前先帮我请明天的假", ["leave_request", "human_handoff"]),
        ("打成绩单之前你先帮我查一下大物过没过", ["grade_query", "transcript_print"]),
        ("查饭卡余额，不够的话充一百", ["card_balance", "card_top_up"]),
        ("约个心理老师，请假条也一起帮我弄了", ["counselling_appointment", "leave_request"]),
        ("灯坏了饭卡也丢了", ["repair_request", "card_loss_report"]),
        ("3号楼502的灯坏了，顺便投诉一下宿管，还有帮我充五十", ["repair_request", "complaint", "card_top_up"]),
        ("打成绩单，顺便盖上公章", ["transcript_print"]),
        ("撤回今天的报修", ["progress_query"]),
        ("自习室的灯一闪一闪的，看着眼睛疼", ["repair_request"]),
        ("没丢没丢，卡好好的不用冻，我就瞅瞅还剩多少", ["card_balance"]),
        ("饭卡丢了，补办要多少钱", ["card_loss_report", "policy_question"]),
    ],
)
def test_a_message_is_as_many_requests_as_a_careful_reader_finds(text: str, wanted: list[str]) -> None:
    assert splitter()(text) == wanted
