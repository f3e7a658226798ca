// The message composer: completion of commands, people and channels, and the usage hint of a command.

import { h, icon, refill, unique } from "./dom.js";
import { act, changed, state } from "./store.js";
import { errorText } from "./block_actions.js";
import { toast } from "./toast.js";

/** @import { Channel } from "./types.d.ts" */

// Slack's built-in commands.
const BUILT_IN = [
  { name: "/invite", usage: "@app", description: "Add the app to this channel" },
  { name: "/remove", usage: "@app", description: "Remove the app from this channel" },
];

/**
 * A completion: `put` replaces the text from `from` to the caret.
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} aside
 * @property {string} detail
 * @property {string} put
 * @property {number} from
 * @property {boolean} [own] a built-in command of Slack
 */

/** @type {Map<string, string>} */
const drafts = new Map();

/**
 * Return a composer for a channel, or for a thread in it.
 * @param {Channel} channel
 * @param {string | null} [thread]
 */
export function composer(channel, thread) {
  const id = unique("composer");
  const key = `${state.me}/${channel.id}/${thread ?? ""}`;
  const name = thread ? "Reply…" : channel.direct ? `Message ${state.app.display_name}` : `Message #${channel.name}`;
  const field = h("textarea", {
    id,
    rows: 1,
    placeholder: name,
    "aria-label": name,
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": `${id}-list`,
    autocomplete: "off",
    spellcheck: false,
    data: { key: `composer-${thread ?? "main"}` },
  });
  const list = h("ul.suggestions", { id: `${id}-list`, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const hint = h(".usage", { "aria-live": "polite" });
  const send = h("button.send", {
    type: "button",
    "aria-label": "Send",
    title: "Send (Enter)",
    on: { click: () => submit() },
  }, icon("send"));
  const box = h(".composer", null, list, hint, h(".bar", null, field, send));
  field.value = drafts.get(key) ?? "";

  /** @type {Suggestion[]} */
  let completions = [];
  let active = 0;
  let underWay = 0;

  /** @returns {Suggestion[]} */
  function suggestions() {
    const before = field.value.slice(0, field.selectionStart);
    const command = before.match(/^\/(\S*)$/);
    if (command) {
      return [...state.app.commands, ...BUILT_IN]
        .filter((command) => command.name.startsWith(before))
        .map((command) => ({
          label: command.name,
          aside: command.usage,
          detail: command.description,
          own: BUILT_IN.includes(command),
          put: `${command.name} `,
          from: 0,
        }));
    }
    const mention = before.match(/(^|\s)@([\w.-]*)$/);
    if (mention) {
      const people = [
        { name: state.app.name, label: state.app.display_name, detail: "App" },
        ...[...state.people.values()].filter((person) => !person.deleted).map((person) => ({
          name: person.name,
          label: person.real_name,
          detail: person.title,
        })),
        ...[...state.groups.values()].map((group) => ({
          name: group.handle,
          label: `@${group.handle}`,
          detail: "User group",
        })),
      ];
      const prefix = mention[2].toLowerCase();
      return people
        .filter((person) =>
          person.name.toLowerCase().startsWith(prefix) || person.label.toLowerCase().startsWith(prefix)
        )
        .slice(0, 8)
        .map((person) => ({
          label: person.label,
          aside: person.name,
          detail: person.detail,
          put: `@${person.name} `,
          from: before.length - mention[2].length - 1,
        }));
    }
    return [];
  }

  function usage() {
    const command = state.app.commands.find((candidate) =>
      field.value.startsWith(`${candidate.name} `) || field.value === candidate.name
    );
    if (!command || completions.length) return [];
    return [h("code", null, `${command.name} ${command.usage}`.trim()), h("span", null, command.description)];
  }

  function draw() {
    completions = suggestions();
    active = Math.min(active, Math.max(0, completions.length - 1));
    list.hidden = !completions.length;
    refill(
      list,
      completions.map((suggestion, index) =>
        h(
          "li",
          {
            id: `${id}-${index}`,
            role: "option",
            "aria-selected": String(index === active),
            class: index === active ? "active" : "",
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => take(suggestion),
            },
          },
          h("strong", null, suggestion.label),
          h("span.aside", null, suggestion.aside),
          h("small", null, suggestion.detail),
          suggestion.label.startsWith("/") &&
            h("span.badge.soft", null, suggestion.own ? "Slack" : state.app.display_name),
        )
      ),
    );
    if (completions.length) field.setAttribute("aria-activedescendant", `${id}-${active}`);
    else field.removeAttribute("aria-activedescendant");
    refill(hint, usage());
    hint.hidden = !hint.childNodes.length;
    send.disabled = !field.value.trim();
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 220)}px`;
  }

  /** @param {Suggestion} suggestion */
  function take(suggestion) {
    const rest = field.value.slice(field.selectionStart);
    field.value = field.value.slice(0, suggestion.from) + suggestion.put + rest;
    const caret = suggestion.from + suggestion.put.length;
    field.setSelectionRange(caret, caret);
    drafts.set(key, field.value);
    field.focus();
    draw();
  }

  async function submit() {
    const text = field.value;
    if (!text.trim()) return;
    underWay += 1;
    box.classList.add("sending");
    box.setAttribute("aria-busy", "true");
    field.value = "";
    drafts.delete(key);
    draw();
    try {
      await deliver(text.trim());
    } catch (error) {
      if (!field.value) field.value = text;
      toast(errorText(error));
    } finally {
      underWay -= 1;
      if (!underWay) {
        box.classList.remove("sending");
        box.removeAttribute("aria-busy");
      }
      draw();
    }
  }

  /** @param {string} text */
  async function deliver(text) {
    const typed = text.match(/^(\/\S+)\s*([\s\S]*)$/);
    if (!typed) {
      changed(thread ? "replied" : "sent");
      await act("say", { channel: channel.id, text, thread_ts: thread });
      return;
    }
    const [, command, rest] = typed;
    if (thread) {
      toast(`${command} is not supported in threads. Sorry!`);
      field.value = text;
    } else if (command === "/invite" || command === "/remove") {
      await changeMembership(command, rest);
    } else {
      changed("sent");
      await act("command", { channel: channel.id, command, text: rest });
    }
  }

  /**
   * @param {string} command
   * @param {string} rest
   */
  async function changeMembership(command, rest) {
    if (channel.direct) return toast(`${command} is for channels.`);
    if (rest.replace("@", "").trim() !== state.app.name) {
      return toast(`The sandbox supports only ${command} @${state.app.name}.`);
    }
    await act(command === "/invite" ? "invite" : "remove", { channel: channel.id });
    return toast(`${state.app.display_name} is ${command === "/invite" ? "now in" : "no longer in"} #${channel.name}.`);
  }

  field.addEventListener("input", () => {
    drafts.set(key, field.value);
    active = 0;
    draw();
  });
  field.addEventListener("click", draw);
  field.addEventListener("blur", () => {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  });
  field.addEventListener("focus", draw);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (completions.length && !list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        active = (active + (event.key === "ArrowDown" ? 1 : -1) + completions.length) % completions.length;
        return draw();
      }
      if (
        event.key === "Tab" ||
        (event.key === "Enter" && !field.value.slice(0, field.selectionStart).endsWith(completions[active].put.trim()))
      ) {
        event.preventDefault();
        return take(completions[active]);
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        list.hidden = true;
        completions = [];
        return undefined;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      return submit();
    }
    return undefined;
  });
  requestAnimationFrame(draw);
  if (channel.archived) {
    return h(
      ".composer.closed",
      null,
      icon("lock"),
      "This channel is archived. Nobody can post to it.",
    );
  }
  return box;
}
