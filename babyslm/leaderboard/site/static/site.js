"use strict";
// What all pages share. Text from submissions only ever becomes text: nothing here writes HTML.
const babyslm = (() => {
  const up = document.body.dataset.up;
  const stamp = new URL(document.currentScript.src).search;
  const asked = new Map();

  /** Make an element: attributes, then children (nodes or text). */
  const node = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };

  const data = () => JSON.parse(document.getElementById("data").textContent);
  const place = (path) => up + path.split("/").map(encodeURIComponent).join("/");

  /** Load one of the data files, once. A script, because a page on a disk may not read JSON. */
  const load = (name) => {
    if (!asked.has(name)) {
      const request = {};
      request.promise = new Promise((resolve, reject) => { Object.assign(request, { resolve, reject }); });
      asked.set(name, request);
      const script = node("script", { src: `${place(`data/${name}.js`)}${stamp}` });
      script.addEventListener("error", () => {
        asked.delete(name);
        request.reject(new Error("the data could not be loaded"));
      });
      document.head.append(script);
    }
    return asked.get(name).promise;
  };
  const receive = (name, value) => asked.get(name)?.resolve(value);

  const percent = (value) => (100 * value).toFixed(1);
  const points = (value) => `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
  const later = (action, wait) => {
    let timer = 0;
    return (...values) => {
      clearTimeout(timer);
      timer = setTimeout(() => action(...values), wait);
    };
  };

  /** Draw levels, an interval and a dot on one axis, as the pages that are drawn ahead do. */
  const strip = (estimate, [from, to], level, kind = "") => {
    const name = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(name, "svg");
    const at = (value) => (100 * (value - from)) / (to - from);
    const line = (type, x1, x2, y1, y2) => {
      const element = document.createElementNS(name, "line");
      for (const [key, value] of Object.entries({ class: type, x1, x2, y1, y2 })) element.setAttribute(key, value);
      svg.append(element);
    };
    svg.setAttribute("class", "strip");
    svg.setAttribute("viewBox", "0 0 100 10");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    line("track", 0, 100, 5, 5);
    if (estimate.low !== null) line("range", at(estimate.low), at(estimate.high), 5, 5);
    line("chance", at(level), at(level), 0, 10);
    line(`dot ${kind}`, at(estimate.value), at(estimate.value), 5, 5);
    return svg;
  };

  /** Keep the state of controls in the address, so that a view can be passed on. */
  const readState = () => new URLSearchParams(location.hash.slice(1));
  const writeState = (state) => {
    const text = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname.split("/").at(-1) || "./");
  };

  // A search field sends its form on Enter; there is nowhere to send it.
  document.addEventListener("submit", (event) => event.preventDefault());

  return { data, later, load, node, percent, place, points, readState, receive, strip, writeState };
})();
