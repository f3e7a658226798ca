// The renderer of Block Kit for messages, modals, the Home tab and the knowledge panel.
// The surface (see block_actions.js) handles the actions.

import { h, icon, unique } from "./dom.js";
import { drawElement } from "./elements.js";
import { richText } from "./richtext.js";
import { textObject } from "./text.js";

/** @import { ActionsBlock, Block, HeaderBlock, InputBlock, SectionBlock, Surface } from "./types.d.ts" */

/**
 * @param {Block[]} list
 * @param {Surface} surface
 */
export function blocks(list, surface) {
  return h(".blocks", null, list.map((block) => draw(block, surface)));
}

/**
 * @param {Block} block
 * @param {Surface} surface
 */
function draw(block, surface) {
  const node = drawBlock(block, surface);
  const failed = surface.failed?.[block.block_id];
  if (!failed) return node;
  return h("div", null, node, h("p.failed", { role: "alert" }, icon("warn"), failed));
}

/**
 * @param {Block} block
 * @param {Surface} surface
 */
function drawBlock(block, surface) {
  switch (block.type) {
    case "section":
      return section(block, surface);
    case "input":
      return input(block, surface);
    case "header":
      return header(block, surface);
    case "divider":
      return h("hr.block.divider");
    case "context":
      return h(".block.context", null, block.elements.map((text) => h("span", null, textObject(text))));
    case "actions":
      return actions(block, surface);
    case "rich_text":
      return h(".block.richtext", null, richText(block));
    default:
      return unknown(block);
  }
}

/** @param {{ type: string }} block */
function unknown(block) {
  return h("p.unknown", null, `(${block.type} is not drawn here)`);
}

/**
 * @param {SectionBlock} block
 * @param {Surface} surface
 */
function section(block, surface) {
  const fields = block.fields && h(".fields", null, block.fields.map((field) => h(".text", null, textObject(field))));
  const body = h(".words", null, block.text && h(".text", null, textObject(block.text)), fields);
  if (!block.accessory) return h(".block.section", null, body);
  const wide = !["button", "overflow", "datepicker"].includes(block.accessory.type) &&
    !block.accessory.type.endsWith("_select");
  const label = block.text?.text.replace(/[*_~`<>]/g, "").slice(0, 80);
  return h(
    ".block.section",
    { class: wide ? "stacked" : "beside" },
    body,
    h(".accessory", null, drawElement(block, block.accessory, surface, { label })),
  );
}

/**
 * @param {InputBlock} block
 * @param {Surface} surface
 */
function input(block, surface) {
  const id = unique("label");
  const error = surface.errors?.[block.block_id];
  const hint = block.hint && h("p.hint", { id: `${id}-hint` }, textObject(block.hint));
  const fault = error && h("p.fault", { id: `${id}-fault` }, icon("warn"), error);
  const describedby = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const label = `${block.label.text}${block.optional ? " (optional)" : ""}`;
  const control = drawElement(block, block.element, surface, { label, describedby, invalid: Boolean(error) });
  return h(
    ".block.input",
    { class: error ? "wrong" : "", data: { block: block.block_id } },
    h(
      ".label",
      { id, "aria-hidden": "true" },
      textObject(block.label),
      block.optional && h("span.optional", null, " (optional)"),
    ),
    control,
    fault,
    hint,
  );
}

/**
 * @param {HeaderBlock} block
 * @param {Surface} surface
 */
function header(block, surface) {
  const props = { tabindex: "-1", data: { key: "heading" } }; // the focus moves here from one question to the next
  return h(`${surface.heading ?? "h3"}.block.header`, props, textObject(block.text));
}

/**
 * @param {ActionsBlock} block
 * @param {Surface} surface
 */
function actions(block, surface) {
  return h(
    ".block.actions",
    null,
    block.elements.map((element) => drawElement(block, element, surface, { label: element.placeholder?.text })),
  );
}
