"""The project's jobs. `./run` lists them; `./run NAME` does one."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.reuse_venv = "yes"
nox.options.sessions = []
nox.options.error_on_missing_interpreters = True

TOOLS = ".nox/tools"  # the toolkit with all that labs and site need
DEV = ".nox/dev"  # the same and what tests need


def install(session: nox.Session, use: str) -> None:
    """Install one compiled list and this project, without resolving or building anything else."""
    session.install("--require-hashes", "-r", f"requirements/{use}.txt", silent=True)
    session.install("--no-deps", "--no-build-isolation", "-e", ".", silent=True)
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    session.env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def build_site(session: nox.Session) -> None:
    """Build the site into site/, strictly: a warning is an error."""
    session.run("mkdocs", "build", "--strict", "--clean")


@nox.session(venv_location=TOOLS)
def site(session: nox.Session) -> None:
    """Execute every lab on a real engine, then build the site with its numbers into site/."""
    install(session, "tools")
    session.run("advices", "engine", "start")
    session.run("advices", "run", *session.posargs)
    build_site(session)
    session.log(f"the site: {Path('site/index.html').resolve().as_uri()} — or `./run serve`")


@nox.session(venv_location=".nox/serve")
def serve(session: nox.Session) -> None:
    """Serve the site with the committed numbers on 127.0.0.1:8000; needs no Docker."""
    install(session, "site")
    session.run("mkdocs", "serve", "--strict", "--dev-addr", "127.0.0.1:8000", *session.posargs)


@nox.session(venv_location=TOOLS)
def lab(session: nox.Session) -> None:
    """Open the notebooks in JupyterLab, to run the labs by hand."""
    install(session, "tools")
    session.run("jupyter", "lab", "--ServerApp.ip=127.0.0.1", "notebooks", *session.posargs)


@nox.session(venv_location=TOOLS)
def advices(session: nox.Session) -> None:
    """Call the command: `./run advices -- doctor`, `./run advices -- run build-cache`."""
    install(session, "tools")
    session.run("advices", *session.posargs)


@nox.session(venv_location=DEV)
def tests(session: nox.Session) -> None:
    """Everything that CI checks, in order."""
    for name in ("lint", "types", "unit", "app", "engine", "labs", "pages"):
        session.notify(name)


@nox.session(venv_location=DEV)
def lint(session: nox.Session) -> None:
    """Style and format of all Python, and shell scripts that parse."""
    install(session, "dev")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    for script in ("run", ".ci/run", *sorted(map(str, Path("labs/bases").glob("*.sh")))):
        session.run("sh", "-n", script, external=True)


@nox.session(venv_location=DEV)
def types(session: nox.Session) -> None:
    """Strict types of the toolkit."""
    install(session, "dev")
    session.run("mypy")


@nox.session(venv_location=DEV)
def unit(session: nox.Session) -> None:
    """Fast tests, without Docker."""
    install(session, "dev")
    session.run("pytest", "tests/unit", *session.posargs)


@nox.session(venv_location=".nox/app")
def app(session: nox.Session) -> None:
    """The sample project's own tests."""
    session.install("--require-hashes", "-r", "labs/app/requirements.txt", silent=True)
    session.chdir("labs/app")
    session.run("python", "-W", "error::DeprecationWarning", "manage.py", "test")


@nox.session(venv_location=DEV)
def engine(session: nox.Session) -> None:
    """Tests on a real engine, faults included."""
    install(session, "dev")
    session.run("advices", "engine", "start")
    session.run("advices", "bases")
    session.run("pytest", "tests/engine", "-m", "engine", *session.posargs)


@nox.session(venv_location=DEV)
def labs(session: nox.Session) -> None:
    """Execute every lab again and compare with the committed numbers."""
    install(session, "dev")
    session.run("advices", "engine", "start")
    session.run("advices", "check", "--quick", *session.posargs)


@nox.session(venv_location=DEV)
def pages(session: nox.Session) -> None:
    """Build the site and look at it with a real browser."""
    install(session, "dev")
    build_site(session)
    if not (shutil.which("chromium") or os.environ.get("CHROME_PATH")):
        session.run("advices", "engine", "install-browser")
    session.run("pytest", "tests/browser", "-m", "browser", *session.posargs)


@nox.session(venv_location=".nox/requirements")
def requirements(session: nox.Session) -> None:
    """Compile requirements/*.txt anew from the *.in files, with hashes."""
    session.install("uv")
    lists = sorted(Path("requirements").glob("*.in"))
    compiled = [(f, f.with_suffix(".txt"), "3.11") for f in lists]
    compiled.append((Path("labs/app/requirements.in"), Path("labs/app/requirements.txt"), "3.11"))
    for source, target, python in compiled:
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", python),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade"),
            *("--custom-compile-command", "./run requirements"),
            *(str(source), "-o", str(target)),
        )
