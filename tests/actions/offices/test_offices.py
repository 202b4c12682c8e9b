"""The clients against a real back office."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from actions.offices import OfficeClosed, Offices, OutcomeUnknown, Refusal, wire
from actions.offices.leaves import Leave
from actions.offices.repairs import Repair
from actions.offices.transcripts import Transcript, TranscriptOrder
from tests.actions.campus_sim.back_office import SECRET, BackOffice, free_port, fresh_key

TRANSCRIPT = Transcript("2023010001", "zh", 3, False)


async def one_order(offices: Offices, key: str) -> TranscriptOrder:
    order = await offices.transcripts.find(key=key)
    assert order is not None
    return order


async def test_a_repair_is_made_shown_found_and_refused_a_second_time(offices: Offices) -> None:
    repair = Repair("2023010001", "3号楼", "水龙头关不紧", "13800138000", "any_time", room="502", place="阳台")
    key = fresh_key()
    made = await offices.repairs.submit(repair, key=key)
    assert (made.location, made.status, made.due) == ("3号楼502阳台", "受理", date(2026, 11, 25))
    assert await offices.repairs.order(made.number, student="2023010001") == made
    assert await offices.repairs.find(key=key) == made
    assert await offices.repairs.submit(repair, key=key) == made
    with pytest.raises(Refusal) as refusal:
        await offices.repairs.submit(repair, key=fresh_key())
    assert (refusal.value.code, refusal.value.details) == ("duplicate_repair", {"number": made.number})


async def test_a_transcript_is_made_and_shown_to_nobody_else(offices: Offices) -> None:
    made = await offices.transcripts.submit(TRANSCRIPT, key=fresh_key())
    assert (made.printer, made.place, made.copies, made.sealed) == ("DY01", "学生活动中心一楼大厅自助服务区", 3, False)
    assert await offices.transcripts.order(made.number, student="2023010001") == made
    with pytest.raises(Refusal, match="no_such_order"):
        await offices.transcripts.order(made.number, student="2023010005")


async def test_without_a_printer_a_transcript_is_refused(offices: Offices, back_office: BackOffice) -> None:
    working = [one.printer for one in await offices.transcripts.printers() if one.status == "ok"]
    for printer in working:
        back_office.printer(printer, "out_of_paper")
    with pytest.raises(Refusal, match="no_printer"):
        await offices.transcripts.submit(TRANSCRIPT, key=fresh_key())
    for printer in working:
        back_office.printer(printer, "ok")


async def test_a_leave_is_made_shown_and_refused_where_it_overlaps(offices: Offices) -> None:
    start, end = datetime(2026, 12, 1, 14, 0, 59), datetime(2026, 12, 3, 18)
    leave = Leave("2023010001", "事假", start, end, True, "家里有事", "杭州")
    key = fresh_key()
    made = await offices.leaves.submit(leave, key=key)
    terms = (made.terms.days, made.terms.status, made.terms.decide_by)
    assert terms == (2.5, "待辅导员审批", date(2026, 11, 24))
    assert (made.start, made.end) == (datetime(2026, 12, 1, 14), end)
    assert await offices.leaves.order(made.number, student="2023010001") == made
    assert await offices.leaves.find(key=key) == made
    with pytest.raises(Refusal) as refusal:
        await offices.leaves.submit(leave, key=fresh_key())
    assert (refusal.value.code, refusal.value.details) == (
        "overlapping_leave",
        {"number": made.number, "start": "2026-12-01T14:00", "end": "2026-12-03T18:00"},
    )


async def test_the_registers_are_read(offices: Offices) -> None:
    student = await offices.registry.student("2023010001")
    assert (student.student, student.name, student.dormitory, student.grade) == ("2023010001", "苏明", "3号楼502", 2023)
    assert [one.student for one in await offices.registry.samples(2)] == ["2023010001", "2023020001"]
    assert len(await offices.registry.buildings()) == 19
    assert (await offices.registry.room("3号楼", "502")).floor == 5
    card = await offices.cards.card("2023010001")
    assert (card.status, card.as_of.date(), len(card.recent) > 0) == ("正常", date(2026, 11, 23), True)


@pytest.mark.parametrize("kind", ["reset_after_commit", "truncated"])
async def test_an_order_whose_answer_is_lost_is_still_a_success(
    offices: Offices, back_office: BackOffice, kind: str
) -> None:
    back_office.fault(path="/transcripts", kind=kind)
    key = fresh_key()
    made = await offices.transcripts.submit(TRANSCRIPT, key=key)
    assert made == await one_order(offices, key)


@pytest.mark.parametrize("kind", ["reset_before", "status", "html_200"])
async def test_an_office_that_did_nothing_is_closed_and_can_be_tried_again_with_the_same_key(
    offices: Offices, back_office: BackOffice, kind: str
) -> None:
    back_office.fault(path="/transcripts", kind=kind)
    key = fresh_key()
    with pytest.raises(OfficeClosed):
        await offices.transcripts.submit(TRANSCRIPT, key=key)
    assert await offices.transcripts.find(key=key) is None
    assert await offices.transcripts.submit(TRANSCRIPT, key=key) == await one_order(offices, key)


async def test_a_lost_answer_and_a_lost_look_up_are_unknown_until_the_office_speaks_again(
    offices: Offices, back_office: BackOffice
) -> None:
    back_office.fault(path="/transcripts", kind="reset_after_commit")
    back_office.fault(path="/orders/by-key", method="GET", kind="reset_before", times=2)
    key = fresh_key()
    with pytest.raises(OutcomeUnknown):
        await offices.transcripts.submit(TRANSCRIPT, key=key)
    first = await one_order(offices, key)
    assert await offices.transcripts.submit(TRANSCRIPT, key=key) == first


async def test_a_slow_office_that_worked_first_is_a_success(
    offices: Offices, back_office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "POST_SECONDS", 0.8)
    back_office.fault(path="/transcripts", kind="delay", delay_ms=4000, after_commit=True)
    key = fresh_key()
    assert await offices.transcripts.submit(TRANSCRIPT, key=key) == await one_order(offices, key)


async def test_late_work_after_a_closed_office_and_a_second_try_make_one_order(
    offices: Offices, back_office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "POST_SECONDS", 0.3)
    back_office.fault(path="/transcripts", kind="delay", delay_ms=30_000)
    key = fresh_key()
    with pytest.raises(OfficeClosed) as closed:
        await offices.transcripts.submit(TRANSCRIPT, key=key)
    assert closed.value.sent is True
    monkeypatch.setattr(wire, "POST_SECONDS", 4.0)
    assert await offices.transcripts.submit(TRANSCRIPT, key=key) == await one_order(offices, key)


async def test_nobody_at_the_port_is_a_closed_office() -> None:
    offices = Offices.connect(f"http://127.0.0.1:{free_port()}", SECRET)
    with pytest.raises(OfficeClosed) as closed:
        await offices.transcripts.submit(TRANSCRIPT, key=fresh_key())
    assert closed.value.sent is False
    with pytest.raises(OfficeClosed):
        await offices.registry.buildings()
    assert await offices.reachable() is False
    await offices.close()


async def test_an_office_that_answers_is_reachable(offices: Offices, back_office: BackOffice) -> None:
    assert await offices.reachable() is True
    back_office.fault(path="/health", method="GET", kind="status")
    assert await offices.reachable() is False


async def test_a_wrong_secret_is_a_closed_office_not_a_refusal(back_office: BackOffice) -> None:
    offices = Offices.connect(back_office.url, "yesterday's")
    with pytest.raises(OfficeClosed):
        await offices.transcripts.submit(TRANSCRIPT, key=fresh_key())
    with pytest.raises(OfficeClosed):
        await offices.registry.student("2023010001")
    await offices.close()
