// The thread pane.

import { composer } from "./composer.js";
import { h, icon, refill } from "./dom.js";
import { drawMessages } from "./messages.js";
import { go, route } from "./route.js";
import { messagesOf, state } from "./store.js";

let drawn = null;
let list = null;

export function drawThread(node) {
  const channel = state.channels.get(route.place);
  const sign = `${state.me}/${route.place}/${route.thread}/${channel?.archived}`;
  if (sign !== drawn || !list?.isConnected) {
    drawn = sign;
    list = h(".list", { role: "log", "aria-label": "Thread", tabindex: "0" }, h(".rows"));
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
    node.querySelector(".composer textarea")?.focus({ preventScroll: true });
  }
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const messages = messagesOf(route.place, route.thread);
  drawMessages(list.firstElementChild, messages, { inThread: true });
  if (!messages.length) list.firstElementChild.replaceChildren(h("p.empty", null, "This thread is gone."));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

export function forgetThread() {
  drawn = null;
}
