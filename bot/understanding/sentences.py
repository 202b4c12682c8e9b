"""Every sentence the intent head is trained on, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.understanding.normalise import normalise

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = ROOT / "training_data" / "intents"
HARD = ROOT / "training_data" / "hard"
REQUESTS = ROOT / "training_data" / "requests"
QUESTIONS = ROOT / "training_data" / "questions"
WORDS = ROOT / "training_data" / "words"
TASKS = ROOT / "actions" / "tasks"
"""A service that came in a folder of its own brings its sentences with it: ``<task>/sentences.yml``."""

HANDS = ("first", "second", "third", "fourth", "fifth")
"""Files of :data:`HARD` by one writer each, who saw nothing but ``docs/intents.md``: left out in turn, they judge the head."""
POLICY_QUESTIONS = ("policies.yml", "policies_more.yml", "policies_new.yml", "short.yml")
"""What has an answer; the other files beside them hold what has none, slips of the pen and what is out of scope."""
ODDS = ("# nonsense, greetings, half sentences, odds and ends", "# feelings")
"""Between these headings of ``outside_everyday.yml`` stand greetings and half sentences, which mean something else here."""

LEFT_OUT = frozenset({"北邮请假超过三天谁批", "宿舍几点关门", "成绩单怎么打", "最近有什么大新闻"})
"""Questions written for the search that are too like a sentence the head is judged by (``tests/eval/test_held_out.py``)."""

Pairs = list[tuple[str, str]]
"""``(sentence, intent)``, normalised as the pipeline normalises what students type."""


def read_sentences() -> Pairs:
    """Everything the head is trained on, each sentence once."""
    hard = [pair for path in sorted(HARD.glob("*.yml")) for pair in hard_sentences(path)]
    return once(plain_sentences() + hard + [pair for path in sorted(REQUESTS.glob("*.yml")) for pair in pieces(path)])


def files() -> list[Path]:
    """Every file a change of which changes the head."""
    return [
        *sorted(SENTENCES.glob("*.yml")),
        *sorted(TASKS.glob("*/sentences.yml")),
        *sorted(HARD.glob("*.yml")),
        *sorted(REQUESTS.glob("*.yml")),
        *sorted(QUESTIONS.glob("*.yml")),
        *(WORDS / f"{name}.yml" for name in ("initials", "signs", "sounds")),
    ]


def intent_sentences(folder: Path = SENTENCES) -> Pairs:
    """Those written for one intent each, in Rasa's format."""
    return [
        (normalise(line.strip().removeprefix("- ")), str(entry["intent"]))
        for path in [*sorted(folder.glob("*.yml")), *sorted(TASKS.glob("*/sentences.yml"))]
        for entry in _load(path)["nlu"]
        for line in entry["examples"].splitlines()
        if line.strip()
    ]


def plain_sentences() -> Pairs:
    """:func:`intent_sentences`, and the questions that were written for the search."""
    pairs = intent_sentences()
    # What students ask of the documents is a policy question, whatever service it names.
    for name in POLICY_QUESTIONS:
        pairs += [(normalise(one["question"]), "policy_question") for one in _load(QUESTIONS / name)]
    everyday = (QUESTIONS / "outside_everyday.yml").read_text(encoding="utf-8")
    before, after = (everyday.index(heading) for heading in ODDS)
    pairs += [(normalise(str(one)), "out_of_scope") for one in yaml.safe_load(everyday[:before] + everyday[after:])]
    forbidden = _load(QUESTIONS / "scope.yml")["forbidden"]
    pairs += [(normalise(one["question"]), "out_of_scope") for one in forbidden if one["kind"] == "school"]
    return [pair for pair in pairs if pair[0] not in LEFT_OUT]


def hard_sentences(path: Path) -> Pairs:
    """One file of :data:`HARD`: intent → sentences."""
    return [(normalise(str(sentence)), intent) for intent, sentences in _load(path).items() for sentence in sentences]


def pieces(path: Path) -> Pairs:
    """One file of :data:`REQUESTS`: each request of a message of two by itself, and what only looks like two."""
    raw = _load(path)
    parts = [
        (normalise(part), intent)
        for row in raw["compound"]
        for part, intent in zip(row.get("parts", ()), row["intents"], strict=False)
    ]
    return parts + [(normalise(row["text"]), row["intent"]) for row in raw["single"]]


def once(pairs: Pairs) -> Pairs:
    """Each sentence once, as it was first meant."""
    first: dict[str, str] = {}
    for sentence, intent in pairs:
        first.setdefault(sentence, intent)
    return list(first.items())


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
