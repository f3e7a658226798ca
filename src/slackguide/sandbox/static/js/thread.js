// The thread pane.

import { composer } from "./composer.js";
import { first, h, icon, only, refill } from "./dom.js";
import { follow } from "./focus.js";
import { drawMessages } from "./messages.js";
import { go, route } from "./route.js";
import { messagesOf, state } from "./store.js";

/** @type {string | null} */
let drawn = null;
/** @type {HTMLElement | null} */
let list = null;

/** @param {HTMLElement} node */
export function drawThread(node) {
  const channel = state.channels.get(route.place ?? "");
  if (!channel) return;
  const signature = `${state.me}/${route.place}/${route.thread}/${channel.archived}`;
  const isNew = signature !== drawn || !list?.isConnected;
  if (isNew || !list) {
    drawn = signature;
    list = h(".list", { role: "log", "aria-live": "off", "aria-label": "Thread", tabindex: "0" }, h(".rows"));
    refill(
      node,
      h(
        ".head",
        null,
        h("h2", null, "Thread", h("span.where", null, channel.direct ? state.app.display_name : `# ${channel.name}`)),
        h("button.icon-button", {
          type: "button",
          "aria-label": "Close thread",
          data: { key: "close-side" },
          on: { click: () => go({ thread: null }) },
        }, icon("close")),
      ),
      list,
      composer(channel, route.thread),
    );
    first(node, ".composer textarea")?.focus({ preventScroll: true });
  }
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const messages = messagesOf(channel.id, route.thread);
  const rows = only(list, ".rows");
  const touched = drawMessages(rows, messages, { inThread: true, isNew });
  if (!messages.length) rows.replaceChildren(h("p.empty", null, "This thread is gone."));
  follow(list, { atEnd, touched });
}

/** Scroll to the end, where the message appears that was sent. */
export function scrollThreadDown() {
  requestAnimationFrame(() => list?.scrollTo({ top: list.scrollHeight }));
}

export function forgetThread() {
  drawn = null;
}
