"""Publishing: built aside, verified before use, swapped in at once."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import Decline, Document, Library, open_encoder
from knowledge_base.embeddings import Embeddings
from knowledge_base.index import Index
from knowledge_base.manifest import FORMAT, sha256
from knowledge_base.pointer import Entry
from knowledge_base.store import KEPT, Damaged, NoSuchVersion, OtherEngine, OtherFormat, Overtaken, Store

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


@pytest.mark.parametrize("damage", ["changed", "cut", "missing"])
def test_a_version_with_any_damaged_file_is_refused_and_the_last_good_one_serves(
    store: Store, encoder: CountingEncoder, made: Make, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    store.publish([made(DORMITORY_2021)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    paths = [path for path in (store.folder / "versions" / "2").rglob("*") if path.is_file()]
    assert {"documents.json", "manifest.json"} < {path.name for path in paths}
    for path in paths:
        caplog.clear()
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes(content[: len(content) // 2] if damage == "cut" else bytes([content[0] ^ 1]) + content[1:])
        with caplog.at_level(logging.ERROR):
            found = store.newest_good(encoder.id)
        assert found is not None
        assert (path.name, found[0]) == (path.name, 1)
        assert [record.getMessage().split(" reason=")[0] for record in caplog.records] == [
            "knowledge.version_refused version=2"
        ]
        path.write_bytes(content)
    found = store.newest_good(encoder.id)
    assert found is not None
    assert found[0] == 2


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


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"1\n", b"one\n", b"1 abc\n2 def\n"])
def test_a_pointer_that_was_changed_points_at_nothing_and_the_newest_version_serves(
    store: Store, encoder: CountingEncoder, made: Make, content: bytes
) -> None:
    store.publish([made(DORMITORY_2021)], encoder)
    store.publish([made(GUIDE)], encoder)
    pointer = store.current.read_bytes()
    for changed in (content, pointer.replace(b"2", b"1", 1), pointer[:-3]):
        store.current.write_bytes(changed)
        assert (store.serving(), len(titles(store, encoder))) == (None, 2)


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


# what the manifest says


def rewritten(store: Store, number: int, **changed: object) -> None:
    """A manifest that says something else, as one who knows the format could write it; pointed at as it is now."""
    path = store.place(number) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    sealed = [Entry(each.number, sha256(path) if each.number == number else each.seal) for each in store.published()]
    store._point_at(sealed)


@pytest.mark.parametrize(("name", "value"), [("documents", 2), ("passages", 3), ("known", 1), ("version", 7)])
def test_a_manifest_that_counts_otherwise_is_refused_even_under_its_own_seal(
    store: Store, encoder: CountingEncoder, made: Make, name: str, value: int
) -> None:
    store.publish([made(GUIDE)], encoder)
    rewritten(store, 1, **{name: value})
    with pytest.raises(Damaged):
        store.load(1, encoder.id)


def test_a_manifest_that_was_edited_to_match_a_damaged_file_is_refused(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    folder = store.place(1)
    text = (folder / "documents.json").read_text().replace("24小时", "25小时")
    (folder / "documents.json").write_text(text)
    stored = json.loads((folder / "manifest.json").read_text())
    stored["files"]["documents.json"] = {
        "sha256": sha256(folder / "documents.json"),
        "bytes": (folder / "documents.json").stat().st_size,
    }
    (folder / "manifest.json").write_text(json.dumps(stored))
    with pytest.raises(Damaged) as error:
        store.load(1, encoder.id)
    assert str(error.value) == "the manifest is not the one that was published"


def test_the_manifest_says_by_which_numbers_the_version_is_searched(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    listed = store.manifest(1)
    assert (listed.format, listed.engine, listed.dimensions, listed.base) == (FORMAT, encoder.id, 64, None)
    assert (len(listed.ranking), len(listed.gate)) == (12, 12)
    assert [len(probe["hits"]) for probe in listed.probes] == [2, 2]


# verified before the swap


def test_a_version_that_cannot_be_read_back_is_never_swapped_in(
    store: Store, encoder: CountingEncoder, made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish([made(GUIDE)], encoder)
    save = Index.save

    def half(index: Index, folder: Path) -> None:
        save(index, folder)
        np.save(folder / "known.npy", np.zeros((3, 64), dtype=np.float32))

    monkeypatch.setattr(Index, "save", half)
    stamp = store.stamp()
    with pytest.raises(Damaged):
        store.publish([made(DORMITORY_2025)], encoder)
    assert (store.stamp(), store.serving(), titles(store, encoder)) == (stamp, 1, ["示范大学学生服务指南"])


def test_a_version_that_finds_something_else_once_it_is_written_is_never_swapped_in(
    store: Store, encoder: CountingEncoder, made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish([made(GUIDE)], encoder)
    load = Index.load

    def forgetful(folder: Path, documents: object, engine_id: str) -> Index:
        loaded = load(folder, None, engine_id)
        return replace(loaded, lexical=None)

    monkeypatch.setattr(Index, "load", forgetful)
    with pytest.raises(Damaged, match="finds something else"):
        store.publish([made(DORMITORY_2025)], encoder)
    monkeypatch.undo()
    assert titles(store, encoder) == ["示范大学学生服务指南"]


# taken back


def test_what_is_removed_repeals_nobody_any_more_and_is_found_no_longer(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    old, new = made(DORMITORY_2021), made(DORMITORY_2025)
    store.publish([old, new], encoder)
    store.publish([], encoder, without={new.id})
    index = store.load(2, encoder.id)
    assert [(each.number, each.repealed) for each in index.documents] == [("示范大学学〔2021〕22号", None)]
    assert len(index.passages) == index.dense.size == 2
    hits = index.search("周五、周六24:00关门", encoder.query("周五、周六24:00关门"), TODAY).hits
    assert {hit.document.id for hit in hits} == {old.id}


def test_a_replaced_document_is_searched_by_its_new_words_alone(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(DORMITORY_2025)], encoder)
    store.publish([made(DORMITORY_2025.replace("调宿", "换寝室"))], encoder)
    index = store.load(2, encoder.id)
    assert index.lexical is not None
    assert (index.lexical.frequency("寝室"), index.lexical.frequency("调宿"), index.dense.size) == (1, 0, 3)


def test_the_last_document_may_be_removed_too(store: Store, encoder: CountingEncoder, made: Make) -> None:
    guide = made(GUIDE)
    store.publish([guide], encoder)
    store.publish([], encoder, without={guide.id})
    assert (store.serving(), titles(store, encoder)) == (2, [])


def test_a_version_is_rolled_back_and_can_be_published_again(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    assert (store.rollback(), store.serving(), store.versions(), store.drafts()) == (1, 1, [1], [2])
    assert titles(Store(store.folder), encoder) == ["示范大学学生服务指南"]
    assert (store.release(2, encoder), store.serving(), store.drafts()) == (2, 2, [])


def test_after_a_rollback_the_next_publication_goes_on_from_there(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    store.rollback()
    assert store.publish([made(DORMITORY_2021)], encoder) == 3
    assert titles(store, encoder) == ["示范大学学生服务指南", "示范大学学生宿舍管理规定"]
    with pytest.raises(Overtaken):
        store.release(2, encoder)


def test_a_rollback_may_go_back_several_versions_and_no_further_than_there_are(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    for hour in range(10, 13):
        store.publish([made(GUIDE.replace("24小时", f"{hour}时起"))], encoder)
    with pytest.raises(NoSuchVersion):
        store.rollback(9)
    assert (store.rollback(1), store.serving(), store.drafts()) == (1, 1, [3, 2])
    with pytest.raises(NoSuchVersion):
        store.rollback()


def test_a_damaged_version_is_not_rolled_back_to(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    (store.place(1) / "documents.json").write_text("[]")
    with pytest.raises(Damaged):
        store.rollback()
    assert store.serving() == 2


def test_what_was_taken_back_does_not_serve_when_everything_else_is_damaged(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    store.rollback()
    (store.place(1) / "documents.json").write_text("[]")
    assert store.newest_good(encoder.id) is None


# drafts


def test_a_draft_does_not_serve_until_it_is_released(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    stamp = store.stamp()
    assert store.publish([made(DORMITORY_2021)], encoder, draft=True) == 2
    assert (store.stamp(), store.drafts(), titles(store, encoder)) == (stamp, [2], ["示范大学学生服务指南"])
    store.release(2, encoder)
    assert titles(store, encoder) == ["示范大学学生服务指南", "示范大学学生宿舍管理规定"]


def test_drafts_add_up(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2021)], encoder, draft=True)
    store.publish([made(DORMITORY_2025)], encoder, draft=True)
    store.release(3, encoder)
    assert len(titles(store, encoder)) == 3


def test_a_draft_is_not_built_on_what_was_taken_back(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    store.rollback()
    number = store.publish([made(DORMITORY_2021)], encoder, draft=True)
    assert [each.number for each in store.documents(number)] == [None, "示范大学学〔2021〕22号"]


def test_a_damaged_draft_is_not_released(store: Store, encoder: CountingEncoder, made: Make) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2021)], encoder, draft=True)
    (store.place(2) / "documents.json").write_text("[]")
    with pytest.raises(Damaged):
        store.release(2, encoder)
    assert (store.serving(), store.drafts()) == (1, [2])


def test_a_writer_killed_before_it_pointed_leaves_a_draft_and_no_half(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    pointer = store.current.read_bytes()
    store.publish([made(DORMITORY_2025)], encoder)
    store.current.write_bytes(pointer)
    (store.folder / "current.tmp").write_bytes(b"2")
    assert titles(store, encoder) == ["示范大学学生服务指南"]
    store.publish([made(DORMITORY_2021)], encoder)
    assert (store.versions(), store.drafts(), store.taken_back(2)) == ([3, 1], [2], True)
    assert not (store.folder / "current.tmp").exists()


# other editions, other encoders


def of_an_earlier_edition(store: Store, number: int) -> None:
    """A version as format 2 laid it out: fewer fields in a document, a pointer of one number."""
    folder = store.place(number)
    stored = json.loads((folder / "documents.json").read_text())
    plain = [
        {name: value for name, value in each.items() if name not in ("audience", "kept_for", "uncertain")}
        for each in stored
    ]
    (folder / "documents.json").write_text(json.dumps(plain, ensure_ascii=False))
    listed = {
        "documents.json": {
            "sha256": sha256(folder / "documents.json"),
            "bytes": (folder / "documents.json").stat().st_size,
        }
    }
    old = {
        "format": 2,
        "version": number,
        "engine": store.manifest(number).engine,
        "documents": len(plain),
        "files": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(old))
    store.current.write_text(f"{number}\n")


def test_a_version_of_an_earlier_edition_is_made_anew_when_the_library_is_opened(tmp_path: Path, made: Make) -> None:
    store = Store(tmp_path / "knowledge")
    store.publish([made(GUIDE)], open_encoder())
    of_an_earlier_edition(store, 1)
    with pytest.raises(OtherFormat):
        store.load(1, open_encoder().id)
    library = Library.open(store.folder)
    assert (library.version, library.state, [each.title for each in library.documents()]) == (
        2,
        "ok",
        ["示范大学学生服务指南"],
    )
    assert store.documents(2) == [made(GUIDE)]


def test_a_version_of_an_earlier_edition_is_not_passed_over_for_an_older_one(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    store.publish([made(DORMITORY_2025)], encoder)
    of_an_earlier_edition(store, 2)
    assert store.newest_good(encoder.id) is None
    assert store.renew(encoder, other_engine=False) == 3
    assert len(titles(store, encoder)) == 2
    assert store.renew(encoder, other_engine=False) is None


def test_a_version_of_which_not_even_the_documents_can_be_read_is_said_to_be_degraded(
    tmp_path: Path, made: Make, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "knowledge")
    store.publish([made(GUIDE)], open_encoder())
    (store.place(1) / "documents.json").write_text("[]")
    library = Library.open(store.folder)
    assert (library.version, library.state, library.answer("宿舍报修电话", TODAY)) == (
        None,
        "degraded",
        Decline("not_found", ()),
    )
    assert "knowledge.not_renewed" in caplog.text


def test_another_encoder_takes_a_folder_over_only_where_it_is_told_to(
    store: Store, encoder: CountingEncoder, made: Make
) -> None:
    store.publish([made(GUIDE)], encoder)
    other = CountingEncoder()
    other.id = "test/other"
    with pytest.raises(OtherEngine):
        store.renew(other, other_engine=False)
    assert store.serving() == 1
    assert (store.renew(other, other_engine=True), titles(store, other)) == (2, ["示范大学学生服务指南"])


# two knowledge bases in one process


def test_two_libraries_in_one_process_know_nothing_of_each_other(tmp_path: Path, made: Make) -> None:
    encoder = open_encoder()
    texts = {"东": DORMITORY_2025.replace("23:30", "21:15"), "西": DORMITORY_2025.replace("23:30", "22:45")}
    libraries = {}
    for name, text in texts.items():
        Store(tmp_path / name).publish([made(text)], encoder)
        libraries[name] = Library.open(tmp_path / name, encoder)
    vector = encoder.query("宿舍楼几点关门")
    wrong: list[str] = []
    asked = threading.Semaphore(0)

    def ask(name: str, own: str, others: str) -> None:
        for _ in range(40):
            libraries[name].refresh()
            found = "".join(
                hit.document.text[hit.passage.start : hit.passage.end]
                for hit in libraries[name].find("宿舍楼几点关门", TODAY, vector=vector)
            )
            if own not in found or others in found:
                wrong.append(found)
            asked.release()

    threads = [threading.Thread(target=ask, args=("东", "21:15", "22:45")) for _ in range(2)]
    threads += [threading.Thread(target=ask, args=("西", "22:45", "21:15")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        asked.acquire()
    Store(tmp_path / "西").publish([made(GUIDE)], encoder)
    for thread in threads:
        thread.join()
    libraries["西"].refresh()
    assert wrong == []
    assert [len(libraries[name].documents()) for name in texts] == [1, 2]


def test_an_empty_library_answers_nothing_even_after_its_last_document_went(tmp_path: Path, made: Make) -> None:
    store = Store(tmp_path / "knowledge")
    guide = made(GUIDE)
    store.publish([guide], open_encoder())
    store.publish([], open_encoder(), without={guide.id})
    library = Library.open(store.folder)
    assert (library.state, library.find("宿舍报修", TODAY)) == ("empty", [])
    assert isinstance(library.answer("宿舍报修的电话是多少", TODAY), Decline)
