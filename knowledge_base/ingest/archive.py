"""What is in a zip: looked at before anything is unpacked, unpacked in memory only, one file at a time."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from .kinds import BESIDE
from .limits import Limits
from .lines import UnreadableFile

SIZE_OF_INTEREST: Final = 8 * 2**20
"""Bytes below which the ratio of a file says nothing: a table of equal rows packs hundredfold."""
LEFT_OUT: Final = ("__MACOSX", "~$", "Thumbs.db", "desktop.ini")
UTF_8: Final = 0x800
ENCRYPTED: Final = 0x1


def members(content: bytes, limits: Limits, depth: int) -> Iterator[tuple[str, bytes | UnreadableFile]]:
    """(name, content or why not) of each file in a zip, by name. ``depth``: how many zips stand around it.

    Raises :class:`UnreadableFile` for a zip that is a bomb, too deep, or no zip.
    """
    if depth >= limits.nesting:
        raise UnreadableFile(f"压缩包里的压缩包超过 {limits.nesting} 层，请解压后再收录")
    with opened(content, limits) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        for name, entry in sorted(((_name(entry), entry) for entry in entries), key=lambda each: each[0]):
            if any(part.startswith(LEFT_OUT) or (part.startswith(".") and part != "..") for part in name.split("/")):
                continue
            yield name, _member(archive, entry, name, limits)


def opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """The zip, its directory checked. Raises :class:`UnreadableFile`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFile("压缩包不完整或已损坏") from error
    if len(entries) > limits.entries:
        raise UnreadableFile(f"压缩包里的文件超过 {limits.entries} 个")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise UnreadableFile(f"压缩包解开后超过 {limits.unpacked_bytes // 2**20} MB，可能是压缩炸弹，未打开")
    for entry in entries:
        if entry.file_size > SIZE_OF_INTEREST and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise UnreadableFile(f"压缩包的压缩比超过 {limits.ratio} 倍，可能是压缩炸弹，未打开")
    return archive


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content of one entry, never more than its directory promised. Raises :class:`UnreadableFile`."""
    try:
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise UnreadableFile("压缩的内容不完整或已损坏") from error
    if len(content) > entry.file_size:
        raise UnreadableFile("压缩的内容比目录写明的多，可能是压缩炸弹")
    return content


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits) -> bytes | UnreadableFile:
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:3] in (":\\", ":/"):
        return UnreadableFile("压缩包里的路径指向包外，未收录")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return UnreadableFile("压缩包里的链接不是文件，未收录")
    if entry.flag_bits & ENCRYPTED:
        return UnreadableFile("压缩包有密码，请去掉密码再收录")
    if entry.file_size > limits.file_bytes:
        return UnreadableFile(f"文件超过 {limits.file_bytes // 2**20} MB")
    if name.endswith(BESIDE):
        return UnreadableFile("文件旁的说明不能放在压缩包里，请解压后和文件放在同一个文件夹里收录")
    try:
        return unpacked(archive, entry)
    except UnreadableFile as error:
        return error


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was given: Windows writes it in GBK without saying so, where Python takes it for code page 437."""
    if entry.flag_bits & UTF_8:
        return entry.filename
    try:
        written = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename
