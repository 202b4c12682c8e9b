"""Characters that PDF writers put in the place of others that look the same: radicals for whole characters."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

# CJK Radicals Supplement (U+2E80 on) has no compatibility mappings but two; these are the ones that fonts of simplified
# Chinese share with a character, by the names of the block (Unicode 16, chapter 18.6).
SUPPLEMENT: Final = str.maketrans(
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺍⺎⺏⺐⺒⺓⺔⺕⺖⺗⺘⺙⺛⺝⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻯⻰⻲⻳",
    "厂乛乙乚亻冂几刀刂卜㔾小尣尢尣巳幺彑彐忄心扌攵旡月母民氵氺灬爪爫丬牛犭王目示礻竹糸纟网罒罒罓羊羊羊老耂聿肉臼艹艹艹虎覀西见角讠贝足车辶辶辶钅长长长门阜阝雨青韦页风飞食食食马骨鬼鱼鸟卤麦黄黾齐齿龙龙龟龟",
)
FIRST, LAST = "\u2e80", "\u2fdf"


def fold(text: str) -> str:
    """The text with each radical replaced by the character it stands for, as long as before."""
    text = text.replace("\u2003", "\u3000")  # the same width, and fonts draw both with one glyph
    if not any(FIRST <= char <= LAST for char in text):
        return text
    return "".join(_folded(char) if FIRST <= char <= LAST else char for char in text)


@cache
def _folded(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain != char and len(plain) == 1 else char.translate(SUPPLEMENT)
