"""Every reader that has a METHOD, and what it reads of its recorded samples."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import layer_tars

from advices.core import ScanFailed
from advices.engine import build_log
from advices.images import files as images_files
from advices.images import gzip_bytes
from advices.images import inventory as images_inventory
from advices.images import layers as images_layers
from advices.images.archive import Config
from advices.lab import Fixes
from advices.measure import plan
from advices.probes import (
    environment,
    files,
    health,
    image_set,
    imports,
    installed,
    inventory,
    limits,
    opened,
    processes,
    requirements,
    secrets,
    startup,
    stop,
    twelve_factor,
    twelve_factor_stage,
    uploads,
    user,
    web_scan,
)
from advices.results import Layer
from advices.scanners import wapiti, zap

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
STATUS = (
    "Name:\tpython\nUid:\t1000\t1001\t1000\t1000\nGid:\t0\t5\t0\t0\n"
    "Groups:\t5 20 \nCapEff:\t00000000a80425fb\n"
)
PYTHON = "usr/lib/python3/site-packages"
LAYERS = (
    {
        "bin/busybox": layer_tars.file(b"b" * 100, 0o755),
        "bin/sh": layer_tars.symlink("busybox"),
        "usr/bin/gcc-14": layer_tars.file(b"g" * 50, 0o4755),
        "usr/share/doc/gcc/README": layer_tars.file(b"doc"),
        "usr/lib/gcc/cc1": layer_tars.file(b"c" * 30),
        "var/lib/apt/lists/a": layer_tars.file(b"list"),
        f"{PYTHON}/flask-3.dist-info/METADATA": layer_tars.file(b"Name: flask"),
        "gone": layer_tars.file(b"g" * 7),
    },
    {"srv/app.py": layer_tars.file(b"x = 1\n"), ".wh.gone": layer_tars.file()},
)

ASIDE = {
    "packages/aside-1.dist-info/METADATA": layer_tars.file(b"m"),
    "packages/aside/a.py": layer_tars.file(b"a = 1"),
}


def build() -> Any:
    log, pip = build_log.BuildLog(), build_log.BuildLog()
    for line in (HERE / "data" / "build.rawjson").read_text("utf-8").splitlines(keepends=True):
        log.feed(line)
    for line in (HERE / "data" / "pip.rawjson").read_text("utf-8").splitlines():
        pip.feed(line)
    return log.steps(), log.failed_step(), log.running_step(), pip.downloads()


def layers() -> Any:
    return [layer_tars.listed(members) for members in LAYERS]


def weights() -> Any:
    content = b"".join(b"%d: def f(x): return x * %d\n" % (n, n % 97) for n in range(60_000))
    with gzip_bytes.cores() as on:
        weighing = gzip_bytes.Weighing(io.BytesIO(content), on)
        while weighing.read(100_000):
            pass
        return weighing.transfer_bytes()


def told() -> Any:
    history = [
        {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN /bin/sh -c pip install   x # buildkit"},
        {},
    ]
    content = {"rootfs": {"diff_ids": ["a", "b", "c"]}, "history": history}
    return images_layers.instructions(Config("", content))


def in_the_image() -> Any:
    config = {"Env": ["PATH=/bin:/usr/bin"], "WorkingDir": "/srv"}
    return files.values((*layers(), layer_tars.listed(ASIDE)), config)


def answer() -> Any:
    headers = (("Server", "gunicorn"), ("Date", "today"), ("Set-Cookie", "a=1"), ("Vary", "b"))
    found = startup.Answer(200, headers, b"<h1>Book</h1>")
    return found.digest(), startup.status_fields(STATUS)


def rights() -> Any:
    return user.rights(STATUS)


def arrived() -> Any:
    return environment.wrong({"A": "1", "B": "2", "C": "3"}, ["A=1", "A=2", "B=x\ny", "bad"])


def together() -> Any:
    def layer(name: str, size: int) -> Layer:
        return Layer(
            diff_id=name,
            created_by="",
            disk_bytes=size,
            transfer_bytes=size // 2,
            from_base=False,
        )

    base, app, other = layer("base", 100), layer("app", 10), layer("other", 20)
    return list(image_set.weigh([[base, app], [base, other, app], [base]]))


def distributions() -> Any:
    return imports.name(f"{PYTHON}/Flask-3.0.dist-info")


def touched() -> Any:
    return opened.values(layer_tars.tree(*LAYERS), ["/srv/app.py", "/bin/busybox", "/dev/null"])


def packages() -> Any:
    base = {f"{PYTHON}/pip/a.py": layer_tars.file(b"a"), "usr/bin/uv": layer_tars.file(b"uv")}
    own = {
        f"{PYTHON}/Flask-3.0.dist-info/METADATA": layer_tars.file(b"m"),
        f"{PYTHON}/flask/app.py": layer_tars.file(b"app"),
        f"{PYTHON}/flask/__pycache__/app.cpython-314.pyc": layer_tars.file(b"pyc"),
        f"{PYTHON}/flask/cli.py": layer_tars.file(b"cli"),
        f"{PYTHON}/pip/__pycache__/a.cpython-314.pyc": layer_tars.file(b"pip"),
        "root/.cache/pip/http/a": layer_tars.file(b"cache"),
        "opt/bin/uvx": layer_tars.file(b"uvx!"),
        **ASIDE,
    }
    read = [layer_tars.listed(base), layer_tars.listed(own)]
    found = installed.distributions(read, [False, True])
    asked = installed.declared('[project]\ndependencies = ["a", "b>1 ; python_version > \'4\'"]')
    lock = {"flask": frozenset({"3.1"})}
    return found, installed.off_lock(found, lock, asked), installed.left(read, [False, True])


def named() -> Any:
    lower = {
        "etc/os-release": b"ID=debian\nVERSION_ID=13\n",
        "var/lib/dpkg/status": b"Package: a\nStatus: install ok installed\nVersion: 1\n",
        f"{PYTHON}/Flask-3.dist-info/METADATA": b"Name: Flask\nVersion: 3\n",
        f"{PYTHON}/Flask-3.dist-info/RECORD": b"flask/app.py,,\n",
        f"{PYTHON}/x.libs/libz.so.1": b"",
        "packages/y-1.dist-info/METADATA": b"",
        "packages/y.libs/liby.so.1": b"",
    }
    members = {path: layer_tars.file(text) for path, text in lower.items()}
    texts = images_inventory.read_lists(io.BytesIO(layer_tars.layer_tar(members)))
    found = images_inventory.inventory(layer_tars.tree(members), [texts])
    fixes = Fixes(source="", date="2026-01-01", packages={"flask": {"3.1": ("CVE-1",)}})
    lock = inventory.locked("flask==3\nb==1 ; sys_platform == 'win32'\nc==2\n", "3.14")
    return (
        found.components,
        found.bundled_libraries,
        inventory.counted(found),
        inventory.not_named(lock, found),
        inventory.missing(found, fixes),
        inventory.idle(found, ["/x"]),
        inventory.origin({"org.opencontainers.image.source": "x"}),
    )


def held() -> Any:
    config = {"Config": {"Env": ["A=s3cret", "s3cret"], "Labels": {"s3cret": "b"}, "n": [1, "no"]}}
    return list(secrets.holding(config, "s3cret"))


def factors() -> Any:
    declared = requirements.declarations("Flask==3.0\nrequests\n# no\nzope.interface==7 ; x\n")
    installed = [("flask", "3.0"), ("Zope_Interface", "8"), ("pip", "25"), ("extra", "1")]
    changed = ["/srv", "/srv/a.py", "/srv/db.sqlite3", "/srv/__pycache__/a.pyc", "/var/x"]
    return (
        declared,
        requirements.undeclared(installed, [("extra", "0")], declared),
        twelve_factor_stage.code_files(changed, "/srv"),
        twelve_factor_stage.listed('[["flask", "3.0"]]'),
        twelve_factor_stage.address_of("second", "db", "postgres://u:p@host/first"),
        twelve_factor_stage.environment("postgres://x"),
        dict(twelve_factor.SCORE),
    )


def watched() -> Any:
    config = {"Healthcheck": {"Test": ["CMD", "check"], "Timeout": 2_000_000_000}}
    states = (health.NO_CHECK, health.NEVER_HEALTHY, health.SLOW_VISITORS)
    times = [health.checking_of(one) for one in (config, {"Healthcheck": {"Test": ["CMD", "x"]}})]
    return states, times, [health.is_checked(one) for one in (config, {}, {"Healthcheck": None})]


def limited() -> Any:
    printed = (
        '{"tasks": 3, "rest_bytes": 1, "worker_bytes": 2, "limit_bytes": 3, "peak_bytes": null}'
    )
    asked = (limits.MEMORY, limits.MEMORY_BYTES, limits.VISITORS, limits.FORM_PATH)
    picture = hashlib.sha256(uploads.picture()[:33]).hexdigest()
    return asked, processes.read(printed), picture


def reports(scanner: ModuleType, url: str) -> Any:
    """Return what a scanner's reader makes of every recorded report of it."""
    found = {}
    for file in sorted((SAMPLES / scanner.NAME).glob("*.json")):
        try:
            found[file.name] = scanner.read(file.read_bytes(), url, "Job spider found 7 URLs")
        except ScanFailed as error:
            found[file.name] = error.what
    return found


def course() -> Any:
    return plan.Samples(), plan.QUICK


READERS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "engine/build_log": (build_log, build),
    "images/files": (images_files, layers),
    "images/gzip_bytes": (gzip_bytes, weights),
    "images/layers": (images_layers, told),
    "measure/plan": (plan, course),
    "probes/environment": (environment, arrived),
    "probes/files": (files, in_the_image),
    "probes/health": (health, watched),
    "probes/image_set": (image_set, together),
    "probes/imports": (imports, distributions),
    "probes/installed": (installed, packages),
    "probes/inventory": (inventory, named),
    "probes/limits": (limits, limited),
    "probes/opened": (opened, touched),
    "probes/secrets": (secrets, held),
    "probes/startup": (startup, answer),
    "probes/stop": (stop, lambda: (stop.SITE, stop.IN_FLIGHT)),
    "probes/twelve_factor": (twelve_factor, factors),
    "probes/user": (user, rights),
    "probes/web_scan": (web_scan, lambda: web_scan.SITE),
    "scanners/wapiti": (wapiti, lambda: reports(wapiti, "http://site:8000/")),
    "scanners/zap": (zap, lambda: reports(zap, "http://site:8000/")),
}
