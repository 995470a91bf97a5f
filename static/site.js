// The one script of the house: delegated, driven by attributes. Every page works without it.
{
  const on = (name, react, where = document, capture = false) => where.addEventListener(name, react, capture);

  // What was just done is said once: not to whoever reloads, comes back, or is sent the address.
  const here = new URL(location);
  if (here.searchParams.has("said")) {
    here.searchParams.delete("said");
    history.replaceState(history.state, "", here);
  }

  // A form that changes something is sent once: its button turns until the answer is here.
  const sent = new WeakSet();
  const turning = new Set();
  const send = (form, button = form.querySelector("button:not([type=button])")) => {
    sent.add(form);
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    turning.add(button);
  };
  const rest = (form) => {
    sent.delete(form);
    for (const button of turning) {
      if (button.form !== form) continue;
      button.removeAttribute("aria-busy");
      turning.delete(button);
    }
  };
  on("submit", (event) => {
    if (!sent.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, document, true);
  on("submit", ({ defaultPrevented, target, submitter }) => {
    if (!defaultPrevented && target.getAttribute("method") === "post") send(target, submitter ?? undefined);
  }, window);
  const sends = ({ request, sourceElement }) => request.method !== "GET" && sourceElement.matches("form, button");
  on("htmx:before:request", (event) => {
    const { ctx, ctx: { request } } = event.detail;
    if (sends(ctx) && request.form) send(request.form, request.submitter ?? undefined);
    else if (sent.has(request.form)) event.preventDefault(); // what a form tells of itself comes too late by then
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    if (sends(ctx) && ctx.request.form && !ctx.keepIndicators) rest(ctx.request.form); // kept: the page is being left
  });
  on("pageshow", ({ persisted }) => {
    if (persisted) for (const { form } of [...turning]) rest(form);
  }, window);

  // Going to this very page and a place in it would only scroll: without the place, the page is loaded again.
  on("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.hx.redirect) return;
    const there = new URL(ctx.hx.redirect, location.href);
    if (there.href.split("#")[0] === location.href.split("#")[0]) ctx.hx.redirect = there.href.split("#")[0];
  });

  // After a swap the focus goes to what is to be put right; where the swap took it away, to what came instead.
  const WRONG = ":is(input, select, textarea)[aria-invalid=true], fieldset[aria-invalid=true] input";
  const focus = (thing) => {
    if (thing.tabIndex < 0) thing.tabIndex = -1;
    thing.focus();
  };
  let fresh = [];
  on("htmx:after:settle", ({ detail: { task, newContent } }) => {
    if (task.type === "main") fresh = newContent.filter((node) => node instanceof Element);
  });
  on("htmx:after:swap", ({ detail: { ctx } }) => {
    const find = (what) => fresh.map((it) => (it.matches(what) ? it : it.querySelector(what))).find(Boolean);
    const lost = document.activeElement === document.body;
    const asked = !["every", "input"].includes(ctx?.sourceEvent?.type); // what refreshes itself takes nobody from their place
    const goal = asked && (find(WRONG) ?? (lost && (find("h1, h2, h3") ?? fresh[0])));
    if (goal) focus(goal);
    fresh = [];
  });
  document.querySelector(`form[method=post] :is(${WRONG})`)?.focus();

  // No answer at all: say so; what was typed is still there.
  on("htmx:error", ({ detail: { ctx } }) => {
    if (!ctx || ctx.response) return;
    const words = document.querySelector("#no-answer").content.cloneNode(true);
    document.querySelector("#notices").replaceChildren(words);
  });

  // How a co-op is printed, while it is being chosen; the last sheet stays until the next one is here.
  on("input", ({ target }) => {
    if (!target.matches("[data-theme]")) return;
    const typed = new FormData(target.form);
    const sheets = [...document.querySelectorAll("link[rel=stylesheet][href^='/theme/']")];
    const was = sheets.at(-1).getAttribute("href").match(/[a-z0-9]+(?=[-.])/g);
    const next = sheets[0].cloneNode();
    next.href = `/theme/${["hue", "font", "corner"].map((name, at) => typed.get(name) ?? was[at]).join("-")}.css`;
    on("load", () => sheets.forEach((sheet) => sheet.remove()), next);
    sheets.at(-1).after(next);
  });

  // What folds out over the page folds in again: by Escape, and when somebody goes on elsewhere.
  const OUT = "details[name][open]";
  const fold = (but) => {
    for (const out of document.querySelectorAll(OUT)) if (!out.contains(but)) out.open = false;
  };
  on("click", ({ target }) => fold(target));
  on("focusin", ({ target }) => fold(target));
  on("keydown", ({ key, target }) => {
    if (key !== "Escape") return;
    target.closest(OUT)?.querySelector("summary").focus();
    fold(null);
  });

  // What is dragged is dropped before another or after it: a button of its own, which nobody sees, tells the server.
  let dragged;
  const over = ({ target, clientY }) => {
    const it = target.closest?.("[data-drag]");
    if (!dragged || !it || dragged.contains(it)) return {};
    const { top, height } = it.firstElementChild.getBoundingClientRect();
    return { it, half: clientY < top + height / 2 ? "before" : "after" };
  };
  const mark = ({ it, half } = {}) => {
    for (const marked of document.querySelectorAll("[data-over]")) delete marked.dataset.over;
    if (it) it.dataset.over = half;
  };
  on("dragstart", ({ target, dataTransfer }) => {
    dragged = target.closest?.("[data-drag]");
    if (dragged) dataTransfer.setDragImage(dragged, 0, 0);
  });
  on("dragover", (event) => {
    const found = over(event);
    mark(found);
    if (found.it) event.preventDefault();
  });
  on("drop", (event) => {
    const { it, half } = over(event);
    if (!it) return;
    event.preventDefault();
    const button = dragged.querySelector("[data-drop]");
    button.value = `${half} ${it.dataset.drag}`;
    button.click();
  });
  on("dragend", () => {
    mark();
    dragged = undefined;
  });

  // All are chosen at once.
  on("click", (event) => {
    const all = event.target.closest("[data-check-all]");
    if (!all) return;
    event.preventDefault();
    for (const box of all.closest("form").querySelectorAll("[type=checkbox]")) box.checked = true;
  });

  // Where a page would guess a time zone, the browser knows.
  const zones = document.querySelector("select[data-here]");
  if (zones) {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zones.options].some(({ value }) => value === here)) zones.value = here;
  }

  on("click", ({ target }) => {
    const button = target.closest("[data-dismiss]");
    button?.closest(button.dataset.dismiss).remove();
  });
}
