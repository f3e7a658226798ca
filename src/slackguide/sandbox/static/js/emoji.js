// Emoji by Slack's short names, as far as support messages use them. An unknown name stays as text.

// deno-fmt-ignore
/** @type {Record<string, string>} */
const EMOJI = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", rotating_light: "🚨", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", exclamation: "❗",
  question: "❓", bangbang: "‼️", information_source: "ℹ️", bulb: "💡", memo: "📝", pencil: "📝", pencil2: "✏️",
  clipboard: "📋", page_facing_up: "📄", books: "📚", book: "📖", link: "🔗", lock: "🔒", unlock: "🔓", key: "🔑",
  mag: "🔍", hourglass: "⌛", hourglass_flowing_sand: "⏳", clock: "🕐", clock3: "🕒", alarm_clock: "⏰", stopwatch: "⏱️",
  calendar: "📆", date: "📅", bell: "🔔", loudspeaker: "📢", mega: "📣", speech_balloon: "💬", email: "📧", inbox_tray: "📥",
  outbox_tray: "📤", ticket: "🎫", pushpin: "📌", round_pushpin: "📍", dart: "🎯", compass: "🧭", world_map: "🗺️",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", leftwards_arrow_with_hook: "↩️", repeat: "🔁",
  arrows_counterclockwise: "🔄", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", star: "⭐", sparkles: "✨", fire: "🔥", tada: "🎉", rocket: "🚀", eyes: "👀", wave: "👋",
  raised_hands: "🙌", pray: "🙏", clap: "👏", ok_hand: "👌", point_right: "👉", muscle: "💪", handshake: "🤝", smile: "😄",
  slightly_smiling_face: "🙂", grinning: "😀", joy: "😂", thinking_face: "🤔", neutral_face: "😐", cry: "😢", sob: "😭", heart: "❤️",
  broken_heart: "💔", money_with_wings: "💸", moneybag: "💰", credit_card: "💳", scales: "⚖️", balance_scale: "⚖️", shield: "🛡️",
  sos: "🆘", phone: "☎️", telephone_receiver: "📞", busts_in_silhouette: "👥", bust_in_silhouette: "👤", robot_face: "🤖", gear: "⚙️",
  wrench: "🔧", hammer: "🔨", package: "📦", label: "🏷️", bookmark: "🔖", one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣",
};

/**
 * @param {string} name
 * @returns {string | null}
 */
export function emoji(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : null;
}
