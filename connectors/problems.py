"""Errors a client is told about: one shape for all of them."""

from __future__ import annotations

from fastapi.responses import JSONResponse


class Problem(Exception):
    """A request that cannot be served: ``{"error": {"code", "message"}}`` with ``status``."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def problem_response(problem: Problem) -> JSONResponse:
    return JSONResponse({"error": {"code": problem.code, "message": problem.message}}, problem.status)
