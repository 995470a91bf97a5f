"""Makes the pictures of README.md: `python -m tests.e2e.pictures` serves a sample co-op and looks at its home page."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, QUIET, Rose

FOLDER = Path(__file__).parent / "pictures"
VIEWS = {"home-light": (1100, 1000, "light"), "home-dark": (1100, 1000, "dark"), "home-phone": (360, 1000, "light")}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        rose = Rose(Path(folder) / "data").serve("--sample", "--replica", "none")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for name, (width, height, scheme) in VIEWS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(rose.url, wait_until="networkidle")
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png")
        browser.close()
        rose.stop()


if __name__ == "__main__":
    main()
