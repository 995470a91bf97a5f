// Reads [[name, html, whole], ...] as JSON and writes [[name, line, rule, message], ...], all of it in one process.
import { readFileSync } from "node:fs";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const OURS = {
  "doctype-style": ["error", { style: "lowercase" }], // either is right; this is how it is written here
  "no-trailing-whitespace": "off", // what a template leaves between elements means nothing
  "no-implicit-button-type": "off", // a button in a form sends it: the standard's own default
  "require-sri": ["error", { target: "crossorigin" }], // what is ours comes from where the page comes from
  "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }], // several may be ticked
  "long-title": "off", // a title holds what people wrote
};
const judge = (more) =>
  new HtmlValidate(
    new StaticConfigLoader({ root: true, extends: ["html-validate:recommended", ...more], rules: OURS, elements: ["html5"] }),
  );
const [whole, part] = [judge(["html-validate:document"]), judge([])];
const faults = [];
for (const [name, html, isWhole] of JSON.parse(readFileSync(0, "utf8"))) {
  const { results } = await (isWhole ? whole : part).validateString(html);
  for (const { line, ruleId, message } of results.flatMap(({ messages }) => messages))
    faults.push([name, line, ruleId, message]);
}
process.stdout.write(JSON.stringify(faults));
