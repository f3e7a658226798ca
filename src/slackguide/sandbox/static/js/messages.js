// Messages, and a list of messages that is updated in place.

import { avatar, roleOf } from "./avatar.js";
import { blocks } from "./blocks.js";
import { all, announce, first, focused, h, icon } from "./dom.js";
import { newLines, successor } from "./focus.js";
import { mrkdwn } from "./mrkdwn.js";
import { menu } from "./popup.js";
import { go, route } from "./route.js";
import { act, nameOf, person, repliesTo, state } from "./store.js";
import { errorText, messageSurface, uiOf } from "./block_actions.js";
import { ago, day, exact, hour, sameDay } from "./time.js";
import { toast } from "./toast.js";

/** @import { MenuLine, Message, Outcome } from "./types.d.ts" */

/**
 * A row of the list, rebuilt when its `signature` changes. A separator has no message.
 * @typedef {{ key: string, signature: string, make: () => HTMLElement, message?: Message }} Row
 */

const TOGETHER = 5 * 60;

/** Most messages that are announced at once; the list holds the others. */
const ANNOUNCED = 3;

/**
 * Draw a list of messages into a node; update only rows that changed. `inThread` omits the thread summaries. Announce
 * what is new, unless the list is. Return the row that was rebuilt with the focus in it, if any.
 * @param {HTMLElement} node
 * @param {Message[]} messages
 * @param {{ inThread?: boolean, lastRead?: string, isNew?: boolean }} [options]
 */
export function drawMessages(node, messages, { inThread = false, lastRead = "", isNew = false } = {}) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Message | null} */
  let before = null;
  let marked = false;
  for (const message of messages) {
    if (!inThread && (!before || !sameDay(before.ts, message.ts))) {
      rows.push({
        key: `day-${day(message.ts)}`,
        signature: "",
        make: () => h(".day", { role: "separator" }, h("span", null, day(message.ts))),
      });
    }
    const fresh = lastRead && message.ts > lastRead && message.user !== state.me && !message.ephemeral;
    if (fresh && !marked && before) {
      marked = true;
      rows.push({
        key: `new-${lastRead}`,
        signature: "",
        make: () => h(".new-line", { role: "separator" }, h("span", null, "New")),
      });
    }
    const compact = before !== null && before.user === message.user &&
      Number(message.ts) - Number(before.ts) < TOGETHER && sameDay(before.ts, message.ts) && !before.ephemeral &&
      !message.ephemeral && !message.broadcast;
    const replies = inThread ? [] : repliesTo(message);
    rows.push({
      key: message.ts,
      signature: signatureOf(message, compact, replies),
      make: () => row(message, { compact, replies, inThread }),
      message,
    });
    before = message;
  }
  const { touched, heard } = reconcile(node, rows);
  if (heard.length && !isNew) announce(heard.slice(-ANNOUNCED).join(" "));
  return touched;
}

/**
 * @param {Message} message
 * @param {boolean} compact
 * @param {Message[]} replies
 */
function signatureOf(message, compact, replies) {
  const ui = uiOf(message.ts);
  return JSON.stringify([
    message,
    compact,
    replies.map((reply) => [reply.ts, reply.user]),
    [...ui.busy],
    ui.failed,
    nameOf(message.user),
    route.message === message.ts,
    route.thread === message.ts,
    state.me,
  ]);
}

/** @type {WeakMap<HTMLElement, Message | undefined>} */
const drawn = new WeakMap();

/**
 * @param {HTMLElement} node
 * @param {Row[]} rows
 */
function reconcile(node, rows) {
  /** @type {HTMLElement | null} */
  let touched = null;
  /** @type {string[]} */
  const heard = [];
  const there = new Map(all(node, ":scope > *").map((child) => [child.dataset.row, child]));
  let at = node.firstElementChild;
  for (const { key, signature, make, message } of rows) {
    let child = there.get(key);
    there.delete(key);
    if (child && child.dataset.signature !== signature) {
      const old = child;
      child = make();
      const inside = replace(old, child);
      if (inside) touched = child;
      if (message) heard.push(...changesOf(message, drawn.get(old), inside ? newLines(old, child) : []));
      if (at === old) at = child;
    }
    if (!child) {
      child = make();
      node.insertBefore(child, at);
      if (message && message.user !== state.me) heard.push(`${nameOf(message.user)}: ${textOf(message)}`);
    } else if (child !== at && child.nextElementSibling !== at) {
      node.insertBefore(child, at);
    }
    child.dataset.row = key;
    child.dataset.signature = signature;
    drawn.set(child, message);
    at = child.nextElementSibling;
  }
  for (const child of there.values()) child.remove();
  return { touched, heard };
}

/**
 * Replace a row. Return whether the focus was in it.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
function replace(old, fresh) {
  const active = focused();
  const inside = active !== null && old.contains(active);
  old.replaceWith(fresh);
  if (inside) successor(old, fresh, active).focus({ preventScroll: true });
  return inside;
}

/**
 * Return what to announce of a message that was drawn anew: its new text, or else its new lines.
 * @param {Message} message
 * @param {Message | undefined} before
 * @param {string[]} lines
 */
function changesOf(message, before, lines) {
  if (message.user === state.me) return [];
  return before && before.text !== message.text ? [textOf(message)] : lines;
}

/** @param {Message} message */
function textOf(message) {
  return h("p", null, mrkdwn(message.text)).textContent ?? "";
}

/**
 * @param {Message} message
 * @param {{ compact: boolean, replies: Message[], inThread: boolean }} how
 */
function row(message, { compact, replies, inThread }) {
  const slackbot = message.user === "USLACKBOT";
  const author = nameOf(message.user);
  const other = person(message.user);
  const badge = message.bot
    ? h("span.badge", null, "APP")
    : other && ["guest", "single_channel_guest", "outsider"].includes(other.role)
    ? h("span.badge.soft", null, roleOf(other))
    : null;
  const when = h("time.when", { title: exact(message.ts) }, hour(message.ts));
  const body = h(
    ".words",
    null,
    message.bot && message.blocks.length
      ? blocks(message.blocks, messageSurface(message))
      : h(".text", null, mrkdwn(message.text)),
    message.edited && h("span.edited", null, " (edited)"),
  );
  return h(
    "article.message",
    {
      class: [
        compact ? "compact" : "",
        message.ephemeral ? "ephemeral" : "",
        slackbot ? "notice" : "",
        route.message === message.ts ? "linked" : "",
        route.thread === message.ts && !inThread ? "open" : "",
      ].join(" "),
      tabindex: "-1",
      "aria-label": `${author}, ${hour(message.ts)}${message.ephemeral ? ", only visible to you" : ""}`,
    },
    h(".gutter", null, compact ? when : avatar(message.user)),
    h(
      ".column",
      null,
      message.ephemeral && h(".only-you", null, icon("eye"), "Only visible to you"),
      message.broadcast && !inThread &&
        h(
          ".only-you",
          null,
          icon("reply"),
          h(
            "button.link",
            { type: "button", on: { click: () => go({ thread: message.thread_ts }) } },
            "replied to a thread",
          ),
        ),
      !compact && h(".byline", null, h("strong", null, author), badge, when),
      body,
      replies.length ? threadLine(message, replies) : null,
      message.ephemeral &&
        h("button.link.dismiss", {
          type: "button",
          on: { click: () => attempt(() => act("dismiss", { ts: message.ts })) },
        }, "Dismiss message"),
    ),
    tools(message, inThread),
  );
}

/**
 * @param {Message} message
 * @param {Message[]} replies
 */
function threadLine(message, replies) {
  const last = replies[replies.length - 1];
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 4);
  return h(
    "button.thread-line",
    { type: "button", data: { key: `thread-${message.ts}` }, on: { click: () => go({ thread: message.ts }) } },
    h("span.faces", null, authors.map((id) => avatar(id, "tiny"))),
    h("span.count", null, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
    h("span.last", null, `Last reply ${ago(last.ts)}`),
  );
}

/**
 * @param {Message} message
 * @param {boolean} inThread
 */
function tools(message, inThread) {
  if (message.user === "USLACKBOT") return null;
  const shortcuts = state.app.shortcuts.filter((shortcut) => shortcut.kind === "message");
  /** @type {MenuLine[]} */
  const items = [];
  const reply = () => go({ thread: message.thread_ts ?? message.ts });
  if (!message.ephemeral && !inThread) items.push({ label: "Reply in thread", run: reply });
  if (!message.ephemeral) {
    items.push(
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name,
        detail: state.app.display_name,
        run: () => attempt(() => act("message_shortcut", { ts: message.ts, callback_id: shortcut.callback_id })),
      })),
    );
    items.push({
      label: "Copy link",
      run: () => copy(`${location.origin}/archives/${message.channel}/p${message.ts.replace(".", "")}`, "Link copied"),
    });
  }
  items.push({
    label: "Copy Block Kit JSON",
    run: () => copy(JSON.stringify({ text: message.text, blocks: message.blocks }, null, 2), "JSON copied"),
  });
  if (message.user === state.me) {
    items.push("-", { label: "Edit message…", run: () => edit(message) }, {
      label: "Delete message",
      danger: true,
      run: () => attempt(() => act("delete", { ts: message.ts })),
    });
  }
  return h(
    ".tools",
    { role: "group", "aria-label": "Message actions" },
    !message.ephemeral && !inThread &&
      h("button.icon-button", {
        type: "button",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        data: { key: `reply-${message.ts}` },
        on: { click: reply },
      }, icon("reply")),
    h("button.icon-button", {
      type: "button",
      "aria-label": "More actions",
      title: "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: `more-${message.ts}` },
      on: { click: (event) => menu(event.currentTarget, items, { label: "Message actions" }) },
    }, icon("more")),
  );
}

/** @param {Message} message */
function edit(message) {
  const article = first(document, `article[data-row="${message.ts}"]`);
  const body = article && first(article, ".words");
  if (!body) return;
  const field = h("textarea.field", { rows: 2, "aria-label": "Edit message" });
  field.value = message.text.replace(/<(https?:[^>|]+)>/g, "$1").replace(
    /<@(\w+)>/g,
    (_, id) => (id === state.app.user_id ? `@${state.app.name}` : `@${person(id)?.name ?? id}`),
  ).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const done = () => delete article.dataset.signature;
  const save = async () => {
    done();
    await attempt(() => act("edit", { ts: message.ts, text: field.value }));
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape") {
      done();
      article.replaceWith(row(message, { compact: false, replies: [], inThread: false }));
    }
  });
  body.replaceChildren(
    h(".editing", null, field, h("button.button.primary", { type: "button", on: { click: save } }, "Save")),
  );
  field.focus();
}

/** @param {() => Promise<Outcome>} doing */
async function attempt(doing) {
  try {
    const answer = await doing();
    if (answer?.notice) toast(answer.notice);
  } catch (error) {
    toast(errorText(error));
  }
}

/**
 * @param {string} text
 * @param {string} done
 */
export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast("The browser does not let this page write to the clipboard.");
  }
}
