"""The shell of a report: one HTML file with pictures and tables that needs no network, whatever it tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from gigawatt.errors import OutputError
from gigawatt.report import tables
from gigawatt.report.charts import Figure, View
from gigawatt.report.tables import Markup


@dataclass(frozen=True)
class Section:
    """A part of the report: its id, its title, and what stands in it, as HTML."""

    key: str
    title: str
    parts: tuple[Markup, ...]


def write(text: str, path: Path) -> None:
    """Write a report to `path`. Raises OutputError where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise OutputError(
            f"cannot write the report to {path}: {fault.strerror or fault}; give another --out"
        ) from fault


def document(title: str, header: str, sections: Sequence[Section], pictures: Iterable[Figure], ending: str) -> str:
    """A whole report: its title, the answer in brief, sections, and the pictures that stand in them."""
    specs = {
        f"{figure.key}-{i}": {"description": view.description, **view.spec}
        for figure in pictures
        for i, view in enumerate(figure.views)
    }
    contents = "".join(f'<li><a href="#{each.key}">{escape(each.title)}</a></li>' for each in sections)
    body = "".join(_section(each) for each in sections)
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_asset('style.css')}</style>\n</head>\n<body>",
            '<a class="skip" href="#main">Skip to the answer</a>',
            f'<nav aria-label="Contents"><p class="brand">gigawatt</p><ul>{contents}</ul>{_theme_button()}</nav>',
            f'<main id="main">{header}{body}{ending}</main>',
            f'<script type="application/json" id="specs">{_as_json(specs)}</script>',
            f"<script>{_vega()}</script>",
            f"<script>\n{_asset('page.js')}</script>\n</body>\n</html>\n",
        )
    )


def footer(file: str, known: str) -> str:
    """Of which file it was made, and what was known."""
    made = f"Made by gigawatt {version('gigawatt')}" + (f" from {escape(file)}" if file else "")
    return f"<footer><p>{made}, {escape(known)}. It opens no connection to anywhere.</p></footer>"


def _asset(name: str) -> str:
    return files("gigawatt.report").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that may stand inside a page."""
    import altair
    import vl_convert

    spoken = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = spoken in vl_convert.get_vegalite_versions()
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", spoken if known else None)
    # in a function of its own, so that its one-letter names stay out of the page's
    inside = bundle.replace("</script", r"<\/script").replace("<!--", r"<\!--")
    return f"(function(){{{inside}\n}})();"


def _as_json(value: object) -> str:
    """JSON that may stand inside a script element whatever the texts in it are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _theme_button() -> str:
    return '<button type="button" id="theme" aria-pressed="false">Dark</button>'


def _section(section: Section) -> str:
    parts = "".join(section.parts)
    title = f'<h2 id="{section.key}-title">{escape(section.title)}</h2>'
    return f'<section id="{section.key}" aria-labelledby="{section.key}-title">{title}{parts}</section>'


def shown(figure: Figure) -> Markup:
    """The tabs of a figure, a place for each picture, and its table for those who want figures or cannot see."""
    several = len(figure.views) > 1
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{figure.key}-{i}" aria-controls="view-{figure.key}-{i}" '
        f'aria-selected="{"false" if i else "true"}"{" tabindex=-1" if i else ""}>{escape(view.label)}</button>'
        for i, view in enumerate(figure.views)
    )
    bar = f'<div class="tabs" role="tablist" aria-label="{escape(figure.title)}">{tabs}</div>' if several else ""
    return Markup(bar + "".join(_view(figure, i, view, several) for i, view in enumerate(figure.views)))


def _view(figure: Figure, number: int, view: View, several: bool) -> str:
    key = f"{figure.key}-{number}"
    role = f' role="tabpanel" aria-labelledby="tab-{key}"' if several else ""
    caption = f"<figcaption>{escape(view.caption)}</figcaption>" if view.caption else ""
    table = tables.words_table(view.words, f"{figure.title}, {view.label}")
    return (
        f'<div class="view" id="view-{key}"{role}{" hidden" if number else ""}><figure>'
        f'<div class="chart" data-spec="{key}"></div>{caption}</figure>'
        f"<details><summary>As a table</summary>{table}</details></div>"
    )
