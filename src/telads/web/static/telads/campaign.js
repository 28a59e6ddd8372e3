// The campaign page without this file: the form, its links and the slider load the page again.
// With it links copy themselves, the map's regions exchange the result, the slider says its amount.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const copied = event.target.closest?.("a[data-copy]");
    if (copied && navigator.clipboard) {
      event.preventDefault();
      navigator.clipboard.writeText(copied.href).then(
        () => { copied.textContent = document.getElementById("announcement").textContent = copied.dataset.copied; },
        () => { location.href = copied.href; },
      );
      return;
    }
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
})();
