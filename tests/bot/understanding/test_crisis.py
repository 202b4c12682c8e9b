"""The crisis screen: what must alarm (``crisis_genuine.yml``), what must not (``crisis_benign.yml``)."""

from pathlib import Path
from time import perf_counter

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import crisis, words

HERE = Path(__file__).parent
BENIGN: list[str] = yaml.safe_load((HERE / "crisis_benign.yml").read_text(encoding="utf-8"))
GENUINE: dict[str, list[str]] = yaml.safe_load((HERE / "crisis_genuine.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("said", BENIGN)
def test_campus_talk_raises_no_alarm(said: str) -> None:
    assert crisis.screen(said) is None


@pytest.mark.parametrize("said", [*GENUINE["any"], *GENUINE["hidden"]])
def test_danger_raises_an_alarm_however_it_is_written(said: str) -> None:
    assert crisis.screen(said) is not None


@pytest.mark.parametrize("tier", ["page", "show"])
def test_the_tier_is_the_one_a_person_would_choose(tier: str) -> None:
    alarms = {said: crisis.screen(said) for said in GENUINE[tier]}
    assert {said for said, alarm in alarms.items() if alarm is None or alarm.tier != tier} == set()


def test_the_tables_are_large_enough() -> None:
    assert len(set(BENIGN)) >= 80
    assert sum(len(sayings) for sayings in GENUINE.values()) >= 80


@pytest.mark.parametrize("said", BENIGN)
def test_a_saying_beside_it_hides_no_danger(said: str) -> None:
    alarm = crisis.screen(f"{said}，我真的不想活了")
    assert alarm is not None


@pytest.mark.parametrize("noise", ["\u200b", " ", ".", "·", "😀", "*", "　", "\u2060"])
@pytest.mark.parametrize("said", ["我想自杀", "我不想活了", "今晚我要跳楼"])
def test_noise_between_characters_hides_nothing(said: str, noise: str) -> None:
    assert crisis.screen(noise.join(said)) == crisis.screen(said)


def test_the_rule_is_an_id_and_never_the_words() -> None:
    rules = {f"{tier}.{name}" for tier in ("page", "show") for name in words.load("crisis")[tier]}
    alarms = [crisis.screen(said) for sayings in GENUINE.values() for said in sayings]
    assert {alarm.rule for alarm in alarms if alarm} <= rules


@pytest.mark.parametrize(
    "filler", ["我", "想要", "我,", "a", "[微", "/:", "我想.", "死机", "今天去食堂吃饭，", " ", "吃了", "从天"]
)
def test_a_hundred_kilobytes_are_screened_in_time(filler: str) -> None:
    begin = perf_counter()
    alarm = crisis.screen(filler * (100_000 // len(filler)) + "，我不想活了")
    assert perf_counter() - begin < 5
    assert alarm is not None


def test_a_message_is_screened_in_under_a_millisecond() -> None:
    crisis.screen("")
    begin = perf_counter()
    for said in BENIGN:
        crisis.screen(said)
    assert (perf_counter() - begin) / len(BENIGN) < 0.003


@given(st.text(max_size=60))
def test_any_text_is_screened_without_an_error(typed: str) -> None:
    crisis.screen(typed)
