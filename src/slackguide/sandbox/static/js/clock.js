// The clock panel: shows the workspace's time and moves it forward.

import { h, refill } from "./dom.js";
import { frame } from "./panel.js";
import { act, now, state } from "./store.js";
import { errorText } from "./block_actions.js";
import { exact } from "./time.js";
import { toast } from "./toast.js";

/** @type {[string, number][]} */
const STEPS = [
  ["+1 minute", 60],
  ["+10 minutes", 600],
  ["+1 hour", 3600],
  ["+4 hours", 4 * 3600],
  ["+1 day", 86400],
  ["+1 week", 7 * 86400],
];

/** @type {number | undefined} */
let ticking;

/** @param {HTMLElement} node */
export function drawClock(node) {
  const signature = `clock-${state.movable}-${Math.round(state.now - performance.now() / 1000)}`;
  if (node.dataset.signature === signature && node.firstChild) return;
  node.dataset.signature = signature;
  const face = h("p.face", { role: "timer" }, exact(now()));
  refill(
    node,
    frame(
      "Clock",
      face,
      state.movable
        ? h(
          ".form",
          null,
          h(
            "p",
            null,
            "Move the clock of the workspace and the app: reminders and retries become due, and links expire.",
          ),
          h(
            ".steps",
            null,
            STEPS.map(([name, seconds]) =>
              h("button.button", {
                type: "button",
                data: { key: `step-${seconds}` },
                on: { click: () => move(seconds) },
              }, name)
            ),
          ),
        )
        : h("p.quiet", null, "This sandbox runs on the real clock, which cannot be moved."),
    ),
  );
  clearInterval(ticking);
  ticking = setInterval(() => {
    if (!face.isConnected) clearInterval(ticking);
    else face.textContent = exact(now());
  }, 1000);
}

/** @param {number} seconds */
async function move(seconds) {
  try {
    await act("advance", { seconds });
  } catch (error) {
    toast(errorText(error));
  }
}
