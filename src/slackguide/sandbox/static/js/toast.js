// A short word at the foot of the page.

import { byId, h, say } from "./dom.js";

/** @type {HTMLElement | null} */
let current = null;

/** @param {string} words */
export function toast(words) {
  current?.remove();
  const mine = h(".toast", null, words);
  current = mine;
  byId("layers").append(mine);
  say(words);
  setTimeout(() => mine.remove(), 5000);
}
