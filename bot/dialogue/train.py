"""Trains the dialogue model: config.yml, domain.yml, rules/ and every generated task. Runs on Rasa's Python."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

HERE = Path(__file__).resolve().parent


def train(output: Path) -> Path:
    """Trains the model and gives its path, ``<output>/dialogue.tar.gz``.

    The command line of ``rasa train`` takes one domain path; the API takes several, so that each task keeps its own file.
    """
    import structlog
    from rasa.api import train as rasa_train

    # Rasa logs every rule it weighs, at debug level, through structlog's default printer.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

    files = sorted(str(path) for path in (HERE / "generated").glob("*.yml"))
    result = rasa_train(
        domain=[str(HERE / "domain.yml"), *files],
        config=str(HERE / "config.yml"),
        training_files=[*sorted(str(path) for path in (HERE / "rules").glob("*.yml")), *files],
        output=str(output),
        fixed_model_name="dialogue",
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise SystemExit(f"training the dialogue failed with code {result.code}")
    return Path(result.model)


if __name__ == "__main__":
    print(train(Path(sys.argv[1])))
