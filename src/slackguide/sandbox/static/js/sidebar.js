// The sidebar: channels, the app, shortcuts, and the current person.

import { avatar, roleOf } from "./avatar.js";
import { h, icon, refill } from "./dom.js";
import { menu } from "./popup.js";
import { go, route } from "./route.js";
import { act, become, direct, me, state, unread } from "./store.js";
import { errorText } from "./block_actions.js";
import { toast } from "./toast.js";

/** @import { Person, Shortcut } from "./types.d.ts" */

let drawn = "";

/** @param {HTMLElement} node */
export function drawSidebar(node) {
  const channels = [...state.channels.values()].filter((channel) => !channel.direct);
  const dm = direct();
  const self = me();
  const signature = JSON.stringify([
    channels.map((channel) => [channel.id, channel.name, channel.archived, channel.private, unread(channel)]),
    unread(dm),
    route.place,
    state.me,
    state.app,
    [...state.people],
  ]);
  if (signature === drawn) return;
  drawn = signature;
  const shortcuts = state.app.shortcuts.filter((shortcut) => shortcut.kind === "global");
  refill(
    node,
    h(".workspace", null, h("strong", null, state.team.name), h("span.tag", null, "sandbox")),
    h(
      ".scroll",
      null,
      h("h2", null, "Channels"),
      h(
        "ul",
        null,
        channels.map((channel) =>
          line(
            channel.id,
            icon(channel.private ? "lock" : "hash"),
            channel.name,
            unread(channel),
            channel.archived ? "archived" : channel.shared ? "shared" : null,
          )
        ),
      ),
      h("h2", null, "Apps"),
      h(
        "ul",
        null,
        line(
          dm.id,
          avatar(state.app.user_id, "tiny"),
          state.app.display_name,
          unread(dm),
          null,
          route.place === "home",
        ),
      ),
      shortcuts.length ? h("h2", null, "Shortcuts") : null,
      shortcuts.length
        ? h(
          "ul",
          null,
          shortcuts.map((shortcut) =>
            h(
              "li",
              null,
              h(
                "button.line",
                {
                  type: "button",
                  data: { key: `shortcut-${shortcut.callback_id}` },
                  on: { click: () => use(shortcut) },
                },
                icon("bolt"),
                h("span.name", null, shortcut.name),
              ),
            )
          ),
        )
        : null,
    ),
    self && personButton(self),
  );
}

/**
 * @param {string} place
 * @param {Node} mark
 * @param {string} name
 * @param {number} count
 * @param {string | null} note
 */
function line(place, mark, name, count, note, current = false) {
  const here = route.place === place || current;
  return h(
    "li",
    null,
    h(
      "button.line",
      {
        type: "button",
        class: [here ? "here" : "", count ? "unread" : ""].join(" "),
        "aria-current": here ? "page" : undefined,
        data: { key: `place-${place}` },
        on: { click: () => go({ place }) },
      },
      mark,
      h("span.name", null, name),
      note && h("span.note", null, note),
      count ? h("span.count", null, String(count), h("span.unseen", null, " unread")) : null,
    ),
  );
}

/** @param {Shortcut} shortcut */
async function use(shortcut) {
  try {
    const answer = await act("shortcut", { callback_id: shortcut.callback_id });
    if (answer.notice) toast(answer.notice);
  } catch (error) {
    toast(errorText(error));
  }
}

/** @param {Person} self */
function personButton(self) {
  return h(
    "button.me",
    {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `You are ${self.real_name}, ${roleOf(self)}. Change person`,
      data: { key: "me" },
      on: { click: (event) => choosePerson(event.currentTarget) },
    },
    avatar(self.id, "small"),
    h(
      "span.words",
      null,
      h("span", null, self.real_name),
      h("small", null, `${roleOf(self)}${self.title && self.title !== roleOf(self) ? ` · ${self.title}` : ""}`),
    ),
    icon("down"),
  );
}

/** @param {HTMLElement} anchor */
export function choosePerson(anchor) {
  menu(
    anchor,
    [
      { heading: "Switch to" },
      ...[...state.people.values()]
        .filter((person) => !person.deleted)
        .map((person) => ({
          label: person.real_name,
          detail: `${roleOf(person)} · ${person.title}`,
          checked: person.id === state.me,
          before: avatar(person.id, "small"),
          run: () => become(person.id),
        })),
      "-",
      {
        label: "Open another tab",
        detail: "Each tab can be another person",
        run: () => open(`/?as=${encodeURIComponent(me()?.name ?? "")}`, "_blank"),
      },
    ],
    { label: "People" },
  );
}
