"""The web scanners: what each is told, how its report is read, its image, its container."""

from advices.scanners.images import ScannerImage, ScannerImages, read_recipes
from advices.scanners.method import asked
from advices.scanners.own import Wanted, scan_own
from advices.scanners.recording import recorded
from advices.scanners.run import Target, first_page, scanned, survived

__all__ = [
    "ScannerImage",
    "ScannerImages",
    "Target",
    "Wanted",
    "asked",
    "first_page",
    "read_recipes",
    "recorded",
    "scan_own",
    "scanned",
    "survived",
]
