"use strict";
// Two learners on the same pairs: paired differences with intervals, and the pairs on which they differ.
babyslm.compare = (() => {
  /** Quantile .975 of Student's t: the expansion of Cornish and Fisher around the normal one. */
  const quantile = (freedom) => {
    const z = 1.959964;
    const terms = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96, (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384];
    return terms.reduce((sum, term, power) => sum + term / freedom ** (power + 1), z);
  };

  /** The official accuracy of each item: over its pairs within a voice, then over voices. NaN where nothing was scored. */
  const itemAccuracies = (table, verdicts) => {
    const { item, voice } = table.rows;
    const voices = table.voices.length;
    const size = item.reduce((most, code) => Math.max(most, code), -1) + 1;
    const sums = new Float64Array(size * voices);
    const counts = new Float64Array(size * voices);
    for (let row = 0; row < item.length; row += 1) {
      if (verdicts[row] === "-") continue;
      const cell = item[row] * voices + voice[row];
      sums[cell] += Number(verdicts[row]) / 2;
      counts[cell] += 1;
    }
    const out = new Float64Array(size);
    for (let code = 0; code < size; code += 1) {
      let [sum, heard] = [0, 0];
      for (let cell = code * voices; cell < (code + 1) * voices; cell += 1) {
        if (!counts[cell]) continue;
        sum += sums[cell] / counts[cell];
        heard += 1;
      }
      out[code] = sum / heard;
    }
    return out;
  };

  /** Where an item is found first: its cluster and its attributes. */
  const firstRows = (table) => {
    const out = [];
    table.rows.item.forEach((code, row) => { out[code] ??= row; });
    return out;
  };

  /** The mean of paired differences, with an interval that lets items of one cluster depend on each other. */
  const difference = (first, second, clusters, inside) => {
    const kept = [];
    for (let item = 0; item < first.length; item += 1) if (!Number.isNaN(first[item] + second[item]) && inside(item)) kept.push(item);
    if (!kept.length) return null;
    const mean = (values) => kept.reduce((sum, item) => sum + values[item], 0) / kept.length;
    const value = mean(first) - mean(second);
    // As babyslm.results.statistics.intervals computes it: effects and shares of clusters, Student's t of their effective number.
    const effects = new Map();
    const shares = new Map();
    for (const item of kept) {
      effects.set(clusters[item], (effects.get(clusters[item]) ?? 0) + (first[item] - second[item] - value) / kept.length);
      shares.set(clusters[item], (shares.get(clusters[item]) ?? 0) + 1 / kept.length);
    }
    const count = effects.size;
    const estimate = { value, low: null, high: null, n: kept.length, clusters: count, first: mean(first), second: mean(second) };
    if (count > 1) {
      const scale = Math.sqrt(count / (count - 1));
      const sum = (map, of) => [...map].reduce((total, [cluster, each]) => total + of(each, cluster), 0);
      const effective = 1 / sum(shares, (each) => each * each);
      const variance = sum(effects, (each) => (scale * each) ** 2);
      const expected = effective * sum(effects, (each, cluster) => Math.abs(scale * each + shares.get(cluster) * value));
      const most = Math.max(variance, (expected + 2) / (effective * (effective + 2)));
      const half = quantile(Math.max(1, effective - 1)) * Math.sqrt((expected ** 2 * variance + most) / (expected ** 2 + 1));
      Object.assign(estimate, { low: Math.max(-1, value - half), high: Math.min(1, value + half) });
    }
    return estimate;
  };

  /** All differences of a table: the whole, then each value of each attribute. */
  const differences = (table, first, second) => {
    const [one, two] = [itemAccuracies(table, first), itemAccuracies(table, second)];
    const rows = firstRows(table);
    const clusters = rows.map((row) => table.rows.cluster[row]);
    const whole = difference(one, two, clusters, () => true);
    const parts = Object.entries(table.attributes).map(([name, { names, codes }]) => ({
      name,
      values: names
        .map((value, code) => ({ value, estimate: difference(one, two, clusters, (item) => codes[table.rows.pair[rows[item]]] === code) }))
        .filter(({ estimate }) => estimate),
    }));
    return { whole, parts: parts.filter(({ values }) => values.length > 1) };
  };

  /** A learner that reads was scored in one voice: what it says of a pair holds for all. */
  const everywhere = (table, verdicts) => {
    const known = new Map();
    table.rows.pair.forEach((pair, row) => { if (verdicts[row] !== "-" && !known.has(pair)) known.set(pair, verdicts[row]); });
    return table.rows.pair.map((pair, row) => (verdicts[row] === "-" ? known.get(pair) ?? "-" : verdicts[row]));
  };

  return { differences, everywhere };
})();

(() => {
  const { compare, items, later, load, node, percent, points, readState, strip, writeState } = babyslm;
  const form = document.getElementById("compare-form");
  if (!form) return;
  const data = babyslm.data();
  const labels = Object.fromEntries(data.learners.map((each) => [each.slug, each]));
  const status = document.getElementById("compare-status");
  const out = document.getElementById("compare-out");
  const differ = document.getElementById("differ");
  const differForm = document.getElementById("differ-form");
  let shared = [];
  let turn = 0;

  const interval = ({ low, high }) => (low === null ? "–" : `${points(low)} to ${points(high)}`);
  const clear = ({ low, high }) => (low === null || (low <= 0 && high >= 0) ? "" : low > 0 ? "more" : "less");
  const row = (head, estimate, limit) => node("tr", {},
    node("th", { scope: "row" }, head),
    node("td", {}, strip(estimate, [-limit, limit], 0, clear(estimate))),
    node("td", { class: "figure" }, node("b", {}, points(estimate.value))),
    node("td", { class: "figure" }, interval(estimate)),
    node("td", { class: "figure" }, percent(estimate.first)),
    node("td", { class: "figure" }, percent(estimate.second)),
    node("td", { class: "figure missing" }, estimate.n.toLocaleString("en")));
  const heads = (limit) => {
    const axis = node("span", { class: "axis", "aria-hidden": "true" }, node("span", {}, "◂ second"), node("span", {}, "first ▸"));
    const cells = [node("span", { class: "unseen" }, "Part"), axis, "points", "95 % interval", "first %", "second %", "n"];
    return node("thead", {}, node("tr", { title: `from −${percent(limit)} to +${percent(limit)} points` }, ...cells.map((cell, place) => node("th", { scope: "col", class: place > 1 ? "figure" : null }, cell))));
  };
  const forest = (caption, rows) => {
    const limit = 1.08 * Math.max(0.05, ...rows.flatMap(([, { value, low, high }]) => [value, low ?? 0, high ?? 0].map(Math.abs)));
    return node("div", { class: "scroll" }, node("table", { class: "forest" }, node("caption", {}, caption), heads(limit), node("tbody", {}, ...rows.map(([head, estimate]) => row(head, estimate, limit)))));
  };

  const quad = (table, first, second) => {
    const counts = { 22: 0, 20: 0, "02": 0, "00": 0 };
    first.forEach((mark, place) => { if (`${mark}${second[place]}` in counts) counts[`${mark}${second[place]}`] += 1; });
    const cell = (key) => node("td", { class: "figure" }, counts[key].toLocaleString("en"));
    const head = (text, scope) => node("th", { scope }, text);
    return node("table", { class: "quad" }, node("caption", {}, "Trials by both verdicts (a pair in one voice; without ties)"),
      node("thead", {}, node("tr", {}, node("td"), head("second right", "col"), head("second wrong", "col"))),
      node("tbody", {}, node("tr", {}, head("first right", "row"), cell("22"), cell("20")), node("tr", {}, head("first wrong", "row"), cell("02"), cell("00"))));
  };

  const sentence = (a, b, key, estimate) => {
    const better = estimate.value >= 0 ? labels[a].label : labels[b].label;
    const verdict = clear(estimate) ? `${better} is better; the interval excludes zero.` : "The interval contains zero: this table does not separate them.";
    const [own, other] = [labels[a].groups[key], labels[b].groups[key]];
    const ranks = own === undefined || other === undefined ? "" : own === other ? " On the board they share a rank." : " On the board their ranks differ.";
    return `${verdict}${ranks}`;
  };

  const show = async () => {
    const { a, b } = Object.fromEntries(new FormData(form));
    writeState({ a, b });
    out.replaceChildren();
    differ.hidden = true;
    if (!a || !b || a === b) {
      status.textContent = a && a === b ? "Choose two different learners." : "Choose two learners.";
      return;
    }
    const own = (turn += 1);
    const keys = data.tables.filter(({ key }) => labels[a].tables.includes(key) && labels[b].tables.includes(key));
    if (!keys.length) {
      status.textContent = "These two learners were not tested on the same stimuli.";
      return;
    }
    status.textContent = "Loading…";
    let loaded;
    try {
      loaded = await Promise.all([load(`learners/${a}`), load(`learners/${b}`), ...keys.map(({ key }) => load(`tables/${key}`))]);
    } catch (error) {
      if (own === turn) status.textContent = `These learners cannot be compared: ${error.message}.`;
      return;
    }
    if (own !== turn) return;
    const [one, two, ...tables] = loaded;
    status.textContent = `First: ${labels[a].label}. Second: ${labels[b].label}.`;
    shared = keys.map(({ key, title }, place) => {
      const [first, second] = [one.tables[key].verdicts, two.tables[key].verdicts];
      const table = tables[place];
      return { key, title, table, ...compare.differences(table, first, second), first: compare.everywhere(table, first), second: compare.everywhere(table, second) };
    }).filter(({ whole }) => whole);
    out.append(node("section", {}, node("h2", {}, "Overall"), forest("First minus second, in percentage points; to the right, the first is better", shared.map(({ title, whole }) => [title, whole]))));
    for (const { key, title, table, whole, parts, first, second } of shared) {
      const blocks = parts.map(({ name, values }) => node("div", {}, forest(`By ${name.replace("_", " ")}`, values.map(({ value, estimate }) => [value, estimate]))));
      out.append(node("details", { class: "table", open: key === shared[0].key }, node("summary", {}, node("h3", {}, title)), node("p", {}, sentence(a, b, key, whole)), quad(table, first, second), node("div", { class: "pair wide" }, ...blocks)));
    }
    differForm.elements.table.replaceChildren(...shared.map(({ key, title }) => node("option", { value: key }, title)));
    differ.hidden = false;
    list();
  };

  let listed = null;
  const line = (place) => node("tr", {}, items.verdict(listed.first[place]), items.verdict(listed.second[place]), items.member(listed.table, place, "good"), items.member(listed.table, place, "bad"), node("td", {}, items.voice(listed.table, place)));
  const page = items.pager(document.querySelector("#differ-table tbody"), document.getElementById("differ-pages"), line);
  const list = () => {
    const { table, kind, q } = differForm.elements;
    listed = shared.find(({ key }) => key === table.value);
    const fits = items.finder(listed.table, q.value);
    const wanted = { ab: (x, y) => x === "2" && y !== "2", ba: (x, y) => y === "2" && x !== "2", "": (x, y) => x !== y }[kind.value];
    const found = [];
    listed.first.forEach((mark, place) => {
      const other = listed.second[place];
      if (mark !== "-" && other !== "-" && wanted(mark, other) && fits(place)) found.push(place);
    });
    document.getElementById("differ-count").textContent = found.length ? `${found.length.toLocaleString("en")} ${found.length === 1 ? "trial" : "trials"}` : "No matching trials.";
    document.getElementById("differ-table").hidden = found.length === 0;
    page(found);
  };

  const restore = () => {
    const from = readState();
    for (const name of ["a", "b"]) form.elements[name].value = from.get(name) in labels ? from.get(name) : "";
  };
  form.hidden = false;
  form.addEventListener("change", show);
  differForm.addEventListener("change", list);
  differForm.elements.q.addEventListener("input", later(list, 120));
  document.getElementById("swap").addEventListener("click", () => {
    const { a, b } = form.elements;
    [a.value, b.value] = [b.value, a.value];
    show();
  });
  addEventListener("hashchange", () => {
    restore();
    show();
  });
  restore();
  show();
})();
