"""The vocabulary of signs: each predicate over the forms in which people write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from odd_dockerfiles import ODD

from advices.lab import Lab, labfile, parse_dockerfile
from advices.lab.signs import FailedStep, Failure, Sign, View

LABS = Path(__file__).parents[2] / "labs"
EXERCISES = [lab for lab in labfile.all_of(LABS) if lab.is_exercise]
EDIT = {"runs_again": {"after_an_edit_of": ("app.py",)}}


def view(text: str, targets: tuple[str, ...] = ()) -> View:
    return View(parse_dockerfile(text), targets)


@pytest.mark.parametrize(
    ("steps", "again"),
    [
        ("COPY . .\nRUN pip install x", True),
        ("ADD ./ /srv/\nRUN pip install x", True),
        ('COPY [".", "/a"]\nRUN ["pip", "install", "x"]', True),
        ("RUN --mount=type=bind,target=/s pip install x", True),
        ("RUN --mount=target=/s,source=. pip install x", True),
        ("RUN --mount=type=bind,source=r.txt,target=/r pip install x\nCOPY . .", False),
        ("RUN --mount=type=cache,target=/s pip install x\nCOPY . .", False),
        ("COPY --exclude=*.py . .\nRUN pip install x", False),
        ("COPY --link . .\nRUN pip install x", True),
        ("COPY . .\nCOPY --link r.txt /r", False),
        ("RUN pip install x\nCOPY . .\nRUN id", False),
        ("RUN <<E\npip install x\nE\nCOPY . .", False),
    ],
)
def test_what_an_edit_installs_again(steps: str, again: bool) -> None:
    assert Sign(**EDIT).shown(view(f"FROM a\n{steps}\n")) == again  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("FROM a AS b\nCOPY . .\nFROM b\nRUN pip install x", True),
        ("FROM a AS b\nCOPY . /s\nFROM a\nCOPY --from=0 /s /s\nRUN pip install x", True),
        ("FROM a AS b\nCOPY . /s\nFROM a\nCOPY --from=B /venv /v\nRUN pip install x", False),
        (
            "FROM a AS b\nCOPY . /s\nFROM a\nRUN --mount=from=b,source=/s,target=/s pip install x",
            True,
        ),
        ("FROM a AS b\nCOPY . /s\nFROM a\nRUN pip install x", False),
    ],
)
def test_what_an_edit_installs_again_over_stages(text: str, again: bool) -> None:
    assert Sign(**EDIT).shown(view(text)) == again  # type: ignore[arg-type]


def shown(text: str, **sign: Any) -> bool:
    return Sign(**sign).shown(view(text))


@pytest.mark.parametrize(
    ("steps", "later"),
    [
        ("RUN pip install a\nRUN rm -rf /root/.cache", True),
        ("RUN apt-get update\nRUN rm -r /var/lib/apt/lists", True),
        ("RUN pip install a && rm -rf /root/.cache", False),
        ("RUN pip install a", False),
    ],
)
def test_what_only_a_later_step_removes(steps: str, later: bool) -> None:
    both = ("apt's lists", "pip's cache")
    assert shown(f"FROM a\n{steps}\n", removed_later=both) == later


@pytest.mark.parametrize(
    ("target", "user", "aside"),
    [
        ("/root/.local", "5", True),
        ("/root/.local", "root", False),
        ("/root/.local", "", False),
        ("/srv/own", "root", True),
        ("/people/bus/.local", "bus", False),
        ("/usr/local", "5", False),
    ],
)
def test_where_packages_of_one_user_are_found(target: str, user: str, aside: bool) -> None:
    text = (
        "FROM a AS b\nRUN pip install --user x\nFROM a\n"
        f"COPY --from=b /root/.local {target}\n{'USER ' * bool(user)}{user}\n"
    )
    assert shown(text, packages_aside=aside)


@pytest.mark.parametrize(
    "steps",
    [
        "RUN echo '#!/bin/sh' > /s && echo 'A=$STOP_NAME' >> /s\nRUN echo 'gunicorn a' >>/s",
        "RUN tee /s <<'E' && chmod +x /s\n#!/bin/sh\nA=$STOP_NAME\ngunicorn a\nE",
        "RUN printf '#!/bin/sh\\nA=$STOP_NAME\\ngunicorn a\\n' > /s",
    ],
)
def test_a_script_is_read_however_it_was_written(steps: str) -> None:
    text = f'FROM a\n{steps}\nCMD ["/s"]\n'
    assert shown(text, start_mentions="STOP_NAME")
    assert shown(text, shell_stays="script")


def test_a_library_that_a_run_copies_is_brought_too() -> None:
    text = "FROM a AS b\nRUN cp -L /usr/lib/libm.so.1 /m/\nFROM a\nCOPY --from=b /m/ /usr/lib/\n"
    assert shown(text, brings="*libm.so*")
    assert not shown(text, brings="*libx*")


def test_a_script_that_calls_itself_ends() -> None:
    text = 'FROM a\nCOPY <<E /s\n#!/bin/sh\n/s\nE\nCMD ["/s"]\n'
    assert not shown(text, shell_stays="script")


@pytest.mark.parametrize(
    ("pid", "folder"),
    [
        ("/dev/shm/p", "memory"),
        ("/v/p", "memory"),
        ("/tmp/x/p", "a temporary folder"),
        ("run/p", "an open folder"),
        ("/own/p", "a user's folder"),
        ("/people/bus/p", "a user's folder"),
        ("/home" + "/bob/p", "a user's folder"),
        ("/srv/p", "the image"),
        ("/root/p", "the image"),
    ],
)
def test_in_which_folder_the_pid_file_lies(pid: str, folder: str) -> None:
    text = (
        "FROM a\nWORKDIR /srv\nVOLUME /v\nRUN mkdir -m 0777 run && install -d -o 5 /own\n"
        "RUN useradd -m bob; useradd -m -d /people/bus bus\n"
        "RUN chown root:root /root && chmod 755 /srv\n"
        f'CMD ["gunicorn", "-p", "{pid}"]\n'
    )
    assert shown(text, pid_file={"folder": folder})


@pytest.mark.parametrize(
    ("step", "is_open"),
    [
        *((f"RUN chmod {mode} app.py", True) for mode in ("666", "a+w", "0777", "o=rw", "go+rwX")),
        *(
            (f"RUN chmod {mode} app.py", False)
            for mode in ("644", "u+w", "a-w", "+x", "g+w", "755")
        ),
        ("RUN chown -R 5 /srv", True),
        ("RUN cd / && chgrp -R 5 srv", True),
        ("RUN chown 5 ./*", True),
        ("RUN chown -R root /srv", False),
        ("RUN chown -R 5 /srv/static", False),
        ("RUN chown 5 /data", False),
    ],
)
def test_who_may_write_a_file_of_the_project(step: str, is_open: bool) -> None:
    text = f"FROM a\nWORKDIR /srv\n{step}\n"
    assert shown(text, grants={"file": "app.py", "by": "RUN"}) == is_open


@pytest.mark.parametrize(
    ("user", "is_called"),
    [
        ("", "missing"),
        ("USER root", "root"),
        ("USER 0:5", "root"),
        ("user root:root", "root"),
        ("ARG U=0\nUSER $U", "root"),
        ("USER root\nUSER bus", "another"),
        ("USER 1", "another"),
        ("USER $U", "another"),
    ],
)
def test_who_runs_it(user: str, is_called: str) -> None:
    assert shown(f"FROM a\n{user}\n", user=is_called)


PERMISSION = FailedStep(
    does=("installs Python packages",), user_is_root=False, prints=("permission DENIED",)
)
TWO_RUNS = "FROM a AS x\nUSER 5\nWORKDIR /s\nrun id\nRUN pip install x\nCOPY a b\n"


@pytest.mark.parametrize(
    ("step", "fits"),
    [
        # FROM has a number of its own where its image was pulled.
        ("[3/4] RUN pip install x", True),
        ("[4/5] RUN pip install x", True),
        ("[x 3/4] RUN pip install x", True),
        ("[ 3/10] RUN pip install x", True),
        ("[x  3/10] RUN pip install x", True),
        ("[linux/amd64 x 3/4] RUN pip install x", True),
        ("[y 3/4] RUN pip install x", False),
        ("[2/4] run id", False),
        ("[4/4] COPY a b", False),
        ("exporting to image", False),
        ("", False),
    ],
)
def test_which_step_failed(step: str, fits: bool) -> None:
    assert PERMISSION.fits(view(TWO_RUNS), Failure(step, "x\nPermission denied\n")) == fits
    assert not PERMISSION.fits(view(TWO_RUNS), Failure(step, "no such package"))
    assert not PERMISSION.fits(view(TWO_RUNS.replace("5", "root")), Failure(step, "denied"))


CUT_SHORT = {
    "a pattern that is none": "COPY --exclude=[ . .\nRUN pip install x",
    "commands without words": "RUN chmod\nRUN chown -R\nRUN mkdir -m\nRUN gosu\nRUN exec\nRUN cd",
    "installers without words": "RUN pip install\nRUN uv\nRUN uv pip\nRUN apt-get\nRUN python -m",
    "nothing to start": "CMD []\nENTRYPOINT []\nCMD exec\nCMD",
    "options without values": "CMD gunicorn --pid= --graceful-timeout x -p",
    "an open quote": 'ENV GUNICORN_CMD_ARGS="\'"\nCMD gunicorn -p x',
    "mounts of nothing": "RUN --mount=,x=1 id\nRUN --mount=type=secret cp /run/secrets/ x",
    "empty words": 'WORKDIR "$A"\nUSER ""\nENV PATH=\nVOLUME []\nRUN >\nRUN cat >',
    "two files in a folder": 'COPY <<A <<B /d\nx\nA\ny\nB\nCMD ["/d/A"]',
}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.slug)
def test_no_text_is_too_odd_for_a_sign(exercise: Lab) -> None:
    for text in (*ODD.values(), *(f"FROM a\n{steps}\n" for steps in CUT_SHORT.values())):
        odd = view(text)
        for mistake in exercise.mistakes:
            assert mistake.is_shown(odd) in (True, False)
            failure = Failure("[2/2] RUN pip install x", "Permission denied")
            assert mistake.is_failure(odd, failure) in (True, False)


def test_a_file_without_stages_shows_nothing() -> None:
    assert not shown("", user="missing")
    assert not shown("ARG A=1\n", user="missing")
