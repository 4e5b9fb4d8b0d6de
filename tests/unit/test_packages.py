"""What builds install is read from Dockerfiles, and files are chosen as pip chooses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from container_programs import Program, printed
from memory_engine import MemoryEngine

from advices.core import EngineRefused
from advices.engine.start import Start
from advices.lab import labfile, parse_dockerfile
from advices.packages import selection
from advices.packages.selection import Offered, PipCall, Target, Wanted, chosen, listed, pip_calls

LABS = Path(__file__).parents[2] / "labs"
MARKERS = {
    "python_full_version": "3.13.5",
    "python_version": "3.13",
    "sys_platform": "linux",
    "implementation_name": "cpython",
}
GLIBC = Target(("cp313-cp313-manylinux_2_17_x86_64", "py3-none-any"), MARKERS)
MUSL = Target(("cp313-cp313-musllinux_1_2_x86_64", "py3-none-any"), MARKERS)


@pytest.mark.parametrize(
    ("line", "requirements", "lists"),
    [
        ("RUN pip install -r requirements.txt", (), ("requirements.txt",)),
        ("RUN pip --python /venv install -r a/b.txt x==1", ("x==1",), ("b.txt",)),
        ("RUN apt-get update && pip3 install 'a[b]~=1.0' c", ("a[b]~=1.0", "c"), ()),
        ("RUN python -m pip wheel --wheel-dir /w lz4==4.4.5", ("lz4==4.4.5",), ()),
        ("RUN --mount=type=cache,target=/x \\\n    pip install \\\n  y", ("y",), ()),
        ("RUN pip install --requirement=c.txt; echo pip install z", (), ("c.txt",)),
        ("RUN /venv/bin/pip install --prefix /p x", ("x",), ()),
        ("RUN pip install . ./local /wheels/*.whl x", ("x",), ()),
        ("run pip install x \\\n  # y\n  z", ("x", "z"), ()),
        ('RUN ["pip", "install", "x"]', ("x",), ()),
        ("RUN <<EOF\nset -e\npip install \\\n  x -r a.txt\nEOF", ("x",), ("a.txt",)),
        ("RUN sh -ec 'id && pip install x'", ("x",), ()),
    ],
)
def test_what_a_pip_installs(
    line: str, requirements: tuple[str, ...], lists: tuple[str, ...]
) -> None:
    assert next(pip_calls(parse_dockerfile(line))) == PipCall(requirements, lists)


@pytest.mark.parametrize(
    "line",
    [
        "# RUN pip install x",
        "RUN pip install --no-index --no-deps /wheels/*.whl",
        "RUN pip uninstall --yes x",
        "RUN apt-get install pip-tools",
        'LABEL says="pip install x"',
        "COPY <<EOF /notes\nRUN pip install x\nEOF",
        "RUN id # pip install x",
        "RUN pip --version",
    ],
)
def test_what_installs_nothing_of_an_index(line: str) -> None:
    assert [
        call for call in pip_calls(parse_dockerfile(line)) if call.requirements or call.lists
    ] == []


def test_a_list_with_digests_is_complete() -> None:
    digests = ["a" * 64, "b" * 64]
    text = f"# no\n-r other.txt\nx==1 ; python_version > '3' \\\n  --hash=sha256:{digests[0]} \\\n"
    text += f"  --hash=sha256:{digests[1]}\n    # via y\nz  # why\n"
    first, second = listed(text)
    assert first == Wanted("x==1 ; python_version > '3'", frozenset(digests))
    assert (first.is_locked, second.is_locked, second.requirement) == (True, False, "z")


def offered(*names: str, **more: object) -> list[Offered]:
    return [Offered("x", name, name, "0" * 64, **more) for name in names]  # type: ignore[arg-type]


FILES = (
    *("x-1-py3-none-any.whl", "x-2.tar.gz", "x-2-cp313-cp313-musllinux_1_2_x86_64.whl"),
    *("x-2-cp312-cp312-manylinux_2_17_x86_64.whl", "x-3rc1-py3-none-any.whl", "x-2.exe"),
)


@pytest.mark.parametrize(
    ("wanted", "target", "name"),
    [
        ("x", MUSL, "x-2-cp313-cp313-musllinux_1_2_x86_64.whl"),
        ("x", GLIBC, "x-2.tar.gz"),
        ("x<2", GLIBC, "x-1-py3-none-any.whl"),
        ("x==3rc1", GLIBC, "x-3rc1-py3-none-any.whl"),
        ("x>4", GLIBC, None),
    ],
)
def test_the_newest_that_fits_is_chosen(wanted: str, target: Target, name: str | None) -> None:
    found = chosen(offered(*FILES), Wanted(wanted), target)
    assert (found and found.name) == name


def test_yanked_other_and_too_new_files_are_passed_over() -> None:
    assert chosen(offered("x-1.tar.gz", yanked=True), Wanted("x"), GLIBC) is None
    assert chosen(offered("x-1.tar.gz", requires_python=">=3.14"), Wanted("x"), GLIBC) is None
    assert chosen(offered("x-1.tar.gz", requires_python=">=nonsense"), Wanted("x"), GLIBC)
    other = Wanted("x", frozenset({"1" * 64}))
    assert chosen(offered("x-1.tar.gz"), other, GLIBC) is None


@pytest.mark.parametrize("lab", labfile.all_of(LABS), ids=lambda lab: f"{lab.slug}-{lab.context}")
def test_every_lab_tells_what_its_builds_install(lab: selection.Lab) -> None:
    found = selection.of_lab(lab)
    assert found, "a lab without packages?"
    assert {one.parsed().name.lower() for one in found} & {"gunicorn", "flask", "django"}


def test_packages_of_variants_mistakes_overlays_and_replays_count() -> None:
    def names(slug: str) -> set[str]:
        return {one.parsed().name for one in selection.of_lab(labfile.read(LABS, slug))}

    assert "lz4" in names("base-image")
    assert "itsdangerous" in names("build-cache")
    assert "psycopg2" in names("multi-stage")
    assert "openpyxl" in names("shared-layers")
    assert {"Django", "python-dotenv"} <= names("twelve-factor")


def test_labs_that_need_a_mirror_are_known() -> None:
    needing = {lab.slug for lab in labfile.in_order(LABS) if lab.installs_system_packages}
    assert {"multi-stage", "remove-tools"} <= needing
    assert "build-cache" not in needing


def test_a_key_tells_packages_and_bases_apart() -> None:
    from advices.bases.resolve import Base
    from advices.offline.prefetch import key, need_a_mirror

    labs = labfile.read(LABS, "build-cache").with_exercise()
    assert [lab.is_exercise for lab in labs] == [False, True]
    one = {"python:3.14-slim": Base("python:3.14-slim", "x", "stand-in", "sha256:1")}
    two = {"python:3.14-slim": Base("python:3.14-slim", "x", "stand-in", "sha256:2")}
    unused = {**one, "postgres:17": Base("postgres:17", "x", "stand-in", "sha256:3")}
    assert key(labs, one) == key(labs, unused) != key(labs, two)
    assert key(labs, one) != key(labfile.read(LABS, "multi-stage").with_exercise(), one)
    assert need_a_mirror({"a": labs}) == ()


def test_a_base_tells_which_wheels_it_takes() -> None:
    from advices.bases.resolve import Base
    from advices.offline import prefetch

    def runs(image: str, how: Start) -> Program | EngineRefused:
        assert (how.entrypoint, how.network) == (("python",), "none")
        if image == "no-python":
            return EngineRefused('exec: "python": not found')
        return printed('[["cp313"], {"python_version": "3.13"}]')

    engine = MemoryEngine(runs)
    lab = labfile.read(LABS, "twelve-factor")
    names = lab.from_names()
    assert "postgres:17" in names
    bases = {n: Base(n, "no-python" if "postgres" in n else "p", "stand-in", "") for n in names}
    targets = prefetch.Targets(engine, "run-1")
    assert [one.tags for one in targets.of(lab, bases)] == [("cp313",)]
    assert len(list(targets.of(lab, bases))) == 1
    # It carries our label, so that a sweep finds it after a crash.
    assert [(one.image, one.run_id) for one in engine.started] == [("p", "run-1")], "asked once"
