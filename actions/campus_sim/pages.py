"""The few pages a student opens in a browser: plain HTML, written here, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = (
    "body{font:18px/1.7 system-ui,sans-serif;max-width:26em;margin:8vh auto;padding:0 1em}"
    "button,input{font:inherit;padding:.5em 1.2em;margin:.3em 0}small{color:#555}"
)


def page(title: str, lines: list[str], form: str = "", *, status: int = 200) -> HTMLResponse:
    """``lines`` are words and are escaped; ``form`` is markup of ours."""
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{said}{form}</body></html>",
        status,
        HEADERS,
    )


def button(label: str, field: str = "") -> str:
    """A form that posts back to its own address; ``field`` is markup of ours that stands in it."""
    return f'<form method="post">{field}<button>{escape(label)}</button></form>'
