// The frame of a tool panel.

import { h, icon } from "./dom.js";
import { go } from "./route.js";

/** @import { Child } from "./types.d.ts" */

/**
 * @param {string} title
 * @param {Child[]} body
 */
export function frame(title, ...body) {
  return [
    h(
      ".head",
      null,
      h("h2", null, title),
      h("button.icon-button", {
        type: "button",
        "aria-label": `Close ${title}`,
        data: { key: "close-side" },
        on: { click: () => go({ panel: null }) },
      }, icon("close")),
    ),
    h(".panel", { tabindex: "0", "aria-label": title }, body),
  ];
}
