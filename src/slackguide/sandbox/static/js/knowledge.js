// The knowledge panel: previews of entries as cards, and errors in the edited files.

import { blocks } from "./blocks.js";
import { h, icon, only, refill } from "./dom.js";
import { copy } from "./messages.js";
import { frame } from "./panel.js";
import { read, state } from "./store.js";
import { errorText, stillSurface } from "./block_actions.js";

/** @import { KnowledgeCard, KnowledgeEntry, KnowledgeError, TriageRow } from "./types.d.ts" */

/** @type {KnowledgeEntry[] | null} */
let entries = null;
/** @type {KnowledgeError[]} */
let faults = [];
/** @type {KnowledgeCard | null} */
let card = null;
let query = "";
/** @type {number | null} */
let readFor = null;

// An error in an edited file causes no change of the workspace, so the panel polls.
const POLL_INTERVAL = 2000;
/** @type {number | undefined} */
let pollTimer;

/** @param {HTMLElement} node */
export function drawKnowledge(node) {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(
    () => node.isConnected && node.dataset.signature?.startsWith("preview") && !document.hidden && load(state.number),
    POLL_INTERVAL,
  );
  if (readFor !== state.number) load(state.number);
  const signature = `preview-${JSON.stringify([entries, faults, card, query])}`;
  if (node.dataset.signature === signature && node.firstChild) return;
  node.dataset.signature = signature;
  const about = card?.id ?? "";
  const scrolled = node.dataset.about === about ? (node.querySelector(".panel")?.scrollTop ?? 0) : 0;
  node.dataset.about = about;
  refill(node, frame("Knowledge", problems(), card ? entryPreview(card) : entryList()));
  only(node, ".panel").scrollTop = scrolled;
}

/** @param {number} number */
async function load(number) {
  readFor = number;
  try {
    [entries, faults] = await Promise.all([
      read("preview/entries").then((body) => body.entries),
      read("preview/faults").then((body) => body.faults),
    ]);
    if (card) card = { id: card.id, ...(await read(`preview/card?id=${encodeURIComponent(card.id)}`)) };
  } catch {
    entries ??= [];
  }
  document.dispatchEvent(new CustomEvent("redraw"));
}

function problems() {
  if (!faults.length) return null;
  return h(
    ".faults",
    { role: "alert" },
    h("p", null, h("strong", null, "Not loaded: "), "the last valid knowledge stays in use."),
    h(
      "ul.problems",
      null,
      faults.map((error) =>
        h("li", null, icon("warn"), h("span", null, h("strong", null, error.where), h("small", null, error.message)))
      ),
    ),
  );
}

function entryList() {
  if (!entries) return h("p.quiet", null, "Loading…");
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = entries.filter((entry) =>
    terms.every((term) => `${entry.id} ${entry.title}`.toLowerCase().includes(term))
  );
  return h(
    ".form",
    null,
    h("input.field", {
      type: "search",
      placeholder: `Find among ${entries.length} entries`,
      "aria-label": "Find an entry",
      value: query,
      data: { key: "preview-find" },
      on: {
        input: (event) => ((query = event.currentTarget.value), document.dispatchEvent(new CustomEvent("redraw"))),
      },
    }),
    h(
      "ul.entries",
      null,
      matches.map((entry) =>
        h(
          "li",
          null,
          h(
            "button.line",
            {
              type: "button",
              data: { key: `entry-${entry.id}` },
              on: { click: () => show(entry.id) },
            },
            h("strong", null, entry.title),
            h("small", null, entry.id),
          ),
        )
      ),
    ),
  );
}

/** @param {string} id */
async function show(id) {
  try {
    card = { id, ...(await read(`preview/card?id=${encodeURIComponent(id)}`)) };
  } catch (error) {
    card = { id, blocks: [], error: errorText(error) };
  }
  document.dispatchEvent(new CustomEvent("redraw"));
}

/** @param {KnowledgeCard} entry */
function entryPreview(entry) {
  return h(
    ".form",
    null,
    h(
      ".row",
      null,
      h("button.button", {
        type: "button",
        data: { key: "preview-back" },
        on: { click: () => ((card = null), document.dispatchEvent(new CustomEvent("redraw"))) },
      }, "All entries"),
      h("button.button", {
        type: "button",
        data: { key: "preview-copy" },
        on: { click: () => copy(JSON.stringify({ blocks: entry.blocks }, null, 2), "Block Kit JSON copied") },
      }, "Copy Block Kit JSON"),
    ),
    entry.error && h("p.trouble", null, entry.error),
    h(".sheet", null, blocks(entry.blocks, stillSurface())),
    entry.triage?.length ? triage(entry.triage) : null,
  );
}

/**
 * Return the decision table, with rows of {answers, destination}.
 * @param {TriageRow[]} rows
 */
function triage(rows) {
  return h(
    "table.triage",
    null,
    h("caption", null, "Triage"),
    h("thead", null, h("tr", null, h("th", null, "When"), h("th", null, "Then"))),
    h(
      "tbody",
      null,
      rows.map((row) =>
        h(
          "tr",
          null,
          h(
            "td",
            null,
            row.answers.length ? h("ul", null, row.answers.map((answer) => h("li", null, answer))) : "always",
          ),
          h("td", null, row.destination),
        )
      ),
    ),
  );
}
