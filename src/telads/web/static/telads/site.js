// The page is whole without this file. It lets the explanation of a label follow the pointer and
// the keyboard's focus, and tells what a mark of a drawing shows; a label's click or touch opens
// its explanation without any script.
"use strict";
document.documentElement.classList.add("scripted");

// Labels: a pointer or the keyboard shows the explanation while it stays, a click keeps it open.
(() => {
  const LINGER = 200; // milliseconds in which a pointer may go from the label to its explanation
  let owner = null; // the label whose explanation is open
  let kept = false;
  let leaving;

  const badgeOf = (event) => event.target.closest?.("[popovertarget].badge");
  const noteOf = (badge) => document.getElementById(badge.getAttribute("popovertarget"));
  const isOpen = (note) => note.matches(":popover-open");

  const show = (badge) => {
    const note = noteOf(badge);
    if (!note?.showPopover || isOpen(note)) return;
    note.showPopover({ source: badge });
    owner = badge;
    kept = false;
  };
  const hide = () => {
    const note = owner && noteOf(owner);
    if (note && !kept && isOpen(note)) note.hidePopover();
  };

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return; // a touch is a click
    const badge = badgeOf(event);
    if (badge) show(badge);
    if (badge || event.target.closest?.(".note")) clearTimeout(leaving);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "mouse" || !(badgeOf(event) || event.target.closest?.(".note"))) return;
    clearTimeout(leaving);
    leaving = setTimeout(hide, LINGER);
  });
  document.addEventListener("focusin", (event) => {
    const badge = badgeOf(event);
    if (badge?.matches(":focus-visible")) show(badge);
  });
  document.addEventListener("focusout", (event) => {
    if (badgeOf(event) !== owner) return;
    kept = false;
    hide();
  });
  document.addEventListener("click", (event) => {
    const badge = badgeOf(event);
    const note = badge && noteOf(badge);
    if (!note?.showPopover) return;
    if (isOpen(note) && (badge !== owner || !kept)) {
      event.preventDefault(); // the browser would close what the pointer or focus has opened
      if (badge !== owner) {
        note.hidePopover();
        show(badge);
      }
    }
    owner = badge;
    kept = true;
  });
})();

// A link to what a page shows (`data-copy`) copies its address; without a clipboard it is followed.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const copied = event.target.closest?.("a[data-copy]");
  if (!copied || !navigator.clipboard) return;
  event.preventDefault();
  navigator.clipboard.writeText(copied.href).then(
    () => { copied.textContent = document.getElementById("announcement").textContent = copied.dataset.copied; },
    () => { location.href = copied.href; },
  );
});

// The search of the header: "/" goes to it, arrows go through what it finds, Escape leaves it.
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("search");
  if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
  const form = field.form;
  if (event.key === "/" && !event.target.closest?.("input, select, textarea, [contenteditable]")) {
    event.preventDefault();
    if (field.checkVisibility()) field.focus();
    else location.href = form.action;
  }
  if (!form.contains(event.target)) return;
  if (event.key === "Escape") event.target.blur();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [field, ...form.querySelectorAll(".hit")];
  stops[stops.indexOf(event.target) + step]?.focus();
  event.preventDefault();
});

// A form that makes a link (`data-shares`): the link is copied as soon as it is made, and the page that
// shows it takes this one's place. Without a clipboard the form is sent as it is.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-shares]");
  if (!form || !navigator.clipboard) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  const link = main?.querySelector(".secret");
  if (!main) return location.reload();
  document.querySelector("main").replaceWith(main);
  if (link) {
    const told = document.createElement("p");
    const say = () => { told.textContent = form.dataset.copied; };
    navigator.clipboard.writeText(link.textContent).then(say, () => {});
    link.closest(".notice").append(told);
    link.closest(".notice").scrollIntoView({ block: "center" });
  }
});

// The sentence of a figure's card, with its range and source, for whoever quotes it.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy-card]");
  if (!button || !navigator.clipboard) return;
  const card = button.closest(".trust");
  const of = (part) => card.querySelector(part)?.innerText.replace(/\s+/g, " ").trim();
  const text = [of("p"), of(".trust-says"), of(".trust-ends span:last-child"), of("dl > div:last-child dd")];
  navigator.clipboard.writeText(text.filter(Boolean).join(". ")).then(() => { button.textContent = button.dataset.copied; });
});

// Marks of drawings (`data-marks`): what a `<title>` says is told at once, to a pointer, a touch and
// the keyboard. A drawing is one stop of the tab key; arrows go from mark to mark.
(() => {
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const GAP = 8; // pixels
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true"); // the mark's own name says the same
  tip.hidden = true;
  document.body.append(tip);

  const markOf = (event) => event.target.closest?.("[data-tip]");
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };

  const name = (drawing) => {
    const marks = [];
    for (const title of drawing.querySelectorAll(":scope * > title")) {
      const mark = title.parentNode;
      mark.dataset.tip = title.textContent;
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", title.textContent);
      mark.setAttribute("tabindex", marks.length ? "-1" : "0");
      title.remove(); // the browser would tell it a second time
      marks.push(mark);
    }
    if (marks.length) drawing.setAttribute("role", "group");
  };
  const nameAll = (root) => root.querySelectorAll("svg[data-marks][role=img]").forEach(name);

  let told = null; // the mark that the tip is about

  const tell = (mark) => {
    told = mark;
    tip.textContent = mark.dataset.tip;
    const at = mark.getBoundingClientRect();
    tip.hidden = at.bottom < 0 || at.top > document.documentElement.clientHeight;
    const room = document.documentElement.clientWidth - tip.offsetWidth - GAP;
    const above = at.top - tip.offsetHeight - GAP;
    tip.style.left = `${Math.max(GAP, Math.min(room, at.x + (at.width - tip.offsetWidth) / 2))}px`;
    tip.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
  };
  const end = () => {
    told = null;
    tip.hidden = true;
  };

  document.addEventListener("pointerover", (event) => {
    const mark = markOf(event);
    if (mark) tell(mark);
    else if (event.pointerType === "mouse") end();
  });
  document.addEventListener("pointerdown", (event) => markOf(event) || end());
  document.addEventListener("focusin", (event) => {
    const mark = markOf(event);
    if (mark) tell(mark);
  });
  document.addEventListener("focusout", (event) => markOf(event) && end());
  document.addEventListener("scroll", () => told && tell(told), { passive: true, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
    const mark = markOf(event);
    const way = mark && ARROWS[event.key];
    if (!way) return;
    const [x, y] = middle(mark);
    let nearest;
    let least = Infinity;
    for (const other of mark.closest("svg").querySelectorAll("[data-tip]")) {
      const [dx, dy] = middle(other).map((at, axis) => at - [x, y][axis]);
      const along = dx * way[0] + dy * way[1];
      const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along > 1 && along + 2 * aside < least) [nearest, least] = [other, along + 2 * aside];
    }
    event.preventDefault();
    if (!nearest) return;
    mark.setAttribute("tabindex", "-1");
    nearest.setAttribute("tabindex", "0");
    nearest.focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (told && !told.isConnected) end();
    nameAll(event.target);
  });
  const start = () => nameAll(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
