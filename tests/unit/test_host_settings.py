"""Which settings of this host make builds want an index: its variables and those of pip."""
# ruff: noqa: F401  # the fixture `_plain_host` is imported

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from plain_host import VARIABLES, _plain_host, prints

from advices.core import CommandFailed
from advices.packages import proxy


def test_a_plain_host_has_no_settings() -> None:
    assert proxy.host_settings() == ()


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert proxy.host_settings() == (name,)
    monkeypatch.setenv(name, "")
    assert proxy.host_settings() == ()


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ("global.index-url='https://x.example/simple'\n", ("pip's global.index-url",)),
        ("install.cert='/etc/ca.pem'\n", ("pip's install.cert",)),
        ("global.proxy='http://p'\nglobal.timeout='9'\n", ("pip's global.proxy",)),
        ("global.timeout='9'\nglobal.no-color='cert'\n", ()),
        # pip repeats the environment, which was asked before.
        (":env:.cert='/etc/ca.pem'\n:env:.index-url='x'\n", ()),
        ("\n", ()),
    ],
)
def test_pip_settings_count(
    listed: str, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    prints(monkeypatch, listed)
    assert proxy.host_settings() == found


def test_pip_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prints(monkeypatch, "global.proxy='http://p'\n")
    assert proxy.host_settings() == ("pip's global.proxy",)
    prints(monkeypatch, "")
    assert proxy.host_settings() == ("pip's global.proxy",)


def test_pip_is_asked_only_where_it_may_have_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def found() -> tuple[str, ...]:
        proxy._read.cache_clear()
        return proxy.host_settings()

    prints(monkeypatch, "global.proxy='http://p'\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert found() == ()
    monkeypatch.delenv("PIP_CONFIG_FILE")
    conf = tmp_path / "pip.conf"
    monkeypatch.setattr(proxy, "settings_files", lambda: (tmp_path / "none" / "pip.conf", conf))
    assert found() == ()
    conf.touch()
    assert found() == ("pip's global.proxy",)
    conf.unlink()
    monkeypatch.setattr(proxy, "_has_pip", lambda: False)
    assert found() == ("pip's global.proxy",), "that of the PATH has a prefix of its own"


def test_the_pip_of_this_environment_has_no_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_CONFIG_FILE")
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/one:/two")
    code = "from pip._internal.configuration import get_configuration_files as files;"
    code += "print(*(f for fs in files().values() for f in fs), sep='\\n')"
    listed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {*listed.stdout.split()} == {*map(str, proxy.settings_files())}


def test_a_host_without_pip_has_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise CommandFailed("no pip")

    monkeypatch.setattr(proxy, "run", fail)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ca.pem")
    assert proxy.host_settings() == ("SSL_CERT_FILE",)
