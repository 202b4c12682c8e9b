"""The one place where the doors are wired together."""

from __future__ import annotations

import os
import secrets
import stat
from datetime import timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from bot.pipeline import Pipeline
from bot.policy import Policies
from bot.tasks import Tasks
from bot.turns import Dialogue
from bot.understanding import Understanding
from bot.understanding.candidates import FILE as CANDIDATES
from bot.understanding.candidates import Candidates
from bot.understanding.intents import Head
from bot.words import read_crisis_card, read_emergency_card, read_questions, read_services, read_words
from connectors import asked, gateway
from connectors.case_desk import CaseDesk
from connectors.doors import Doors
from connectors.inbox import Inbox
from connectors.limits import Counts, Here, Limits, Rate, Shared
from connectors.sessions import Sessions
from connectors.settings import Settings
from connectors.tables import open_engine
from knowledge_base import Library, open_encoder

HEAD = Path(__file__).resolve().parent.parent / "build" / "models" / "intents.npz"


def kept_secret(data: Path) -> str:
    """The secret that signs sessions, made at the first start and readable by its owner only."""
    path = data / "secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def build_doors(settings: Settings) -> Doors:
    """Everything the channels need. Raises :class:`bot.understanding.intents.HeadMissing` when nothing was trained."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    inner = settings.inner_secret.get_secret_value()
    if not inner:
        raise SystemExit("COUNSELLOR_INNER_SECRET is not set: start the service with scripts/up.")

    # This is the process whose encoder counts: what another one published is made anew here and nowhere else.
    library = Library.open(settings.data / "knowledge", other_engine=True)
    dialogue = Dialogue(
        settings.dialogue_url,
        inner,
        at_once=settings.dialogue_at_once,
        waiting=settings.dialogue_waiting,
        patience=settings.dialogue_patience_seconds,
    )
    services, words = read_services(), read_words()
    offices = httpx.AsyncClient(
        base_url=settings.actions_url,
        headers={"X-Counsellor-Secret": inner},
        timeout=httpx.Timeout(4.0, connect=1.0),
    )
    cases = CaseDesk(offices, inner)
    pipeline = Pipeline(
        understanding=Understanding(open_encoder(), Head.load(HEAD)),
        policies=Policies(library, lambda: settings.now().date()),
        tasks=Tasks(dialogue),
        services=services,
        words=words,
        crisis_card=read_crisis_card(settings.duty_phone),
        emergency_card=read_emergency_card(),
        now=settings.now,
        left_after=timedelta(hours=settings.left_hours),
        awaiting=cases.awaiting,
    )
    inbox = Inbox(open_engine(settings.database))
    with inbox.engine.begin() as db:
        asked.forget(db, settings.now().date() - timedelta(days=settings.gaps_days))
    secret = settings.secret.get_secret_value() or kept_secret(settings.data)
    return Doors(
        settings=settings,
        pipeline=pipeline,
        library=library,
        dialogue=dialogue,
        inbox=inbox,
        sessions=Sessions(inbox, secret, settings.session_idle_minutes),
        services=services,
        questions=read_questions(),
        offices=offices,
        cases=cases,
        candidates=Candidates(settings.data / CANDIDATES, settings.gaps_days),
        components={"dialogue": "starting", "actions": "starting", "offices": "starting"},
        limits=limits(settings, secret),
    )


def limits(settings: Settings, secret: str) -> Limits:
    """What everybody may post, counted here or in Redis. Raises SystemExit where Redis is meant and its client missing."""
    url = settings.redis_url.get_secret_value()
    try:
        counts: Counts = Shared(url) if url else Here()
    except ImportError as error:
        raise SystemExit("COUNSELLOR_REDIS_URL needs the client of Redis: pip install '.[redis]'") from error
    return Limits(
        {
            "session": Rate.read(settings.session_messages),
            "student": Rate.read(settings.student_messages),
            "address": Rate.read(settings.address_messages),
        },
        counts,
        secret,
    )


def build(settings: Settings) -> FastAPI:
    """The doors' app."""
    return gateway.build(build_doors(settings))
