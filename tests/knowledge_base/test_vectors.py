"""Where vectors are kept: exact or in cells, filtered inside the search, refused where they do not fit."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from knowledge_base import vectors
from knowledge_base.vectors import Allowed, FaissVectors

EACH = 10


def clustered(count: int, seed: int = 7) -> np.ndarray:
    """Unit vectors around a few directions, as passages of one university are."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(20, 32))
    rows = centres[chance.integers(0, 20, count)] + 0.5 * chance.normal(size=(count, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def owners(count: int) -> np.ndarray:
    return (np.arange(count) // EACH).astype(np.int32)


def best(rows: np.ndarray, query: np.ndarray, k: int, allowed: Allowed) -> list[int]:
    scores = np.where(allowed.passages, rows @ query, -np.inf)
    return [int(place) for place in np.argsort(-scores, kind="stable")[:k]]


@pytest.fixture
def celled(monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, FaissVectors]:
    """4,000 vectors, where 500 are many."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 500)
    rows = clustered(4000)
    store = vectors.build(rows, owners(4000), setting="")
    assert isinstance(store, FaissVectors)
    return rows, store


def test_a_small_library_is_searched_exactly() -> None:
    rows = clustered(400)
    store = vectors.build(rows, owners(400), setting="")
    everything = Allowed.of(np.ones(40, dtype=bool), owners(400))
    assert isinstance(store, FaissVectors)
    assert (store.cells, store.size, store.dimensions) == (0, 400, 32)
    assert store.search(rows[3], 7, everything).tolist() == best(rows, rows[3], 7, everything)
    assert store.reconstruct(np.array([5, 3])).tolist() == rows[[5, 3]].tolist()


def test_the_filter_is_inside_the_exact_search() -> None:
    rows = clustered(400)
    store = vectors.build(rows, owners(400), setting="")
    third = Allowed.of(np.arange(40) % 3 == 0, owners(400))
    assert store.search(rows[10], 20, third).tolist() == best(rows, rows[10], 20, third)
    one = Allowed.of(np.arange(40) == 8, owners(400))
    assert sorted(store.search(rows[0], 20, one).tolist()) == list(range(80, 90))


def test_many_vectors_lie_in_cells_and_the_nearest_are_found(celled: tuple[np.ndarray, FaissVectors]) -> None:
    rows, store = celled
    half = Allowed.of(np.arange(400) % 2 == 0, owners(4000))
    assert store.cells == 64
    found = [
        len(set(store.search(rows[at], 10, half).tolist()) & set(best(rows, rows[at], 10, half))) for at in range(40)
    ]
    assert sum(found) / 400 > 0.9
    assert bool(half.passages[store.search(rows[1], 100, half)].all())


def test_a_filter_that_leaves_few_finds_all_of_them_in_cells_too(celled: tuple[np.ndarray, FaissVectors]) -> None:
    rows, store = celled
    one = Allowed.of(np.arange(400) == 77, owners(4000))
    assert sorted(store.search(rows[0], 100, one).tolist()) == list(range(770, 780))


def test_a_filter_that_empties_the_probed_cells_searches_all_of_them(
    celled: tuple[np.ndarray, FaissVectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "FEW", 10)
    rows, store = celled
    few = Allowed.of(np.arange(400) < 12, owners(4000))
    assert len(store.search(rows[3999], 100, few)) == 100


def test_nothing_allowed_is_nothing_found(celled: tuple[np.ndarray, FaissVectors]) -> None:
    rows, store = celled
    assert store.search(rows[0], 10, Allowed.of(np.zeros(400, dtype=bool), owners(4000))).tolist() == []


def test_cells_are_not_trained_again_for_one_changed_notice(
    celled: tuple[np.ndarray, FaissVectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, store = celled
    monkeypatch.setattr(faiss, "index_factory", lambda *said: pytest.fail("trained again"))
    changed = np.concatenate([rows[10:], clustered(10, seed=8)])
    after = vectors.build(changed, owners(4000), store, setting="")
    everything = Allowed.of(np.ones(400, dtype=bool), owners(4000))
    assert (after.size, store.size) == (4000, 4000)
    assert after.search(changed[3995], 1, everything).tolist() == [3995]


@pytest.mark.parametrize("many", [1, 8])
def test_a_store_finds_the_same_after_it_was_read_back(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 500)
    rows = clustered(400 * many)
    store = vectors.build(rows, owners(len(rows)), setting="")
    store.save(tmp_path)
    loaded = vectors.load(tmp_path)
    everything = Allowed.of(np.ones(40 * many, dtype=bool), owners(len(rows)))
    assert loaded.search(rows[9], 20, everything).tolist() == store.search(rows[9], 20, everything).tolist()
    assert loaded.reconstruct(np.arange(5)).tolist() == store.reconstruct(np.arange(5)).tolist()


def test_what_is_no_number_is_refused(tmp_path: Path) -> None:
    rows = clustered(20)
    rows[7, 3] = np.nan
    vectors.build(rows, owners(20), setting="").save(tmp_path)
    with pytest.raises(ValueError, match="holds what is no number"):
        vectors.load(tmp_path)


@pytest.mark.parametrize(
    ("kind", "metric", "said"),
    [
        ("HNSW8,Flat", faiss.METRIC_INNER_PRODUCT, "holds a IndexHNSWFlat"),
        ("Flat", faiss.METRIC_L2, "holds a IndexFlat"),
        ("IVF4,SQ8", faiss.METRIC_L2, "measures another distance"),
    ],
)
def test_another_kind_of_index_is_refused(kind: str, metric: int, said: str, tmp_path: Path) -> None:
    index = faiss.index_factory(32, kind, metric)
    index.train(clustered(200))
    faiss.write_index(index, str(tmp_path / "dense.faiss"))
    with pytest.raises(ValueError, match=said):
        vectors.load(tmp_path)


def test_a_passage_in_two_cells_is_refused(tmp_path: Path) -> None:
    index = faiss.index_factory(32, "IVF4,SQ8", faiss.METRIC_INNER_PRODUCT)
    rows = clustered(200)
    index.train(rows)
    index.add_with_ids(rows, np.where(np.arange(200) == 9, 8, np.arange(200)))
    faiss.write_index(index, str(tmp_path / "dense.faiss"))
    with pytest.raises(
        ValueError, match=r"a cell names a passage that is not there, or one that another cell has|stands in no"
    ):
        vectors.load(tmp_path)
