"""Recounts the figures from an export of the log alone: ``python -m actions.cases export | python scripts/recount.py``."""

import json
import sys
from typing import Any, TextIO


def recount(lines: TextIO | list[str]) -> list[dict[str, Any]]:
    cases, table, as_of = dict[str, dict[str, Any]](), dict[tuple[str, str], list[int]](), ""
    for row in map(json.loads, lines):
        facts, act, now = json.loads(row["facts"]), row["act"], row["at"]
        case, as_of = cases.setdefault(row["case"], {"department": "", "stars": 0}), max(as_of, now)
        case.update({one: facts[one] for one in ("kind", "due_response", "due_close") if one in facts})
        if act in ("dispatch", "join", "return"):
            case["department"] = facts.get("department", "")
        if act in ("take", "report") or facts.get("lead_stage") == "办理":
            case.setdefault("answered", now)
        if act in ("ask_student", "supply", "report", "return", "dispatch", "solved", "silent", "withdraw"):
            case["waiting"] = act == "ask_student"
        if act in ("report", "unsolved", "reopen"):
            case["timely"] = now <= case["due_close"] if act == "report" else None
        if act in ("solved", "silent", "withdraw", "unsolved", "reopen"):
            case["end"] = act
        case["stars"] = facts.get("score", 0 if act in ("unsolved", "reopen") else case["stars"])
    for case in cases.values():
        end, answered, timely = (case.get(name) for name in ("end", "answered", "timely"))
        stays, late = end != "withdraw", not case.get("waiting") and case["due_close"] < as_of
        response = (answered or (stays and case["due_response"] < as_of), answered and answered <= case["due_response"])
        in_time = (stays and (timely is not None or late), timely)
        shares = (response, (end and stays, end == "solved"), (case["stars"], case["stars"] > 3), in_time)
        row = [1, end == "silent", not stays, *(bool(one) for of, good in shares for one in (of and good, of))]
        key = (case["department"], case["kind"])
        table[key] = [one + other for one, other in zip(table.get(key, [0] * 11), row, strict=True)]
    names = ("response", 3), ("solved", 5), ("satisfied", 7), ("in_time", 9)
    return [{"department": of, "kind": kind, "cases": row[0], "silent": row[1], "withdrawn": row[2]}
              | {name: row[at : at + 2] for name, at in names} for (of, kind), row in sorted(table.items())]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(recount(sys.stdin), ensure_ascii=False))
