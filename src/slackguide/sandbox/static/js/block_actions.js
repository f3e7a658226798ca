// Surfaces for blocks in messages, modals and the Home tab: their state and their actions.

import { act, changed, Refusal } from "./store.js";

/**
 * @import {
 *   ActiveBlock, BlockElement, Chosen, FieldState, FieldStates, LocalState, Message, Surface, View
 * } from "./types.d.ts"
 */

// The page's local state by message ts or view id: pending and failed actions, and input.
/** @type {Map<string, LocalState>} */
const ui = new Map();

/**
 * @param {string} where
 * @returns {LocalState}
 */
function of(where) {
  let local = ui.get(where);
  if (!local) {
    local = { busy: new Set(), failed: {}, values: {}, errors: {}, error: null, sending: false, focusError: false };
    ui.set(where, local);
  }
  return local;
}

/** @param {string} where */
export function uiOf(where) {
  return of(where);
}

/** @param {string} where */
export function forget(where) {
  ui.delete(where);
}

/**
 * @param {string} where
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 * @param {Chosen} value
 * @param {FieldStates} [state]
 */
async function click(where, block, element, value, state) {
  const local = of(where);
  const key = `${block.block_id}/${element.action_id}`;
  local.busy.add(key);
  delete local.failed[block.block_id];
  changed("ui");
  try {
    const answer = await act("click", { where, action_id: element.action_id, block_id: block.block_id, value, state });
    if (answer.notice) local.failed[block.block_id] = answer.notice;
  } catch (error) {
    local.failed[block.block_id] = errorText(error);
  } finally {
    local.busy.delete(key);
    changed("ui");
  }
}

/**
 * @param {string} where
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 * @param {string} query
 */
async function suggest(where, block, element, query) {
  const answer = await act("suggest", { where, action_id: element.action_id, block_id: block.block_id, query });
  if (answer.notice) throw new Refusal(answer.notice);
  return answer.options;
}

/** @param {unknown} error */
export function errorText(error) {
  return error instanceof Refusal ? error.message : "The sandbox cannot be reached. Is it still running?";
}

/**
 * @param {Message} message
 * @returns {Surface}
 */
export function messageSurface(message) {
  const local = of(message.ts);
  return {
    values: merged(message.state, local.values),
    busy: local.busy,
    failed: local.failed,
    store: (block, element, state) => storeState(local, block, element, state),
    click: (block, element, value) => click(message.ts, block, element, value),
    suggest: (block, element, query) => suggest(message.ts, block, element, query),
    redraw: () => changed("ui"),
    heading: "h2",
  };
}

/**
 * @param {View} view
 * @param {{ enter?: () => void }} [options]
 * @returns {Surface}
 */
export function viewSurface(view, { enter } = {}) {
  const local = of(view.id);
  return {
    values: valuesOf(view),
    errors: local.errors,
    busy: local.busy,
    failed: local.failed,
    store: (block, element, state) => {
      storeState(local, block, element, state);
      delete local.errors[block.block_id];
      clearError(block.block_id);
    },
    click: (block, element, value) => click(view.id, block, element, value, valuesOf(view)),
    suggest: (block, element, query) => suggest(view.id, block, element, query),
    redraw: () => changed("ui"),
    enter,
    heading: view.type === "home" ? "h2" : "h3",
  };
}

/** @returns {Surface} */
export function stillSurface() {
  const nothing = () => {};
  return {
    values: {},
    still: true,
    store: nothing,
    click: nothing,
    suggest: () => Promise.resolve([]),
    redraw: nothing,
  };
}

/**
 * Remove the error mark of a field once its value changes.
 * @param {string} block
 */
function clearError(block) {
  const node = document.querySelector(`.input.wrong[data-block="${CSS.escape(block)}"]`);
  node?.classList.remove("wrong");
  node?.querySelector(".fault")?.remove();
  node?.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
}

/**
 * @param {LocalState} local
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 * @param {FieldState} state
 */
function storeState(local, block, element, state) {
  (local.values[block.block_id] ??= {})[element.action_id] = state;
}

/**
 * Return the values of a view's fields: local input if the type of the element is the same, else the workspace's state.
 * @param {View} view
 */
export function valuesOf(view) {
  return merged(view.values, of(view.id).values);
}

/**
 * @param {FieldStates | null} theirs
 * @param {FieldStates} typed
 */
function merged(theirs, typed) {
  /** @type {FieldStates} */
  const values = {};
  for (const [block, fields] of Object.entries(theirs ?? {})) {
    values[block] = {};
    for (const [action, state] of Object.entries(fields)) {
      const local = typed[block]?.[action];
      values[block][action] = local && local.type === state.type ? local : state;
    }
  }
  return values;
}
