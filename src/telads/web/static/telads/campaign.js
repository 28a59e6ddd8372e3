// The campaign page without this file: the form, its links and the slider load the page again.
// With it the map's regions exchange the result and the slider says its amount.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const region = event.target.closest?.(".campaign-map a[data-choice]");
    if (!region || !window.htmx) return;
    event.preventDefault();
    const key = region.dataset.key;
    region.id ||= `go-${key}`; // its name tells the server that the brief changes too
    htmx.ajax("GET", region.getAttribute("href"), { source: region, target: "#result" }).then(() => {
      const again = [...document.querySelectorAll(`.campaign-map [data-key="${CSS.escape(key)}"]`)];
      again.find((one) => one.getClientRects().length)?.focus({ preventScroll: true });
    });
  });

  // A medium that was chosen brings its price: its row is exchanged, and the list keeps the focus.
  let held = "";
  document.addEventListener("htmx:beforeSwap", () => { held = document.activeElement?.id ?? ""; });
  document.addEventListener("htmx:afterSettle", () => {
    if (held.startsWith("platform-") && document.activeElement === document.body) document.getElementById(held)?.focus({ preventScroll: true });
  });

  // On its way the slider shows what the solved budgets say; where it stops the server is asked.
  document.addEventListener("input", (event) => {
    const slider = event.target;
    if (slider.id !== "budget-slider" || !slider.dataset.steps) return;
    const [step, steps] = JSON.parse(slider.dataset.steps);
    const [budget, count, unit, y] = steps[Math.min(Math.round(slider.value / step), steps.length - 1)];
    const x = (100 * slider.value) / slider.max;
    const of = (selector) => document.querySelector(`#result ${selector}`);
    slider.setAttribute("aria-valuetext", budget);
    of(".hero strong").textContent = count;
    of(".hero span").textContent = unit;
    of(".curve path.own").setAttribute("d", `M${x} ${y}V100`);
    of(".curve circle.own").setAttribute("cx", `${x}%`);
    of(".curve circle.own").setAttribute("cy", `${y}%`);
    const words = of(".curve-axis text.own");
    words.setAttribute("x", `${x}%`);
    words.setAttribute("text-anchor", x < 15 ? "start" : x > 85 ? "end" : "middle");
    words.textContent = budget;
  });
})();
