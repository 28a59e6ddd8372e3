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

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!key || event.target.id !== "result") return;
    const links = document.querySelectorAll(`#result [data-key="${CSS.escape(key)}"]`);
    const shown = [...links].find((one) => one.getClientRects().length);
    shown?.focus({ preventScroll: true });
    key = "";
  });
})();
