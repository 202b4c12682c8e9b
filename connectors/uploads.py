"""``POST /api/uploads``: one picture, kept for the session that sent it, to be named in a message's ``attachments``.

Nothing is ever served back from here. What is kept is what was decoded and written anew, without what a phone notes beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import secrets
import tempfile
import warnings
from collections.abc import AsyncGenerator
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image, ImageOps, UnidentifiedImageError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from connectors import heif
from connectors.doors import Doors
from connectors.problems import Problem
from connectors.sessions import COOKIE, set_cookie

UPLOADS = "/api/uploads"
LARGEST_PICTURE = 8 * 2**20
"""Bytes."""
WRAPPING = 64 * 2**10
"""Bytes of a post around the picture."""
MOST_PIXELS = 50_000_000
"""More than any phone takes; decoded, this many are 150 MB."""
LONGEST_SIDE = 4096
MOST_OF_ONE = 30
"""Pictures kept for one session."""
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
UPLOAD = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """The pictures under the data folder, a folder of each session's own."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "uploads"
        # A picture of fifty million pixels takes its room and its second; two at once are enough.
        self._room = asyncio.Semaphore(2)

    def find(self, upload: str, owner: str) -> Path | None:
        """The picture ``upload`` of ``owner``; somebody else's is ``None``, like one that does not exist."""
        if UPLOAD.fullmatch(upload) is None:
            return None
        return next(iter(self._of(owner).glob(f"{upload}.*")), None)

    async def keep(self, picture: bytes, owner: str) -> str:
        """The id of a picture, kept. Raises :class:`Problem` for what is no picture, or one too many."""
        async with self._room:
            return await asyncio.to_thread(self._keep, picture, owner)

    def _of(self, owner: str) -> Path:
        # Whatever an owner is called, its folder has a name of its own.
        return self._folder / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def _keep(self, picture: bytes, owner: str) -> str:
        folder = self._of(owner)
        if folder.is_dir() and len(list(folder.iterdir())) >= MOST_OF_ONE:
            raise Problem(429, "too_many_uploads", f"这次对话里的照片太多了，最多 {MOST_OF_ONE} 张。")
        clean, ending = cleaned(picture)
        folder.mkdir(parents=True, exist_ok=True)
        upload = secrets.token_hex(16)
        handle, half = tempfile.mkstemp(prefix=".", dir=folder)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(clean)
            os.replace(half, folder / f"{upload}.{ending}")
        except OSError:
            Path(half).unlink(missing_ok=True)
            raise
        return upload


def cleaned(picture: bytes) -> tuple[bytes, str]:
    """The picture written anew, upright and without notes, and its file ending; HEIC with its notes blanked.

    Its bytes decide what it is, not its name. Raises :class:`Problem`.
    """
    if heif.is_heif(picture):
        try:
            return heif.without_notes(picture), "heic"
        except heif.NotHeif as error:
            raise _broken() from error
    try:
        with warnings.catch_warnings():
            # The number of pixels is judged here, not by the library's own warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=tuple(ENDINGS)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Problem(413, "too_many_pixels", "这张照片的像素太多了，请换一张小一点的。")
                kind = str(opened.format)
                return _written(opened, kind), ENDINGS[kind]
    except UnidentifiedImageError as error:
        raise Problem(415, "not_a_picture", "只能上传照片：JPEG、PNG、WebP 或 HEIC。") from error
    except Image.DecompressionBombError as error:
        raise Problem(413, "too_many_pixels", "这张照片的像素太多了，请换一张小一点的。") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        # Pillow's decoders say all of these of a file that stops or lies in the middle.
        raise _broken() from error


def _broken() -> Problem:
    return Problem(422, "broken_picture", "这张照片打不开，可能没有传完整，请再试一次。")


def _written(opened: Image.Image, kind: str) -> bytes:
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = "RGBA" if kind != "JPEG" and "A" in upright.getbands() else "RGB"
    pixels = upright.convert(plain)
    pixels.info.clear()
    out = io.BytesIO()
    pixels.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
    return out.getvalue()


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes. Raises :class:`Problem` as soon as it is too long."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_PICTURE + WRAPPING:
            raise _too_large()
        yield chunk


def _too_large() -> Problem:
    return Problem(413, "too_large", f"照片不能超过 {LARGEST_PICTURE // 2**20} MB。")


async def _picture(request: Request) -> bytes:
    """The one posted file. Raises :class:`Problem`."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(415, "not_multipart", "请用 multipart/form-data 上传照片。")
    try:
        form = await MultiPartParser(request.headers, _counted(request), max_files=1, max_fields=4).parse()
    except MultiPartException as error:
        raise Problem(
            400, "malformed_upload", "上传的内容不是正确的 multipart/form-data，或者不止一个文件。"
        ) from error
    try:
        file = next((one for one in form.values() if isinstance(one, UploadFile)), None)
        if file is None:
            raise Problem(422, "no_file", "没有收到照片。")
        picture = await file.read(LARGEST_PICTURE + 1)
    finally:
        await form.close()
    if not picture:
        raise Problem(422, "no_file", "收到的照片是空的。")
    if len(picture) > LARGEST_PICTURE:
        raise _too_large()
    return picture


def mount(app: FastAPI, doors: Doors) -> None:
    """The route. Anybody may send a picture: whoever reports a danger need not sign in."""
    uploads = Uploads(doors.settings.data)

    @app.post(UPLOADS)
    async def upload(request: Request) -> Response:
        session = await doors.who(request.cookies.get(COOKIE))
        kept = await uploads.keep(await _picture(request), session.owner)
        return set_cookie(JSONResponse({"id": kept}), session, doors.settings.secure_cookies)
