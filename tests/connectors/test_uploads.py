"""Pictures: only pictures, only so large, without what a phone notes beside them, and nobody else's."""

from __future__ import annotations

import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from connectors import heif, uploads
from connectors.bootstrap import build
from connectors.problems import Problem
from connectors.settings import Settings

PLACE = b"GPS 31.23N 121.47E"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **how)
    return out.getvalue()


def noted(kind: str) -> bytes:
    """A picture taken with the phone turned, that says where."""
    notes = Image.Exif()
    notes[0x0112] = 6
    notes[0x010E] = PLACE.decode()
    return picture(kind, exif=notes)


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body)) + kind + body


def heic(notes: bytes = PLACE, *, item: bytes = b"Exif", infe: int = 2, offset: int | None = None) -> bytes:
    """The boxes of a HEIC picture: one item that is a picture, and one of notes, both in ``mdat``."""
    pixels = b"\x01pixels\x02"
    kinds = [
        box(b"infe", bytes([infe, 0, 0, 0]), struct.pack(">HH", number, 0), kind, b"\0")
        for number, kind in ((1, b"hvc1"), (2, item))
    ]
    info = box(b"iinf", bytes(4), struct.pack(">H", 2), *kinds)
    ftyp = box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(start: int) -> bytes:
        places = [
            struct.pack(">HHHII", number, 0, 1, at, length)
            for number, at, length in ((1, start, len(pixels)), (2, start + len(pixels), len(notes)))
        ]
        where = box(b"iloc", bytes(4), b"\x44\x00", struct.pack(">H", 2), *places)
        return box(b"meta", bytes(4), info, where)

    start = len(ftyp) + len(meta(0)) + 8 if offset is None else offset
    return ftyp + meta(start) + box(b"mdat", pixels, notes)


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return build(Settings(data=tmp_path, inner_secret="s"))  # type: ignore[arg-type]


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


async def send(client: httpx.AsyncClient, content: bytes, name: str = "photo.jpg") -> httpx.Response:
    return await client.post("/api/uploads", files={"file": (name, content, "image/jpeg")})


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def kept(data: Path) -> list[Path]:
    return sorted((data / "uploads").rglob("*.*"))


async def test_a_picture_is_kept_for_the_session_that_sent_it(
    app: Any, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    answer = await send(client, picture())
    assert answer.status_code == 200
    assert set(answer.json()) == {"id"}
    owner = (await app.state.doors.who(client.cookies["counsellor_session"])).owner
    shelf = uploads.Uploads(tmp_path)
    found = shelf.find(answer.json()["id"], owner)
    assert kept(tmp_path) == [found]
    assert shelf.find(answer.json()["id"], "somebody else") is None
    assert shelf.find("../" + answer.json()["id"], owner) is None
    assert shelf.find("*", owner) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_what_a_phone_notes_beside_a_picture_is_gone_and_the_picture_stands_upright(
    client: httpx.AsyncClient, tmp_path: Path, kind: str
) -> None:
    sent = noted(kind)
    assert PLACE in sent
    assert (await send(client, sent)).status_code == 200
    (path,) = kept(tmp_path)
    assert PLACE not in path.read_bytes()
    with Image.open(path) as found:
        assert (found.format, found.size, dict(found.getexif())) == (kind, (20, 40), {})


async def test_the_name_and_the_declared_type_decide_nothing(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await send(client, picture("PNG"), "photo.html")).status_code == 200
    assert [path.suffix for path in kept(tmp_path)] == [".png"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "not_a_picture"),
        (b"<!doctype html><script>alert(1)</script>", 415, "not_a_picture"),
        (b"%PDF-1.7", 415, "not_a_picture"),
        (b"MZ" + bytes(200), 415, "not_a_picture"),
        (picture("GIF"), 415, "not_a_picture"),
        (picture("BMP"), 415, "not_a_picture"),
        (picture("PNG", (300, 300))[:-60], 422, "broken_picture"),
        (b"", 422, "no_file"),
    ],
    ids=["svg", "html", "pdf", "exe", "gif", "bmp", "cut", "empty"],
)
async def test_what_is_no_whole_picture_is_refused_and_not_kept(
    client: httpx.AsyncClient, tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    assert refused(await send(client, content)) == (status, code)
    assert kept(tmp_path) == []


async def test_what_stands_behind_the_end_of_a_picture_is_not_kept(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await send(client, picture() + b"<?php evil();")).status_code == 200
    (path,) = kept(tmp_path)
    assert b"<?php" not in path.read_bytes()


async def test_a_post_that_is_no_upload_is_refused(client: httpx.AsyncClient) -> None:
    assert refused(await client.post("/api/uploads", json={"file": "x"})) == (415, "not_multipart")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert refused(await client.post("/api/uploads", content=b"--y", headers=broken))[0] in (400, 422)
    two = [("file", ("a.jpg", picture())), ("file", ("b.jpg", picture()))]
    assert refused(await client.post("/api/uploads", files=two)) == (400, "malformed_upload")
    assert refused(await client.post("/api/uploads", data={"file": "words"}, files={})) == (415, "not_multipart")


async def test_a_picture_of_more_than_eight_megabytes_is_refused_while_it_comes(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        while sent < 64 * 2**20:
            sent += 2**20
            yield bytes(2**20)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert refused(await client.post("/api/uploads", content=endless(), headers=headers)) == (413, "too_large")
    assert sent < 12 * 2**20


async def test_a_picture_between_the_limits_of_words_and_of_pictures_is_taken(client: httpx.AsyncClient) -> None:
    noise = Image.effect_noise((1500, 1500), 90)
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert 10**6 < len(out.getvalue()) < uploads.LARGEST_PICTURE
    assert (await send(client, out.getvalue())).status_code == 200


async def test_a_small_file_that_would_fill_the_memory_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert refused(await send(client, picture("PNG", (10_000, 10_000), "1"))) == (413, "too_many_pixels")
    assert kept(tmp_path) == []


async def test_a_large_picture_is_made_smaller(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await send(client, picture(size=(5000, 1000)))).status_code == 200
    (path,) = kept(tmp_path)
    with Image.open(path) as found:
        assert found.size == (4096, 819)


async def test_one_session_cannot_fill_the_disk(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 2)
    assert [(await send(client, picture())).status_code for _ in range(3)] == [200, 200, 429]


async def test_nothing_is_served_back(client: httpx.AsyncClient, tmp_path: Path) -> None:
    upload = (await send(client, picture())).json()["id"]
    for path in (f"/api/uploads/{upload}", f"/uploads/{upload}.jpg"):
        assert (await client.get(path)).status_code == 404


async def test_another_site_cannot_upload(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/uploads", files={"file": picture()}, headers={"origin": "https://evil.example"})
    assert refused(answer) == (403, "foreign_origin")


@pytest.mark.parametrize("item", [b"Exif", b"mime"])
async def test_a_heic_picture_keeps_its_pixels_and_loses_its_notes(
    client: httpx.AsyncClient, tmp_path: Path, item: bytes
) -> None:
    sent = heic(item=item)
    assert (await send(client, sent, "IMG_0001.HEIC")).status_code == 200
    (path,) = kept(tmp_path)
    assert path.suffix == ".heic"
    assert path.read_bytes() == sent.replace(PLACE, bytes(len(PLACE)))


@pytest.mark.parametrize(
    "content",
    [heic()[:40], heic(offset=10**6), heic(infe=1), box(b"ftyp", b"heic", bytes(4)), heic().replace(b"iloc", b"free")],
    ids=["cut", "notes outside", "old items", "no meta", "no places"],
)
def test_a_heic_picture_whose_notes_cannot_be_found_is_refused(content: bytes) -> None:
    with pytest.raises(heif.NotHeif):
        heif.without_notes(content)
    with pytest.raises(Problem) as problem:
        uploads.cleaned(content)
    assert problem.value.code == "broken_picture"
