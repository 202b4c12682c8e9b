"""Services under way: how a message is read for the open question, and the turn that is posted to Rasa."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from bot import corrections
from bot.corrections import Correction
from bot.messages import Inbound, Reply, State
from bot.turns import Dialogue, DialogueBusy, DialogueCut, DialogueDown, DialogueSilent, StillWorking
from bot.understanding import Reading, answers, smalltalk

PATIENCE_SECONDS = {"wechat": 3.0}
"""How long a service asked for while Rasa starts is held; WeChat wants its answer within five seconds."""
PATIENCE = 60.0

CORRECTION = re.compile(r"不对|不是|错了|弄错|说错|改成|改为|换成|应该是|更正|改一下")
CHANGE = re.compile(
    r"(?:我?(?:想|要|得)?(?:修改|更改|改一下|改下|改|换一下|换))(?P<named>[^\W\d_]{1,6})"
    r"|(?P<wrong>[^\W\d_]{1,6}?)(?:写|填|说|弄|报)?(?:错|不对)了?"
)
"""改电话, 房间号填错了: which field is meant, without its new value."""
NO_MORE = re.compile(r"(?:我|那|还是|先|就|都)*(?:不|别)(?:想)?(?:提交|交)了?(?:吧|呢)?")
"""At the confirm card. Other ways to stop are small talk known by heart."""
POLITE = re.compile(r"[,。;! ]*(?:的?老师|(?:谢谢|多谢|感谢|麻烦|辛苦)(?:你|您|老师|啦|了|哦|呀)*)+[。.!~ ]*$")
"""「确认，谢谢老师」 is 「确认」."""
PARTICLES = "吧啊呀哦呢嘛。.!~ "
AGAIN = re.compile(r"(?:那就?|请|你|帮我|麻烦)*(?:再|重新?)(?:提交|试|发|来|交)(?:一次|一下|一遍|次|下|试)?")
"""「再试一次」 and its like, where a button says so."""
OWN = re.compile(r"(?:就?是?在?)?(?:我们|咱们|我|咱|自己|本人)的?(?:宿舍|寝室|房间|屋)(?:里|内)?")
REQUEST = re.compile(
    r"^(?:你好[,， ]*)?(?:请?帮我|给我|麻烦|我(?:想|要|想要)(?:办|查|打|报修|报名|充|开|订|约|预约|请假))"
)
OWN_PHONE = re.compile(
    r"(?:就|还是)?(?:用|打)?(?:我自己的?|我的?|本人的?|登记的?|预留的?)(?:手机号码?|电话号码|手机|电话|号码|号|那个)?"
)
SKIPS = re.compile(
    r"(?:这个|这项|那)?(?:我|先|暂时|都|就)*(?:没有了?|没|无|跳过|略过|略|不用了?|不填|不需要|不传了?|不写|不选|不要|没拍|没什么要?说的|(?:之?后|以后|后面|回头|晚点|下次)再?补交?)(?:照片|图片|图|备注|别的)?"
)
"""Where a field may be left out: 没有, 跳过, 没有照片."""
SKIPPED = "answer:-"
"""The payload of the button that leaves a field out."""
STARTS = re.compile(r"start:(?P<task>[a-z_]+)(?:\?(?P<values>.*))?", re.DOTALL)
CONTENT = re.compile(
    r"(?P<lead>(?:不对[,，]?|那|我|还是|就|只|先|要|选|用|来|给我|直接|,| )*)(?P<value>.+?)(?:的话|那个|这个|,| )*"
    r"(?:就(?:行|好|成|可以|够|中|ok|是)了?|也?(?:可以|行|成)|即可|足够|够了|好了|就它|得了)?(?:[吧啊呀呢啦了嘛.。!~ ])*"
)
"""「只要中文的就行」「用登记的就好」「那就周四那个吧」: what is content with a choice names it."""
TURNS = frozenset({"answer", "affirm", "deny", "change", "cancel", "resume"})
"""Buttons that are a turn of the open service; the others lead elsewhere."""
NOT_ENTITIES = frozenset({"utterance", "value", "field"})
ASKED = re.compile(
    r"[?？]\s*$|吗|么$|呢$|怎么|什么|为什么|为啥|多少|(?<![过前这那好后十])几[点天个]|谁|哪|是不是|能不能|可不可以|可以.*吗|要不要"
)
WHAT_IF = re.compile(
    r"^(?P<then>那么?)?[,， ]?(?:我|我们|到时候?)?(?:要是|如果|万一|假如|要).{2,}(?:怎么办|咋办|咋整|会怎样|会怎么样|[行可好]不[行可好](?:以)?|[行吗可以会算]{1,3}吗)[呀啊呢]?[?？。!~ ]*$"
)
"""「那我要是晚回来一天怎么办」: hardly an answer in free words, whatever else it sounds like."""

PROPOSES = re.compile(r"(?:可以|行|好|成|能行|没问题|ok)(?:吗|么|不|嘛|吧)[?？。!~ ]*$|(?:吧|呢)[?？]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn for Rasa: ``/intent{entities}``."""

    intent: str
    entities: Mapping[str, str]
    certain: bool = False
    """Whether it can hardly be meant otherwise (a tapped or fully read answer)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn."""

    replies: tuple[Reply, ...] = ()
    state: State = field(default_factory=State)
    asking: str | None = None
    trouble: str | None = None
    """Name of the sentence to say when nothing came back."""
    perhaps: bool = False
    """Whether the turn may have been heard all the same."""


def asks(text: str) -> bool:
    """Whether the sentence asks and neither corrects nor proposes: 「充100有优惠吗」, but not 「改成两份可以吗」「4号楼301行吗」."""
    return looks_asked(text) and not CORRECTION.search(text) and not PROPOSES.search(text)


def as_written(text: str) -> str:
    """Free words as the student wrote them, on one line and without what cannot be printed."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def looks_asked(text: str) -> bool:
    """Whether the sentence has the form of a question."""
    return ASKED.search(text) is not None


def looks_requested(text: str) -> bool:
    """Whether the sentence has the form of a wish for a service, so that it is hardly an answer in free words."""
    return REQUEST.search(text) is not None or looks_asked(text)


def as_fields(entities: Mapping[str, str]) -> dict[str, str]:
    """Entities as the fields of services know them: a single day is a period of that whole day."""
    fields = dict(entities)
    if "period" not in fields and "time" not in fields and (day := fields.get("date")):
        fields["period"] = f"{day}T00:00/{day}T23:59"
    return fields


def known(payload: str, prompt: Mapping[str, Any]) -> bool:
    """Whether a tapped button belongs to the open question; an old one must not answer a newer question."""
    name, _, rest = payload.partition(":")
    if name == "change":
        return prompt["kind"] == "confirm" and rest in prompt.get("fields", ())
    if name == "set":
        return rest.partition("=")[0] in {one.get("entity", one["name"]) for one in prompt.get("given", ())}
    return name in ("cancel", "resume") or payload in {choice["payload"] for choice in prompt.get("choices") or ()}


def pick(text: str, choices: Sequence[Mapping[str, str]], now: datetime) -> str | None:
    """The payload of the one button that the words name by its label or number, whatever it does."""
    words = text.rstrip(PARTICLES)
    spoken = [one["payload"] for one in choices if one.get("said") and re.fullmatch(one["said"], words)]
    if len(spoken) == 1:
        return spoken[0]
    # ``answers.read`` gives only what answers a question; a button's label stands for its payload here.
    labels = [{"label": one["label"], "payload": f"answer:{one['label']}"} for one in choices]
    label = answers.read("choice", text, now, labels)
    return next((one["payload"] for one in choices if one["label"] == label), None)


def started(payload: str) -> tuple[str, dict[str, str]] | None:
    """The service a ``start:<task>?field=value`` button begins, and what it says already; ``None`` for another payload."""
    found = STARTS.fullmatch(payload)
    if found is None:
        return None
    values = parse_qsl(found["values"] or "", max_num_fields=20) if (found["values"] or "").count("&") < 20 else []
    return found["task"], {
        name: as_written(value) for name, value in values if name.isidentifier() and name not in NOT_ENTITIES
    }


def tapped(name: str, rest: str, said: str = "") -> Turn:
    """The turn of a tapped button, or of words that come to the same."""
    words = {"utterance": said} if said else {}
    if name == "answer":
        return Turn("answer", {"value": rest, **words}, certain=True)
    if name in ("affirm", "deny"):
        return Turn("answer", {"value": "yes" if name == "affirm" else "no", **words}, certain=True)
    if name == "change":
        return Turn("change", {"field": rest}, certain=True)
    if name == "set":
        field, _, value = rest.partition("=")
        return Turn("correct", {field: as_written(unquote(value))}, certain=True)
    return Turn(name, {}, certain=True)


def unread(text: str) -> Turn:
    """An answer that could not be read for its kind: the form says so and asks again."""
    return Turn("answer", {"utterance": text})


def more(reading: Reading, state: State) -> Turn | None:
    """What a message adds to a service that waits for the sign-in."""
    prompt = state.prompt or {}
    wanted = {name: value for name, value in as_fields(reading.entities).items() if name in prompt.get("fields", ())}
    return Turn("correct", {**wanted, "utterance": reading.text}) if wanted else None


def read_turn(reading: Reading, prompt: Mapping[str, Any], now: datetime) -> Turn | None:
    """Reads a message for the open question; ``None`` when it answers nothing."""
    kind, asking, text = prompt["kind"], prompt["asking"], reading.text
    exact = reading.vector is None
    if exact and reading.intent == "cancel":
        return Turn("cancel", {}, certain=True)
    if payload := _labelled(text, prompt):
        # Before any number or place is looked for in them: 「再试一次」 is no count of one.
        name, _, rest = payload.partition(":")
        return tapped(name, rest, text if name == "answer" else "")
    if kind == "confirm":
        return _confirm(reading, prompt, now)
    value = _value(text, prompt, now)
    told = _others(reading, prompt)
    if value is None:
        # 「师傅什么时候可以上门？」 「明天下午」
        told = {**_also(text, prompt, now), **told}
    if (turn := _set(text, prompt, now, told, value)) is not None:
        return turn
    if value is None and exact and reading.intent in ("affirm", "deny"):
        value = _yes_or_no(reading.intent, prompt)
    if value is None and (field := _reopened(text, prompt, now)):
        return Turn("change", {"field": field}, certain=True)
    if exact and value is None:
        return None
    if kind == "text" and exact and reading.intent in ("greet", "thank", "goodbye", "human_handoff", "affirm", "deny"):
        return None
    # What answers the open question tells nothing else, though a field of another name may be filled by such words.
    own = str(prompt.get("entity", asking))
    others = {
        name: said
        for name, said in told.items()
        if (said != value or kind == "text") and (name != own or value is None)
    }
    corrects = CORRECTION.search(text) is not None
    if value is None and asks(text):
        return None
    # 「3号楼402」 to 「什么东西坏了？」 is a place still.
    beside = any(len(text) <= len(other) + 3 for other in others.values())
    if others and (corrects or beside or value is None or kind != "text"):
        if value is not None and kind != "text":
            others = {own: value, **others}
        return Turn("correct", {**others, "utterance": text}, certain=corrects or kind != "text")
    if value is None:
        # 「不是事假，是病假」: the form knows the words of its choices.
        return Turn("correct", {"utterance": text}) if corrects else None
    asked = looks_asked(text) and reading.intent == "policy_question"
    certain = kind != "text" and not asked
    return Turn("answer", {"value": value, "utterance": text}, certain=certain)


def _labelled(text: str, prompt: Mapping[str, Any]) -> str | None:
    """The payload of the button whose words these are, whatever else they could mean."""
    said = text.strip(PARTICLES)
    for one in prompt.get("choices") or ():
        again = one["payload"] in ("affirm", "resume") and AGAIN.match(one["label"]) and AGAIN.fullmatch(said)
        if said and (said == one["label"] or again) and one["payload"].partition(":")[0] in TURNS:
            return str(one["payload"])
    return None


def _value(text: str, prompt: Mapping[str, Any], now: datetime) -> str | None:
    """What the words answer, and what is left of them without 「只要……就行」."""
    value = _read(text, prompt, now)
    if value is not None or prompt["kind"] in ("text", "confirm") or smalltalk.exact(text):
        # 「你好」 is not content with anything.
        return value
    content = CONTENT.fullmatch(text.strip(PARTICLES))
    said = (content["lead"] + content["value"], content["value"]) if content else ()
    found = (_read(words, prompt, now) for words in said if words != text)
    return next((value for value in found if value is not None), None)


def _read(text: str, prompt: Mapping[str, Any], now: datetime) -> str | None:
    kind, choices = prompt["kind"], list(prompt.get("choices") or ())
    if skip := next((one for one in choices if one["payload"] == SKIPPED), None):
        plain = text.rstrip(PARTICLES)
        if plain == skip["label"] or SKIPS.fullmatch(plain):
            return SKIPPED.removeprefix("answer:")
    if (value := answers.read(kind, text, now, choices)) is not None:
        return value
    for value, pattern in prompt.get("said", {}).items():
        if re.search(pattern, text):
            return str(value)
    if so_far := prompt.get("so_far"):
        # 「3号楼」「哪一间？」「402」
        value = answers.read(kind, f"{so_far}{text}", now)
        return value if value != so_far else None
    if kind in ("location", "phone"):
        text = text.rstrip(PARTICLES)
        own = OWN if kind == "location" else OWN_PHONE
        suggested = [one for one in choices if one["payload"].startswith("answer:")]
        # A yes to the number on show takes it; to 「哪里需要维修？」 it would be no place.
        agreed = kind == "phone" and smalltalk.exact(text) == "affirm"
        if len(suggested) == 1 and (agreed or own.fullmatch(text)):
            return str(suggested[0]["payload"]).removeprefix("answer:")
        return answers.read("choice", text, now, choices)
    return None


def _reopened(text: str, prompt: Mapping[str, Any], now: datetime) -> str | None:
    """The field whose answer is to be given anew: 「改电话」「房间号错了」."""
    found = CHANGE.fullmatch(text.rstrip(PARTICLES))
    if found is None:
        return None
    words, given = str(found["named"] or found["wrong"]), list(prompt.get("given", ()))
    labels = [{"label": one["label"], "payload": one["name"]} for one in given]
    called = corrections.called(words, given)
    return pick(words, labels, now) or (str(called[0]["name"]) if len(called) == 1 else None)


def corrected(text: str, prompt: Mapping[str, Any], now: datetime, value: str | None = None) -> tuple[Correction, ...]:
    """What the words change of what was given already; several where any of them may be meant.

    ``value`` is what they say to the open question: then only what is named is changed beside it.
    """
    if asks(text):
        return ()
    told = corrections.read(text, list(prompt.get("given", ())), now, bare=prompt["kind"] == "confirm")
    free = value is not None or prompt["kind"] == "text"
    return tuple(one for one in told if one.field != prompt["asking"] and (one.named or not free))


def corrects(one: Correction, said: str) -> Turn:
    """The turn that changes one answer in place, or opens its question where the new answer is not clear."""
    if one.value is None:
        return Turn("change", {"field": one.field, "utterance": said}, certain=True)
    return Turn("correct", {one.entity: one.value, "utterance": said}, certain=True)


def _set(
    text: str, prompt: Mapping[str, Any], now: datetime, others: Mapping[str, str], value: str | None = None
) -> Turn | None:
    """One answer changed in place; with the value that stands there already the form says so."""
    told = corrected(text, prompt, now, value)
    if len(told) != 1 or (told[0].value is None and others):
        # 「时间改到周五下午」, where the day is an answer of its own: what was read of it changes it.
        return None
    present = {str(one["name"]): one["value"] for one in prompt.get("given", ())}
    if told[0].value is not None and told[0].value == present[told[0].field]:
        return Turn("correct", {"utterance": text}, certain=True)
    return corrects(told[0], text)


def _confirm(reading: Reading, prompt: Mapping[str, Any], now: datetime) -> Turn | None:
    text, choices = reading.text, list(prompt.get("choices") or ())
    picked = pick(text, choices, now)
    others = _others(reading, prompt)
    if picked is None and (turn := _set(text, prompt, now, others)):
        return turn
    if picked is None and others and not asks(text):
        return Turn("correct", {**others, "utterance": text}, certain=CORRECTION.search(text) is not None)
    if NO_MORE.fullmatch(text.rstrip(PARTICLES)):
        return Turn("cancel", {}, certain=True)
    if picked:
        name, _, rest = picked.partition(":")
        return tapped(name, rest)
    if field := _reopened(text, prompt, now):
        return Turn("change", {"field": field}, certain=True)
    # Only words that can mean nothing else submit: a classifier's guess must not.
    if answers.read("confirm", text, now, []) == "yes" or (reading.intent == "affirm" and reading.vector is None):
        return confirmed(prompt)
    if (polite := POLITE.sub("", text)) != text and affirms(polite, now):
        return confirmed(prompt)
    changes = corrections.changes(text) and reading.vector is not None and not asks(text)
    if CORRECTION.search(text) or changes or (reading.intent == "deny" and reading.confidence >= 0.5):
        return tapped("deny", "", text)
    return None


def affirms(text: str, now: datetime) -> bool:
    """Whether these words submit a card and can mean nothing else."""
    return answers.read("confirm", text, now, []) == "yes" or smalltalk.exact(text) == "affirm"


def confirmed(prompt: Mapping[str, Any]) -> Turn:
    """The card is submitted; where it is not on show, a yes brings it back first."""
    shown = any(choice["payload"] == "affirm" for choice in prompt.get("choices") or ())
    return tapped("affirm", "") if shown else Turn("resume", {}, certain=True)


def _yes_or_no(intent: str, prompt: Mapping[str, Any]) -> str | None:
    """「要」「不用」 answer a choice between yes and no."""
    wanted = "yes" if intent == "affirm" else "no"
    values = {str(choice["payload"]).removeprefix("answer:") for choice in prompt.get("choices") or ()}
    return wanted if wanted in values else None


def _also(text: str, prompt: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What the words say to a question put in the words of this one."""
    read = {str(one["entity"]): answers.read(one["kind"], text, now) for one in prompt.get("also", ())}
    return {name: value for name, value in read.items() if value is not None}


def _others(reading: Reading, prompt: Mapping[str, Any]) -> dict[str, str]:
    """Entities in the message that tell other fields of the service something new."""
    fields, asking = prompt.get("fields", ()), prompt["asking"]
    # A field may be filled by an entity of another name.
    given = {one.get("entity", one["name"]): one for one in prompt.get("given", ())}
    found = {}
    for name, value in as_fields(reading.entities).items():
        if name not in fields or name == asking or (name in given and given[name]["value"] == value):
            continue
        if name in given and given[name]["kind"] == "text" and not CORRECTION.search(reading.text):
            # Free words are too easily found again in an answer to something else.
            continue
        found[name] = value
    return found


def ways_on(given: Sequence[Reply]) -> tuple[Mapping[str, str], ...]:
    """The buttons beside a receipt that begin another service, so that words can pick them too."""
    buttons = [one for reply in given for one in reply.get("choices", ())]
    return tuple(one for one in buttons if str(one["payload"]).startswith("start:"))


def unsure(state: State) -> State:
    """The same conversation; the form may stand further on than the open question says."""
    return replace(state, prompt={**state.prompt, "unsure": True}) if state.prompt is not None else state


def meant(turn: Turn, before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Turn, ...]:
    """What a turn read for one question comes to where the form stands at another; nothing where it was heard already."""
    if turn.intent != "answer" or before["asking"] == now["asking"]:
        return (turn,)
    value, field = turn.entities.get("value"), str(before["asking"])
    given = {one["name"]: one["value"] for one in now.get("given", ())}
    if value is None or field not in given or given[field] == value:
        return ()
    # Another answer to a question that was answered: it is asked again, and answered again.
    return (Turn("change", {"field": field}), turn)


class Tasks:
    """Posts turns, and keeps what the form says is open now."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue

    async def post(self, turn: Turn, inbound: Inbound, state: State) -> Outcome:
        """Posts a turn for the open service. Nothing raises: trouble is named in the outcome.

        Where an earlier turn may have been heard although its answer was lost, the form is first asked where it stands: what
        answers the question that the student saw must not answer the next one.
        """
        prompt = state.prompt or {}
        lost = (prompt.get("unsure") or inbound.again) and prompt.get("kind") != "waiting"
        if not lost or turn.intent not in ("answer", "correct", "change"):
            return await self._post(turn, inbound, state)
        stands = await self._post(Turn("resume", {}), inbound, state)
        if stands.trouble or stands.state.prompt is None:
            return stands
        for each in meant(turn, prompt, stands.state.prompt):
            stands = await self._post(each, inbound, stands.state)
            if stands.trouble or stands.state.prompt is None:
                return stands
        return stands

    async def _post(self, turn: Turn, inbound: Inbound, state: State) -> Outcome:
        if not await self.dialogue.ready(PATIENCE_SECONDS.get(inbound.channel, PATIENCE)):
            starting = self.dialogue.status == "starting"
            return Outcome(state=state, trouble="dialogue_starting" if starting else "dialogue_down")
        try:
            said = await self.dialogue.post(str(state.tracker), turn.intent, turn.entities, inbound.student)
        except StillWorking:
            return Outcome(state=state, trouble="still_working", perhaps=True)
        except DialogueBusy:
            return Outcome(state=state, trouble="dialogue_busy")
        except DialogueSilent:
            return Outcome(state=state, trouble="dialogue_silent", perhaps=True)
        except DialogueCut:
            return Outcome(state=state, trouble="dialogue_down", perhaps=True)
        except DialogueDown:
            return Outcome(state=state, trouble="dialogue_down")
        given = tuple(one.reply for one in said)
        # A receipt may be followed by a link or by ways on: what ends the service need not be said last.
        last = next((one for one in reversed(said) if one.prompt is not None), None)
        if last is None or last.prompt is None or any(one.done for one in said):
            return Outcome(given, replace(state.closed(), offered=ways_on(given)))
        # What is said once (「没看懂」, 「改好了」) is not repeated with the question.
        opened = replace(state, prompt=last.prompt, question=last.prompt.get("question") or last.reply)
        return Outcome(given, opened, asking=str(last.prompt["asking"]))

    async def drop(self, state: State, inbound: Inbound) -> None:
        """Cancels a service without a word; its tracker is never used again, so a failure leaves nothing behind."""
        if self.dialogue.status == "ok" and state.tracker:
            try:
                await self.dialogue.post(state.tracker, "cancel", {}, inbound.student)
            except DialogueDown:
                return
