"""``/documents/{id}``: a policy document opened at its clause, with the quoted characters lit by ``document.js``."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.doors import Doors
from connectors.pages import render
from connectors.problems import Problem


def mount(app: FastAPI, doors: Doors) -> None:
    @app.get("/documents/{document}")
    async def document(request: Request, document: str) -> Response:
        doors.library.refresh()
        found = doors.library.document(document)
        if found is None:
            if "text/html" in request.headers.get("accept", ""):
                return render("error.html", 404, title="没有这份文件", message="这份文件不在库里，可能已经更新。")
            raise Problem(404, "no_such_document", "没有这份文件。")
        blocks: list[dict[str, Any]] = [
            {
                "kind": block.kind,
                "start": block.start,
                "end": block.end,
                "text": found.text[block.start : block.end],
                "cells": [{"start": a, "end": b, "text": found.text[a:b]} for a, b in block.cells],
            }
            for block in found.blocks
        ]
        about = {
            "id": found.id,
            "title": found.title,
            "number": found.number,
            "issuer": found.issuer,
            "issued": found.issued,
            "effective": found.effective,
            "repealed": found.repealed,
            "in_force": found.in_force(doors.pipeline.now().date()),
        }
        return render("document.html", 200, document=about, blocks=blocks)
