// The stack of modals, whose top view is in a dialog element.

import { blocks } from "./blocks.js";
import { announce, byId, byKey, first, focusable, focused, h, icon, only, refill } from "./dom.js";
import { successor } from "./focus.js";
import { act, state } from "./store.js";
import { errorText, forget, uiOf, valuesOf, viewSurface } from "./block_actions.js";

/** @import { LocalState, View } from "./types.d.ts" */

/** @type {HTMLDialogElement | null} */
let dialog = null;
let drawn = "";
/** @type {string | null} */
let shown = null;
/** @type {string | null} */
let opener = null;

export function drawModal() {
  const view = state.stack.at(-1) ?? null;
  if (!view) return close();
  const local = uiOf(view.id);
  const signature = JSON.stringify([
    view.id,
    view.hash,
    [...local.busy],
    local.failed,
    local.errors,
    local.error,
    local.sending,
  ]);
  if (signature === drawn) return undefined;
  drawn = signature;
  dialog ??= open();
  const another = shown !== view.id;
  const scrolled = another ? 0 : (dialog.querySelector(".body")?.scrollTop ?? 0);
  const fault = !another && local.focusError;
  shown = view.id;
  dialog.setAttribute("aria-label", view.content.title.text);
  const active = focused();
  const old = another ? null : first(dialog, ".body");
  refill(dialog, content(view, local));
  const body = only(dialog, ".body");
  body.scrollTop = scrolled;
  if (another) focusFirst(dialog, view);
  else if (active && old?.contains(active)) {
    const next = successor(old, body, active);
    (next === body ? dialog : next).focus();
  } else if (!dialog.contains(document.activeElement)) {
    (first(body, ".block.header") ?? focusable(body)[0] ?? dialog).focus(); // the submit button is gone
  }
  if (fault) {
    local.focusError = false;
    first(dialog, ".wrong input, .wrong textarea")?.focus({ preventScroll: true });
    dialog.querySelector(".wrong")?.scrollIntoView({ block: "nearest" });
  }
  return undefined;
}

/** @returns {HTMLDialogElement} */
function open() {
  opener = focused()?.dataset.key ?? null;
  const made = h("dialog.dialog.modal", { tabindex: "-1" });
  made.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave(false);
  });
  byId("layers").append(made);
  made.showModal();
  return made;
}

function close() {
  if (!dialog) return;
  dialog.close();
  dialog.remove();
  dialog = null;
  drawn = "";
  shown = null;
  // The element that had the focus may have been replaced; the browser restores the focus only to the old one.
  if (opener && document.activeElement === document.body) {
    byKey(opener)?.focus({ preventScroll: true });
  }
}

/**
 * @param {View} view
 * @param {LocalState} local
 */
function content(view, local) {
  const content = view.content;
  const submit = content.submit?.text;
  return [
    h(
      "header",
      null,
      h("img.mark", { src: "/static/favicon.svg", alt: "" }),
      h("h2", null, content.title.text),
      h("button.icon-button", {
        type: "button",
        "aria-label": "Close",
        data: { key: "modal-close" },
        on: { click: () => leave(true) },
      }, icon("close")),
    ),
    h(
      ".body",
      null,
      local.error && h("p.trouble", { role: "alert" }, icon("warn"), local.error),
      blocks(content.blocks, viewSurface(view, { enter: () => send(view) })),
    ),
    h(
      "footer",
      null,
      h("span.by", null, state.app.display_name),
      h(
        "button.button",
        { type: "button", data: { key: "modal-cancel" }, on: { click: () => leave(false) } },
        content.close?.text ?? "Cancel",
      ),
      submit &&
        h(
          "button.button.primary",
          {
            type: "button",
            class: local.sending ? "busy" : "",
            "aria-busy": local.sending ? "true" : undefined,
            data: { key: "modal-submit" },
            on: { click: () => send(view) },
          },
          h("span", null, submit),
        ),
    ),
  ];
}

/**
 * @param {HTMLDialogElement} layer
 * @param {View} view
 */
function focusFirst(layer, view) {
  const invalidBlock = view.content.blocks.find((block) =>
    (block.type === "input" && block.element.focus_on_load) ||
    (block.type === "section" && block.accessory?.focus_on_load)
  );
  const field = invalidBlock
    ? first(layer, `[data-key^="${CSS.escape(invalidBlock.block_id)}/"]`)
    : focusable(only(layer, ".body"))[0];
  (field ?? layer).focus();
}

/** @param {View} view */
async function send(view) {
  const local = uiOf(view.id);
  if (local.sending) return;
  local.sending = true;
  local.error = null;
  drawModal();
  try {
    const answer = await act("submit", { view_id: view.id, state: valuesOf(view) });
    local.errors = answer.errors;
    local.focusError = Object.keys(answer.errors).length > 0;
    local.error = answer.notice;
    if (local.focusError) announce(`The form has ${Object.keys(answer.errors).length} fields to correct.`);
    else if (!answer.notice && !state.stack.some((other) => other.id === view.id)) forget(view.id);
  } catch (error) {
    local.error = errorText(error);
  } finally {
    local.sending = false;
    drawModal();
  }
}

/** @param {boolean} everything */
async function leave(everything) {
  const view = state.stack.at(-1);
  if (!view) return;
  try {
    await act("close", { view_id: view.id, everything });
    forget(view.id);
  } catch (error) {
    uiOf(view.id).error = errorText(error);
    drawModal();
  }
}
