// Hours on their way to the server, kept on this phone until it says that it has them (docs/offline.md).
//
// One entry: {client_id, user, task, title, day, minutes, started, note, link, made_at, rev, state, answer, sent_at}.
// state: waiting, refused and differs are on this phone; sent is the server's, and remembered here to show what became of it.
// The id is made once, where the entry is typed. The server takes an id once, so sending twice is always safe.

const NAME = "guildhub";
const STORE = "entries";
const VERSION = 1;
const FLAG = "guildhub.outbox";
const BATCH = 25;
const BATCH_BYTES = 60000;
const PATIENCE = 30000;
const REMEMBERED = 20;
const REMEMBERED_MS = 14 * 86400000;
const RETRY_MS = 30000;
const FAILURES_MOST = 3;

const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
let opening;
let planned;
let notBefore = 0;
let retry;
let last;
let failures = 0;

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Browsers offer randomUUID only on https and localhost; a guild's server on the local network may be neither.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Each version adds to what the one before left; entries are never dropped to make an upgrade easier.
function upgrade(db, from) {
  if (from < 1) db.createObjectStore(STORE, { keyPath: "client_id" });
}

function open(...version) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, ...version);
    asked.onupgradeneeded = (event) => upgrade(asked.result, event.oldVersion);
    asked.onsuccess = () => {
      const db = asked.result;
      // A newer page of another window wants to upgrade: let it, and open again when needed.
      db.onversionchange = () => { db.close(); opening = undefined; };
      db.onclose = () => { opening = undefined; };
      done(db);
    };
    // A newer page upgraded it before: its entries are as good as ours.
    asked.onerror = () => (asked.error?.name === "VersionError" ? open().then(done, fail) : fail(asked.error));
  });
}

async function act(mode, work) {
  opening ??= open(VERSION).catch((error) => { opening = undefined; throw error; });
  const db = await opening;
  return new Promise((done, fail) => {
    const turn = db.transaction(STORE, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const result = work(turn.objectStore(STORE));
    turn.oncomplete = () => done(result?.result);
    turn.onabort = turn.onerror = () => fail(turn.error ?? new Error("The phone did not keep it."));
  });
}

export const isWaiting = (entry) => entry.state !== "sent";
export const all = () => act("readonly", (store) => store.getAll());

async function changed() {
  const waiting = (await all()).filter(isWaiting);
  try { localStorage.setItem(FLAG, String(waiting.length)); } catch { /* Only a hint for other pages. */ }
  channel?.postMessage("changed");
  dispatchEvent(new Event("outbox:changed"));
}

export async function save(entry) {
  await act("readwrite", (store) => store.put(entry));
  await changed().catch(() => undefined);
}

export async function remove(id) {
  await act("readwrite", (store) => store.delete(id));
  await changed();
}

function asked(path, options) {
  return fetch(path, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
}

// Who would be sending now: {user, token, now, entries}, or {status} when nobody is.
async function identify(ids) {
  const answer = await asked(`/log/outbox/${ids.length ? `?of=${ids.join(",")}` : ""}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return { status: answer.status };
  const who = await answer.json();
  return { ...who, ahead: Date.parse(who.now) - Date.now() }; // How far the server's clock is ahead of this phone's.
}

const sendable = ({ client_id, task, day, minutes, started, note, link }) => ({ client_id, task, worked_on: day, minutes, started, note, link });

export async function post(user, token, entries) {
  const body = JSON.stringify({ user, entries: entries.map(sendable) });
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  return asked("/log/outbox/", { method: "POST", headers, body });
}

function batches(entries) {
  const made = [];
  let size = Infinity;
  for (const entry of entries) {
    const bytes = JSON.stringify(sendable(entry)).length * 3;
    if (size + bytes > BATCH_BYTES || made.at(-1).length >= BATCH) { made.push([]); size = 0; }
    made.at(-1).push(entry);
    size += bytes;
  }
  return made;
}

// What the phone knows of an entry after the server answered. An entry that was changed meanwhile is looked at anew.
// On a phone without room for that, it forgets what the server has, and keeps the rest as it was.
function settle(store, sent, answer, hasRoom) {
  const got = store.get(sent.client_id);
  got.onsuccess = () => {
    const now = got.result;
    if (now && now.rev !== sent.rev) return;
    if (answer.outcome === "later" || (answer.outcome === "failed" && !(now && hasRoom))) return;
    if (answer.outcome === "failed") {
      store.put({ ...now, failed: (now.failed ?? 0) + 1 });
      return;
    }
    const state = { refused: "refused", differs: "differs" }[answer.outcome] ?? "sent";
    if (!hasRoom) {
      if (state === "sent") store.delete(sent.client_id);
      return;
    }
    const kept = { ...sent, state, answer, sent_at: Date.now() };
    if (state === "sent") kept.note = kept.link = "";
    store.put(kept);
  };
}

async function take(batch, answers) {
  const byId = new Map(answers.map((answer) => [answer.client_id, answer]));
  const settled = batch.filter((entry) => byId.has(entry.client_id));
  const settleAll = (hasRoom) => act("readwrite", (store) => settled.forEach((entry) => settle(store, entry, byId.get(entry.client_id), hasRoom)));
  await settleAll(true).catch(() => settleAll(false));
  const later = answers.find((answer) => answer.outcome === "later");
  if (later) pause(later.retry_after);
}

function pause(seconds) {
  const wait = (Number(seconds) || 60) * 1000;
  notBefore = Date.now() + wait;
  if (wait < 2 ** 31) setTimeout(flush, wait + 1000);
}

// What the server says of entries it has; those of before, and those of whoever used this phone before, are forgotten.
async function update(known, { user, entries }) {
  const since = Date.now() - REMEMBERED_MS;
  const mine = known.filter((entry) => entry.user === user && entry.sent_at > since).slice(0, REMEMBERED);
  await act("readwrite", (store) => {
    for (const answer of entries) {
      const entry = mine.find(({ client_id }) => client_id === answer.client_id);
      if (entry) store.put({ ...entry, answer: { ...entry.answer, ...answer } });
    }
    for (const entry of known) if (!mine.includes(entry)) store.delete(entry.client_id);
  });
}

async function send(asks) {
  if (Date.now() < notBefore) return "later";
  const entries = await all();
  // What the server failed at comes last, so that it holds up nothing.
  const waiting = entries.filter(({ state }) => state === "waiting").sort((one, other) => (one.failed ?? 0) - (other.failed ?? 0) || one.made_at - other.made_at);
  const known = entries.filter(({ state }) => state === "sent").sort((one, other) => other.sent_at - one.sent_at);
  if (!waiting.length && !(asks && known.length)) return "done";
  const who = await identify(asks ? known.slice(0, REMEMBERED).map(({ client_id }) => client_id) : []);
  if (!who.user) return who.status === 401 ? "signed out" : "offline";
  if (asks) await update(known, who).catch(() => undefined);
  failures = 0;
  for (const batch of batches(waiting.filter(({ user }) => user === who.user))) {
    const failed = await sendBatch(who, batch);
    await changed();
    if (failed) return failed;
    if (Date.now() < notBefore) return "later";
  }
  await changed();
  return "done";
}

async function sendBatch(who, batch) {
  let answer = await post(who.user, who.token, batch);
  if (answer.status === 403) {
    // Somebody signed in again in another window, and the token is an old one.
    Object.assign(who, { token: "" }, await identify([]).then(({ user, token }) => user === who.user && { token }));
    answer = await post(who.user, who.token, batch);
  }
  if (answer.ok && !answer.redirected) {
    const { entries } = await answer.json();
    return take(batch, entries.map((entry) => ({ ...entry, ahead: who.ahead })));
  }
  if (answer.status === 429) {
    pause(answer.headers.get("Retry-After"));
    return "later";
  }
  // Something in this batch is too much for the server: by halves, until it is known what.
  if ([400, 413, 500].includes(answer.status) && batch.length > 1) {
    const half = batch.length >> 1;
    return (await sendBatch(who, batch.slice(0, half))) || sendBatch(who, batch.slice(half));
  }
  if ([400, 413].includes(answer.status)) {
    const says = (await answer.json().catch(() => ({}))).message ?? "";
    return take(batch, [{ client_id: batch[0].client_id, outcome: "refused", says }]);
  }
  if (answer.status === 500) {
    // It waits, and the others go on, unless the server fails at everything.
    await take(batch, [{ client_id: batch[0].client_id, outcome: "failed" }]);
    failures += 1;
    return failures < FAILURES_MOST ? undefined : "offline";
  }
  return { 401: "signed out", 403: "later", 409: "signed out" }[answer.status] ?? "offline";
}

// One window sends at a time. Where there are no locks (plain http) two may; the server takes each entry once all the same.
const alone = (work) => (navigator.locks ? navigator.locks.request(FLAG, work) : work());

// Sends what waits: done, later, offline or "signed out". A call while another is about to begin is that one.
export function flush(asks = false) {
  planned ??= alone(() => {
    planned = undefined;
    return send(asks);
  }).catch(() => "offline").then((how) => {
    clearTimeout(retry);
    if (how === "offline") retry = setTimeout(() => flush(), RETRY_MS * (1 + Math.random()));
    if (how !== last) dispatchEvent(new CustomEvent("outbox:flushed", { detail: how }));
    last = how;
    return how;
  });
  return planned;
}

export function start(asks = false) {
  addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "flush" && flush());
  if (channel) channel.onmessage = () => dispatchEvent(new Event("outbox:changed"));
  return flush(asks);
}
