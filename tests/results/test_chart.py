"""What a notebook shows: tables of text, and plots that need nothing from the network."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.results.result import Result
from babyslm.verify.results.records import AmbiguousTableError, ChartFormatError, UnknownAttributeError

Make = Callable[..., Result]
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Every text in a picture; it must be whole XML that points nowhere."""
    root = ET.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "image", "foreignObject"}
        assert not any(name.endswith(("href", "src")) for name in element.attrib)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_a_result_is_drawn_table_by_table(make: Make) -> None:
    svg = make().plot()._repr_svg_()
    assert {"Lexical, dev", "Syntactic, dev", "accuracy"} <= set(texts(svg))


def test_a_plot_by_an_attribute_has_a_part_for_each_table(make: Make) -> None:
    result = make()
    both = result.plot("length").spec["vconcat"]
    assert [part["title"] for part in both] == ["Lexical, dev", "Syntactic, dev"]
    phenomena = result.plot("phenomenon")
    assert {"adj noun order", "noun verb agreement", "wh question"} <= set(texts(phenomena.svg()))
    drawn = phenomena.spec["vconcat"][0]["layer"][1]["data"]["values"]
    assert [each["accuracy"] for each in drawn] == result.by("phenomenon")["accuracy"].tolist()


def test_what_is_not_there_is_not_drawn(make: Make) -> None:
    with pytest.raises(UnknownAttributeError):
        make().plot("colour")
    with pytest.raises(AmbiguousTableError, match="any task/test"):
        make().plot(split="test")


def test_differences_are_a_table_and_a_plot(make: Make) -> None:
    first, second = make(name="<b>one</b>", seed=1), make(name="two", seed=2)
    differences = first.compare(second)
    page = differences._repr_html_()
    assert "&lt;b&gt;one&lt;/b&gt; − two" in page
    assert "<b>" not in page
    assert page.count("<table>") == 3  # two whole tables, and the phenomena of one
    assert len(differences.whole) + len(differences.by_phenomenon) == len(differences.table)
    assert str(round(differences.table["difference"].iloc[0], 6)) in repr(differences)
    assert any("two" in text for text in texts(differences.plot().svg()))
    assert {"adj noun order", "wh question"} <= set(texts(differences.plot(phenomena=True).svg()))
    several = first.compare(second, make(name="three", seed=3))
    assert several.table["first"].nunique() == 2
    assert any("three: wh question" in text for text in texts(several.plot(phenomena=True).svg()))


def test_a_plot_is_saved_whole(make: Make, tmp_path: Path) -> None:
    chart = make().plot()
    assert texts(chart.save(tmp_path / "plot.svg").read_text(encoding="utf-8"))
    assert chart.save(tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(chart.save(tmp_path / "plot.json").read_text(encoding="utf-8")) == chart.spec
    with pytest.raises(ChartFormatError, match=r"plot\.pdf: plots are saved as \.svg"):
        chart.save(tmp_path / "plot.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plot.json", "plot.png", "plot.svg"]
