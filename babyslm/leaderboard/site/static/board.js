"use strict";
// The table of a board: sort, filter, choose two to compare; plots follow the filter.
(() => {
  const { later, node, plots, readState, writeState } = babyslm;
  const data = babyslm.data();
  const body = document.querySelector("#board tbody");
  const filters = document.getElementById("filters");
  const rows = [...body.rows].map((row, index) => ({ row, index, ...data.learners[index] }));
  for (const each of rows) each.text = `${each.row.cells[2].textContent} ${each.family}`.toLowerCase();
  const primary = (document.getElementById("ranked")?.textContent.match(/Ranked by (\w+)/) ?? [])[1];
  const state = { sort: "rank", down: false, by: primary };
  // A browser lays out a few hundred rows at once; a thousand make it stutter.
  const MOST = 200;
  let limit = MOST;
  let visible = rows;

  // Sorting: by a measure means ranked by it, too.
  const standing = (each) => {
    const [, , , rank, , best, worst] = each.figures[state.by] ?? [];
    return rank === undefined ? ["–", ""] : [String(rank), best === worst ? "" : `${best}–${worst}`];
  };
  const keys = {
    rank: (each) => (each.figures[state.by] ? each.figures[state.by][3] - each.figures[state.by][0] / 2 : null),
    name: (each) => each.text,
    hours: (each) => each.hours,
    words: (each) => each.words,
  };
  for (const measure of data.measures) keys[measure] = (each) => each.figures[measure]?.[0] ?? null;
  const collator = new Intl.Collator("en", { numeric: true });
  const byKey = (key, down) => (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return (x === null) - (y === null) || a.index - b.index;
    const order = typeof x === "string" ? collator.compare(x, y) : x - y;
    return (down ? -order : order) || a.index - b.index;
  };

  const heads = [...document.querySelectorAll("#board th[data-sort]")];
  const sort = () => {
    rows.sort(byKey(keys[state.sort], state.down));
    for (const head of heads) {
      if (head.dataset.sort === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    if (primary) document.getElementById("ranked").textContent = `Ranked by ${state.by}.`;
  };

  /** Put the rows that are to be seen into the table, with their ranks; the others stay outside the page. */
  const fill = () => {
    const seen = visible.slice(0, limit);
    for (const each of seen) {
      const texts = standing(each);
      [...each.row.cells[1].children].forEach((part, place) => { if (part.textContent !== texts[place]) part.textContent = texts[place]; });
    }
    const same = seen.length === body.rows.length && seen.every(({ row }, place) => body.rows[place] === row);
    if (!same) body.replaceChildren(...seen.map(({ row }) => row));
  };

  /** Join the rows of a tie group by a bar, where they stand together. */
  const joinTies = () => {
    const together = state.sort === "rank" || state.sort === state.by;
    const group = (each) => (together ? each?.figures[state.by]?.[4] ?? null : null);
    visible.forEach((each, place) => {
      const own = group(each);
      const above = own !== null && group(visible[place - 1]) === own;
      const below = own !== null && group(visible[place + 1]) === own;
      const wanted = above || below ? `tied${above ? "" : " first"}${below ? "" : " last"}` : "";
      const name = each.chosen ? `${wanted} chosen`.trim() : wanted;
      if (each.row.className !== name) each.row.className = name;
    });
  };

  for (const head of heads) {
    const name = head.querySelector(".name");
    const button = node("button", { type: "button" }, name.textContent);
    name.replaceWith(button);
    button.addEventListener("click", () => {
      const key = head.dataset.sort;
      const figure = data.measures.includes(key);
      if (figure) state.by = key;
      state.down = state.sort === key ? !state.down : figure || key === "hours" || key === "words";
      state.sort = key;
      sort();
      filter();
    });
  }

  // Filtering.
  const more = document.getElementById("more");
  more.querySelector("button").addEventListener("click", () => {
    limit = Infinity;
    filter();
  });
  const number = (text) => (text === "" ? null : Number(text));
  const filter = () => {
    const form = Object.fromEntries(new FormData(filters));
    const words = form.q.toLowerCase().split(/\s+/).filter(Boolean);
    const [least, most] = [number(form.least), number(form.most)];
    const fits = (each) =>
      words.every((word) => each.text.includes(word)) &&
      (!form.modality || each.modality === form.modality) &&
      (!form.domain || each.domain === form.domain) &&
      (!form.language || each.language.includes(form.language)) &&
      (least === null || (each.hours !== null && each.hours >= least)) &&
      (most === null || (each.hours !== null && each.hours <= most));
    visible = rows.filter(fits);
    fill();
    more.hidden = visible.length <= limit;
    more.firstChild.data = `The first ${limit} of ${visible.length.toLocaleString("en")} are shown. `;
    joinTies();
    const all = rows.length;
    document.getElementById("count").textContent = visible.length === all ? `${all} ${all === 1 ? "learner" : "learners"}` : `${visible.length} of ${all} learners`;
    document.getElementById("none").hidden = visible.length > 0;
    document.getElementById("standings").hidden = visible.length === 0;
    const usual = state.sort === "rank" && !state.down && state.by === primary;
    writeState({ ...form, ...(usual ? {} : { sort: state.sort, by: state.by === primary ? "" : state.by, down: state.down ? "1" : "" }) });
    redraw();
  };

  // Plots.
  const chosen = (id) => document.querySelector(`#${id}-form select[name="measure"]`)?.value;
  const shown = () => new Set(visible.map((each) => each.model));
  const draw = () => {
    const measure = chosen("amounts");
    const unit = document.querySelector('#amounts-form select[name="unit"]').value;
    plots.show(document.getElementById("amounts"), () => plots.amounts(visible, measure, unit, data.lines[measure] ?? []));
    plots.show(document.getElementById("heat"), () => plots.heat(visible));
    plots.show(document.getElementById("gaps"), () => plots.gaps(data.gaps, chosen("gaps")));
    plots.show(document.getElementById("curves"), () => plots.curves(data.curves.filter((curve) => curve.measure === chosen("curves") && shown().has(curve.model)), data.lines[chosen("curves")] ?? []));
  };
  const redraw = later(draw, 180);
  for (const name of ["amounts", "gaps", "curves"]) {
    const form = document.getElementById(`${name}-form`);
    if (!form) continue;
    form.hidden = false;
    form.addEventListener("change", draw);
  }
  const heard = rows.filter((each) => each.hours).length;
  if (heard < rows.filter((each) => each.words).length && heard < 2) document.querySelector('#amounts-form select[name="unit"]').value = "words";

  // Choosing two.
  const tray = document.getElementById("tray");
  let picked = [];
  const tell = () => {
    for (const each of rows) {
      each.chosen = picked.includes(each);
      each.row.querySelector("input").checked = each.chosen;
    }
    joinTies();
    tray.hidden = picked.length === 0;
    const names = picked.map((each) => `${each.name} · ${each.revision}`);
    tray.querySelector("p").textContent = names.length === 2 ? `${names[0]} and ${names[1]}` : `${names[0] ?? ""}: select a second learner`;
    const link = tray.querySelector("a");
    link.hidden = picked.length < 2;
    if (picked.length === 2) link.hash = new URLSearchParams({ a: picked[0].slug, b: picked[1].slug }).toString();
  };
  for (const each of rows) {
    const box = each.row.querySelector("input");
    box.hidden = false;
    box.addEventListener("change", () => {
      picked = box.checked ? [...picked, each].slice(-2) : picked.filter((other) => other !== each);
      tell();
    });
  }
  tray.querySelector("button").addEventListener("click", () => {
    picked = [];
    tell();
  });

  // Start from the address.
  const restore = () => {
    const from = readState();
    for (const field of filters.elements) if (field.name) field.value = from.get(field.name) ?? "";
    state.sort = from.get("sort") in keys ? from.get("sort") : "rank";
    state.by = data.measures.includes(from.get("by")) ? from.get("by") : primary;
    state.down = from.get("down") === "1";
  };
  restore();
  filters.hidden = false;
  filters.addEventListener("input", filter);
  filters.addEventListener("reset", () => setTimeout(filter));
  document.getElementById("clear").addEventListener("click", () => filters.reset());
  addEventListener("hashchange", () => {
    restore();
    sort();
    filter();
  });
  if (state.sort !== "rank" || state.down || state.by !== primary) sort();
  filter();
})();
