"""The widget on another site of the university: allowed by name, refused to everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.bootstrap import build
from connectors.settings import Settings

SITE = "https://www.example.edu.cn"


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return build(Settings(data=tmp_path, inner_secret="s", widget_sites=f"{SITE}/, https://hall.example.edu.cn"))  # type: ignore[arg-type]


async def posted(app: Any, origin: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.example.edu.cn") as client:
        body = {"conversation": "c", "message_id": "m", "text": "你好"}
        return await client.post("/api/chat", json=body, headers={"Origin": origin})


async def test_a_named_site_may_talk_with_its_visitor_s_session(app: Any) -> None:
    answer = await posted(app, SITE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{SITE}.evil.example", "http://www.example.edu.cn"]
)
async def test_any_other_site_may_not(app: Any, origin: str) -> None:
    answer = await posted(app, origin)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
async def test_without_an_origin_the_browser_s_word_on_the_site_counts(app: Any, site: str, status: int) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.example.edu.cn") as client:
        body = {"conversation": "c", "message_id": "m", "text": "你好"}
        answer = await client.post("/api/chat", json=body, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == status


async def test_the_widget_s_files_load_anywhere_and_the_talk_does_not(app: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.example.edu.cn") as client:
        for path in ("/widget.js", "/static/web/elements/chat.js"):
            answer = await client.get(path)
            assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in (await client.get("/api/me")).headers
