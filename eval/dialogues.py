"""Every dialogue played against the trained Rasa, the real action server and the simulator."""

from __future__ import annotations

from eval.figures import Figure, share
from eval.house import house
from eval.play import Wrong, play, read_dialogues


def run() -> list[Figure]:
    dialogues, misses = read_dialogues(), []
    with house() as running:
        for name, dialogue in dialogues.items():
            try:
                play(dialogue, running)
            except Wrong as wrong:
                misses.append(f"{name}: {str(wrong).splitlines()[0][:200]}")
    right = len(dialogues) - len(misses)
    return [share("dialogues: played as written", right, len(dialogues), goal=100.0, misses=tuple(misses))]
