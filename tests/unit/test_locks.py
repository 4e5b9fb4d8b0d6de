"""uv.lock: what it wants of an index, and the addresses of the index that a build uses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from memory_engine import MemoryEngine

from advices.packages import locks, proxy

LOCK = """\
version = 1

[[package]]
name = "guestbook"
version = "1.0"
source = { virtual = "." }
dependencies = [
    { name = "dj-database-url" },
]

[[package]]
name = "dj-database-url"
version = "3.1.2"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "FILES/03/f6/dj_database_url-3.1.2.tar.gz", hash = "sha256:aa", size = 1 }
wheels = [
    { url = "FILES/cf/a9/dj_database_url-3.1.2-py3-none-any.whl", hash = "sha256:bb", size = 2 },
]

[[package]]
name = "internal"
version = "2"
source = { registry = "https://packages.example.com/simple" }
wheels = [
    { url = "https://packages.example.com/internal-2-py3-none-any.whl", hash = "sha256:cc" },
]
""".replace("FILES", "https://files.pythonhosted.org/packages")


def test_a_lock_of_pypi_gets_the_addresses_of_another_index() -> None:
    _, package, other = tomllib.loads(locks.at_index(LOCK, "http://172.17.0.1:5081/index/"))[
        "package"
    ]
    place = "http://172.17.0.1:5081/index/dj-database-url"
    assert package["source"] == {"registry": "http://172.17.0.1:5081/index/"}
    assert package["sdist"]["url"] == f"{place}/dj_database_url-3.1.2.tar.gz"
    (wheel,) = package["wheels"]
    assert wheel == {
        "url": f"{place}/dj_database_url-3.1.2-py3-none-any.whl",
        "hash": "sha256:bb",
        "size": 2,
    }
    assert other == tomllib.loads(LOCK)["package"][2], "another index's packages are left alone"


def test_what_a_lock_wants_is_each_package_with_its_digests() -> None:
    found = {one.requirement: one.sha256 for one in locks.wanted(LOCK)}
    assert found == {"dj-database-url==3.1.2": {"aa", "bb"}, "internal==2": {"cc"}}
    assert locks.versions(LOCK) == {"dj-database-url": {"3.1.2"}, "internal": {"2"}}


def test_the_copy_for_a_build_leads_to_the_index_that_it_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "deep" / "uv.lock"
    lock.parent.mkdir()
    lock.write_text(LOCK)
    monkeypatch.setenv(proxy.WAY_VARIABLE, "direct")
    proxy.lead(tmp_path, MemoryEngine())
    assert lock.read_text() == LOCK
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    monkeypatch.setenv("ADVICES_INDEX_URL", "http://172.17.0.9:8000/")
    proxy.lead(tmp_path, MemoryEngine())
    assert lock.read_text() == locks.at_index(LOCK, "http://172.17.0.9:8000/index/")
