"""Fixtures for what Kubernetes would get: charts by the real helm, pods by the real KubeSpawner.

No cluster is here. `./run kubernetes` builds helm and runs these tests.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from charts import CHART, HELM, VALUES, mounted
from traitlets.config import Config

# Its library reads the variable when it is imported.
os.environ["KUBECONFIG"] = str(Path(__file__).with_name("nowhere.kubeconfig"))
# Only the environment of `./run kubernetes` has it: a bare `pytest` runs what it can.
collect_ignore_glob = [] if importlib.util.find_spec("kubernetes_validate") else ["test_*.py"]
Helm = Callable[..., subprocess.CompletedProcess[str]]
Pod = dict[str, Any]


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Return a function that renders the chart, or another, by helm: `helm(seats=3)`."""
    assert HELM.is_file(), "`./run kubernetes` builds helm first"

    def run(chart: Path = CHART, **values: Any) -> subprocess.CompletedProcess[str]:
        words = [str(HELM), "template", "class", str(chart), "--kube-version=1.33.0"]
        values = {"images.seat": "seat:1", **values}
        words += [f"--set-json={name}={json.dumps(value)}" for name, value in values.items()]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.fixture(scope="session")
def rendered(helm: Helm) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that renders the chart with values."""

    def render(**values: Any) -> list[dict[str, Any]]:
        done = helm(**values)
        assert done.returncode == 0, done.stderr
        return [one for one in yaml.safe_load_all(done.stdout) if one]

    return render


@pytest.fixture
def configured(
    rendered: Callable[..., list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Config]:
    """Return a function that sets a hub as Z2JH does: it executes what the values tell it to."""
    from advices.classroom import cluster
    from advices.classroom.cluster.configuring import configure

    def make(**values: Any) -> Config:
        folder = tmp_path / f"pod{len(list(tmp_path.iterdir()))}"
        mounted(rendered(**values), folder)
        places = (folder / "class", folder / "codes", folder / "store")
        monkeypatch.setattr(cluster, "configure", lambda c: configure(c, *places))
        c = Config()
        # As Z2JH sets them, before it executes what the values add.
        c.JupyterHub.services, c.JupyterHub.load_roles = [{"name": "jupyterhub-idle-culler"}], []
        c.KubeSpawner.fs_gid = 100
        (text,) = yaml.safe_load(VALUES.read_text())["hub"]["extraConfig"].values()
        exec(compile(text, str(VALUES), "exec"), {"c": c})
        return c

    return make


@pytest.fixture
def pod(configured: Callable[..., Config]) -> Callable[..., Pod]:
    """Return a function that lets KubeSpawner make the pod of a seat, for values of the chart."""
    from kubernetes_asyncio.client import ApiClient
    from kubespawner import KubeSpawner

    def make(**values: Any) -> Pod:
        async def manifest() -> Pod:
            spawner = KubeSpawner(
                config=configured(**values),
                user=SimpleNamespace(name="seat-01", id=1, url="/user/seat-01/", escaped_name="x"),
                hub=SimpleNamespace(
                    public_host="",
                    url="http://hub:8081/hub/",
                    base_url="/hub/",
                    api_url="http://hub:8081/hub/api",
                ),
                _mock=True,
            )
            spawner.api_token = "not-a-token"
            async with ApiClient() as client:
                made: Pod = client.sanitize_for_serialization(await spawner.get_pod_manifest())
            return made

        return asyncio.run(manifest())

    return make
