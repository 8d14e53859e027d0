"use strict";
// Pairs of a table: their verdicts, their texts and their sound.
babyslm.items = (() => {
  const { node, place } = babyslm;
  const SIZE = 50;
  const SUFFIX = { w: ".wav", f: ".flac" };
  const VERDICTS = { 2: ["✓ right", "right"], 1: ["= tie", "tie"], 0: ["✗ wrong", "wrong"] };

  // One player for the page: a second sound stops the first.
  const audio = new Audio();
  audio.preload = "none";
  let pressed = null;
  const release = () => {
    pressed?.setAttribute("aria-pressed", "false");
    pressed = null;
  };
  audio.addEventListener("ended", release);
  const playButton = (path, label) => {
    const button = node("button", { type: "button", class: "play", "aria-label": `Play ${label}`, "aria-pressed": "false", title: "Play" }, "▶");
    button.addEventListener("click", () => {
      const again = pressed === button;
      audio.pause();
      release();
      if (again) return;
      pressed = button;
      button.setAttribute("aria-pressed", "true");
      audio.src = place(path);
      audio.play().catch((error) => {
        if (error.name === "AbortError") return;
        release();
        button.disabled = true;
        button.title = "This sound cannot be played";
      });
    });
    return button;
  };

  const verdict = (mark) => {
    const [text, name] = VERDICTS[mark];
    return node("td", { class: `mark ${name}` }, text);
  };

  /** A member of a pair: its text or, without one, its phones; both where both are known; its sound. */
  const member = (table, row, side) => {
    const pair = table.rows.pair[row];
    const text = table.pairs[side][pair];
    const phones = table.pairs[`${side}Phones`]?.[pair] ?? "";
    const suffix = SUFFIX[table.rows[`${side}Sound`]?.[row]];
    const shown = text || `/${phones}/`;
    const cell = node("td");
    if (suffix) cell.append(playButton(`${table.sounds}/${table.rows[`${side}Name`][row]}${suffix}`, `${side}: ${shown}`));
    cell.append(shown);
    if (text && phones) cell.append(node("span", { class: "phones" }, `/${phones}/`));
    return cell;
  };

  const voice = (table, row) => table.voices[table.rows.voice[row]] || "written";

  /** What a search looks into, made once a table. */
  const haystack = (table) => {
    table.hay ??= table.pairs.id.map((id, pair) =>
      [id, table.pairs.good[pair], table.pairs.bad[pair], table.pairs.goodPhones?.[pair], table.pairs.badPhones?.[pair]].filter(Boolean).join("\n").toLowerCase());
    return table.hay;
  };
  const finder = (table, text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const hay = haystack(table);
    return (row) => words.every((word) => hay[table.rows.pair[row]].includes(word));
  };

  /** Show rows in pages: `line(row)` makes the table row of one. */
  const pager = (body, bar, line) => {
    let rows = [];
    let page = 0;
    const [back, label, next] = bar.children;
    const show = () => {
      audio.pause();
      release();
      const last = Math.max(0, Math.ceil(rows.length / SIZE) - 1);
      page = Math.min(Math.max(page, 0), last);
      body.replaceChildren(...rows.slice(page * SIZE, (page + 1) * SIZE).map(line));
      bar.hidden = rows.length === 0;
      label.textContent = `${page + 1} of ${last + 1}`;
      back.disabled = page === 0;
      next.disabled = page === last;
    };
    for (const button of [back, next]) {
      button.addEventListener("click", () => {
        page += Number(button.dataset.step);
        show();
      });
    }
    return (found) => {
      rows = found;
      page = 0;
      show();
    };
  };

  return { finder, member, pager, verdict, voice };
})();
