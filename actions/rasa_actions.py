"""The three actions every service is made of: read and ask, submit, cancel."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import form, identity
from actions.cases.following import Begun, Following, Taken
from actions.offices import OfficeClosed, Offices, OutcomeUnknown, Refusal
from actions.showing import shown
from actions.task import CONFIRM, SIGN_IN, SKIPPED, Asked, BadTask, Choice, Task, Words

log = structlog.get_logger()

Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """What the student confirmed, ready to be sent."""

    student: str
    values: Mapping[str, str]
    key: str
    """The Idempotency-Key of this task instance: the same for every try, so nothing is sent twice."""


class OfficeOfTask(Protocol):
    """What ``office.py`` of a task gives.

    Where they are needed also ``options(asked: Asked, offices) -> Sequence[Choice]``, for fields of kind ``option``, and
    ``preview(order, offices) -> Mapping[str, str]``, lines for the confirm card. Both only read, and raise as ``check``.
    ``read(said, asked) -> Mapping[str, str]`` gives the fields that free words tell beside the entities: those of the first
    sentence (``asked`` is ``None``), or of an answer in free words to the question ``asked``. It fills only what is not known.
    """

    async def check(self, field: str, value: str, offices: Offices) -> None:
        """Raises :class:`Refusal` when the office would not take this value."""

    async def submit(self, order: Order, offices: Offices) -> Mapping[str, Any]:
        """Does it; gives what the task's ``done`` sentence names.

        ``number`` makes it a receipt; ``link`` (with ``link_label`` and ``link_text``) adds a link, ``choices`` (with
        ``choices_text``) buttons to go on with.
        """


class _Desk:
    """The office as the form asks it, for one turn."""

    def __init__(self, office: OfficeOfTask, offices: Offices, order: Callable[[Mapping[str, str]], Order]) -> None:
        self.office, self.offices, self.order = office, offices, order

    async def check(self, field: str, value: str) -> None:
        try:
            await self.office.check(field, value, self.offices)
        except Refusal as refusal:
            raise form.Unfit(refusal.code, refusal.details) from refusal
        except OfficeClosed:
            # The office looks again when the order arrives.
            return

    async def options(self, asked: Asked) -> Sequence[Choice]:
        try:
            found: Sequence[Choice] = await self.office.options(asked, self.offices)  # type: ignore[attr-defined]
        except Refusal as refusal:
            raise form.Unfit(refusal.code, refusal.details) from refusal
        except OfficeClosed as closed:
            raise form.Closed from closed
        return found

    async def preview(self, values: Mapping[str, str]) -> Mapping[str, str]:
        preview = getattr(self.office, "preview", None)
        if preview is None:
            return {}
        try:
            lines: Mapping[str, str] = await preview(self.order(values), self.offices)
        except Refusal as refusal:
            raise form.Unfit(refusal.code, refusal.details) from refusal
        except OfficeClosed as closed:
            raise form.Closed from closed
        return lines


def _slots(task: Task, tracker: Tracker) -> dict[str, str | None]:
    return {step: tracker.get_slot(task.slot(step)) for step in task.steps if step != SIGN_IN}


def _student(tracker: Tracker, secret: str) -> str | None:
    return identity.opened((tracker.latest_message.get("metadata") or {}).get("identity"), secret)


def _order(task: Task, student: str | None, values: Mapping[str, str | None], key: str) -> Order:
    """The order as the office gets it: without what was skipped, and without a name where none must be given."""
    told = {name: str(value) for name, value in values.items() if value is not None and value != SKIPPED}
    return Order("" if task.nameless(values) else student or "", told, key)


def _taken_up_again(tracker: Tracker) -> bool:
    """Whether another action has already worked on the student's last words and handed back to the form."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and str(event.get("name")).startswith(("action_submit_", "action_cancel_")):
            return True
    return False


class ValidateForm(Action):
    """Takes the turn and asks the next question, all in one call, so that a turn costs one trip."""

    def __init__(
        self, task: Task, office: OfficeOfTask, offices: Offices, secret: str, now: Callable[[], datetime]
    ) -> None:
        self.task, self.office, self.offices, self.secret, self.now = task, office, offices, secret, now
        if any(of.kind == "option" for of in task.fields) and not hasattr(office, "options"):
            raise BadTask(f"{task.name}: a field of kind option needs options() in office.py")

    def name(self) -> str:
        return f"validate_{self.task.form}"

    async def _person(self, student: str | None, known: Mapping[str, str | None]) -> form.Person | None:
        if student is None:
            return None
        if not any(of.suggest and not known.get(of.name) for of in self.task.fields):
            return form.Person(student)
        try:
            record = await self.offices.registry.student(student)
        except (OfficeClosed, Refusal):
            # Suggestions are a courtesy: without them the question is simply asked.
            return form.Person(student)
        return form.Person(student, {"dormitory": record.dormitory, "phone": record.phone})

    def _told(self, turn: form.Turn, values: Mapping[str, str | None]) -> Mapping[str, str]:
        """What free words tell of other fields, where the office of the task can read them."""
        read, words = getattr(self.office, "read", None), turn.entities.get("utterance")
        if read is None or not words:
            return {}
        asked = next((of.name for of in self.task.fields if of.name == turn.asked and of.kind == "text"), None)
        # What is said instead of signing in belongs to the first sentence.
        first = turn.intent == self.task.name or (turn.intent == "correct" and turn.asked == SIGN_IN)
        if not first and not (turn.intent == "answer" and asked):
            return {}
        unknown = {of.name for of in self.task.fields if values.get(of.name) in (None, of.default)} - set(turn.filled)
        return {name: value for name, value in read(words, asked).items() if name in unknown}

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        task, slot = self.task, self.task.slot
        if (tracker.latest_message.get("intent") or {}).get("name") == "cancel":
            # A form that sets nothing steps back, and the cancel rule has its turn.
            return []
        requested = tracker.get_slot("requested_slot") or ""
        named = {slot(step): step for step in task.steps}
        message = tracker.latest_message
        turn = form.Turn(
            intent=(message.get("intent") or {}).get("name") or "",
            entities={entity["entity"]: str(entity["value"]) for entity in message.get("entities") or []},
            filled=tuple(named[name] for name in tracker.slots_to_validate() if name in named),
            asked=named.get(requested),
        )
        sent, labels = tracker.get_slot(slot("sent")), tracker.get_slot(slot("labels"))
        if _taken_up_again(tracker):
            turn = form.Turn("resume", {}, (), None)
        state = form.State(
            _slots(task, tracker),
            int(tracker.get_slot(slot("tries")) or 0),
            tracker.get_slot(slot("trouble")),
            json.loads(sent) if sent else None,
            tracker.get_slot(slot("said")) or "",
            json.loads(labels) if labels else {},
        )
        known = {} if turn.intent == "change" else state.values
        student = _student(tracker, self.secret)
        told = self._told(turn, state.values)
        turn = replace(turn, filled=(*turn.filled, *told))
        state = replace(state, values={**state.values, **told})
        key = str(tracker.get_slot(slot("order")) or uuid.uuid4().hex)
        desk = _Desk(self.office, self.offices, lambda values: _order(task, student, values, key))
        step = await form.advance(task, state, turn, await self._person(student, known), desk, self.now())
        if step.ended:
            # Nothing was sent and nothing can be: the form closes, and the submitting action finds nothing to do.
            dispatcher.utter_message(json_message={"reply": step.reply, "prompt": None, "done": True})
            return [SlotSet(slot("trouble"), "ended"), SlotSet("requested_slot", None)]
        if step.reply is not None:
            dispatcher.utter_message(json_message={"reply": step.reply, "prompt": step.prompt})
        events = [SlotSet(slot(name), value) for name, value in step.state.values.items() if name in task.steps]
        if task.personal:
            # A flag for the form's order only; who is speaking is read from the signed token at every turn.
            events.append(SlotSet(slot(SIGN_IN), None if step.asking == SIGN_IN else True))
        events += [
            SlotSet(slot("order"), key),
            SlotSet(slot("said"), step.state.said),
            SlotSet(slot("labels"), json.dumps(step.state.labels, ensure_ascii=False) if step.state.labels else None),
            SlotSet(slot("tries"), step.state.tries),
            SlotSet(slot("trouble"), step.state.trouble),
            SlotSet("requested_slot", slot(step.asking) if step.asking else None),
        ]
        return events


class SubmitTask(Action):
    """Sends what was confirmed to the office, once, and says truthfully what came of it."""

    def __init__(
        self, task: Task, office: OfficeOfTask, offices: Offices, secret: str, following: Following | None = None
    ) -> None:
        self.task, self.office, self.offices, self.secret = task, office, offices, secret
        self.following = following if task.follow else None

    def name(self) -> str:
        return f"action_submit_{self.task.name}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        task, slot = self.task, self.task.slot
        if tracker.get_slot(slot("trouble")) == "ended":
            return [AllSlotsReset()]
        student, values = _student(tracker, self.secret), _slots(task, tracker)
        if student is None and not task.nameless(values):
            # The session ended between the question and the answer: back to the sign-in, nothing is sent.
            return (
                [SlotSet(slot(CONFIRM), None), FollowupAction(task.form)]
                if task.confirm
                else [FollowupAction(task.form)]
            )
        order = _order(task, student, values, str(tracker.get_slot(slot("order"))))
        if self.following is not None:
            # Before the office is asked: whatever dies from here on, its case is opened.
            labels = tracker.get_slot(slot("labels"))
            try:
                await self.following.begin(followed(task, order, json.loads(labels) if labels else {}))
            except SQLAlchemyError as error:
                # What cannot be followed is not taken: it would be nobody's.
                log.critical("case.not_begun", error=type(error).__name__)
                return self._not_done("closed", values)
        try:
            receipt = await self.office.submit(order, self.offices)
        except Refusal as refusal:
            log.info("task.refused", task=task.name, code=refusal.code)
            if self.following is not None:
                await self.following.refused(order.key)
            return self._refused(refusal, dispatcher)
        except (OfficeClosed, OutcomeUnknown) as trouble:
            # A form that left the house may still arrive late: then nobody may say that it was not done.
            late = isinstance(trouble, OfficeClosed) and trouble.sent
            kind = "unknown" if late or isinstance(trouble, OutcomeUnknown) else "closed"
            log.warning("task.not_done", task=task.name, outcome=kind)
            if task.confirm is None:
                self._end(dispatcher, {"kind": "text", "text": getattr(task, kind)})
                return [AllSlotsReset()]
            return self._not_done(kind, values)
        log.info("task.done", task=task.name)
        if self.following is not None:
            await self._follow(self.following, order, receipt)
        self._told(receipt, dispatcher)
        return [AllSlotsReset()]

    def _not_done(self, kind: str, values: Mapping[str, str | None]) -> Events:
        """Back to the card, which says what is known."""
        slot = self.task.slot
        sent = {name: value for name, value in values.items() if value is not None and name != CONFIRM}
        return [
            SlotSet(slot(CONFIRM), None),
            SlotSet(slot("trouble"), kind),
            SlotSet(slot("sent"), json.dumps(sent, ensure_ascii=False) if kind == "unknown" else None),
            FollowupAction(self.task.form),
        ]

    async def _follow(self, following: Following, order: Order, receipt: Mapping[str, Any]) -> None:
        """The case of an order. The office has it by now, so that nothing here may keep the receipt from the student."""
        names = ("department", "support", "confidence", "sure")
        said = {name: receipt[name] for name in names if name in receipt}
        try:
            if receipt.get("number"):
                await following.took(order.key, Taken(str(receipt["number"]), **said))
            else:
                await following.refused(order.key)
        except SQLAlchemyError as error:
            # The note that was made before is cleared up in the next round.
            log.error("case.not_opened", error=type(error).__name__)

    def _told(self, receipt: Mapping[str, Any], dispatcher: CollectingDispatcher) -> None:
        """The receipt, and what goes on from it: where to pay, what can be done next."""
        task = self.task
        text = str(receipt.get("text") or task.done.format_map(receipt))
        if number := receipt.get("number"):
            status = receipt.get("office_status") or task.status
            self._end(
                dispatcher,
                {"kind": "receipt", "text": text, "number": number, "task": task.name, "status": status},
            )
        else:
            self._end(dispatcher, {"kind": "text", "text": text})
        if link := receipt.get("link"):
            label, words = receipt["link_label"], receipt["link_text"]
            self._end(dispatcher, {"kind": "link", "text": words, "url": link, "label": label})
        if choices := receipt.get("choices"):
            self._end(dispatcher, {"kind": "choices", "text": receipt["choices_text"], "choices": list(choices)})

    def _refused(self, refusal: Refusal, dispatcher: CollectingDispatcher) -> Events:
        task = self.task
        words = task.refusals.get(refusal.code)
        if words is None:
            log.error("task.refusal_without_words", task=task.name, code=refusal.code)
            words = Words(form.WORDS["refused"].format(office=task.office))
        text = words.text.format_map(refusal.details)
        if words.ask is None:
            self._end(dispatcher, {"kind": "text", "text": text})
            return [AllSlotsReset()]
        dispatcher.utter_message(json_message={"reply": {"kind": "text", "text": text}, "prompt": None})
        return [
            SlotSet(task.slot(words.ask), None),
            SlotSet(task.slot(CONFIRM), None),
            # Other contents are another order: the office would rightly refuse them under the old key.
            SlotSet(task.slot("order"), None),
            SlotSet(task.slot("trouble"), None),
            SlotSet(task.slot("sent"), None),
            FollowupAction(task.form),
        ]

    @staticmethod
    def _end(dispatcher: CollectingDispatcher, reply: dict[str, Any]) -> None:
        dispatcher.utter_message(json_message={"reply": reply, "prompt": None, "done": True})


def followed(task: Task, order: Order, labels: Mapping[str, str]) -> Begun:
    """What is known of an order before its office has it."""
    follow, values = task.follow, order.values
    if follow is None:
        raise BadTask(f"{task.name} is not followed")
    private = any(values.get(name) == value for name, value in follow.private.items())
    # A telephone number is a name.
    told = [of for of in task.fields if values.get(of.name) and not (private and of.kind == "phone")]
    return Begun(
        order.key,
        task.name,
        task.title,
        follow.department,
        order.student,
        {of.label: shown(of, values[of.name], labels) for of in told},
        place=values.get(follow.place, ""),
        fault=values.get(follow.fault, ""),
        private=private,
        urgent=any(values.get(name) == value for name, value in follow.urgent.items()),
    )


class CancelTask(Action):
    """Stops a service and leaves nothing behind; where none is open, says what became of it.

    An answer can be lost on its way back to the student: whoever asks again then hears how it ended, or goes on.
    """

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = tasks

    def name(self) -> str:
        return "action_cancel_task"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        if ended := _ended(tracker):
            for said in ended:
                dispatcher.utter_message(json_message=said)
            return []
        task = next((task for task in self.tasks.values() if tracker.get_slot(task.slot("order"))), None)
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        if task is not None and intent != "cancel":
            # The turn that should have gone on broke off: the form is taken up where it stopped.
            return [FollowupAction(task.form)]
        text = form.WORDS["cancelled" if intent == "cancel" else "gone"]
        if task is not None:
            perhaps = tracker.get_slot(task.slot("trouble")) == "unknown" or not tracker.active_loop
            text = task.unknown_cancelled if perhaps else task.cancelled
        reply = {"kind": "text", "text": text}
        dispatcher.utter_message(json_message={"reply": reply, "prompt": None, "done": True})
        return [AllSlotsReset()]


def _ended(tracker: Tracker) -> list[dict[str, Any]]:
    """The words that ended this service, in order; empty when it has not ended."""
    ended: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        said = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if said and not said.get("done"):
            break
        if said:
            ended.insert(0, dict(said))
        elif ended and event.get("event") == "user":
            break
    return ended
