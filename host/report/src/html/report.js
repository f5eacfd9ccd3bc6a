"use strict";
// Filters what the page holds. Without this script the page is whole; it only cannot be narrowed.
// It makes no markup: text comes from the page, goes into `textContent`, and never through the parser.
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const [tools, search, side, service, count, clear, none, narrowed, theme, keys] = [
    ".tools", "#q", "#side", "#service", "#count", "#clear", "#none", "#narrowed", "#theme", "#use-keys",
  ].map(one);

  // What is looked for. Every part of it stands in the fragment, so that a view can be sent to somebody.
  const empty = () => ({ q: "", outcome: [], side: "", service: "", rule: "", instance: "", theme: "" });
  let state = empty();

  // Results with the elements around them whose text they share, outermost last; read once, when first needed.
  const holders = all(".h");
  const results = all(".r").map((element) => {
    const chain = [element];
    let at = element;
    while (!at.dataset.outcome) {
      at = at.parentElement.closest(".h");
      chain.push(at);
    }
    const shared = at.parentElement.closest(".shared");
    if (shared) chain.push(shared);
    const instance = element.dataset.instance ?? (element.firstChild ? element.firstChild.textContent.trim() : "");
    return { element, chain, about: at.dataset, instance };
  });
  const entries = all(".entry").map((element) => ({ element, details: element.querySelector("details"), within: [] }));
  const entryOf = new Map(entries.map((entry) => [entry.element, entry]));
  for (const result of results) entryOf.get(result.element.closest(".entry")).within.push(result);
  const sections = all("section.side");

  let texts = null;
  const textOf = (element) => {
    if (!texts) {
      texts = new Map();
      const read = (node, owner) => {
        for (let child = node.firstChild; child; child = child.nextSibling) {
          if (child.nodeType === Node.TEXT_NODE) {
            if (owner) texts.set(owner, texts.get(owner) + child.nodeValue.toLowerCase() + " ");
          } else if (child.nodeType === Node.ELEMENT_NODE) {
            const owns = child.classList.contains("h") || child.classList.contains("r");
            if (owns) texts.set(child, "");
            read(child, owns ? child : owner);
          }
        }
      };
      for (const section of sections) read(section, null);
    }
    return texts.get(element) ?? "";
  };

  const found = (result, words) => {
    let rest = words;
    for (let at = result.chain.length - 1; at >= 0 && rest.length > 0; at -= 1) {
      const text = textOf(result.chain[at]);
      rest = rest.filter((word) => !text.includes(word));
    }
    return rest.length === 0;
  };

  const matches = (result, words) =>
    (state.outcome.length === 0 || state.outcome.includes(result.about.outcome)) &&
    (!state.side || state.side === result.about.side) &&
    (!state.service || state.service === result.about.service) &&
    (!state.rule || state.rule === result.about.rule) &&
    (!state.instance || state.instance === result.instance) &&
    found(result, words);

  const hide = (element, hidden) => {
    if (element.hidden !== hidden) element.hidden = hidden;
  };

  const openedHere = new Set();
  const open = (entry) => {
    if (entry.details.open) return;
    entry.details.open = true;
    openedHere.add(entry);
  };

  // Shows what matches. An entry stays if anything in it does; then what it tells of itself stays as its context.
  const apply = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const isNarrowed = words.length > 0 || state.outcome.length > 0 ||
      Boolean(state.side || state.service || state.rule || state.instance);
    const kept = new Set();
    let shown = 0;
    for (const entry of entries) {
      let within = 0;
      for (const result of entry.within) {
        const is = !isNarrowed || matches(result, words);
        if (is) {
          within += 1;
          for (const element of result.chain) kept.add(element);
        }
        if (result.element !== entry.element) hide(result.element, !is);
      }
      shown += within;
      hide(entry.element, within === 0);
      entry.element.classList.toggle("context", within > 0 && entry.element.classList.contains("h") && !kept.has(entry.element));
    }
    for (const holder of holders) {
      if (!holder.classList.contains("entry")) hide(holder, isNarrowed && !kept.has(holder));
    }
    for (const beneath of all(".beneath")) hide(beneath, isNarrowed && !beneath.querySelector(".h:not([hidden])"));
    for (const section of sections) hide(section, !section.querySelector(".entry:not([hidden])"));
    const left = entries.filter((entry) => !entry.element.hidden);
    if (isNarrowed && left.length <= 8) left.forEach(open);
    if (!isNarrowed) {
      for (const entry of openedHere) entry.details.open = false;
      openedHere.clear();
    }
    hide(none, shown > 0);
    hide(clear, !isNarrowed);
    const whole = results.length;
    const noun = whole === 1 ? "result" : "results";
    count.textContent = isNarrowed ? `${shown} of ${whole} ${noun}` : `${whole} ${noun}`;
  };

  // The controls show the state, whoever set it.
  const show = () => {
    if (search.value !== state.q) search.value = state.q;
    if (side) side.value = state.side;
    if (service) service.value = state.service;
    for (const button of all(".outcome button")) {
      button.setAttribute("aria-pressed", String(state.outcome.includes(button.dataset.outcome)));
    }
    narrowed.replaceChildren(...["rule", "instance"].filter((name) => state[name]).map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${name} ${state[name]}`;
      button.setAttribute("aria-label", `Remove the filter ${name} ${state[name]}`);
      button.addEventListener("click", () => {
        change({ [name]: "" });
        search.focus();
      });
      return button;
    }));
    document.documentElement.dataset.theme = state.theme;
    theme.textContent = `Theme: ${state.theme || "system"}`;
  };

  const toFragment = () => {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) if (value.length > 0) parts.set(name, String(value));
    return parts.toString();
  };

  // Values of a fragment are anybody's: each is only ever compared, and shown as text.
  const fromFragment = () => {
    const fragment = location.hash.slice(1);
    if (!fragment.includes("=")) return false;
    const parts = new URLSearchParams(fragment);
    state = empty();
    for (const name of ["q", "rule", "instance"]) state[name] = parts.get(name) ?? "";
    for (const [name, select] of [["side", side], ["service", service]]) {
      const value = parts.get(name) ?? "";
      if (select && [...select.options].some((option) => option.value === value)) state[name] = value;
    }
    const known = all(".outcome button").map((button) => button.dataset.outcome);
    state.outcome = (parts.get("outcome") ?? "").split(",").filter((outcome) => known.includes(outcome));
    if (["light", "dark"].includes(parts.get("theme"))) state.theme = parts.get("theme");
    return true;
  };

  const change = (parts) => {
    state = { ...state, ...parts };
    show();
    apply();
    const fragment = toFragment();
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
  };
  const showAll = () => change({ ...empty(), theme: state.theme });

  const toResults = () => one("#results").scrollIntoView();

  // From one result to the next that is shown.
  const move = (by) => {
    const left = entries.filter((entry) => !entry.element.hidden).map((entry) => entry.element.querySelector("summary"));
    if (left.length === 0) return;
    const at = left.findIndex((summary) => summary.parentElement.parentElement.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : left.length - 1) : Math.min(Math.max(at + by, 0), left.length - 1);
    left[next].focus();
    left[next].scrollIntoView({ block: "nearest" });
  };

  const wireTools = () => {
    tools.hidden = false;
    search.addEventListener("input", () => change({ q: search.value }));
    for (const [name, select] of [["side", side], ["service", service]]) {
      if (!select) continue;
      select.options[0].value = "";
      select.addEventListener("change", () => change({ [name]: select.value }));
    }
    for (const button of all(".outcome button")) {
      const { outcome } = button.dataset;
      button.addEventListener("click", () => {
        const is = state.outcome.includes(outcome);
        change({ outcome: is ? state.outcome.filter((other) => other !== outcome) : [...state.outcome, outcome] });
      });
    }
    for (const button of all(".clear")) button.addEventListener("click", () => {
      showAll();
      search.focus();
    });
    for (const cell of all(".matrix .cell")) cell.addEventListener("click", (event) => {
      event.preventDefault();
      const { rule, service: of } = cell.dataset;
      change({ ...empty(), theme: state.theme, rule, side: cell.dataset.side, service: of || "-" });
      toResults();
    });
  };

  // In a map the arrow keys go from cell to cell: up and down by what stands above and below on this screen.
  const wireMap = (map) => {
    const cells = all("a", map);
    const pointed = map.parentElement.querySelector(".pointed");
    const to = (cell) => {
      for (const other of all('a[tabindex="0"]', map)) other.tabIndex = -1;
      cell.tabIndex = 0;
      cell.focus();
    };
    const vertical = (cell, down) => {
      const { left, top } = cell.getBoundingClientRect();
      const at = cells.indexOf(cell);
      const onTheWay = down ? cells.slice(at + 1) : cells.slice(0, at).reverse();
      return onTheWay.find((other) => {
        const place = other.getBoundingClientRect();
        return Math.abs(place.top - top) > 2 && place.left <= left + 2 && place.right > left - 2;
      });
    };
    map.addEventListener("keydown", (event) => {
      const at = cells.indexOf(event.target);
      if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
      const next = {
        ArrowRight: () => cells[at + 1],
        ArrowLeft: () => cells[at - 1],
        ArrowDown: () => vertical(cells[at], true),
        ArrowUp: () => vertical(cells[at], false),
        Home: () => cells[0],
        End: () => cells[cells.length - 1],
      }[event.key];
      if (!next) return;
      event.preventDefault();
      const cell = next();
      if (cell) to(cell);
    });
    const point = (event) => {
      const cell = event.target.closest("a");
      if (cell) pointed.textContent = cell.title;
    };
    map.addEventListener("mouseover", point);
    map.addEventListener("focusin", point);
    map.addEventListener("click", (event) => {
      const cell = event.target.closest("a");
      if (!cell) return;
      event.preventDefault();
      change({ ...empty(), theme: state.theme, service: cell.dataset.service, instance: cell.dataset.instance });
      toResults();
    });
  };

  const wireKeys = () => {
    one("#keys").hidden = false;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const types = event.target.closest("input:not([type=checkbox]), select, textarea");
      if (event.key === "Escape") {
        if (results.length > 0) showAll();
        if (document.activeElement === search) search.blur();
        return;
      }
      if (types || !keys.checked || results.length === 0) return;
      const does = { "/": () => search.focus(), j: () => move(1), k: () => move(-1) }[event.key];
      if (!does) return;
      event.preventDefault();
      does();
    });
  };

  theme.hidden = false;
  theme.addEventListener("click", () => {
    const themes = ["", "light", "dark"];
    const next = themes[(themes.indexOf(state.theme) + 1) % themes.length];
    if (search) change({ theme: next });
    else {
      state.theme = next;
      document.documentElement.dataset.theme = next;
      theme.textContent = `Theme: ${next || "system"}`;
    }
  });

  // A link to one result opens what it stands in.
  const reveal = () => {
    const id = location.hash.slice(1);
    const target = /^r[0-9]+$/.test(id) ? document.getElementById(id) : null;
    for (let at = target; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
      if (at.classList.contains("entry")) at.querySelector("details").open = true;
    }
    if (target) target.scrollIntoView();
  };

  wireKeys();
  if (search) {
    wireTools();
    all(".map").forEach(wireMap);
    if (fromFragment()) {
      show();
      apply();
    }
    reveal();
    window.addEventListener("hashchange", () => {
      if (fromFragment()) {
        show();
        apply();
      } else reveal();
    });
  }

  // For browsers that do not open `details` for print by the style sheet.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    closed = [];
  });
})();
