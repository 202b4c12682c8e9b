"""``python -m knowledge_base``: documents in, cited answers out, and the keeping of what is published.

Everything people write or read here goes through :mod:`knowledge_base.commands`; this module only knows the words of the
command line.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

from . import commands
from .document import Degree, Who


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    whole = argparse.ArgumentParser(prog="python -m knowledge_base", description="Documents in, cited answers out.")
    subcommands = whole.add_subparsers(dest="command", required=True)

    ingest = subcommands.add_parser("ingest", help="read files or folders and publish them")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--draft", action="store_true", help="build and verify, but do not publish yet")

    ask = subcommands.add_parser("ask", help="answer a question from the documents")
    ask.add_argument("question")
    ask.add_argument("--cohort", type=int, metavar="YEAR", help="the 年级 of who asks: 2023")
    ask.add_argument("--degree", choices=get_args(Degree), help="what who asks studies for")
    ask.add_argument("--campus", help="the 校区 of who asks")
    ask.add_argument("--before", metavar="QUESTION", help="the question this one goes on from")

    listed = subcommands.add_parser("list", help="the published documents")

    show = subcommands.add_parser("show", help="a document, or one clause of it")
    show.add_argument("document", metavar="ID|TITLE|文号")
    show.add_argument("locator", nargs="?", help="第三章 第十二条")

    remove = subcommands.add_parser("remove", help="take a document back")
    remove.add_argument("document", metavar="ID|TITLE|文号")
    remove.add_argument("--yes", action="store_true", help="do not ask on a terminal")
    remove.add_argument("--draft", action="store_true", help="build and verify, but do not publish yet")

    publish = subcommands.add_parser("publish", help="let a draft serve")
    publish.add_argument("version", nargs="?", type=int, help="default: the newest draft")
    publish.add_argument("--check", action="store_true", help="not if a recorded question is answered worse")

    rollback = subcommands.add_parser("rollback", help="let an earlier version serve again")
    rollback.add_argument("version", nargs="?", type=int, help="default: the one before")

    versions = subcommands.add_parser("versions", help="every version and draft")

    diff = subcommands.add_parser("diff", help="which recorded questions change their answer between two versions")
    diff.add_argument("old", nargs="?", type=int, help="default: the version that serves, or the one before it")
    diff.add_argument("new", nargs="?", type=int, help="default: the newest draft, or the version that serves")

    gaps = subcommands.add_parser("gaps", help="what students ask and no document answers")

    verify = subcommands.add_parser("verify", help="check every file, every index and every place that is quoted")

    for each in (ingest, ask, listed, show, remove, publish, rollback, versions, diff, gaps, verify):
        each.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    for each in (ask, listed, publish, diff, gaps):
        each.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD", help="default: today")
    for each in (publish, diff):
        each.add_argument("--questions", type=Path, metavar="FILE", help="more questions to compare, one a line")

    subcommands.add_parser("fit", help="fit the gate that declines, on training_data/questions")
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0; 1 where anything could not be done or is not well; 2 for wrong words."""
    options = parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s")
    if options.command == "fit":
        from .fit import fit  # scikit-learn never loads while serving

        print(fit())
        return 0
    data = Path(os.environ.get("COUNSELLOR_DATA", "var"))
    desk = commands.Desk(data, as_json=options.json, as_of=getattr(options, "as_of", None))
    try:
        status = _done(desk, options)
        sys.stdout.flush()
    except commands.Refused as refused:
        desk.refuse(refused)
        return 1
    except BrokenPipeError:
        # Who reads has read enough (… list | head); what is left to be written goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _done(desk: commands.Desk, options: argparse.Namespace) -> int:
    match options.command:
        case "ingest":
            return desk.ingest(options.paths, draft=options.draft)
        case "ask":
            who = Who(options.cohort, options.degree, options.campus)
            return desk.ask(options.question, who, options.before)
        case "list":
            return desk.listed()
        case "show":
            return desk.show(options.document, options.locator)
        case "remove":
            return desk.remove(options.document, yes=options.yes, draft=options.draft)
        case "publish":
            return desk.publish(options.version, options.questions, check=options.check)
        case "rollback":
            return desk.rollback(options.version)
        case "versions":
            return desk.versions()
        case "diff":
            return desk.diff(options.old, options.new, options.questions)
        case "gaps":
            return desk.gaps()
        case _:
            return desk.verify()


if __name__ == "__main__":
    sys.exit(main())
