"""How a service asks: which question is next, whether an answer will do, what the confirm card shows.

Pure but for what the office is asked: a :class:`Turn` and the :class:`State` so far give a :class:`Step`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from actions.fitting import Unfit, applies, as_sent, fits
from actions.questions import WORDS, card, noted, question, refused, sign_in, waiting, which
from actions.showing import day, masked, moment, shown
from actions.task import CONFIRM, SKIPPED, Asked, Choice, Field, Task
from actions.turns import Closed, Desk, Person, State, Step, Turn

__all__ = [
    "WORDS",
    "Closed",
    "Desk",
    "Person",
    "State",
    "Step",
    "Turn",
    "Unfit",
    "advance",
    "day",
    "fits",
    "masked",
    "moment",
    "shown",
]


CHANGED_TO = re.compile("改|换|调成|变成")
"""Words of a change; a bare 不是 denies something else."""


def hear(task: Task, turn: Turn, values: Mapping[str, str | None]) -> dict[str, str]:
    """Choices named in passing: 随时可以来 in the first sentence, 要密封 at the confirm card."""
    words = turn.entities.get("utterance")
    if not words or turn.intent not in (task.name, "correct", "answer", "change"):
        return {}
    found = {}
    for of in task.fields:
        if turn.intent == "change" and of.name != turn.entities.get("field"):
            continue
        value = of.heard(words) or (_relabelled(of, words) if turn.intent != task.name else None)
        if _may_hear(of, turn, values) and value and value != values.get(of.name):
            found[of.name] = value
    return found


def _relabelled(of: Field, words: str) -> str | None:
    """The one choice that a change names by its label: 「换成恋爱感情」, where no other words are known for it."""
    if not CHANGED_TO.search(words):
        return None
    named = [
        one.value for one in of.choices if re.search(rf"(?<!不是)(?<!不要)(?<!不)(?<!别){re.escape(one.label)}", words)
    ]
    return named[0] if len(named) == 1 else None


def _may_hear(of: Field, turn: Turn, values: Mapping[str, str | None]) -> bool:
    """An answer to one question may tell more, but must not overturn in passing what was told before."""
    told = values.get(of.name) not in (None, "", of.default)
    return of.name not in turn.filled and (turn.intent != "answer" or turn.asked in (of.name, CONFIRM) or not told)


def unsettled(task: Task, state: State, turn: Turn, person: Person | None) -> Step:
    """The first try may have arrived: until that is known, only the very same order may be sent again."""
    confirmed = state.values.get(CONFIRM) == "yes"
    wants_change = turn.intent in ("correct", "change") or state.values.get(CONFIRM) == "no"
    values = {of.name: (state.sent or {}).get(of.name) for of in task.fields}
    state = replace(state, values={**values, CONFIRM: "yes" if confirmed else None})
    if person is None and task.needs_sign_in(values):
        return sign_in(task, state)
    return Step(state, None) if confirmed else card(task, state, WORDS["unsettled"] if wants_change else "")


YES_OR_NO = {"yes", "no"}
"""The choices of an ``option`` that asks whether something is to be done."""


@dataclass(slots=True)
class _Form:
    """One turn at work: what is known while the answers are gone through."""

    task: Task
    turn: Turn
    person: Person | None
    desk: Desk
    now: datetime
    values: dict[str, str | None]
    labels: dict[str, str]
    said: str
    filled: set[str]
    unfit: dict[str, Unfit] = field(default_factory=dict)
    offered: dict[str, Sequence[Choice]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What was said in this turn."""
        return self.turn.entities.get("utterance", "")

    def reject(self, name: str, why: Unfit | None = None) -> None:
        """Forgets an answer that will not do; the question is asked again where the refusal says so."""
        self.values[name] = None
        self.filled.discard(name)
        self.labels.pop(name, None)
        if why is not None:
            self.unfit[name] = why

    def mistaken(self, of: Field, value: str) -> bool:
        """Whether free words are the answer to another question: 实名, said where a place was asked for."""
        labels = {one.label for other in self.task.fields for one in other.choices if other.name in self.filled}
        return of.kind == "text" and of.name == self.turn.asked and value in labels

    async def check(self) -> None:
        """Every answer of this turn, for its kind and by the office."""
        for of in self.task.fields:
            value = self.values.get(of.name)
            if value is not None and of.name in self.filled and self.mistaken(of, value):
                self.reject(of.name)
                continue
            if of.name not in self.filled or value is None or of.kind == "option":
                continue
            try:
                good = fits(of, value, self.now)
                if good and value != SKIPPED:
                    await self.desk.check(of.name, as_sent(of, value))
            except Unfit as why:
                self.reject(of.name, why)
                continue
            if not good:
                self.reject(of.name)
            else:
                self.values[of.name] = as_sent(of, value)

    def tell(self) -> None:
        """What the answers of this turn say of other fields of which nothing was said."""
        for of in self.task.fields:
            if of.name not in self.filled or self.values.get(of.name) in (None, SKIPPED):
                continue
            for name, value in of.tells.items():
                if not self.values.get(name):
                    self.values[name] = value
                    self.filled.add(name)

    def settle(self, reopened: str | None) -> None:
        """Defaults where nothing was said, and nothing where a question does not apply.

        What was said and refused is asked again: no default may stand in for it unnoticed.
        """
        for of in self.task.fields:
            if not applies(of, self.values):
                self.values[of.name] = None
            elif (
                of.default and not self.values.get(of.name) and of.name not in (reopened, self.turn.asked, *self.unfit)
            ):
                self.values[of.name] = of.default

    async def choose(self, of: Field, *, anew: bool) -> None:
        """One ``option`` field: whether what was chosen still stands, and what the words so far choose.

        ``anew`` is a field the student wants to change: only the words of that wish choose. Raises :class:`Unfit` when the
        office has nothing to choose from, and :class:`Closed`.
        """
        chosen = self.values.get(of.name)
        if chosen == SKIPPED and of.optional:
            return
        changed = bool(self.filled) or self.turn.intent == self.task.name
        heard = bool(self.words) and self.turn.intent in ("answer", "correct") and _may_hear(of, self.turn, self.values)
        if chosen and of.name in self.labels and not changed and not heard:
            return
        known = {name: value for name, value in self.values.items() if value and value != SKIPPED and name != of.name}
        said = " ".join(dict.fromkeys(words for words in (self.said, self.words) if words))
        student = self.person.student if self.person else None
        options = await self.desk.options(Asked(of.name, known, student, said, chosen))
        self.offered[of.name] = options
        if chosen and self._unasked(of, options):
            self.reject(of.name)
            chosen = None
        if (heard or not chosen) and (not anew or self.turn.intent == "change"):
            # Once it was asked for or chosen, only new words choose: the first ones had their turn, unless the office was
            # closed then.
            answered = self.turn.asked == of.name and self.turn.intent in ("answer", "correct")
            words = self.words if chosen or answered or anew or of.name in self.labels else said
            named = [option for option in options if option.said and re.search(option.said, words)]
            if len(named) == 1 and named[0].value != chosen:
                self.values[of.name] = chosen = named[0].value
                self.filled.add(of.name)
                # What was confirmed or denied is not what stands there now.
                self.values[CONFIRM] = None
        labels = {option.value: option.label for option in options}
        if chosen in labels:
            self.labels[of.name] = labels[str(chosen)]
        elif chosen:
            self.reject(of.name)

    def _unasked(self, of: Field, options: Sequence[Choice]) -> bool:
        """Whether this is a yes to a question that was never put: no button and no link answers 「要撤销吗？」 beforehand."""
        asked = self.turn.asked == of.name or of.name in self.labels
        return {option.value for option in options} == YES_OR_NO and not asked

    def missing(self) -> list[Field]:
        return [of for of in self.task.fields if applies(of, self.values) and not self.values.get(of.name)]

    def corrected(self) -> list[Field]:
        """What this turn told beside the open question."""
        if self.turn.intent not in ("correct", "answer", "change"):
            return []
        told = [of for of in self.task.fields if of.name in self.filled and self.values.get(of.name)]
        return [of for of in told if of.name != self.turn.asked]

    def as_it_is(self) -> bool:
        """Whether a wish for a change names what stands on the card already: 改成半糖, where it is 半糖."""
        if not CHANGED_TO.search(self.words):
            return False
        return any((value := of.heard(self.words)) and value == self.values.get(of.name) for of in self.task.fields)

    def reopen(self, why: Unfit) -> bool:
        """Whether a refusal names a field that can mend it; that field is open again then."""
        words = self.task.refusals.get(why.code)
        if words is None or words.ask is None:
            return False
        self.reject(words.ask, why)
        return True


async def advance(task: Task, state: State, turn: Turn, person: Person | None, desk: Desk, now: datetime) -> Step:
    """Takes one turn: checks what it brought, and gives the next question, the card, or the end."""
    if state.trouble == "unknown":
        return unsettled(task, state, turn, person)
    if turn.intent == task.name and not state.said:
        state = replace(state, said=turn.entities.get("utterance", ""))
    heard = hear(task, turn, state.values)
    at_work = _Form(
        task,
        turn,
        person,
        desk,
        now,
        values={**state.values, **heard},
        labels=dict(state.labels),
        said=state.said,
        filled={*(name for name in turn.filled if name != CONFIRM), *heard},
    )
    reopened = turn.entities.get("field") if turn.intent == "change" else None
    if reopened in {of.name for of in task.fields} and reopened not in heard:
        at_work.values[str(reopened)] = None
    if at_work.filled or reopened:
        # What was confirmed is not what stands there now.
        at_work.values[CONFIRM], state = None, replace(state, trouble=None)
    await at_work.check()
    at_work.tell()
    at_work.settle(reopened)
    if person is None and task.needs_sign_in(at_work.values):
        return sign_in(task, replace(state, values=at_work.values, labels=at_work.labels))
    try:
        return await _next(at_work, state, reopened)
    except Closed:
        state = replace(state, values=at_work.values, labels=at_work.labels)
        return waiting(task, state, next((of.name for of in at_work.missing()), CONFIRM))


async def _next(at_work: _Form, state: State, reopened: str | None) -> Step:
    """The options, then the first question that is open, or the card, or the end."""
    task, turn, person, values = at_work.task, at_work.turn, at_work.person, at_work.values
    for of in task.fields:
        if not applies(of, values):
            continue
        if of.kind == "option" and of.name not in at_work.unfit:
            try:
                await at_work.choose(of, anew=of.name == reopened)
            except Unfit as why:
                if not at_work.reopen(why):
                    return refused(task, replace(state, values=values), why)
        if not values.get(of.name):
            # What may be chosen further on depends on this answer.
            break
    at_work.settle(reopened)
    filled = at_work.filled
    state = replace(state, values=values, labels=at_work.labels)
    if person is None and task.needs_sign_in(values):
        return sign_in(task, state)
    if missing := at_work.missing():
        # What was just said and will not do comes first: later it would seem to come from nowhere.
        of = next((of for of in missing if of.name in at_work.unfit), missing[0])
        unfit = at_work.unfit.get(of.name)
        if of.kind == "option" and of.name not in at_work.offered:
            # Open again because of what came after it: its choices were not fetched in this turn.
            try:
                await at_work.choose(of, anew=True)
            except Unfit as why:
                return refused(task, state, why)
        again = turn.asked == of.name and turn.intent in ("answer", "correct") and not filled
        progress = unfit is not None and "so_far" in unfit.details
        state = replace(state, tries=state.tries + 1 if again and not progress else 0)
        lead, options = noted(at_work.corrected(), state), at_work.offered.get(of.name, ())
        return question(task, state, of, person, again=again, lead=lead, unfit=unfit, options=options)
    if task.confirm is None or values.get(CONFIRM) == "yes":
        return Step(state, None)
    return await _before_sending(at_work, state)


async def _before_sending(at_work: _Form, state: State) -> Step:
    """Everything is known: the card, or which field is to change after a no to it."""
    task, turn, values = at_work.task, at_work.turn, at_work.values
    denied = values.get(CONFIRM) == "no"
    nothing = turn.asked == CONFIRM and not denied and not at_work.filled
    unread, same = nothing and turn.intent == "answer", nothing and turn.intent == "correct"
    lead = ""
    values[CONFIRM] = None
    state = replace(state, values=values, tries=0)
    if same or (denied and at_work.as_it_is()):
        lead, denied = WORDS["as_it_is"], False
    elif denied:
        return which(task, state)
    try:
        beside = await at_work.desk.preview(
            {name: value for name, value in values.items() if value and value != SKIPPED}
        )
    except Unfit as why:
        if not at_work.reopen(why):
            return refused(task, state, why)
        return await _next(at_work, state, None)
    except Closed:
        return waiting(task, state, CONFIRM)
    changed = at_work.corrected() and (turn.asked == CONFIRM or turn.intent == "correct")
    lead = lead or (WORDS["unread_card"] + "\n" if unread else WORDS["changed"] if changed else "")
    return card(task, state, lead, beside)
