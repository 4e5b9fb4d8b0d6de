"""What engines say when an image is not pulled, recorded from them, and what it means."""

from __future__ import annotations

import pytest

from advices.core import (
    ImageUnknown,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
)
from advices.engine.pull_faults import pull_fault

# Docker 26.1.5, classic image store; Docker Hub's own words are those of its documentation.
CLASSIC = [
    ("manifest unknown", ImageUnknown),
    ("manifest for python:none not found: manifest unknown: manifest unknown", ImageUnknown),
    ("no matching manifest for linux/arm64/v8 in the manifest list entries", ImageUnknown),
    ("unauthorized", PullForbidden),
    ("unauthorized: authentication required", PullForbidden),
    ("denied", PullForbidden),
    (
        "pull access denied for nobody/x, repository does not exist or may require "
        "'docker login': denied: requested access to the resource is denied",
        PullForbidden,
    ),
    ("toomanyrequests: You have reached your unauthenticated pull rate limit.", PullsLimited),
    (
        'error getting credentials - err: exec: "docker-credential-x": executable file not found '
        "in $PATH, out: ``",
        PullFailed,
    ),
    ("Credentials store error: StoreError('docker-credential-x not installed')", PullFailed),
    ("received unexpected HTTP status: 503 Service Unavailable", PullFailed),
    (
        'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
        RegistrySilent,
    ),
    (
        'Get "https://hub.example/v2/": dial tcp: lookup hub.example on 10.0.0.53:53: no such host',
        RegistrySilent,
    ),
    (
        'Get "https://203.0.113.1/v2/": dial tcp 203.0.113.1:443: connect: network is unreachable',
        RegistrySilent,
    ),
    (
        'Get "https://203.0.113.1:5000/v2/": tls: failed to verify certificate: x509: cannot '
        "validate certificate for 203.0.113.1 because it doesn't contain any IP SANs",
        RegistrySilent,
    ),
    (
        'Get "https://hub.example/v2/": net/http: request canceled while waiting for '
        "connection (Client.Timeout exceeded while awaiting headers)",
        RegistrySilent,
    ),
    # A proxy on the way to the registry.
    ('Get "https://hub.example/v2/": Forbidden', RegistrySilent),
    ("invalid reference format: repository name (library/Python) must be lowercase", None),
    ("invalid tag format", None),
    ("open /var/lib/docker/tmp/GetImageBlob1: permission denied", PullFailed),
]
# The same engine with containerd's image store.
_RESOLVE = 'failed to resolve reference "127.0.0.1:5000/x:1": '
_STATUS = f"{_RESOLVE}unexpected status from HEAD request to http://127.0.0.1:5000/v2/x/manifests/1"
CONTAINERD = [
    (f"{_RESOLVE}127.0.0.1:5000/x:1: not found", ImageUnknown),
    (f"{_STATUS}: 401 Unauthorized", PullForbidden),
    (f"{_STATUS}: 403 Forbidden", PullForbidden),
    (f"{_STATUS}: 429 Too Many Requests", PullsLimited),
    (f"{_STATUS}: 503 Service Unavailable", PullFailed),
    (
        f"{_RESOLVE}pull access denied, repository does not exist or may require authorization: "
        "server message: insufficient_scope: authorization failed",
        PullForbidden,
    ),
    (
        f'{_RESOLVE}failed to do request: Head "https://127.0.0.1:5000/v2/x/manifests/1": '
        "dial tcp 127.0.0.1:5000: connect: connection refused",
        RegistrySilent,
    ),
    (
        f'{_RESOLVE}failed to do request: Head "https://127.0.0.1:5000/v2/x/manifests/1": '
        "tls: first record does not look like a TLS handshake",
        RegistrySilent,
    ),
    (
        f'{_RESOLVE}failed to do request: Head "https://nosuch.invalid/v2/x/manifests/1": dial '
        "tcp: lookup nosuch.invalid on 10.0.0.53:53: dial udp 10.0.0.53:53: connect: network is "
        "unreachable",
        RegistrySilent,
    ),
]


@pytest.mark.parametrize(("said", "kind"), [*CLASSIC, *CONTAINERD])
def test_the_kind_is_told_by_the_words(said: str, kind: type[PullFailed] | None) -> None:
    found = pull_fault("127.0.0.1:5000/x:1", said)
    assert type(found) is (kind or ReferenceInvalid)
    assert said in found.what, "the cause that was seen"
    assert found.next_step


@pytest.mark.parametrize("name", ["denied/429:unauthorized", f"x@sha256:{'403' * 21}0"])
def test_the_words_of_a_name_are_no_signs(name: str) -> None:
    assert type(pull_fault(name, f'failed to resolve reference "{name}": not found')) is (
        ImageUnknown
    )
