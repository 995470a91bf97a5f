// Makes more of the form that posts are written in: its words are drawn as what they are, and tools stand above them.
// The text area stays what is named, sent and found wrong; without this script it is all there is.
import { onKeys, tools } from "./editor/marks.js";
import { bringing } from "./editor/pictures.js";
import { plain, rich } from "./editor/surface.js";

const LONGEST = 10_000; // characters of one paragraph, which is drawn anew at each key; there may be many of them

const isLong = (words) => words.split(/\n\s*\n/).some(({ length }) => length > LONGEST);

const upgrade = (form) => {
  if (form.elements.body) draw(form, form.elements.body); // html as it came has no words to type
  keepAtTheEnd(form);
};

const draw = (form, area) => {
  let surface = isLong(area.value) ? plain(area) : rich(area);
  const bar = form.querySelector("[role=toolbar]");
  const bring = bringing({ insert: (words) => surface.insert(words) }, area.parentElement);
  const use = (name) => (name === "picture" ? bring.choose() : surface.put(tools[name](surface)));

  area.addEventListener("input", () => queueMicrotask(() => { // after what is drawn of it
    if (!surface.leave || !isLong(area.value)) return;
    surface.leave();
    surface = plain(area);
  }));
  bar.hidden = false;
  form.querySelector("[value=preview]")?.setAttribute("hidden", ""); // it follows what is typed
  bar.addEventListener("click", ({ target }) => {
    const tool = target.closest("[data-tool]");
    if (tool && !tool.popoverTargetElement) use(tool.dataset.tool);
  });
  area.parentElement.addEventListener("click", ({ target }) => {
    const words = target.closest("[data-insert]")?.dataset.insert;
    if (!words) return;
    target.closest("[popover]").hidePopover();
    surface.insert(words);
  });
  area.parentElement.addEventListener("keydown", (event) => onKeys(event, use), true);
  rove(bar);
};

// One stop for Tab; arrows go from tool to tool (WAI-ARIA, toolbar).
const rove = (bar) => {
  const tools = [...bar.querySelectorAll("button")];
  const stop = (chosen) => tools.forEach((tool) => { tool.tabIndex = tool === chosen ? 0 : -1; });
  stop(tools[0]);
  bar.addEventListener("focusin", ({ target }) => stop(target));
  bar.addEventListener("keydown", (event) => {
    const at = tools.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    tools.at(to % tools.length).focus();
  });
};

// Whoever leaves within a moment of their last key loses nothing of it either.
const keepAtTheEnd = (form) => {
  let waits = false;
  form.addEventListener("input", () => { waits = true; });
  form.addEventListener("submit", () => { waits = false; });
  form.addEventListener("htmx:before:request", () => { waits = false; });
  addEventListener("pagehide", () => {
    if (waits && form.isConnected) navigator.sendBeacon("/blog/unsaved", new URLSearchParams(new FormData(form)));
  });
};

const upgradeAll = () => {
  for (const form of document.querySelectorAll("form[data-editor]")) {
    delete form.dataset.editor;
    upgrade(form);
  }
};
document.addEventListener("htmx:after:swap", upgradeAll);
upgradeAll();
