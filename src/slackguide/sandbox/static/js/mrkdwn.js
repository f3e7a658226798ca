// Slack's mrkdwn, as DOM nodes.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { nameOf, state } from "./store.js";
import { dateTokens } from "./time.js";

/** options.verbatim: leave bare web addresses, @here and #channel as they are. */
export function mrkdwn(text, options = {}) {
  const nodes = [];
  const parts = text.split(/```/);
  parts.forEach((part, index) => {
    const closed = index % 2 === 1 && index < parts.length - 1;
    if (closed) nodes.push(h("pre.code", null, plainText(part.replace(/^\n/, ""))));
    else nodes.push(...lines(index % 2 === 1 ? "```" + part : part, options));
  });
  return nodes;
}

/** plain_text: entities and emoji names only. */
export function plain(text, withEmoji = true) {
  return withEmoji ? text.split(/(:[\w+-]+:)/).map((part) => emoji(part.slice(1, -1)) ?? part) : [text];
}

function lines(text, options) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length) nodes.push(h("blockquote", null, joined(quote, options)));
    quote = [];
  };
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

function joined(lines, options) {
  return lines.flatMap((line, index) => (index ? [h("br"), ...inline(line, options)] : inline(line, options)));
}

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

function inline(text, options) {
  const nodes = [];
  let rest = text;
  while (rest) {
    let first = null;
    for (const rule of RULES) {
      if (rule.loose && options.verbatim) continue;
      const match = rest.match(rule.pattern);
      if (match && (!first || match.index < first.match.index)) first = { rule, match };
    }
    if (!first) {
      nodes.push(plainText(rest));
      break;
    }
    const { rule, match } = first;
    if (match.index) nodes.push(plainText(rest.slice(0, match.index)));
    nodes.push(...rule.make(match, options));
    rest = rest.slice(match.index + match[0].length);
  }
  return nodes;
}

function plainText(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** What stands between angle brackets: a mention, a channel, a date or a link. */
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

export function mention(id, label) {
  const self = id === state.me;
  return h(
    self ? "span.mention.self" : "span.mention",
    null,
    `@${id === state.app.user_id || state.people.has(id) ? nameOf(id) : (label ?? id)}`,
  );
}

/** Only web and mail addresses become links; anything else stays text. */
export function link(target, label) {
  const known = /^(https?:\/\/|mailto:)/i.test(target);
  if (!known) return h("span", null, label);
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label);
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
