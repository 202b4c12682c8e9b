"""Days, hours and places written in Pinyin, in characters: ``mingtian xiawu`` → 明天下午, ``8hao lou`` → 8号楼."""

from __future__ import annotations

import re

_SYLLABLES = {
    "tian": {"jin": "今天", "ming": "明天", "hou": "后天", "zuo": "昨天", "qian": "前天", "da hou": "大后天"},
    "wan": {"jin": "今晚", "ming": "明晚", "zuo": "昨晚"},
    "wu": {"shang": "上午", "zhong": "中午", "xia": "下午"},
    "shang": {"zao": "早上", "wan": "晚上"},
}
"""By the last syllable, what stands before it and what both are."""
_PLACES = {
    "tu shu guan": "图书馆", "ti yu guan": "体育馆", "xing zheng lou": "行政楼", "shi yan lou": "实验楼", "cao chang": "操场",
    "yi shi tang": "一食堂", "er shi tang": "二食堂", "shui fang": "水房", "ce suo": "厕所", "zou lang": "走廊",
}  # fmt: skip
_WEEKDAYS = {
    "yi": "一",
    "er": "二",
    "san": "三",
    "si": "四",
    "wu": "五",
    "liu": "六",
    "ri": "日",
    "tian": "天",
    "mo": "末",
}
_WEEKS = {"xia": "下", "shang": "上", "zhe": "这", "ben": "本", "": ""}
_BEHIND_NUMBER = {"hao lou": "号楼", "dong": "栋", "hao": "号", "lou": "楼", "dian ban": "点半", "dian": "点"}
_WORDS = {
    **{f"{ahead} {last}": said for last, before in _SYLLABLES.items() for ahead, said in before.items()},
    **_PLACES,
}


def _together(word: str) -> str:
    """A word whose syllables may stand apart."""
    return word.replace(" ", " ?")


_ANY = "|".join(_together(word) for word in sorted(_WORDS, key=len, reverse=True))
_PINYIN = re.compile(
    rf"(?<![a-z])(?:(?P<word>{_ANY})"
    rf"|(?P<shift>xia|shang|zhe|ben)? ?(?:ge ?)?(?:zhou|xing ?qi|li ?bai) ?(?P<weekday>{'|'.join(_WEEKDAYS)}))"
    rf"(?=[^a-z]|$|{_ANY})"
    rf"|(?<=\d) ?(?P<unit>{'|'.join(_together(unit) for unit in _BEHIND_NUMBER)})(?![a-z])",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff\d])")
_KNOWN = {word.replace(" ", ""): said for word, said in (*_WORDS.items(), *_BEHIND_NUMBER.items())}


def in_characters(text: str) -> str:
    """Normalised ``text`` with its words in Pinyin that tell of days, hours or places in characters; all else stays."""
    previous, said = "", text
    while said != previous:
        # 「mingtianxiawu」: what follows a word begins one when that word is gone.
        previous, said = said, _PINYIN.sub(_characters, said)
    return text if said == text else _GLUED.sub("", said)


def _characters(match: re.Match[str]) -> str:
    if weekday := match["weekday"]:
        return f"{_WEEKS[(match['shift'] or '').lower()]}周{_WEEKDAYS[weekday.lower()]}"
    return _KNOWN[(match["word"] or match["unit"]).lower().replace(" ", "")]
