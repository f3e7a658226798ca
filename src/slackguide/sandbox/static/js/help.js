// What the sandbox is, how to use it, and what of Slack it does not do.

import { h, refill } from "./dom.js";
import { frame } from "./panel.js";
import { state } from "./store.js";

/** @param {HTMLElement} node */
export function drawHelp(node) {
  if (node.dataset.sign === "help" && node.firstChild) return;
  node.dataset.sign = "help";
  const app = state.app;
  const command = app.commands[0]?.name;
  refill(
    node,
    frame(
      "Help",
      h(
        "p",
        null,
        `A Slack workspace on this computer with ${app.display_name} in it: the very app that would run in yours, reached by the same signed requests. Nothing leaves this machine.`,
      ),
      h("h3", null, "Try"),
      h(
        "ul",
        null,
        command && h("li", null, "Type ", h("code", null, `${command} …`), " in any channel."),
        h("li", null, `Write to ${app.display_name} under Apps, or mention @${app.name} in a channel.`),
        h("li", null, "Change person at the lower left, or open a second tab and be somebody else there."),
        h("li", null, "Open the request log to see each request, answer and Web API call."),
        h("li", null, "Make Faults injected, or move the clock, and watch what becomes of an escalation."),
        h("li", null, "Take the app out of a channel, or archive one, from the member count at its top."),
      ),
      h("h3", null, "Keys"),
      h(
        "dl.keys",
        null,
        [
          ["Enter", "Send"],
          ["Shift Enter", "New line"],
          ["/ and @", "Complete commands and people"],
          ["Ctrl K", "To the channels"],
          ["Alt ↑ ↓", "Previous and next channel"],
          ["F6", "Between the parts of the page"],
          ["↑ ↓ in the messages", "From message to message; Enter opens the thread"],
          ["Esc", "Close a thread, tool, menu or form"],
        ].map(([key, what]) => [h("dt", null, h("kbd", null, key)), h("dd", null, what)]),
      ),
      h("h3", null, "What it does not do"),
      h(
        "ul",
        null,
        [
          "Nothing is kept: the workspace begins anew at each start. The app's own database stays.",
          "Files, images, reactions, huddles, canvases, lists, search, calls, channel creation and group messages.",
          "Attachments, image and video blocks, workflow steps, the assistant's side pane.",
          "Slack's full grammar of text: nested styles are drawn as far as messages here use them.",
          "Other apps, other workspaces of an organisation, and Slack's own rate limits per method; posting to one channel is limited to about one message a second after a burst.",
          "Limits are those that Slack documents; where it publishes no number (the length of all blocks together) an estimate stands in.",
        ].map((words) => h("li", null, words)),
      ),
    ),
  );
}
