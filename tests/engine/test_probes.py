"""The probes on tiny images: imports, rights, the stop, variables, the inventory, opened files."""
# ruff: noqa: F401, F811  # the fixtures `make` and `said` are imported

from __future__ import annotations

import json

import pytest
from probed_images import SERVES, SITE, Make, make, said

from advices.engine import Start
from advices.images import inventory_of
from advices.probes import environment, imports, inventory, opened, stop, user

pytestmark = pytest.mark.engine


def installed(name: str, site: str = SITE, source: str = "", also: str = "") -> str:
    """Return the lines of a Dockerfile that install a distribution of one module."""
    info = f"{site}/{name}-1.0.dist-info"
    return (
        f"RUN mkdir -p {info} && printf '%s' '{source}' > {site}/{name}.py"
        f" && printf '%s\\n' {name}.py,, {also} > {info}/RECORD\n"
    )


def test_all_that_is_installed_imports(make: Make, said: list[str]) -> None:
    found = imports.probe(make(SERVES + installed("sound") + "USER 4242\n"))
    assert found.values == {"distributions_failing": 0, "missing_libraries": 0}
    assert said == []


def test_what_does_not_import_is_counted_and_named(make: Make, said: list[str]) -> None:
    dockerfile = (
        SERVES
        + installed("sound")
        + installed("crashes", source="import os; os.abort()")
        + installed("lost", "/install/lib/python3.14/site-packages")
        + installed("shut", "/root/.local/lib/python3.14/site-packages")
        + "RUN chmod 700 /root\nUSER 1000\n"
    )
    found = imports.probe(make(dockerfile))
    assert found.values == {"distributions_failing": 3, "missing_libraries": 0}
    named = [line.split()[1] for line in said]
    assert sorted(named) == ["crashes-1.0", "lost-1.0", "shut-1.0"]


def test_a_missing_shared_library_is_found(make: Make, said: list[str]) -> None:
    lacking = installed("wraps", also="lacks.so,,") + "COPY lacks.py /tmp/\n"
    found = imports.probe(make(SERVES + lacking + "RUN python /tmp/lacks.py\n"))
    assert found.values["missing_libraries"] == 1
    assert "good: the shared library libxz2.so.1.0 is missing" in said


def test_a_virtual_environment_has_a_python_of_its_own(make: Make) -> None:
    venv = "RUN python -m venv --without-pip /venv\n"
    venv += installed("inner", "/venv/lib/python3.14/site-packages")
    assert imports.probe(make(SERVES + venv)).values["distributions_failing"] == 0
    first = SERVES + venv + "ENV PATH=/venv/bin:$PATH\n"
    assert imports.probe(make(first)).values["distributions_failing"] == 0
    broken = SERVES + venv + "RUN rm /venv/bin/python3\n"
    assert imports.probe(make(broken)).values["distributions_failing"] == 1


def test_an_image_without_python_has_no_such_measure(make: Make, said: list[str]) -> None:
    gone = "RUN rm -r /usr/local/bin\n"
    assert imports.probe(make(SERVES + gone)).values == {}
    assert "the image has no python3" in said[0]


@pytest.mark.parametrize(
    ("lines", "capabilities", "writable"),
    [
        ("", 14, 2),
        ("USER 1000\n", 0, 0),
        ("RUN chown 1000 app.py\nUSER 1000\n", 0, 1),
        ("RUN chgrp 50 notes.txt && chmod g+w notes.txt\nUSER 1000:50\n", 0, 1),
        (
            "RUN chown 1000 app.py\n"
            'ENTRYPOINT ["python", "-c", "import os; os.setgid(1000); os.setuid(1000);'
            " os.execvp('python', ['python', 'app.py'])\"]\n",
            0,
            1,
        ),
    ],
    ids=["root", "user", "owner", "group", "becomes-another"],
)
def test_the_rights_of_pid_1(make: Make, lines: str, capabilities: int, writable: int) -> None:
    found = user.probe(make(SERVES + lines))
    assert found.values == {"capabilities": capabilities, "writable_app_files": writable}


def test_a_server_that_hears_sigterm_stops_well(make: Make) -> None:
    found = stop.probe(make(SERVES, samples=2))
    assert found.values == {"stop_exit_code": 0, "requests_lost": 0}
    assert len(found.timings["stop_seconds"].samples) == 2
    assert found.timings["stop_seconds"].median < 6


def test_a_server_behind_a_shell_is_killed_and_loses_its_requests(make: Make) -> None:
    found = stop.probe(make(SERVES + "CMD python app.py\n"))
    assert found.values == {"stop_exit_code": 137, "requests_lost": 1}
    assert found.timings["stop_seconds"].median > 9


def test_a_server_that_ends_at_once_loses_its_requests(make: Make) -> None:
    found = stop.probe(make(SERVES + "STOPSIGNAL SIGKILL\n"))
    assert found.values == {"stop_exit_code": 137, "requests_lost": 1}
    assert found.timings["stop_seconds"].median < 6


def test_variables_arrive_as_they_were_meant(make: Make, said: list[str]) -> None:
    meant = {"A": "1", "B": "2"}
    found = environment.probe(make(SERVES + "ENV A=1 \\\n    B=2\n", intended_env=meant))
    assert found.values == {"env_wrong": 0}
    assert said == []


def test_a_line_that_swallows_the_next_is_found(make: Make, said: list[str]) -> None:
    meant = {"A": "1", "B": "2"}
    found = environment.probe(make(SERVES + "ENV A 1 \\\n    B=2\n", intended_env=meant))
    assert found.values == {"env_wrong": 2}
    assert said == ["good: A is '1     B=2'", "good: B is not set"]


# ---------- inventory ----------


def test_the_inventory_has_what_dpkg_and_pip_list(make: Make, said: list[str]) -> None:
    subject = make(SERVES)
    (subject.lab.context / "requirements.txt").write_text("pip\nabsent==1\n")
    tell = "import json, subprocess, sys; from importlib.metadata import distributions as of; "
    tell += "form = '--showformat=${Package} ${Version}\\n'; "
    tell += "dpkg = subprocess.run(['dpkg-query', '-W', form], capture_output=True, text=True); "
    tell += "print(json.dumps([dpkg.stdout.split(), [[d.name, d.version] for d in of()]]))"
    how = Start(entrypoint=("python3",), command=("-c", tell))
    ran = subject.engine.run_once(subject.image.id, run_id=subject.run_id, how=how)
    words, python = json.loads(ran.stdout)
    found = inventory_of(subject.engine, subject.image, frozenset(), subject.workshop.memory)
    debian = [(one.name, one.version) for one in found.of_kind("deb")]
    assert sorted(debian) == sorted(zip(words[::2], words[1::2], strict=True))
    assert len(debian) > 50
    assert [[one.name, one.version] for one in found.of_kind("pypi")] == python
    values = inventory.probe(subject).values
    assert values["components"] == len(debian) + len(python)
    # pip is not opened by a program of the standard library alone.
    assert (values["lock_unnamed"], values["idle_distributions"]) == (1, 1)
    assert "good: no list names absent" in said


def test_without_lists_an_image_looks_empty(make: Make) -> None:
    blind = "RUN rm -rf /var/lib/dpkg && find / -xdev -name '*.dist-info' -prune -exec rm -r {} +\n"
    label = "LABEL org.opencontainers.image.revision=abc org.opencontainers.image.source=\n"
    values = inventory.probe(make(SERVES + blind + label)).values
    assert (values["components"], values["origin_labels"]) == (0, 1)


# ---------- opened ----------


def test_what_a_service_opens_is_counted_against_what_is_there(make: Make) -> None:
    """Files that nothing opens are in the image, and change nothing of what is opened."""
    lean = opened.probe(make(SERVES)).values
    # With a PYTHONPATH of its own, and modules there of which the service imports none.
    more = "RUN mkdir /lib/own && for n in 1 2 3; do touch /lib/own/unused$n.py; done\n"
    fat = opened.probe(make(SERVES + more + "ENV PYTHONPATH=/lib/own\n")).values
    assert fat["files_in_image"] == int(lean["files_in_image"]) + 3
    assert fat["files_opened"] == lean["files_opened"]
    # The program, the C library, what http.server imports: more than a few, and far from all.
    assert 50 < int(lean["files_opened"]) < 0.2 * int(lean["files_in_image"])
    assert int(lean["opened_bytes"]) > 5_000_000
    reads = "RUN sed -i \"s/^server = /open('notes.txt').read()\\\\n&/\" app.py\n"
    assert opened.probe(make(SERVES + reads)).values["files_opened"] == (
        int(lean["files_opened"]) + 1
    )


def test_a_python_that_takes_no_hook_is_not_counted(make: Make, said: list[str]) -> None:
    isolated = SERVES.replace('"app.py"', '"-I", "app.py"')
    assert opened.probe(make(isolated)).values == {}
    assert said == ["good: its Python takes no hook: nothing is counted"]
