// Format times as Slack does.

import { now } from "./store.js";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const long = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** @param {string | number} ts */
export function hour(ts) {
  return clock.format(Number(ts) * 1000);
}

/** @param {string | number} ts */
export function exact(ts) {
  return full.format(Number(ts) * 1000);
}

/**
 * @param {string | number} a
 * @param {string | number} b
 */
export function sameDay(a, b) {
  return new Date(Number(a) * 1000).toDateString() === new Date(Number(b) * 1000).toDateString();
}

/** @param {string | number} ts */
export function day(ts) {
  if (sameDay(ts, now())) return "Today";
  if (sameDay(ts, now() - 86400)) return "Yesterday";
  return long.format(Number(ts) * 1000);
}

/** @param {string | number} ts */
export function ago(ts) {
  const seconds = Math.max(0, now() - Number(ts));
  if (seconds < 60) return "just now";
  if (seconds < 3600) return plural(Math.floor(seconds / 60), "minute") + " ago";
  if (seconds < 86400) return plural(Math.floor(seconds / 3600), "hour") + " ago";
  return plural(Math.floor(seconds / 86400), "day") + " ago";
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Format a date with Slack's tokens, as in <!date^1700000000^{date_short} at {time}|fallback>.
 * @param {string | number} ts
 * @param {string} format
 */
export function dateTokens(ts, format) {
  const date = new Date(Number(ts) * 1000);
  /** @type {Record<string, () => string>} */
  const tokens = {
    date_num: () => date.toISOString().slice(0, 10),
    date: () => long.format(date),
    date_short: () => short.format(date),
    date_long: () => long.format(date),
    date_pretty: () => day(ts),
    date_short_pretty: () => (day(ts) === long.format(date) ? short.format(date) : day(ts)),
    date_long_pretty: () => day(ts),
    time: () => clock.format(date),
    time_secs: () => date.toTimeString().slice(0, 8),
    ago: () => ago(ts),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(tokens, name) ? tokens[name]() : whole));
}
