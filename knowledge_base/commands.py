"""What ``python -m knowledge_base`` does, one method a command; the lines and the JSON that people and the doors read."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import describing, gaps, intake, recorded, verify
from .answer import Answer, Decline
from .describing import STANDINGS, entry, line, standing
from .diff import Difference, difference
from .document import Document, Who
from .encoder import open_encoder
from .ingest import Refused as RefusedFile
from .library import Library
from .manifest import Damaged
from .progress import Bar
from .questions import matches
from .store import NoSuchVersion, Overtaken, Store

REASONS = {
    "out_of_domain": "这个问题不在现有文件的范围内。",
    "out_of_scope": "这个问题超出了可以回答的范围（其他学校的规定，或他人的个人信息）。",
    "not_found": "现有文件里没有找到相关规定。",
    "unsure": "没有把握，以下条款可能相关。",
}
ROLES = {"serving": "正在使用", "earlier": "以前的版本", "draft": "草稿", "taken_back": "已撤下"}


class Refused(Exception):
    """A command that cannot be done: a code for programs, one sentence for people, what else there is to say."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details


@dataclass(frozen=True, slots=True)
class Desk:
    """Where documents are kept, and how what is done is said. Every method gives an exit status or raises :class:`Refused`."""

    data: Path
    as_json: bool = False
    as_of: date | None = None

    @property
    def day(self) -> date:
        """The day asked for, or the campus's own: fixed by ``COUNSELLOR_TODAY``, else by its clock."""
        if self.as_of is not None:
            return self.as_of
        fixed = os.environ.get("COUNSELLOR_TODAY")
        if fixed:
            return date.fromisoformat(fixed)
        return datetime.now(ZoneInfo(os.environ.get("COUNSELLOR_TIMEZONE", "Asia/Shanghai"))).date()

    # saying

    def tell(self, said: dict[str, Any], *lines: str) -> None:
        """The JSON object or the lines."""
        print(json.dumps(said, ensure_ascii=False) if self.as_json else "\n".join(lines))

    def refuse(self, refused: Refused) -> None:
        """One line on standard error, or the JSON of it."""
        if self.as_json:
            error = {"code": refused.code, "message": refused.message, **refused.details}
            print(json.dumps({"error": error}, ensure_ascii=False))
        else:
            print(f"error: {refused.message}", file=sys.stderr)

    # documents

    def ingest(self, paths: Sequence[Path], *, draft: bool) -> int:
        """Reads files, publishes what could be read as one version; 1 where any of them could not."""
        taken: list[Document] = []
        failed: list[RefusedFile] = []
        with Bar("读取") as bar:

            def reading(far: intake.Progress) -> None:
                bar.what = f"{far.path.name} {far.what}"
                bar(far.done, far.total)

            with intake.Child(progress=reading) as child:
                for got in intake.taken(paths, child):
                    if isinstance(got, RefusedFile):
                        failed.append(got)
                        bar.wipe()
                        if not self.as_json:
                            print(f"error: {got.name}: {got.error}", file=sys.stderr)
                    else:
                        taken.append(got)
        if not taken and not failed:
            raise Refused("nothing_there", f"没有可以收录的文件：{'、'.join(map(str, paths))}")
        version: int | None = None
        if taken:
            version = self._published(taken, (), draft=draft)
            # Only what is published is reported; its repealed dates are known only beside the others.
            kept = {each.id: each for each in self._store().documents(version)}
            taken = [kept.get(each.id, each) for each in taken]
        lines = [row for each in taken for row in (line(each), *(f"  ? {doubt}" for doubt in each.uncertain))]
        if draft and version is not None:
            lines.append(f"草稿 {version}，尚未发布：python -m knowledge_base publish {version}")
        said = {
            "version": version,
            "draft": draft,
            "documents": [entry(each, self.day) for each in taken],
            "refused": [{"file": each.name, "message": str(each.error)} for each in failed],
        }
        if lines or self.as_json:
            self.tell(said, *lines)
        return 1 if failed else 0

    def listed(self) -> int:
        """Every published document."""
        library = self._library()
        documents = library.documents()
        rows = []
        for each in documents:
            parts = [f"{each.id}  {line(each)}", STANDINGS[standing(each, self.day)]]
            if who := describing.audience(each.audience):
                parts.append(who)
            if each.known:
                parts.append(f"{len(each.known)} known questions")
            rows.append("  ".join(parts))
        said = {"version": library.version, "documents": [entry(each, self.day) for each in documents]}
        if rows or self.as_json:
            self.tell(said, *rows)
        return 0

    def show(self, name: str, locator: str | None) -> int:
        """A document with its clauses, what is uncertain, its other versions; or one clause."""
        library = self._library()
        found = self._one(library, name)
        said = describing.whole(found, library, self.day)
        if locator is not None:
            said["clauses"] = [each for each in said["clauses"] if matches(each["locator"], locator)]
            if not said["clauses"]:
                raise Refused("no_such_clause", f"《{found.title}》里没有“{locator}”")
        head = [f"{found.id}  {line(found)}", STANDINGS[standing(found, self.day)]]
        if who := describing.audience(found.audience):
            head.append(f"适用：{who}")
        head += [f"  ? {doubt}" for doubt in found.uncertain]
        head += [
            f"其他版本：{each.id}  {line(each)}  {STANDINGS[standing(each, self.day)]}"
            for each in describing.versions_of(found, library)
        ]
        clauses = []
        for each in said["clauses"]:
            page = f"（第{each['page']}页）" if each["page"] else ""
            clauses += ["", f"【{each['locator']}】{page}", each["text"]]
            clauses += [f"  问法：{question}" for question in each["known"]]
        self.tell(said, *(head if locator is None else head[:1]), *clauses)
        return 0

    def remove(self, name: str, *, yes: bool, draft: bool) -> int:
        """A version without the document. On a terminal it asks first."""
        found = self._one(self._library(), name)
        if not yes and not self.as_json and sys.stdin.isatty():
            print(f"{found.id}  {line(found)}")
            if input("从知识库中移除这份文件？输入 y 确认：").strip().lower() not in ("y", "yes", "是"):
                raise Refused("not_confirmed", "没有移除")
        version = self._published([], {found.id}, draft=draft)
        removed = f"已移除《{found.title}》" if not draft else f"草稿 {version} 里没有《{found.title}》，尚未发布"
        self.tell({"version": version, "draft": draft, "removed": entry(found, self.day)}, removed)
        return 0

    # questions

    def ask(self, question: str, who: Who, before: str | None) -> int:
        """An answer, or why there is none."""
        library = self._library()
        said = library.answer(question, self.day, who=who, before=before)
        if library.state == "degraded":
            print(f"warning: {_degraded(library)}", file=sys.stderr)
        self.tell(describing.said(said), *_lines(said))
        return 0

    def gaps(self) -> int:
        """What is asked and not answered, alike questions together."""
        library = self._library()
        found = gaps.gaps(library, self._recorded(), self.day)
        rows = []
        for each in found:
            days = f"{each.first}" if each.first == each.last else f"{each.first} 至 {each.last}"
            rows.append(
                f"{each.count} 次  {'　'.join(each.examples)}  ({each.questions} 种问法，{days}，{each.reason})"
            )
            rows += [f"  最近的条款：《{near.document}》{near.locator}" for near in each.nearest]
        self.tell({"gaps": [each.to_json() for each in found]}, *(rows or ["没有未回答的问题。"]))
        return 0

    # versions

    def publish(self, number: int | None, questions: Path | None, *, check: bool) -> int:
        """Lets a draft serve, having said which answers change; with ``check`` not if any gets worse."""
        store = self._store()
        chosen = number if number is not None else self._newest_draft(store)
        if chosen is None:
            raise Refused("no_draft", "没有草稿可以发布")
        if chosen == store.serving():
            raise Refused("serves_already", f"版本 {chosen} 正在使用")
        if chosen not in store.drafts():
            raise Refused("no_such_version", f"没有草稿 {chosen}")
        found = self._difference(store.serving(), chosen, questions) if store.serving() is not None else None
        worse = found.worse if found else ()
        if check and worse:
            raise Refused(
                "answers_worse",
                f"有 {len(worse)} 个问题的回答变差，没有发布：{'；'.join(each.question for each in worse[:5])}",
                diff=found.to_json() if found else None,
            )
        try:
            with Bar("嵌入"):
                store.release(chosen, open_encoder())
        except Overtaken as error:
            raise Refused("overtaken", f"草稿 {chosen} 之后又发布过别的版本，请重新收录（{error}）") from error
        except (NoSuchVersion, Damaged) as error:
            raise Refused("not_publishable", f"草稿 {chosen} 不能发布：{error}") from error
        rows = [*_changes(found), f"版本 {chosen} 已发布"] if found else [f"版本 {chosen} 已发布"]
        self.tell({"version": chosen, "diff": found.to_json() if found else None}, *rows)
        return 0

    def rollback(self, number: int | None) -> int:
        """Lets an earlier version serve again."""
        store = self._store()
        before = store.serving()
        try:
            chosen = store.rollback(number)
        except NoSuchVersion as error:
            raise Refused(
                "no_such_version", "没有更早的版本" if number is None else f"没有更早的版本 {number}"
            ) from error
        except Damaged as error:
            raise Refused("damaged", f"那个版本已损坏，没有回退：{error}") from error
        self.tell({"version": chosen, "before": before}, f"已回到版本 {chosen}；版本 {before} 可用 publish 重新发布")
        return 0

    def versions(self) -> int:
        """Every version and draft, by what each says of itself."""
        found = verify.versions(self._store())
        if found or self.as_json:
            self.tell({"versions": [each.to_json() for each in found]}, *map(_version, found))
        return 0

    def diff(self, old: int | None, new: int | None, questions: Path | None) -> int:
        """Which recorded questions change their answer."""
        store = self._store()
        serving = store.serving()
        draft = self._newest_draft(store)
        if new is None:
            new = draft if draft is not None and (old is None or old == serving) else serving
        if old is None:
            earlier = [
                each.number for each in store.published() if each.number != new and each.number in store.versions()
            ]
            old = earlier[0] if earlier else None
        if old is None or new is None:
            raise Refused("no_such_version", "没有两个版本可以比较")
        found = self._difference(old, new, questions)
        self.tell(found.to_json(), *_changes(found))
        return 0

    def verify(self) -> int:
        """Checks everything there is; 1 where the version that serves, or any other, is not what was published."""
        store = self._store()
        with Bar("检查") as bar:
            found = verify.verify(store, open_encoder(), bar)
        problems = [each for each in found if each.problem]
        rows = [*map(_version, found), "一切完好。" if not problems else f"{len(problems)} 个版本有问题。"]
        self.tell({"versions": [each.to_json() for each in found], "well": not problems}, *rows)
        return 1 if problems else 0

    # parts

    def _store(self) -> Store:
        return Store(self.data / "knowledge")

    def _library(self) -> Library:
        return Library.open(self.data / "knowledge")

    def _published(self, incoming: Sequence[Document], without: set[str] | tuple[()], *, draft: bool) -> int:
        with Bar("嵌入") as bar:
            store = Store(self.data / "knowledge", progress=bar)
            try:
                return store.publish(incoming, open_encoder(), without=without, draft=draft)
            except Damaged as error:
                raise Refused("not_publishable", f"新版本没有通过检查，没有发布：{error}") from error

    def _one(self, library: Library, name: str) -> Document:
        found = library.named(name)
        if not found:
            raise Refused("no_such_document", f"没有文件“{name}”")
        if len(found) > 1:
            several = "；".join(f"{each.id} 《{each.title}》{each.number or ''}" for each in found[:10])
            raise Refused("several_documents", f"“{name}”不止一份，请用编号：{several}")
        return found[0]

    def _newest_draft(self, store: Store) -> int | None:
        return next((number for number in store.drafts() if not store.taken_back(number)), None)

    def _recorded(self) -> list[recorded.Recorded]:
        try:
            return recorded.recorded(os.environ.get("COUNSELLOR_DATABASE_URL") or self.data / "doors.sqlite")
        except recorded.Unreadable as error:
            raise Refused("unreadable", str(error)) from error

    def _difference(self, old: int | None, new: int, questions: Path | None) -> Difference:
        store, encoder = self._store(), open_encoder()
        try:
            libraries = [Library.of(store, number, encoder) for number in (old, new) if number is not None]
            before, after = libraries
        except (Damaged, ValueError) as error:
            raise Refused("damaged", f"版本读不出来：{error}") from error
        asked = recorded.known([*before.documents(), *after.documents()])
        asked += [each.question for each in self._recorded()]
        if questions is not None:
            try:
                asked += recorded.in_file(questions)
            except recorded.Unreadable as error:
                raise Refused("unreadable", str(error)) from error
        with Bar("比较") as bar:
            return difference(before, after, asked, self.day, bar)


def _lines(said: Answer | Decline) -> list[str]:
    if isinstance(said, Answer):
        return [said.text]
    return [REASONS[said.reason], *(f"· 《{each.document}》{each.locator}：{each.quote}" for each in said.suggestions)]


def _degraded(library: Library) -> str:
    serves = f"版本 {library.version} 代替它" if library.version is not None else "没有版本可用"
    return f"发布的版本 {library.store.serving()} 不能使用，{serves}；python -m knowledge_base verify 说明原因"


def _version(each: verify.Version) -> str:
    held = f"{each.documents} 份文件，{each.passages} 条" if each.documents is not None else ""
    parts = [str(each.number), ROLES[each.role], each.made or "", held, *each.notes]
    if each.problem:
        parts.append(f"problem: {each.problem}")
    return "  ".join(part for part in parts if part)


def _changes(found: Difference) -> list[str]:
    rows = []
    for each in found.changes:
        rows += [
            f"{'变差' if each.worse else '变化'}：{each.question}",
            f"  旧 {_short(each.old)}",
            f"  新 {_short(each.new)}",
        ]
    rows.append(
        f"版本 {found.old} → {found.new}：{found.asked} 个问题，{len(found.changes)} 个回答不同，{len(found.worse)} 个变差"
    )
    return rows


def _short(said: Answer | Decline) -> str:
    if isinstance(said, Decline):
        return f"不答（{said.reason}）"
    return "；".join(f"《{each.document}》{each.locator}：{' '.join(each.quote.split())}" for each in said.sources)
