"""A person looks at the sentences that were kept and says what each of them is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import yaml

from bot.understanding.candidates import Candidates, Kept
from bot.understanding.normalise import normalise

BECAUSE = {
    "turned_round": "学生点了“不是这个意思”",
    "chosen": "问了一句，学生选了",
    "none_fits": "问了一句，学生说都不是",
    "declined_switch": "问要不要换，学生说不换",
    "said_again": "没听懂，学生换了说法",
    "cancelled_at_once": "刚开始办就不办了",
}
ASK = "回车＝{label}  意图名＝另一个意图  d＝丢掉  s＝先放着  q＝下次再看：{mark}"


def files(folder: Path, tasks: Path) -> dict[str, Path]:
    """The file of sentences of every intent; a service that came in a folder of its own has its own there."""
    found = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    return found | {path.parent.name: path for path in sorted(tasks.glob("*/sentences.yml"))}


def sentences(of: Mapping[str, Path]) -> set[str]:
    """Every training sentence, normalised."""
    found = set()
    for path in of.values():
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip().removeprefix("- ") for line in str(entry["examples"]).splitlines())
            found |= {normalise(line) for line in lines if line}
    return found


def add(text: str, intent: str, of: Mapping[str, Path]) -> bool:
    """Writes a sentence at the end of its intent's file, whole or not at all; ``False`` when some file has it already."""
    if normalise(text) in sentences(of):
        return False
    path = of[intent]
    written = path.read_text(encoding="utf-8").rstrip("\n") + f"\n      - {text}\n"
    entries = yaml.safe_load(written)["nlu"]
    if not str(entries[-1]["examples"]).rstrip().endswith(f"- {text}"):
        raise ValueError(f"{path}: the sentences do not stand at the end of the file")
    aside = path.with_suffix(".yml.part")
    aside.write_text(written, encoding="utf-8")
    aside.replace(path)
    return True


def listed(waiting: Sequence[Kept], *, as_json: bool) -> str:
    """What waits, one sentence a line, or as JSON."""
    if as_json:
        rows = [{**asdict(one), "last": one.last.isoformat()} for one in waiting]
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return "\n".join(
        f"{one.count}×  {one.text}  [{one.taken or '?'} → {one.label or '?'}]  {BECAUSE.get(one.because, one.because)}"
        for one in waiting
    )


def review(
    store: Candidates, of: Mapping[str, Path], read: Callable[[str], str], show: Callable[[str], None]
) -> tuple[int, int]:
    """Goes through what waits; gives how many sentences were added and dropped. Every verdict is kept at once.

    ``read`` gives what was typed and may raise ``EOFError`` or ``KeyboardInterrupt``: what was decided until then stays.
    """
    known, added, dropped = sorted(of), 0, 0
    waiting = store.waiting()
    for place, one in enumerate(waiting, 1):
        show(f"\n[{place}/{len(waiting)}] {one.text}")
        show(f"  {BECAUSE.get(one.because, one.because)}；当时当作 {one.taken or '?'}，出现 {one.count} 次")
        proposed = one.label if one.label in known else None
        verdict = _verdict(proposed, known, read, show)
        if verdict == "q":
            break
        if verdict == "d":
            store.settle(one.id, "dropped")
            dropped += 1
        elif verdict != "s":
            # First the file, then the mark: whoever stops in between is asked again, and nothing is written twice.
            new = add(one.text, verdict, of)
            store.settle(one.id, verdict)
            added += new
            show(f"  → {verdict}.yml" if new else "  已经有这句了")
    return added, dropped


def _verdict(
    proposed: str | None, known: Sequence[str], read: Callable[[str], str], show: Callable[[str], None]
) -> str:
    while True:
        try:
            typed = read("  " + ASK.format(label=proposed or "先放着", mark=" ")).strip()
        except (EOFError, KeyboardInterrupt):
            return "q"
        typed = typed or proposed or "s"
        if typed in ("d", "s", "q") or typed in known:
            return typed
        show(f"  没有这个意图。有：{'、'.join(known)}")
