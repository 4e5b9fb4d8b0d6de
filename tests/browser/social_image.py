"""The picture that other sites show of a shared page: docs/assets/social.svg as PNG.

They take no SVG. `python tests/browser/social_image.py` draws it anew after the SVG changed.
"""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ASSETS = Path(__file__).parents[2] / "docs" / "assets"
SIZE = {"width": 1200, "height": 630}


def draw(browser) -> bytes:
    """Return the picture as PNG, as this machine's fonts draw it."""
    page = browser.new_page(viewport=SIZE)
    page.set_content(f"<style>*{{margin:0}}</style>{(ASSETS / 'social.svg').read_text('utf-8')}")
    shot = page.screenshot()
    page.close()
    return shot


def main() -> None:
    """Draw the picture into docs/assets/social.png."""
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=("--no-sandbox",))
        (ASSETS / "social.png").write_bytes(draw(browser))
        browser.close()


if __name__ == "__main__":
    main()
