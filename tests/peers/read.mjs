// Reads what rose publishes as others read it: {feeds: [xml], facts: [JSON-LD]} in, what they understood out.

import { readFileSync } from "node:fs";
import { XMLValidator } from "fast-xml-parser";
import { parseFeed } from "feedsmith";
import jsonld from "jsonld";

const { xml, feeds, facts } = JSON.parse(readFileSync(0, "utf8"));
const words = async () => ({ document: { "@context": { "@vocab": "https://schema.org/" } } });

console.log(
  JSON.stringify({
    faults: xml.map((text) => XMLValidator.validate(text)).filter((found) => found !== true),
    feeds: feeds.map((text) => parseFeed(text)),
    facts: await Promise.all(facts.map((one) => jsonld.expand(one, { documentLoader: words, safe: true }))),
  }),
);
