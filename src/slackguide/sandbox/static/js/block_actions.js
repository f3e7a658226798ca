// What happens when somebody acts on blocks: in a message, in a modal or Home tab.

import { act, changed, Refusal } from "./store.js";

/**
 * @import {
 *   ActiveBlock, BlockElement, Chosen, FieldState, FieldStates, LocalState, Message, Surface, View
 * } from "./types.d.ts"
 */

// Under way and failed presses, by message ts or view id. They are the page's own, not the workspace's.
/** @type {Map<string, LocalState>} */
const ui = new Map();

/**
 * @param {string} where
 * @returns {LocalState}
 */
function of(where) {
  let found = ui.get(where);
  if (!found) {
    found = { busy: new Set(), failed: {}, values: {}, errors: {}, trouble: null, sending: false, faulted: false };
    ui.set(where, found);
  }
  return found;
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
async function press(where, block, element, value, state) {
  const mine = of(where);
  const key = `${block.block_id}/${element.action_id}`;
  mine.busy.add(key);
  delete mine.failed[block.block_id];
  changed("ui");
  try {
    const answer = await act("press", { where, action_id: element.action_id, block_id: block.block_id, value, state });
    if (answer.notice) mine.failed[block.block_id] = answer.notice;
  } catch (error) {
    mine.failed[block.block_id] = errorText(error);
  } finally {
    mine.busy.delete(key);
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
  const mine = of(message.ts);
  return {
    values: merged(message.state, mine.values),
    busy: mine.busy,
    failed: mine.failed,
    keep: (block, element, state) => keep(mine, block, element, state),
    press: (block, element, value) => press(message.ts, block, element, value),
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
  const mine = of(view.id);
  return {
    values: valuesOf(view),
    errors: mine.errors,
    busy: mine.busy,
    failed: mine.failed,
    keep: (block, element, state) => {
      keep(mine, block, element, state);
      delete mine.errors[block.block_id];
      forgive(block.block_id);
    },
    press: (block, element, value) => press(view.id, block, element, value, valuesOf(view)),
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
    keep: nothing,
    press: nothing,
    suggest: () => Promise.resolve([]),
    redraw: nothing,
  };
}

/**
 * A field that is being corrected is no longer called wrong.
 * @param {string} block
 */
function forgive(block) {
  const node = document.querySelector(`.input.wrong[data-block="${CSS.escape(block)}"]`);
  node?.classList.remove("wrong");
  node?.querySelector(".fault")?.remove();
  node?.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
}

/**
 * @param {LocalState} mine
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 * @param {FieldState} state
 */
function keep(mine, block, element, state) {
  (mine.values[block.block_id] ??= {})[element.action_id] = state;
}

/**
 * What stands in a view's fields: typed here where the field is still the same one, else what the workspace has.
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
      const mine = typed[block]?.[action];
      values[block][action] = mine && mine.type === state.type ? mine : state;
    }
  }
  return values;
}
