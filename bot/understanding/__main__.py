"""``python -m bot.understanding review``: the sentences that were taken wrongly, looked at by a person."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.understanding import review
from bot.understanding.candidates import FILE, Candidates

ROOT = Path(__file__).resolve().parents[2]
INTENTS = ROOT / "training_data" / "intents"
TASKS = ROOT / "actions" / "tasks"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.understanding", description="What was misunderstood.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("review", help="go through the kept sentences: accept, name another intent, drop")
    command.add_argument("--list", action="store_true", help="only show what waits")
    command.add_argument("--json", action="store_true", help="show what waits as JSON")
    chosen = parser.parse_args(arguments)
    store = Candidates(Path(os.environ.get("COUNSELLOR_DATA", "var")) / FILE)
    if chosen.list or chosen.json:
        print(review.listed(store.waiting(), as_json=chosen.json))
        return 0
    added, dropped = review.review(store, review.files(INTENTS, TASKS), input, print)
    print(f"加进训练句子 {added} 句，丢掉 {dropped} 句，还剩 {len(store.waiting())} 句。")
    if added:
        print("跑一遍 scripts/train 就用上了。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
