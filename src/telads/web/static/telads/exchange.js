// Results exchanged in place. While one is asked for, the former fades and it is said that another
// is coming; if it does not come, that is said, and the form says again what the result shows.
"use strict";

(() => {
  const shown = new WeakMap(); // by form: the choice whose result stands on the page
  const failed = new WeakMap(); // by form: the choice whose result did not come

  // The form whose result is asked for; a part of the result that comes later is no choice.
  const formOf = (event) => event.detail.target?.id === "result" && event.detail.requestConfig?.elt?.closest?.("form[hx-get]");
  const choice = (form) => new URLSearchParams(new FormData(form)).toString();
  const trouble = () => document.getElementById("trouble");

  const choose = (form, wanted) => {
    const values = new URLSearchParams(wanted);
    const lists = new Map(); // by name: several fields of one name take their values in turn
    for (const field of form.elements) {
      if (!field.name || field.disabled) continue;
      if (!lists.has(field.name)) lists.set(field.name, values.getAll(field.name));
      const chosen = lists.get(field.name);
      if (["checkbox", "radio"].includes(field.type)) field.checked = chosen.includes(field.value);
      else field.value = chosen.shift() ?? "";
    }
  };
  const settle = (form) => shown.set(form, choice(form));
  const settleAll = () => document.querySelectorAll("form[hx-get]").forEach(settle);

  const fail = (event) => {
    const form = formOf(event);
    if (!form || !trouble()) return;
    failed.set(form, choice(form));
    if (form.matches(":popover-open")) form.hidePopover(); // a sheet would cover what is said
    choose(form, shown.get(form));
    trouble().hidden = false;
    trouble().querySelector("button").onclick = () => {
      choose(form, failed.get(form));
      document.getElementById("result").focus({ preventScroll: true }); // the button goes
      htmx.trigger(form, "change");
    };
  };

  // An answer to a former choice would undo the one that is made while it is on its way.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("form[hx-get]") && window.htmx) htmx.trigger(form, "htmx:abort");
  }, true); // before the form asks for the new one
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (formOf(event) && trouble()) trouble().hidden = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = formOf(event);
    if (form) settle(form);
  });
  for (const kind of ["sendError", "timeout", "responseError"]) {
    document.addEventListener(`htmx:${kind}`, fail);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settleAll);
  else settleAll();
})();
