"use strict";
// The page of a learner: its learning curve, and its items.
(() => {
  const { items, later, load, node, plots } = babyslm;
  const data = babyslm.data();

  const curves = document.getElementById("curves-form");
  if (curves) {
    const draw = () => plots.show(document.getElementById("curves"), () => plots.curves([data.curves[Number(curves.elements.curve.value)]], [{ name: "chance", value: 0.5 }]));
    curves.hidden = false;
    curves.addEventListener("change", draw);
    draw();
  }

  const form = document.getElementById("items-form");
  const count = document.getElementById("items-count");
  const element = document.getElementById("items-table");
  if (!form.elements.table.options.length) {
    count.textContent = "Scores of single items are not available.";
    return;
  }
  let table = null;
  let record = null;
  let found = [];

  const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(3).replace("-", "−"));
  const line = (row) => node("tr", {},
    items.verdict(record.verdicts[row]),
    items.member(table, row, "good"),
    items.member(table, row, "bad"),
    node("td", { class: "figure" }, number(record.good?.[row])),
    node("td", { class: "figure" }, number(record.bad?.[row])),
    node("td", {}, items.voice(table, row)));
  const turn = items.pager(element.tBodies[0], document.getElementById("items-pages"), line);

  const parts = () => {
    const groups = Object.entries(table.attributes).map(([name, { names }]) =>
      node("optgroup", { label: name.replace("_", " ") }, ...names.map((value, code) => node("option", { value: `${name} ${code}` }, value))));
    form.elements.part.replaceChildren(node("option", { value: "" }, "all"), ...groups);
  };

  const search = () => {
    if (!table) return;
    const { q, verdict, part } = form.elements;
    const fits = items.finder(table, q.value);
    const [name, code] = part.value.split(" ");
    const codes = name ? table.attributes[name].codes : null;
    found = [];
    for (let row = 0; row < record.verdicts.length; row += 1) {
      const mark = record.verdicts[row];
      if (mark !== "-" && (!verdict.value || mark === verdict.value) && (!codes || codes[table.rows.pair[row]] === Number(code)) && fits(row)) found.push(row);
    }
    const right = found.reduce((sum, row) => sum + Number(record.verdicts[row]) / 2, 0);
    count.textContent = found.length ? `${found.length.toLocaleString("en")} ${found.length === 1 ? "trial" : "trials"}, ${babyslm.percent(right / found.length)} % of them right` : "No trials match this search.";
    element.hidden = found.length === 0;
    turn(found);
  };

  const open = async () => {
    const key = form.elements.table.value;
    count.textContent = "Loading…";
    try {
      const [pairs, learner] = await Promise.all([load(`tables/${key}`), load(`learners/${data.slug}`)]);
      if (key !== form.elements.table.value) return;
      table = pairs;
      record = learner.tables[key];
      parts();
      search();
    } catch (error) {
      count.textContent = `The items cannot be shown: ${error.message}.`;
    }
  };

  document.getElementById("items-csv").addEventListener("click", () => {
    // A text that begins like a formula would become one in a spreadsheet.
    const cell = (value) => `"${String(value ?? "").replace(/^(?=[=+@\t\r])/, "'").replaceAll('"', '""')}"`;
    const heads = ["id", "voice", "verdict", "good", "bad", "good_phones", "bad_phones", "good_score", "bad_score"];
    const lines = found.map((row) => {
      const pair = table.rows.pair[row];
      const { id, good, bad, goodPhones, badPhones } = table.pairs;
      return [id[pair], items.voice(table, row), { 2: 1, 1: 0.5, 0: 0 }[record.verdicts[row]], good[pair], bad[pair], goodPhones?.[pair], badPhones?.[pair], record.good?.[row], record.bad?.[row]];
    });
    const text = [heads, ...lines].map((values) => values.map(cell).join(",")).join("\n");
    const link = node("a", { href: URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" })), download: `${data.slug}.${form.elements.table.value}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });

  form.hidden = false;
  form.elements.table.addEventListener("change", open);
  for (const name of ["verdict", "part"]) form.elements[name].addEventListener("change", search);
  form.elements.q.addEventListener("input", later(search, 120));
  // The items are large: they are fetched when the reader comes near them.
  new IntersectionObserver(([entry], watch) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    open();
  }, { rootMargin: "400px" }).observe(document.getElementById("items"));
})();
