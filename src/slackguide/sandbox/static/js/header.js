// The top bar: buttons of the tool panels, status indicators, and the color theme.

import { h, icon, refill } from "./dom.js";
import { menu } from "./popup.js";
import { go, route } from "./route.js";
import { state } from "./store.js";

/** @type {[name: string, icon: string, label: string, detail: string][]} */
const TOOLS = [
  ["request_log", "log", "Request log", "Requests to the app, its replies and its Web API calls"],
  ["faults", "cloud", "Fault injection", "Make Slack slow, unavailable or rate-limited"],
  ["clock", "clock", "Clock", "Move the clock forward"],
  ["preview", "book", "Knowledge", "Preview entries, and see errors in edited files"],
  ["help", "help", "Help", "How to use the sandbox, and its limitations"],
];

let drawn = "";

/** @param {HTMLElement} node */
export function drawTop(node) {
  const signature = JSON.stringify([
    route.panel,
    state.faults,
    state.offline,
    state.preview,
    state.sockets,
    state.team.name,
  ]);
  if (signature === drawn) return;
  drawn = signature;
  refill(
    node,
    h("span.product", null, h("img", { src: "/static/favicon.svg", alt: "" }), h("span", null, "Slack sandbox")),
    h(
      "span.signs",
      null,
      state.offline && h("span.sign.bad", { role: "status" }, "Connection lost. Trying again…"),
      state.faults.length
        ? h(
          "button.sign",
          { type: "button", data: { key: "sign-faults" }, on: { click: () => toggle("faults") } },
          icon("cloud"),
          "Faults injected",
        )
        : null,
      state.sockets !== null && h("span.sign.quiet", null, state.sockets ? "Socket Mode" : "No socket open"),
    ),
    h(
      ".toolbar",
      { role: "toolbar", "aria-label": "Sandbox tools" },
      tools().map(([name, picture, label, detail]) =>
        h(
          "button.tool",
          {
            type: "button",
            "aria-pressed": String(route.panel === name),
            "aria-label": label,
            title: detail,
            data: { key: `tool-${name}` },
            on: { click: () => toggle(name) },
          },
          icon(picture),
          h("span.label", null, label),
        )
      ),
      h("button.tool", {
        type: "button",
        "aria-label": "Light or dark",
        title: "Light or dark",
        data: { key: "tool-theme" },
        on: { click: toggleTheme },
      }, icon("sun")),
      h(
        "button.tool.all",
        {
          type: "button",
          "aria-haspopup": "menu",
          "aria-expanded": "false",
          data: { key: "tool-all" },
          on: { click: (event) => chooseTool(event.currentTarget) },
        },
        h("span", null, "Tools"),
        icon("down"),
      ),
    ),
  );
}

function tools() {
  return TOOLS.filter(([name]) => name !== "preview" || state.preview);
}

/**
 * Open the tools as a menu with their names: a narrow screen has no room for a row of buttons.
 * @param {HTMLElement} anchor
 */
function chooseTool(anchor) {
  const items = tools().map(([name, picture, label, detail]) => ({
    label,
    detail,
    before: icon(picture),
    run: () => toggle(name),
  }));
  menu(anchor, [...items, "-", { label: "Light or dark", before: icon("sun"), run: toggleTheme }], { label: "Tools" });
}

/** @param {string} panel */
function toggle(panel) {
  go({ panel: route.panel === panel ? null : panel });
}

export function startTheme() {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
}

function toggleTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", dark ? "light" : "dark");
}
