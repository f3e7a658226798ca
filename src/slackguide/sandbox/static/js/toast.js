// A short word at the foot of the page.

import { h, say } from "./dom.js";

let current = null;

export function toast(words) {
  current?.remove();
  current = h(".toast", null, words);
  document.getElementById("layers").append(current);
  say(words);
  const mine = current;
  setTimeout(() => mine.remove(), 5000);
}
