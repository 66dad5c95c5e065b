"""The report as a page: whole, safe whatever the programme says, quick to write, and drawn by a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from gigawatt.errors import OutputError
from gigawatt.model.plan import Plan
from gigawatt.report.page import render, write_report
from tests import plans
from tests.dust import with_dust

VOID = {"meta", "input", "br", "hr", "img", "link", "wbr"}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
CLICK_EVERY_TAB = """<script>
for (let n = 0; n < 9; n += 1) setTimeout(function () {
  for (const list of document.querySelectorAll("[role=tablist]")) if (list.children[n]) list.children[n].click();
}, 150 * n);
</script>"""


class Page(HTMLParser):
    """The elements of a page with their attributes, the texts of its scripts, and what is out of balance."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()} closes something else")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]

    @property
    def specs(self) -> dict[str, dict[str, object]]:
        return json.loads(self.scripts[0])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plans.whole_plan(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def page(whole: Plan) -> Page:
    return Page(render(whole))


@pytest.fixture(scope="module")
def poor(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(render(plans.poor_plan(tmp_path_factory.mktemp("poor"))))


def test_every_element_is_closed_and_every_id_is_given_once(page: Page) -> None:
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))


def test_what_refers_to_an_id_finds_it(page: Page) -> None:
    ids = set(page.ids)
    for _, attributes in page.elements:
        for key in ("aria-controls", "aria-labelledby"):
            assert attributes.get(key, "theme") in ids
        if (attributes.get("href") or "").startswith("#"):
            assert str(attributes["href"])[1:] in ids


def test_nothing_is_fetched_from_anywhere(page: Page, whole: Plan) -> None:
    loads = {
        "script": "src",
        "img": "src",
        "link": "href",
        "iframe": "src",
        "source": "src",
        "object": "data",
        "use": "href",
    }
    assert [tag for tag, attributes in page.elements if tag in loads and loads[tag] in attributes] == []
    style = re.search(r"<style>(.*?)</style>", render(whole), re.DOTALL)
    assert style is not None
    assert not re.search(r"@import|url\(", style.group(1))
    assert not any("url" in str(spec.get("data", "")) for spec in page.specs.values())


def test_text_of_the_programme_is_never_html(page: Page) -> None:
    assert len(page.scripts) == 3
    assert any(plans.EVIL in text for text in page.words)
    assert plans.EVIL not in page.scripts[2]


def test_names_in_the_tables_are_never_html(whole: Plan) -> None:
    tables = dict(whole.tables)
    for name, column in (
        ("use", "workload"),
        ("unserved", "workload"),
        ("capacity", "chip"),
        ("cash", "by"),
        ("cash", "to"),
    ):
        tables[name] = tables[name].with_columns(pl.lit(plans.EVIL).alias(column))
    text = render(replace(whole, tables=tables))
    found = Page(text)
    assert found.faults == []
    assert len(found.scripts) == 3
    assert plans.EVIL in json.dumps(found.specs, ensure_ascii=False)


def test_all_sections_stand_where_there_is_something_to_say(page: Page) -> None:
    links = [
        str(attributes["href"])[1:]
        for tag, attributes in page.elements
        if tag == "a" and attributes.get("href", "")[:1] == "#"
    ]
    told = ["decide", "capacity", "build", "why", "sites", "use", "unserved", "cash", "scarcity"]
    assert links == ["main", *told, "history", "indicators", "contracts", "assumed", "sources", "solved"]


def test_the_bounds_of_a_partys_cash_say_among_which_plans_they_hold(page: Page, whole: Plan) -> None:
    words = "among plans as good with these signings and builds."
    assert sum(str(spec["description"]).endswith(words) for spec in page.specs.values()) == 1
    relaxed = Page(render(replace(whole, solve=replace(whole.solve, relaxed=True))))
    assert not [spec for spec in relaxed.specs.values() if words in str(spec["description"])]


def test_dust_has_no_row_and_no_mark_in_any_picture(whole: Plan) -> None:
    assert render(with_dust(whole)) == render(whole)


def test_nothing_reads_as_nought_with_a_sign_and_one_of_a_thing_is_singular(whole: Plan) -> None:
    restated = pl.DataFrame(
        {"clause": ["a/b"], "planned": [0.0], "restated": [-1e-9], "difference": [-1e-12], "fit": ["exact"]}
    )
    solve = replace(whole.solve, objective=-1e-7, bound=-0.0, gap=-1e-12, columns=1, rows=1, nonzeros=1, integers=1)
    told = " ".join(Page(render(replace(whole, solve=solve, tables={**whole.tables, "restated": restated}))).words)
    assert not re.search(r"[-−]0(\.0+)?(?![\d.,-])", re.sub(r"\d{4}-\d\d(-\d\d)?", "", told))
    assert "1 column, 1 row, 1 nonzero, 1 integer" in told
    assert "0.00 USD billed by the clauses" in told


def test_a_plan_with_nothing_in_it_has_no_empty_sections(poor: Page) -> None:
    sections = [attributes["id"] for tag, attributes in poor.elements if tag == "section"]
    assert sections == ["sites", "history", "contracts", "assumed", "sources", "solved"]
    assert poor.faults == []
    assert not [text for text in poor.words if re.search(r"\b(nan|None|null)\b", text)]


def test_a_plan_without_sites_and_offers_is_told_without_them(whole: Plan, tmp_path: Path) -> None:
    text = plans.TEXT[: plans.TEXT.index("sites:")] + plans.TEXT[plans.TEXT.index("workloads:") :]
    path = tmp_path / "cloud.yaml"
    path.write_text(text, encoding="utf-8")
    tables = {**whole.tables, "offers": pl.DataFrame(), "power": pl.DataFrame(), "build": pl.DataFrame()}
    for name in ("use", "capacity"):
        tables[name] = tables[name].filter(pl.col("pool") == "lumen-unit")
    import gigawatt as gw

    found = Page(render(Plan(gw.load(path), whole.solve, tables)))
    sections = [attributes["id"] for tag, attributes in found.elements if tag == "section"]
    assert "sites" not in sections
    assert "decide" not in sections
    assert "capacity" in sections


def test_each_picture_has_its_sentence_and_its_table(page: Page) -> None:
    places = [str(attributes["data-spec"]) for _, attributes in page.elements if "data-spec" in attributes]
    assert places == list(page.specs)
    assert all(len(str(spec["description"])) > 10 for spec in page.specs.values())
    captions = [tag for tag, _ in page.elements if tag == "caption"]
    assert len(captions) >= len(places)


def test_each_picture_is_one_that_vega_lite_knows(page: Page) -> None:
    import vl_convert

    for key, spec in page.specs.items():
        text = re.sub(r'"format": "", "formatType": "\w+",?', "", json.dumps(spec)).replace(", }", "}")
        drawn = vl_convert.vegalite_to_vega(json.loads(text))
        assert drawn["marks"], key


def test_announced_and_letters_of_intent_stand_apart(page: Page) -> None:
    text = " ".join(page.words)
    assert text.index("Announced and letters of intent: they bind nothing") < text.index("letter of intent")
    assert text.index("fjord-offer/block") < text.index("Announced and letters of intent")


def test_sources_and_assumptions_say_where_they_stand(page: Page) -> None:
    text = " ".join(page.words)
    assert "sites.hall.phases.b.capex" in text
    assert re.search(r"programme\.yaml:\d+", text)
    links = [
        attributes["href"]
        for tag, attributes in page.elements
        if tag == "a" and "example.org" in str(attributes.get("href"))
    ]
    assert links == ["https://example.org/tariff?a=1&b=2"]


def test_the_page_follows_light_and_dark_and_print(whole: Plan) -> None:
    text = render(whole)
    for words in ('data-theme="dark"', "prefers-color-scheme: dark", "@media print", "prefers-reduced-motion"):
        assert words in text


def test_the_report_is_written_into_a_folder_made_for_it(whole: Plan, tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_report(whole, path)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_report_that_cannot_be_written_says_where_and_how_to_mend_it(whole: Plan, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"taken.*give another --out"):
        write_report(whole, tmp_path / "taken" / "report.html")


def test_a_programme_of_full_size_is_written_in_seconds_and_stays_small(tmp_path: Path) -> None:
    plan = plans.large_plan(tmp_path)
    start = time.process_time()
    write_report(plan, tmp_path / "report.html")
    assert time.process_time() - start < 5
    assert (tmp_path / "report.html").stat().st_size < 3_000_000


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("which", ["whole", "poor", "large"])
def test_a_browser_draws_every_picture_without_a_word_of_complaint(which: str, tmp_path: Path) -> None:
    plan = {"whole": plans.whole_plan, "poor": plans.poor_plan, "large": plans.large_plan}[which](tmp_path)
    head, _, tail = render(plan).rpartition("</body>")
    path = tmp_path / "clicked.html"
    path.write_text(f"{head}{CLICK_EVERY_TAB}</body>{tail}", encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=9000", "--enable-logging=stderr"]
    command = [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    places = re.findall(
        r'<div class="chart[^"]*" data-spec="([^"]+)" data-drawn="yes">(.{0,400})', done.stdout, re.DOTALL
    )
    assert [key for key, _ in places] == list(Page(render(plan)).specs)
    assert [key for key, inside in places if "<svg" not in inside] == []
