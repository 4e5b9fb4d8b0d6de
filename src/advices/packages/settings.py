"""Pure: the settings that send pip and uv in a build to an index that speaks plain HTTP.

uv reads none of pip's. Its own are those of the system, which a project's and a user's add to.
Source: https://docs.astral.sh/uv/concepts/configuration-files
"""

from __future__ import annotations

from urllib.parse import urlsplit

PIP_CONF = "/etc/pip.conf"
UV_TOML = "/etc/uv/uv.toml"


def files(index_url: str) -> dict[str, str]:
    """Return the files of settings for an index, by path."""
    host = urlsplit(index_url).hostname
    pip = f"[global]\nindex-url = {index_url}\ntrusted-host = {host}\n"
    return {PIP_CONF: pip, UV_TOML: f'[[index]]\nurl = "{index_url}"\ndefault = true\n'}
