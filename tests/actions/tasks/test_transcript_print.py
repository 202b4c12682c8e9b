"""What a transcript costs and where it is fetched, as a student reads it."""

from __future__ import annotations

import pytest

from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.task import read_tasks
from actions.tasks.transcript_print import preview, submit

STUDENT, WEST = "2023010001", "2023010003"
TASK = read_tasks()["transcript_print"]


def order(student: str = STUDENT, key: str = "k", **said: str) -> Order:
    return Order(student, {"language": "zh", "count": "2", "sealed": "no"} | said, key)


async def break_printer(offices: Offices, printer: str, status: str) -> None:
    await offices.client.put(f"/_printers/{printer}", json={"status": status})


async def test_the_card_tells_price_and_place(offices: Offices) -> None:
    assert await preview(order(), offices) == {
        "费用": "免费（打完这次，本学年还有 3 份免费）",
        "取件地点": "学生活动中心一楼大厅自助服务区",
    }


async def test_the_card_tells_why_it_costs_something(offices: Offices) -> None:
    card = await preview(order(count="8"), offices)
    assert card["费用"] == "6.00 元（本学年免费的还剩 5 份，3 份按每份 2 元收，取件时付）"
    assert (await preview(order(count="5"), offices))["费用"] == "免费（本学年的 5 份免费正好用完）"
    await submit(order(count="5"), offices)
    card = await preview(order(count="1"), offices)
    assert card["费用"] == "2.00 元（本学年 5 份免费的已用完，1 份按每份 2 元收，取件时付）"


async def test_both_languages_are_counted_together_on_the_card(offices: Offices) -> None:
    card = await preview(order(language="both", count="3"), offices)
    assert (card["一共"], card["费用"].split("（")[0]) == ("6 份（中文、英文各 3 份）", "2.00 元")


async def test_the_card_names_the_nearer_printers_that_do_not_work(offices: Offices) -> None:
    await break_printer(offices, "DY04", "out_of_paper")
    card = await preview(order(WEST), offices)
    assert card["取件地点"] == "学生活动中心一楼大厅自助服务区"
    assert card["暂时用不了"] == "教学楼B座一层大厅（缺纸）、体育馆一层前台（离线）"


async def test_a_card_orders_nothing(offices: Offices) -> None:
    await preview(order(), offices)
    assert await offices.transcripts.find(key="k") is None


async def test_a_receipt_tells_how_it_is_fetched_and_until_when(offices: Offices) -> None:
    made = await submit(order(count="6"), offices)
    assert made["number"] == "CJ20261123-0001"
    assert (made["place"], made["hours"]) == ("学生活动中心一楼大厅自助服务区", "每日 6:30–23:00")
    assert made["fee"] == "2.00 元，取件时付"
    assert made["how"] == "带校园卡或身份证，到机器上输入取件码就能打印，打印时付款，11月30日（周一）10:30前有效。"
    assert len(made["collect_code"]) == 6
    assert "单号 CJ20261123-0001" in TASK.done.format_map(made)


async def test_what_is_sealed_waits_at_the_desk(offices: Offices) -> None:
    for printer in ("DY01", "DY02", "DY04"):
        await break_printer(offices, printer, "offline")
    assert (await preview(order(sealed="yes"), offices))["取件地点"] == "学生社区服务中心2号窗口（学生活动中心一楼）"
    made = await submit(order(sealed="yes"), offices)
    assert made["how"] == "带校园卡或身份证到窗口报取件码，当场可取，11月30日（周一）10:30前有效。"
    assert made["fee"] == "免费"


@pytest.mark.parametrize(("student", "code"), [("2023010002", "suspended"), ("2022010001", "graduated")])
async def test_who_does_not_study_now_is_told_where_else(offices: Offices, student: str, code: str) -> None:
    for ask in (preview, submit):
        with pytest.raises(Refusal) as refusal:
            await ask(order(student), offices)
        assert refusal.value.code == code
        assert code in TASK.refusals


async def test_too_many_copies_are_asked_for_again(offices: Offices) -> None:
    with pytest.raises(Refusal) as refusal:
        await preview(order(language="both", count="6"), offices)
    words = TASK.refusals[refusal.value.code]
    assert words.text.format_map(refusal.value.details) == "中文、英文都要，一共就是 12 份，一次最多打印 10 份。"
    assert (words.ask, words.question) == ("count", "每种要几份？")


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("打两份中文成绩单", "zh"),
        ("英文成绩单三份", "en"),
        ("中英文成绩单各一份", "both"),
        ("一份中文的一份英文的", "both"),
        ("不要英文的，改成中文", "zh"),
        ("改成英文，不要中文", "en"),
        ("不是中文，是英文", None),
        ("打成绩单", None),
    ],
)
def test_a_language_is_heard_in_a_sentence(said: str, language: str | None) -> None:
    assert TASK.field("language").heard(said) == language
