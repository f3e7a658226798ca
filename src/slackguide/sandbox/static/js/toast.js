// A short notification at the bottom of the page.

import { announce, byId, h } from "./dom.js";

/** @type {HTMLElement | null} */
let current = null;

/** @param {string} text */
export function toast(text) {
  current?.remove();
  const mine = h(".toast", null, text);
  current = mine;
  byId("layers").append(mine);
  announce(text);
  setTimeout(() => mine.remove(), 5000);
}
