// Render text objects of Block Kit: plain_text and mrkdwn.

import { mrkdwn, plain } from "./mrkdwn.js";

/** @import { TextObject } from "./types.d.ts" */

/** @param {TextObject} object */
export function textObject(object) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, { verbatim: object.verbatim === true });
  return plain(object.text, object.emoji !== false);
}
