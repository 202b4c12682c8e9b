"""Vectors on a real PostgreSQL server with pgvector: the same finds, the same filters, nothing lost silently."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import pgvectors, vectors
from knowledge_base.document import Document, Passage
from knowledge_base.index import Index
from knowledge_base.pgvectors import PostgresVectors, Unreachable
from knowledge_base.vectors import Allowed
from tests.knowledge_base.conftest import CountingEncoder
from tests.knowledge_base.test_vectors import best, clustered, owners


def kept(server: str, rows: np.ndarray) -> PostgresVectors:
    store = vectors.build(rows, owners(len(rows)), setting=server)
    assert isinstance(store, PostgresVectors)
    return store


def test_the_nearest_are_found_with_the_filter_in_the_query(server: str) -> None:
    rows = clustered(400)
    store = kept(server, rows)
    for chosen in (np.ones(40, dtype=bool), np.arange(40) % 3 == 0, np.arange(40) == 8):
        allowed = Allowed.of(chosen, owners(400))
        assert store.search(rows[10], 12, allowed).tolist() == best(rows, rows[10], min(12, allowed.count), allowed)
    assert store.search(rows[0], 5, Allowed.of(np.zeros(40, dtype=bool), owners(400))).tolist() == []


def test_vectors_come_back_to_the_bit_and_in_the_order_asked(server: str) -> None:
    rows = clustered(50)
    assert kept(server, rows).reconstruct(np.array([7, 3, 49])).tolist() == rows[[7, 3, 49]].tolist()


def test_a_large_library_has_a_graph_and_a_narrow_filter_still_finds_everything(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgvectors, "EXACT_UP_TO", 500)
    monkeypatch.setattr(pgvectors, "FEW", 50)
    rows = clustered(2000)
    store = kept(server, rows)
    half = Allowed.of(np.arange(200) % 2 == 0, owners(2000))
    found = [
        len(set(store.search(rows[at], 10, half).tolist()) & set(best(rows, rows[at], 10, half))) for at in range(20)
    ]
    assert sum(found) / 200 > 0.9
    tenth = Allowed.of(np.arange(200) < 21, owners(2000))
    assert len(store.search(rows[1999], 100, tenth)) == 100


def test_versions_do_not_see_each_other(server: str) -> None:
    first, second = kept(server, clustered(40)), kept(server, clustered(60, seed=9))
    everything = Allowed.of(np.ones(4, dtype=bool), owners(40))
    assert first.search(clustered(60, seed=9)[50], 100, everything).max() < 40
    assert (first.size, second.size) == (40, 60)


def test_a_version_is_opened_again_by_its_file(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = clustered(40)
    store = kept(server, rows)
    store.save(tmp_path)
    store.close()
    monkeypatch.setenv(vectors.SETTING, server)
    loaded = vectors.load(tmp_path)
    assert loaded.reconstruct(np.arange(40)).tolist() == rows.tolist()
    assert server.split("?")[0] not in (tmp_path / "vectors.json").read_text()


@pytest.mark.parametrize("change", [{"size": 41}, {"dimensions": 33}, {"version": "0" * 32}])
def test_a_version_the_server_does_not_have_whole_is_refused(
    change: dict[str, object], server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(server, clustered(40)).save(tmp_path)
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    monkeypatch.setenv(vectors.SETTING, server)
    with pytest.raises(ValueError, match="the PostgreSQL server does not have the vectors of this version"):
        vectors.load(tmp_path)


def test_without_the_address_the_version_is_refused(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(server, clustered(40)).save(tmp_path)
    monkeypatch.delenv(vectors.SETTING, raising=False)
    with pytest.raises(ValueError, match="COUNSELLOR_VECTORS names none"):
        vectors.load(tmp_path)


def test_a_lost_connection_is_opened_again(server: str) -> None:
    rows = clustered(40)
    store = kept(server, rows)
    other = kept(server, rows)
    pid = store._ask(lambda connection: connection.execute("SELECT pg_backend_pid()").fetchone()[0])
    other._ask(lambda connection: connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)))
    everything = Allowed.of(np.ones(4, dtype=bool), owners(40))
    assert store.search(rows[5], 1, everything).tolist() == [5]


def test_a_server_that_is_away_has_a_name(server: str) -> None:
    with pytest.raises(Unreachable, match="PostgreSQL: OperationalError"):
        vectors.build(clustered(10), owners(10), setting="postgresql://nobody@127.0.0.1:9/nothing")


def test_the_oldest_versions_are_dropped(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgvectors, "KEPT", 2)
    stores = [kept(server, clustered(10, seed=seed)) for seed in range(6)]
    everything = Allowed.of(np.ones(1, dtype=bool), owners(10))
    assert [len(store.search(clustered(10)[0], 10, everything)) for store in stores] == [0, 0, 0, 0, 10, 10]


def test_an_index_on_the_server_finds_what_one_in_files_finds(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    encoder = CountingEncoder()
    said = ["宿舍23:30关门", "成绩单在教务处打印", "奖学金每年评一次", "校园卡丢失要挂失"]
    documents = [
        Document(f"规定{at}", None, None, None, None, text, (), (Passage(0, len(text), "第一条", text),), f"{at}")
        for at, text in enumerate(said)
    ]
    rows = encoder.passages(said)
    monkeypatch.delenv(vectors.SETTING, raising=False)
    files = Index.build(documents, rows, encoder.id)
    monkeypatch.setenv(vectors.SETTING, server)
    Index.build(documents, rows, encoder.id).save(tmp_path)
    loaded = Index.load(tmp_path, None, encoder.id)
    for question in ("成绩单去哪打印", "校园卡丢了"):
        vector = encoder.query(question)
        there, here = (each.search(question, vector, date(2026, 1, 1)) for each in (loaded, files))
        assert [hit.passage for hit in there.hits] == [hit.passage for hit in here.hits]
