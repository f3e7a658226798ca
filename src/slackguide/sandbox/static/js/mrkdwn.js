// Render Slack's mrkdwn as DOM nodes.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { nameOf, state } from "./store.js";
import { dateTokens } from "./time.js";

/** @import { Child } from "./types.d.ts" */

/**
 * `verbatim` leaves URLs, @here and #channel as text.
 * @typedef {{ verbatim?: boolean }} Options
 */

/**
 * A pattern within a line, and its rendering. `loose` rules do not apply to verbatim text.
 * @typedef {object} Rule
 * @property {RegExp} pattern
 * @property {(match: RegExpMatchArray, options: Options) => Child[]} make
 * @property {boolean} [loose]
 * @param {string} text
 * @param {Options} options
 */
export function mrkdwn(text, options = {}) {
  /** @type {Child[]} */
  const nodes = [];
  const parts = text.split(/```/);
  parts.forEach((part, index) => {
    const closed = index % 2 === 1 && index < parts.length - 1;
    if (closed) nodes.push(h("pre.code", null, plainText(part.replace(/^\n/, ""))));
    else nodes.push(...lines(index % 2 === 1 ? "```" + part : part, options));
  });
  return nodes;
}

/**
 * Render plain_text: entities and emoji names only.
 * @param {string} text
 */
export function plain(text, withEmoji = true) {
  return withEmoji ? text.split(/(:[\w+-]+:)/).map((part) => emoji(part.slice(1, -1)) ?? part) : [text];
}

/**
 * @param {string} text
 * @param {Options} options
 */
function lines(text, options) {
  /** @type {Child[]} */
  const nodes = [];
  /** @type {string[]} */
  let quote = [];
  const flush = () => {
    if (quote.length) nodes.push(h("blockquote", null, joined(quote, options)));
    quote = [];
  };
  /** @type {string[]} */
  const rest = [];
  const flushRest = () => {
    if (rest.length) nodes.push(...joined(rest.splice(0), options));
  };
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      flushRest();
      quote.push(quoted[1]);
    } else {
      flush();
      rest.push(line);
    }
  }
  flush();
  flushRest();
  return nodes;
}

/**
 * @param {string[]} lines
 * @param {Options} options
 * @returns {Child[]}
 */
function joined(lines, options) {
  return lines.flatMap((line, index) => (index ? [h("br"), ...inline(line, options)] : inline(line, options)));
}

/** @type {Rule[]} */
const RULES = [
  { pattern: /`([^`\n]+)`/, make: (match) => [h("code", null, plainText(match[1]))] },
  { pattern: /<([^<>\n]+)>/, make: (match) => [reference(match[1])] },
  {
    pattern: /(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/,
    make: (match, options) => [h("strong", null, inline(match[1], options))],
  },
  {
    pattern: /(?<![\w_])_(?=\S)([^_\n]*[^_\s])_(?![\w_])/,
    make: (match, options) => [h("em", null, inline(match[1], options))],
  },
  {
    pattern: /(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])/,
    make: (match, options) => [h("s", null, inline(match[1], options))],
  },
  { pattern: /:([\w+-]+):/, make: (match) => [emoji(match[1]) ?? match[0]] },
  {
    pattern: /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)]/,
    loose: true,
    make: (match) => [link(plainText(match[0]), plainText(match[0]))],
  },
  {
    pattern: /@(here|channel|everyone)\b/,
    loose: true,
    make: (match) => [h("span.mention.broad", null, `@${match[1]}`)],
  },
];

/**
 * @param {string} text
 * @param {Options} options
 * @returns {Child[]}
 */
function inline(text, options) {
  /** @type {Child[]} */
  const nodes = [];
  let rest = text;
  while (rest) {
    /** @type {{ rule: Rule, match: RegExpMatchArray, at: number } | null} */
    let first = null;
    for (const rule of RULES) {
      if (rule.loose && options.verbatim) continue;
      const match = rest.match(rule.pattern);
      if (match && (!first || (match.index ?? 0) < first.at)) first = { rule, match, at: match.index ?? 0 };
    }
    if (!first) {
      nodes.push(plainText(rest));
      break;
    }
    const { rule, match, at } = first;
    if (at) nodes.push(plainText(rest.slice(0, at)));
    nodes.push(...rule.make(match, options));
    rest = rest.slice(at + match[0].length);
  }
  return nodes;
}

/** @param {string} text */
function plainText(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/**
 * Render a reference in angle brackets: a mention, a channel, a date or a link.
 * @param {string} inside
 */
function reference(inside) {
  const [target, label] = splitOnce(inside, "|");
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) {
    const channel = state.channels.get(target.slice(1));
    return h("span.mention", null, `#${channel?.name ?? label ?? target.slice(1)}`);
  }
  if (target.startsWith("!subteam^")) {
    const group = state.groups.get(target.slice("!subteam^".length));
    return h("span.mention", null, group ? `@${group.handle}` : (label ?? "@group"));
  }
  if (target.startsWith("!date^")) {
    const [, ts, format] = target.split("^");
    return h("time", { title: label }, dateTokens(ts, format));
  }
  if (target.startsWith("!")) return h("span.mention.broad", null, `@${label ?? target.slice(1)}`);
  return link(plainText(target), plainText(label ?? target));
}

/**
 * @param {string} id
 * @param {string} [label]
 */
export function mention(id, label) {
  const self = id === state.me;
  return h(
    self ? "span.mention.self" : "span.mention",
    null,
    `@${id === state.app.user_id || state.people.has(id) ? nameOf(id) : (label ?? id)}`,
  );
}

/**
 * Render a link to a web or mail address; any other target stays text.
 * @param {string} target
 * @param {string} label
 */
export function link(target, label) {
  const known = /^(https?:\/\/|mailto:)/i.test(target);
  if (!known) return h("span", null, label);
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label);
}

/**
 * @param {string} text
 * @param {string} mark
 * @returns {[string, string | undefined]}
 */
function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
