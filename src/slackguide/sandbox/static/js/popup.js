// Small layers: menus and lists under a control, and Slack's confirm dialog.

import { focusable, h, icon, unique } from "./dom.js";

/** Opens content below (or above) an anchor; returns {close, place}. It closes on a click elsewhere or on Escape. */
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

  function close({ refocus = focusBack } = {}) {
    if (!open) return;
    open = false;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", escape, true);
    removeEventListener("resize", close);
    content.remove();
    onClose?.();
    if (refocus) anchor.focus({ preventScroll: true });
  }

  function outside(event) {
    if (!content.contains(event.target) && !anchor.contains(event.target)) close({ refocus: false });
  }

  function escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", escape, true);
  addEventListener("resize", close);
  place();
  return { close, place };
}

/** A menu: items are {label, detail, danger, run} or "-". Arrow keys move, letters jump. */
export function menu(anchor, items, { label } = {}) {
  const buttons = [];
  let layer = null;
  const list = h(
    ".menu",
    { role: "menu", "aria-label": label },
    items.map((item) => {
      if (item === "-") return h("hr");
      if (item.heading) return h(".heading", { role: "presentation" }, item.heading);
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
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Tab") layer.close();
    else if (to !== undefined) {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length].focus();
    }
  });
  anchor.setAttribute("aria-expanded", "true");
  layer = popup(anchor, list, { onClose: () => anchor.setAttribute("aria-expanded", "false") });
  (buttons.find((button) => button.getAttribute("aria-checked") === "true") ?? buttons[0])?.focus();
  return layer;
}

/** Asks with a confirm object of Block Kit; resolves true or false. */
export function confirmed(confirm, text) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const title = unique("confirm");
    let answer = false;
    const yes = h(
      confirm.style === "danger" ? "button.button.danger-fill" : "button.button.primary",
      { type: "button", on: { click: () => ((answer = true), dialog.close()) } },
      confirm.confirm.text,
    );
    const dialog = h(
      "dialog.dialog.small",
      { "aria-labelledby": title },
      h("header", null, h("h2", { id: title }, confirm.title.text)),
      h(".body", null, h("p.text", null, text(confirm.text))),
      h(
        "footer",
        null,
        h("button.button", { type: "button", on: { click: () => dialog.close() } }, confirm.deny.text),
        yes,
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.getElementById("layers").append(dialog);
    dialog.showModal();
    (focusable(dialog)[0] ?? dialog).focus();
  });
}
