"""Files are parsed in a child process: under limits, and what goes wrong there is one line and costs no other file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge_base.ingest import Child, Limits, Progress, Reading, Refused, UnreadableFile, files, read, readings
from knowledge_base.ingest.lines import Line
from knowledge_base.ingest.wire import packed, unpacked
from tests.knowledge_base.papers import Sheet, docx, pdf, put

RULE = "第一条 宿舍每日6:00开门。\n".encode()
SHORT = pdf(*(Sheet().text(90, 100, f"第{number}条　内容。") for number in range(1, 4)))


def test_one_child_reads_a_whole_batch(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"{number}.txt", RULE)
    with Child() as child:
        seen = set()
        for path in files([tmp_path]):
            assert [line.text for line in read(path, child).lines] == ["第一条 宿舍每日6:00开门。"]
            seen.add(child.pid)
    assert (len(seen), child.pid) == (1, None)


def test_the_child_loads_no_more_than_the_format_needs(tmp_path: Path) -> None:
    with Child() as child:
        read(put(tmp_path, "规定.txt", RULE), child)
        loaded = Path(f"/proc/{child.pid}/maps").read_text()
    assert not any(library in loaded for library in ("numpy", "lxml", "pdfium", "faiss", "onnxruntime"))


def test_the_size_of_the_parent_is_not_taken_for_the_childs(tmp_path: Path) -> None:
    """Linux hands the largest size of a process on to what it starts, which is why ``ru_maxrss`` is not read."""
    path = put(tmp_path, "规定.txt", RULE)
    tried = (
        "import pathlib; from knowledge_base.ingest import Child, read\n"
        "large = b'x' * (600 * 2**20)\n"
        "with Child() as child:\n"
        f"    read(pathlib.Path({str(path)!r}), child); print(child.pid is not None)"
    )
    said = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout == "True\n"


def test_a_child_that_has_grown_is_not_used_for_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.ingest.child._GROWN", 2**20)
    with Child() as child:
        assert read(put(tmp_path, "规定.txt", RULE), child).lines[0].text == "第一条 宿舍每日6:00开门。"
        assert child.pid is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_dies_costs_one_line_and_one_file(tmp_path: Path, how: signal.Signals) -> None:
    """A parser in C may crash on a broken file, and the kernel may kill what takes too much memory."""
    bad, good = put(tmp_path, "a.pdf", SHORT), put(tmp_path, "b.txt", RULE)
    with Child(progress=lambda _: os.kill(child.pid or 0, how)) as child:
        with pytest.raises(UnreadableFile) as error:
            read(bad, child)
        assert str(error.value) == f"解析这个文件时进程中断（{how.name}），文件可能已损坏"
        assert read(good, child).lines[0].text == "第一条 宿舍每日6:00开门。"


def test_a_child_that_hangs_is_stopped(tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", SHORT)
    limits = Limits(seconds=1.0, seconds_per_page=0.0)
    begun = time.monotonic()
    with (
        Child(limits, lambda _: os.kill(child.pid or 0, signal.SIGSTOP)) as child,
        pytest.raises(UnreadableFile) as error,
    ):
        read(path, child)
    assert (str(error.value), time.monotonic() - begun < 15) == ("解析超过时限，已停止", True)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    line = "学生应当遵守学校的各项规章制度。" * 2
    path = put(tmp_path, "长.pdf", pdf(*(Sheet().lines(30, 40, [line] * 40, leading=18) for _ in range(120))))
    with Child(Limits(seconds=1, seconds_per_page=0.0)) as child, pytest.raises(UnreadableFile) as error:
        read(path, child)
    assert str(error.value) == "解析超过时限，已停止"


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    content = docx(lambda document: [document.add_paragraph(f"第{each}条　甲。" * 50) for each in range(3000)] and None)
    path, good = put(tmp_path, "大.docx", content), put(tmp_path, "b.txt", RULE)
    with Child(Limits(memory=32 * 2**20)) as child:
        with pytest.raises(UnreadableFile) as error:
            read(path, child)
        assert str(error.value) == "解析需要的内存超过 32 MB，已停止"
        assert len(read(good, child).lines) == 1


def test_more_text_than_a_rule_book_has_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "长.txt", RULE * 3000)
    with Child(Limits(characters=30_000)) as child, pytest.raises(UnreadableFile) as error:
        read(path, child)
    assert str(error.value) == "文字超过 3 万字，请拆分后再收录"


def test_ten_thousand_pages_are_too_many(tmp_path: Path) -> None:
    path = put(tmp_path, "万页.pdf", pdf(*(Sheet() for _ in range(10_000))))
    with pytest.raises(UnreadableFile) as error:
        read(path)
    assert str(error.value) == "PDF 有 10000 页，超过 1000 页，请拆分后再收录"


def test_progress_is_told_page_by_page(tmp_path: Path) -> None:
    told: list[Progress] = []
    path = put(tmp_path, "a.pdf", SHORT)
    with Child(progress=told.append) as child:
        read(path, child)
    assert told == [Progress(path, number, 3, "PDF 页") for number in (1, 2, 3)]


def test_a_parser_cannot_reach_the_network_or_write(tmp_path: Path) -> None:
    """What is forbidden in the child is tried there, in a process that has nothing else to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        tried = (
            "from knowledge_base.ingest.inside import _alone; _alone(); import socket, subprocess\n"
            "def told(do):\n"
            "    try: do()\n"
            "    except PermissionError as error: return str(error)\n"
            f"print(told(lambda: socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))),"
            f" told(lambda: open({str(tmp_path / 'x')!r}, 'w')), told(lambda: subprocess.Popen(['true'])))"
        )
        said = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["socket.getaddrinfo", "open", "subprocess.Popen"]


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", RULE)
    program = (
        "import os, sys; from pathlib import Path; from knowledge_base.ingest import Child, read\n"
        f"child = Child(); read(Path({str(path)!r}), child); print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    pid = int(said.stdout)
    for _ in range(100):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().split(")")[-1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")


def test_a_reading_travels_unchanged() -> None:
    whole = Reading(
        "规定",
        (
            Line("甲乙", range(3, 5), "heading", 2, gap=1, page=4, new_page=True),
            Line("一 | 二", (7, 8, 8, 8, 20), "row", cells=((0, 1), (4, 5)), above=(2,), trailing=True, indented=True),
            Line("𠮷", range(9, 10)),
        ),
        (("文号", "示大〔2025〕1号"),),
        ("第2页没有文字。",),
        True,
        "附件/规定.docx",
    )
    assert unpacked(packed(whole)) == whole


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("规定.pdf", docx(lambda document: document.add_paragraph("第一条　甲。")), "Word 文档（docx）"),
        ("规定.docx", pdf(Sheet().text(90, 100, "第一条　甲。")), "PDF"),
        ("规定", pdf(Sheet().text(90, 100, "第一条　甲。")), "PDF"),
        ("规定.doc", "<html><body><p>第一条　甲。</p></body></html>".encode(), "网页"),
        ("规定.xlsx", "第一条　甲。".encode("gb18030"), "文本"),
    ],
)
def test_a_file_is_read_as_what_it_is(tmp_path: Path, name: str, content: bytes, note: str) -> None:
    found = read(put(tmp_path, name, content))
    suffix = Path(name).suffix or "（无）"
    assert ([line.text for line in found.lines], found.notes) == (
        ["第一条　甲。"],
        (f"文件名的扩展名是“{suffix}”，内容却是{note}，已按内容读取。",),
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.doc",
            OLE + "WordDocument".encode("utf-16-le"),
            "旧版 Word 文件（.doc）读不了，请用 Word 或 WPS 打开，另存为 .docx 再收录",
        ),
        (
            "a.ppt",
            OLE + "PowerPoint Document".encode("utf-16-le"),
            "旧版 PowerPoint 文件（.ppt）读不了，请用 Word 或 WPS 打开，另存为 .pptx 再收录",
        ),
        ("a.wps", b"\x01\x02\x03\x04", "WPS 文字文件（.wps）读不了，请用 Word 或 WPS 打开，另存为 .docx 再收录"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "文件有打开密码，请去掉密码再收录"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 100, "文件不完整或已损坏（压缩结构无法打开）"),
        ("a.docx", b"", "文件是空的，没有可以收录的文字"),
        ("a.pdf", SHORT[: len(SHORT) // 3], "PDF 不完整或已损坏"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "这种压缩包读不了，请解压，或改用 zip 打包"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "图片不完整或已损坏"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "文件不完整或已损坏"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, name, content))
    assert str(error.value) == said


def test_the_rest_of_a_batch_comes_in_when_one_file_is_bad(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", RULE)
    bad = put(tmp_path, "b.pdf", b"%PDF-1.7 broken")
    put(tmp_path, "c.txt", RULE)
    with Child() as child:
        found = [got for path in files([tmp_path]) for got in readings(path, child)]
    assert [got.stem if isinstance(got, Reading) else (got.name, str(got.error)) for got in found] == [
        "a",
        (str(bad), "PDF 不完整或已损坏"),
        "c",
    ]
    assert isinstance(found[1], Refused)
