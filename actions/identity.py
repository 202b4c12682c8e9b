"""Who is speaking: opens the short signed token that the doors put into Rasa's metadata."""

from __future__ import annotations

from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

VALID_SECONDS = 120


def opened(token: Any, secret: str) -> str | None:
    """The student number a token was signed for; ``None`` for no token, a forged or an old one."""
    if not isinstance(token, str):
        return None
    try:
        said = URLSafeTimedSerializer(secret, salt="identity").loads(token, max_age=VALID_SECONDS)
    except BadData:
        return None
    student = said.get("student") if isinstance(said, dict) else None
    return student if isinstance(student, str) else None
