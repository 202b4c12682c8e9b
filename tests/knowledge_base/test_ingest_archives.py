"""Zips are looked into before they are unpacked: what is in them comes in, what would hurt does not."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from knowledge_base.ingest import Child, Limits, Reading, UnreadableFile, read, readings
from tests.knowledge_base.papers import docx, put, repacked, zipped

RULE = "第一条 宿舍每日6:00开门。\n".encode()
WORD = docx(lambda document: document.add_paragraph("第二条　乙。"))


def found(path: Path, limits: Limits | None = None) -> list[tuple[str, str]]:
    """(place, first line or error) of each document."""
    with Child(limits or Limits()) as child:
        return [
            (got.inside, got.lines[0].text)
            if isinstance(got, Reading)
            else (got.name.removeprefix(f"{path}/"), str(got.error))
            for got in readings(path, child)
        ]


def test_each_document_of_a_zip_comes_in(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "规章.zip",
        zipped({"附件/乙.docx": WORD, "甲.txt": RULE, "__MACOSX/._甲.txt": b"x", ".DS_Store": b"x"}),
    )
    assert found(path) == [("甲.txt", "第一条 宿舍每日6:00开门。"), ("附件/乙.docx", "第二条　乙。")]


def test_a_bad_file_in_a_zip_is_named_and_the_others_come_in(tmp_path: Path) -> None:
    path = put(tmp_path, "规章.zip", zipped({"甲.txt": RULE, "乙.pdf": b"%PDF-1.7", "丙.exe": b"MZ"}))
    assert found(path)[0] == ("丙.exe", "还不能读 .exe 文件，可以读：" + read_suffixes())
    assert found(path)[1:] == [("乙.pdf", "PDF 不完整或已损坏"), ("甲.txt", "第一条 宿舍每日6:00开门。")]


def read_suffixes() -> str:
    from knowledge_base.ingest import READERS

    return " ".join(READERS)


def test_names_that_windows_wrote_in_gbk_are_read(tmp_path: Path) -> None:
    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:
            return self.filename.encode("gb18030"), 0

    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(Info("宿舍规定.txt"), RULE)
    assert [place for place, _ in found(put(tmp_path, "规章.zip", written.getvalue()))] == ["宿舍规定.txt"]


def test_a_zip_in_a_zip_comes_in_and_deeper_ones_do_not(tmp_path: Path) -> None:
    inner = zipped({"甲.txt": RULE})
    path = put(tmp_path, "规章.zip", zipped({"一.zip": zipped({"二.zip": inner, "乙.txt": RULE})}))
    assert found(path) == [
        ("一.zip/乙.txt", "第一条 宿舍每日6:00开门。"),
        ("一.zip/二.zip", "压缩包里的压缩包超过 2 层，请解压后再收录"),
    ]


def test_a_file_that_unpacks_a_thousandfold_is_a_bomb(tmp_path: Path) -> None:
    path = put(tmp_path, "弹.zip", zipped({"甲.txt": b"0" * (20 * 2**20)}))
    assert found(path) == [(str(path), "压缩包的压缩比超过 200 倍，可能是压缩炸弹，未打开")]


def test_a_word_file_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = repacked(WORD, lambda _, part: part, {"word/media/a.bin": b"\x00" * (20 * 2**20)})
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "弹.docx", bomb))
    assert str(error.value) == "压缩包的压缩比超过 200 倍，可能是压缩炸弹，未打开"


def test_more_than_the_limit_in_all_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "弹.zip", zipped({f"{each}.txt": RULE * 1000 for each in range(50)}))
    assert found(path, Limits(unpacked_bytes=2**20)) == [(str(path), "压缩包解开后超过 1 MB，可能是压缩炸弹，未打开")]
    assert found(path, Limits(entries=49)) == [(str(path), "压缩包里的文件超过 49 个")]


def test_a_directory_that_lies_about_a_size_is_caught(tmp_path: Path) -> None:
    content = bytearray(zipped({"甲.txt": RULE * 100}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")  # says that ten bytes come out
    [(place, said)] = found(put(tmp_path, "谎.zip", bytes(content)))
    assert (place, said) == ("甲.txt", "压缩的内容比目录写明的多，可能是压缩炸弹") or said == "压缩的内容不完整或已损坏"


def test_paths_that_lead_out_of_the_zip_and_links_are_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("../../甲.txt", RULE)
        archive.writestr("/乙.txt", RULE)
        link = zipfile.ZipInfo("丙.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("丁.txt", RULE)
    path = put(tmp_path, "规章.zip", written.getvalue())
    assert sorted(said for _, said in found(path)) == sorted(
        [
            "压缩包里的路径指向包外，未收录",
            "压缩包里的路径指向包外，未收录",
            "压缩包里的链接不是文件，未收录",
            "第一条 宿舍每日6:00开门。",
        ]
    )
    assert list(tmp_path.iterdir()) == [path]


def test_a_zip_with_a_password_says_so(tmp_path: Path) -> None:
    content = bytearray(zipped({"甲.txt": RULE}))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert found(put(tmp_path, "密.zip", bytes(content))) == [("甲.txt", "压缩包有密码，请去掉密码再收录")]


def test_what_belongs_beside_a_document_is_named_in_a_zip(tmp_path: Path) -> None:
    path = put(tmp_path, "规章.zip", zipped({"甲.meta.yml": b"title: x", "甲.txt": RULE}))
    assert found(path) == [
        ("甲.meta.yml", "文件旁的说明不能放在压缩包里，请解压后和文件放在同一个文件夹里收录"),
        ("甲.txt", "第一条 宿舍每日6:00开门。"),
    ]


def test_an_empty_zip_says_so(tmp_path: Path) -> None:
    path = put(tmp_path, "空.zip", zipped({}))
    assert found(path) == [(str(path), "压缩包里没有文件")]


def test_one_reading_is_asked_of_a_zip_of_several(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "规章.zip", zipped({"甲.txt": RULE, "乙.txt": RULE})))
    assert str(error.value) == "压缩包里有 2 个文件，请作为压缩包收录"
