// The focus after a message or modal was drawn anew: on what is new, or where it was.

import { all, byKey, first } from "./dom.js";

/**
 * Return the element of `fresh` that takes over the focus from `active`, an element of `old`. If the heading changed,
 * as from a question to the next one, it is the new heading. Otherwise it is the same control, or the last one before
 * it that is still there. Block ids change with every update; action ids stay.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 * @param {HTMLElement} active
 */
export function successor(old, fresh, active) {
  if (active === old) return fresh;
  const heading = first(fresh, ".block.header");
  if (first(old, ".block.header")?.textContent !== heading?.textContent) {
    return heading ?? first(fresh, ".blocks button") ?? fresh;
  }
  const controls = all(old, "[data-key]");
  for (const control of controls.slice(0, controls.indexOf(active) + 1).reverse()) {
    const same = counterpart(control.dataset.key ?? "", fresh);
    if (same) return same;
  }
  return fresh;
}

/**
 * @param {string} key
 * @param {HTMLElement} fresh
 */
function counterpart(key, fresh) {
  const action = key.slice(key.indexOf("/"));
  return byKey(key, fresh) ?? (action.startsWith("/") ? first(fresh, `[data-key$="${CSS.escape(action)}"]`) : null);
}

/**
 * Return the small lines of `fresh` that `old` does not have, such as a confirmation.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
export function newLines(old, fresh) {
  const lines = (/** @type {HTMLElement} */ node) =>
    all(node, ".block.context").map((line) => line.textContent?.trim() ?? "");
  const before = new Set(lines(old));
  return lines(fresh).filter((line) => !before.has(line));
}

/**
 * Scroll a list to its end, but not so far that the top of `touched` is hidden: the message in which the person
 * clicked. Keep the focus in view.
 * @param {HTMLElement} list
 * @param {{ atEnd: boolean, touched: HTMLElement | null }} how
 */
export function follow(list, { atEnd, touched }) {
  const end = list.scrollHeight - list.clientHeight;
  if (!touched) {
    if (atEnd) list.scrollTop = end;
    return;
  }
  if (atEnd) {
    const top = list.scrollTop + touched.getBoundingClientRect().top - list.getBoundingClientRect().top;
    list.scrollTop = Math.max(list.scrollTop, Math.min(end, top));
  }
  const active = document.activeElement;
  if (active !== touched && touched.contains(active)) active?.scrollIntoView({ block: "nearest" });
}
