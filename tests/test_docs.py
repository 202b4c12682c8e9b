"""The documents say what the code does: settings, commands, links, and the walks a newcomer copies."""

from __future__ import annotations

import importlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

import actions.settings
import connectors.settings
from bot.words import read_questions, read_services
from eval.house import ROOT
from knowledge_base.ingest import read
from knowledge_base.structure import document

DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *DECISIONS]
ROOMS = ("actions", "bot", "connectors", "eval", "knowledge_base", "scripts")

SETTING = re.compile(r"\bCOUNSELLOR_[A-Z_]*[A-Z]\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"""["'](--[a-z-]+)["']""")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sources() -> list[Path]:
    """Every program of ours, Rasa's side included."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if ".venv" not in path.parts]
    return [*found, *(path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix)]


def blocks(page: str, language: str) -> list[str]:
    return [body for _, named, body in FENCE.findall(text(DOCS / page)) if named == language]


def documented() -> dict[str, str]:
    """Every setting in the tables of ``settings.md`` with its default as it is printed there."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", text(DOCS / "settings.md"), re.MULTILINE)
    assert len({name for name, _ in rows}) == len(rows)
    return dict(rows)


def printed(default: Any) -> str:
    """A default as ``settings.md`` prints it."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "none" if default is None else "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


# settings


@pytest.mark.parametrize(
    "settings", [connectors.settings.Settings, actions.settings.Settings], ids=lambda of: of.__module__
)
def test_every_field_is_documented_with_its_name_and_its_default(settings: type[BaseSettings]) -> None:
    prefix, said = settings.model_config["env_prefix"], documented()
    wanted = {f"{prefix}{name.upper()}": printed(field.default) for name, field in settings.model_fields.items()}
    assert {name: said.get(name) for name in wanted} == wanted


def test_the_settings_page_names_every_setting_a_program_reads_and_no_other() -> None:
    fields = [*connectors.settings.Settings.model_fields, *actions.settings.Settings.model_fields]
    constants = {name for path in sources() for name in re.findall(r"^(COUNSELLOR_\w+) = ", text(path), re.MULTILINE)}
    read_by_name = {name for path in sources() for name in SETTING.findall(text(path))} - constants
    ours = {name for name in documented() if name.startswith("COUNSELLOR_")}
    assert ours == read_by_name | {f"COUNSELLOR_{name.upper()}" for name in fields}


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    named = {name for page in PAGES for name in SETTING.findall(text(page))}
    assert named <= set(documented())


# commands


def modules() -> list[str]:
    """What ``python -m`` can run."""
    found = []
    for path in sources():
        if path.suffix == ".py" and "scripts" not in path.parts and path.parent != ROOT / "bot" / "dialogue":
            name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__main__")
            if path.name == "__main__.py" or '__name__ == "__main__"' in text(path):
                found.append(name)
    return sorted(found)


@pytest.mark.parametrize(
    "command",
    [f"scripts/{path.name}" for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and not path.suffix],
)
def test_every_script_has_a_heading_on_the_commands_page(command: str) -> None:
    assert f"\n### `{command}`\n" in text(DOCS / "commands.md")


@pytest.mark.parametrize("module", modules())
def test_every_module_that_can_be_run_has_a_heading_on_the_commands_page(module: str) -> None:
    assert re.search(rf"^### `python -m {re.escape(module)}[ `]", text(DOCS / "commands.md"), re.MULTILINE)


def test_every_subcommand_of_the_knowledge_base_has_a_heading() -> None:
    subcommands = re.findall(r'add_parser\("(\w+)"', text(ROOT / "knowledge_base" / "__main__.py"))
    assert subcommands
    page = text(DOCS / "commands.md")
    assert [one for one in subcommands if f"\n### `python -m knowledge_base {one}" not in page] == []


def test_every_option_is_on_the_commands_page() -> None:
    names = [
        "knowledge_base/__main__.py",
        "eval/__main__.py",
        "actions/campus_sim/__main__.py",
        "actions/cases/__main__.py",
        "actions/compile.py",
    ]
    taken = {option for name in names for option in OPTION.findall(text(ROOT / name))} | {"--lock"}
    assert {"--json", "--as-of", "--report", "--openapi", "--check"} <= taken
    assert [option for option in sorted(taken) if f"`{option}" not in text(DOCS / "commands.md")] == []


def test_every_command_a_page_tells_to_run_exists() -> None:
    said = "\n".join(text(page) for page in PAGES)
    scripts = set(re.findall(r"\bscripts/(\w+)(?![\w.])", said))
    assert scripts <= {path.name for path in (ROOT / "scripts").iterdir()}
    run = {name.rstrip(".") for name in re.findall(r"python -m ([a-z_.]+)", said)}
    assert run <= set(modules())


# links and manners


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_relative_link_resolves(page: Path) -> None:
    targets = [target for target in LINK.findall(text(page)) if "://" not in target]
    broken = [target for target in targets if not _leads_somewhere(page, target)]
    assert broken == []


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, heading = target.partition("#")
    path = page.parent / name if name else page
    if not path.exists():
        return False
    titles = re.findall(r"^#+ (.+)$", text(path), re.MULTILINE) if heading else []
    return not heading or heading in [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def test_the_readme_leads_to_every_page() -> None:
    linked = {target.partition("#")[0] for page in PAGES for target in LINK.findall(text(page))}
    assert [page.name for page in PAGES[1:] if not any(target.endswith(page.name) for target in linked)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_names_somebody_s_home(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:root|home|Users)\b", text(page)) == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_and_at_what_price(page: Path) -> None:
    assert re.findall(r"^## (.+)$", text(page), re.MULTILINE) == ["Why", "Decision", "Price"]
    assert text(page).startswith(f"# {page.stem[:4]} ")


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [page.stem[:4] for page in DECISIONS] == [f"{place:04}" for place in range(1, len(DECISIONS) + 1)]


# the README


def test_the_readme_s_first_question_is_the_first_one_a_student_is_offered() -> None:
    asked = re.search(r"^1\. .*?ask \*\*(.+?)\*\*", text(ROOT / "README.md"), re.MULTILINE)
    assert asked is not None
    assert asked[1] == read_questions()[0]


def test_the_readme_counts_the_services_right() -> None:
    services = read_services().values()
    online = [service.title for service in services if service.online]
    words = re.search(r"all seventeen can be done here \(([^)]+)\)\.", text(ROOT / "README.md"))
    assert words is not None
    assert (sorted(words[1].replace("\n", " ").split(", ")), len(services)) == (sorted(online), 17)


def test_the_readme_s_picture_is_small_enough_for_a_page() -> None:
    assert (DOCS / "picture.png").stat().st_size < 400_000


# the walks


@pytest.mark.parametrize("page", ["add-a-task.md", "add-a-channel.md"])
def test_the_walk_s_programs_parse_and_import_what_there_is(page: str) -> None:
    programs = blocks(page, "python")
    assert programs
    for program in programs:
        compile(program, page, "exec")
        for module, names in re.findall(
            r"^from ((?:actions|bot|connectors)[\w.]*) import (.+)$", program, re.MULTILINE
        ):
            found = importlib.import_module(module)
            assert [name for name in names.split(", ") if not hasattr(found, name)] == []


def test_the_walk_s_list_of_channels_is_the_real_one_and_its_own() -> None:
    real = re.search(r"^CHANNELS = \[(.+)\]$", text(ROOT / "connectors" / "gateway.py"), re.MULTILINE)
    assert real is not None
    assert f"CHANNELS = [{real[1]}, plain]" in text(DOCS / "add-a-channel.md")


def test_the_walk_s_document_is_read_as_the_page_says(tmp_path: Path) -> None:
    path = tmp_path / "reading-room.md"
    path.write_text(blocks("add-a-document.md", "markdown")[0], encoding="utf-8")
    found = document(read(path))
    assert (found.title, found.number, found.effective, len(found.passages)) == (
        "示范大学自习室使用办法",
        "示范图〔2026〕3号",
        date(2026, 9, 1),
        3,
    )
    said = f"《{found.title}》  {found.number}  effective {found.effective}  {len(found.passages)} passages"
    assert said in text(DOCS / "add-a-document.md")
