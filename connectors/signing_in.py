"""``/sign-in``, ``/api/me``, ``/api/session/end``: who is speaking comes from here and from nowhere else."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from connectors.doors import Doors
from connectors.pages import render
from connectors.problems import Problem
from connectors.sessions import COOKIE, set_cookie
from connectors.settings import loopback

SAMPLES = 5


def same_site(path: str) -> str:
    """A path of this site, or the chat page: a sign-in never sends anybody elsewhere."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    return path if local else "/?resume=1"


async def _samples(doors: Doors) -> list[dict[str, Any]]:
    try:
        answer = await doors.offices.get("/students", params={"limit": SAMPLES})
        return list(answer.json()["students"]) if answer.status_code == 200 else []
    except (httpx.HTTPError, ValueError, KeyError):
        return []


STAFF = re.compile(r"T\d{3,10}")
"""A staff number; students' have digits only."""


async def _known(doors: Doors, number: str) -> bool:
    """Whether this is staff. Raises the :class:`Problem` that keeps the number from signing in."""
    staff = bool(STAFF.fullmatch(number))
    await (_known_staff if staff else _known_student)(doors, number)
    return staff


async def _known_staff(doors: Doors, staff: str) -> None:
    try:
        answer = await doors.offices.get(f"/staff/{staff}")
    except httpx.HTTPError as error:
        raise Problem(503, "registry_closed", "暂时查不到教职工信息，请稍后再登录。") from error
    if answer.status_code == 404:
        raise Problem(404, "no_such_staff", "没有查到这个工号，请再核对一下。")
    if answer.status_code != 200:
        raise Problem(503, "registry_closed", "暂时查不到教职工信息，请稍后再登录。")


async def _known_student(doors: Doors, student: str) -> None:
    if not (student.isascii() and student.isdigit() and 6 <= len(student) <= 20):
        raise Problem(422, "not_a_student_number", "请输入学号，只有数字。")
    try:
        answer = await doors.offices.get(f"/students/{student}")
    except httpx.HTTPError as error:
        raise Problem(503, "registry_closed", "暂时查不到学籍信息，请稍后再登录。") from error
    if answer.status_code == 404:
        raise Problem(404, "no_such_student", "没有查到这个学号，请再核对一下。")
    if answer.status_code != 200:
        raise Problem(503, "registry_closed", "暂时查不到学籍信息，请稍后再登录。")


async def _fields(request: Request) -> tuple[dict[str, Any], bool]:
    """The posted fields, and whether they came from a plain HTML form."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: str(value) for name, value in (await request.form()).items()}, True
    try:
        raw = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Problem(400, "malformed_json", "请求不是正确的 JSON。") from error
    if not isinstance(raw, dict):
        raise Problem(422, "invalid", "请求的内容不符合要求。")
    return raw, False


def mount(app: FastAPI, doors: Doors) -> None:
    @app.get("/sign-in")
    async def page(request: Request) -> Response:
        target, bind = request.query_params.get("next", ""), request.query_params.get("bind", "")
        samples = await _samples(doors) if doors.settings.development_sign_in else []
        return render("sign_in.html", 200, samples=samples, next=same_site(target), error="", bind=bind)

    @app.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        fields, from_form = await _fields(request)
        target = same_site(str(fields.get("next") or ""))
        bind = str(fields.get("bind") or "")
        try:
            if not doors.settings.development_sign_in:
                raise Problem(403, "development_sign_in_off", "开发用登录已关闭：请配置学校的统一身份认证。")
            if not loopback(request.url.hostname or ""):
                # Another site's name that points here (DNS rebinding) must not sign anybody in.
                raise Problem(403, "foreign_host", "开发用登录只能从本机地址访问。")
            given = fields.get("staff", fields.get("student"))
            if not isinstance(given, str):
                raise Problem(422, "not_a_student_number", "请输入学号，只有数字。")
            number = given.strip()
            staff = await _known(doors, number)
            if staff and bind:
                raise Problem(422, "not_a_student_number", "微信只能与学号绑定。")
            openid = doors.sessions.bound_by(bind) if bind else None
            if bind and openid is None:
                raise Problem(422, "binding_expired", "绑定链接已过期，请回到微信重新点一次登录。")
        except Problem as problem:
            if not from_form:
                raise
            samples = await _samples(doors) if doors.settings.development_sign_in else []
            said = {"samples": samples, "next": target, "error": problem.message, "bind": bind}
            return render("sign_in.html", problem.status, **said)
        cookie = request.cookies.get(COOKIE)
        who = {"staff" if staff else "student": number}
        session = await doors.sessions.sign_in(await doors.sessions.open(cookie), cookie, **who)
        if openid is not None:
            await doors.inbox.bind(openid, number)
        response = RedirectResponse(target, 303) if from_form else JSONResponse({**who, "next": target})
        return set_cookie(response, session, doors.settings.secure_cookies)

    @app.get("/api/me")
    async def me(request: Request) -> Response:
        session = await doors.sessions.open(request.cookies.get(COOKIE))
        who = {"student": session.student, **({"staff": session.staff} if session.staff else {})}
        return set_cookie(JSONResponse(who), session, doors.settings.secure_cookies)

    @app.post("/api/session/end")
    async def end(request: Request) -> Response:
        await doors.sessions.end(request.cookies.get(COOKIE))
        response = JSONResponse({"ended": True})
        response.delete_cookie(COOKIE, path="/")
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response
