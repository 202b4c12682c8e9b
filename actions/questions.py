"""What a form says: the question for a field, the confirm card, the sign-in; each with the prompt for the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from actions.fitting import Unfit, applies
from actions.showing import masked, shown
from actions.task import CONFIRM, SIGN_IN, SKIPPED, Choice, Field, Task, read_words
from actions.turns import Person, Reply, State, Step

WORDS = read_words()
TRIES = 3
"""After so many answers that could not be read, a way out is offered beside the question."""


def _choices(of: Field, person: Person | None, options: Sequence[Choice]) -> list[dict[str, str]]:
    choices = [{"label": choice.label, "payload": f"answer:{choice.value}"} for choice in (*of.choices, *options)]
    if of.suggest and person and (value := person.suggestions.get(of.suggest)):
        label = of.suggest_label.format(value=masked(value))
        choices.insert(0, {"label": label, "payload": f"answer:{value}"})
    if of.optional:
        choices.append({"label": of.optional, "payload": f"answer:{SKIPPED}"})
    return choices


def _kind(of: Field) -> str:
    """How the pipeline reads an answer: the options are on show, so they are read like any choice."""
    return "choice" if of.kind == "option" else of.kind


def _prompt(task: Task, asking: str, kind: str, choices: list[dict[str, str]], values: Mapping[str, Any]) -> Reply:
    given = [(of, values[of.name]) for of in task.fields if values.get(of.name) and values[of.name] != SKIPPED]
    return {
        "task": task.name,
        "asking": asking,
        "kind": kind,
        "choices": choices,
        # What may be corrected on the way: the pipeline looks for these kinds in the student's next words.
        "given": [
            {"name": of.name, "kind": _kind(of), "label": of.label, "value": value}
            | ({"entity": of.filled_by} if of.entity else {})
            for of, value in given
        ],
        "fields": list(dict.fromkeys(name for of in task.fields for name in (of.name, of.filled_by))),
    }


def _said(text: str, choices: list[dict[str, str]]) -> Reply:
    return {"kind": "choices", "text": text, "choices": choices} if choices else {"kind": "text", "text": text}


def _told(task: Task, state: State, words: str) -> str:
    """Words that name other answers, as a person reads them."""
    if "{" not in words:
        return words
    known = {
        of.name: shown(of, str(value), state.labels)
        for of in task.fields
        if (value := state.values.get(of.name)) and value != SKIPPED
    }
    return words.format_map({of.name: "" for of in task.fields} | known)


def sign_in(task: Task, state: State) -> Step:
    """What someone not signed in is told: what the service is and needs, and where to sign in; what was said is kept."""
    # Nobody's yes counts for whoever signs in next.
    values = {name: value for name, value in state.values.items() if name != CONFIRM}
    state = replace(state, values=values | ({CONFIRM: None} if task.confirm else {}))
    # Who has told it all in one breath sees that nothing of it is lost.
    told = [of for of in task.fields if state.values.get(of.name) not in (None, "", SKIPPED, of.default)]
    kept = f"{WORDS['kept'].format(what=_list(told, state))}\n" if told else ""
    text = f"{task.about}\n{kept}{WORDS['sign_in']}"
    reply = {"kind": "link", "text": text, "url": "/sign-in", "label": WORDS["sign_in_label"]}
    return Step(state, SIGN_IN, reply, _prompt(task, SIGN_IN, "sign_in", [], {}))


def question(
    task: Task,
    state: State,
    of: Field,
    person: Person | None,
    *,
    again: bool,
    lead: str = "",
    unfit: Unfit | None = None,
    options: Sequence[Choice] = (),
) -> Step:
    """The question for one field; after several unread answers with a way out beside it."""
    choices = _choices(of, person, options)
    asked = _told(task, state, of.ask)
    text, so_far = of.again if again else asked, None
    if unfit is not None:
        words, so_far = task.refusals[unfit.code], unfit.details.get("so_far")
        text = words.text.format_map(unfit.details) + (
            words.question.format_map(unfit.details) if words.question else asked
        )
    if state.tries >= TRIES:
        out = [{"label": WORDS["cancel"], "payload": "cancel"}, {"label": WORDS["human"], "payload": "human"}]
        choices = [*choices, *out]
    prompt = _prompt(task, of.name, _kind(of), choices, state.values)
    if of.filled_by != of.name:
        prompt["entity"] = of.filled_by
    if said := {one.value: one.said for one in (*of.choices, *options) if one.said}:
        prompt["said"] = said
    if also := [{"entity": one.filled_by, "kind": one.kind} for one in task.fields if of.name in one.tells]:
        prompt["also"] = also
    if so_far:
        prompt["so_far"] = so_far
    elif lead or again or unfit is not None:
        prompt["question"] = _said(asked, choices)
    return Step(state, of.name, _said(lead + text, choices), prompt)


def card(task: Task, state: State, lead: str = "", beside: Mapping[str, str] | None = None) -> Step:
    """The confirm card with everything that will be sent, and what the office says ``beside`` it."""
    fields = [
        {"label": of.label, "value": shown(of, str(state.values[of.name]), state.labels), "name": of.name}
        for of in task.fields
        if state.values.get(of.name) not in (None, "", SKIPPED) and applies(of, state.values)
    ]
    fields += [{"label": label, "value": text, "name": ""} for label, text in (beside or {}).items()]
    again = state.trouble is not None
    choices = [{"label": WORDS["again" if again else "confirm"], "payload": "affirm"}]
    if state.trouble != "unknown":
        choices.append({"label": WORDS["change"], "payload": "deny"})
    choices.append({"label": WORDS["cancel"], "payload": "cancel"})
    text = {"closed": task.closed, "unknown": task.unknown}.get(state.trouble or "", task.confirm or "")
    reply = {"kind": "confirm", "text": text, "fields": fields, "choices": choices}
    prompt = _prompt(task, CONFIRM, "confirm", choices, state.values)
    if lead:
        prompt["question"], reply = reply, {**reply, "text": lead + text}
    return Step(state, CONFIRM, reply, prompt)


def which(task: Task, state: State) -> Step:
    """After a no to the confirm card: which field is to change."""
    choices = [
        {"label": WORDS["change_one"].format(label=of.label), "payload": f"change:{of.name}"}
        for of in task.fields
        if applies(of, state.values)
    ]
    choices.append({"label": WORDS["change_none"], "payload": "resume"})
    choices.append({"label": WORDS["cancel"], "payload": "cancel"})
    return Step(state, CONFIRM, _said(task.change, choices), _prompt(task, CONFIRM, "confirm", choices, state.values))


def waiting(task: Task, state: State, asking: str) -> Step:
    """The office has to be asked first and does not answer: what was said is kept, and it can be tried again."""
    choices = [{"label": WORDS["again"], "payload": "resume"}, {"label": WORDS["cancel"], "payload": "cancel"}]
    kind = "confirm" if asking == CONFIRM else "choice"
    return Step(state, asking, _said(task.closed, choices), _prompt(task, asking, kind, choices, state.values))


def refused(task: Task, state: State, unfit: Unfit) -> Step:
    """The office will not do it, whatever is answered."""
    text = task.refusals[unfit.code].text.format_map(unfit.details)
    return Step(state, None, {"kind": "text", "text": text}, ended=True)


def noted(fields: Sequence[Field], state: State) -> str:
    """What was understood beside the open question, read back."""
    told = [(of, str(state.values[of.name])) for of in fields if state.values[of.name] != SKIPPED]
    return WORDS["noted"].format(what=_list([of for of, _ in told], state)) if told else ""


def _list(fields: Sequence[Field], state: State) -> str:
    return "，".join(f"{of.label}：{shown(of, str(state.values[of.name]), state.labels)}" for of in fields)
