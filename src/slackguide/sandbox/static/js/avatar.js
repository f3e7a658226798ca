// Avatars: a person's initials on a stable color, or the icon of the app.

import { h } from "./dom.js";
import { nameOf, state } from "./store.js";

/** @import { Person } from "./types.d.ts" */

/** @param {string} id */
export function avatar(id, size = "") {
  if (id === state.app.user_id) return h("img.avatar", { class: size, src: "/static/favicon.svg", alt: "" });
  if (id === "USLACKBOT") return h("span.avatar.slackbot", { class: size, "aria-hidden": "true" }, "S");
  const name = nameOf(id);
  const initials = name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("");
  const colour = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 8, 7);
  return h("span.avatar", { class: `${size} tint-${colour}`, "aria-hidden": "true" }, initials);
}

/** @type {Record<string, string>} */
const ROLES = {
  agent: "Agent",
  team_lead: "Team lead",
  specialist: "Specialist",
  guest: "Guest",
  single_channel_guest: "Single-channel guest",
  outsider: "Other company",
};

/** @param {Person} person */
export function roleOf(person) {
  return ROLES[person.role] ?? person.role;
}
