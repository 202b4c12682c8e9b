"""The figures of dispatch, on complaints made up here, and that no held-out complaint was learnt from."""

from __future__ import annotations

from actions.cases.dispatch import Dispatcher
from actions.cases.fit_dispatch import HANDS, read_rows
from eval.faults_dispatch import Case, measure, read
from eval.leaks import leaks

CASES = [
    Case("第三食堂的汤里漂着一只苍蝇", ("后勤保障处",)),
    Case("第三食堂的汤里漂着一只苍蝇，阿姨让我捞出来接着喝", ("教务处",)),
    Case("水房漏水一个星期没人修。另外，保安天天在校门口对学生大吼大叫。", ("后勤保障处", "保卫处")),
    Case("水房漏水一个星期没人修。另外，保安天天在校门口对学生大吼大叫。", ("后勤保障处", "校团委")),
]


def test_every_miss_is_listed_and_counted_once() -> None:
    led, both, *_, whole = measure(CASES, "made up", Dispatcher())
    assert (led.value, led.n, len(led.misses)) == (50.0, 2, 1)
    assert (both.value, both.n, len(both.misses)) == (50.0, 2, 1)
    assert (whole.value, whole.n) == (100.0, 2)
    assert (led.goal, both.goal) == (95.0, 90.0)


def test_no_held_out_complaint_stands_or_nearly_stands_among_those_learnt_from() -> None:
    held_out = [case.text for case in read()]
    learnt = [row.text for row in read_rows(HANDS)] + [part for row in read_rows(HANDS) for part in row.parts]
    assert len(held_out) >= 400
    # Only the training sentence is told: nobody should learn a held-out one from a failing test.
    assert [training for _, training, _ in leaks(held_out, learnt)] == []
