"""What the demo prints at its end."""

from pathlib import Path

from babyslm.commands.demo import Demo
from tests.results.conftest import *  # noqa: F403  # results to be shown

STEPS = {"stimuli": 10.0, "corpora": 20.0}


def test_the_demo_ends_with_a_short_table(make, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text("page")
    results = tuple(make(name) for name in ("demo-phone-lstm", "demo-mfcc-lstm"))
    demo = Demo(results, report, STEPS)
    lines = demo.as_text().splitlines()
    assert len(lines) <= 12
    assert lines[-1] == f"report: {report}"
    assert all(len(line) <= 80 for line in lines[:-1])
    for result in results:
        whole = result.headline()
        for row in whole[whole["measure"] == "accuracy"].to_dict("records"):
            (line,) = [line for line in lines if line.startswith(result.name) and row["task"] in line]
            assert f"{100 * row['accuracy']:.1f} %" in line
            assert f"{100 * row['low']:.1f} – {100 * row['high']:.1f} %" in line
    whole_text = demo.as_text(verbose=True)
    assert set(lines) - set(whole_text.splitlines()) == {"30 s"}
    assert "mean of phenomena" in whole_text
    assert "stimuli 10 s, corpora 20 s" in whole_text


def test_a_demo_without_its_report_names_the_results(make, tmp_path: Path) -> None:
    demo = Demo((make("a"), make("b")), tmp_path / "report.html", STEPS)
    assert demo.as_text().splitlines()[-1] == f"results: {tmp_path / 'results'}"
