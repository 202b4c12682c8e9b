"""A small library and an encoder without weights: most tests need meaning only now and then, and must be quick."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import Document, Library, open_encoder
from knowledge_base.ingest import read
from knowledge_base.lexical import tokens
from knowledge_base.store import Store
from knowledge_base.structure import document

DORMITORY_2021 = """示范大学学〔2021〕22号

# 示范大学学生宿舍管理规定

（2021年7月6日印发，自2021年9月1日起施行）

## 第一章　作息

第一条　宿舍楼每日6:00开门，23:00关门。

第二条　本规定自2021年9月1日起施行。
"""

DORMITORY_2025 = """示范大学学〔2025〕18号

# 示范大学学生宿舍管理规定（2025年修订）

（2025年7月10日印发，自2025年9月1日起施行）

## 第一章　作息

第一条　宿舍楼每日6:00开门，周日至周四23:30关门，周五、周六24:00关门。

第二条　学生每学期可以申请1次调宿，由学生社区服务中心办理。

## 第二章　附则

第三条　本规定自2025年9月1日起施行。《示范大学学生宿舍管理规定》（示范大学学〔2021〕22号）同时废止。
"""

GUIDE = """# 示范大学学生服务指南

（2025年8月20日印发，自2025年9月1日起施行）

## 一、窗口与电话

| 服务 | 地点 | 时间 | 电话 |
| --- | --- | --- | --- |
| 成绩单打印 | 教务处学籍科，2号窗口 | 周一至周五8:30–17:30 | 021-5550-1210 |
| 宿舍报修 | 后勤保障处维修中心 | 24小时 | 021-5550-1300 |
"""


class CountingEncoder:
    """Hashes characters into 64 dimensions; counts how often it is asked."""

    id = "test/characters-64"
    dimensions = 64

    def __init__(self) -> None:
        self.queries = 0
        self.embedded = 0

    def query(self, text: str) -> np.ndarray:
        self.queries += 1
        return self._vector(text)

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded += len(texts)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimensions, dtype=np.float32)
        for token in tokens(text) or ["-"]:
            vector[int(hashlib.sha256(token.encode()).hexdigest(), 16) % self.dimensions] += 1
        return vector / np.linalg.norm(vector)


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Document]:
    """A document from the text of a file."""

    def make(text: str, name: str = "文件.md") -> Document:
        path = tmp_path / "sources" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return document(read(path))

    return make


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small documents, published with the real encoder."""
    folder = tmp_path_factory.mktemp("library")
    sources = {"宿舍2021.md": DORMITORY_2021, "宿舍2025.md": DORMITORY_2025, "指南.md": GUIDE}
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    documents = [document(read(folder / name)) for name in sources]
    Store(folder / "knowledge").publish(documents, open_encoder())
    return folder / "knowledge"


@pytest.fixture(scope="session")
def library(library_folder: Path) -> Library:
    return Library.open(library_folder)


def real_documents() -> Path:
    """The real documents beside the repository; the test is skipped, saying so, where they are missing."""
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "policies"
    if not folder.is_dir():
        pytest.skip(f"the real documents are not here: {folder.name} is missing beside the repository")
    return folder


@pytest.fixture(scope="session")
def plan_path() -> Path:
    return next(real_documents().glob("*185号.txt"))


@pytest.fixture(scope="session")
def laws() -> Path:
    return real_documents() / "national"
