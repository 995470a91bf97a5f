// What each tool makes of the chosen words, as an edit; the same tool again takes it back.

const around = (mark) => ({ text, from, to }) => {
  const [start, end] = [from - mark.length, to + mark.length];
  const words = text.slice(from, to);
  if (start >= 0 && text.slice(start, from) === mark && text.slice(to, end) === mark) {
    return { from: start, to: end, text: words, a: start, b: start + words.length };
  }
  return { from, to, text: mark + words + mark, a: from + mark.length, b: to + mark.length };
};

const before = (mark) => ({ text, from, to }) => {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", to) < 0 ? text.length : text.indexOf("\n", to);
  const lines = text.slice(start, end).split("\n");
  const has = lines.every((line) => line.startsWith(mark));
  const made = lines.map((line) => (has ? line.slice(mark.length) : mark + line)).join("\n");
  return { from: start, to: end, text: made, a: start + (from === to ? made.length : 0), b: start + made.length };
};

const link = ({ text, from, to }) => {
  const words = text.slice(from, to);
  if (/^https?:\S+$/.test(words)) return { from, to, text: `[](${words})`, a: from + 1, b: from + 1 };
  if (!words) return { from, to, text: "[](https://)", a: from + 1, b: from + 1 };
  const at = from + words.length + 3;
  return { from, to, text: `[${words}](https://)`, a: at, b: at + "https://".length };
};

const code = (chosen) => {
  const words = chosen.text.slice(chosen.from, chosen.to);
  if (!words.includes("\n")) return around("`")(chosen);
  const at = chosen.from + 4;
  return { from: chosen.from, to: chosen.to, text: `\`\`\`\n${words}\n\`\`\``, a: at, b: at + words.length };
};

export const tools = {
  bold: around("**"),
  italic: around("_"),
  link,
  heading: before("## "),
  list: before("- "),
  quote: before("> "),
  code,
};

const KEYS = { b: "bold", i: "italic", k: "link" };

export const onKeys = (event, use) => {
  const name = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  event.stopPropagation();
  use(name);
};
