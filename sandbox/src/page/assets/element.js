// Building elements. Everything from outside goes in as text or as a checked address, never as HTML.

/** An element with attributes (functions become listeners) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A link to an http(s) address; anything else is shown as text. */
export function link(address, label, attributes = {}) {
  if (!/^https?:\/\//i.test(address)) return h("span", attributes, label);
  return h("a", { ...attributes, href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Shows a list by key: entries that did not change keep their element, and with it focus and state. */
export function keyed(container, entries, key, build, empty) {
  const before = container.known ?? new Map();
  const after = new Map();
  const elements = entries.map((entry) => {
    const text = JSON.stringify(entry);
    const old = before.get(key(entry));
    const kept = old && old.text === text ? old : { text, element: build(entry, old?.element) };
    if (!old && container.known) kept.element.classList.add("new");
    after.set(key(entry), kept);
    return kept.element;
  });
  container.known = after;
  if (elements.length === 0 && empty) elements.push(empty());
  place(container, elements);
}

/** Puts the elements in order, moving only what is out of place. */
function place(container, elements) {
  const wanted = new Set(elements);
  for (const child of [...container.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, at) => {
    if (container.children[at] !== element) container.insertBefore(element, container.children[at] ?? null);
  });
}

export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const text = await answer.text();
  let told = {};
  try { told = JSON.parse(text); } catch { told = { error: text }; }
  if (!answer.ok) throw new Error(told.error || `The sandbox said ${answer.status}.`);
  return told;
}

let toastTimer;
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 5000);
}

export function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function money(minor, currency, digits = 2) {
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}
