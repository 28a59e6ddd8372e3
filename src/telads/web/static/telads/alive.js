// Charts come alive on demand: the drawing library (0.9 MB) is asked for when a person stays on a
// drawing with a mouse, or focuses or presses its button, and never before. Without this file, or
// where it fails, the drawings stay as they are.
"use strict";

(() => {
  const REST = 200; // milliseconds: a pointer on its way to something else asks for nothing
  const OPTIONS = {
    renderer: "svg",
    ast: true, // expressions are interpreted: the policy of this site forbids eval
    actions: false,
    defaultStyle: false, // likewise an inline style sheet
    tooltip: { disableDefaultStyle: true },
  };
  let library;

  const load = (address) => {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = () => {
        library = undefined; // the next one may try again
        script.remove();
        failed(new Error(address));
      };
      document.head.append(script);
    });
    return library;
  };

  const liven = async (figure) => {
    const drawing = [...figure.querySelectorAll(".drawing")].find((one) => one.offsetParent);
    if (!drawing || drawing.dataset.state) return;
    drawing.dataset.state = "waiting";
    const address = new URL(figure.dataset.alive, location.href);
    if (drawing.dataset.layout === "narrow") address.searchParams.set("narrow", "1");
    const place = document.createElement("div");
    try {
      const [answer] = await Promise.all([
        fetch(address),
        load(figure.closest("[data-program]").dataset.program),
      ]);
      if (!answer.ok) throw new Error(answer.status);
      await window.vegaEmbed(place, await answer.json(), OPTIONS);
      const drawn = drawing.querySelector("svg");
      const living = place.querySelector("svg");
      living.setAttribute("role", "img");
      living.setAttribute("aria-label", drawn.getAttribute("aria-label"));
      drawing.replaceChildren(place);
      drawing.dataset.state = "alive";
    } catch (error) {
      console.error(error);
      delete drawing.dataset.state;
    }
  };

  let resting;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(resting);
    const figure = event.target.closest?.(".drawing")?.closest("[data-alive]");
    if (figure && event.pointerType === "mouse") resting = setTimeout(liven, REST, figure);
  });
  for (const kind of ["focusin", "click"]) {
    document.addEventListener(kind, (event) => {
      const figure = event.target.closest?.("[data-liven]")?.closest("[data-alive]");
      if (figure) liven(figure);
    });
  }
})();
