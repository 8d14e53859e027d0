import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from babyslm.results.pages.comparison import comparison_page, comparison_report
from babyslm.results.pages.curves import curve_sections
from babyslm.results.pages.page import percent, points, vega_bundle
from babyslm.results.pages.plots import curve, difference_plot, dot_plot
from babyslm.results.pages.report import report_page
from babyslm.results.result import Result
from babyslm.verify.results.records import FewResultsError

Make = Callable[..., Result]
NASTY = "</script><img src=x onerror=alert(1)>\"'&"
ROW = {"low": 0.4, "high": 0.6, "accuracy": 0.5, "std": 0.1, "n": 3, "ties": 0}


class Page(HTMLParser):
    """What a browser would see: tags, links, text, and the specifications of the plots."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.specs: list[dict[str, object]] = []
        self.parts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        self.links += [values[name] or "" for name in ("src", "href") if name in values]
        if "data-spec" in values:
            self.specs.append(json.loads(values["data-spec"] or ""))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] not in {"script", "style"}:
            self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def marks(spec: dict) -> list[dict]:
    return [layer["mark"] for layer in spec["layer"]]


def test_the_page_shows_the_figures_of_the_result(make: Make) -> None:
    result = make(name="MFCC units")
    page = Page(report_page(result))
    assert page.text.count("MFCC units") >= 2
    for row in result.headline().to_dict("records"):
        assert percent(row["accuracy"]) in page.text
        assert f"{100 * row['low']:.1f}" in page.text or row["low"] != row["low"]
    for row in result.by("voice").to_dict("records"):
        assert percent(row["accuracy"]) in page.text
    for heading in ("By phenomenon", "By word frequency", "By length", "By voice", "Stimuli and software"):
        assert heading in page.text
    assert "over 3 voices the accuracy ranges from" in page.text
    assert result.record.stimuli.checksums["lexical/dev"] in page.text


def test_every_plot_has_a_chance_line_and_intervals(make: Make) -> None:
    page = Page(report_page(make()))
    assert len(page.specs) >= 5
    for spec in page.specs:
        styles = [mark.get("style") for mark in marks(spec)]
        assert "chance" in styles
        assert "interval" in styles or any(mark["type"] == "errorband" for mark in marks(spec))
        assert "config" not in spec


def test_the_page_loads_nothing_from_elsewhere(make: Make, tmp_path: Path) -> None:
    comparison_report([make("a"), make("b", seed=1)], tmp_path / "page.html", title="Both")
    for text in (report_page(make()), (tmp_path / "page.html").read_text(encoding="utf-8")):
        page = Page(text)
        assert page.links == []
        assert not {"link", "img", "iframe", "object"} & set(page.tags)
        assert "Content-Security-Policy" in text
        assert "default-src 'none'" in text
        assert "vegaEmbed" in text
        assert "@import" not in text


def test_names_from_outside_stay_text(make: Make, tmp_path: Path) -> None:
    result = make(name=NASTY, settings={NASTY: NASTY}, evaluation={"condition": NASTY})
    comparison_report([result, make("b")], tmp_path / "page.html", title=NASTY, notes=[NASTY])
    for text in (report_page(result), (tmp_path / "page.html").read_text(encoding="utf-8")):
        page = Page(text)
        assert "img" not in page.tags
        assert page.tags.count("script") == 2
        assert NASTY in page.text
    assert any(NASTY in json.dumps(spec, ensure_ascii=False).replace('\\"', '"') for spec in page.specs)


def test_learners_stand_side_by_side_with_their_differences(make: Make, tmp_path: Path) -> None:
    reader, listener = make("lstm", lift=5.0, modality="phonemic"), make("lstm", seed=1, lift=0.0)
    path = comparison_report(
        [reader, listener], tmp_path / "a" / "page.html", title="Text and speech", notes=["Note."]
    )
    page = Page(path.read_text(encoding="utf-8"))
    assert "lstm · phonemic − lstm · spoken" in page.text
    assert points(reader.accuracy("lexical") - listener.accuracy("lexical")) in page.text
    assert "Note." in page.text
    assert percent(reader.accuracy("syntactic", macro=True)) in page.text
    assert "Differences by phenomenon" in page.text
    titles = [
        layer["encoding"]["x"]["title"]
        for spec in page.specs
        for layer in spec["layer"]
        if "title" in layer["encoding"].get("x", {})
    ]
    assert "difference in accuracy" in titles


def test_one_learner_is_no_comparison(make: Make, tmp_path: Path) -> None:
    with pytest.raises(FewResultsError):
        comparison_report([make()], tmp_path / "page.html", title="alone")
    assert not (tmp_path / "page.html").exists()


def conditions(make: Make) -> list[Result]:
    return [
        make("u", seed=seed, training={"hours": hours, "condition": train}, evaluation={"condition": "clean"})
        for seed, (hours, train) in enumerate((h, t) for t in ("clean", "wild") for h in (1.0, 4.0))
    ]


def test_checkpoints_make_a_learning_curve_on_a_log_scale(make: Make, tmp_path: Path) -> None:
    results = conditions(make)
    page = Page(comparison_report(results, tmp_path / "p.html", title="t").read_text(encoding="utf-8"))
    assert "Accuracy by amount of training" in page.text
    curves = [spec for spec in page.specs if any(m["type"] == "errorband" for m in marks(spec))]
    scales = [layer["encoding"]["x"] for spec in curves for layer in spec["layer"] if "x" in layer["encoding"]]
    hours = [scale for scale in scales if scale.get("title") == "hours of training"]
    assert hours
    assert all(scale["scale"]["type"] == "log" for scale in hours)
    assert "u · clean training" in page.text
    assert "Accuracy by signal-to-noise ratio" not in page.text


def test_revisions_of_one_learner_are_drawn_by_phenomenon(make: Make, tmp_path: Path) -> None:
    results = [
        make("m", seed=step, settings={"revision": f"step{step}", "training": {"tokens": 1000 * step}})
        for step in (1, 2, 3)
    ]
    text = comparison_report(results, tmp_path / "p.html", title="t").read_text(encoding="utf-8")
    assert "Syntactic, dev, by phenomenon" in Page(text).text
    assert "m · step2" in Page(text).text


def test_noise_makes_a_curve_and_conditions_make_a_table(make: Make, tmp_path: Path) -> None:
    results = conditions(make)
    results += [
        make("u", seed=9, training={"hours": 4.0, "condition": train}, evaluation={"condition": "home", "snr": snr})
        for train in ("clean", "wild")
        for snr in (10, -5.0)
    ]
    page = Page(comparison_report(results, tmp_path / "p.html", title="t").read_text(encoding="utf-8"))
    assert "Accuracy by signal-to-noise ratio" in page.text
    assert "Training and test conditions" in page.text
    for cell in ("trained on wild", "tested on clean", "tested on home 10 dB", "tested on home −5 dB"):
        assert cell in page.text
    last = percent(results[3].accuracy("lexical"))
    table = page.text.split("Training and test conditions")[1]
    assert last in table


def test_the_graded_presets_are_one_curve(make: Make) -> None:
    results = [
        make("l", seed=ratio + 5, evaluation={"condition": f"snr{ratio}", "snr": float(ratio)})
        for ratio in (20, 0, -5)
    ]
    sections = curve_sections(results)
    assert [section.title for section in sections] == ["Accuracy by signal-to-noise ratio"]
    assert {plot.title for plot in sections[0].plots} == {"Lexical, dev", "Syntactic, dev"}


def test_specifications_hold_their_data_and_the_whole_interval() -> None:
    frame = pd.DataFrame([{"a.b": "x_y", **ROW, "low": 0.07}, {"a.b": "z", **ROW, "low": float("nan")}])
    spec = dot_plot(frame, "a.b", "axis")
    assert spec["layer"][1]["encoding"]["y"]["field"] == "a\\.b"
    assert spec["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0.0, 1.0]
    data = next(iter(spec["datasets"].values())) if "datasets" in spec else spec["layer"][1]["data"]["values"]
    assert [row["a.b"] for row in data] == ["x y", "z"]
    assert data[1]["low"] is None


def test_curves_and_differences_keep_every_point_in_sight() -> None:
    frame = pd.DataFrame([{"snr": value, **ROW} for value in (-5.0, 0.0, 20.0)])
    across = curve(frame, "snr", "dB")["layer"][1]["encoding"]["x"]
    assert across["scale"]["domain"] == [-5.0, 20.0]
    assert across["axis"]["values"] == [-5.0, 0.0, 20.0]
    rows = pd.DataFrame([{"pair": "a − b", "difference": 0.2, "low": 0.1, "high": 0.3, "p_holm": 0.01}])
    low, high = difference_plot(rows, "pair")["layer"][1]["encoding"]["x"]["scale"]["domain"]
    assert low == -high
    assert high > 0.3


@pytest.mark.slow
def test_a_browser_draws_every_plot(make: Make, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser on this machine; install chromium")
    path = comparison_report(conditions(make), tmp_path / "p.html", title="t")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [browser, *flags, profile, "--virtual-time-budget=20000", "--dump-dom", path.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    plots = len(Page(path.read_text(encoding="utf-8")).specs)
    assert plots > 5
    assert dom.count('class="marks"') == plots
    assert "cannot be drawn:" not in dom.split("<script")[0]


@pytest.mark.parametrize(
    ("pooling", "title"),
    [
        ("mean", "official (mean log-probability)"),
        ("sum", "requested (sum of"),
        ("as given", "official (scores as given)"),
    ],
)
def test_the_page_says_what_the_headline_score_is(make: Make, pooling: str, title: str) -> None:
    result = make(evaluation={"pooling": pooling})
    assert title in Page(report_page(result)).text
    assert title in result._repr_html_()


def test_a_cache_that_cannot_be_written_does_not_stop_a_report(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    vega_bundle.cache_clear()
    try:
        assert "window.vegaEmbed" in report_page(make())
    finally:
        vega_bundle.cache_clear()


def test_tables_of_settings_start_folded(make: Make) -> None:
    for page in (report_page(make("a")), comparison_page([make("a"), make("b", seed=1)], title="Two")):
        for title in ("Learners? and settings", "Stimuli and software"):
            (opening,) = re.findall(rf"<section>\s*(<[^>]*>)\s*<summary><h2>{title}</h2></summary>", page)
            assert opening == "<details>"
