"""Publishing: built aside, verified before use, swapped in at once."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge_base import Decline, Document, Library, open_encoder
from knowledge_base.embeddings import Embeddings
from knowledge_base.store import KEPT, Damaged, Store

from .conftest import DORMITORY_2021, DORMITORY_2025, GUIDE, CountingEncoder

Make = Callable[..., Document]
TODAY = date(2026, 1, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "knowledge")


def titles(store: Store, encoder: CountingEncoder) -> list[str]:
    found = store.newest_good(encoder.id)
    return [] if found is None else [document.title for document in found[1].documents]


def test_nothing_published_is_an_empty_store_and_creates_no_folder(store: Store, encoder: CountingEncoder) -> None:
    assert (store.newest_good(encoder.id), store.stamp(), store.folder.exists()) == (None, None, False)


def test_a_published_version_is_read_back_equal(store: Store, encoder: CountingEncoder, made: Make) -> None:
    document = made(GUIDE)
    number = store.publish([document], encoder)
    assert (number, store.serving()) == (1, 1)
    assert store.load(1, encoder.id).documents == (document,)


def test_publishing_again_takes_in_beside_what_is_there(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(DORMITORY_2021)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    found = store.newest_good(encoder.id)
    assert found is not None
    assert [(each.number, each.repealed) for each in found[1].documents] == [
        ("示范大学学〔2021〕22号", date(2025, 9, 1)),
        ("示范大学学〔2025〕18号", None),
    ]


def test_only_changed_clauses_are_embedded_again(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(DORMITORY_2025)], encoder)
    before = encoder.embedded
    store.publish([made(DORMITORY_2025.replace("23:30", "22:30"))], encoder)
    assert encoder.embedded - before == 1


def test_publishing_the_same_again_writes_nothing(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    stamp = store.stamp()
    assert (store.publish([made(GUIDE)], encoder), store.stamp()) == (1, stamp)


def test_the_last_versions_are_kept_and_older_ones_go(store: Store, encoder: CountingEncoder, made: Make) -> None:
    for hour in range(10, 16):
        store.publish([made(GUIDE.replace("24小时", f"{hour}时起"))], encoder)
    assert (store.serving(), store.versions()) == (6, [6, 5, 4])
    assert len(store.versions()) == KEPT


@pytest.mark.parametrize("name", ["documents.json", "dense.faiss", "lexical/data.npy", "manifest.json"])
@pytest.mark.parametrize("damage", ["changed", "cut", "missing"])
def test_a_damaged_version_is_refused_and_the_last_good_one_serves(
    store: Store, encoder: CountingEncoder, made: Make, caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    store.publish([made(DORMITORY_2021)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    path = store.folder / "versions" / "2" / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else bytes([content[0] ^ 1]) + content[1:])
    with caplog.at_level(logging.ERROR):
        found = store.newest_good(encoder.id)
    assert found is not None
    assert found[0] == 1
    assert [record.getMessage().split(" reason=")[0] for record in caplog.records] == [
        "knowledge.version_refused version=2"
    ]


def test_damage_is_found_before_faiss_reads_a_byte(
    store: Store, encoder: CountingEncoder, made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish([made(GUIDE)], encoder)
    (store.folder / "versions" / "1" / "dense.faiss").write_bytes(b"not an index")
    monkeypatch.setattr("faiss.read_index", lambda path: pytest.fail("faiss parsed an unverified file"))
    with pytest.raises(Damaged) as error:
        store.load(1, encoder.id)
    assert str(error.value) == "dense.faiss is not the file that was published"


def test_a_half_built_version_is_never_read_and_swept_away(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    half = store.folder / "versions" / "building-2"
    half.mkdir()
    (half / "documents.json").write_text("[")
    assert titles(store, encoder) == ["示范大学学生服务指南"]
    store.publish([made(DORMITORY_2025)], encoder)
    assert sorted(path.name for path in (store.folder / "versions").iterdir()) == ["1", "2"]


def test_a_pointer_to_nowhere_falls_back_to_the_newest_version(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    store.current.write_text("9\n")
    assert titles(store, encoder) == ["示范大学学生服务指南"]


def test_an_index_of_another_encoder_is_refused(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    with pytest.raises(Damaged) as error:
        store.load(1, "other/engine")
    assert str(error.value) == "made by the encoder 'test/characters-64', this process uses 'other/engine'"


def test_after_a_change_of_the_encoder_the_documents_stay(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(DORMITORY_2021)], encoder)
    other = CountingEncoder()
    other.id = "test/other"
    store.publish([made(DORMITORY_2025)], other)
    assert titles(store, other) == ["示范大学学生宿舍管理规定", "示范大学学生宿舍管理规定（2025年修订）"]


def test_the_manifest_names_every_file_with_its_hash(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    folder = store.folder / "versions" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}
    assert (manifest["documents"], manifest["passages"], manifest["engine"]) == (1, 2, encoder.id)


def test_writers_wait_for_each_other_and_nothing_is_lost(store: Store, encoder: CountingEncoder, made: Make) -> None:
    documents = [made(GUIDE.replace("服务指南", f"{name}指南")) for name in "甲乙丙丁"]
    threads = [threading.Thread(target=store.publish, args=([each], encoder)) for each in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(titles(store, encoder)) == sorted(each.title for each in documents)


def test_a_broken_cache_of_vectors_costs_time_and_nothing_else(tmp_path: Path, encoder: CountingEncoder) -> None:
    cache = Embeddings(tmp_path, encoder)
    first = cache.of(["甲", "乙"])
    cache.save()
    assert Embeddings(tmp_path, encoder).of(["乙", "甲"]).tolist() == first[::-1].tolist()
    assert encoder.embedded == 2
    cache.path.write_bytes(b"broken")
    assert Embeddings(tmp_path, encoder).of(["甲", "乙"]).tolist() == first.tolist()


def test_a_library_with_nothing_published_declines(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "knowledge")
    assert (library.answer("宿舍几点关门", TODAY), library.find("宿舍", TODAY), library.documents()) == (
        Decline("not_found", ()),
        [],
        [],
    )
    assert library.refresh() is False


def test_a_library_sees_what_is_published_after_it_was_opened(tmp_path: Path, made: Make) -> None:
    store = Store(tmp_path / "knowledge")
    library = Library.open(store.folder)
    store.publish([made(GUIDE)], open_encoder())
    assert (library.version, library.refresh(), library.version, library.refresh()) == (None, True, 1, False)
    assert [each.title for each in library.documents()] == ["示范大学学生服务指南"]


def test_a_damaged_publication_leaves_the_library_as_it_was(tmp_path: Path, made: Make) -> None:
    store = Store(tmp_path / "knowledge")
    store.publish([made(GUIDE)], open_encoder())
    library = Library.open(store.folder)
    store.publish([made(DORMITORY_2025)], open_encoder())
    (store.folder / "versions" / "2" / "dense.faiss").write_bytes(b"")
    assert (library.refresh(), library.version) == (False, 1)


def test_questions_are_answered_while_versions_are_swapped(tmp_path: Path, made: Make) -> None:
    store = Store(tmp_path / "knowledge")
    encoder = open_encoder()
    store.publish([made(DORMITORY_2021)], encoder)
    library = Library.open(store.folder)
    vector = encoder.query("宿舍楼几点关门")
    wrong: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            for hit in library.find("宿舍楼几点关门", TODAY, vector=vector):
                if hit.document.text[hit.passage.start : hit.passage.end] not in hit.passage.indexed:
                    wrong.append(hit.passage.locator)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for hour in ("21:30", "22:30", "23:45"):
        store.publish([made(DORMITORY_2025.replace("23:30", hour))], encoder)
        assert library.refresh() is True
    stop.set()
    for thread in threads:
        thread.join()
    assert (wrong, library.version) == ([], 4)
