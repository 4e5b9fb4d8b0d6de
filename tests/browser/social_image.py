"""The pictures that other sites show of a shared page, as PNG: they take no SVG.

`python tests/browser/social_image.py` draws docs/assets/social.png again after social.svg changed.
With the folder of a built site it draws there one picture of each chapter, with its number.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from advices import results
from advices.lab import labfile
from advices.site import social

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "docs" / "assets"
SIZE = {"width": 1200, "height": 630}


def draw(browser, svg="") -> bytes:
    """Return a picture, the site's own if none is given, as this machine's fonts draw it."""
    svg = svg or (ASSETS / "social.svg").read_text("utf-8")
    page = browser.new_page(viewport=SIZE)
    page.set_content(f"<style>*{{margin:0}}</style>{svg}")
    shot = page.screenshot()
    page.close()
    return shot


def draw_chapters(browser, site: Path) -> None:
    """Draw the picture of each chapter into a built site."""
    frame = (ASSETS / "social.svg").read_text("utf-8")
    folder = site / "assets" / "social"
    folder.mkdir(exist_ok=True)
    for lab in labfile.in_order(ROOT / "labs"):
        found = results.load(ROOT / "docs" / "results", lab.slug)
        (folder / f"{lab.slug}.png").write_bytes(draw(browser, social.picture(frame, lab, found)))


def main() -> None:
    """Draw the site's picture into docs/assets, or those of the chapters into a built site."""
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=("--no-sandbox",))
        if sys.argv[1:]:
            draw_chapters(browser, Path(sys.argv[1]))
        else:
            (ASSETS / "social.png").write_bytes(draw(browser))
        browser.close()


if __name__ == "__main__":
    main()
