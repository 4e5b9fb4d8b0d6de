"""Pure: what a measure is, and those of images, starts and builds, which need no probe."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What a measure is called, what it counts, and which direction is better, if any.

    `varies` marks one that may differ between two runs of the same thing, beside seconds.
    """

    label: str
    meaning: str
    lower_is_better: bool | None = None
    varies: bool = False

    @property
    def direction(self) -> str:
        """Return "lower is better", "higher is better", or "" when neither is."""
        if self.lower_is_better is None:
            return ""
        return f"{'lower' if self.lower_is_better else 'higher'} is better"


OF_AN_IMAGE: dict[str, Measure] = {
    "disk_bytes": Measure(
        "Bytes on disk", "all layers, unpacked, as a machine with the image stores them", True
    ),
    "transfer_bytes": Measure(
        "Bytes to transfer", "all layers, compressed: what a first pull moves", True
    ),
    "context_bytes": Measure("Build context", "the files that .dockerignore lets in", True),
    "layers": Measure("Layers", "the layers of the image, including those of the base"),
    "answered": Measure("Answers", "the running container answered HTTP 200", False),
    "first_200_seconds": Measure(
        "Time to the first answer", "from the start of the container to HTTP 200, median", True
    ),
    "uid": Measure("User", "the uid of PID 1 in the running container"),
    "page_digest": Measure("Page", "SHA-256 of the page that it serves, first 12 digits"),
    "behaviours": Measure(
        "Different answers of one image", "one digest, started in several environments"
    ),
}

OF_A_START: dict[str, Measure] = {
    name: OF_AN_IMAGE[name] for name in ("answered", "first_200_seconds", "uid", "page_digest")
} | {
    "status": Measure("Status", "the HTTP status of its first answer"),
    "capabilities": Measure(
        "Effective capabilities", "how many capabilities PID 1 holds, from /proc/1/status", True
    ),
}

OF_A_BUILD: dict[str, Measure] = {
    "steps_run": Measure("Steps run", "the build steps that ran", True),
    "steps_cached": Measure("Steps from the cache", "the build steps that did not run", False),
    "new_disk_bytes": Measure(
        "New bytes on disk",
        "layers that a server with the previous image does not have yet, unpacked",
        True,
    ),
    "new_transfer_bytes": Measure(
        "New bytes to transfer",
        "layers that a server does not have yet, compressed: what a deploy moves",
        True,
    ),
    "new_layers": Measure(
        "Layers that differ",
        "layers that a server with the previous image does not have yet; those of the base are "
        "left out",
        True,
    ),
    "packages_moved": Measure(
        "Packages that moved",
        "Python packages in another version than in the first build, new ones and missing ones",
        True,
    ),
    "packages_behind": Measure(
        "Packages behind",
        "Python packages older than the newest version that pip was offered on that day",
        True,
    ),
    "downloaded_files": Measure(
        "Files that pip downloads",
        "package files, as pip prints them; not those of its cache",
        True,
    ),
    "downloaded_bytes": Measure(
        "Bytes that pip downloads", "the sizes that pip prints for these files, rounded by it", True
    ),
    "longest_step_seconds": Measure(
        "Longest step",
        "the build step that took longest, as BuildKit times it, in the first sample",
        True,
    ),
    "seconds": Measure("Build time", "wall time of the build including its export, median", True),
}
