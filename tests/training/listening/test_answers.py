"""Answers to a table, on simulated answers: made by a random generator here, nobody has listened."""

import csv
import json

import numpy as np
import pytest
from scipy import stats

from semeq.training import DataError
from semeq.training.cli import main
from semeq.training.listening import (
    REFERENCE,
    abx_listeners,
    abx_table,
    mushra_listeners,
    mushra_table,
    read_answers,
    read_key,
    screen,
)

CONDITIONS = (REFERENCE, "good", "bad", "anchor")
SIMULATED = {REFERENCE: 98.0, "good": 80.0, "bad": 60.0, "anchor": 20.0}


@pytest.fixture
def key(tmp_path):
    trials = {
        f"t{t:02d}": {"conditions": {f"s{10 * t + i}": name for i, name in enumerate(CONDITIONS)}} for t in range(1, 9)
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"format": 1, "kind": "mushra", "test": "simulated", "trials": trials}))
    return path


def simulated(path, key, listeners=12, seed=0, deaf=(), webmushra=False):
    """A CSV as the page writes it, or webMUSHRA: ratings of made listeners with a taste of their own."""
    random = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        column = ["session_test_id", "listener", "trial_id", "rating_stimulus", "rating_score", "rating_time"]
        writer.writerow([*column, "rating_comment"] if webmushra else column)
        for n in range(listeners):
            taste = {name: random.normal(0, 5) for name in CONDITIONS}
            for trial, one in read_key(key)["trials"].items():
                for code, name in one["conditions"].items():
                    hidden = name == REFERENCE
                    value = SIMULATED[name] + (0 if hidden else taste[name] + random.normal(0, 10))
                    if f"l{n}" in deaf:
                        value = random.uniform(0, 100)
                    shown = "reference" if webmushra and hidden else code
                    row = ["simulated", f"l{n}", trial, shown, round(float(np.clip(value, 0, 100))), 1000]
                    writer.writerow([*row, ""] if webmushra else row)
    return path


@pytest.mark.parametrize("webmushra", [False, True])
def test_the_table_finds_what_was_simulated(tmp_path, key, webmushra):
    answers = read_answers([simulated(tmp_path / "a.csv", key, webmushra=webmushra)], read_key(key))
    assert len(answers) == 12 * 8 * 4
    means, apart = mushra_table(answers)
    assert [one.name for one in means] == list(CONDITIONS)
    for one in means:
        assert one.low <= SIMULATED[one.name] + 1
        assert one.high >= SIMULATED[one.name] - 1
        assert one.listeners == 12
    assert [one.name for one in apart] == ["reference − good", "good − bad", "bad − anchor"]
    assert apart[1].low > 0


def test_an_interval_covers_the_truth_as_often_as_it_says():
    """200 simulated tests of 20 listeners: the percentile bootstrap covers a little less than 95 %."""
    from semeq.training.listening.answers import _estimate, _resampled

    draws, random = _resampled(20, 0)[:1000], np.random.default_rng(1)
    found = [_estimate("x", random.normal(50, 10, 20), draws) for _ in range(200)]
    assert 0.88 <= np.mean([one.low <= 50 <= one.high for one in found]) <= 0.99


def test_intervals_resample_listeners_not_ratings(tmp_path, key):
    """Eight ratings of one listener are one opinion: repeating every trial must not narrow the interval."""
    answers = read_answers([simulated(tmp_path / "a.csv", key)], read_key(key))
    once, _ = mushra_table(answers)
    twice, _ = mushra_table([*answers, *answers])
    assert [(one.low, one.high) for one in once] == [(one.low, one.high) for one in twice]


def test_who_does_not_hear_the_hidden_reference_is_left_out(tmp_path, key):
    answers = read_answers([simulated(tmp_path / "a.csv", key, deaf=("l3",))], read_key(key))
    kept = screen(answers)
    assert kept.left_out == ("l3",)
    assert {a.listener for a in kept.answers} == {f"l{n}" for n in range(12)} - {"l3"}


def test_the_command_prints_and_names(tmp_path, key, capsys):
    first = simulated(tmp_path / "a.csv", key, deaf=("l3",))
    with pytest.raises(SystemExit) as stop:
        main(["listening-test", "analyze", str(first), "--key", str(key), "--json"])
    assert stop.value.code == 0
    table = json.loads(capsys.readouterr().out)
    assert table["left_out"] == ["l3"]
    assert [one["name"] for one in table["conditions"]] == list(CONDITIONS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row: {**row, "trial_id": "t99"}, "does not belong to the test"),
        (lambda row: {**row, "rating_stimulus": "s999"}, "does not belong to the test"),
        (lambda row: {**row, "rating_score": "nice"}, "does not belong to the test"),
        (lambda row: {**row, "rating_score": "101"}, "is not an answer"),
        (lambda row: {**row, "listener": ""}, "does not belong to the test"),
    ],
)
def test_an_answer_to_something_else_is_refused(tmp_path, key, change, message):
    good = simulated(tmp_path / "a.csv", key, listeners=1)
    with good.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[4] = change(rows[4])
    with good.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(DataError, match=message):
        read_answers([good], read_key(key))


def test_answering_twice_is_refused(tmp_path, key):
    file = simulated(tmp_path / "a.csv", key, listeners=1)
    with pytest.raises(DataError, match="twice"):
        read_answers([file, file], read_key(key))


def test_abx_tells_guessing_from_hearing(tmp_path):
    trials = {f"t{t}": {"conditions": {f"r{t}": REFERENCE, f"a{t}": "heard", f"b{t}": "not"}} for t in range(8)}
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"format": 1, "kind": "abx", "test": "simulated", "trials": trials}))
    random = np.random.default_rng(0)
    rows = ["session_test_id,listener,trial_id,stimulus,correct,time"]
    for n in range(15):
        for t in range(8):
            rows += [f"simulated,l{n},t{t},a{t},{int(random.random() < 0.8)},1"]
            rows += [f"simulated,l{n},t{t},b{t},{int(random.random() < 0.5)},1"]
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n")
    heard, guessed = abx_table(read_answers([tmp_path / "a.csv"], read_key(path)))
    assert (heard.name, guessed.name) == ("heard", "not")
    assert heard.low > 0.5 > guessed.low
    assert heard.p < 1e-6 < 0.01 < guessed.p
    with pytest.raises(SystemExit) as stop:
        main(["listening-test", "analyze", str(tmp_path / "a.csv"), "--key", str(path)])
    assert stop.value.code == 0


def test_the_number_of_listeners_is_that_of_the_textbook():
    """A paired t-test at d = .5, two-sided .05, power .8 needs 34 (Cohen, 1988; G*Power); at d = .8, 15."""
    assert mushra_listeners(5.0, 10.0, 0.0, 1) == 34
    assert mushra_listeners(8.0, 10.0, 0.0, 1) == 15
    assert mushra_listeners(1000.0, 1.0, 0.0, 1) <= 3
    assert mushra_listeners(0.01, 10.0, 0.0, 1) is None
    assert mushra_listeners(5, 8, 20, 12) < mushra_listeners(5, 8, 20, 4)


def test_the_power_is_reached_in_simulation():
    listeners = mushra_listeners(5.0, 8.0, 20.0, 12)
    random = np.random.default_rng(0)
    means = random.normal(5, 8, (4000, listeners)) + random.normal(0, 20 / np.sqrt(12), (4000, listeners))
    assert (stats.ttest_1samp(means, 0, axis=1).pvalue < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_abx_needs_more_listeners_the_less_is_heard():
    assert abx_listeners(0.9, 10) < abx_listeners(0.7, 10) < abx_listeners(0.6, 10)
    count = abx_listeners(0.7, 10)
    least = stats.binom.isf(0.05, 10 * count, 0.5) + 1
    assert stats.binom.sf(least - 1, 10 * count, 0.7) >= 0.8
    assert stats.binom.sf(least - 1, 10 * count, 0.5) <= 0.05
    for wrong in (0.5, 1.1):
        with pytest.raises(ValueError, match="share"):
            abx_listeners(wrong, 10)


def test_the_command_says_how_many(capsys):
    for options, expected in ((["--difference", "5"], "listeners of 12 trials"), (["--share", "0.7"], "70% right")):
        with pytest.raises(SystemExit) as stop:
            main(["listening-test", "power", *options])
        assert stop.value.code == 0
        assert expected in capsys.readouterr().out.replace("\n", " ")
    with pytest.raises(SystemExit) as stop:
        main(["listening-test", "power"])
    assert stop.value.code == 2
