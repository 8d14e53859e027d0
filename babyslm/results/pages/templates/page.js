"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 30rem)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const config = () => {
    const series = colour("--series").split(",").map((each) => each.trim());
    const text = { labelColor: colour("--muted"), titleColor: colour("--muted"), titleFontWeight: "normal" };
    return {
      background: null,
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      mark: { color: series[0] },
      style: {
        interval: { color: series[0] },
        chance: { color: colour("--chance"), strokeWidth: 1.5 },
      },
      range: { category: series },
      axis: {
        ...text, labelFontSize: narrow.matches ? 11 : 12, titleFontSize: 12, gridColor: colour("--line"), gridOpacity: 0.6,
        domainColor: colour("--line"), tickColor: colour("--line"), labelLimit: narrow.matches ? 115 : 300,
      },
      legend: { labelColor: colour("--ink"), titleColor: colour("--muted"), labelFontSize: 12, symbolOpacity: 1 },
    };
  };

  // On a phone a long label is broken at the last space that keeps its first line short.
  const head = "slice(datum.label, 0, 18)";
  const broken = `length(datum.label) > 18 && indexof(${head}, ' ') > 0
    ? [slice(datum.label, 0, lastindexof(${head}, ' ')), slice(datum.label, lastindexof(${head}, ' ') + 1)]
    : datum.label`;
  const breakLabels = (spec) => {
    const named = (spec.layer ?? []).filter(({ encoding }) => encoding?.y?.type === "nominal");
    const long = named.some(({ data, encoding }) => data.values.some((row) => String(row[encoding.y.field]).length > 18));
    if (!long || named.some(({ encoding }) => encoding.y.axis?.labelExpr)) return;
    for (const { encoding } of named) encoding.y.axis = { ...encoding.y.axis, labelExpr: broken, labelOffset: -5 };
    spec.height = Math.round(spec.height * 1.4);
  };

  const draw = () => {
    for (const element of document.querySelectorAll(".plot")) {
      const spec = JSON.parse(element.dataset.spec);
      if (narrow.matches) breakLabels(spec);
      vegaEmbed(element, spec, {
        renderer: "svg",
        config: config(),
        actions: narrow.matches ? false : { export: true, source: false, compiled: false, editor: false },
        tooltip: { theme: dark.matches ? "dark" : "light" },
      }).catch((error) => { element.textContent = `This plot cannot be drawn: ${error.message}`; });
    }
  };
  draw();
  dark.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
})();
