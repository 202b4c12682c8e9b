"""Photos sent along: the answer to a photo question, or kept for the next one of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import replies
from bot.messages import Answered, Inbound, State
from bot.tasks import Turn

MOST = 5
"""So many photos wait for a question; the oldest go first."""


def asked_for(state: State) -> bool:
    """Whether a photo is what the open question asks for."""
    return state.prompt is not None and state.prompt["kind"] == "photo"


def kept(state: State, inbound: Inbound) -> tuple[str, ...]:
    """The photos that wait, with those of this message."""
    return (*state.photos, *(one for one in inbound.attachments if one not in state.photos))[-MOST:]


def turn(inbound: Inbound, text: str) -> Turn:
    """The turn that answers the open question with the first photo of the message."""
    words = {"utterance": text} if text else {}
    return Turn("answer", {"value": inbound.attachments[0], **words}, certain=True)


def taken(state: State, inbound: Inbound) -> State:
    """The conversation after the first photo of the message was given to the form."""
    return replace(state, photos=tuple(one for one in state.photos if one != inbound.attachments[0]))


def acknowledged(answered: Answered, inbound: Inbound, words: Mapping[str, str]) -> Answered:
    """Says of photos that nothing asked for what they are good for, and that they are kept."""
    new = [one for one in inbound.attachments if one in answered.state.photos]
    if not new or asked_for(answered.state) or answered.trace.route == "crisis":
        return answered
    return replace(answered, replies=(replies.text(words["photo_kept"]), *answered.replies))
