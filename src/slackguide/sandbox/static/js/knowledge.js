// For authors of the knowledge base: entries as cards, and the faults of files being edited.

import { blocks } from "./blocks.js";
import { h, icon, only, refill } from "./dom.js";
import { copy } from "./messages.js";
import { frame } from "./panel.js";
import { read, state } from "./store.js";
import { errorText, stillSurface } from "./block_actions.js";

/** @import { KnowledgeCard, KnowledgeEntry, KnowledgeFault, TriageRow } from "./types.d.ts" */

/** @type {KnowledgeEntry[] | null} */
let entries = null;
/** @type {KnowledgeFault[]} */
let faults = [];
/** @type {KnowledgeCard | null} */
let card = null;
let wanted = "";
/** @type {number | null} */
let readFor = null;

// A faulty edit shows here without anything else happening in the workspace.
const LOOK_EVERY = 2000;
/** @type {number | undefined} */
let looking;

/** @param {HTMLElement} node */
export function drawKnowledge(node) {
  clearTimeout(looking);
  looking = setTimeout(
    () => node.isConnected && node.dataset.sign?.startsWith("preview") && !document.hidden && load(state.number),
    LOOK_EVERY,
  );
  if (readFor !== state.number) load(state.number);
  const sign = `preview-${JSON.stringify([entries, faults, card, wanted])}`;
  if (node.dataset.sign === sign && node.firstChild) return;
  node.dataset.sign = sign;
  const about = card?.id ?? "";
  const scrolled = node.dataset.about === about ? (node.querySelector(".panel")?.scrollTop ?? 0) : 0;
  node.dataset.about = about;
  refill(node, frame("Knowledge", problems(), card ? one(card) : all()));
  only(node, ".panel").scrollTop = scrolled;
}

/** @param {number} number */
async function load(number) {
  readFor = number;
  try {
    [entries, faults] = await Promise.all([
      read("preview/entries").then((found) => found.entries),
      read("preview/faults").then((found) => found.faults),
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
    h("p", null, h("strong", null, "Not taken over yet: "), "the last good knowledge stays in use."),
    h(
      "ul.problems",
      null,
      faults.map((fault) =>
        h("li", null, icon("warn"), h("span", null, h("strong", null, fault.where), h("small", null, fault.message)))
      ),
    ),
  );
}

function all() {
  if (!entries) return h("p.quiet", null, "Reading…");
  const asked = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((entry) =>
    asked.every((word) => `${entry.id} ${entry.title}`.toLowerCase().includes(word))
  );
  return h(
    ".form",
    null,
    h("input.field", {
      type: "search",
      placeholder: `Find among ${entries.length} entries`,
      "aria-label": "Find an entry",
      value: wanted,
      data: { key: "preview-find" },
      on: {
        input: (event) => ((wanted = event.currentTarget.value), document.dispatchEvent(new CustomEvent("redraw"))),
      },
    }),
    h(
      "ul.entries",
      null,
      found.map((entry) =>
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

/** @param {KnowledgeCard} found */
function one(found) {
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
        on: { click: () => copy(JSON.stringify({ blocks: found.blocks }, null, 2), "Block Kit JSON copied") },
      }, "Copy Block Kit JSON"),
    ),
    found.error && h("p.trouble", null, found.error),
    h(".sheet", null, blocks(found.blocks, stillSurface())),
    found.triage?.length ? triage(found.triage) : null,
  );
}

/**
 * The triage table: rows of {answers, destination}.
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
