"""``python -m knowledge_base``: the lines people and scripts rely on."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.__main__ import main
from knowledge_base.progress import Bar

from .conftest import DORMITORY_2021, DORMITORY_2025, GUIDE

OLD, NEW = "示范大学学〔2021〕22号", "示范大学学〔2025〕18号"


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
        f"error: {data / 'scan.txt'}: PDF 不完整或已损坏",
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
    said = {name: said[name] for name in ("answered", "answer", "sources")}
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
    said = json.loads(capsys.readouterr().out)
    assert (said["answered"], said["reason"], said["suggestions"]) == (False, "not_found", [])


def test_the_list_names_every_document(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    capsys.readouterr()
    assert main(["list"]) == 0
    assert [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()] == [
        "《示范大学学生宿舍管理规定》",
        "《示范大学学生宿舍管理规定（2025年修订）》",
    ]


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command: its exit status and what it says as JSON."""
    monkeypatch.setenv("COUNSELLOR_TODAY", "2026-01-01")

    def said(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        status = main([words[0], *words[1:], "--json"])
        return status, json.loads(capsys.readouterr().out)

    return said


def test_what_is_uncertain_stands_under_the_document_s_line(
    data: Path, capsys: pytest.CaptureFixture[str], say: Any
) -> None:
    main(["ingest", *written(data, rules_md="# 自习室办法\n\n第一条 七点开放。\n")])
    lines = capsys.readouterr().out.splitlines()
    _, shown = say("show", "自习室办法")
    assert len(shown["uncertain"]) > 0
    assert lines[1:] == [f"  ? {doubt}" for doubt in shown["uncertain"]]


def test_the_list_as_json_says_of_each_document_what_staff_need(data: Path, say: Any) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    status, said = say("list")
    assert (status, said["version"]) == (0, 1)
    keys = ("number", "issued", "effective", "repealed", "standing", "passages", "known")
    assert [tuple(each[key] for key in keys) for each in said["documents"]] == [
        (OLD, "2021-07-06", "2021-09-01", "2025-09-01", "expired", 2, 0),
        (NEW, "2025-07-10", "2025-09-01", None, "in_force", 3, 0),
    ]
    _, earlier = say("list", "--as-of", "2024-01-01")
    assert [each["standing"] for each in earlier["documents"]] == ["in_force", "coming"]


@pytest.mark.parametrize(
    "name", [NEW, "示范大学学生宿舍管理规定（2025年修订）", "《示范大学学生宿舍管理规定（2025年修订）》", "2025年修订"]
)
def test_a_document_is_shown_by_its_number_its_title_or_a_part_of_it(data: Path, say: Any, name: str) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    status, said = say("show", name)
    assert (status, said["number"], [each["locator"] for each in said["clauses"]]) == (
        0,
        NEW,
        ["第一章 第一条", "第一章 第二条", "第二章 第三条"],
    )
    assert [each["number"] for each in said["versions"]] == [OLD]


def test_one_clause_is_shown_by_its_locator(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    capsys.readouterr()
    assert main(["show", NEW, "第二条"]) == 0
    place, words = capsys.readouterr().out.splitlines()[2:]
    assert (place, words[-27:]) == ("【第一章 第二条】", "学生每学期可以申请1次调宿，由学生社区服务中心办理。")
    assert main(["show", NEW, "第九条"]) == 1
    assert capsys.readouterr().err == "error: 《示范大学学生宿舍管理规定（2025年修订）》里没有“第九条”\n"


def test_a_name_that_means_several_documents_removes_none(data: Path, say: Any) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    status, said = say("remove", "宿舍管理")
    assert (status, said["error"]["code"]) == (1, "several_documents")
    assert len(say("list")[1]["documents"]) == 2


def test_what_is_removed_is_answered_from_no_longer_and_what_it_repealed_is_in_force(data: Path, say: Any) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021, new_md=DORMITORY_2025)])
    assert say("ask", "宿舍几点关门")[1]["sources"][0]["number"] == NEW
    status, said = say("remove", NEW)
    assert (status, said["version"], said["removed"]["number"]) == (0, 2, NEW)
    (left,) = say("list")[1]["documents"]
    assert (left["number"], left["standing"], left["repealed"]) == (OLD, "in_force", None)
    assert say("ask", "宿舍几点关门")[1]["sources"][0]["number"] == OLD


@pytest.mark.parametrize(("typed", "status", "left"), [("y", 0, 0), ("n", 1, 1), ("", 1, 1)])
def test_on_a_terminal_a_removal_is_asked_for_once_more(
    data: Path, monkeypatch: pytest.MonkeyPatch, say: Any, typed: str, status: int, left: int
) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    terminal = io.StringIO(f"{typed}\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    assert main(["remove", NEW]) == status
    assert len(say("list")[1]["documents"]) == left


def test_a_draft_is_compared_published_and_rolled_back(data: Path, say: Any) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021)])
    (data / "asked.txt").write_text("宿舍几点关门\n\n调宿去哪里申请\n", encoding="utf-8")
    status, drafted = say("ingest", "--draft", *written(data, new_md=DORMITORY_2025))
    assert (status, drafted["version"]) == (0, 2)
    assert say("ask", "宿舍几点关门")[1]["sources"][0]["number"] == OLD
    _, compared = say("diff", "--questions", str(data / "asked.txt"))
    assert (compared["old"], compared["new"], compared["asked"], compared["changed"]) == (1, 2, 2, 2)
    closing = next(each for each in compared["changes"] if each["question"] == "宿舍几点关门")
    assert [closing[side]["sources"][0]["number"] for side in ("old", "new")] == [OLD, NEW]
    status, published = say("publish", "--check", "--questions", str(data / "asked.txt"))
    assert (status, published["version"], published["diff"]["changes"]) == (0, 2, compared["changes"])
    assert say("rollback") == (0, {"version": 1, "before": 2})
    roles = [(each["version"], each["role"]) for each in say("versions")[1]["versions"]]
    assert roles == [(2, "taken_back"), (1, "serving")]
    assert say("publish")[1]["error"]["code"] == "no_draft"
    assert say("publish", "2")[1]["version"] == 2


def test_a_draft_that_answers_worse_is_not_published_under_check(data: Path, say: Any) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025, guide_md=GUIDE)])
    (data / "asked.yml").write_text("- 宿舍几点关门\n- question: 宿舍报修电话是多少\n", encoding="utf-8")
    say("remove", "--draft", NEW)
    status, said = say("publish", "--check", "--questions", str(data / "asked.yml"))
    assert (status, said["error"]["code"]) == (1, "answers_worse")
    assert [each["question"] for each in said["error"]["diff"]["changes"] if each["worse"]] == ["宿舍几点关门"]
    assert say("list")[1]["version"] == 1
    assert say("publish", "--questions", str(data / "asked.yml"))[0] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("publish", "9"), "no_such_version"),
        (("publish", "1"), "serves_already"),
        (("rollback",), "no_such_version"),
        (("rollback", "9"), "no_such_version"),
        (("diff",), "no_such_version"),
        (("diff", "1", "9"), "damaged"),
        (("show", "没有的文件"), "no_such_document"),
        (("remove", ""), "no_such_document"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(data: Path, say: Any, words: tuple[str, ...], code: str) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    status, said = say(*words)
    assert (status, said["error"]["code"]) == (1, code)
    assert "\n" not in said["error"]["message"]


def test_verify_names_what_is_damaged_and_what_is_well(data: Path, say: Any) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021)])
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    assert say("verify") == (0, {"versions": say("versions")[1]["versions"], "well": True})
    (data / "data" / "knowledge" / "versions" / "1" / "known.npy").write_bytes(b"")
    status, said = say("verify")
    assert (status, said["well"]) == (1, False)
    assert [(each["version"], each["problem"]) for each in said["versions"]] == [
        (2, None),
        (1, "known.npy is not the file that was published"),
    ]


def test_a_damaged_version_is_warned_of_when_it_is_asked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021)])
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    (data / "data" / "knowledge" / "versions" / "2" / "known.npy").write_bytes(b"")
    capsys.readouterr()
    assert main(["ask", "宿舍几点关门", "--as-of", "2024-01-01", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["sources"][0]["number"] == OLD
    assert "warning: 发布的版本 2 不能使用，版本 1 代替它" in err


ASKED = [
    ("停车证怎么办", 0, 4),
    ("怎么办理停车证", 0, 3),
    ("停车证去哪里办", 0, 1),
    ("游泳馆什么时候开放", 0, 6),
    ("游泳馆几点开门", 0, 1),
    ("快递在哪里取", 0, 2),
    ("宿舍几点关门", 0, 9),
    ("调宿怎么申请", 1, 20),
]


def test_what_is_asked_in_vain_is_told_by_heaps_without_what_is_answered_by_now(data: Path, say: Any) -> None:
    main(["ingest", *written(data, new_md=DORMITORY_2025)])
    with sqlite3.connect(data / "data" / "doors.sqlite") as db:
        db.execute("CREATE TABLE questions (id, question, answered, count, first, last)")
        rows = [
            (question, question, answered, count, "2025-11-20", f"2025-12-0{count % 9 + 1}")
            for question, answered, count in ASKED
        ]
        db.executemany("INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?)", rows)
    status, said = say("gaps")
    assert status == 0
    assert [(each["count"], set(each["examples"])) for each in said["gaps"]] == [
        (8, {"停车证怎么办", "怎么办理停车证", "停车证去哪里办"}),
        (7, {"游泳馆什么时候开放", "游泳馆几点开门"}),
        (2, {"快递在哪里取"}),
    ]
    assert (said["gaps"][0]["first"], said["gaps"][0]["last"]) == ("2025-11-20", "2025-12-05")
    assert [near["document"] for near in said["gaps"][0]["nearest"]] == ["示范大学学生宿舍管理规定（2025年修订）"]


def test_without_doors_there_are_no_gaps(data: Path, say: Any) -> None:
    assert say("gaps") == (0, {"gaps": []})


def test_who_asks_is_told_by_options(data: Path, say: Any) -> None:
    rules = DORMITORY_2025.replace("学生每学期可以申请1次调宿", "2023级起的本科生每学期可以申请1次调宿")
    main(["ingest", *written(data, new_md=rules)])
    status, said = say("ask", "宿舍几点关门", "--cohort", "2023", "--degree", "本科")
    assert (status, said["answered"]) == (0, True)
    with pytest.raises(SystemExit) as wrong:
        main(["ask", "宿舍几点关门", "--degree", "小学"])
    assert wrong.value.code == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_and_wiped() -> None:
    out = Terminal()
    with Bar("嵌入", out) as bar:
        bar(0, 4)
        bar(4, 4)
    assert "嵌入 ████████████████████████ 4/4 100%" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


def test_progress_is_shown_nowhere_else() -> None:
    out = io.StringIO()
    with Bar("嵌入", out) as bar:
        bar(1, 4)
    assert out.getvalue() == ""


def test_an_empty_folder_is_said_to_hold_nothing(data: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "空").mkdir()
    assert main(["ingest", str(tmp_path / "空")]) == 1
    assert capsys.readouterr().err == f"error: 没有可以收录的文件：{tmp_path / '空'}\n"


def test_who_has_read_enough_is_no_error(data: Path) -> None:
    main(["ingest", *written(data, old_md=DORMITORY_2021)])
    reading, writing = os.pipe()
    os.close(reading)
    listed = subprocess.run(
        [sys.executable, "-m", "knowledge_base", "list"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (listed.returncode, listed.stderr) == (0, "")
