"""The page in a browser, from a folder: it is gone through, and what it saves can be evaluated."""

import shutil

import numpy as np
import pytest

from semeq.training.listening import Excerpt, read_answers, read_key, render_trial, write_kit

pytestmark = pytest.mark.slow
RATE = 44_100
FLAT = np.array([0.0, 200, 0, 350, 1, 0, 1000, 1, 0, 3000, 1, 0, 5000])


@pytest.fixture
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as run:
        opened = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


def saved(browser, kit, act, path):
    """Go through the page as `act` does with each trial; the file that it saves."""
    page = browser.new_page(accept_downloads=True)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((kit.folder / "index.html").as_uri())
    page.fill("input", 'Ann "the ear", 1')
    page.click("text=Begin")
    while page.locator("text=Save the answers").count() == 0:
        act(page)
    with page.expect_download() as waiting:
        page.click("text=Save the answers")
    waiting.value.save_as(path)
    assert faults == []
    return path


@pytest.fixture
def trials():
    audio = np.random.default_rng(0).normal(0, 0.05, (1, RATE))
    settings = {name: FLAT + gain * np.eye(13)[0] for name, gain in (("a", 3.0), ("b", -3.0))}
    return [render_trial(Excerpt(audio, RATE, f"{i}.wav"), "warm", FLAT, settings) for i in range(3)]


def test_mushra(browser, trials, tmp_path):
    kit = write_kit(tmp_path / "kit", "mushra", trials, 0, {})

    def rate(page):
        page.click("text=Reference")
        sliders = page.locator("input[type=range]")
        for i in range(sliders.count()):
            page.locator("button", has_text="ABCDE"[i]).first.click()
            sliders.nth(i).fill(str(10 * i + 5))
        page.click("text=Next")

    file = saved(browser, kit, rate, tmp_path / "answers.csv")
    answers = read_answers([file], read_key(kit.key))
    assert {a.listener for a in answers} == {'Ann "the ear", 1'}
    assert len(answers) == 3 * 5
    for trial in ("t01", "t02", "t03"):
        here = {a.condition: a.value for a in answers if a.trial == trial}
        assert sorted(here) == ["a", "anchor", "b", "flat", "reference"]
        assert sorted(here.values()) == [5, 15, 25, 35, 45]


def test_abx(browser, trials, tmp_path):
    kit = write_kit(tmp_path / "kit", "abx", trials, 0, {})

    def choose(page):
        for name in ("A", "B", "X"):
            page.locator(f"main > button:text-is('{name}')").click()
        page.locator("p > button").first.click()

    file = saved(browser, kit, choose, tmp_path / "answers.csv")
    answers = read_answers([file], read_key(kit.key))
    assert len(answers) == 3 * 4
    assert {a.value for a in answers} <= {0.0, 1.0}
