"""``python -m connectors.channels.terminal``: talk to the counsellor in a shell.

Ctrl-D or an empty line after 再见 ends it. ``/登录 学号`` signs in with the development provider. A number picks a button.
"""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any

import httpx

from connectors.channels.terminal.showing import open_list, shown

BANNER = "虚拟辅导员（自动服务）。直接打字提问或办事；输入数字选按钮；“/登录 学号”登录；Ctrl-D 退出。"


def send(client: httpx.Client, conversation: str, said: dict[str, str]) -> dict[str, Any]:
    body = {"conversation": conversation, "message_id": str(uuid.uuid4()), **said}
    answer = client.post("/api/chat", json=body)
    result: dict[str, Any] = answer.json()
    return result


def talk(client: httpx.Client) -> None:
    conversation, offered, waiting = str(uuid.uuid4()), list[dict[str, str]](), False
    print(BANNER)
    while True:
        try:
            line = input("\n我：").strip()
        except EOFError:
            print()
            return
        if not line:
            continue
        if line.startswith("/登录"):
            signed = client.post("/sign-in", json={"student": line.removeprefix("/登录").strip()}).json()
            if "error" in signed:
                print(signed["error"]["message"])
                continue
            print(f"已登录：{signed['student']}")
            if not waiting:
                continue
            said = {"payload": "resume"}
        elif line.isdigit() and 0 < int(line) <= len(offered):
            said = {"payload": offered[int(line) - 1]["payload"]}
        else:
            said = {"text": line}
        answer = send(client, conversation, said)
        if "error" in answer:
            print(f"（{answer['error']['message']}）")
            continue
        replies = answer["replies"]
        pickable = open_list(replies)
        for reply in replies:
            print(f"\n辅导员：{shown(reply, str(client.base_url), numbered=reply is pickable)}")
        waiting = any(str(reply.get("url", "")).startswith("/sign-in") for reply in replies)
        offered = list(pickable["choices"]) if pickable else []


def main() -> int:
    url = f"http://127.0.0.1:{os.environ.get('COUNSELLOR_PORT', '8080')}"
    with httpx.Client(base_url=url, timeout=90.0) as client:
        try:
            client.get("/health")
        except httpx.HTTPError:
            print(f"{url} 没有服务在运行：请先在另一个终端执行 scripts/up。", file=sys.stderr)
            return 1
        try:
            talk(client)
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
