// A combobox for one option or several. The options are given, or loaded for each query (`load`).

import { h, icon, unique } from "./dom.js";
import { popup } from "./popup.js";
import { errorText } from "./block_actions.js";

/** @import { Choice, Labelling, Layer } from "./types.d.ts" */

/**
 * `selected` holds values. `change` is called after each choice with all chosen options. `load` resolves to options;
 * `known` holds the options of the initial selection.
 * @param {Labelling & {
 *   key: string,
 *   options?: Choice[],
 *   selected?: string[],
 *   known?: Choice[],
 *   multi?: boolean,
 *   most?: number,
 *   placeholder?: string,
 *   load?: (query: string) => Promise<Choice[]>,
 *   change: (chosen: Choice[]) => void,
 * }} about
 */
export function combobox(
  {
    options = [],
    selected = [],
    multi = false,
    most = Infinity,
    placeholder,
    label,
    describedby,
    invalid,
    key,
    load,
    known = [],
    change,
  },
) {
  const id = unique("list");
  const chosen = new Map(
    [...known, ...options].filter((option) => selected.includes(option.value)).map((option) => [option.value, option]),
  );
  /** @type {Choice[]} */
  let shown = options;
  let active = -1;
  /** @type {Layer | null} */
  let layer = null;
  let turn = 0;

  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: false,
    placeholder: placeholder ?? (multi ? "Select options" : "Select an option"),
    "aria-label": label,
    "aria-describedby": describedby,
    "aria-invalid": invalid ? "true" : undefined,
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    data: { key },
  });
  const chips = h("span.chips");
  const box = h(".select", { class: multi ? "multi" : "" }, chips, input, icon("down"));
  const list = h("ul", {
    id,
    role: "listbox",
    "aria-label": label,
    "aria-multiselectable": multi ? "true" : undefined,
  });
  const panel = h(".options", null, list);

  function drawChosen() {
    if (!multi) {
      input.value = [...chosen.values()][0]?.label ?? "";
      return;
    }
    input.value = "";
    input.placeholder = chosen.size ? "" : (placeholder ?? "Select options");
    chips.replaceChildren(
      ...[...chosen.values()].map((option) =>
        h(
          "span.chip",
          null,
          option.label,
          h(
            "button",
            { type: "button", "aria-label": `Remove ${option.label}`, on: { click: () => toggle(option) } },
            icon("close"),
          ),
        )
      ),
    );
  }

  /** @param {Choice} option */
  function toggle(option) {
    if (chosen.has(option.value)) chosen.delete(option.value);
    else {
      if (!multi) chosen.clear();
      if (chosen.size >= most) return;
      chosen.set(option.value, option);
    }
    drawChosen();
    change([...chosen.values()]);
    if (multi && layer) {
      draw("");
      input.focus();
    } else close();
  }

  /** @param {string} query */
  function matching(query) {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    return shown.filter((option) => terms.every((term) => option.label.toLowerCase().includes(term)));
  }

  /** @type {Choice[]} */
  let visible = [];
  /**
   * @param {string} query
   * @param {string} [note]
   */
  function draw(query, note) {
    visible = load ? shown : matching(query);
    active = visible.length ? Math.max(0, visible.findIndex((option) => chosen.has(option.value))) : -1;
    /** @type {string | null} */
    let group = null;
    list.replaceChildren();
    visible.forEach((option, index) => {
      if (option.group && option.group !== group) {
        group = option.group;
        list.append(h("li.group", { role: "presentation" }, group));
      }
      list.append(
        h(
          "li.option",
          {
            id: `${id}-${index}`,
            role: "option",
            "aria-selected": String(chosen.has(option.value)),
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => toggle(option),
              pointermove: () => point(index),
            },
          },
          h("span.words", null, h("span", null, option.label), option.detail && h("small", null, option.detail)),
          chosen.has(option.value) && icon("check"),
        ),
      );
    });
    if (!visible.length) {
      list.append(h("li.none", { role: "presentation" }, note ?? (query ? `No matches for “${query}”` : "No options")));
    }
    point(active);
    layer?.place();
  }

  /** @param {number} index */
  function point(index) {
    active = index;
    list.querySelectorAll(".active").forEach((node) => node.classList.remove("active"));
    const node = document.getElementById(`${id}-${index}`);
    node?.classList.add("active");
    node?.scrollIntoView({ block: "nearest" });
    if (node) input.setAttribute("aria-activedescendant", node.id);
    else input.removeAttribute("aria-activedescendant");
  }

  async function open(query = "") {
    if (!layer) {
      input.setAttribute("aria-expanded", "true");
      layer = popup(box, panel, {
        width: "anchor",
        focusBack: false,
        onClose: () => {
          layer = null;
          input.setAttribute("aria-expanded", "false");
          input.removeAttribute("aria-activedescendant");
          drawChosen();
        },
      });
    }
    if (load) await search(load, query);
    else draw(query);
  }

  /**
   * @param {(query: string) => Promise<Choice[]>} find
   * @param {string} query
   */
  async function search(find, query) {
    turn += 1;
    const mine = turn;
    shown = [];
    draw(query, "Searching…");
    try {
      const options = await find(query);
      if (mine !== turn) return;
      shown = options;
      draw(query);
    } catch (error) {
      if (mine === turn) draw(query, errorText(error));
    }
  }

  function close() {
    layer?.close();
  }

  input.addEventListener("click", () => (layer ? null : open()));
  box.addEventListener("click", (event) => {
    if (event.target !== input && !(event.target instanceof Element && event.target.closest(".chip"))) {
      input.focus();
      if (!layer) open();
    }
  });
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", () => setTimeout(() => (document.activeElement === input ? null : close()), 0));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!layer) open();
      else if (visible.length) point((active + (event.key === "ArrowDown" ? 1 : -1) + visible.length) % visible.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (layer && visible[active]) toggle(visible[active]);
      else if (!layer) open();
    } else if (event.key === "Backspace" && multi && !input.value && chosen.size) {
      toggle([...chosen.values()][chosen.size - 1]);
    } else if (
      (event.key === "Backspace" || event.key === "Delete") && !multi && chosen.size &&
      input.value === [...chosen.values()][0].label
    ) {
      // The first Backspace clears the chosen option, so that a new query can be typed.
      event.preventDefault();
      input.value = "";
      open("");
    }
  });
  input.addEventListener("focus", () => input.select());
  drawChosen();
  return box;
}
