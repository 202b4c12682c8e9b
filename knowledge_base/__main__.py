"""``python -m knowledge_base ingest PATH… | ask "…" [--json] [--as-of YYYY-MM-DD] | list | fit``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .answer import Answer, Decline, Source
from .document import Document
from .encoder import open_encoder
from .ingest import UnreadableFile, files
from .known import take_in
from .library import Library
from .store import Store

REASONS = {
    "out_of_domain": "这个问题不在现有文件的范围内。",
    "out_of_scope": "这个问题超出了可以回答的范围（其他学校的规定，或他人的个人信息）。",
    "not_found": "现有文件里没有找到相关规定。",
    "unsure": "没有把握，以下条款可能相关。",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 where any file could not be taken in."""
    parser = argparse.ArgumentParser(prog="python -m knowledge_base", description="Documents in, cited answers out.")
    commands = parser.add_subparsers(dest="command", required=True)
    ingest = commands.add_parser("ingest", help="read files or folders and publish them")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ask = commands.add_parser("ask", help="answer a question from the documents")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="the answer as one JSON object")
    ask.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD", help="default: today")
    commands.add_parser("list", help="the published documents")
    commands.add_parser("fit", help="fit the gate that declines, on training_data/questions")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s")
    folder = Path(os.environ.get("COUNSELLOR_DATA", "var")) / "knowledge"
    match options.command:
        case "ingest":
            return _ingest(folder, options.paths)
        case "ask":
            return _ask(folder, options.question, options.as_of or _today(), as_json=options.json)
        case "list":
            return _list(folder)
        case _:
            from .fit import fit  # scikit-learn never loads while serving

            print(fit())
            return 0


def _ingest(folder: Path, paths: Sequence[Path]) -> int:
    taken: list[Document] = []
    failed = 0
    for path in files(paths):
        try:
            taken.append(take_in(path))
        except UnreadableFile as error:
            failed += 1
            print(f"error: {path}: {error}", file=sys.stderr)
    if taken:
        Store(folder).publish(taken, open_encoder())
        # Only what is published is reported; its repealed dates are known only beside the others.
        library = Library.open(folder)
        for each in taken:
            print(_line(library.document(each.id) or each))
    return 1 if failed else 0


def _line(each: Document) -> str:
    dates = [f"{name} {day}" for name, day in _dates(each)]
    return "  ".join([f"《{each.title}》", each.number or "无文号", *dates, f"{len(each.passages)} passages"])


def _dates(each: Document) -> list[tuple[str, date]]:
    named = (("issued", each.issued), ("effective", each.effective), ("repealed", each.repealed))
    return [(name, day) for name, day in named if day is not None]


def _today() -> date:
    """The campus's day: fixed by ``COUNSELLOR_TODAY``, else by its clock."""
    fixed = os.environ.get("COUNSELLOR_TODAY")
    if fixed:
        return date.fromisoformat(fixed)
    return datetime.now(ZoneInfo(os.environ.get("COUNSELLOR_TIMEZONE", "Asia/Shanghai"))).date()


def _ask(folder: Path, question: str, as_of: date, *, as_json: bool) -> int:
    said = Library.open(folder).answer(question, as_of)
    if as_json:
        print(json.dumps(_json(said), ensure_ascii=False))
    elif isinstance(said, Answer):
        print(said.text)
    else:
        print(REASONS[said.reason])
        for each in said.suggestions:
            print(f"· 《{each.document}》{each.locator}：{each.quote}")
    return 0


def _json(said: Answer | Decline) -> dict[str, Any]:
    if isinstance(said, Answer):
        return {
            "answered": True,
            "answer": said.text,
            "confidence": said.confidence,
            "sources": [_source(each) for each in said.sources],
        }
    suggestions = [
        {"document": each.document, "locator": each.locator, "quote": each.quote} for each in said.suggestions
    ]
    return {"answered": False, "reason": said.reason, "suggestions": suggestions}


def _source(source: Source) -> dict[str, Any]:
    return {name: value for name, value in asdict(source).items() if name != "document_id"}


def _list(folder: Path) -> int:
    for each in Library.open(folder).documents():
        print(f"{each.id}  {_line(each)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
