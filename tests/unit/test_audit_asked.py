"""What a page may ask of an audit: texts that are never read as options, and variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from auditing_ends import refused

from advices import audit
from advices.learn.audit_asked import Asked

NOT_ASKED = {
    "no texts": [],
    "a number": {"path": "/a", "port": 8000},
    "an option": {"path": "/a", "fix": "yes"},
    "a zero": {"path": "/a\0b"},
    "from nowhere": {"path": "a"},
    "an option as folder": {"path": "--fix"},
    "each service": {"path": "/a", "service": "all"},
    "no port": {"path": "/a", "port": "--fix"},
    "no variable": {"path": "/a", "env": "A=1\nB\n"},
    "a secret's value": {"path": "/a", "secret": "id=a,env=B"},
    "a secret from nowhere": {"path": "/a", "secret": "id=a,src=b"},
    "a secret that is an option": {"path": "/a", "secret": "--fix"},
}


@pytest.mark.parametrize("told", NOT_ASKED.values(), ids=NOT_ASKED.keys())
def test_only_texts_that_mean_an_audit_are_taken(told: object) -> None:
    assert "\nnext: " in refused(lambda: Asked.of(told))


def test_what_a_learner_writes_is_never_read_as_an_option() -> None:
    told = {
        "path": " ~/p ",
        "service": "-s",
        "file": "-f",
        "port": "81",
        "url_path": "/",
        "check": "--fix; x",
    }
    words = Asked.of(told).argv()
    home = Path.home()
    assert words[3:] == [
        *("audit", "--json", "-", "--service=-s", f"--file={home}/p/-f", "--port=81"),
        *("--url-path=/",),
        *("--check=--fix; x", "--", f"{home}/p"),
    ]


def test_variables_are_on_no_command_line_and_on_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    env = " A=a value \n\n B=b=c\n"
    asked = Asked.of({"path": "/p", "env": env, "secret": "id=x,src=~/.x\n", "with_": "redis\na=b"})
    assert asked.argv()[6:] == ["--secret=id=x,src=~/.x", "--with=redis", "--with=a=b", "--", "/p"]
    assert "a value" not in f"{asked} {asked.told()} {asked.argv()}"
    (given,) = asked.env_of_the_command().items()
    monkeypatch.setenv(*given)
    assert audit.variables_given() == {"A": "a value", "B": "b=c"}
    # Nothing that the command starts gets them.
    assert audit.variables_given() == {}
    assert given[0] not in os.environ
    assert Asked("/p").env_of_the_command() == {}


def test_what_is_no_object_of_variables_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("{", "[1]"):
        monkeypatch.setenv(audit.VARIABLES_VARIABLE, text)
        assert "unset it" in refused(audit.variables_given)
