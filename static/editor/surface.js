// What words are typed on, whichever it is: its `text`, what is chosen, `from` and `to`, and a way to `put` an edit:
// the words from `from` to `to` become `text`, and what lies between `a` and `b` is chosen then.
import "../vendor/tiny-mde.tiny.js";

// Words that stand alone, with an empty line on both sides.
const block = ({ text, from, to }, words) => {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  const above = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const below = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const at = from + above.length + words.length + below.length;
  return { from, to, text: above + words + below, a: at, b: at };
};

export const plain = (area) => ({
  get text() { return area.value; },
  get from() { return area.selectionStart; },
  get to() { return area.selectionEnd; },
  put({ from, to, text, a, b }) {
    area.focus();
    area.setSelectionRange(from, to);
    document.execCommand("insertText", false, text); // which, unlike `setRangeText`, can be undone
    area.setSelectionRange(a, b);
  },
  insert(words) { this.put(block(this, words)); },
});

export const rich = (area) => {
  const box = drawn(area);
  const editor = new globalThis.TinyMDE.Editor({ element: box.parentElement, editor: box, content: area.value });
  let chosen = [area.value.length, area.value.length];
  const offset = ({ row, col }) => editor.lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, col);
  const place = (at) => {
    let row = 0;
    for (; row < editor.lines.length - 1 && at > editor.lines[row].length; row += 1) at -= editor.lines[row].length + 1;
    return { row, col: at };
  };

  replacing(box, editor);
  editor.addEventListener("change", ({ content }) => {
    area.value = content;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const look = () => {
    const ends = [editor.getSelection(true), editor.getSelection(false)];
    if (ends.every(Boolean)) chosen = ends.map(offset).sort((one, other) => one - other);
    return chosen;
  };
  editor.addEventListener("selection", look); // for when the focus is on a tool
  return {
    get text() { return area.value; },
    get from() { return look()[0]; },
    get to() { return look()[1]; },
    put({ from, to, text, a, b }) {
      box.focus();
      editor.pushHistory();
      editor.paste(text, place(from), place(to));
      editor.setSelection(place(b), place(a));
      chosen = [a, b];
    },
    insert(words) { this.put(block(this, words)); },
    leave() {
      const [from, to] = look();
      undrawn(area, box);
      area.setSelectionRange(from, to);
    },
  };
};

// A browser would give what it puts in place of chosen words the style of those, which the page's policy forbids.
const replacing = (box, editor) => {
  box.addEventListener("beforeinput", (event) => {
    if (getSelection().isCollapsed || !/^(insertText|delete)/.test(event.inputType)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    editor.pushHistory();
    editor.paste(event.data ?? "");
  }, true);
};

// Named, described and found wrong as the text area is, which gives it the focus that it is given.
const drawn = (area) => {
  const label = area.labels[0];
  label.id ||= `${area.id}-label`;
  const box = document.createElement("div");
  const named = { role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id };
  for (const [name, value] of Object.entries(named)) box.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (area.hasAttribute(name)) box.setAttribute(name, area.getAttribute(name));
  }
  area.after(box);
  area.classList.add("sr");
  area.tabIndex = -1;
  area.setAttribute("aria-hidden", "true");
  area.addEventListener("focus", () => box.focus());
  if (document.activeElement === area) queueMicrotask(() => box.focus());
  return box;
};

const undrawn = (area, box) => {
  const had = box.contains(document.activeElement);
  box.remove();
  area.classList.remove("sr");
  area.removeAttribute("tabindex");
  area.removeAttribute("aria-hidden");
  if (had) area.focus();
};
