// The request log: each request to the app, its reply, its Web API calls, and violations of Slack's limits.

import { h, icon, only, refill } from "./dom.js";
import { json } from "./json.js";
import { copy } from "./messages.js";
import { frame } from "./panel.js";
import { nameOf, read, state } from "./store.js";
import { hour } from "./time.js";

/** @import { Call, Child, Exchange, Problem, RequestLog } from "./types.d.ts" */

/** @type {RequestLog} */
let requestLog = { exchanges: [], calls: [] };
let readAt = -1;
let reading = false;
/** @type {Set<string>} */
const open = new Set();

/** @param {HTMLElement} node */
export function drawRequestLog(node) {
  if (readAt !== state.number && !reading) {
    reading = true;
    const number = state.number;
    read("request_log")
      .then((log) => {
        requestLog = log;
        readAt = number;
      })
      .catch(() => {})
      .finally(() => {
        reading = false;
        document.dispatchEvent(new CustomEvent("redraw"));
      });
  }
  const signature = `${readAt}/${requestLog.exchanges.length}`;
  if (node.dataset.signature === `requests-${signature}` && node.firstChild) return;
  node.dataset.signature = `requests-${signature}`;
  const scrolled = node.querySelector(".panel")?.scrollTop ?? 0;
  refill(node, frame("Request log", body()));
  only(node, ".panel").scrollTop = scrolled;
}

function body() {
  const urls = new Map(
    requestLog.exchanges.filter((exchange) => exchange.sent.response_url).map((
      exchange,
    ) => [exchange.sent.response_url, exchange]),
  );
  for (const call of requestLog.calls) {
    const exchange = urls.get(call.url ?? undefined);
    if (exchange && !exchange.calls.includes(call.number)) exchange.calls.push(call.number);
  }
  const within = new Set(requestLog.exchanges.flatMap((exchange) => exchange.calls));
  const calls = new Map(requestLog.calls.map((call) => [call.number, call]));
  const rows = [
    ...requestLog.exchanges.map((exchange) => ({
      at: exchange.at,
      order: exchange.exchange,
      node: () => exchangeRow(exchange, exchange.calls.flatMap((number) => calls.get(number) ?? [])),
    })),
    ...requestLog.calls.filter((call) => !within.has(call.number)).map((call) => ({
      at: call.at,
      order: 0,
      node: () => h(".alone", null, h("p.background", null, "Background call"), callRow(call)),
    })),
  ].sort((a, b) => b.at - a.at || b.order - a.order);
  if (!rows.length) {
    return h("p.quiet", null, "No requests yet. Send a command or click a button.");
  }
  return h(".request_log", null, rows.slice(0, 120).map((row) => row.node()));
}

/** @type {Record<string, string>} */
const KINDS = {
  slash_commands: "Command",
  block_actions: "Action",
  view_submission: "Submission",
  view_closed: "Modal closed",
  shortcut: "Shortcut",
  message_action: "Message shortcut",
  block_suggestion: "Options",
  message: "Event message",
  app_mention: "Event app_mention",
  app_home_opened: "Event app_home_opened",
};

/**
 * @param {Exchange} exchange
 * @param {Call[]} calls
 */
function exchangeRow(exchange, calls) {
  const broken = [...exchange.problems, ...calls.flatMap((call) => call.problems)];
  const about = aboutOf(exchange);
  return details(
    `exchange-${exchange.exchange}`,
    exchange.notice || broken.length || (exchange.reply && !exchange.reply.status) ? "bad" : "",
    [
      h("span.kind", null, KINDS[exchange.kind] ?? exchange.kind, exchange.retry ? ` · retry ${exchange.retry}` : ""),
      h("span.about", null, about),
      h("span.meta", null, `${nameOf(exchange.person)} · ${hour(exchange.at)}`),
      status(exchange),
      calls.length ? h("span.meta", null, `${calls.length} Web API ${calls.length === 1 ? "call" : "calls"}`) : null,
      broken.length ? h("span.chip-bad", null, "breaks a limit") : null,
    ],
    () => [
      exchange.notice && h("p.shown", null, h("strong", null, "Shown to the user: "), exchange.notice),
      problems(exchange.problems),
      part("Payload", exchange.sent, true),
      Object.keys(exchange.headers).length ? part("Request headers", exchange.headers) : null,
      exchange.reply
        ? part("Reply", exchange.reply.body || "(empty)", true)
        : h("p.quiet", null, "No request was sent."),
      calls.length ? h("h3", null, "Web API calls") : null,
      calls.map(callRow),
    ],
  );
}

/** @param {Exchange} exchange */
function aboutOf(exchange) {
  const sent = exchange.sent;
  if (exchange.kind === "slash_commands") return `${sent.command} ${sent.text ?? ""}`;
  if (sent.actions) return sent.actions.map((action) => action.action_id).join(", ");
  if (sent.event) return sent.event.subtype ?? sent.event.text ?? sent.event.tab ?? "";
  return sent.view?.callback_id ?? sent.callback_id ?? sent.action_id ?? "";
}

/** @param {Exchange} exchange */
function status(exchange) {
  if (!exchange.reply) return h("span.chip-soft", null, "not sent");
  const { status: code, failure, milliseconds } = exchange.reply;
  const good = code !== null && code >= 200 && code < 300;
  return h(
    good ? "span.chip-good" : "span.chip-bad",
    null,
    `${code ?? failure} in ${Math.round(milliseconds * 10) / 10} ms`,
  );
}

/** @param {Call} call */
function callRow(call) {
  const error = call.answer.error;
  return details(
    `call-${call.number}`,
    call.ok ? "call" : "call bad",
    [
      h("span.kind", null, call.method),
      h("span.meta", null, hour(call.at)),
      h(
        call.ok ? "span.chip-good" : "span.chip-bad",
        null,
        call.ok ? "ok" : (error ?? (call.status === null ? "no response" : String(call.status))),
      ),
      h("span.meta", null, `${call.milliseconds} ms`),
      call.fault && h("span.chip-soft", null, call.fault.replace("_", " ")),
    ],
    () => [problems(call.problems), part("Arguments", call.arguments, true), part("Response", call.answer)],
  );
}

/** @param {Problem[]} violations */
function problems(violations) {
  if (!violations.length) return null;
  return h(
    "ul.problems",
    null,
    violations.map((problem) =>
      h(
        "li",
        null,
        icon("warn"),
        h("span", null, h("strong", null, problem.rule), h("small", null, `${problem.message} · ${problem.at || "/"}`)),
      )
    ),
  );
}

/**
 * @param {string} title
 * @param {unknown} value
 */
function part(title, value, start = false) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return details(
    null,
    "part",
    [h("span.kind", null, title)],
    () => [
      h("button.button.tiny", { type: "button", on: { click: () => copy(text, "JSON copied") } }, "Copy"),
      json(value),
    ],
    start && text.length < 1500,
  );
}

/**
 * Return a details element whose body is built when it is first opened.
 * @param {string | null} key
 * @param {string} kind
 * @param {Child[]} summary
 * @param {() => Child[]} make
 */
function details(key, kind, summary, make, start = false) {
  const holder = h(".inside");
  const node = h(
    "details.log-row",
    { class: kind, data: key ? { key } : {} },
    h("summary", { data: key ? { key: `${key}-summary` } : {} }, summary),
    holder,
  );
  const fill = () => {
    if (node.open && !holder.childNodes.length) refill(holder, ...make());
  };
  node.addEventListener("toggle", () => {
    if (key) node.open ? open.add(key) : open.delete(key);
    fill();
  });
  node.open = start || (key !== null && open.has(key));
  fill();
  return node;
}
