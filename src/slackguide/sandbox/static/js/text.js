// Render text objects of Block Kit: plain_text and mrkdwn.

import { mrkdwn, plain } from "./mrkdwn.js";

/** @import { TextObject } from "./types.d.ts" */

/** @param {TextObject} found */
export function textObject(found) {
  if (found.type === "mrkdwn") return mrkdwn(found.text, { verbatim: found.verbatim === true });
  return plain(found.text, found.emoji !== false);
}
