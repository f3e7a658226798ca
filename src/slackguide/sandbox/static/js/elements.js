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
 * @param {BlockElement} element
 * @param {Surface} surface
 * @param {Labelling} [about]
 */
export function drawElement(block, element, surface, about = {}) {
  switch (element.type) {
    case "button":
      return button(block, element, surface);
    case "overflow":
      return overflow(block, element, surface);
    case "static_select":
    case "multi_static_select":
    case "external_select":
      return select(block, element, surface, about);
    case "users_select":
      return peopleSelect(block, element, surface, about);
    case "checkboxes":
    case "radio_buttons":
      return choiceList(block, element, surface, about);
    case "datepicker":
      return picker(block, element, surface, about);
    case "plain_text_input":
    case "url_text_input":
    case "number_input":
      return typed(block, element, surface, about);
    default:
      return unknown(element);
  }
}

/** @param {{ type: string }} element */
function unknown(element) {
  return h("span.unknown", null, `(${element.type} is not drawn here)`);
}

/**
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 * @param {Surface} surface
 */
function stateOf(block, element, surface) {
  return surface.values[block.block_id]?.[element.action_id];
}

/**
 * Store a choice, and send it if the block dispatches actions.
 * @param {ActiveBlock} block
 * @param {Exclude<BlockElement, ButtonElement>} element
 * @param {Surface} surface
 * @param {Chosen} value
 */
async function chosen(block, element, surface, value) {
  const sends = block.type !== "input" || block.dispatch_action;
  if (sends && !(await confirmed(element.confirm, textObject))) {
    surface.redraw();
    return;
  }
  surface.store(block, element, { type: element.type, [STATE_KEY[element.type]]: value });
  if (sends) surface.click(block, element, value);
}

/**
 * @param {ActiveBlock} block
 * @param {BlockElement} element
 */
function keyOf(block, element) {
  return `${block.block_id}/${element.action_id}`;
}

/**
 * @param {ActiveBlock} block
 * @param {ButtonElement} element
 * @param {Surface} surface
 */
function button(block, element, surface) {
  const busy = surface.busy?.has(keyOf(block, element));
  const style = element.style === "primary" || element.style === "danger" ? element.style : "";
  const props = {
    class: `${style} ${busy ? "busy" : ""}`,
    "aria-label": element.accessibility_label,
    "aria-busy": busy ? "true" : undefined,
    data: { key: keyOf(block, element) },
  };
  const click = async () => {
    if (await confirmed(element.confirm, textObject)) surface.click(block, element, element.value);
  };
  if (element.url) {
    const target = /^https?:\/\//i.test(element.url) ? element.url : undefined;
    return h(
      "a.button",
      { ...props, href: target, target: "_blank", rel: "noopener noreferrer", on: { click } },
      plain(element.text.text),
      icon("link"),
    );
  }
  return h(
    "button.button",
    { ...props, type: "button", disabled: surface.still, on: { click: () => busy || click() } },
    h("span", null, plain(element.text.text)),
  );
}

/**
 * @param {SelectElement} element
 * @returns {Choice[]}
 */
function choicesOf(element) {
  if (element.option_groups) {
    return element.option_groups.flatMap((group) => group.options.map((option) => asChoice(option, group.label.text)));
  }
  return (element.options ?? []).map((option) => asChoice(option));
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
 * @param {SelectElement} element
 * @param {Surface} surface
 * @param {Labelling} about
 */
function select(block, element, surface, about) {
  const multi = element.type.startsWith("multi_");
  const picked = stateOf(block, element, surface);
  const now = multi ? (picked?.selected_options ?? []) : picked?.selected_option ? [picked.selected_option] : [];
  const external = element.type === "external_select";
  return combobox({
    ...about,
    key: keyOf(block, element),
    multi,
    most: element.max_selected_items,
    placeholder: element.placeholder?.text,
    options: external ? [] : choicesOf(element),
    known: now.map((option) => asChoice(option)),
    selected: now.map((option) => option.value),
    load: external
      ? async (query) => {
        if (query.length < (element.min_query_length ?? 3)) return [];
        return (await surface.suggest(block, element, query)).map((option) => asChoice(option));
      }
      : undefined,
    change: (choices) => {
      const options = choices.flatMap((choice) => choice.option ?? []);
      chosen(block, element, surface, multi ? options : (options[0] ?? null));
    },
  });
}

/**
 * @param {ActiveBlock} block
 * @param {PeopleElement} element
 * @param {Surface} surface
 * @param {Labelling} about
 */
function peopleSelect(block, element, surface, about) {
  const picked = stateOf(block, element, surface)?.selected_user;
  return combobox({
    ...about,
    key: keyOf(block, element),
    placeholder: element.placeholder?.text,
    options: [...state.people.values()].filter((person) => !person.deleted).map((person) => ({
      value: person.id,
      label: person.real_name,
      detail: person.title,
    })),
    selected: picked ? [picked] : [],
    change: (choices) => chosen(block, element, surface, choices[0]?.value ?? null),
  });
}

/**
 * @param {ActiveBlock} block
 * @param {OverflowElement} element
 * @param {Surface} surface
 */
function overflow(block, element, surface) {
  return h(
    "button.icon-button.framed",
    {
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: keyOf(block, element) },
      on: {
        click: (event) =>
          menu(
            event.currentTarget,
            element.options.map((option) => ({
              label: option.text.text,
              detail: option.description?.text,
              run: async () => {
                if (option.url) open(option.url, "_blank", "noopener,noreferrer");
                if (await confirmed(element.confirm, textObject)) surface.click(block, element, option.value);
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
 * @param {ChoiceElement} element
 * @param {Surface} surface
 * @param {Labelling} about
 */
function choiceList(block, element, surface, about) {
  const several = element.type === "checkboxes";
  const picked = stateOf(block, element, surface);
  const now = several ? (picked?.selected_options ?? []) : picked?.selected_option ? [picked.selected_option] : [];
  const values = new Set(now.map((option) => option.value));
  const name = unique("choice");
  const group = h(
    ".choices",
    { role: several ? "group" : "radiogroup", "aria-label": about.label, "aria-describedby": about.describedby },
    element.options.map((option, index) => {
      const id = unique("option");
      const box = h("input", {
        type: several ? "checkbox" : "radio",
        id,
        name,
        checked: values.has(option.value),
        data: { key: `${keyOf(block, element)}/${index}` },
        on: {
          change: () => {
            if (several) box.checked ? values.add(option.value) : values.delete(option.value);
            else (values.clear(), values.add(option.value));
            const options = element.options.filter((other) => values.has(other.value));
            chosen(block, element, surface, several ? options : options[0]);
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
 * @param {DateElement} element
 * @param {Surface} surface
 * @param {Labelling} about
 */
function picker(block, element, surface, about) {
  const input = h("input.field.short", {
    type: "date",
    value: stateOf(block, element, surface)?.selected_date ?? "",
    "aria-label": about.label ?? element.placeholder?.text ?? "Date",
    "aria-describedby": about.describedby,
    "aria-invalid": about.invalid ? "true" : undefined,
    data: { key: keyOf(block, element) },
    on: { change: (event) => chosen(block, element, surface, event.currentTarget.value || null) },
  });
  return input;
}

/**
 * @param {ActiveBlock} block
 * @param {TextElement} element
 * @param {Surface} surface
 * @param {Labelling} about
 */
function typed(block, element, surface, about) {
  const long = element.type === "plain_text_input" && element.multiline;
  /** @type {HTMLElement & { value: string }} */
  const input = h(long ? "textarea.field" : "input.field", {
    ...(long ? { rows: 4 } : { type: "text", inputMode: INPUT_MODE[element.type] }),
    autocomplete: "off",
    placeholder: element.placeholder?.text ?? "",
    "aria-label": about.label,
    "aria-describedby": about.describedby,
    "aria-invalid": about.invalid ? "true" : undefined,
    "aria-required": block.type === "input" && block.optional ? undefined : "true",
    data: { key: keyOf(block, element) },
  });
  input.value = stateOf(block, element, surface)?.value ?? "";
  const limit = element.max_length;
  const counter = limit && limit <= 3000 ? h("span.counter", { "aria-hidden": "true" }) : null;
  const count = () => {
    if (!counter || !limit) return;
    const left = limit - input.value.length;
    counter.textContent = left <= Math.max(20, limit * 0.1) ? String(left) : "";
    counter.classList.toggle("over", left < 0);
  };
  const dispatches = block.type === "input" && block.dispatch_action;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  input.addEventListener("input", () => {
    surface.store(block, element, { type: element.type, value: input.value || null });
    count();
    if (dispatches && triggers.includes("on_character_entered")) {
      surface.click(block, element, input.value || null);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (long && !(event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    if (dispatches && triggers.includes("on_enter_pressed")) {
      surface.click(block, element, input.value || null);
    } else surface.enter?.();
  });
  count();
  return counter ? h(".counted", null, input, counter) : input;
}
