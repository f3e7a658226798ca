// What the page knows: one person's view of the workspace, kept up to date by the live stream.

import { follow } from "./event_stream.js";

/**
 * @import {
 *   BotApp, Change, Channel, Fault, Message, Outcome, Person, Snapshot, Team, UserGroup, View
 * } from "./types.d.ts"
 */

export const state = {
  ready: false,
  me: "",
  run: "",
  number: 0,
  /** @type {Map<string, Person>} */
  people: new Map(),
  /** @type {Map<string, UserGroup>} */
  groups: new Map(),
  /** @type {Map<string, Channel>} */
  channels: new Map(),
  /** @type {Map<string, Map<string, Message>>} */
  messages: new Map(), // channel id → Map of ts → message
  /** @type {BotApp} */
  app: { name: "", display_name: "", user_id: "", commands: [], shortcuts: [], home: false },
  /** @type {Team} */
  team: { name: "", partner: "" },
  /** @type {View[]} */
  stack: [],
  /** @type {View | null} */
  home: null,
  /** @type {Fault[]} */
  faults: [],
  now: 0,
  nowAt: 0,
  movable: false,
  /** @type {number | null} */
  sockets: null,
  preview: false,
  offline: false,
};

/** @type {Set<(what: Change) => void>} */
const listeners = new Set();

/**
 * Call a listener after every change.
 * @param {(what: Change) => void} listener
 */
export function subscribe(listener) {
  listeners.add(listener);
}

/** @param {Change} what */
export function changed(what) {
  for (const listener of listeners) listener(what);
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>} whatever the path answers with
 */
async function ask(path, options) {
  const response = await fetch(path, options);
  const found = await response.json();
  if (!response.ok) throw new Refusal(found.error ?? `status ${response.status}`);
  return found;
}

/** The sandbox said no, in words for a person. */
export class Refusal extends Error {}

/** @param {string} what */
export function read(what) {
  return ask(`/sandbox/${what}`);
}

/**
 * Does something as the chosen person; resolves when the bot has answered and the page shows it.
 * @param {string} what
 * @param {Record<string, unknown>} body
 * @returns {Promise<Outcome>} for what reaches the bot; other actions answer with less
 */
export async function act(what, body = {}) {
  const found = await ask(`/sandbox/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: state.me, ...body }),
  });
  await refresh();
  return found;
}

/** @type {Promise<void> | null} */
let loading = null;

/**
 * Reads what changed; calls that come while one is under way share the next.
 * @returns {Promise<void>}
 */
export function refresh() {
  if (loading) return loading.then(() => refresh());
  loading = load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(me = state.me) {
  const whole = me !== state.me || !state.ready;
  const after = whole ? "" : `&after=${state.number}`;
  let found = await read(`state?as=${encodeURIComponent(me)}${after}`);
  if (!found.whole && found.run !== state.run) found = await read(`state?as=${encodeURIComponent(me)}`);
  take(found);
}

/** @param {string} person */
export async function become(person) {
  await load(person);
  changed("person");
}

/** @param {Snapshot} found */
function take(found) {
  if (!found.whole && found.number < state.number) return;
  state.me = found.me;
  state.run = found.run;
  state.number = found.number;
  state.people = new Map(found.people.map((person) => [person.id, person]));
  state.groups = new Map(found.groups.map((group) => [group.id, group]));
  state.channels = new Map(found.channels.map((channel) => [channel.id, channel]));
  state.app = found.app;
  state.team = found.team;
  state.stack = found.stack;
  state.home = found.home;
  state.faults = found.faults;
  state.now = found.now;
  state.nowAt = performance.now();
  state.movable = found.movable;
  state.sockets = found.sockets;
  state.preview = found.preview;
  if (found.whole) state.messages = new Map();
  for (const channel of found.channels) {
    if (!state.messages.has(channel.id)) state.messages.set(channel.id, new Map());
  }
  for (const message of found.messages) state.messages.get(message.channel)?.set(message.ts, message);
  for (const ts of found.gone) for (const messages of state.messages.values()) messages.delete(ts);
  state.ready = true;
  changed("state");
}

/** The workspace's time in epoch seconds; it runs on between two answers. */
export function now() {
  return state.now + (performance.now() - state.nowAt) / 1000;
}

export function startFollowing() {
  /** @type {number | null} */
  let owed = null;
  follow({
    changed(number) {
      if (number <= state.number && state.run) return;
      owed ??= setTimeout(() => {
        owed = null;
        refresh().catch(() => {});
      }, 10);
    },
    reset() {
      refresh().catch(() => {});
    },
    offline(isOffline) {
      if (state.offline === isOffline) return;
      state.offline = isOffline;
      changed("offline");
      if (!isOffline) refresh().catch(() => {});
    },
  });
}

// Reading the state

export function me() {
  return state.people.get(state.me);
}

/** @param {string} id */
export function person(id) {
  return state.people.get(id);
}

/** @param {string} id */
export function nameOf(id) {
  if (id === state.app.user_id) return state.app.display_name;
  if (id === "USLACKBOT") return "Slackbot";
  return state.people.get(id)?.real_name ?? id;
}

/**
 * Oldest first: a channel's own messages, or one thread with its parent.
 * @param {string} channel
 * @param {string | null} [thread]
 */
export function messagesOf(channel, thread) {
  const all = [...(state.messages.get(channel)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  if (thread) return all.filter((message) => message.ts === thread || message.thread_ts === thread);
  return all.filter((message) => !message.thread_ts || message.thread_ts === message.ts || message.broadcast);
}

/** @param {Message} message */
export function repliesTo(message) {
  const all = [...(state.messages.get(message.channel)?.values() ?? [])];
  return all.filter((other) => other.thread_ts === message.ts && other.ts !== message.ts).sort((
    a,
    b,
  ) => (a.ts < b.ts ? -1 : 1));
}

/** @param {Channel} channel */
export function unread(channel) {
  return [...(state.messages.get(channel.id)?.values() ?? [])].filter(
    (message) => message.ts > channel.read && message.user !== state.me && !message.ephemeral,
  ).length;
}

/** The direct message with the bot. */
export function direct() {
  const found = [...state.channels.values()].find((channel) => channel.direct);
  if (!found) throw new Error("The sandbox gives everyone a direct message with the bot, and this person has none.");
  return found;
}
