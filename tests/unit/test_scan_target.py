"""Which container an address names: one of this engine, or none at all."""

from __future__ import annotations

from typing import Any

import pytest

from advices.core import TargetRefused
from advices.engine.records import Container, container_of
from advices.scanners.target import Chosen, Relay, chosen

ID = "0123456789abcdef" * 4


def container(
    name: str = "shop",
    *,
    service: str = "",
    ports: dict[str, Any] | None = None,
    mode: str = "bridge",
    identity: str = ID,
) -> Container:
    """Return a running container as an engine's API says it."""
    labels = {"com.docker.compose.service": service} if service else {}
    return container_of(
        {
            "Id": identity,
            "Name": f"/{name}",
            "State": {"Status": "running"},
            "Config": {"Labels": labels},
            "HostConfig": {"NetworkMode": mode},
            "NetworkSettings": {"Ports": ports},
        }
    )


def published(inner: str, *outer: int) -> dict[str, Any]:
    """Return the ports of a container: on this machine, once for IPv4 and once for IPv6."""
    ips = ("0.0.0.0", "::")
    return {inner: [{"HostIp": ip, "HostPort": str(one)} for one in outer for ip in ips]}


def find(address: str, *containers: Any, known_as: str | None = None) -> Chosen:
    return chosen(address, list(containers), known_as)


def refused(address: str, *containers: Any) -> TargetRefused:
    with pytest.raises(TargetRefused) as raised:
        find(address, *containers)
    return raised.value


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://shop:8000/", "http://shop:8000/"),
        ("http://shop:8000", "http://shop:8000/"),
        ("shop:8000/page", "http://shop:8000/page"),
        ("https://shop:8443/a/b", "https://shop:8443/a/b"),
        ("http://SHOP:8000/", "http://shop:8000/"),
        # A port that goes without saying is left out.
        ("http://shop", "http://shop/"),
        ("http://shop:80/", "http://shop/"),
        ("https://shop:443/", "https://shop/"),
        ("https://shop:80/", "https://shop:80/"),
    ],
)
def test_a_container_is_found_by_its_name(address: str, url: str) -> None:
    shop = container()
    found = find(address, container("other"), shop)
    assert (found.container, found.alias, found.url) == (shop, "shop", url)
    assert found.relay is None


@pytest.mark.parametrize("host", [ID, ID[:12], ID[:20]])
def test_a_container_is_found_by_its_id(host: str) -> None:
    assert find(f"http://{host}:8000/", container()).alias == host


@pytest.mark.parametrize("host", [ID[:11], ID[1:], "sho", "shop.example.com"])
def test_half_a_name_is_none(host: str) -> None:
    assert f"`{host}` is not a running container" in refused(f"http://{host}/", container()).what


def test_a_container_may_have_a_name_with_capitals() -> None:
    shop = container("Shop")
    assert find("http://Shop:8000/", shop).container is shop
    assert find("http://web:8000/", container("x", service="Web")).alias == "web"


def test_a_container_is_found_by_its_compose_service() -> None:
    web = container("project-web-1", service="web")
    found = find("http://web:8000/", container("db", service="db"), web)
    assert (found.container, found.alias) == (web, "web")


def test_a_service_of_several_containers_is_not_guessed() -> None:
    both = [container(f"project-web-{n}", service="web") for n in (1, 2)]
    fault = refused("http://web:8000/", *both)
    assert "several containers: project-web-1, project-web-2" in fault.what
    assert find("http://project-web-2:8000/", *both).container is both[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "LOCALHOST"])
def test_a_published_port_is_asked_for_by_the_address_that_the_learner_knows(host: str) -> None:
    shop = container("my_shop", ports=published("8000/tcp", 32768))
    found = find(f"http://{host}:32768/page", container("other", ports=None), shop)
    assert found.container is shop
    assert found.url == f"http://{host.lower()}:32768/page"
    # Frameworks refuse an underscore in a host name.
    assert (found.alias, found.relay) == ("my-shop", Relay(32768, "my-shop", 8000))


def test_a_published_port_under_another_name_needs_no_relay() -> None:
    shop = container(ports=published("8000/tcp", 32768))
    found = find("http://127.0.0.1:32768/", shop, known_as="www.example.org")
    assert (found.alias, found.url) == ("www.example.org", "http://www.example.org:8000/")
    assert found.relay is None


def test_a_name_may_be_given_to_a_container_that_is_known() -> None:
    found = find("http://shop:8000/", container(), known_as="www.example.org")
    assert (found.alias, found.url) == ("www.example.org", "http://www.example.org:8000/")


@pytest.mark.parametrize(
    "ports",
    [
        None,
        {},
        {"8000/tcp": None},
        {"8000/tcp": []},
        published("8000/tcp", 9000),
        published("8000/udp", 32768),
    ],
)
def test_a_port_that_nothing_publishes(ports: dict[str, Any] | None) -> None:
    fault = refused("http://127.0.0.1:32768/", container(ports=ports))
    assert fault.what == "no running container publishes port 32768"


def test_a_port_that_leads_to_two_containers_is_not_guessed() -> None:
    two = [container(name, ports=published("8000/tcp", 32768)) for name in ("a", "b")]
    assert "several containers: a, b" in refused("http://127.0.0.1:32768/", *two).what


def test_an_inner_port_is_no_published_one() -> None:
    shop = container(ports=published("8000/tcp", 32768))
    assert "publishes port 8000" in refused("http://127.0.0.1:8000/", shop).what


@pytest.mark.parametrize("mode", ["host", "none", "container:0123"])
def test_a_container_without_a_network_of_its_own_is_refused(mode: str) -> None:
    assert f"(--network {mode})" in refused("http://shop/", container(mode=mode)).what


@pytest.mark.parametrize("mode", ["bridge", "default", "project_default", "hosts"])
def test_a_container_on_any_other_network_is_taken(mode: str) -> None:
    assert find("http://shop/", container(mode=mode)).alias == "shop"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "http://192.168.1.1:8000/",
        "http://host.docker.internal:8000/",
        "http://127.0.0.1.example.com/",
        "http://shop@example.com/",
    ],
)
def test_nothing_outside_of_the_engine_is_scanned(address: str) -> None:
    everything = container(ports=published("8000/tcp", 80, 8000))
    with pytest.raises(TargetRefused):
        find(address, everything)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://",
        "http:///page",
        "ftp://shop/",
        "file:///etc/passwd",
        "//shop/",
        "http://shop:0/",
        "http://shop:99999/",
        "http://shop:port/",
        "http://[shop/",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert refused(address, container()).what == f"cannot scan the address `{address}`"


@pytest.mark.parametrize("address", ["http://me:word@shop/", "http://me@shop/", "me:word@shop"])
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    fault = refused(address, container())
    assert fault.what == "the address has a name and a password in it"
    assert "word@" not in str(fault)


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "a b", "", "a/b", "-x", "a:1", "x" * 64]
)
def test_a_name_that_cannot_be_the_targets_is_refused(name: str) -> None:
    with pytest.raises(TargetRefused, match="cannot be the target's name"):
        find("http://shop:8000/", container(), known_as=name)


def test_a_query_is_refused_and_not_repeated() -> None:
    fault = refused("http://shop:8000/?token=abc", container())
    assert "abc" not in str(fault)
