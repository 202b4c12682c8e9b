"""What the back office says when it will not: always ``{"error": {"code", "message", "details"?}}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class ProblemBody(BaseModel):
    """The inside of every error answer."""

    code: str
    """A stable name in snake_case; programs decide by it."""
    message: str
    """A Chinese sentence for a person at the office."""
    details: dict[str, Any] | None = None
    """Facts that go with the code, for instance the number of the earlier order."""


class ProblemAnswer(BaseModel):
    """Every answer that is not a success."""

    error: ProblemBody


class Problem(Exception):
    """A refusal on its way to the wire."""

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def answer(problem: Problem) -> JSONResponse:
    """``problem`` as it stands on the wire."""
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.details is not None:
        body["details"] = dict(problem.details)
    return JSONResponse({"error": body}, status_code=problem.status)


def speak_problems(app: FastAPI) -> None:
    """Give every way a request can fail the one shape of :class:`ProblemAnswer`."""

    @app.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        # Never ``msg`` or ``input``: they quote what the student wrote.
        fields = [
            {"field": ".".join(str(part) for part in found["loc"]), "problem": found["type"]}
            for found in error.errors()
        ]
        return answer(Problem(422, "invalid_request", "请求内容不符合接口约定。", {"fields": fields}))

    @app.exception_handler(HTTPException)
    async def unrouted(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return answer(Problem(404, "no_such_route", "没有这个接口。"))
        if error.status_code == 405:
            return answer(Problem(405, "method_not_allowed", "该接口不支持这种请求方法。"))
        return answer(Problem(error.status_code, "invalid_request", "请求无法读取。"))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        return answer(Problem(500, "internal_error", "办事系统内部错误。"))
