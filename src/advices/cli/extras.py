"""What a command needs and is not installed: the extra that brings it."""

from __future__ import annotations

import importlib.util

from advices.core import ExtraMissing

MODULES = {
    "labs": ("nbclient", "nbformat", "traitlets"),
    "learn": ("IPython", "jupyter_core", "jupyter_server", "markdown", "tornado"),
    "class": ("jinja2", "jupyterhub"),
    "sbom": ("cyclonedx",),
}
"""The modules that this package imports of each extra, those that its packages bring included."""


def demand(module: str) -> None:
    """Raise ModuleNotFoundError now for what a command would miss only after it has worked."""
    if importlib.util.find_spec(module) is None:
        raise ModuleNotFoundError(name=module)


def extra_missing(error: ModuleNotFoundError) -> ExtraMissing | None:
    """Return what to do about a module that is not there, None for one that no extra brings."""
    module = (error.name or "").partition(".")[0]
    extra = next((name for name, modules in MODULES.items() if module in modules), None)
    if extra is None:
        return None
    wanted = f"docker-advices[{extra}]"
    return ExtraMissing(
        f"this command needs the package {module}, which is not installed",
        why=f"docker-advices was installed without its extra `{extra}`",
        next_step=f"`pip install '{wanted}'`, `pipx install --force '{wanted}'` or "
        f"`uvx --from '{wanted}' advices ...`; in a clone, `./run` installs all it needs",
    )
