"use strict";
// Runs before the page is drawn, so that a chosen theme does not flash.
(() => {
  const root = document.documentElement;
  const key = "babyslm-theme";
  const choices = ["system", "light", "dark"];
  const stored = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  let chosen = choices.includes(stored()) ? stored() : "system";
  const apply = () => {
    if (chosen === "system") root.removeAttribute("data-theme");
    else root.dataset.theme = chosen;
  };
  apply();

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const tell = () => {
      button.textContent = { system: "◐ System", light: "○ Light", dark: "● Dark" }[chosen];
      button.setAttribute("aria-label", `Colours: ${chosen}. Change`);
    };
    tell();
    button.hidden = false;
    button.addEventListener("click", () => {
      chosen = choices[(choices.indexOf(chosen) + 1) % choices.length];
      try { localStorage.setItem(key, chosen); } catch { /* the choice lasts for this page */ }
      apply();
      tell();
      document.dispatchEvent(new Event("themechange"));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
  });
})();
