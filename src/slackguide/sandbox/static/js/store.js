// The page's state: the workspace as one person sees it, updated by the event stream.

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
 * Add a listener, called after every change.
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
 * @returns {Promise<any>} the body of the response
 */
async function ask(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Refusal(body.error ?? `status ${response.status}`);
  return body;
}

/** An error response of the sandbox, with a message for the user. */
export class Refusal extends Error {}

/** @param {string} what */
export function read(what) {
  return ask(`/sandbox/${what}`);
}

/**
 * Run an action as the current person. Resolves once the app has replied and the state is up to date.
 * @param {string} what
 * @param {Record<string, unknown>} body
 * @returns {Promise<Outcome>} the outcome of an exchange with the app; other actions return less
 */
export async function act(what, body = {}) {
  const outcome = await ask(`/sandbox/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: state.me, ...body }),
  });
  await refresh();
  return outcome;
}

/** @type {Promise<void> | null} */
let loading = null;

/**
 * Load the changes. Calls during a pending load share the next one.
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
  let snapshot = await read(`state?as=${encodeURIComponent(me)}${after}`);
  if (!snapshot.whole && snapshot.run !== state.run) snapshot = await read(`state?as=${encodeURIComponent(me)}`);
  applySnapshot(snapshot);
}

/** @param {string} person */
export async function become(person) {
  await load(person);
  changed("person");
}

/** @param {Snapshot} snapshot */
function applySnapshot(snapshot) {
  if (!snapshot.whole && snapshot.number < state.number) return;
  state.me = snapshot.me;
  state.run = snapshot.run;
  state.number = snapshot.number;
  state.people = new Map(snapshot.people.map((person) => [person.id, person]));
  state.groups = new Map(snapshot.groups.map((group) => [group.id, group]));
  state.channels = new Map(snapshot.channels.map((channel) => [channel.id, channel]));
  state.app = snapshot.app;
  state.team = snapshot.team;
  state.stack = snapshot.stack;
  state.home = snapshot.home;
  state.faults = snapshot.faults;
  state.now = snapshot.now;
  state.nowAt = performance.now();
  state.movable = snapshot.movable;
  state.sockets = snapshot.sockets;
  state.preview = snapshot.preview;
  if (snapshot.whole) state.messages = new Map();
  for (const channel of snapshot.channels) {
    if (!state.messages.has(channel.id)) state.messages.set(channel.id, new Map());
  }
  for (const message of snapshot.messages) state.messages.get(message.channel)?.set(message.ts, message);
  for (const ts of snapshot.gone) for (const messages of state.messages.values()) messages.delete(ts);
  state.ready = true;
  changed("state");
}

/** Return the workspace's time in epoch seconds. It advances between two snapshots. */
export function now() {
  return state.now + (performance.now() - state.nowAt) / 1000;
}

export function startFollowing() {
  /** @type {number | null} */
  let timer = null;
  follow({
    changed(number) {
      if (number <= state.number && state.run) return;
      timer ??= setTimeout(() => {
        timer = null;
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
  refresh().catch(() => {}); // what changed before another tab's messages are received
}

// Queries

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
 * Return the messages of a channel, or of one thread with its parent, oldest first.
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

/** Return the direct message with the app. */
export function direct() {
  const channel = [...state.channels.values()].find(({ direct }) => direct);
  if (!channel) throw new Error("This person has no direct message with the app.");
  return channel;
}
