// The event stream. One tab holds the connection and broadcasts its events to the other tabs, because a browser opens
// at most six connections to a host.

/**
 * A message from one tab to the others.
 * @typedef {{ kind: "offline" } | { kind: "online" } | { kind: "reset" } | { kind: "change", number: number }} StreamMessage
 */

const LOCK = "slack-sandbox-live";
const RECONNECT_DELAY = 5000;

/** @param {{ changed(number: number): void, reset(): void, offline(isOffline: boolean): void }} listener */
export function follow({ changed, reset, offline }) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : null;

  /** @param {StreamMessage} message */
  function receive(message) {
    if (message.kind === "offline") offline(true);
    else if (message.kind === "online") offline(false);
    else if (message.kind === "reset") reset();
    else changed(message.number);
  }

  /** @param {StreamMessage} message */
  function broadcast(message) {
    receive(message);
    channel?.postMessage(message);
  }

  channel?.addEventListener("message", (event) => receive(event.data));

  function connectAsLeader() {
    // The state was read before the stream opens: what changed in between is read again.
    return new Promise(() => connect(true));
  }

  /** @param {boolean} wasLost */
  function connect(wasLost) {
    let lost = wasLost;
    const source = new EventSource("/sandbox/live");
    source.addEventListener("message", (event) => {
      const body = JSON.parse(event.data);
      broadcast(body.kind === "reset" ? { kind: "reset" } : { kind: "change", number: Number(event.lastEventId) });
    });
    source.addEventListener("open", () => {
      broadcast({ kind: "online" });
      if (lost) broadcast({ kind: "reset" });
      lost = false;
    });
    source.addEventListener("error", () => {
      lost = true;
      broadcast({ kind: "offline" });
      // The browser does not reconnect after an error status, such as 503 for too many pages.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(true), RECONNECT_DELAY);
    });
  }

  if (channel && navigator.locks) navigator.locks.request(LOCK, connectAsLeader);
  else connectAsLeader();
}
