// The current route, stored in the URL, so that links, reloads and the back button work.

import { changed, direct, state } from "./store.js";

/** @import { Route } from "./types.d.ts" */

/** @type {Route} */
export const route = { place: null, thread: null, panel: null, message: null, list: false };

export function readAddress() {
  const archived = location.pathname.match(/^\/archives\/(\w+)\/p(\d+)(\d{6})$/);
  if (archived) {
    const query = new URLSearchParams(location.search);
    route.place = archived[1];
    route.message = `${archived[2]}.${archived[3]}`;
    route.thread = query.get("thread_ts");
    return;
  }
  const [place, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  route.place = place || null;
  route.thread = null;
  route.panel = null;
  for (const part of rest) {
    if (/^\d+\.\d+$/.test(part)) route.thread = part;
    else if (part) route.panel = part;
  }
}

export function who() {
  return new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as") ?? "";
}

/**
 * Go to a route. Absent keys stay the same, except that another conversation closes the thread.
 * @param {Partial<Route>} to
 * @param {{ replace?: boolean }} [options]
 */
export function go(to, { replace = false } = {}) {
  if (to.place && to.place !== route.place && to.thread === undefined) to.thread = null;
  if (to.thread) to.panel = null;
  if (to.panel) to.thread = null;
  Object.assign(route, { list: false }, to);
  write(replace);
  changed("route");
}

/** @param {boolean} replace */
export function write(replace) {
  const parts = [route.place, route.thread, route.panel].filter(Boolean);
  const self = state.people.get(state.me);
  const address = `/?as=${encodeURIComponent(self?.name ?? "")}#/${parts.join("/")}`;
  if (self) sessionStorage.setItem("as", self.name);
  history[replace ? "replaceState" : "pushState"](null, "", address);
}

/** Replace the route to a conversation that the person cannot see. */
export function settle() {
  const known = route.place === "home" ? state.app.home : route.place !== null && state.channels.has(route.place);
  if (known) return;
  const general = [...state.channels.values()].find((channel) => channel.name === "general");
  route.place = (general ?? direct()).id;
  route.thread = null;
}
