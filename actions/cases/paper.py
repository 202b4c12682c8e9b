"""A paper at the self-service printer: ordered, paid, printed and taken, or paid back; whatever dies on the way.

A saga of durable steps. Each deed at an office is one attempt with a key of its own, repeated with the same key until it
is known what became of it:

    order ─ refused → "refused"
      └ pay ─ refused → "unpaid"
          └ print ─ refused → refund → "refunded" (or "unprinted" when it was free)
              └ collect ─ taken → "collected"
                        └ pulled back → refund → "refunded" (or "unprinted")

What is still not known after the last attempt stands on the list of :mod:`~actions.cases.letters` with a person's name
(``"listed"``), at most :data:`LONGEST_SECONDS` after the step began while this process runs.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dbos import DBOS, DBOSConfiguredInstance, SetWorkflowID

from actions.cases.letters import Letters
from actions.offices import OfficeClosed, Offices, OutcomeUnknown, Refusal
from actions.offices.sending import Sending, sending_to
from actions.offices.transcripts import Transcript
from actions.offices.wire import keeps_keys

End = Literal["collected", "refunded", "refused", "unpaid", "unprinted", "listed"]
AGAIN = frozenset({"refunded", "unpaid", "unprinted"})
"""After these the same order may be tried once more: the student tops the card up, or the tray is filled."""
Deed = Literal["order", "pay", "print", "refund"]
Said = Mapping[str, Any]

VISIT = re.compile(r"[A-Za-z0-9]{1,40}")
LOOK_EVERY_SECONDS = 5.0
LOOKS = 60
"""Five minutes: the machine pulls a paper back after three."""
LONGEST_SECONDS = 600.0
"""Of one step with all its attempts: 12 calls of up to 7 s each, pauses of up to a minute, or all the looks."""

TODO = {
    "order": "在教务系统里查这个单号对应的申请是否存在；存在就让学生重新取件，不存在就请学生重新申请。没有扣过款。",
    "pay": "在校园卡系统里查这个单号是否扣过款；扣过而没有打印的，全额退回。",
    "print": "到打印机上看这份材料是否打出来了；没有打出来的，把这笔扣款全额退回。",
    "collect": "到打印机上看这份材料是被取走还是被收回；被收回的，把这笔扣款全额退回。",
    "refund": "在校园卡系统里查这笔扣款是否已经退回；没有退回的，全额退回。",
}
WHAT = {
    "order": "打印申请发出后一直没有回音，不知道是否成立。",
    "pay": "扣款请求发出后一直没有回音，不知道是否扣了款。",
    "print": "已经扣款（或免费），打印请求发出后一直没有回音，不知道是否打出来了。",
    "collect": "材料已经打印，但打印机一直不回答，不知道是否被取走。",
    "refund": "应当退款，但退款一直没有办成。",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what."""

    sending: Sending
    look_every: float = LOOK_EVERY_SECONDS
    looks: int = LOOKS


async def _nothing(_point: str, _saga: str) -> None:
    """Nobody watches."""


@DBOS.dbos_class("paper")
class Papers(DBOSConfiguredInstance):
    """The sagas of one campus. Made before :func:`~actions.cases.workflows.workflows` is entered."""

    def __init__(
        self,
        offices: Offices,
        letters: Letters,
        *,
        patience: Patience | None = None,
        name: str = "campus",
        at: Callable[[str, str], Awaitable[None]] = _nothing,
    ) -> None:
        """``at`` is told every point a saga passes (``"pay done"``) and its id; for tests that end the process there."""
        super().__init__(name)
        self._offices = offices
        self._letters = letters
        self._keeps_keys = keeps_keys(offices.client)
        self._patience = patience or Patience(sending_to(keeps_keys=self._keeps_keys))
        self._at = at
        self._own: set[str] = set()
        self._starting = asyncio.Lock()

    async def start(self, key: str, student: str, transcript: Transcript | None = None, *, visit: str = "1") -> str:
        """Let a saga run, and give its id.

        Without ``transcript``, ``key`` is the number of an order that is there already, whose paper the student asks for
        at the machine; with it, the key of one to be made. ``visit`` is the machine's own name for this time: a repeated
        call is the same saga. Another visit goes nowhere while one runs, nor after one that was collected or is listed;
        its id is given then. Raises ``ValueError`` for a visit that is not 1–40 ASCII letters and digits.
        """
        if VISIT.fullmatch(visit) is None:
            raise ValueError("not the name of a visit")
        saga = f"paper-{key}-{visit}"
        async with self._starting:
            sagas = await DBOS.list_workflows_async(
                workflow_id_prefix=f"paper-{key}-", load_input=False, sort_desc=True
            )
            for earlier in sagas:
                of_this = earlier.workflow_id.rpartition("-")[0] == f"paper-{key}"
                if earlier.workflow_id == saga or (of_this and earlier.output not in AGAIN):
                    return earlier.workflow_id
            said: dict[str, Any] = {"student": student, "number": key}
            if transcript is not None:
                form = {"language": transcript.language, "copies": transcript.copies, "sealed": transcript.sealed}
                said = {"student": student, "form": form, "key": key}
            self._own.add(saga)
            with SetWorkflowID(saga):
                await DBOS.start_workflow_async(self.run, saga, said)
        return saga

    async def end(self, saga: str) -> End | None:
        """How ``saga`` ended; ``None`` while it runs, or when there is none."""
        status = await DBOS.get_workflow_status_async(saga)
        return None if status is None else status.output

    @DBOS.workflow(name="paper")
    async def run(self, saga: str, said: dict[str, Any]) -> str:
        """The saga itself; gives its :data:`End`."""
        end = await self._walk(saga, said)
        await self._at("ended", saga)
        return end

    async def _walk(self, saga: str, said: dict[str, Any]) -> End:
        student = said["student"]
        order = await self._until_known("order", saga, said)
        if "refused" in order:
            return "refused"
        if "unknown" in order:
            return await self._list("order", saga, said.get("number", saga))
        number, charge = order["number"], None
        if order["fee_cents"]:
            paid = await self._until_known(
                "pay", saga, {"student": student, "number": number, "cents": order["fee_cents"]}
            )
            if "refused" in paid:
                return "unpaid"
            if "unknown" in paid:
                return await self._list("pay", saga, number)
            charge = paid["charge"]
        printed = await self._until_known("print", saga, {"student": student, "number": number})
        if "unknown" in printed:
            return await self._list("print", saga, number)
        if "refused" not in printed:
            state = await self._collected(saga, printed["print"], student)
            if state == "taken":
                return "collected"
            if state != "retracted":
                return await self._list("collect", saga, number)
        if charge is None:
            return "unprinted"
        back = await self._until_known("refund", saga, {"student": student, "charge": charge})
        if back.get("refused", "refunded_already") != "refunded_already" or "unknown" in back:
            return await self._list("refund", saga, number)
        return "refunded"

    async def _until_known(self, deed: Deed, saga: str, said: dict[str, Any]) -> Said:
        """Attempt after attempt; what the last one gave."""
        sending, attempt = self._patience.sending, 0
        while True:
            outcome: Said = await self.attempt(deed, saga, said)
            await self._at(f"{deed} recorded", saga)
            attempt += 1
            if "unknown" not in outcome or attempt >= sending.attempts:
                return outcome
            # The same pause whenever this workflow runs again: drawn from what it is, not from the clock.
            chance = random.Random(f"{saga} {deed} {attempt}")  # noqa: S311 - jitter, not a secret
            ended = OfficeClosed(sent=True) if outcome["unknown"] else OfficeClosed()
            await DBOS.sleep_async(sending.pause(attempt - 1, ended, chance))

    async def _collected(self, saga: str, made: str, student: str) -> str:
        """``taken``, ``retracted``, or ``tray`` when nobody could tell until the last look."""
        for _ in range(self._patience.looks):
            state: str = await self.look(saga, made, student)
            await self._at("collect recorded", saga)
            if state != "tray":
                return state
            await DBOS.sleep_async(self._patience.look_every)
        return "tray"

    async def _list(self, step: str, saga: str, number: str) -> End:
        await self.write(step, saga, number)
        return "listed"

    @DBOS.step(name="paper.attempt")
    async def attempt(self, deed: Deed, saga: str, said: dict[str, Any]) -> dict[str, Any]:
        """One call with the deed's key: what it gave, ``{"refused": code}``, or ``{"unknown": may still be done}``."""
        await self._settled(saga)
        await self._at(f"{deed} begun", saga)
        try:
            outcome = await self._do(deed, f"{saga}.{deed}", said)
        except Refusal as refusal:
            outcome = {"refused": refusal.code}
        except OfficeClosed as closed:
            outcome = {"unknown": closed.sent}
        except OutcomeUnknown:
            outcome = {"unknown": True}
        await self._at(f"{deed} done", saga)
        return outcome

    async def _settled(self, saga: str) -> None:
        """An attempt cut off with an earlier process may still be worked on, and an office without keys would do both."""
        if saga not in self._own and not self._keeps_keys:
            await asyncio.sleep(self._patience.sending.settles)
        self._own.add(saga)

    async def _do(self, deed: Deed, key: str, said: Said) -> dict[str, Any]:
        papers, student = self._offices.papers, said["student"]
        if deed == "order" and "form" in said:
            order = await self._offices.transcripts.submit(Transcript(student=student, **said["form"]), key=said["key"])
            return {"number": order.number, "fee_cents": order.fee_cents}
        if deed == "order":
            order = await self._offices.transcripts.order(said["number"], student=student)
            return {"number": order.number, "fee_cents": order.fee_cents}
        if deed == "pay":
            return {"charge": (await papers.charge(said["number"], student, said["cents"], key=key)).charge}
        if deed == "print":
            return {"print": (await papers.print(said["number"], student, key=key)).print}
        return {"refund": (await papers.refund(said["charge"], student, key=key)).refund}

    @DBOS.step(name="paper.look")
    async def look(self, saga: str, made: str, student: str) -> str:
        """The state of a print; ``tray`` too when the office does not say."""
        await self._at("collect begun", saga)
        try:
            return (await self._offices.papers.look(made, student)).state
        except (OfficeClosed, Refusal):
            return "tray"

    @DBOS.step(name="paper.write")
    async def write(self, step: str, saga: str, number: str) -> None:
        """A row on the list of what a person must see to."""
        await self._at("list begun", saga)
        await asyncio.to_thread(self._letters.add, f"paper.{step}", saga, f"{number}：{WHAT[step]}", TODO[step])
