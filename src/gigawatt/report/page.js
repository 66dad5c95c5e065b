"use strict";
(function () {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const root = document.documentElement;

  // --- figures: the same words as in the tables ---
  const STEPS = [[1e12, " tn"], [1e9, " bn"], [1e6, " m"], [1e3, " k"]];
  const plain = (x, digits) => String(Number(x.toPrecision(digits))).replace("-", "\u2212");
  function scaled(x) {
    if (x === null || x === undefined || isNaN(x)) return "–";
    const size = Math.abs(x);
    for (const [step, name] of STEPS) if (size >= step * 0.9995) return plain(x / step, 3) + name;
    if (size !== 0 && size < 1e-4) return x.toExponential(2);
    return plain(x, 3);
  }
  function power(mw) {
    if (mw === null || mw === undefined || isNaN(mw)) return "–";
    const size = Math.abs(mw);
    if (size >= 999.5) return plain(mw / 1000, 3) + " GW";
    if (size > 0 && size < 0.9995) return plain(mw * 1000, 3) + " kW";
    return plain(mw, 3) + " MW";
  }
  const share = (x) => plain(100 * x, 3) + " %";
  const dated = (parts) => (x) => new Date(x).toLocaleDateString("en-GB", { timeZone: "UTC", ...parts });
  const month = dated({ month: "long", year: "numeric" });
  const day = dated({ day: "numeric", month: "long", year: "numeric" });
  const count = (x) => (Math.abs(x) >= 999500 ? scaled(x) : (Math.round(x) || 0).toLocaleString("en-GB"));

  // --- pictures: colours follow the page's ink, so that they turn with its theme ---
  const ink = "currentColor";
  const font = getComputedStyle(document.body).fontFamily;
  const config = {
    customFormatTypes: true,
    background: "transparent",
    font: font,
    view: { stroke: null },
    axis: {
      labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: ink, gridOpacity: 0.12,
      domainOpacity: 0.35, tickOpacity: 0.35, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, labelOpacity: 0.8,
      titleOpacity: 0.8, titlePadding: 10, labelPadding: 5,
    },
    axisX: { grid: false },
    legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, rowPadding: 3, columnPadding: 14, offset: 10 },
    line: { color: ink },
    tick: { color: ink },
    text: { color: ink },
    rule: { color: ink },
  };
  const options = {
    mode: "vega-lite", renderer: "svg", config: config, tooltip: { theme: "custom" },
    actions: { export: true, source: false, compiled: false, editor: false },
    downloadFileName: "gigawatt",
    expressionFunctions: { money: scaled, figure: scaled, power: power, count: count, share: share, monthName: month, dayName: day },
  };
  function draw(place) {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "yes";
    window.vegaEmbed(place, specs[place.dataset.spec], options).catch(function (fault) {
      place.textContent = "This picture could not be drawn: " + fault.message;
      place.classList.add("failed");
      console.error(fault);
    });
  }
  function drawShown() {
    for (const place of document.querySelectorAll(".view:not([hidden]) .chart")) draw(place);
  }

  // --- tabs ---
  for (const list of document.querySelectorAll("[role=tablist]")) {
    const tabs = Array.from(list.querySelectorAll("[role=tab]"));
    function choose(chosen) {
      for (const tab of tabs) {
        const is = tab === chosen;
        tab.setAttribute("aria-selected", String(is));
        tab.tabIndex = is ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !is;
      }
      drawShown();
    }
    list.addEventListener("click", function (event) {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tab);
    });
    list.addEventListener("keydown", function (event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
      event.preventDefault();
    });
  }

  // --- tables that can be searched ---
  for (const box of document.querySelectorAll(".searched")) {
    const rows = Array.from(box.querySelectorAll("tbody tr"));
    const told = box.querySelector(".count");
    box.querySelector("input").addEventListener("input", function (event) {
      const wanted = event.target.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      told.textContent = wanted ? shown + " of " + rows.length : "";
    });
  }

  // --- theme ---
  const button = document.getElementById("theme");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function wear(theme) {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-pressed", String(theme === "dark"));
  }
  let chosen = null;
  wear(dark.matches ? "dark" : "light");
  button.addEventListener("click", function () {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    wear(chosen);
  });
  dark.addEventListener("change", function () {
    if (!chosen) wear(dark.matches ? "dark" : "light");
  });
  let before = null;
  window.addEventListener("beforeprint", function () {
    before = root.dataset.theme;
    wear("light");
  });
  window.addEventListener("afterprint", function () {
    wear(before || "light");
  });

  // --- where the reader is ---
  if ("IntersectionObserver" in window) {
    const links = new Map(Array.from(document.querySelectorAll("nav a")).map((a) => [a.hash.slice(1), a]));
    const seen = new IntersectionObserver(
      function (entries) {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          for (const link of links.values()) link.classList.remove("here");
          const link = links.get(entry.target.id);
          if (link) link.classList.add("here");
        }
      },
      { rootMargin: "-10% 0px -75% 0px" },
    );
    for (const section of document.querySelectorAll("main > section")) seen.observe(section);
  }

  drawShown();
})();
