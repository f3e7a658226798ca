// The main region: a channel or direct message, or the app's Home tab.

import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { all, first, focused, h, icon, only, refill } from "./dom.js";
import { follow } from "./focus.js";
import { drawMessages } from "./messages.js";
import { menu } from "./popup.js";
import { go, route } from "./route.js";
import { act, direct, messagesOf, state, unread } from "./store.js";
import { errorText, uiOf, viewSurface } from "./block_actions.js";
import { plural } from "./time.js";
import { toast } from "./toast.js";

/** @import { Channel, View } from "./types.d.ts" */

/** @type {string | null} */
let place = null;
/** @type {string | null} */
let person = null;
/** @type {HTMLElement | null} */
let list = null;
let readAtEntry = "";
let header = "";
let home = "";

/** @param {HTMLElement} node */
export function drawConversation(node) {
  const entered = route.place !== place || state.me !== person;
  place = route.place;
  person = state.me;
  if (place === "home") return drawHome(node, entered);
  home = "";
  const channel = state.channels.get(place ?? "");
  if (!channel) return undefined;
  const signature = JSON.stringify([channel, state.app.display_name, state.app.home]);
  if (entered || signature !== header) {
    const wasArchived = header && JSON.parse(header)[0]?.archived !== channel.archived;
    header = signature;
    if (entered || wasArchived || !list?.isConnected) list = build(node, channel);
    else only(node, ".head").replaceWith(head(channel));
  }
  if (!list) return undefined;
  if (entered) readAtEntry = channel.read || "0";
  const atEnd = entered || list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const messages = messagesOf(channel.id);
  const touched = drawMessages(only(list, ".rows"), messages, { lastRead: readAtEntry, isNew: entered });
  list.querySelector(".empty")?.remove();
  if (!messages.length) list.append(welcome(channel));
  if (route.message && entered) list.querySelector(".linked")?.scrollIntoView({ block: "center" });
  else follow(list, { atEnd, touched });
  markRead(channel);
  return undefined;
}

export function scrollDown() {
  requestAnimationFrame(() => list?.scrollTo({ top: list.scrollHeight }));
}

/**
 * @param {HTMLElement} node
 * @param {Channel} channel
 */
function build(node, channel) {
  const made = h(".list", {
    role: "log",
    "aria-live": "off", // new messages are announced by their text, in a sentence or two
    "aria-label": `Messages in ${channel.direct ? state.app.display_name : channel.name}`,
    tabindex: "0",
    on: { keydown: walk },
  }, h(".rows"));
  refill(node, head(channel), made, composer(channel));
  first(node, ".composer textarea")?.focus({ preventScroll: true });
  return made;
}

/**
 * Handle the arrow keys (previous or next message) and Enter (open the thread), as in Slack.
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function walk(event) {
  const rows = all(event.currentTarget, "article.message");
  const active = focused();
  const at = rows.findIndex((row) => row === active);
  if (active !== event.currentTarget && at < 0) return;
  const to = {
    ArrowUp: at < 0 ? rows.length - 1 : at - 1,
    ArrowDown: at < 0 ? rows.length - 1 : at + 1,
    Home: 0,
    End: rows.length - 1,
  }[event.key];
  if (to !== undefined && rows[to]) {
    event.preventDefault();
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && at >= 0) {
    first(rows[at], "[data-key^='reply-']")?.click();
  }
}

/** @param {Channel} channel */
function head(channel) {
  if (channel.direct) return appHead("messages");
  const people = plural(channel.members.length + (channel.bot ? 1 : 0), "member");
  return h(
    ".head",
    null,
    back(),
    h(
      "h1",
      null,
      icon(channel.private ? "lock" : "hash"),
      channel.name,
      channel.shared && h("span.badge.soft", null, `shared with ${state.team.partner}`),
      channel.archived && h("span.badge.soft", null, "archived"),
    ),
    h("p.purpose", null, channel.purpose),
    h(
      "button.pill",
      {
        type: "button",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        "aria-label": `${people}; channel settings`,
        data: { key: "channel-menu" },
        on: { click: (event) => channelMenu(event.currentTarget, channel) },
      },
      icon("people"),
      people,
    ),
  );
}

/**
 * @param {HTMLElement} anchor
 * @param {Channel} channel
 */
function channelMenu(anchor, channel) {
  const run = (/** @type {string} */ what, /** @type {Record<string, unknown>} */ body = {}) => async () => {
    try {
      await act(what, { channel: channel.id, ...body });
    } catch (error) {
      toast(errorText(error));
    }
  };
  menu(
    anchor,
    [
      { heading: `#${channel.name}` },
      channel.bot
        ? {
          label: `Remove ${state.app.display_name}`,
          detail: "Messages of the app fail with not_in_channel",
          run: run("remove"),
        }
        : { label: `Invite ${state.app.display_name}`, detail: "The app can post again", run: run("invite") },
      channel.archived ? { label: "Unarchive this channel", run: run("archive", { archived: false }) } : {
        label: "Archive this channel",
        detail: "Messages fail with is_archived",
        danger: true,
        run: run("archive", { archived: true }),
      },
    ],
    { label: "Channel settings" },
  );
}

/** @param {"home" | "messages"} tab */
function appHead(tab) {
  const tabs = [
    ["home", "Home", "home"],
    ["messages", "Messages", direct().id],
  ].filter(([name]) => name !== "home" || state.app.home);
  return h(
    ".head.app-head",
    null,
    back(),
    h("h1", null, avatar(state.app.user_id, "small"), state.app.display_name, h("span.badge", null, "APP")),
    h(
      ".tabs",
      { role: "tablist", "aria-label": state.app.display_name },
      tabs.map(([name, label, to]) =>
        h("button.tab", {
          type: "button",
          role: "tab",
          "aria-selected": String(name === tab),
          data: { key: `tab-${name}` },
          on: { click: () => go({ place: to }) },
        }, label)
      ),
    ),
  );
}

function back() {
  return h("button.icon-button.to-list", {
    type: "button",
    "aria-label": "Channels",
    data: { key: "to-list" },
    on: { click: () => go({ list: true }) },
  }, icon("menu"));
}

/** @param {Channel} channel */
function welcome(channel) {
  const command = state.app.commands[0]?.name ?? "/";
  if (channel.direct) {
    return h(
      ".empty",
      null,
      avatar(state.app.user_id, "large"),
      h("h2", null, state.app.display_name),
      h("p", null, "This is the start of your direct messages. Describe the problem in a message."),
    );
  }
  return h(
    ".empty",
    null,
    h(".big-hash", null, icon("hash")),
    h("h2", null, `#${channel.name}`),
    h("p", null, channel.purpose || "No messages yet."),
    state.app.commands.length ? h("p.quiet", null, "Try ", h("code", null, `${command} …`), " below.") : null,
  );
}

/** @param {Channel} channel */
function markRead(channel) {
  if (document.hidden || !unread(channel)) return;
  const last = [...(state.messages.get(channel.id)?.keys() ?? [])].sort().at(-1);
  act("read", { channel: channel.id, ts: last }).catch(() => {});
}

// The Home tab

/** @type {{ loading: boolean, notice: string | null } | null} */
let opened = null;

/**
 * @param {HTMLElement} node
 * @param {boolean} entered
 */
function drawHome(node, entered) {
  list = null;
  const view = state.home;
  const mine = view ? uiOf(view.id) : null;
  const signature = JSON.stringify([
    view?.hash,
    view?.id,
    mine && [...mine.busy],
    mine?.failed,
    opened?.notice,
    opened?.loading,
  ]);
  if (entered) openHome();
  if (!entered && signature === home) return;
  home = signature;
  refill(node, appHead("home"), h(".home", { tabindex: "0", "aria-label": "Home tab" }, homeBody(view)));
}

/** @param {View | null} view */
function homeBody(view) {
  if (view) return h(".sheet", null, blocks(view.content.blocks, viewSurface(view)));
  if (opened?.notice) return h(".empty", null, h("h2", null, "Nothing here"), h("p", null, opened.notice));
  if (opened?.loading) return h(".empty", { role: "status" }, h(".spinner"), h("p", null, "Loading…"));
  return h(
    ".empty",
    null,
    h("h2", null, "This is a work in progress"),
    h("p", null, `${state.app.display_name} has not published a Home tab for you.`),
  );
}

async function openHome() {
  /** @type {typeof opened} */
  const mine = { loading: true, notice: null };
  opened = mine;
  try {
    const answer = await act("home");
    if (!answer.ok && answer.status !== null) {
      mine.notice = `${state.app.display_name} rejected the event (status ${answer.status}).`;
    } else if (!answer.ok) mine.notice = `${state.app.display_name} did not respond.`;
  } catch (error) {
    mine.notice = errorText(error);
  }
  mine.loading = false;
  home = "";
  document.dispatchEvent(new CustomEvent("redraw"));
}
