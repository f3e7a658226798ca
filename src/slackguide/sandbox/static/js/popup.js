// Popups: menus and lists below a control, and the confirmation dialog.

import { byId, focusable, h, icon, unique } from "./dom.js";

/** @import { Child, Confirm, Layer, MenuLine, TextObject } from "./types.d.ts" */

/**
 * Open content below or above an anchor. Return {close, place}. A click elsewhere or Escape closes it.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} content
 * @param {{ width?: "anchor", onClose?: () => void, focusBack?: boolean }} [options]
 * @returns {Layer}
 */
export function popup(anchor, content, { width, onClose, focusBack = true } = {}) {
  const host = anchor.closest("dialog, main, nav, aside, header") ?? document.body;
  content.classList.add("popup");
  host.append(content);
  let open = true;

  function place() {
    const box = anchor.getBoundingClientRect();
    if (width === "anchor") content.style.minWidth = `${box.width}px`;
    const size = content.getBoundingClientRect();
    const below = innerHeight - box.bottom - 12;
    const up = size.height > below && box.top > below;
    content.style.maxHeight = `${Math.max(120, (up ? box.top : below) - 8)}px`;
    const height = Math.min(size.height, up ? box.top - 8 : below);
    content.style.top = `${up ? box.top - height - 4 : box.bottom + 4}px`;
    content.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  }

  /** @param {{ refocus?: boolean }} [options] */
  function close({ refocus = focusBack } = {}) {
    if (!open) return;
    open = false;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", escape, true);
    removeEventListener("resize", resized);
    content.remove();
    onClose?.();
    if (refocus) anchor.focus({ preventScroll: true });
  }

  function resized() {
    close();
  }

  /** @param {PointerEvent} event */
  function outside(event) {
    const target = event.target instanceof Node ? event.target : null;
    if (!content.contains(target) && !anchor.contains(target)) close({ refocus: false });
  }

  /** @param {KeyboardEvent} event */
  function escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", escape, true);
  addEventListener("resize", resized);
  place();
  return { close, place };
}

/**
 * Open a menu. "-" is a separator. The arrow keys move the focus.
 * @param {HTMLElement} anchor
 * @param {MenuLine[]} items
 * @param {{ label?: string }} [options]
 */
export function menu(anchor, items, { label } = {}) {
  /** @type {HTMLElement[]} */
  const buttons = [];
  const list = h(
    ".menu",
    { role: "menu", "aria-label": label },
    items.map((item) => {
      if (item === "-") return h("hr");
      if ("heading" in item) return h(".heading", { role: "presentation" }, item.heading);
      const button = h(
        item.danger ? "button.item.danger" : "button.item",
        {
          type: "button",
          role: item.checked === undefined ? "menuitem" : "menuitemradio",
          "aria-checked": item.checked === undefined ? undefined : String(item.checked),
          tabindex: "-1",
          on: {
            click: () => {
              layer.close();
              item.run();
            },
          },
        },
        item.before,
        h("span.words", null, h("span", null, item.label), item.detail && h("small", null, item.detail)),
        item.checked && icon("check"),
      );
      buttons.push(button);
      return button;
    }),
  );
  list.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    /** @type {Record<string, number | undefined>} */
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
    const to = steps[event.key];
    if (event.key === "Tab") layer.close();
    else if (to !== undefined) {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length].focus();
    }
  });
  anchor.setAttribute("aria-expanded", "true");
  const layer = popup(anchor, list, { onClose: () => anchor.setAttribute("aria-expanded", "false") });
  (buttons.find((button) => button.getAttribute("aria-checked") === "true") ?? buttons[0])?.focus();
  return layer;
}

/**
 * Show a confirmation dialog object of Block Kit. Resolves to true or false.
 * @param {Confirm | undefined} confirm
 * @param {(object: TextObject) => Child} text
 * @returns {Promise<boolean>}
 */
export function confirmed(confirm, text) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const title = unique("confirm");
    let answer = false;
    const yes = h(
      confirm.style === "danger" ? "button.button.danger-fill" : "button.button.primary",
      { type: "button", on: { click: () => ((answer = true), close()) } },
      confirm.confirm.text,
    );
    const close = () => dialog.close();
    /** @type {HTMLDialogElement} */
    const dialog = h(
      "dialog.dialog.small",
      { "aria-labelledby": title },
      h("header", null, h("h2", { id: title }, confirm.title.text)),
      h(".body", null, h("p.text", null, text(confirm.text))),
      h(
        "footer",
        null,
        h("button.button", { type: "button", on: { click: close } }, confirm.deny.text),
        yes,
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    byId("layers").append(dialog);
    dialog.showModal();
    (focusable(dialog)[0] ?? dialog).focus();
  });
}
