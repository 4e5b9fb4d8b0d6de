"""The kernels of the pages: what a learner types is kept in no file."""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

# IPython's own file is shared with all that its user runs. A kernel that finds it locked starts
# late, and sets it aside for a new one.
_KEEPS_NO_HISTORY = "--HistoryManager.hist_file=:memory:"


class PageKernel(ServerKernelManager):
    """Starts and ends one kernel, which remembers its cells in memory alone."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the words that start it."""
        own = [_KEEPS_NO_HISTORY] if self.ipykernel else []
        return super().format_kernel_cmd([*(extra_arguments or ()), *own])
