// Build and find DOM nodes. Text becomes a text node only: no module of the page parses HTML.

/** @import { Child, ElementOf, Props } from "./types.d.ts" */

/**
 * h("button.primary", {on: {click}, "aria-label": "…"}, "text", node, [nodes], null)
 * @template {string} Name
 * @param {Name} name
 * @param {Props<ElementOf<Name>> | null} [props]
 * @param {Child[]} children
 * @returns {ElementOf<Name>}
 */
export function h(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = /** @type {ElementOf<Name>} */ (document.createElement(tag || "div"));
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (key === "class") {
      node.classList.add(...String(value).split(" ").filter(Boolean));
    } else if (key === "data") {
      Object.assign(node.dataset, value);
    } else if (key in node && !key.startsWith("aria") && typeof Reflect.get(node, key) !== "object" && key !== "list") {
      Reflect.set(node, key, value);
    } else {
      node.setAttribute(key, value === true ? "" : String(value));
    }
  }
  add(node, children);
  return node;
}

/**
 * @param {Node & ParentNode} node
 * @param {Child[]} children
 */
function add(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(node, child);
    else node.append(child);
  }
}

const SVG = "http://www.w3.org/2000/svg";

// Icons as paths on a 20 × 20 grid, in the color of the text.
/** @type {Record<string, string>} */
const ICONS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  share: "M4 10a3 3 0 0 1 3-3h2M16 10a3 3 0 0 1-3 3h-2M7 10h6",
  close: "m5 5 10 10M15 5 5 15",
  menu: "M3 5h14M3 10h14M3 15h14",
  back: "M12.5 4 6.5 10l6 6",
  down: "m5 7.5 5 5 5-5",
  send: "M3 10 17 3.5 13 17l-3.5-5.5zM9.5 11.5 17 3.5",
  reply: "M3 4h14v9h-7l-4 4v-4H3z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  warn: "M10 3 2 17h16zM10 8v4M10 14.6h.01",
  log: "M3 3h14v14H3zM3 8h14M8 8v9",
  cloud: "M6 15.5a3.5 3.5 0 0 1-.4-7A4.5 4.5 0 0 1 14.3 8 3.8 3.8 0 0 1 14 15.5z",
  clock: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 5.5V10l3 2",
  help: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7.8 7.8a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.9-1.1 1.6M10 14h.01",
  book: "M4 4.5A1.5 1.5 0 0 1 5.5 3H16v14H5.5A1.5 1.5 0 0 1 4 15.5zM4 14.5h12",
  check: "m4 10.5 4 4 8-9",
  home: "m3 9.5 7-6 7 6M5 8.5V17h10V8.5",
  message: "M3 4h14v10h-8l-3.5 3v-3H3z",
  sun:
    "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  bolt: "M11 2 4 11.5h5L8.5 18 16 8.5h-5.5z",
  link:
    "M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3L10 5.7M11.5 8.5a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3L10 14.3",
  people:
    "M7.5 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2.5 16c.3-3 2.3-4.5 5-4.5s4.7 1.5 5 4.5M13 9a2.2 2.2 0 1 0-.8-4.2M14 11.7c2 .4 3.3 1.8 3.5 4.3",
};

/**
 * @param {string} name
 * @param {string} [label]
 */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Replace children, and restore the focus and the caret on the element with the same data-key.
 * @param {HTMLElement} node
 * @param {Child[]} children
 */
export function refill(node, ...children) {
  const active = focused();
  const key = active && node.contains(active) ? active.dataset.key : undefined;
  const caret = key && isTextField(active) ? safeCaret(active) : null;
  node.replaceChildren();
  add(node, children);
  if (!key) return;
  const again = byKey(key, node);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (caret && isTextField(again)) again.setSelectionRange(...caret);
}

/**
 * @param {Element | null} node
 * @returns {node is HTMLInputElement | HTMLTextAreaElement}
 */
function isTextField(node) {
  return node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement;
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @returns {[number, number] | null}
 */
function safeCaret(field) {
  try {
    return field.selectionStart === null ? null : [field.selectionStart, field.selectionEnd ?? field.selectionStart];
  } catch {
    return null;
  }
}

// Find nodes. Every element is an HTMLElement, except for icons.

/**
 * Return the element of `index.html` with an id.
 * @param {string} id
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}.`);
  return node;
}

/**
 * Return the first match within a node, or null.
 * @param {ParentNode} node
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function first(node, selector) {
  return node.querySelector(selector);
}

/**
 * Return the only match within a node. Throws if there is none.
 * @param {ParentNode} node
 * @param {string} selector
 */
export function only(node, selector) {
  const element = first(node, selector);
  if (!element) throw new Error(`No element matches ${selector}.`);
  return element;
}

/**
 * @param {ParentNode} node
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function all(node, selector) {
  return [...node.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);
}

/**
 * Return the element with a data-key, within a node or the whole page.
 * @param {string} key
 * @param {ParentNode} [node]
 */
export function byKey(key, node = document) {
  return first(node, `[data-key="${CSS.escape(key)}"]`);
}

/** Return the element that has the focus. */
export function focused() {
  return document.activeElement instanceof HTMLElement ? document.activeElement : null;
}

/**
 * Announce a text to screen readers without moving the focus. The same text is announced again.
 * @param {string} text
 */
export function announce(text) {
  byId("announcement").replaceChildren(h("p", null, text));
}

let count = 0;
/** @param {string} prefix */
export function unique(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/**
 * Return the elements within a node that Tab can focus, in order.
 * @param {HTMLElement} node
 * @returns {HTMLElement[]}
 */
export function focusable(node) {
  const selector =
    "a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), [tabindex='0']";
  return all(node, selector).filter((element) => element.offsetParent !== null);
}
