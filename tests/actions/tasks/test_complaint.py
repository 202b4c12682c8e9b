"""A complaint is read out of a story, sent with a name or without one, and proposed to a department."""

from __future__ import annotations

from typing import Any

import pytest

from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.tasks.complaint.office import preview, read, submit


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我要投诉", {}),
        ("我要投诉食堂", {"place": "食堂"}),
        ("投诉第二食堂三号窗口", {"place": "第二食堂三号窗口"}),
        ("我要投诉宿管阿姨", {}),
        ("给食堂提个建议", {"place": "食堂"}),
        (
            "我要投诉二食堂今天中午的菜里有虫子,希望退钱,匿名",
            {"matter": "二食堂今天中午的菜里有虫子", "place": "二食堂", "time": "今天中午", "wish": "退钱"},
        ),
        ("我想匿名投诉室友半夜打游戏", {"matter": "室友半夜打游戏", "time": "半夜"}),
        (
            "你好,我想反映一下教学楼A座三楼的厕所一直没人打扫",
            {"matter": "教学楼A座三楼的厕所一直没人打扫", "place": "教学楼A座三楼厕所"},
        ),
        ("建议图书馆延长开放时间", {"matter": "图书馆延长开放时间", "place": "图书馆"}),
        (
            "3号楼502每天晚上12点还在唱歌,能不能安排人管管,要求道歉",
            {
                "matter": "3号楼502每天晚上12点还在唱歌",
                "place": "3号楼502",
                "time": "每天晚上12点",
                "wish": "安排人管管，道歉",
            },
        ),
        ("实名投诉保安在校门口骂人", {"matter": "保安在校门口骂人", "place": "校门口"}),
    ],
)
def test_the_four_facts_are_read_out_of_a_story(said: str, told: dict[str, str]) -> None:
    assert read(said, None) == told


def test_an_answer_to_another_question_is_only_that_answer() -> None:
    assert read("希望昨天的事在二食堂道歉", "wish") == {}
    assert read("菜里有虫子,要求换菜", "matter")["wish"] == "换菜"


def order(privacy: str, student: str = "2023010001", **values: str) -> Order:
    told = {
        "matter": "第二食堂的菜里有虫子",
        "place": "第二食堂",
        "time": "没有说明",
        "wish": "退钱",
        "privacy": privacy,
    }
    return Order("" if privacy == "anonymous" else student, told | values, f"key-{privacy}")


async def test_the_department_is_proposed_on_the_card(offices: Offices) -> None:
    assert await preview(order("named"), offices) == {"建议转办": "后勤保障处（如不合适，学生处会改派）"}


@pytest.mark.parametrize(
    ("privacy", "follow", "payload"),
    [
        ("named", "", "start:progress_query?ticket=TS20261123-0001"),
        (
            "confidential",
            "只有学生处知道你是谁，转办时不带姓名。",
            "start:progress_query?ticket=TS20261123-0001",
        ),
        (
            "anonymous",
            "\n查询码 K7MQX4TX：这份投诉没有名字，只有它能查进度，请现在就记下来。",
            "start:progress_query?ticket=K7MQX4TX&by=code",
        ),
    ],
)
async def test_who_complains_hears_how_to_follow_it(offices: Offices, privacy: str, follow: str, payload: str) -> None:
    done = await submit(order(privacy), offices)
    assert (done["number"], done["department"], done["accept_by"], done["answer_by"]) == (
        "TS20261123-0001",
        "后勤保障处",
        "11月24日（周二）",
        "11月30日（周一）",
    )
    assert (done["follow"], done["choices"]) == (follow, [{"label": "看进度", "payload": payload}])


async def test_an_anonymous_complaint_is_nobody_s(offices: Offices) -> None:
    await submit(order("anonymous"), offices)
    assert await offices.progress.cases("2023010001") == ()


async def test_a_time_that_was_not_told_is_not_invented(offices: Offices) -> None:
    sent: list[dict[str, Any]] = []
    taken = offices.complaints.submit

    async def noting(complaint: Any, *, key: str) -> Any:
        sent.append({"time": complaint.time, "wish": complaint.wish})
        return await taken(complaint, key=key)

    object.__setattr__(offices.complaints, "submit", noting)
    await submit(order("named"), offices)
    assert sent == [{"time": None, "wish": "退钱"}]


async def test_the_same_words_twice_are_refused_with_the_first_number(offices: Offices) -> None:
    first = await submit(order("named"), offices)
    again = Order("2023010001", order("named").values, "another-key")
    with pytest.raises(Refusal) as refusal:
        await submit(again, offices)
    assert (refusal.value.code, refusal.value.details) == ("duplicate_complaint", {"number": first["number"]})
