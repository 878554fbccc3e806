// The form for hours and the list of what this phone holds of them. Markup: contributions/_outbox.html and log.html.
//
// Pressing the button keeps the entry on the phone first and sends it then, so that nothing depends on the line. Without this
// module the same form is sent as it stands. On /offline/, which belongs to nobody, the tasks come from what was kept here.

import { all, flush, isWaiting, newId, post, remove, save, start } from "./outbox.js";

const UNDO_MS = 60000;
const DOUBLE_TAP_MS = 1200;
const PERSON = "guildhub-person";
const WHO = "/log/who";

const section = document.querySelector("[data-outbox]");
const form = document.querySelector("form[data-hours]");
const said = document.querySelector("[data-said]");
const words = section.dataset;
const lang = document.documentElement.lang;
let user = words.user;
let editing = null;
let discarded = null;
let busy = false;

const say = (name) => { said.textContent = words[name] ?? ""; };
const two = (number) => String(number).padStart(2, "0");
const iso = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const daysAgo = (days) => { const date = new Date(); date.setDate(date.getDate() - days); return date; };

function dayText(day) {
  const date = new Date(`${day}T12:00`);
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString(lang, { weekday: "short", day: "numeric", month: "short" });
}

function lengthText(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && words.hour.replace("1", hours), (rest || !hours) && words.minute.replace("1", rest)].filter(Boolean).join(" ");
}

// The list -------------------------------------------------------------------------------------------------------------

function kindOf(entry) {
  if (entry.state !== "sent") return entry.state;
  return entry.answer.standing ?? "sent";
}

const LOOKS = { sent: "wait", needs: "warn", refused: "warn", differs: "warn", approved: "ok" };
const LABELS = { refused: "needs", differs: "needs" };

function buttonsOf(entry) {
  const kind = kindOf(entry);
  if (kind === "waiting" || kind === "refused") return ["change", "discard"];
  if (kind === "differs") return ["again", "discard"];
  return kind !== "approved" && entry.sent_at > Date.now() - UNDO_MS ? ["undo"] : [];
}

function row(entry) {
  const item = section.querySelector("template").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part=${name}]`);
  const { answer = {} } = entry;
  const kind = kindOf(entry);
  item.dataset.entry = entry.client_id;
  if (answer.url) part("title").href = kind === "needs" ? `${answer.url}${rightDay(entry)}#need` : answer.url;
  part("name").textContent = entry.title;
  part("state").textContent = words[LABELS[kind] ?? kind] ?? answer.state ?? "";
  part("state").classList.add(...(LOOKS[kind] ? [LOOKS[kind]] : []));
  part("length").textContent = lengthText(entry.minutes);
  part("day").textContent = dayText(entry.day);
  part("says").textContent = answer.says ?? "";
  if (kind === "differs") part("stored").textContent = `${words.stored} ${answer.stored}`;
  for (const button of item.querySelectorAll("button")) button.hidden = !buttonsOf(entry).includes(button.value);
  return item;
}

// A phone whose clock runs ahead names a day that has not come. The page that mends it begins with the day it really was.
function rightDay(entry) {
  return entry.answer.need === "future" ? `?day=${iso(new Date(entry.made_at + (entry.answer.ahead ?? 0)))}` : "";
}

const ORDER = ["differs", "refused", "waiting", "needs"];
const rank = (entry) => (ORDER.indexOf(kindOf(entry)) + 5) % 5;

async function render() {
  const entries = await all().catch(() => []);
  const mine = entries.filter((entry) => entry.user === user);
  mine.sort((one, other) => rank(one) - rank(other) || (other.sent_at ?? other.made_at) - (one.sent_at ?? one.made_at));
  const focused = document.activeElement?.closest?.("[data-entry]") && document.activeElement;
  const [id, value] = [focused?.closest("[data-entry]").dataset.entry, focused?.value];
  section.querySelector("[data-rows]").replaceChildren(...mine.map(row));
  if (id) (section.querySelector(`[data-entry="${id}"] button[value="${value}"]:not([hidden])`) ?? said).focus();
  const waiting = mine.filter(isWaiting).length;
  section.querySelector("[data-count]").textContent = waiting ? `${words.waits} ${waiting.toLocaleString(lang)}` : words.nothing;
  section.querySelector("[data-others]").hidden = !entries.some((entry) => isWaiting(entry) && entry.user !== user);
  const undo = Math.min(...mine.filter(({ state }) => state === "sent").map(({ sent_at }) => sent_at + UNDO_MS - Date.now()).filter((left) => left > 0));
  clearTimeout(render.timer);
  if (undo < Infinity) render.timer = setTimeout(render, undo + 50);
}

async function undo(entry) {
  const { token } = await (await fetch("/log/outbox/", { cache: "no-store" })).json();
  const body = new URLSearchParams({ do: "withdraw", csrfmiddlewaretoken: token });
  const answer = await fetch(entry.answer.url, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("not undone");
  await remove(entry.client_id);
  say("undone");
}

const ACTS = {
  change: (entry) => (form ? edit(entry) : location.assign(`/log/?change=${entry.client_id}`)),
  async discard(entry) {
    discarded = entry;
    await remove(entry.client_id);
    say("gone");
    section.querySelector("[data-back]").hidden = false;
    said.focus();
  },
  async again(entry) {
    await save({ ...entry, client_id: newId(), rev: 0, state: "waiting", answer: undefined });
    await remove(entry.client_id);
    flush().then(tell);
  },
  undo: (entry) => undo(entry).catch(() => location.assign(entry.answer.url)),
};

section.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  const id = button?.closest("[data-entry]")?.dataset.entry;
  if (button?.matches("[data-back]") && discarded) {
    button.hidden = true;
    await save(discarded);
    say("kept");
    flush().then(tell);
  } else if (id) {
    const entry = (await all()).find(({ client_id }) => client_id === id);
    if (entry) await ACTS[button.value](entry);
  }
});

function tell(how) {
  say({ later: "later", "signed out": "signedout", offline: "offline" }[how] ?? "");
}

// The form -------------------------------------------------------------------------------------------------------------

// Not form.elements.length, which is how many there are.
const field = (name) => form.elements.namedItem(name);
const set = (name, value) => { if (field(name)) field(name).value = value; };

// What stands beside a chip counts only with the chip “other”; out of sight it must stop nobody.
function fitOthers() {
  for (const [chips, other] of [["length", "minutes"], ["day", "other_day"]]) {
    const isChosen = field(chips).value === "other";
    [field(other).required, field(other).disabled] = [isChosen, !isChosen];
  }
}

function read() {
  const task = field("task");
  return {
    client_id: editing?.client_id ?? newId(),
    user,
    task: task.value,
    title: task.selectedOptions[0]?.textContent.replace(/[\u2068\u2069]/g, "") ?? "",
    day: field("day").value === "other" ? field("other_day").value : field("day").value,
    minutes: Number(field("length").value === "other" ? field("minutes").value : field("length").value),
    started: field("started").value,
    note: field("note").value.trim(),
    link: field("link").value.trim(),
    made_at: editing?.made_at ?? Date.now(),
    rev: (editing?.rev ?? 0) + 1,
    state: "waiting",
  };
}

function clear() {
  editing = null;
  for (const name of ["note", "link", "started", "minutes"]) set(name, "");
  set("length", "60");
  form.querySelector("details").open = false;
  fitOthers();
}

function edit(entry) {
  editing = entry;
  const chip = (name, value, other) => {
    const has = [...field(name)].some((radio) => radio.value === value);
    set(name, has ? value : "other");
    if (!has) set(other, value);
  };
  chip("length", String(entry.minutes), "minutes");
  chip("day", entry.day, "other_day");
  for (const name of ["task", "note", "link", "started"]) set(name, entry[name]);
  form.querySelector("details").open = Boolean(entry.note || entry.link || entry.started);
  fitOthers();
  say("changing");
  form.querySelector("input:checked").focus();
}

// No room, or a browser that keeps nothing: it is sent at once, or stays in the form.
async function sendAtOnce(entry) {
  const who = await (await fetch("/log/outbox/", { cache: "no-store" })).json();
  const answer = who.user === entry.user && (await post(who.user, who.token, [entry]));
  if (!answer?.ok) throw new Error("not sent");
  const [{ outcome, says, url }] = (await answer.json()).entries;
  if (!url || outcome === "differs") throw new Error(says);
  clear();
  location.assign(url);
}

async function submit() {
  const entry = read();
  try {
    await save(entry);
  } catch {
    editing = entry; // Pressed again it is the same entry.
    await sendAtOnce(entry).catch(() => say("full"));
    return;
  }
  clear();
  say("kept");
  navigator.storage?.persist?.().catch(() => undefined);
  const how = await flush();
  const now = (await all()).find(({ client_id }) => client_id === entry.client_id);
  if (now?.state === "waiting") {
    tell(how);
    navigator.serviceWorker?.ready.then(({ sync }) => sync?.register("outbox")).catch(() => undefined);
  } else if (now) {
    say(["sent", "approved"].includes(kindOf(now)) ? "done" : "mend");
  }
}

function setBusy(is) {
  busy = is;
  const button = form.querySelector("button:not([type=button])");
  if (is) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

// Who uses this phone and the names of their tasks, for the page without a connection; signing out takes them away.
async function rememberTasks() {
  const tasks = [...field("task").options].map(({ value, textContent, parentElement }) => ({ value, text: textContent, group: parentElement.label ?? "" }));
  await (await caches.open(PERSON)).put(WHO, new Response(JSON.stringify({ user, tasks })));
}

async function fillTasks() {
  const who = await (await caches.match(WHO))?.json();
  document.querySelector("[data-nobody]").hidden = Boolean(who);
  form.hidden = !who;
  if (!who) return;
  user = who.user;
  const groups = Map.groupBy ? Map.groupBy(who.tasks, ({ group }) => group) : new Map([["", who.tasks]]);
  for (const [label, tasks] of groups) {
    const group = label ? Object.assign(document.createElement("optgroup"), { label }) : field("task");
    group.append(...tasks.map(({ text, value }) => new Option(text, value)));
    if (label) field("task").append(group);
  }
  // The page may have been kept for weeks: its chips mean the days of today.
  for (const [place, day] of [iso(daysAgo(0)), iso(daysAgo(1))].entries()) field("day")[place].value = day;
}

function beginForm() {
  form.addEventListener("change", fitOthers);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    discarded = null;
    section.querySelector("[data-back]").hidden = true;
    const pause = new Promise((done) => { setTimeout(done, DOUBLE_TAP_MS); });
    await submit().catch(() => say("full"));
    await pause;
    setBusy(false);
  });
  fitOthers();
}

// “Back” may bring a page out of the browser's memory after its person signed out: nothing of theirs shows before that is known.
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted) return;
  section.hidden = true;
  const remembered = async () => (window.caches ? (await (await caches.match(WHO))?.json()) : { user });
  const who = await fetch("/log/outbox/", { cache: "no-store" }).then((answer) => answer.json()).catch(remembered);
  if (who?.user === user) section.hidden = false;
  else location.reload();
});

async function begin() {
  addEventListener("outbox:changed", render);
  addEventListener("outbox:flushed", ({ detail }) => detail !== "done" && tell(detail));
  if (form) {
    if (form.dataset.hours === "offline") await fillTasks();
    else if (window.caches) rememberTasks().catch(() => undefined);
    beginForm();
  }
  await render();
  section.hidden = false; // Not before it is known what waits: "nothing waits" must never be said of hours that do.
  const change = form && new URLSearchParams(location.search).get("change");
  const entry = change && (await all()).find(({ client_id, user: owner }) => client_id === change && owner === user);
  if (entry) edit(entry);
  start(true);
  if (document.readyState !== "complete") await new Promise((done) => { addEventListener("load", done, { once: true }); });
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}

begin();
