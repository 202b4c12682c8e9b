"""A transcript, as the transcript service wants it."""

from __future__ import annotations

from collections.abc import Mapping

from actions.form import day
from actions.offices import Offices, Refusal
from actions.offices.studies import by_standing
from actions.offices.transcripts import Language, Printer, Quote, Transcript
from actions.rasa_actions import Order

LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en", "both": "both"}
TROUBLE = {"out_of_paper": "缺纸", "offline": "离线"}


async def check(field: str, value: str, offices: Offices) -> None:
    """Everything a student says here is checked by its kind already."""


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """What it costs and where it is fetched, before anything is ordered."""
    try:
        quote = await offices.transcripts.quote(_transcript(order))
    except Refusal as refusal:
        raise by_standing(refusal) from refusal
    both = f"{quote.sheets} 份（中文、英文各 {order.values['count']} 份）"
    lines = {"一共": both} if order.values["language"] == "both" else {}
    lines |= {"费用": _price(quote), "取件地点": quote.place}
    if quote.skipped:
        lines["暂时用不了"] = "、".join(_skipped(one) for one in quote.skipped)
    return lines


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    try:
        waiting = await offices.transcripts.submit(_transcript(order), key=order.key)
    except Refusal as refusal:
        raise by_standing(refusal) from refusal
    until = f"{day(waiting.expires_at.date())}{waiting.expires_at:%H:%M}"
    if waiting.printer:
        pay = "打印时付款，" if waiting.fee_cents else ""
        how = f"带校园卡或身份证，到机器上输入取件码就能打印，{pay}{until}前有效。"
    else:
        how = f"带校园卡或身份证到窗口报取件码，当场可取，{until}前有效。"
    return {
        "number": waiting.number,
        "place": waiting.place,
        "hours": waiting.hours,
        "collect_code": waiting.collect_code,
        "fee": f"{_yuan(waiting.fee_cents)}，取件时付" if waiting.fee_cents else "免费",
        "how": how,
        "office_status": waiting.status,
    }


def _transcript(order: Order) -> Transcript:
    values = order.values
    return Transcript(
        student=order.student,
        language=LANGUAGES[values["language"]],
        copies=int(values["count"]),
        sealed=values["sealed"] == "yes",
    )


def _price(quote: Quote) -> str:
    """The fee with its reason: ``2.00 元（本学年免费的还剩 5 份，超出 1 份，每份 2 元）``."""
    if quote.fee_cents == 0:
        left = quote.free_left - quote.sheets
        return f"免费（打完这次，本学年还有 {left} 份免费）" if left else "免费（本学年的 5 份免费正好用完）"
    free = f"本学年免费的还剩 {quote.free_left} 份，" if quote.free_left else "本学年 5 份免费的已用完，"
    over = quote.sheets - quote.free_left
    return f"{_yuan(quote.fee_cents)}（{free}{over} 份按每份 2 元收，取件时付）"


def _yuan(cents: int) -> str:
    return f"{cents / 100:.2f} 元"


def _skipped(printer: Printer) -> str:
    return f"{printer.building}{printer.place}（{TROUBLE.get(printer.status, '停用')}）"
