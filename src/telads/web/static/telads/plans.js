// The form of a plan without this file: a medium chosen fills the row when the form is sent.
// With it the row is filled at once, amounts as well, and the list is empty again.
"use strict";

document.addEventListener("change", (event) => {
  const list = event.target;
  const fields = list.matches?.("select[data-fills]") && list.selectedOptions[0]?.dataset.fields;
  if (!fields) return;
  const row = list.name.replace(/medium$/, "");
  for (const [name, text] of Object.entries(JSON.parse(fields))) {
    const field = list.form.elements[row + name];
    if (field) field.value = text;
  }
  list.value = "";
});
