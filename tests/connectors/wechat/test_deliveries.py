"""WeChat delivers up to three times and waits five seconds: every message is answered once, and none is lost."""

import asyncio

import pytest
from structlog.testing import capture_logs

from connectors.channels.wechat.deliveries import Deliveries, Given
from connectors.channels.wechat.message import read
from connectors.channels.wechat.render import Reply
from tests.connectors.wechat.official_account import (
    KEY,
    Counsellor,
    OfficialAccount,
    Replies,
    content,
    fixture,
    message,
    settled,
)

LATE = "刚才那条消息的回复：\n\n"
FAILED = "抱歉，刚才没有处理成功，请稍后再发一次。"
NOT_YET = "正在查询，请稍后回复任意字查看结果。"


async def test_three_deliveries_one_after_another_are_answered_once() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor)
    answers = [content(await account.say("报修", 7)) for _ in range(3)]
    assert (answers, len(counsellor.heard)) == (["听到：报修"] * 3, 1)


async def test_three_deliveries_at_once_are_answered_once() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("报修")
    account = OfficialAccount(counsellor)
    deliveries = asyncio.gather(*(account.say("报修", 7) for _ in range(3)))
    await counsellor.asked.wait()
    release.set()
    answers = [content(answer) for answer in await deliveries]
    assert (answers, len(counsellor.heard)) == (["听到：报修"] * 3, 1)


async def test_deliveries_at_once_join_one_answer() -> None:
    asked, release = 0, asyncio.Event()

    async def slowly() -> list[Reply]:
        nonlocal asked
        asked += 1
        await release.wait()
        return [{"kind": "text", "text": "好"}]

    deliveries = Deliveries(clock=lambda: 0.0, patience=5.0)
    joined = [asyncio.ensure_future(deliveries.answer("o|7", "o", slowly)) for _ in range(3)]
    await asyncio.sleep(0)
    release.set()
    assert await asyncio.gather(*joined) == [Given("好", False), Given("好", True), Given("好", True)]
    assert asked == 1


async def test_the_same_words_sent_again_are_another_message() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor)
    await account.say("在吗", 1)
    await account.say("在吗", 2)
    assert [heard[1] for heard in counsellor.heard] == ["1", "2"]


async def test_a_sixty_four_bit_id_stays_exact() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor)
    for msg_id in (9223372036854775807, 9223372036854775806):
        await account.say("在吗", msg_id)
    assert [heard[1] for heard in counsellor.heard] == ["9223372036854775807", "9223372036854775806"]


async def unanswered(account: OfficialAccount, text: str, msg_id: int) -> None:
    """A delivery WeChat is to repeat: neither a reply nor `success`, which would end the deliveries."""
    answer = await account.say(text, msg_id)
    assert (answer.status_code, answer.content) == (503, b"")


@pytest.mark.parametrize("before", [1, 2])
async def test_a_slow_answer_is_delivered_again_and_comes_with_the_redelivery(before: int) -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.0)
    for _ in range(before):
        await unanswered(account, "查成绩", 7)
    release.set()
    await settled()
    assert content(await account.say("查成绩", 7)) == "听到：查成绩"
    assert len(counsellor.heard) == 1


async def test_a_redelivery_joins_the_answer_still_being_worked_on() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.05)
    await unanswered(account, "查成绩", 7)
    second = asyncio.ensure_future(account.say("查成绩", 7))
    await asyncio.sleep(0)
    release.set()
    assert content(await second) == "听到：查成绩"
    assert len(counsellor.heard) == 1


async def test_the_third_delivery_says_to_come_back_and_the_answer_comes_with_the_next_one() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.01)
    await unanswered(account, "查成绩", 7)
    await unanswered(account, "查成绩", 7)
    assert content(await account.say("查成绩", 7)) == NOT_YET
    release.set()
    await settled()
    assert content(await account.say("好了吗", 8)) == LATE + "听到：查成绩\n\n听到：好了吗"
    assert content(await account.say("谢谢", 9)) == "听到：谢谢"
    assert [heard[1] for heard in counsellor.heard] == ["7", "8", "9"]


async def test_the_third_delivery_is_the_last_even_when_more_come() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.0)
    for _ in range(2):
        await unanswered(account, "查成绩", 7)
    assert [content(await account.say("查成绩", 7)) for _ in range(2)] == [NOT_YET, NOT_YET]
    release.set()
    await settled()


async def test_the_third_delivery_of_an_encrypted_message_is_told_so_encrypted() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, key=KEY, patience=0.0)
    answers = [await account.post(*account.seal(message("查成绩"))) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers[:2]] == [(503, b"")] * 2
    assert account.opened(answers[2]) == NOT_YET
    release.set()
    await settled()


async def test_deliveries_are_counted_for_each_message_and_not_for_the_account() -> None:
    counsellor = Counsellor()
    releases = [counsellor.hold(text) for text in ("甲", "乙")]
    account = OfficialAccount(counsellor, patience=0.0)
    for text, msg_id in (("甲", 1), ("乙", 2), ("甲", 1), ("乙", 2)):
        await unanswered(account, text, msg_id)
    assert content(await account.say("甲", 1)) == NOT_YET
    for release in releases:
        release.set()
    await settled()


async def test_deliveries_are_counted_on_when_the_first_answer_failed() -> None:
    failed = False

    async def failing_then_slow() -> list[Reply]:
        nonlocal failed
        if not failed:
            failed = True
            raise RuntimeError
        await release.wait()
        return [{"kind": "text", "text": "好"}]

    release = asyncio.Event()
    deliveries = Deliveries(clock=lambda: 0.0, patience=0.01)
    given = [await deliveries.answer("o|7", "o", failing_then_slow) for _ in range(3)]
    assert [each.outcome for each in given] == ["reply", "redeliver", "later"]
    release.set()
    await settled()


async def test_a_delivery_counts_as_the_one_it_was_when_it_came() -> None:
    release = asyncio.Event()

    async def slowly() -> list[Reply]:
        await release.wait()
        return [{"kind": "text", "text": "好"}]

    deliveries = Deliveries(clock=lambda: 0.0, patience=0.01)
    at_once = await asyncio.gather(*(deliveries.answer("o|7", "o", slowly) for _ in range(3)))
    assert at_once == [
        Given("", again=False, outcome="redeliver"),
        Given("", again=True, outcome="redeliver"),
        Given(NOT_YET, again=True, outcome="later"),
    ]
    release.set()
    await settled()


async def test_the_log_tells_what_each_delivery_got() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.0)
    with capture_logs() as logs:
        for _ in range(3):
            await account.say("查成绩", 7)
        release.set()
        await settled()
        await account.say("好", 8)
        await account.post(fixture("event_scan"))
    assert [line["outcome"] for line in logs] == ["redeliver", "redeliver", "later", "reply", "success"]


async def test_a_slow_answer_comes_in_front_of_the_next_one_and_only_once() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("查成绩", 1)
    release.set()
    await settled()
    second = LATE + "听到：查成绩\n\n听到：好了吗"
    assert content(await account.say("好了吗", 2)) == second
    assert content(await account.say("谢谢", 3)) == "听到：谢谢"
    assert content(await account.say("好了吗", 2)) == second  # a redelivery gets what the first delivery got
    assert content(await account.say("查成绩", 1)) == "听到：查成绩"


async def test_two_slow_answers_come_in_the_order_they_were_asked() -> None:
    counsellor = Counsellor()
    first, second = counsellor.hold("甲"), counsellor.hold("乙")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("甲", 1)
    await account.say("乙", 2)
    second.set()
    first.set()
    await settled()
    assert content(await account.say("丙", 3)) == LATE + "听到：甲\n\n听到：乙\n\n听到：丙"


async def test_a_slow_answer_comes_also_with_what_cannot_be_read() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("查成绩", 1)
    release.set()
    await settled()
    assert content(await account.post(fixture("voice"))) == LATE + "听到：查成绩\n\n语音暂时看不懂，请打字告诉我。"


async def test_nobody_gets_the_late_answer_of_another_student() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("查成绩")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("查成绩", 1, openid="oA")
    release.set()
    await settled()
    assert content(await account.say("你好", 2, openid="oB")) == "听到：你好"
    # Nor by sending another student's message id.
    assert content(await account.say("你好", 1, openid="oB")) == "听到：你好"


async def test_an_answer_somebody_still_waits_for_is_not_late() -> None:
    counsellor = Counsellor()
    release = counsellor.hold("甲")
    account = OfficialAccount(counsellor)
    first = asyncio.ensure_future(account.say("甲", 1))
    await counsellor.asked.wait()
    second = asyncio.ensure_future(account.say("乙", 2))
    release.set()
    assert [content(answer) for answer in await asyncio.gather(first, second)] == ["听到：甲", "听到：乙"]


async def test_a_late_crisis_card_still_comes_first() -> None:
    def answer(text: str) -> Replies:
        if text != "难受":
            return [{"kind": "text", "text": "一般回复"}]
        return [
            {"kind": "crisis", "text": "我在。", "hotlines": [{"name": "热线", "phone": "12356", "hours": "24 小时"}]}
        ]

    counsellor = Counsellor(answer)
    release = counsellor.hold("难受")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("难受", 1)
    release.set()
    await settled()
    assert content(await account.say("在吗", 2)) == "我在。\n热线：12356（24 小时）\n\n一般回复"


async def test_the_same_event_twice_gets_the_same_greeting() -> None:
    account = OfficialAccount()
    first, again = [await account.post(fixture("event_subscribe")) for _ in range(2)]
    assert content(first) == content(again) != ""


def test_two_events_in_one_second_are_two() -> None:
    names = ("event_subscribe", "event_subscribe_scene", "event_scan", "event_unsubscribe")
    assert len({read(fixture(name)).key for name in names}) == 4


def test_a_notice_id_is_not_a_message_id() -> None:
    event = read(fixture("event_template_sent"))
    assert (event.id, "200163836" in event.key) == ("", False)


async def test_a_counsellor_who_fails_is_apologised_for_and_asked_again_on_redelivery() -> None:
    asked = 0

    async def failing_once(openid: str, message_id: str, text: str) -> Replies:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RuntimeError("the office is on fire")
        return [{"kind": "text", "text": "好了"}]

    account = OfficialAccount(failing_once)
    assert content(await account.say("报修", 1)) == FAILED
    assert content(await account.say("报修", 1)) == "好了"
    assert content(await account.say("报修", 1)) == "好了"
    assert asked == 2


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [{}],
        [{"kind": "text", "text": " \x08"}],
        [{"kind": "choices", "text": "选", "choices": "ab"}],
        ["text"],
        None,
    ],
)
async def test_an_answer_that_cannot_be_shown_is_apologised_for(replies: Replies) -> None:
    assert content(await OfficialAccount(Counsellor(lambda text: replies)).say("报修")) == FAILED


async def test_a_counsellor_who_is_cancelled_is_apologised_for() -> None:
    async def cancelled(openid: str, message_id: str, text: str) -> Replies:
        raise asyncio.CancelledError

    assert content(await OfficialAccount(cancelled).say("报修")) == FAILED


async def test_a_late_failure_is_told_with_the_next_answer() -> None:
    def answer(text: str) -> Replies:
        if text == "报修":
            raise RuntimeError
        return [{"kind": "text", "text": "你好"}]

    counsellor = Counsellor(answer)
    release = counsellor.hold("报修")
    account = OfficialAccount(counsellor, patience=0.01)
    await account.say("报修", 1)
    release.set()
    await settled()
    assert content(await account.say("在吗", 2)) == LATE + FAILED + "\n\n你好"


async def test_a_message_is_forgotten_after_ten_minutes() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor, window=10_000.0)
    await account.say("报修", 1)
    account.now += 600
    await account.say("报修", 1)
    assert len(counsellor.heard) == 1
    account.now += 601
    await account.say("报修", 1)
    assert len(counsellor.heard) == 2


async def test_memory_is_bounded_and_drops_what_was_longest_unused() -> None:
    asked: list[int] = []
    deliveries = Deliveries(clock=lambda: 0.0, patience=5.0, capacity=3)

    async def deliver(number: int) -> None:
        async def say() -> list[Reply]:
            asked.append(number)
            return [{"kind": "text", "text": str(number)}]

        await deliveries.answer(f"o|{number}", "o", say)

    for number in (1, 2, 3, 1, 4, 1, 2):
        await deliver(number)
    assert (asked, len(deliveries)) == ([1, 2, 3, 4, 2], 3)


async def test_what_is_forgotten_while_running_still_runs_to_its_end() -> None:
    counsellor = Counsellor()
    done: list[str] = []
    release = counsellor.hold("甲")
    counsellor.answer = lambda text: done.append(text) or [{"kind": "text", "text": text}]  # type: ignore[func-returns-value]
    account = OfficialAccount(counsellor, patience=0.01, capacity=1)
    await account.say("甲", 1)
    await account.say("乙", 2)
    release.set()
    await settled()
    assert done == ["乙", "甲"]
