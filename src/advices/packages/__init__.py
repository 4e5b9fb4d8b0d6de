"""How builds get Python packages: straight out, through a caching proxy, from the shelf."""

from advices.packages import locks, proxy, selection, shelf
from advices.packages.download import Fetcher
from advices.packages.selection import Target, newest_versions
from advices.packages.settings import PIP_CONF
from advices.packages.shelf import PackageFile, Sha256, Shelf

__all__ = [
    "PIP_CONF",
    "Fetcher",
    "PackageFile",
    "Sha256",
    "Shelf",
    "Target",
    "locks",
    "newest_versions",
    "proxy",
    "selection",
    "shelf",
]
