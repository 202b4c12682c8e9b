"""What staff write about a document without touching it: ``宿舍规定.meta.yml`` beside ``宿舍规定.docx``.

    title: 示范大学学生宿舍管理规定
    number: 示范大学学〔2025〕18号
    issuer: 示范大学
    issued: 2025-07-10
    effective: 2025-09-01
    expires: null                     # 没有期限
    repeals: [示范大学学〔2021〕22号, {title: 宿舍卫生检查办法}]
    audience: {degrees: [本科, 硕士], campuses: [东校区], cohorts: [2023, null]}

Everything may be left out; what is given comes before what the text says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml

from . import terms
from .document import EVERYBODY, Audience, Degree, Repeal
from .ingest import UnreadableFile

META = ".meta.yml"
KEYS = ("title", "number", "issuer", "issued", "effective", "expires", "repeals", "audience")


@dataclass(frozen=True, slots=True)
class Said:
    """What a sidecar says; only what is in :attr:`given` was said at all."""

    given: frozenset[str] = frozenset()
    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    expires: date | None = None
    repeals: tuple[Repeal, ...] = ()
    audience: Audience = EVERYBODY


NOTHING_SAID = Said()


def beside(path: Path) -> Said:
    """What lies beside a document. Raises :class:`UnreadableFile`, one line, for a sidecar that cannot be understood."""
    meta = path.with_name(path.stem + META)
    if not meta.is_file():
        return NOTHING_SAID
    try:
        stored = yaml.safe_load(meta.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UnreadableFile(f"{meta.name} 不是可以读的 YAML") from error
    try:
        return said({} if stored is None else stored)
    except ValueError as error:
        raise UnreadableFile(f"{meta.name} {error}") from error


def said(stored: Any) -> Said:
    """A sidecar's content, checked. Raises ``ValueError``: one Chinese sentence that names the entry."""
    if not isinstance(stored, dict):
        raise ValueError("不是“项: 值”的 YAML")
    for key in stored:
        if key not in KEYS:
            raise ValueError(f"里有不认识的项“{key}”，可以写：{'、'.join(KEYS)}")
    if "title" in stored and not stored["title"]:
        raise ValueError("里的“title”不能是空的")
    number = _words(stored, "number")
    return Said(
        given=frozenset(stored),
        title=_words(stored, "title"),
        number=(terms.number(number) or number) if number else None,
        issuer=_words(stored, "issuer"),
        issued=_day(stored, "issued"),
        effective=_day(stored, "effective"),
        expires=_day(stored, "expires"),
        repeals=tuple(_repeal(each) for each in _list(stored.get("repeals"), "repeals")),
        audience=_audience(stored.get("audience")),
    )


def _words(stored: dict[Any, Any], key: str) -> str | None:
    value = stored.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"里的“{key}”应当是文字")
    return value.strip() if value else None


def _day(stored: dict[str, Any], key: str) -> date | None:
    value = stored.get(key)
    if value is not None and type(value) is not date:
        raise ValueError(f"里的“{key}”应当是日期，例如 2025-09-01")
    return value


def _list(value: Any, key: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise ValueError(f"里的“{key}”应当是列表")
    return value or []


def _repeal(value: Any) -> Repeal:
    """A title, a 文号, or both."""
    match value:
        case str() if value.strip():
            number = terms.number(value)
            return Repeal("", number) if number and "《" not in value else Repeal(value.strip().strip("《》"))
        case {"title": str() as title, **rest} if not rest.keys() - {"number"}:
            number = _words(rest, "number")
            return Repeal(title.strip().strip("《》"), (terms.number(number) or number) if number else None)
        case {"number": str() as number, **rest} if not rest:
            return Repeal("", terms.number(number) or number)
    raise ValueError("里的“repeals”每一项应当是文件名、文号，或者 {title: …, number: …}")


def _audience(value: Any) -> Audience:
    if value is None:
        return Audience()
    if not isinstance(value, dict) or value.keys() - {"degrees", "campuses", "cohorts"}:
        raise ValueError("里的“audience”只可以写 degrees、campuses、cohorts")
    degrees = _list(value.get("degrees"), "degrees")
    if any(each not in get_args(Degree) for each in degrees):
        raise ValueError(f"里的“degrees”只可以写：{'、'.join(get_args(Degree))}")
    campuses = _list(value.get("campuses"), "campuses")
    if any(not isinstance(each, str) for each in campuses):
        raise ValueError("里的“campuses”每一项应当是文字")
    cohorts = _list(value.get("cohorts"), "cohorts") or [None, None]
    years = [each for each in cohorts if each is not None]
    if (
        len(cohorts) != 2
        or any(type(each) is not int or not 1900 <= each <= 2999 for each in years)
        or years != sorted(years)
    ):
        raise ValueError("里的“cohorts”应当是 [第一个年级, 最后一个年级]，例如 [2023, null]")
    return Audience(tuple(degrees), tuple(campuses), (cohorts[0], cohorts[1]))
