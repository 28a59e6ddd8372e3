// The page of changes without this file: every link and the form load the page again. With it a
// link sets the form's choice, which then exchanges the result in place (`exchange.js`).
"use strict";

(() => {
  const FORM = "form.question";
  let key = ""; // of the link that was followed: it keeps the focus

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[data-choice]");
    const form = document.querySelector(FORM);
    if (!link || !form || !window.htmx) return;
    event.preventDefault();
    const chosen = new URLSearchParams(link.getAttribute("href").split("?")[1]);
    for (const field of form.elements) {
      if (!field.name) continue;
      const first = field.tagName === "SELECT" && field.name === "against" ? "month" : field.name === "sort" ? "-own" : "";
      field.value = chosen.get(field.name) ?? first;
    }
    key = link.dataset.key ?? "";
    htmx.trigger(form, "change");
  });

  // The months in turn, one a second, from the one shown or from the first; any press ends it.
  const PACE = 1000; // milliseconds
  let playing = 0;
  const stop = () => {
    clearTimeout(playing);
    playing = 0;
    document.querySelector(".changes-play")?.setAttribute("aria-pressed", "false");
  };
  const months = () => [...document.querySelectorAll(".changes-months a")].filter((one) => !one.dataset.empty);
  const step = (first) => {
    const all = months();
    const at = all.findIndex((one) => one.getAttribute("aria-current"));
    const next = first && at === all.length - 1 ? all[0] : all[at + 1];
    if (!next) return stop();
    next.click();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".changes-play");
    if (button) {
      if (playing) return stop();
      playing = -1;
      button.setAttribute("aria-pressed", "true");
      step(true);
    } else if (playing && event.isTrusted) stop();
  });
  document.addEventListener("keydown", () => playing && stop());
  for (const kind of ["sendError", "timeout", "responseError"]) document.addEventListener(`htmx:${kind}`, stop);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!playing || event.target.id !== "result") return;
    const button = document.querySelector(".changes-play");
    button?.setAttribute("aria-pressed", "true");
    clearTimeout(playing);
    playing = setTimeout(() => step(false), PACE);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!key || event.target.id !== "result") return;
    const links = document.querySelectorAll(`#result [data-key="${CSS.escape(key)}"]`);
    const shown = [...links].find((one) => one.getClientRects().length);
    shown?.focus({ preventScroll: true });
    key = "";
  });
})();
