// The campaign page without this file: the form, its links and the slider load the page again.
// With it they exchange the result, the map tells of the place that is looked at, and the slider
// says its amount on its way.
"use strict";

(() => {
  const form = () => document.querySelector("form.campaign");
  const plain = (event) => !event.button && !event.ctrlKey && !event.metaKey && !event.altKey;
  const open = () => document.querySelector(".chip-panel[open]");
  const apply = () => htmx.trigger(form(), "change");

  // Chips: one panel is open at a time; Escape and a press elsewhere close it. Its button closes it
  // too, since every choice has been asked for when it was made.
  const close = (panel, focus) => {
    if (!panel) return;
    panel.open = false;
    if (focus) panel.querySelector("summary").focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(open(), true);
    if (event.key === " " && event.target.matches?.("a[role=checkbox]")) {
      event.preventDefault();
      event.target.click();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    const panel = open();
    if (panel && !panel.contains(event.target)) close(panel, false);
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || !window.htmx) return;
    event.preventDefault();
    const panel = open();
    if (panel?.querySelector("input[name=budget]") || panel?.querySelector("[name=price]")) apply();
    close(panel, true);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "place-search") return;
    const typed = event.target.value.trim().toLowerCase();
    for (const box of document.querySelectorAll(".places-options .box")) box.hidden = !box.textContent.toLowerCase().includes(typed);
  });

  // Links of the result exchange it; the form then says what they chose. A region of the map stays
  // in its place alone, with Shift it joins those that are chosen.
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || !plain(event) || !window.htmx) return;
    const region = event.target.closest?.(".campaign-map a[data-choice]");
    const link = region ?? (event.shiftKey ? null : event.target.closest?.(".campaign a[data-go]"));
    if (!link) return;
    event.preventDefault();
    if (region && event.shiftKey) {
      const place = document.querySelector(`input[name=district][data-region="${CSS.escape(region.dataset.key)}"]`);
      if (place) {
        place.checked = !place.checked;
        apply();
      }
      return;
    }
    const key = region?.dataset.key;
    if (region) region.id ||= `go-${key}`; // its name tells the server that the brief changes too
    htmx.ajax("GET", link.getAttribute("href"), { source: link, target: "#result" }).then(() => {
      if (!key) return;
      const again = [...document.querySelectorAll(`.campaign-map [data-key="${CSS.escape(key)}"]`)];
      again.find((one) => one.getClientRects().length)?.focus({ preventScroll: true });
    });
  });

  // Its read-out tells of the region under the pointer or in focus, then of the first again.
  let outs = null;
  let first = "";
  const readOuts = () => {
    const map = document.querySelector(".campaign-map[data-read]");
    if (map && outs?.map !== map) {
      outs = { map, told: JSON.parse(map.dataset.read) };
      [first] = Object.keys(outs.told);
    }
    return map ? outs.told : {};
  };
  const tell = (key, light) => {
    const told = readOuts()[key];
    for (const one of document.querySelectorAll(".campaign tr.seen")) one.classList.remove("seen");
    for (const one of document.querySelectorAll(".campaign-map .seen-rim")) one.remove();
    if (!told) return;
    for (const part of document.querySelectorAll("#read-out [data-part]")) {
      const text = told[part.dataset.part];
      if (part.tagName === "path") part.setAttribute("d", text);
      else part.textContent = text;
    }
    const level = document.getElementById("go-level-near");
    if (light && level && !level.hasAttribute("aria-current")) {
      const there = new URLSearchParams(level.getAttribute("href").split("?")[1]);
      there.set("within", told[9]);
      level.setAttribute("href", `${location.pathname}?${there}`);
    }
    if (!light) return;
    for (const row of document.querySelectorAll(`tr[data-region="${CSS.escape(key)}"]`)) row.classList.add("seen");
    for (const one of document.querySelectorAll(`.campaign-map svg [data-key="${CSS.escape(key)}"]`)) {
      const rim = one.firstElementChild.cloneNode(false); // drawn above its neighbours, which hide half of it
      rim.setAttribute("class", "seen-rim");
      one.parentNode.append(rim);
    }
  };
  const keyOf = (event) => {
    const region = event.target.closest?.(".campaign-map svg a[data-key]");
    return region?.dataset.key ?? event.target.closest?.("tr[data-region]")?.dataset.region;
  };
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const key = keyOf(event);
      if (key) tell(key, true);
    });
  }
  document.addEventListener("pointerout", (event) => {
    if (!keyOf(event) || keyOf({ target: event.relatedTarget ?? document })) return;
    const held = document.activeElement?.closest?.(".campaign-map svg a[data-key]");
    tell(held?.dataset.key ?? first, Boolean(held));
  });

  // The curve comes after the answer: till then the former one stands there, pale. Where it does not
  // come, that is said in its place.
  let former = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "result") former = document.getElementById("curve")?.innerHTML ?? "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "result") return;
    const curve = document.getElementById("curve");
    if (curve?.hasAttribute("aria-busy")) curve.innerHTML = former;
  });
  for (const kind of ["sendError", "timeout", "responseError"]) {
    document.addEventListener(`htmx:${kind}`, (event) => {
      if (event.detail.target?.id === "result") close(open(), true); // it would lie over what is said
      const curve = document.getElementById("curve");
      if (event.detail.target?.id !== "curve" || !curve) return;
      curve.removeAttribute("aria-busy");
      const words = document.createElement("p");
      words.className = "lost-curve";
      words.textContent = document.querySelector("#trouble strong").textContent;
      curve.replaceChildren(words);
    });
  }

  // A medium that was chosen brings its price: its row is exchanged, and the list keeps the focus.
  let held = "";
  document.addEventListener("htmx:beforeSwap", () => { held = document.activeElement?.id ?? ""; });
  document.addEventListener("htmx:afterSettle", () => {
    if (held.startsWith("platform-") && document.activeElement === document.body) document.getElementById(held)?.focus({ preventScroll: true });
  });

  // On its way the slider shows what the solved budgets say; where it stops the server is asked.
  document.addEventListener("input", (event) => {
    const slider = event.target;
    const solved = document.getElementById("curve")?.dataset.steps;
    if (slider.id !== "budget-slider" || !solved) return;
    const [step, steps] = JSON.parse(solved);
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
