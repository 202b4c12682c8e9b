"""The inbox by itself: kept before answered, answered once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.messages import Answered, State, Trace
from connectors.inbox import Accepted, Conflict, Inbox, NotYours, Repeated, storable
from connectors.tables import open_engine


@pytest.fixture
async def inbox(database: str) -> AsyncIterator[Inbox]:
    opened = Inbox(open_engine(database))
    yield opened
    opened.close()


ANSWER = Answered(({"kind": "text", "text": "好"},), State(task="repair_request", tracker="t"), Trace("task"))


async def test_a_message_is_answered_once(inbox: Inbox) -> None:
    assert isinstance(await inbox.accept("c", "o", "m", "你好", None), Accepted)
    await inbox.finish("c", "m", ANSWER)
    assert await inbox.accept("c", "o", "m", "你好", None) == Repeated(ANSWER.replies, ANSWER.trace.to_json())


async def test_a_message_that_was_kept_but_not_answered_is_taken_up_again(inbox: Inbox) -> None:
    await inbox.accept("c", "o", "m", "你好", None)
    assert isinstance(await inbox.accept("c", "o", "m", "你好", None), Accepted)


async def test_the_conversation_s_state_comes_back_with_the_next_message(inbox: Inbox) -> None:
    await inbox.accept("c", "o", "1", "报修", None)
    await inbox.finish("c", "1", ANSWER)
    assert await inbox.accept("c", "o", "2", "3号楼", None) == Accepted(ANSWER.state)


async def test_a_message_id_with_other_words_is_a_conflict(inbox: Inbox) -> None:
    await inbox.accept("c", "o", "m", "你好", None)
    with pytest.raises(Conflict):
        await inbox.accept("c", "o", "m", "再见", None)


async def test_another_owner_s_conversation_is_refused(inbox: Inbox) -> None:
    await inbox.accept("c", "o", "1", "你好", None)
    with pytest.raises(NotYours):
        await inbox.accept("c", "p", "2", "你好", None)


async def test_what_was_kept_survives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'doors.sqlite'}"
    first = Inbox(open_engine(url))
    await first.accept("c", "o", "m", "你好", None)
    await first.finish("c", "m", ANSWER)
    first.close()
    second = Inbox(open_engine(url))
    assert isinstance(await second.accept("c", "o", "m", "你好", None), Repeated)
    second.close()


async def test_a_follower_is_bound_to_one_student_at_a_time(inbox: Inbox) -> None:
    assert await inbox.bound("openid") is None
    await inbox.bind("openid", "2023010001")
    await inbox.bind("openid", "2023010002")
    assert await inbox.bound("openid") == "2023010002"


def test_text_that_a_database_refuses_is_kept_with_visible_marks() -> None:
    assert storable("好\ud83d\0") == "好\\ud83d\\0"


def test_an_acknowledged_row_survives_a_power_cut(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}")
    with engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()
