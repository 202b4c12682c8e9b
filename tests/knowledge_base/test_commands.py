"""``python -m knowledge_base``: the lines people and scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge_base.__main__ import main

from .conftest import DORMITORY_2021, DORMITORY_2025


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNSELLOR_DATA", str(tmp_path / "data"))
    return tmp_path


def written(folder: Path, **texts: str | bytes) -> list[str]:
    for name, text in texts.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [str(folder / name.replace("_", ".")) for name in texts]


def test_one_line_for_each_document_and_one_for_each_bad_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(data, old_md=DORMITORY_2021, scan_txt=b"%PDF-1.4", new_md=DORMITORY_2025, empty_txt=b"")
    assert main(["ingest", *paths]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "《示范大学学生宿舍管理规定》  示范大学学〔2021〕22号  issued 2021-07-06  effective 2021-09-01  repealed 2025-09-01"
        "  2 passages",
        "《示范大学学生宿舍管理规定（2025年修订）》  示范大学学〔2025〕18号  issued 2025-07-10  effective 2025-09-01  3 passages",
    ]
    assert err.splitlines() == [
        f"error: {data / 'scan.txt'}: 内容不是文本（看起来是 PDF 文件）",
        f"error: {data / 'empty.txt'}: 文件是空的，没有可以收录的文字",
    ]


def test_good_files_alone_exit_with_nothing_wrong(data: Path) -> None:
    assert main(["ingest", *written(data, new_md=DORMITORY_2025)]) == 0


def test_an_answer_as_json_has_the_fields_of_the_contract(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    capsys.readouterr()
    assert main(["ask", "宿舍几点关门", "--json", "--as-of", "2026-01-01"]) == 0
    said = json.loads(capsys.readouterr().out)
    confidence = said.pop("confidence")
    quote = "宿舍楼每日6:00开门，周日至周四23:30关门，周五、周六24:00关门。"
    start = said["sources"][0]["start"]
    assert said == {
        "answered": True,
        "answer": f"《示范大学学生宿舍管理规定（2025年修订）》第一章 第一条：\n“{quote}”",
        "sources": [
            {
                "document": "示范大学学生宿舍管理规定（2025年修订）",
                "number": "示范大学学〔2025〕18号",
                "locator": "第一章 第一条",
                "page": None,
                "quote": quote,
                "start": start,
                "end": start + len(quote),
            }
        ],
    }
    assert 0.4 < confidence <= 1


def test_a_refusal_as_json_has_the_fields_of_the_contract(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    capsys.readouterr()
    assert main(["ask", "复旦大学宿舍几点关门", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["answered"], said["reason"]) == (False, "out_of_scope")
    assert {tuple(sorted(each)) for each in said["suggestions"]} == {("document", "locator", "quote")}


def test_before_anything_is_published_the_answer_is_not_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "宿舍几点关门", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"answered": False, "reason": "not_found", "suggestions": []}


def test_the_list_names_every_document(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    capsys.readouterr()
    assert main(["list"]) == 0
    assert [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()] == [
        "《示范大学学生宿舍管理规定》",
        "《示范大学学生宿舍管理规定（2025年修订）》",
    ]
