// The live stream. One tab of this browser holds the connection and passes each number on to the others: browsers open
// only six connections to one host, and a tab each would use them up.

/**
 * What one tab tells the others.
 * @typedef {{ kind: "offline" } | { kind: "online" } | { kind: "reset" } | { kind: "change", number: number }} Word
 */

const LOCK = "slack-sandbox-live";
const TRY_AGAIN = 5000;

/** @param {{ changed(number: number): void, reset(): void, offline(isOffline: boolean): void }} listener */
export function follow({ changed, reset, offline }) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : null;

  /** @param {Word} word */
  function hear(word) {
    if (word.kind === "offline") offline(true);
    else if (word.kind === "online") offline(false);
    else if (word.kind === "reset") reset();
    else changed(word.number);
  }

  /** @param {Word} word */
  function tell(word) {
    hear(word);
    channel?.postMessage(word);
  }

  channel?.addEventListener("message", (event) => hear(event.data));

  function lead() {
    return new Promise(() => connect(false));
  }

  /** @param {boolean} wasLost */
  function connect(wasLost) {
    let lost = wasLost;
    const source = new EventSource("/sandbox/live");
    source.addEventListener("message", (event) => {
      const body = JSON.parse(event.data);
      tell(body.kind === "reset" ? { kind: "reset" } : { kind: "change", number: Number(event.lastEventId) });
    });
    source.addEventListener("open", () => {
      tell({ kind: "online" });
      if (lost) tell({ kind: "reset" });
      lost = false;
    });
    source.addEventListener("error", () => {
      lost = true;
      tell({ kind: "offline" });
      // A refused stream (too many pages) is not opened again by the browser itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(true), TRY_AGAIN);
    });
  }

  if (channel && navigator.locks) navigator.locks.request(LOCK, lead);
  else lead();
}
