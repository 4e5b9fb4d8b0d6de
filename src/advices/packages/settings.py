"""Pure: the settings that pip and uv need in a build.

They send both to an index that speaks plain HTTP. uv reads none of pip's. Its own are those of the
system, which a project's and a user's add to.
Source: https://docs.astral.sh/uv/concepts/configuration-files

And they hold pip back to what an index had on an earlier day: a constraint for each package, at
most the version that was the newest then.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from advices.packages.selection import newest_versions

PIP_CONF = "/etc/pip.conf"
UV_TOML = "/etc/uv/uv.toml"
NEWEST = "/etc/docker-advices-newest.txt"
_GLOBAL = "[global]\n"


def files(index_url: str) -> dict[str, str]:
    """Return the files of settings for an index, by path."""
    host = urlsplit(index_url).hostname
    pip = f"{_GLOBAL}index-url = {index_url}\ntrusted-host = {host}\n"
    return {PIP_CONF: pip, UV_TOML: f'[[index]]\nurl = "{index_url}"\ndefault = true\n'}


def held_back(others: dict[str, str], newest: str) -> dict[str, str]:
    """Return files of settings with which pip takes no version above those of a list.

    `newest` is the list, as `newest_versions` reads it; uv is not held back.
    """
    bounds = [f"{name}<={version}\n" for name, version in newest_versions(newest).items()]
    pip = f"{others.get(PIP_CONF, _GLOBAL)}constraint = {NEWEST}\n"
    return {**others, PIP_CONF: pip, NEWEST: "".join(bounds)}
