"""One spelling for the readers of places, dates and numbers; every replacement is as long as what it replaces."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding import words

_DIGITS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")
_SIGN = "〇零一二三四五六七八九"
_YEAR = re.compile(rf"二[{_SIGN}]{{3}}(?=年)")
_TWENTY = re.compile("廿([一二三四五六七八九])")
_ZERO = re.compile(r"(?<=\d)[oO]{1,4}(?=\d|[块元])|(?<=\d[-_ ])[oO]{1,3}(?=\d)|(?<=\d{6})[oO]{1,5}(?![a-zA-Z])")
# 「两三点」 is no hour and 「三五天」 no thirty-five days, but 「周三四点」 is a Wednesday at four.
_ABOUT = re.compile(
    r"(?<![周期拜号栋#第])(?:一两|一二|两三|二三|三四|三五|四五|五六|六七|七八|八九)"
    r"(?=\s?(?:[点天个份周号日杯次张块元百千]|小时|星期|礼拜|分钟))"
)
# 「壹零陆」, 「叁份」: numerals of cheques, alone only before what they count; 陆 and 伍 are surnames too.
_CHEQUE = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_CHEQUES = re.compile(
    r"[壹贰叁肆伍陆柒捌玖拾佰仟零〇]{2,}(?!老师)|[壹贰叁肆伍陆柒捌玖拾](?<![收捡].)(?=\s?(?:[份张个号栋幢舍层点元块本件次天杯瓶箱套间名位台把支]|楼(?!老师)))"
)
# 「下午2、3点」
_ABOUT_LISTED = re.compile(
    r"(?<![\d:.第])(?:1、2|2、3|3、4|4、5|5、6|6、7|7、8|8、9|9、10|一、二|两、三|二、三|三、四|四、五|五、六|六、七|七、八|八、九|九、十)(?=\s?点(?!到))"
)
# 「八号楼二洞六」, 「幺三三洞洞洞八」: digits as they are called out; 「一拐一拐」 limps.
_CALLED = str.maketrans("洞拐勾", "零七九")
_CALLED_OUT = re.compile(
    r"(?<![一二三四五六七八九幺零〇洞拐勾])(?!一拐一拐)(?:[一二三四五六七八九幺零〇洞拐勾]{3,})(?![天条步个])(?!(?<=[洞拐勾])[角弯进过去来到开口里着])"
)
# 「三栋一楼嘞洗衣房」
_DIALECT_OF = re.compile(r"(?<=[楼层栋幢室])嘞(?=[\u4e00-\u9fff])")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_MERIDIEM = re.compile(r"(?<![a-z])([ap])m(?=\s?\d)", re.IGNORECASE)


def spelled(text: str) -> str:
    """Normalised ``text`` in simplified characters without common slips, of the same length."""
    text = text.translate(_pairs()).translate(_DASHES)
    text = _slip().sub(lambda match: _slips()[match[0]], text)
    text = _CHEQUES.sub(lambda match: match[0].translate(_CHEQUE), text)
    text = _YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
    text = _TWENTY.sub(lambda match: "2" + match[1].translate(_DIGITS), text)
    text = _MERIDIEM.sub(lambda match: "上午" if match[1].lower() == "a" else "下午", text)
    text = text.replace("○", "〇")
    text = _CALLED_OUT.sub(lambda match: match[0].translate(_CALLED), text)
    text = _DIALECT_OF.sub("的", _EMOJI.sub(" ", text))
    text = _ABOUT_LISTED.sub(lambda match: "几" * len(match[0]), text)
    return _ABOUT.sub("几几", _ZERO.sub(lambda match: "0" * len(match[0]), text))


def digits(text: str) -> str:
    """``text`` with Chinese digits one by one as ASCII digits, of the same length."""
    return text.translate(_DIGITS)


@cache
def _pairs() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in words.load_once("spelling")["pairs"].split()}


@cache
def _slips() -> dict[str, str]:
    slips: dict[str, str] = words.load_once("spelling")["slips"]
    if wrong := [slip for slip, meant in slips.items() if len(slip) != len(meant)]:
        raise ValueError(f"spelling.yml: {wrong[0]} and what it stands for must be of one length")
    return slips


@cache
def _slip() -> re.Pattern[str]:
    # 「晚上五点」 and 「上五楼」 are no forenoon.
    return re.compile(
        "|".join(
            ("(?<![晚早])" if slip.startswith("上") else "")
            + re.escape(slip)
            + ("(?![楼层])" if slip.endswith("五") else "")
            for slip in _slips()
        )
    )
