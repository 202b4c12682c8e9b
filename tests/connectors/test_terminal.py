"""Talking in a shell, with the real service at the other end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from connectors.channels.terminal.showing import open_list, shown
from eval.house import ROOT, House


def talk(lines: list[str], port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "connectors.channels.terminal"],
        cwd=ROOT,
        env={**os.environ, "COUNSELLOR_PORT": port, "PYTHONIOENCODING": "utf-8"},
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_question_and_a_leave_from_the_shell(running: House) -> None:
    port = running.url.rsplit(":", 1)[1]
    said = talk(["国家奖学金要什么条件？", "我要请假", "/登录 2023010005", "1", "下周三", "算了"], port)
    assert (said.returncode, said.stderr) == (0, "")
    assert "《示范大学本科生奖学金评定办法》" in said.stdout
    assert "这项服务要先登录" in said.stdout
    assert "已登录：2023010005" in said.stdout
    assert "[1] 事假" in said.stdout
    assert "这次不提交了" in said.stdout


def test_a_number_that_nobody_has_does_not_sign_in(running: House) -> None:
    said = talk(["/登录 1999999999"], running.url.rsplit(":", 1)[1])
    assert "没有查到这个学号" in said.stdout


def test_no_service_is_one_sentence() -> None:
    said = talk(["你好"], "1")
    assert said.returncode == 1
    assert said.stderr == "http://127.0.0.1:1 没有服务在运行：请先在另一个终端执行 scripts/up。\n"


def test_everything_of_a_reply_is_shown() -> None:
    reply = {
        "kind": "confirm",
        "text": "请核对",
        "fields": [{"label": "地点", "value": "3号楼502"}],
        "choices": [{"label": "确认提交", "payload": "affirm"}],
    }
    assert shown(reply, numbered=True) == "请核对\n  地点：3号楼502\n  [1] 确认提交"
    card = {"kind": "crisis", "text": "我听到了", "hotlines": [{"name": "急救", "phone": "120", "hours": "24小时"}]}
    assert shown(card) == "我听到了\n  急救 120（24小时）"


def test_a_receipt_a_link_and_what_can_be_done_next_stand_below_each_other() -> None:
    replies = [
        {
            "kind": "receipt",
            "text": "场地已留好。",
            "number": "CD20261123-0001",
            "status": "待支付",
            "task": "venue_booking",
        },
        {"kind": "link", "text": "15 分钟内付款。", "url": "/pay/1?a=b", "label": "去支付"},
        {"kind": "choices", "text": "还可以：", "choices": [{"label": "取消预约", "payload": "start:venue_booking"}]},
    ]
    said = [shown(one, "http://127.0.0.1:8080", numbered=one is open_list(replies)) for one in replies]
    assert said == [
        "场地已留好。\n  受理编号：CD20261123-0001\n  状态：待支付",
        "15 分钟内付款。\n  去支付：http://127.0.0.1:8080/pay/1?a=b",
        "还可以：\n  [1] 取消预约",
    ]


def test_only_the_last_list_has_numbers() -> None:
    earlier: dict[str, Any] = {
        "kind": "text",
        "text": "没查到。",
        "choices": [{"label": "换个说法", "payload": "rephrase"}],
    }
    later: dict[str, Any] = {
        "kind": "choices",
        "text": "哪一种？",
        "choices": [{"label": "事假", "payload": "answer:personal"}],
    }
    replies = [earlier, later]
    assert [shown(one, numbered=one is open_list(replies)) for one in replies] == [
        "没查到。\n  · 换个说法",
        "哪一种？\n  [1] 事假",
    ]
    assert open_list([{"kind": "text", "text": "好"}]) is None


def test_nothing_drives_the_student_s_terminal() -> None:
    assert shown({"kind": "text", "text": "好\x1b[2J\x07\u009b31m坏"}) == "好[2J31m坏"
