// The fault injection panel: faults in the Web API calls of the app, and Socket Mode disconnections.

import { h, icon, refill } from "./dom.js";
import { frame } from "./panel.js";
import { act, state } from "./store.js";
import { errorText } from "./block_actions.js";
import { toast } from "./toast.js";

/** @type {[kind: string, name: string, detail: string][]} */
const FAULT_KINDS = [
  ["slow", "Slow", "The response comes late."],
  ["rate_limited", "Rate-limited", "The response is 429 with Retry-After."],
  ["server_error", "Server error", "The response is 500."],
  ["connection_reset", "Connection reset", "The connection closes without a response."],
  ["no_response", "No response", "The connection stays open until the app times out."],
  ["lost_response", "Response lost", "Slack processes the call, and the response never arrives."],
  ["api_error", "API error", "The response is 200 with an error code, such as token_revoked."],
];
/** @type {[times: string, name: string][]} */
const DURATIONS = [
  ["1", "the next call"],
  ["3", "the next 3 calls"],
  ["10", "the next 10 calls"],
  ["", "until cleared"],
];
const METHODS = [
  "chat.postMessage",
  "chat.update",
  "chat.postEphemeral",
  "views.open",
  "views.update",
  "views.publish",
  "conversations.open",
  "conversations.history",
  "conversations.list",
  "users.info",
  "users.list",
  "usergroups.list",
  "apps.connections.open",
  "auth.test",
];
const form = { kind: "lost_response", method: "chat.postMessage", times: "1", seconds: "5", code: "token_revoked" };

/** @param {HTMLElement} node */
export function drawFaults(node) {
  const signature = `faults-${JSON.stringify([state.faults, form, state.sockets])}`;
  if (node.dataset.signature === signature && node.firstChild) return;
  node.dataset.signature = signature;
  refill(node, frame("Fault injection", activeFaults(), faultForm(), sockets()));
}

function redraw() {
  document.dispatchEvent(new CustomEvent("redraw"));
}

function activeFaults() {
  if (!state.faults.length) {
    return h("p.no-faults", null, icon("sun"), "No faults: every call of the app gets a response at once.");
  }
  return h(
    ".active-faults",
    null,
    h(
      "ul",
      null,
      state.faults.map((fault) => {
        const name = FAULT_KINDS.find(([kind]) => kind === fault.kind)?.[1] ?? fault.kind;
        const left = fault.times === null
          ? "until cleared"
          : `${fault.times} more ${fault.times === 1 ? "call" : "calls"}`;
        return h(
          "li",
          null,
          icon("cloud"),
          h("strong", null, name),
          ` ${fault.method === "*" ? "every method" : fault.method}, ${left}`,
        );
      }),
    ),
    h("button.button", {
      type: "button",
      data: { key: "faults-clear" },
      on: { click: () => attempt({ clear: true }) },
    }, "Clear faults"),
  );
}

function faultForm() {
  const hasSeconds = form.kind === "slow" || form.kind === "rate_limited";
  return h(
    ".form",
    null,
    h(
      "fieldset",
      null,
      h("legend", null, "Kind of fault"),
      FAULT_KINDS.map(([kind, name, detail]) =>
        h(
          "label.card",
          null,
          h("input", {
            type: "radio",
            name: "kind",
            checked: form.kind === kind,
            data: { key: `kind-${kind}` },
            on: { change: () => ((form.kind = kind), redraw()) },
          }),
          h("span", null, h("strong", null, name), h("small", null, detail)),
        )
      ),
    ),
    choice("For", "method", [["*", "every method"], ...METHODS.map((method) => [method, method])]),
    choice("How long", "times", DURATIONS),
    hasSeconds && entry("Seconds", "seconds"),
    form.kind === "api_error" && entry("Error code", "code"),
    h("button.button.primary", {
      type: "button",
      data: { key: "faults-go" },
      on: { click: () => attempt({ ...form, times: Number(form.times) || null, seconds: Number(form.seconds) || 1 }) },
    }, "Inject a fault"),
  );
}

/**
 * @param {string} label
 * @param {keyof typeof form} key
 * @param {string[][]} options each a value and its name
 */
function choice(label, key, options) {
  return h(
    "label.row",
    null,
    h("span", null, label),
    h("select.field", {
      data: { key: `faults-${key}` },
      on: { change: (event) => ((form[key] = event.currentTarget.value), redraw()) },
    }, options.map(([value, name]) => h("option", { value, selected: form[key] === value }, name))),
  );
}

/**
 * @param {string} label
 * @param {keyof typeof form} key
 */
function entry(label, key) {
  return h(
    "label.row",
    null,
    h("span", null, label),
    h("input.field", {
      type: "text",
      value: form[key],
      data: { key: `faults-${key}` },
      on: { input: (event) => (form[key] = event.currentTarget.value) },
    }),
  );
}

function sockets() {
  if (state.sockets === null) return null;
  const button = (/** @type {string} */ what, /** @type {string} */ name) =>
    h("button.button", {
      type: "button",
      data: { key: `socket-${what}` },
      on: { click: () => attempt({ what }, "sockets") },
    }, name);
  return h(
    ".form",
    null,
    h("h3", null, `Socket Mode: ${state.sockets} open`),
    h(".row", null, button("warn", "Warn"), button("refresh", "Ask to refresh"), button("drop", "Drop the connection")),
  );
}

/** @param {Record<string, unknown>} body */
async function attempt(body, what = "faults") {
  try {
    await act(what, body);
  } catch (error) {
    toast(errorText(error));
  }
}
