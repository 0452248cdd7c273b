"""The process behind `warm_python`: imports what it is told to, then forks once for each order that it reads."""

import importlib
import json
import os
import runpy
import signal
import sys


def main() -> None:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            order = json.loads(line)
            _wait(order["gate"], order["output"], order["folder"])
            _run(*order["command"])
            return


def _wait(gate: str, output: str, folder: str) -> None:
    """Stand ready, all that is not the run's own behind it, until the gate is opened."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    waiting = os.open(gate, os.O_RDWR)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.write(1, f"{os.getpid()} waits at {gate}\n".encode())
    os.read(waiting, 1)
    os.dup2(nothing, 0)
    os.dup2(said, 1)
    for descriptor in (waiting, said, nothing):
        os.close(descriptor)


def _run(name: str, *arguments: str) -> None:
    sys.argv = [name, *arguments]
    if name == "-c":
        exec(compile(arguments[0], "<string>", "exec"), {"__name__": "__main__"})
    elif name == "-m":
        sys.argv = list(arguments)
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(name, run_name="__main__")


if __name__ == "__main__":
    main()
