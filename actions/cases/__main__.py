"""``python -m actions.cases``: the log on the command line, whether or not the service runs."""

from __future__ import annotations

import argparse
import json
import sys

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from actions.cases.figures import count
from actions.cases.reading import export, last_time, line, states, tip, verify
from actions.cases.tables import open_engine
from actions.settings import Settings


def _export(engine: Engine) -> int:
    for row in export(engine):
        sys.stdout.write(line(row) + "\n")
    return 0


def _verify(engine: Engine, anchor: str | None) -> int:
    """The tip is printed so that somebody can note it elsewhere: it is the next anchor."""
    pos, digest = tip(engine)
    found = verify(engine, anchor)
    for one in found:
        print(f"error: row {one.pos}: {one.what}", file=sys.stderr)
    print(f"{pos} rows, {digest}")
    return 1 if found else 0


def _figures(engine: Engine, as_json: bool) -> int:
    # As of the last row, not of today: whoever recounts an export gets the same.
    last = last_time(engine)
    rows = count(states(engine), last) if last else []
    if as_json:
        print(json.dumps([row.to_json() for row in rows], ensure_ascii=False))
        return 0
    for row in rows:
        shares = {"响应率": row.response, "解决率": row.solved, "满意率": row.satisfied, "按期率": row.in_time}
        said = "  ".join(f"{name} {100 * good / of:.1f}% ({good}/{of})" for name, (good, of) in shares.items() if of)
        print(
            f"{row.department or '（未转办）'}  {row.kind}  {row.cases} 件  静默办结 {row.silent}  撤销 {row.withdrawn}  {said}"
        )
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m actions.cases", description="The log of the cases.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export", help="every row of the log as a line of JSON")
    verifying = commands.add_parser("verify", help="whether anybody touched the log")
    verifying.add_argument("--anchor", metavar="HASH", help="a hash noted earlier, which has to be in the log still")
    counting = commands.add_parser("figures", help="how well the departments answer")
    counting.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        engine = open_engine(Settings().cases_database())
        match options.command:
            case "export":
                return _export(engine)
            case "verify":
                return _verify(engine, options.anchor)
            case _:
                return _figures(engine, options.json)
    except SQLAlchemyError as failed:
        print(f"error: the cases cannot be read ({type(failed).__name__})", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
