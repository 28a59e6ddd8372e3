// The page is whole without this file. It lets the explanation of a label follow the pointer and
// the keyboard's focus; a click or touch opens it without any script.
"use strict";
document.documentElement.classList.add("scripted");

(() => {
  const noteOf = (event) => {
    const badge = event.target.closest?.("[popovertarget].badge");
    return badge && [badge, document.getElementById(badge.getAttribute("popovertarget"))];
  };
  const show = (event) => {
    const [badge, note] = noteOf(event) ?? [];
    if (note?.showPopover && !note.matches(":popover-open")) note.showPopover({ source: badge });
  };
  const hide = (event) => {
    const [, note] = noteOf(event) ?? [];
    if (note?.hidePopover && note.matches(":popover-open")) note.hidePopover();
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("mouseout", hide);
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(":focus-visible")) show(event);
  });
  document.addEventListener("focusout", hide);
})();
