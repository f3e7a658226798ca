// The interactive elements of Block Kit. The surface (see block_actions.js) handles their actions.

import { combobox } from "./combobox.js";
import { h, icon, unique } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { confirmed, menu } from "./popup.js";
import { state } from "./store.js";
import { textObject } from "./text.js";

/**
 * @import {
 *   ActiveBlock, BlockElement, ButtonElement, Choice, ChoiceElement, Chosen, DateElement, FieldState, Labelling,
 *   Option, OverflowElement, PeopleElement, SelectElement, Surface, TextElement
 * } from "./types.d.ts"
 */

/** @type {Record<Exclude<BlockElement["type"], "button">, Exclude<keyof FieldState, "type">>} */
const STATE_KEY = {
  plain_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  overflow: "selected_option",
  multi_static_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  datepicker: "selected_date",
};

/** @type {Record<TextElement["type"], string>} */
const INPUT_MODE = { plain_text_input: "text", number_input: "decimal", url_text_input: "url" };

/**
 * @param {ActiveBlock} block
 * @param {BlockElement} found
 * @param {Surface} surface
 * @param {Labelling} [about]
 */
export function element(block, found, surface, about = {}) {
  switch (found.type) {
    case "button":
      return button(block, found, surface);
    case "overflow":
      return overflow(block, found, surface);
    case "static_select":
    case "multi_static_select":
    case "external_select":
      return select(block, found, surface, about);
    case "users_select":
      return peopleSelect(block, found, surface, about);
    case "checkboxes":
    case "radio_buttons":
      return choiceList(block, found, surface, about);
    case "datepicker":
      return picker(block, found, surface, about);
    case "plain_text_input":
    case "url_text_input":
    case "number_input":
      return typed(block, found, surface, about);
    default:
      return unknown(found);
  }
}

/** @param {{ type: string }} found */
function unknown(found) {
  return h("span.unknown", null, `(${found.type} is not drawn here)`);
}

/**
 * @param {ActiveBlock} block
 * @param {BlockElement} found
 * @param {Surface} surface
 */
function stateOf(block, found, surface) {
  return surface.values[block.block_id]?.[found.action_id];
}

/**
 * Store a choice, and send it if the block dispatches actions.
 * @param {ActiveBlock} block
 * @param {Exclude<BlockElement, ButtonElement>} found
 * @param {Surface} surface
 * @param {Chosen} value
 */
async function chosen(block, found, surface, value) {
  const sends = block.type !== "input" || block.dispatch_action;
  if (sends && !(await confirmed(found.confirm, textObject))) {
    surface.redraw();
    return;
  }
  surface.keep(block, found, { type: found.type, [STATE_KEY[found.type]]: value });
  if (sends) surface.click(block, found, value);
}

/**
 * @param {ActiveBlock} block
 * @param {BlockElement} found
 */
function keyOf(block, found) {
  return `${block.block_id}/${found.action_id}`;
}

/**
 * @param {ActiveBlock} block
 * @param {ButtonElement} found
 * @param {Surface} surface
 */
function button(block, found, surface) {
  const busy = surface.busy?.has(keyOf(block, found));
  const style = found.style === "primary" || found.style === "danger" ? found.style : "";
  const props = {
    class: `${style} ${busy ? "busy" : ""}`,
    "aria-label": found.accessibility_label,
    "aria-busy": busy ? "true" : undefined,
    data: { key: keyOf(block, found) },
  };
  const click = async () => {
    if (await confirmed(found.confirm, textObject)) surface.click(block, found, found.value);
  };
  if (found.url) {
    const target = /^https?:\/\//i.test(found.url) ? found.url : undefined;
    return h(
      "a.button",
      { ...props, href: target, target: "_blank", rel: "noopener noreferrer", on: { click } },
      plain(found.text.text),
      icon("link"),
    );
  }
  return h(
    "button.button",
    { ...props, type: "button", disabled: surface.still, on: { click: () => busy || click() } },
    h("span", null, plain(found.text.text)),
  );
}

/**
 * @param {SelectElement} found
 * @returns {Choice[]}
 */
function choicesOf(found) {
  if (found.option_groups) {
    return found.option_groups.flatMap((group) => group.options.map((option) => asChoice(option, group.label.text)));
  }
  return (found.options ?? []).map((option) => asChoice(option));
}

/**
 * @param {Option} option
 * @param {string} [group]
 * @returns {Choice}
 */
function asChoice(option, group) {
  return { value: option.value, label: option.text.text, detail: option.description?.text, group, option };
}

/**
 * @param {ActiveBlock} block
 * @param {SelectElement} found
 * @param {Surface} surface
 * @param {Labelling} about
 */
function select(block, found, surface, about) {
  const multi = found.type.startsWith("multi_");
  const picked = stateOf(block, found, surface);
  const now = multi ? (picked?.selected_options ?? []) : picked?.selected_option ? [picked.selected_option] : [];
  const external = found.type === "external_select";
  return combobox({
    ...about,
    key: keyOf(block, found),
    multi,
    most: found.max_selected_items,
    placeholder: found.placeholder?.text,
    options: external ? [] : choicesOf(found),
    known: now.map((option) => asChoice(option)),
    selected: now.map((option) => option.value),
    load: external
      ? async (query) => {
        if (query.length < (found.min_query_length ?? 3)) return [];
        return (await surface.suggest(block, found, query)).map((option) => asChoice(option));
      }
      : undefined,
    change: (choices) => {
      const options = choices.flatMap((choice) => choice.option ?? []);
      chosen(block, found, surface, multi ? options : (options[0] ?? null));
    },
  });
}

/**
 * @param {ActiveBlock} block
 * @param {PeopleElement} found
 * @param {Surface} surface
 * @param {Labelling} about
 */
function peopleSelect(block, found, surface, about) {
  const picked = stateOf(block, found, surface)?.selected_user;
  return combobox({
    ...about,
    key: keyOf(block, found),
    placeholder: found.placeholder?.text,
    options: [...state.people.values()].filter((person) => !person.deleted).map((person) => ({
      value: person.id,
      label: person.real_name,
      detail: person.title,
    })),
    selected: picked ? [picked] : [],
    change: (choices) => chosen(block, found, surface, choices[0]?.value ?? null),
  });
}

/**
 * @param {ActiveBlock} block
 * @param {OverflowElement} found
 * @param {Surface} surface
 */
function overflow(block, found, surface) {
  return h(
    "button.icon-button.framed",
    {
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: keyOf(block, found) },
      on: {
        click: (event) =>
          menu(
            event.currentTarget,
            found.options.map((option) => ({
              label: option.text.text,
              detail: option.description?.text,
              run: async () => {
                if (option.url) open(option.url, "_blank", "noopener,noreferrer");
                if (await confirmed(found.confirm, textObject)) surface.click(block, found, option.value);
              },
            })),
          ),
      },
    },
    icon("more"),
  );
}

/**
 * @param {ActiveBlock} block
 * @param {ChoiceElement} found
 * @param {Surface} surface
 * @param {Labelling} about
 */
function choiceList(block, found, surface, about) {
  const several = found.type === "checkboxes";
  const picked = stateOf(block, found, surface);
  const now = several ? (picked?.selected_options ?? []) : picked?.selected_option ? [picked.selected_option] : [];
  const values = new Set(now.map((option) => option.value));
  const name = unique("choice");
  const group = h(
    ".choices",
    { role: several ? "group" : "radiogroup", "aria-label": about.label, "aria-describedby": about.describedby },
    found.options.map((option, index) => {
      const id = unique("option");
      const box = h("input", {
        type: several ? "checkbox" : "radio",
        id,
        name,
        checked: values.has(option.value),
        data: { key: `${keyOf(block, found)}/${index}` },
        on: {
          change: () => {
            if (several) box.checked ? values.add(option.value) : values.delete(option.value);
            else (values.clear(), values.add(option.value));
            const options = found.options.filter((other) => values.has(other.value));
            chosen(block, found, surface, several ? options : options[0]);
          },
        },
      });
      return h(
        ".choice",
        null,
        box,
        h(
          "label",
          { for: id },
          h("span", null, textObject(option.text)),
          option.description && h("small", null, textObject(option.description)),
        ),
      );
    }),
  );
  return group;
}

/**
 * @param {ActiveBlock} block
 * @param {DateElement} found
 * @param {Surface} surface
 * @param {Labelling} about
 */
function picker(block, found, surface, about) {
  const input = h("input.field.short", {
    type: "date",
    value: stateOf(block, found, surface)?.selected_date ?? "",
    "aria-label": about.label ?? found.placeholder?.text ?? "Date",
    "aria-describedby": about.describedby,
    "aria-invalid": about.invalid ? "true" : undefined,
    data: { key: keyOf(block, found) },
    on: { change: (event) => chosen(block, found, surface, event.currentTarget.value || null) },
  });
  return input;
}

/**
 * @param {ActiveBlock} block
 * @param {TextElement} found
 * @param {Surface} surface
 * @param {Labelling} about
 */
function typed(block, found, surface, about) {
  const long = found.type === "plain_text_input" && found.multiline;
  /** @type {HTMLElement & { value: string }} */
  const input = h(long ? "textarea.field" : "input.field", {
    ...(long ? { rows: 4 } : { type: "text", inputMode: INPUT_MODE[found.type] }),
    autocomplete: "off",
    placeholder: found.placeholder?.text ?? "",
    "aria-label": about.label,
    "aria-describedby": about.describedby,
    "aria-invalid": about.invalid ? "true" : undefined,
    "aria-required": block.type === "input" && block.optional ? undefined : "true",
    data: { key: keyOf(block, found) },
  });
  input.value = stateOf(block, found, surface)?.value ?? "";
  const limit = found.max_length;
  const counter = limit && limit <= 3000 ? h("span.counter", { "aria-hidden": "true" }) : null;
  const count = () => {
    if (!counter || !limit) return;
    const left = limit - input.value.length;
    counter.textContent = left <= Math.max(20, limit * 0.1) ? String(left) : "";
    counter.classList.toggle("over", left < 0);
  };
  const dispatches = block.type === "input" && block.dispatch_action;
  const triggers = found.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  input.addEventListener("input", () => {
    surface.keep(block, found, { type: found.type, value: input.value || null });
    count();
    if (dispatches && triggers.includes("on_character_entered")) {
      surface.click(block, found, input.value || null);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (long && !(event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    if (dispatches && triggers.includes("on_enter_pressed")) {
      surface.click(block, found, input.value || null);
    } else surface.enter?.();
  });
  count();
  return counter ? h(".counted", null, input, counter) : input;
}
