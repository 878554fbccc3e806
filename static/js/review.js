// Walks a review queue by keyboard over plain forms, sends each verdict without leaving the page, and takes the last ones back.
// Nothing here is needed: every key presses something that is on the page, and every form works alone.
//
// Markup: [data-queue] around [data-item]s; in an item, a form with radios [data-rating] of values 1..5, buttons [data-key=a|r|x]
// (perhaps inside a <details> with the words), a checkbox [data-tick], a link [data-open]. A form [data-verdict] or [data-undo]
// is answered in JSON: {messages: [{level, text}], html}, html being rows of [data-pending] for [data-pending-list].

const SWITCH = "guildhub.keys";
const KEYS_WALKED = "guildhub.review";
const LAST_SAID = "guildhub.said";
const items = () => [...document.querySelectorAll("[data-queue] [data-item]")];
const current = () => document.activeElement?.closest("[data-item]") ?? document.querySelector("[data-item][aria-current]");
const queue = document.querySelector("[data-queue]");
const pendingList = document.querySelector("[data-pending-list]");
const lost = queue?.dataset.lost ?? "";
const toast = document.querySelector("[data-toast]");

function stored(storage, key, value) {
  try {
    if (value === undefined) return storage.getItem(key);
    storage.setItem(key, value);
  } catch {
    // storage refused: it holds for this page only
  }
  return null;
}

let on = stored(localStorage, SWITCH) !== "off";
let place = 0;

function goTo(item) {
  if (!item) return;
  mark(item);
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

function mark(item) {
  for (const other of items()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  place = items().indexOf(item);
}

function step(by) {
  const all = items();
  const at = all.indexOf(current());
  goTo(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// Words first: what needs some opens the place where they are written; pressed again, it is sent.
function opened(button) {
  const closed = button.closest("details:not([open])");
  if (!closed) return false;
  closed.open = true;
  closed.querySelector("textarea, input:not([type=hidden])")?.focus();
  return true;
}

function press(button) {
  if (button && !opened(button)) button.click();
}

function tick(box) {
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function rate(item, value) {
  const radio = item?.querySelector(`[data-rating][value="${value}"], [data-rating] [value="${value}"]`);
  radio?.click();
  return radio;
}

// Phrases: one list for the page, put beside the words of the item that asks for it --------------------------------------------

const phrases = document.querySelector("[data-phrase-list]");

function offerPhrases(item) {
  const words = item?.querySelector("[name=reason]");
  if (!phrases || !words) return;
  const closed = words.closest("details");
  if (closed) closed.open = true;
  words.closest(".field").append(phrases);
  phrases.hidden = false;
  phrases.querySelector("button").focus();
}

function insert(button) {
  const words = button.closest(".field").querySelector("textarea");
  const before = words.value.trimEnd();
  words.value = before ? `${before}\n\n${button.dataset.phrase}` : button.dataset.phrase;
  phrases.hidden = true;
  words.focus();
  words.setSelectionRange(words.value.length, words.value.length);
}

if (phrases) {
  for (const field of document.querySelectorAll("[data-phrases]")) {
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = "plain";
    opener.textContent = `${field.querySelector("label").textContent} (s)`;
    opener.addEventListener("click", () => offerPhrases(field.closest("[data-item]")));
    field.replaceWith(opener);
  }
  phrases.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phrase]");
    if (button) insert(button);
  });
}

// Sending, and taking back --------------------------------------------------------------------------------------------------

const given = []; // what can be undone, the latest last: {item, before, rows}
let busy = 0;

// It goes by itself, so that it covers nothing for long on a phone; what it undoes stands at the head of the page as well.
const TOAST_STAYS = 15000;
let toastGoes;

function say(text, { canUndo = false } = {}) {
  if (!toast) return;
  clearTimeout(toastGoes);
  toastGoes = setTimeout(() => toast.querySelector("[data-toast-said]").replaceChildren(), TOAST_STAYS);
  toast.querySelector("[data-toast-said]").textContent = text;
  toast.querySelector("[data-toast-undo]").hidden = !canUndo;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new TypeError("another page");
  return { ok: answer.ok, ...(await answer.json()) };
}

// The answer was a page (signed out, no right any more): let the browser show it, as without scripts. Twice is once there.
function sendPlainly(form, button) {
  form.removeAttribute("data-verdict");
  form.removeAttribute("data-undo");
  form.requestSubmit(button);
}

async function judge(form, button) {
  const item = form.closest("[data-item]");
  if (item.hasAttribute("aria-busy")) return;
  item.setAttribute("aria-busy", "true");
  const all = items();
  const free = (other) => !other.hasAttribute("aria-busy") && !other.hasAttribute("data-taken");
  const at = all.indexOf(item);
  goTo(all.slice(at + 1).find(free) ?? all.slice(0, at).reverse().find(free));
  busy += 1;
  let answer;
  try {
    answer = await send(form, button);
  } catch (error) {
    item.removeAttribute("aria-busy");
    busy -= 1;
    if (error.message === "another page") return void sendPlainly(form, button);
    return void refuse(item, form, [lost]);
  }
  item.removeAttribute("aria-busy");
  busy -= 1;
  const said = answer.messages.map(({ text }) => text);
  if (!answer.ok) return void refuse(item, form, said);
  accept(item, answer.html);
  say(said.join(" "), { canUndo: answer.html.trim() !== "" });
  if (!items().length && !busy) turnPage(said.join(" "));
}

// The next page, or the empty one; what was said last is said there again.
function turnPage(text) {
  stored(sessionStorage, LAST_SAID, text);
  location.reload();
}

function refuse(item, form, said) {
  form.querySelector("[data-refused]").replaceChildren(
    ...said.map((text) => Object.assign(document.createElement("p"), { className: "errorlist", textContent: text })),
  );
  const words = form.querySelector("details");
  if (words && form.querySelector("[name=reason]").value) words.open = true;
  goTo(item);
}

function accept(item, html) {
  const rows = document.createElement("template");
  rows.innerHTML = html;
  const fresh = [...rows.content.querySelectorAll("[data-pending]")];
  given.push({ item, before: item.nextElementSibling, rows: fresh });
  if (item.contains(phrases)) document.querySelector("main").append(phrases);
  const hadFocus = item.contains(document.activeElement);
  item.removeAttribute("aria-current");
  item.remove();
  pendingList.querySelector("ul").prepend(...fresh);
  pendingList.hidden = false;
  if (hadFocus) goTo(items()[Math.min(place, items().length - 1)]);
}

async function undo(form, button) {
  let answer;
  try {
    answer = await send(form, button);
  } catch (error) {
    if (error.message === "another page") return void sendPlainly(form, button);
    return void say(lost);
  }
  say(answer.messages.map(({ text }) => text).join(" "));
  const row = form.closest("[data-pending]");
  const known = given.findIndex(({ rows }) => rows.includes(row));
  row.remove();
  pendingList.hidden = !pendingList.querySelector("[data-pending]");
  if (known < 0) return void turnPage(answer.messages.map(({ text }) => text).join(" "));
  const { item, before, rows } = given[known];
  if (rows.some((other) => other.isConnected)) return;
  given.splice(known, 1);
  if (!answer.ok) return;
  queue.insertBefore(item, before?.isConnected ? before : queue.children[place] ?? null);
  goTo(item);
}

function undoLast() {
  const rows = given.at(-1)?.rows ?? [...document.querySelectorAll("[data-pending]")].slice(0, 1);
  for (const row of rows) {
    const form = row.querySelector("[data-undo]");
    if (form) undo(form, form.querySelector("button"));
  }
}

toast?.querySelector("[data-toast-undo]").addEventListener("click", undoLast);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!queue || !form.matches("[data-verdict], [data-undo]")) return;
  event.preventDefault();
  if (form.matches("[data-undo]")) undo(form, event.submitter);
  else judge(form, event.submitter);
});

// Keys ----------------------------------------------------------------------------------------------------------------------

const actions = {
  j: () => step(1),
  k: () => step(-1),
  a: (item) => press(item?.querySelector("[data-key=a]")),
  r: (item) => press(item?.querySelector("[data-key=r]")),
  x: (item) => (item?.querySelector("[data-key=x]") ? press(item.querySelector("[data-key=x]")) : tick(item?.querySelector("[data-tick]"))),
  s: (item) => offerPhrases(item),
  u: () => undoLast(),
  Enter: (item) => item?.querySelector("[data-open]")?.click(),
  "?": () => {
    const keys = document.querySelector("[data-keys]");
    keys?.scrollIntoView({ block: "center" });
    keys?.querySelector("[data-keys-switch]")?.focus({ preventScroll: true });
  },
};

function actionFor(event, item) {
  const among = event.target.closest("[data-phrase-list]");
  if (among && /^[1-9]$/.test(event.key)) {
    const button = among.querySelectorAll("[data-phrase]")[event.key - 1];
    return button && (() => insert(button));
  }
  if (/^[1-5]$/.test(event.key)) return item && (() => rate(item, event.key));
  const together = event.shiftKey && /^Digit([2-5])$/.exec(event.code);
  if (together) return item && (() => rate(item, together[1]) && press(item.querySelector("[data-key=a]")));
  return actions[event.key];
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const target = event.target;
  const typing = target.matches("textarea, select, input:not([type=checkbox], [type=radio])") || target.isContentEditable;
  // Escape leaves a box of words, or the phrases, and gives the keys back.
  if (event.key === "Escape" && (typing || target.closest("[data-phrase-list]"))) goTo(target.closest("[data-item]"));
  if (typing) return;
  if (event.key === "Enter" && target.matches("a, button, summary, input")) return;
  // A radio that has the focus moves by arrows alone; a digit pressed there is a rating like everywhere else.
  const item = current();
  const action = actionFor(event, item);
  if (!action) return;
  event.preventDefault();
  stored(sessionStorage, KEYS_WALKED, "yes");
  action(item);
});

// The item under the pointer or the tabulator is the current one, however the reader came there.
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-item]");
  if (item && !item.hasAttribute("aria-current")) mark(item);
});

function count() {
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    const ticked = document.querySelectorAll(`[data-tick][form="${bar.dataset.bulk}"]:checked`).length;
    const figure = bar.querySelector("[data-bulk-count]");
    if (figure) figure.textContent = ticked;
    bar.querySelector("[data-bulk-status]")?.removeAttribute("hidden");
    for (const button of bar.querySelectorAll("button")) button.disabled = ticked === 0;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) {
    on = event.target.checked;
    stored(localStorage, SWITCH, on ? "on" : "off");
  }
  if (event.target.matches("[data-all]")) {
    for (const box of document.querySelectorAll("[data-tick]")) box.checked = event.target.checked;
  }
  count();
});

for (const hints of document.querySelectorAll("[data-keys]")) {
  hints.hidden = false;
  const box = hints.querySelector("[data-keys-switch]");
  if (box) box.checked = on;
}
count();
const before = stored(sessionStorage, LAST_SAID);
if (before) {
  document.getElementById("messages").append(Object.assign(document.createElement("p"), { className: "notice ok", textContent: before }));
  stored(sessionStorage, LAST_SAID, "");
}
// Somebody who walks by keyboard and has emptied a page goes on at the head of the next one.
if (on && stored(sessionStorage, KEYS_WALKED)) step(1);
