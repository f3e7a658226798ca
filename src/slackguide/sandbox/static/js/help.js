// The help panel: how to use the sandbox, and its limitations.

import { h, refill } from "./dom.js";
import { frame } from "./panel.js";
import { state } from "./store.js";

/** @param {HTMLElement} node */
export function drawHelp(node) {
  if (node.dataset.signature === "help" && node.firstChild) return;
  node.dataset.signature = "help";
  const app = state.app;
  const command = app.commands[0]?.name;
  refill(
    node,
    frame(
      "Help",
      h(
        "p",
        null,
        `A Slack workspace on this computer, with ${app.display_name} installed. The app is the same as in a real workspace, and receives the same signed requests. No data leaves this computer.`,
      ),
      h("h3", null, "Try"),
      h(
        "ul",
        null,
        command && h("li", null, "Type ", h("code", null, `${command} …`), " in any channel."),
        h("li", null, `Write to ${app.display_name} under Apps, or mention @${app.name} in a channel.`),
        h("li", null, "Switch to another person at the lower left, or open a second tab for another person."),
        h("li", null, "Open the request log to see each request, reply and Web API call."),
        h("li", null, "Inject a fault or move the clock, and see its effect on an escalation."),
        h("li", null, "Remove the app from a channel, or archive a channel, in the menu of the member count."),
      ),
      h("h3", null, "Keys"),
      h(
        "dl.keys",
        null,
        [
          ["Enter", "Send"],
          ["Shift Enter", "New line"],
          ["/ and @", "Complete commands and people"],
          ["Ctrl K", "Go to the channels"],
          ["Alt ↑ ↓", "Previous and next channel"],
          ["F6", "Next region of the page"],
          ["↑ ↓ in the messages", "Previous and next message; Enter opens the thread"],
          ["Esc", "Close a thread, panel, menu or modal"],
        ].map(([key, what]) => [h("dt", null, h("kbd", null, key)), h("dd", null, what)]),
      ),
      h("h3", null, "Limitations"),
      h(
        "ul",
        null,
        [
          "Messages stay between starts; ephemeral messages, modals, logs and changes of people and channels do not.",
          "No files, images, reactions, huddles, canvases, lists, search, calls, channel creation and group messages.",
          "No attachments, image and video blocks, workflow steps and assistant pane.",
          "Nested text styles only as far as the app's messages use them.",
          "No other apps, no other workspaces of an organization, and no rate limits per method. Messages to one channel are limited to about one per second after a burst.",
          "The focus after a click, and what is read to a screen reader, are this page's own. Slack's clients decide theirs.",
          "Limits are those that Slack documents. The total length of all blocks, which Slack does not document, is an estimate.",
        ].map((text) => h("li", null, text)),
      ),
    ),
  );
}
