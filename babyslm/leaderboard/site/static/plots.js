"use strict";
// Plots: Vega-Lite specifications made from the data of the page, in the colours of the page.
babyslm.plots = (() => {
  const { node } = babyslm;
  const narrow = matchMedia("(max-width: 30rem)");
  const SERIES = ["--clean", "--wild", "--third", "--fourth", "--fifth", "--sixth"];
  const DOMAINS = { clean: "clean speech", "in-the-wild": "speech in the wild", none: "no speech" };
  const FORM = { orthographic: "reads text", phonemic: "reads phones", spoken: "hears speech" };
  const MOST_ROWS = 40;
  const learnersText = (count) => `${count} ${count === 1 ? "learner" : "learners"}`;

  /** Resolve a colour of the style sheet for the theme that is on. */
  const colour = (name) => {
    const probe = node("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  const config = () => {
    const text = { labelColor: colour("--muted"), titleColor: colour("--muted"), titleFontWeight: "normal", labelFontSize: 12, titleFontSize: 12 };
    return {
      background: null,
      aria: false, // the whole has a label, and its figures a table
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { ...text, gridColor: colour("--line"), gridOpacity: 0.7, domainColor: colour("--line"), tickColor: colour("--line"), labelLimit: narrow.matches ? 110 : 300 },
      legend: { labelColor: colour("--ink"), titleColor: colour("--muted"), labelFontSize: 12, symbolOpacity: 1, labelLimit: 260 },
      range: { category: SERIES.map(colour) },
    };
  };

  const rate = (field, title) => ({ field, type: "quantitative", title, axis: { format: ".0%", tickCount: 6 } });
  const start = (rows) => Math.min(0.4, Math.floor(10 * Math.min(...rows.map((row) => row.low ?? row.value))) / 10);
  const interval = [
    { field: "value", title: "accuracy", format: ".1%" },
    { field: "low", title: "interval from", format: ".1%" },
    { field: "high", title: "interval to", format: ".1%" },
  ];

  /** Draw horizontal levels with their names: chance, and the best n-gram learner. */
  const levels = (lines, scale) => {
    const look = { chance: ["--chance", [5, 4]], "n-gram floor": ["--floor", [1, 0]] };
    return lines.flatMap(({ name, value }) => {
      const base = { data: { values: [{ value, name }] }, encoding: { y: { field: "value", type: "quantitative", scale } } };
      const [tint, strokeDash] = look[name];
      return [
        { ...base, mark: { type: "rule", color: colour(tint), strokeDash, strokeWidth: 1.4 } },
        { ...base, mark: { type: "text", align: "right", baseline: "bottom", dx: -4, dy: -3, color: colour(tint), fontSize: 11, text: name === "chance" ? "chance" : "best n-gram learner" }, encoding: { ...base.encoding, x: { value: "width" } } },
      ];
    });
  };

  /** The ends of a logarithmic axis, at least a factor of ten apart; as in pictures.py. */
  const extent = (rows) => {
    const amounts = rows.map((row) => row.amount);
    const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
    const widened = Math.sqrt(Math.max(1, (10 * least) / most));
    return [least / widened, most * widened];
  };

  /** Round numbers between the ends: 1, 2 and 5 times powers of ten, or powers alone where these are many. */
  const ticks = (least, most) => {
    const steps = most < 1000 * least ? [1, 2, 5] : [1];
    const found = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1) found.push(...steps.map((step) => step * 10 ** power));
    return found.filter((tick) => tick >= least && tick <= most);
  };

  /** The mean accuracy of each family at each amount: what its line runs through. */
  const familyMeans = (rows) => {
    const groups = new Map();
    for (const { line, amount, value, domain } of rows) {
      const key = `${line}\u0000${amount}`;
      const group = groups.get(key) ?? { line, amount, domain, sum: 0, count: 0 };
      groups.set(key, { ...group, sum: group.sum + value, count: group.count + 1 });
    }
    return [...groups.values()].map(({ sum, count, ...rest }) => ({ ...rest, value: sum / count }));
  };

  /** Accuracy over amount of training, by domain of the training speech. */
  const amounts = (learners, measure, unit, lines) => {
    const rows = learners
      .filter((each) => each[unit] && each.figures[measure])
      .map((each) => {
        const [value, low, high] = each.figures[measure];
        return { amount: each[unit], value, low, high, domain: DOMAINS[each.domain], form: FORM[each.modality], learner: `${each.name} · ${each.revision}`, family: each.family, line: `${each.family}\u0000${each.domain}\u0000${each.modality}`, href: babyslm.place(`learners/${each.slug}.html`) };
      });
    if (!rows.length) return null;
    const scale = { domain: [start(rows), 1], nice: false };
    const [least, most] = extent(rows);
    const x = { field: "amount", type: "quantitative", title: unit === "hours" ? "hours of speech heard" : "words read or heard", scale: { type: "log", domain: [least, most], nice: false, padding: 18 }, axis: { format: "~s", values: ticks(least, most), labelOverlap: true } };
    const domains = Object.values(DOMAINS).filter((name) => rows.some((row) => row.domain === name));
    const tint = { clean: "--clean", "in-the-wild": "--wild", none: "--none" };
    const keys = Object.keys(DOMAINS).filter((key) => domains.includes(DOMAINS[key]));
    const hue = { field: "domain", type: "nominal", title: null, scale: { domain: domains, range: keys.map((key) => colour(tint[key])) }, legend: { orient: "top", direction: narrow.matches ? "vertical" : "horizontal" } };
    const forms = Object.values(FORM).filter((name) => rows.some((row) => row.form === name));
    const shape = { field: "form", type: "nominal", title: null, scale: { domain: Object.values(FORM), range: ["square", "triangle-up", "circle"] }, legend: forms.length > 1 ? { orient: "top", values: forms, symbolFillColor: colour("--muted"), symbolStrokeColor: colour("--muted"), direction: narrow.matches ? "vertical" : "horizontal" } : null };
    const y = { ...rate("value", "accuracy"), scale };
    const crowded = rows.length > 150;
    const families = familyMeans(rows);
    return {
      rows, columns: [["learner", "learner"], ["domain", "trained on"], ["form", "input"], ["amount", unit], ["value", "accuracy"], ["low", "from"], ["high", "to"]],
      label: `Accuracy of ${learnersText(rows.length)} over ${x.title}, on a logarithmic axis`,
      spec: {
        data: { values: rows }, width: "container", height: 320,
        layer: [
          ...levels(lines, scale),
          { data: { values: families }, mark: { type: "line", strokeWidth: 1, opacity: crowded ? 0.15 : 0.5 }, encoding: { x, y, color: hue, detail: { field: "line" } } },
          { mark: { type: "rule", strokeWidth: 1.5, opacity: crowded ? 0.12 : 0.5 }, encoding: { x, y: { field: "low", type: "quantitative", scale }, y2: { field: "high" }, color: hue } },
          { mark: { type: "point", filled: true, size: crowded ? 40 : 75, opacity: crowded ? 0.75 : 1, cursor: "pointer" }, encoding: { x, y, color: hue, shape, href: { field: "href" }, tooltip: [{ field: "learner" }, { field: "family" }, { field: "domain", title: "trained on" }, { field: "form", title: "input" }, { field: "amount", title: unit, format: ",.6~g" }, ...interval] } },
        ],
      },
    };
  };

  /** Accuracies by learner and phenomenon, on a scale that turns at chance. */
  const heat = (learners) => {
    const known = learners.filter((each) => Object.keys(each.phenomena).length);
    const shown = known.slice(0, MOST_ROWS);
    if (!shown.length) return null;
    const label = (each) => `${each.name} · ${each.revision}`;
    const names = new Map();
    for (const each of shown) names.set(each.slug, label(each));
    const rows = shown.flatMap((each) => Object.entries(each.phenomena).map(([phenomenon, value]) => ({ slug: each.slug, learner: label(each), phenomenon, value, href: babyslm.place(`learners/${each.slug}.html`) })));
    const phenomena = [...new Set(rows.map((row) => row.phenomenon))];
    const step = narrow.matches ? 30 : Math.max(26, Math.min(84, panelWidth() / phenomena.length));
    const wide = step >= 38;
    const labels = Object.fromEntries(names);
    const y = { field: "slug", type: "nominal", sort: shown.map((each) => each.slug), title: null, axis: { labelExpr: `(${JSON.stringify(labels)})[datum.value]`, labelLimit: narrow.matches ? 120 : 260, domain: false, ticks: false } };
    const x = { field: "phenomenon", type: "nominal", sort: phenomena, title: null, axis: { orient: "top", labelAngle: -38, labelAlign: "left", labelLimit: 180, domain: false, ticks: false } };
    const fill = { field: "value", type: "quantitative", title: "accuracy", scale: { domain: [0, 0.5, 1], range: [colour("--heat-low"), colour("--heat-mid"), colour("--heat-high")], interpolate: "lab" }, legend: { format: ".0%", orient: "bottom", gradientLength: 180, title: null } };
    const layer = [{ mark: { type: "rect", cornerRadius: 2, cursor: "pointer" }, encoding: { color: fill, href: { field: "href" }, tooltip: [{ field: "learner" }, { field: "phenomenon" }, { field: "value", title: "accuracy", format: ".1%" }] } }];
    if (wide) layer.push({ mark: { type: "text", fontSize: 11 }, encoding: { text: { field: "value", format: ".0%" }, color: { condition: { test: "datum.value > 0.8 || datum.value < 0.2", value: colour("--paper") }, value: colour("--ink") } } });
    return {
      rows, columns: [["learner", "learner"], ["phenomenon", "phenomenon"], ["value", "accuracy"]],
      label: `Heat map of ${learnersText(shown.length)} by ${phenomena.length} phenomena`,
      note: known.length > shown.length ? `The first ${shown.length} of ${known.length} learners, in the order of the table.` : "",
      spec: { data: { values: rows }, width: { step }, height: { step: 24 }, encoding: { x, y }, layer, config: { scale: { bandPaddingInner: 0.06 } } },
    };
  };

  /** Paired differences within families, one panel a kind of gap. */
  const gaps = (all, measure) => {
    const rows = all
      .filter((gap) => gap.measure === measure)
      .map((gap, index) => ({ id: String(index), kind: gap.kind.replace("-", "–"), family: gap.family, first: gap.first, second: gap.second, value: gap.figures[0], low: gap.figures[1], high: gap.figures[2] }));
    if (!rows.length) return null;
    const kinds = [...new Set(rows.map((row) => row.kind))].sort();
    const shown = kinds.flatMap((kind) => rows.filter((row) => row.kind === kind).slice(0, MOST_ROWS));
    const limit = 1.1 * Math.max(...shown.flatMap((row) => [row.low ?? 0, row.high ?? 0, row.value].map(Math.abs)), 0.05);
    const scale = { domain: [-limit, limit], nice: false };
    const labelOf = (values, row) => (values.filter((other) => other.family === row.family).length === 1 ? row.family : narrow.matches ? row.second : `${row.first} − ${row.second}`);
    const widest = Math.max(...kinds.flatMap((kind) => shown.filter((row) => row.kind === kind).map((row, _, values) => labelOf(values, row).length)));
    // Both panels leave the same room for names, so that their axes stand one below the other.
    const room = Math.min(narrow.matches ? 110 : 300, 7 * widest);
    const means = { "text–speech": "text minus speech", "clean–wild": "clean minus in the wild" };
    const panel = (kind) => {
      const values = shown.filter((row) => row.kind === kind);
      const labels = Object.fromEntries(values.map((row) => [row.id, labelOf(values, row)]));
      const y = { field: "id", type: "nominal", sort: null, title: null, axis: { labelExpr: `(${JSON.stringify(labels)})[datum.value]`, minExtent: room, maxExtent: room, domain: false, ticks: false } };
      const x = { field: "value", type: "quantitative", scale, title: narrow.matches ? means[kind] : `${means[kind]}, difference of accuracies`, axis: { format: "+.0%", tickCount: 6 } };
      return {
        title: { text: `${kind[0].toUpperCase()}${kind.slice(1)} gap`, anchor: "start", fontSize: 13, color: colour("--ink") },
        data: { values }, width: panelWidth(), height: { step: 24 },
        layer: [
          { data: { values: [{ zero: 0 }] }, mark: { type: "rule", color: colour("--chance"), strokeDash: [5, 4] }, encoding: { x: { field: "zero", type: "quantitative", scale } } },
          { mark: { type: "rule", strokeWidth: 2.5, color: colour("--range") }, encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } } },
          { mark: { type: "point", filled: true, size: 70, opacity: 1, color: colour("--accent") }, encoding: { y, x, tooltip: [{ field: "family" }, { field: "first" }, { field: "second" }, { field: "value", title: "difference", format: "+.1%" }, { field: "low", title: "interval from", format: "+.1%" }, { field: "high", title: "interval to", format: "+.1%" }] } },
        ],
      };
    };
    return {
      rows: [], columns: [], label: `Differences within families: ${kinds.join(" and ")}`,
      note: rows.length > shown.length ? `The first ${MOST_ROWS} of each kind; the table of values below has all.` : "",
      spec: { vconcat: kinds.map(panel), spacing: 28 },
    };
  };
  // Panels that stand together cannot take their width from the page.
  const panelWidth = () => Math.max(150, Math.min(760, document.getElementById("content").clientWidth - (narrow.matches ? 150 : 340)));

  /** Accuracy over training: a line and a band a model. */
  const curves = (all, lines) => {
    const units = all.map((curve) => curve.unit);
    const unit = units.sort((a, b) => units.filter((u) => u === b).length - units.filter((u) => u === a).length)[0];
    const chosen = all.filter((curve) => curve.unit === unit);
    const rows = chosen.flatMap((curve) => curve.points.map(([slug, revision, amount, value, low, high]) => ({ model: curve.model, name: curve.name, revision, amount, value, low, high, href: babyslm.place(`learners/${slug}.html`) })));
    if (!rows.length) return null;
    const many = chosen.length > SERIES.length;
    const positive = rows.every((row) => row.amount > 0);
    const scale = { domain: [start(rows), 1], nice: false };
    const [least, most] = positive ? extent(rows) : [Math.min(...rows.map((row) => row.amount)), Math.max(...rows.map((row) => row.amount))];
    const x = { field: "amount", type: "quantitative", title: `${unit} of training`, scale: { type: positive ? "log" : "linear", domain: [least, most], nice: false, padding: 14 }, axis: { format: "~s", ...(positive ? { values: ticks(least, most) } : { tickCount: narrow.matches ? 4 : 8 }), labelOverlap: true } };
    const y = { ...rate("value", "accuracy"), scale };
    const names = Object.fromEntries(chosen.map((curve) => [curve.model, curve.name]));
    const hue = many ? { value: colour("--accent") } : { field: "model", type: "nominal", title: null, legend: { orient: "top", labelExpr: `(${JSON.stringify(names)})[datum.value]`, direction: narrow.matches ? "vertical" : "horizontal" } };
    const detail = { field: "model" };
    return {
      rows, columns: [["name", "learner"], ["revision", "revision"], ["amount", unit], ["value", "accuracy"], ["low", "from"], ["high", "to"]],
      label: `Accuracy of ${learnersText(chosen.length)} over training`,
      note: chosen.length < all.length ? `Learners whose amount of training is given in ${unit}; ${all.length - chosen.length} others use another unit.` : "",
      spec: {
        data: { values: rows }, width: "container", height: 300,
        layer: [
          ...levels(lines, scale),
          { mark: { type: "area", opacity: many ? 0.05 : 0.16 }, encoding: { x, y: { field: "low", type: "quantitative", scale, title: "accuracy", axis: y.axis }, y2: { field: "high" }, color: hue, detail } },
          { mark: { type: "line", strokeWidth: 2, opacity: many ? 0.5 : 1 }, encoding: { x, y, color: hue, detail } },
          { mark: { type: "point", filled: true, size: 55, opacity: 1, cursor: "pointer" }, encoding: { x, y, color: hue, detail, href: { field: "href" }, tooltip: [{ field: "name", title: "learner" }, { field: "revision" }, { field: "amount", title: unit, format: ",.6~g" }, ...interval] } },
        ],
      },
    };
  };

  const shown = new Map();

  /** Put a plot into its place once that comes into sight, and again when colours or width change. */
  const show = (element, make) => {
    if (!element) return;
    if (!shown.has(element)) {
      shown.set(element, { make, near: false });
      new IntersectionObserver(([entry]) => {
        const state = shown.get(element);
        if (entry.isIntersecting && !state.near) {
          state.near = true;
          draw(element);
        }
      }, { rootMargin: "300px" }).observe(element);
    } else {
      shown.get(element).make = make;
      if (shown.get(element).near) draw(element);
    }
  };

  const draw = (element) => {
    const state = shown.get(element);
    const plot = state.make();
    state.view?.finalize();
    state.view = null;
    for (const old of element.parentElement.querySelectorAll(":scope > .plain, :scope > .quiet")) old.remove();
    if (!plot) {
      element.replaceChildren(node("p", {}, "No data for this selection."));
      return;
    }
    // What stands in the page stays until vegaEmbed replaces it.
    const turn = (state.turn = (state.turn ?? 0) + 1);
    const spec = { ...plot.spec, config: { ...config(), ...plot.spec.config } };
    // The interpreter of expressions needs no eval, so that the page may forbid it.
    vegaEmbed(element, spec, { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true } }).then(({ view }) => {
      if (turn !== state.turn) {
        view.finalize();
        return;
      }
      state.view = view;
      const svg = element.querySelector("svg");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", plot.label);
    }, (error) => { element.replaceChildren(node("p", {}, `This plot cannot be drawn: ${error.message}`)); });
    if (plot.note) element.after(node("p", { class: "quiet" }, plot.note));
    if (plot.rows.length) element.parentElement.append(figures(plot));
  };

  /** The same figures as a table, made when it is opened. */
  const figures = ({ rows, columns }) => {
    const details = node("details", { class: "plain" }, node("summary", {}, "Table of values"));
    details.addEventListener("toggle", () => {
      if (details.querySelector("table")) return;
      const cell = (value) => (typeof value !== "number" ? value ?? "–" : value > 1 ? value.toLocaleString("en") : babyslm.percent(value));
      const number = (key) => typeof rows[0][key] === "number";
      const heads = columns.map(([key, title]) => node("th", { scope: "col", class: number(key) ? "figure" : null }, title));
      const body = rows.map((row) => node("tr", {}, ...columns.map(([key]) => node("td", { class: number(key) ? "figure" : null }, cell(row[key])))));
      details.append(node("div", { class: "scroll" }, node("table", {}, node("thead", {}, node("tr", {}, ...heads)), node("tbody", {}, ...body))));
    });
    return details;
  };

  const again = babyslm.later(() => { for (const [element, { near }] of shown) if (near) draw(element); }, 60);
  document.addEventListener("themechange", again);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) again();
    width = innerWidth;
  });

  return { amounts, curves, gaps, heat, show };
})();
