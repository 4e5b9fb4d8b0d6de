"""Runs in a container: finds installed distributions, or tries to import some.

`find` prints `[[dist-info, python], ...]`: every distribution installed anywhere, and the
interpreter that its folder belongs to, "" where there is none. `try PATHS` prints which of
these distributions do not import here, and which shared libraries they lack.
"""

import csv
import ctypes
import importlib
import json
import os
import re
import select
import signal
import sys
from pathlib import Path

NOT_LOOKED_AT = ("proc", "sys", "dev")
# Some packages install these beside themselves. Nobody imports them to run an application.
NOT_TRIED = ("tests", "test", "docs", "doc", "examples", "benchmarks", "setup", "conftest")
ENDED = "it ended or hung the interpreter"
_SECONDS = 60
_GLIBC = r"^([^\s:/]+): cannot open shared object file: No such file"
_MUSL = r"Error loading shared library ([^\s:/]+): No such file"


def find(root: str = "/") -> "list[list[str]]":
    """Return every installed distribution below `root` with the interpreter beside it.

    What lies below a folder with distributions is their own: some carry copies of others.
    """
    found: list[list[str]] = []
    for folder, inner, _ in os.walk(root):
        if folder == "/":
            inner[:] = [name for name in inner if name not in NOT_LOOKED_AT]
        installed = sorted(name for name in inner if name.endswith(".dist-info"))
        if installed:
            python = beside(Path(folder))
            found += [[str(Path(folder, name)), python] for name in installed]
            inner.clear()
    return found


def beside(site: Path) -> str:
    """Return the interpreter of PREFIX/lib/python3.x/site-packages, "" if it has none."""
    if len(site.parents) < 3 or not site.parents[1].name.startswith("lib"):
        return ""
    python = site.parents[2] / "bin" / "python3"
    return str(python) if python.exists() else ""


def modules(files: list[str]) -> list[str]:
    """Return the modules to import of a distribution's files: the topmost that are no namespace."""
    packages: set[tuple[str, ...]] = set()
    single: set[tuple[str, ...]] = set()
    deeper: set[tuple[str, ...]] = set()
    for file in files:
        *folders, name = file.split("/")
        stem, _, suffix = name.partition(".")
        if suffix.rpartition(".")[2] not in ("py", "pyc", "so") or "__pycache__" in folders:
            continue
        if not all(map(str.isidentifier, [*folders, stem])) or (folders or [stem])[0] in NOT_TRIED:
            continue
        if stem == "__init__":
            packages.add(tuple(folders))
        elif stem != "__main__":
            (deeper if folders else single).add((*folders, stem))
    topmost = {
        parts for parts in packages if not any(parts[:n] in packages for n in range(1, len(parts)))
    }
    return sorted(".".join(parts) for parts in (topmost | single) or deeper if parts)


def contents(path: str) -> "tuple[list[str], list[str]]":
    """Return the modules of a distribution, and the paths of its extension modules.

    Raises OSError for one that this user may not read.
    """
    dist_info = Path(path)
    site = dist_info.parent
    there = {file.name for file in dist_info.iterdir()}
    if "RECORD" in there:
        with (dist_info / "RECORD").open(encoding="utf-8", newline="") as lines:
            files = [row[0] for row in csv.reader(lines) if row]
        libraries = [file for file in files if file.endswith(".so") and ".libs/" not in file]
        return modules(files), [str(site / file) for file in libraries]
    if "top_level.txt" in there:
        listed = (dist_info / "top_level.txt").read_text("utf-8").split()
        return [name for name in listed if name not in NOT_TRIED], []
    guess = re.sub(r"[-.]+", "_", dist_info.name.split("-")[0])
    is_there = (site / guess).exists() or (site / f"{guess}.py").exists()
    return [guess] if is_there else [], []


def import_all(names: list[str]) -> str:
    """Import modules; return why one does not come, "" when all do."""
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # a module may even leave by sys.exit
            return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return ""


def open_library(path: str) -> str:
    """Return the shared library that one lacks; "" for any other outcome."""
    try:
        ctypes.CDLL(path, mode=os.RTLD_LAZY)
    except OSError as error:
        return missing(str(error))
    return ""


def missing(message: str) -> str:
    """Return the library that glibc or musl says is not there, "" for any other message."""
    found = re.search(_GLIBC, message) or re.search(_MUSL, message)
    return found[1] if found else ""


def do(job: list[str]) -> str:
    """Do one job, `import NAME...` or `open PATH`; return what went wrong, or ""."""
    return import_all(job[1:]) if job[0] == "import" else open_library(job[1])


def child(before: list[list[str]], jobs: list[list[str]], sink: int) -> None:
    """Do jobs one after another and write a line before and after each."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    for job in before:
        do(job)
    for number, job in enumerate(jobs):
        os.write(sink, f"{json.dumps([number, None])}\n".encode())
        os.write(sink, f"{json.dumps([number, do(job)])}\n".encode())


def outcomes(jobs: list[list[str]], before: list[list[str]]) -> list[str]:
    """Return what went wrong with each job, "" for nothing.

    One that ends or hangs the interpreter costs itself only: the others go on in a new one.
    """
    wrong: list[str] = []
    while len(wrong) < len(jobs):
        source, sink = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                child(before, jobs[len(wrong) :], sink)
            finally:
                os._exit(0)
        os.close(sink)
        started = listen(source, wrong)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if len(wrong) < len(jobs):
            if not started and before:
                before = []  # what worked alone does not work together
            else:
                wrong.append(ENDED)
    return wrong


def listen(source: int, wrong: list[str]) -> bool:
    """Add what a child says to `wrong`, until it falls silent; return whether it began a job."""
    began, rest = False, b""
    while select.select([source], [], [], _SECONDS)[0]:
        said = os.read(source, 1 << 16)
        if not said:
            break
        *lines, rest = (rest + said).split(b"\n")
        for line in lines:
            _, outcome = json.loads(line)
            began = True
            if outcome is not None:
                wrong.append(outcome)
                began = False
    os.close(source)
    return began


def attempt(paths: "list[str]") -> "dict[str, object]":
    """Return which distributions do not import, why, and the libraries that are missing."""
    failing: dict[str, str] = {}
    jobs: list[tuple[str, list[str]]] = []
    for path in paths:
        try:
            names, libraries = contents(path)
        except (OSError, UnicodeError, csv.Error) as error:
            failing[path] = f"{type(error).__name__}: {error}"[:200]
            continue
        jobs += [(path, ["open", library]) for library in libraries]
        jobs += [(path, ["import", *names])]
    wrong = outcomes([job for _, job in jobs], [])
    # Some want to be imported after others: psycopg_binary after psycopg.
    again = [number for number, outcome in enumerate(wrong) if outcome]
    worked = [job for n, (_, job) in enumerate(jobs) if not wrong[n] and job[0] == "import"]
    second = outcomes([jobs[number][1] for number in again], worked)
    lacked: set[str] = set()
    for number, outcome in enumerate(second):
        path, job = jobs[again[number]]
        if outcome and job[0] == "import":
            failing[path] = outcome
        elif outcome and outcome != ENDED:
            lacked.add(outcome)
    return {"python": sys.executable, "failing": failing, "missing": sorted(lacked)}


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    if sys.argv[1] == "find":
        print(json.dumps(find()))
    else:
        print(json.dumps(attempt(json.loads(sys.argv[2]))))
