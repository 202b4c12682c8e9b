"""``python -m eval [NAME…] [--json] [--report FILE.html]``: runs the evaluations and prints one table."""

from __future__ import annotations

import argparse
import html
import importlib
import json
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path

from eval.figures import Figure

EVALUATIONS = ["understanding", "retrieval", "knowledge", "crisis", "dialogues", "latency"]
"""In the order of the table; each is a module here with ``run() -> list[Figure]``."""
BY_NAME_ONLY = ["faults"]
"""Takes hours at full size."""
MODULES = {"dialogues": ("dialogues", "generated")}
"""An evaluation of more modules than the one of its name: the written dialogues, and the generated ones."""


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit in ("count", "MB") else f"{value:.1f} {unit}"


def row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    """name, value, interval, n, goal, verdict."""
    interval = "" if figure.low is None or figure.high is None else f"{figure.low:.1f} – {figure.high:.1f}"
    limited = figure.goal is not None
    sign = "≥" if figure.higher_is_better else "≤"
    goal = f"{sign} {_number(figure.goal or 0.0, figure.unit)}" if limited else ""
    verdict = "" if not limited else ("reached" if figure.reached else "NOT REACHED")
    return figure.name, _number(figure.value, figure.unit), interval, str(figure.n or ""), goal, verdict


def table(figures: list[Figure]) -> str:
    """The table, with every miss below it."""
    rows = [("figure", "measured", "95 % interval", "n", "goal", ""), *(row(figure) for figure in figures)]
    widths = [max(_columns(line[column]) for line in rows) for column in range(6)]
    lines = [
        "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in rows
    ]
    for figure in figures:
        if figure.misses:
            lines += ["", f"misses of “{figure.name}”:", *(f"  {miss}" for miss in figure.misses)]
    return "\n".join(lines)


def report(figures: list[Figure]) -> str:
    """The same as one HTML page."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row(figure)) + "</tr>" for figure in figures
    )
    misses = "".join(
        f"<h2>{html.escape(figure.name)}</h2><ul>"
        + "".join(f"<li>{html.escape(miss)}</li>" for miss in figure.misses)
        + "</ul>"
        for figure in figures
        if figure.misses
    )
    head = "".join(f"<th>{name}</th>" for name in ("figure", "measured", "95 % interval", "n", "goal", ""))
    return (
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>虚拟辅导员: evaluation</title>"
        "<style>body{font:15px/1.6 system-ui;margin:2rem}td,th{padding:.2rem .8rem;text-align:left}</style>"
        f"<h1>Evaluation</h1><table><tr>{head}</tr>{cells}</table>{misses}</html>"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval", description="How good the counsellor is.")
    known = [*EVALUATIONS, *BY_NAME_ONLY]
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"any of {', '.join(known)}; by default all but {', '.join(BY_NAME_ONLY)}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="also write an HTML page")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(known):
        parser.error(f"there is no evaluation {sorted(unknown)}; choose from {known}")
    figures: list[Figure] = []
    for name in known:
        if name in (chosen.names or EVALUATIONS):
            for module in MODULES.get(name, (name,)):
                figures += importlib.import_module(f"eval.{module}").run()
    if chosen.json:
        print(json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1))
    else:
        print(table(figures))
    if chosen.report:
        chosen.report.write_text(report(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
