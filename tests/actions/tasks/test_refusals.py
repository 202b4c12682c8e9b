"""Whatever these offices refuse with has words of its own: a form that cannot say why breaks off."""

from __future__ import annotations

import pytest

from actions.task import read_tasks

STANDING = {"no_such_student", "student_not_active", "suspended", "graduated"}
CODES = {
    "transcript_print": STANDING | {"no_printer", "too_many_copies"},
    "enrolment_certificate": STANDING | {"no_printer"},
    "grade_query": {"no_such_student"},
    "timetable_query": STANDING,
}


@pytest.mark.parametrize("task", CODES)
def test_every_refusal_has_words(task: str) -> None:
    assert set(read_tasks()[task].refusals) == CODES[task]
