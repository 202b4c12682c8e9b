"""``/api/knowledge``: the documents and their keeping, for signed-in staff.

Looking and asking are done here, from the library that serves. What takes long or changes anything is the same command that
staff may type (``python -m knowledge_base``), in a process of its own: a student's question never waits for it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from connectors.doors import Doors
from connectors.problems import Problem
from connectors.sessions import COOKIE
from knowledge_base import describing, verify
from knowledge_base.document import Degree, Who

log = structlog.get_logger()

DOCUMENTS = "/api/knowledge/documents"
LARGEST_UPLOAD = 20 * 2**20 + 64 * 2**10
"""Bytes of a posted document with what is wrapped around it."""
PATIENCE_SECONDS = 900.0
"""A scan of many pages takes some seconds each."""
ROOT = Path(__file__).resolve().parent.parent

STATUS = {
    "no_such_document": 404,
    "no_such_clause": 404,
    "no_such_version": 404,
    "no_draft": 404,
    "serves_already": 409,
    "overtaken": 409,
    "answers_worse": 409,
    "several_documents": 409,
    "not_publishable": 409,
    "damaged": 409,
    "unreadable": 409,
}
"""What a command refuses, as HTTP says it."""


class Asked(BaseModel):
    """A question."""

    question: str = Field(min_length=1, max_length=500)
    as_of: date | None = None
    cohort: int | None = Field(None, ge=1950, le=2100)
    degree: Degree | None = None
    campus: str | None = Field(None, max_length=40)
    before: str | None = Field(None, max_length=500)


class Publishing(BaseModel):
    """A draft to publish; the newest without a number. ``check`` refuses where a recorded question is answered worse."""

    version: int | None = Field(None, ge=1, le=999_999_999)
    check: bool = False


class Rollback(BaseModel):
    """An earlier version; the one before without a number."""

    version: int | None = Field(None, ge=1, le=999_999_999)


async def staff(request: Request) -> str:
    """The staff number of the session. Raises :class:`Problem` 401 for a stranger and 403 for anybody else."""
    origin = request.headers.get("origin")
    if request.method != "GET" and origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        # Sites that may embed the widget may let students ask; they may not change what is answered.
        raise Problem(403, "foreign_origin", "请求来自别的网站，已拒绝。")
    doors: Doors = request.app.state.doors
    session = await doors.sessions.look(request.cookies.get(COOKIE))
    if session is not None and session.staff is not None:
        return session.staff
    if session is not None and session.student is not None:
        raise Problem(403, "staff_only", "只有工作人员可以管理知识库。")
    raise Problem(401, "not_signed_in", "请先登录。")


Staff = Annotated[str, Depends(staff)]
Number = Annotated[int | None, Query(ge=1, le=999_999_999)]


def mount(app: FastAPI, doors: Doors) -> None:
    """The routes, each of them behind :func:`staff`."""
    router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])
    commands = Commands(doors.settings.data)

    async def changed(who: str, action: str, *, document: str | None = None, version: int | None = None) -> None:
        log.info("knowledge.changed", role="staff", action=action, version=version)
        try:
            await doors.inbox.note_change(who, action, document, version)
        except SQLAlchemyError as error:
            log.critical("audit.not_kept", action=action, error=type(error).__name__)
        await asyncio.to_thread(doors.library.refresh)

    @router.get("/documents", summary="Every published document")
    async def listed(_staff: Staff) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            doors.library.refresh()
            documents = [describing.entry(each, doors.settings.now().date()) for each in doors.library.documents()]
            return {"version": doors.library.version, "state": doors.library.state, "documents": documents}

        return await asyncio.to_thread(look)

    @router.get("/documents/{document}", summary="A document with its clauses, its doubts and its other versions")
    async def shown(_staff: Staff, document: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            doors.library.refresh()
            found = doors.library.document(document)
            return None if found is None else describing.whole(found, doors.library, doors.settings.now().date())

        found = await asyncio.to_thread(look)
        if found is None:
            raise Problem(404, "no_such_document", "没有这份文件。")
        return found

    @router.post("/documents", status_code=201, summary="Takes in one file: multipart, ``file``, and ``draft`` = 1")
    async def taken_in(request: Request, who: Staff) -> dict[str, Any]:
        async with _upload(request, doors.settings.data) as (path, draft):
            said = await commands.run("ingest", *(["--draft"] if draft else []), "--", str(path))
            refused = [
                {"file": each["file"].removeprefix(f"{path.parent}/"), "message": each["message"]}
                for each in said["refused"]
            ]
        if not said["documents"]:
            raise Problem(422, "unreadable_file", refused[0]["message"] if refused else "文件里没有可以收录的文字")
        for each in said["documents"]:
            await changed(who, "draft" if draft else "ingest", document=each["id"], version=said["version"])
        return {**said, "refused": refused}

    @router.delete("/documents/{document}", summary="Takes a document back")
    async def removed(who: Staff, document: str, draft: bool = False) -> dict[str, Any]:
        if await asyncio.to_thread(doors.library.document, document) is None:
            raise Problem(404, "no_such_document", "没有这份文件。")
        said = await commands.run("remove", "--yes", *(["--draft"] if draft else []), "--", document)
        await changed(who, "remove", document=document, version=said["version"])
        return said

    @router.get("/versions", summary="Every version and draft")
    async def versions(_staff: Staff) -> dict[str, Any]:
        found = await asyncio.to_thread(verify.versions, doors.library.store)
        return {"versions": [each.to_json() for each in found]}

    @router.post("/publish", summary="Lets a draft serve and says which answers change")
    async def published(who: Staff, wanted: Publishing) -> dict[str, Any]:
        number = [] if wanted.version is None else [str(wanted.version)]
        said = await commands.run("publish", *(["--check"] if wanted.check else []), *number)
        await changed(who, "publish", version=said["version"])
        return said

    @router.post("/rollback", summary="Lets an earlier version serve again")
    async def rolled_back(who: Staff, wanted: Rollback) -> dict[str, Any]:
        said = await commands.run("rollback", *([] if wanted.version is None else [str(wanted.version)]))
        await changed(who, "rollback", version=said["version"])
        return said

    @router.get("/diff", summary="Which recorded questions are answered otherwise by another version")
    async def diff(_staff: Staff, old: Number = None, new: Number = None) -> dict[str, Any]:
        if old is None and new is not None:
            raise Problem(422, "invalid", "只给 new 不够，请同时给 old。")
        return await commands.run("diff", *(str(each) for each in (old, new) if each is not None))

    @router.get("/gaps", summary="What students ask and no document answers")
    async def gaps(_staff: Staff) -> dict[str, Any]:
        return await commands.run("gaps")

    @router.get("/verify", summary="Checks every file, every index and every place that is quoted")
    async def verified(_staff: Staff) -> dict[str, Any]:
        return await commands.run("verify")

    @router.post("/ask", summary="An answer, or why there is none")
    async def answered(_staff: Staff, asked: Asked) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            doors.library.refresh()
            who = Who(asked.cohort, asked.degree, asked.campus)
            as_of = asked.as_of or doors.settings.now().date()
            return describing.said(doors.library.answer(asked.question, as_of, who=who, before=asked.before))

        return await asyncio.to_thread(look)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(_staff: Staff) -> dict[str, Any]:
        return get_openapi(title="知识库", version="1", routes=router.routes)

    app.include_router(router)


@asynccontextmanager
async def _upload(request: Request, data: Path) -> AsyncIterator[tuple[Path, bool]]:
    """The posted file on the disk under its own name, and whether it is for a draft; gone afterwards."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(415, "not_multipart", "请用 multipart/form-data 上传文件。")
    folder = Path(tempfile.mkdtemp(prefix="upload-", dir=data))
    try:
        form = await _form(request)
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise Problem(422, "no_file", "没有收到文件，请放在 file 字段。")
            path = folder / _name(file.filename)
            with path.open("wb") as out:
                while chunk := await file.read(2**20):
                    await asyncio.to_thread(out.write, chunk)
            draft = str(form.get("draft", "")).lower() in ("1", "true", "yes")
        finally:
            await form.close()
        yield path, draft
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)


async def _form(request: Request) -> FormData:
    """The posted fields, a long file on the disk. Raises :class:`Problem`."""
    try:
        return await MultiPartParser(request.headers, _counted(request), max_files=1, max_fields=4).parse()
    except MultiPartException as error:
        raise Problem(400, "malformed_upload", "上传的内容不是正确的 multipart/form-data。") from error


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes. Raises :class:`Problem` as soon as it is too long."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_UPLOAD:
            raise Problem(413, "too_large", f"文件超过 {LARGEST_UPLOAD // 2**20} MB。")
        yield chunk


def _name(given: str) -> str:
    """The last part of a file's name as a sender gave it, without what a file system refuses."""
    last = re.split(r"[/\\]", given)[-1]
    clean = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", last).strip().lstrip(".~-")
    stem, dot, suffix = clean.rpartition(".")
    return f"{stem[:60]}.{suffix[:10]}" if dot and stem else (clean[:60] or "文件")


class Commands:
    """``python -m knowledge_base`` in processes of their own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        # Each of them holds an encoder and an index; two at once are what a small machine bears.
        self._room = asyncio.Semaphore(2)

    async def run(self, *words: str) -> dict[str, Any]:
        """What a command says as JSON. Raises :class:`Problem` for what it refuses."""
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "knowledge_base",
                words[0],
                "--json",
                *words[1:],
                cwd=ROOT,
                env={**os.environ, "COUNSELLOR_DATA": str(self._data.resolve())},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
            except TimeoutError as error:
                raise Problem(503, "too_slow", "处理时间太长，已停止。") from error
            finally:
                if process.returncode is None:
                    # The caller went away or lost patience; what was not swapped in is swept away by the next writer.
                    process.kill()
                    await process.wait()
        try:
            said: dict[str, Any] = json.loads(out)
        except ValueError as error:
            log.error("knowledge.command_failed", command=words[0], status=process.returncode)
            raise Problem(503, "failed", "没有成功，已经记录，请稍后再试。") from error
        if refusal := said.get("error"):
            raise Problem(STATUS.get(refusal["code"], 409), refusal["code"], refusal["message"])
        return said
