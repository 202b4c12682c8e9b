"""A process that has imported everything and makes a child of itself at each order: a program that starts in a fraction.

:func:`main` takes ``MODULE,MODULE… PROGRAM`` and imports the modules; PROGRAM is run in the child as ``python -m PROGRAM`` would, or
as a script where it ends in ``.py``. Orders and answers are JSON lines on stdin and stdout: ``{"environment": {…}, "log": path, "arm":
[failpoint, times] | null}`` → ``{"pid": …}``. The child before is dead and buried by then. Runs on both Pythons of ours, so it
imports nothing of ours itself.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import sys
from typing import Any


def _child(order: "dict[str, Any]", program: str) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    sys.argv = [program]
    if order.get("arm"):
        importlib.import_module("connectors.failpoints").arm(*order["arm"])
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def main() -> None:
    modules, program = sys.argv[1:]
    sys.path.insert(0, os.getcwd())
    for module in modules.split(","):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    child = 0
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        child = os.fork()
        if child == 0:
            try:
                _child(json.loads(line), program)
            finally:
                os._exit(1)
        print(json.dumps({"pid": child}), flush=True)
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
