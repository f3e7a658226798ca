// Render JSON with syntax highlighting.

import { h } from "./dom.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** @param {unknown} value a JSON text, or a value to serialize */
export function json(value) {
  const text = typeof value === "string" ? pretty(value) : JSON.stringify(value, null, 2);
  /** @type {(Node | string)[]} */
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(text.slice(at, match.index));
    const kind = match[2] ? "key" : match[1] ? "string" : match[3] ? "word" : "number";
    nodes.push(h(`span.j-${kind}`, null, match[1] ?? match[0]), match[2] ?? "");
    at = match.index + match[0].length;
  }
  nodes.push(text.slice(at));
  return h("pre.json", { tabindex: "0" }, nodes);
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
