// The entry point: loads the state, draws the regions, follows the event stream, and handles global shortcuts.

import { drawKnowledge } from "./knowledge.js";
import { drawClock } from "./clock.js";
import { drawConversation, scrollDown } from "./conversation.js";
import { byId, first, h, refill } from "./dom.js";
import { drawHelp } from "./help.js";
import { drawModal } from "./modal.js";
import { go, readAddress, route, settle, who, write } from "./route.js";
import { drawSidebar } from "./sidebar.js";
import { become, direct, startFollowing, state, subscribe, unread } from "./store.js";
import { errorText } from "./block_actions.js";
import { drawThread, forgetThread, scrollThreadDown } from "./thread.js";
import { drawTop, startTheme } from "./header.js";
import { drawRequestLog } from "./request_log.js";
import { drawFaults } from "./faults.js";

/** @import { Change } from "./types.d.ts" */

/** */
const regions = {
  app: byId("app"),
  top: byId("top"),
  sidebar: byId("sidebar"),
  conversation: byId("conversation"),
  side: byId("side"),
};
/** @type {Record<string, (node: HTMLElement) => void>} */
const PANELS = {
  request_log: drawRequestLog,
  faults: drawFaults,
  clock: drawClock,
  preview: drawKnowledge,
  help: drawHelp,
};

/** @type {string | null} */
let panel = null;

function draw() {
  if (!state.ready) return;
  settle();
  const tool = route.panel && Object.hasOwn(PANELS, route.panel) ? route.panel : null;
  const side = route.thread && route.place !== "home" ? "thread" : tool;
  regions.app.dataset.side = side ?? "";
  regions.app.dataset.list = String(route.list);
  regions.side.hidden = !side;
  drawTop(regions.top);
  drawSidebar(regions.sidebar);
  drawConversation(regions.conversation);
  if (side !== panel) {
    panel = side;
    forgetThread();
    regions.side.replaceChildren();
    delete regions.side.dataset.signature;
    regions.side.setAttribute("aria-label", side === "thread" ? "Thread" : "Sandbox tool");
  }
  if (side === "thread") drawThread(regions.side);
  else if (side) PANELS[side](regions.side);
  drawModal();
  const count = [...state.channels.values()].reduce((sum, channel) => sum + unread(channel), 0);
  const channel = state.channels.get(route.place ?? "");
  const name = channel && !channel.direct ? channel.name : state.app.display_name;
  document.title = `${count ? `(${count}) ` : ""}${name} · ${state.people.get(state.me)?.real_name} · Slack sandbox`;
}

let scheduled = false;
/** @param {Change} what */
function drawSoon(what) {
  if (what === "person") write(true);
  if (what === "sent") scrollDown();
  if (what === "replied") scrollThreadDown();
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    draw();
  });
}

/**
 * Handle Ctrl+K (go to the channels), Alt+↑↓ (previous or next channel) and F6 (next region).
 * @param {KeyboardEvent} event
 */
function keys(event) {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    go({ list: true });
    queueMicrotask(() => (first(regions.sidebar, ".line.here") ?? first(regions.sidebar, ".line"))?.focus());
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const places = [...state.channels.keys()];
    const at = places.findIndex((id) => id === (route.place === "home" ? direct().id : route.place));
    go({ place: places[(at + (event.key === "ArrowDown" ? 1 : -1) + places.length) % places.length] });
  } else if (event.key === "F6") {
    event.preventDefault();
    const order = [regions.top, regions.sidebar, regions.conversation, regions.side].filter((node) =>
      !node.hidden && node.offsetParent !== null
    );
    const at = order.findIndex((node) => node.contains(document.activeElement));
    const next = order[(at + (event.shiftKey ? -1 : 1) + order.length) % order.length];
    (first(next, ".composer textarea") ?? first(next, "button, [tabindex]") ?? next).focus();
  } else if (event.key === "Escape" && (route.thread || route.panel || route.list)) {
    go({ thread: null, panel: null });
  }
}

/** @param {unknown} error */
function failed(error) {
  refill(
    regions.conversation,
    h(
      ".empty",
      { role: "alert" },
      h("h1", null, "The sandbox is not responding"),
      h("p", null, errorText(error)),
      h("p", null, "Check that it is running, then reload this page."),
    ),
  );
}

startTheme();
readAddress();
subscribe(drawSoon);
document.addEventListener("redraw", () => drawSoon("ui"));
document.addEventListener("visibilitychange", () => drawSoon("ui"));
addEventListener("keydown", keys);
addEventListener("popstate", () => {
  readAddress();
  drawSoon("route");
});
addEventListener("hashchange", () => {
  readAddress();
  drawSoon("route");
});
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.origin !== location.origin || !link.pathname.startsWith("/archives/")) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  readAddress();
  go({});
});

refill(regions.conversation, h(".empty", { role: "status" }, h(".spinner"), h("p", null, "Opening the workspace…")));
become(who())
  .catch(() => become(""))
  .then(() => {
    settle();
    write(true);
    startFollowing();
  })
  .catch(failed);
