// Render the rich_text block as DOM nodes.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";
import { state } from "./store.js";
import { dateTokens } from "./time.js";

/** @import { Child, RichTextBlock, RichTextContainer, RichTextList, RichTextPiece, TextStyle } from "./types.d.ts" */

/** @param {RichTextBlock} block */
export function richText(block) {
  return h(".rich", null, containers(block.elements));
}

/** @param {RichTextContainer[]} elements */
function containers(elements) {
  const nodes = [];
  for (const element of elements) {
    if (element.type === "rich_text_list") nodes.push(list(element));
    else if (element.type === "rich_text_preformatted") nodes.push(h("pre.code", null, element.elements.map(piece)));
    else if (element.type === "rich_text_quote") nodes.push(h("blockquote", null, element.elements.flatMap(piece)));
    else nodes.push(h(".line", null, element.elements.flatMap(piece)));
  }
  return nodes;
}

/** @param {RichTextList} element */
function list(element) {
  const items = element.elements.map((item) => h("li", null, item.elements.flatMap(piece)));
  const tag = element.style === "ordered" ? "ol" : "ul";
  return h(
    tag,
    { class: `level-${element.indent ?? 0}`, start: tag === "ol" ? (element.offset ?? 0) + 1 : undefined },
    items,
  );
}

/**
 * @param {RichTextPiece} element
 * @returns {Child[]}
 */
function piece(element) {
  switch (element.type) {
    case "text":
      return styled(lineBreaks(element.text), element.style);
    case "link":
      return styled([link(element.url, element.text ?? element.url)], element.style);
    case "emoji":
      return [emoji(element.name) ?? `:${element.name}:`];
    case "user":
      return [mention(element.user_id)];
    case "channel":
      return [h("span.mention", null, `#${state.channels.get(element.channel_id)?.name ?? element.channel_id}`)];
    case "usergroup":
      return [h("span.mention", null, `@${state.groups.get(element.usergroup_id)?.handle ?? element.usergroup_id}`)];
    case "broadcast":
      return [h("span.mention.broad", null, `@${element.range}`)];
    case "date":
      return [h("time", { title: element.fallback }, dateTokens(element.timestamp, element.format))];
    default:
      return [];
  }
}

/** @param {string} text */
function lineBreaks(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/**
 * @param {Child[]} nodes
 * @param {TextStyle} [style]
 */
function styled(nodes, style = {}) {
  let inner = nodes;
  if (style.code) inner = [h("code", null, inner)];
  if (style.strike) inner = [h("s", null, inner)];
  if (style.italic) inner = [h("em", null, inner)];
  if (style.underline) inner = [h("u", null, inner)];
  if (style.bold) inner = [h("strong", null, inner)];
  return inner;
}
