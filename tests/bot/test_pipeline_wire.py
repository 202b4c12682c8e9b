"""The wire to Rasa: what was captured there is what the real one says today.

To capture anew, delete the ``said`` of a turn, or write a new file without it, and run this test once.
"""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer

from eval.house import House

CAPTURED = sorted((Path(__file__).resolve().parents[1] / "contracts" / "dialogue").glob("*.json"))


def plain(said: Any) -> Any:
    """Numbers, days and codes differ from one day to the next; nothing else does."""
    text = json.dumps(said, ensure_ascii=False)
    return json.loads(re.sub(r"周[一二三四五六日]", "周一", re.sub(r"\d+", "0", text)))


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_rasa_says_what_was_captured(path: Path, running: House) -> None:
    captured = json.loads(path.read_text(encoding="utf-8"))
    inner = running.running()
    signer = URLSafeTimedSerializer(inner["secret"], salt="identity")
    tracker, missing = uuid.uuid4().hex, False
    headers = {"X-Counsellor-Secret": inner["secret"]}
    with httpx.Client(base_url=f"http://127.0.0.1:{inner['ports']['dialogue']}", headers=headers, timeout=20) as rasa:
        for turn in captured["turns"]:
            metadata = {"identity": signer.dumps({"student": captured["student"]})} if turn["signed_in"] else {}
            body = {"sender": tracker, "message": turn["message"], "metadata": metadata}
            said = rasa.post("/webhooks/counsellor/turn", json=body).raise_for_status().json()
            if "said" in turn:
                assert plain(said) == plain(turn["said"])
            else:
                turn["said"], missing = said, True
    if missing:
        path.write_text(json.dumps(captured, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"captured {path.name} anew: read it, and run again")
