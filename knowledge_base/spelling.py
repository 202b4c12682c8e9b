"""What a student may have meant by a word the library does not have: homophones, a letter too few or too many, pinyin.

Made when an index is built, from the library's own words, with pypinyin; a question costs a few look-ups and never needs it.
A question is respelled only where neither the library nor ordinary Chinese has the pair that was typed: what ordinary Chinese has
comes from the encoder's pieces, from pypinyin's words and from our own hands' sentences (``fit_ordinary.py``). Tones are passed
over, and so are the differences many speakers do not make: zh/z, ch/c, sh/s, -ing/-in, -eng/-en.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import yaml

from .lexical import WORDS, Lexical, plain, synonyms
from .weights import bundled, pieces

ORDINARY = WORDS / "ordinary.txt"
"""Of what our own hands write: a line for each character, those that follow it behind."""
NEAR = 6
"""Words of one sound that are kept."""
COMMONEST = 200
"""Characters that are never taken for a slip: 几 里 是 没."""
NEVER = "一二两三四五六七八九十百千万零洞拐嘛吧呢啊呀哦止予致因需已"
"""Nor these: numbers, endings, and what stands alone in a formal letter."""
INITIALS = (3, 6)
"""Letters of an abbreviation: 国家奖学金 is gjjxj."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"(?<![a-z0-9])[a-z]{3,24}(?![a-z])")
_FOLDED = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def folded(syllable: str) -> str:
    """``zheng`` → ``zen``: what many speakers do not tell apart."""
    for wide, narrow in _FOLDED:
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of titles, headings and the word list, by how they sound; only those that a passage has."""

    sounds: Mapping[str, str]
    """Each character's folded syllables, a space between them, the usual one first."""
    pairs: Mapping[str, tuple[str, ...]]
    """Folded syllables of two characters, a space between them → the words that sound so, the most frequent first."""
    initials: Mapping[str, tuple[str, ...]]
    """First letters → the word that has them."""
    ordinary: Mapping[str, str]
    """Each character's followers in ordinary Chinese: such a pair nobody mistyped."""
    common: frozenset[str]
    """Its commonest characters, which stand beside anything."""

    @classmethod
    def build(cls, lexical: Lexical, names: Iterable[str], before: Spelling | None = None) -> Spelling:
        """``names``: titles and headings. How characters sound, and what is ordinary, is taken from ``before``."""
        curated = [run for name in names for run in _HAN.findall(plain(name))]
        curated += [
            run for meant in dict.fromkeys(meant for _, meant in synonyms()) for run in _HAN.findall(plain(meant))
        ]
        curated = list(dict.fromkeys(curated))
        named = {left + right for run in curated for left, right in pairwise(run)}
        words = {word: seen for word in named if (seen := lexical.frequency(word))}
        sounds = before.sounds if before else _sounds()
        by_sound: dict[str, list[str]] = {}
        said = {char: sounds.get(char, "").split() for word in words for char in word}
        for word in sorted(words, key=lambda word: (-words[word], word)):
            # 重 is zhong and chong: the one that is meant is among them.
            for one, other in product(said[word[0]], said[word[1]]):
                by_sound.setdefault(f"{one} {other}", []).append(word)
        return cls(
            sounds,
            {sound: tuple(same[:NEAR]) for sound, same in by_sound.items()},
            {letters: (word,) for letters, word in _abbreviated(curated, words, sounds).items()},
            before.ordinary if before else _ordinary(),
            before.common if before else _common(),
        )

    def respelled(self, question: str, lexical: Lexical) -> str:
        """The question as it was perhaps meant, to be embedded and judged instead; the same where nothing is beyond doubt.

        A character is replaced only by one that makes a word of a title, a heading or the word list, where both pairs it
        stood in occur nowhere; letters only where all of them are pinyin of such words.
        """
        text = question
        for run in _HAN.findall(plain(question)):
            if run in text:
                text = text.replace(run, self._without_slips(run, lexical))
        for run in _LATIN.findall(plain(text)):
            if run in text and not lexical.frequency(run) and (meant := self._aloud(run)):
                text = text.replace(run, meant)
        return text

    def _without_slips(self, run: str, lexical: Lexical) -> str:
        for at in range(len(run) - 1):
            pair = run[at : at + 2]
            if not self._strange(pair, lexical):
                continue
            for word in self._sounding(pair):
                place = at if word[0] != pair[0] else at + 1
                around = [run[side : side + 2] for side in (place - 1, place) if 0 <= side < len(run) - 1]
                if run[place] not in self.common and all(self._strange(each, lexical) for each in around):
                    run = run[:at] + word + run[at + 2 :]
                    break
        return run

    def _strange(self, pair: str, lexical: Lexical) -> bool:
        """Neither the library nor ordinary Chinese has it."""
        return pair[1] not in self.ordinary.get(pair[0], "") and not lexical.frequency(pair)

    def _aloud(self, run: str) -> str:
        """``jiangxuejin`` → 奖学金: the words of a run of pinyin, each two characters sharing the one between them."""
        syllables = [folded(each) for each in self._syllables(run)]
        choices = [self.pairs.get(f"{left} {right}", ()) for left, right in pairwise(syllables)]
        if not choices or not choices[0]:
            return (self.initials.get(run) or ("",))[0]
        for first in choices[0]:
            said = first
            for following in choices[1:]:
                said += next((word[1] for word in following if word[0] == said[-1]), "")
            if len(said) == len(syllables):
                return said
        return ""

    def _sounding(self, pair: str) -> Sequence[str]:
        """One wrong character is a slip; two right-sounding ones are rather another word."""
        one, other = (self.sounds.get(char, "").partition(" ")[0] for char in pair)
        alike = self.pairs.get(f"{one} {other}", ())
        return [word for word in alike if word[0] == pair[0] or word[1] == pair[1]]

    def _syllables(self, run: str) -> list[str]:
        """A run of letters cut into as few syllables as it can be; empty where it is not pinyin."""
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(run) + 1):
            cuts = [
                [*best[start], run[start:end]]
                for start in range(max(0, end - 6), end)
                if start in best and run[start:end] in _SYLLABLES
            ]
            if cuts:
                best[end] = min(cuts, key=len)
        return best.get(len(run), [])

    def save(self, path: Path) -> None:
        """One JSON file."""
        stored = {
            "sounds": self.sounds,
            "pairs": self.pairs,
            "initials": self.initials,
            "ordinary": self.ordinary,
            "common": sorted(self.common),
        }
        path.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Spelling:
        """Raises ``ValueError``, ``KeyError`` or ``AttributeError`` for anything :meth:`save` did not write."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        pairs, initials = (
            {str(key): tuple(map(str, words)) for key, words in stored[name].items()} for name in ("pairs", "initials")
        )
        sounds = {str(char): str(sound) for char, sound in stored["sounds"].items()}
        ordinary = {str(char): str(followers) for char, followers in stored["ordinary"].items()}
        return cls(sounds, pairs, initials, ordinary, frozenset(map(str, stored["common"])))


def _abbreviated(runs: Iterable[str], words: Mapping[str, int], sounds: Mapping[str, str]) -> dict[str, str]:
    """First letters → the most frequent part of the runs that has them, all pairs of it being words."""
    seen: Counter[str] = Counter()
    for run in runs:
        reach = [0] * len(run)  # so many characters follow each of which every pair is a word
        for at in range(len(run) - 2, -1, -1):
            reach[at] = reach[at + 1] + 1 if run[at : at + 2] in words else 0
        if max(reach, default=0) + 1 < INITIALS[0]:
            continue
        for length in range(INITIALS[0], INITIALS[1] + 1):
            seen.update([run[at : at + length] for at, follow in enumerate(reach) if follow + 1 >= length])
    found: dict[str, str] = {}
    first = {char: sounds.get(char, " ")[:1] for word in words for char in word}
    for word, often in seen.items():
        letters = "".join([first[char] for char in word])
        if letters not in found or often > seen[found[letters]]:
            found[letters] = word
    return found


@cache
def _sounds() -> dict[str, str]:
    """Every character that pypinyin knows: worked out once in the life of a library."""
    from pypinyin import pinyin_dict
    from pypinyin.contrib.tone_convert import to_normal

    @cache
    def plainly(syllable: str) -> str:
        return folded(to_normal(syllable))

    return {
        chr(code): " ".join(dict.fromkeys(plainly(each) for each in said.split(",")[:4]))
        for code, said in pinyin_dict.pinyin_dict.items()
        if 0x3400 <= code <= 0x9FFF
    }


@cache
def _chinese() -> dict[str, float]:
    """The encoder's pieces that are Chinese, and how common each is."""
    # The first character tells of nearly all of the 250,000 that they are another language's.
    return {
        piece: score
        for piece, score in pieces(bundled()).items()
        if "\u3400" <= piece[:1] <= "\u9fff" and _HAN.fullmatch(piece)
    }


@cache
def _common() -> frozenset[str]:
    chinese = _chinese()
    characters = sorted((piece for piece in chinese if len(piece) == 1), key=lambda piece: -chinese[piece])
    return frozenset([*characters[:COMMONEST], *NEVER])


@cache
def _ordinary() -> dict[str, str]:
    """From the encoder's pieces, where what is one piece is ordinary language, from pypinyin's words, and from what students say."""
    from pypinyin.phrases_dict import phrases_dict

    asked = yaml.safe_load((WORDS / "questions.yml").read_text(encoding="utf-8"))
    spoken = [*_chinese(), *map(str, asked), *(said for said, _ in synonyms())]
    # Of a longer word the pairs within its halves: 航空条例 says nothing of 空条.
    spoken += [word for word in phrases_dict if len(word) in (2, 3)]
    spoken += [half for word in phrases_dict if len(word) == 4 for half in (word[:2], word[2:])]
    found: dict[str, set[str]] = {}
    for said in spoken:
        for run in _HAN.findall(said):
            for left, right in pairwise(run):
                found.setdefault(left, set()).add(right)
    for line in ORDINARY.read_text(encoding="utf-8").split():
        found.setdefault(line[0], set()).update(line[1:])
    return {char: "".join(sorted(followers)) for char, followers in found.items()}


_INITIALS = ("", *"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh")
_FINALS = [
    "a",
    "o",
    "e",
    "ai",
    "ei",
    "ao",
    "ou",
    "an",
    "en",
    "ang",
    "eng",
    "er",
    "i",
    "ia",
    "ie",
    "iao",
    "iu",
    "ian",
    "in",
    "iang",
    "ing",
    "iong",
    "u",
    "ua",
    "uo",
    "uai",
    "ui",
    "uan",
    "un",
    "uang",
    "ong",
    "v",
    "ve",
    "ue",
]
_SYLLABLES = frozenset(initial + final for initial in _INITIALS for final in _FINALS)
"""More than there are; one that nothing in the library sounds like finds nothing."""
