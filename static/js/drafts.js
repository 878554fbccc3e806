// Keeps what somebody without an account writes on a task's page: on this phone alone, until it is sent or thrown away.
//
// Markup: projects/_task_draft.html. [data-draft=<task id>] around one form with a hidden client_id; data-mode="begin" for a visitor,
// whose buttons lead to signing in, or "offer" for a member, who sees it only if there is a draft and sends it by their own press.
// What is stored is a plain value per task, without a name; drafts-list.js lists them.
//
// The entry's id is made when it is first sent and kept with the draft: an answer that got lost is asked for again and counts once.

const PREFIX = "guildhub.draft.";
const DAYS = 30;
const PAUSE = 400;
const PATIENCE = 20000;
const FIELDS = ["minutes", "note", "link", "other_day"];

function read(task) {
  try {
    const draft = JSON.parse(localStorage.getItem(PREFIX + task));
    if (draft?.v !== 1) return null;
    if (Date.now() - draft.at < DAYS * 86400000) return draft;
    drop(task);
  } catch { /* No storage, or no draft of ours. */ }
  return null;
}

function write(draft) {
  try {
    localStorage.setItem(PREFIX + draft.task, JSON.stringify(draft));
    return true;
  } catch {
    return false; // Full, or forbidden: whoever called says so.
  }
}

function drop(task) {
  try { localStorage.removeItem(PREFIX + task); } catch { /* Nothing is stored then. */ }
}

// Two windows that send at once must not make an id each; browsers have locks only on https and localhost.
const alone = (act) => (navigator.locks ? navigator.locks.request(PREFIX, act) : act());

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}

function watch(section) {
  const { draft: task, title } = section.dataset;
  const form = section.querySelector("form");
  const status = section.querySelector("[data-draft-status]");
  const away = section.querySelector("[data-draft-drop]");
  const back = section.querySelector("[data-draft-back]");
  const field = (name) => form.elements[name];
  const isOffer = section.dataset.mode === "offer";
  let dirty = false;
  let kept = true;
  let timer = 0;
  let sending = false;
  let thrown = null;
  let lastId = null;
  // On a slow line somebody types before this script is here.
  const early = new Set(["minutes", "note", "link"].filter((name) => field(name).value !== field(name).defaultValue));

  const say = (name) => { status.textContent = name ? status.dataset[name] : ""; };
  const hasWords = () => ["minutes", "note", "link"].some((name) => field(name).value.trim());

  function fill(draft) {
    for (const name of FIELDS) if (draft[name] !== undefined && !early.has(name)) field(name).value = draft[name];
    if (draft.id) field("client_id").value = draft.id;
    [section.hidden, away.hidden, back.hidden, dirty, kept] = [false, false, true, false, true];
  }

  function empty() {
    for (const name of ["minutes", "note", "link"]) field(name).value = "";
    [away.hidden, dirty, kept] = [true, false, true];
  }

  function save() {
    clearTimeout(timer);
    if (!dirty) return kept;
    dirty = false;
    if (!hasWords()) {
      drop(task);
      away.hidden = kept = true;
      say("");
      return kept;
    }
    const before = read(task);
    if (!isOffer && before?.minutes !== field("minutes").value) field("other_day").value = today();
    const typed = Object.fromEntries(FIELDS.map((name) => [name, field(name).value]));
    kept = write({ ...before, ...typed, v: 1, task, title, at: Date.now() });
    dirty = !kept;
    say(kept ? "kept" : "full");
    away.hidden = !kept && !before;
    back.hidden = true;
    return kept;
  }

  function entryId() {
    const draft = read(task);
    lastId = draft?.id ?? lastId ?? newId();
    if (draft && !draft.id) write({ ...draft, id: lastId });
    return lastId;
  }

  function busy(is) {
    sending = is;
    for (const button of form.querySelectorAll("button")) {
      if (is) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  // Whatever isn't plainly stored is sent as the form it is: the server's own page then says in words what is the matter.
  async function send() {
    if (sending) return;
    busy(true);
    say("sending");
    field("client_id").value = await alone(entryId);
    let answer;
    try {
      const body = new URLSearchParams(new FormData(form));
      answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      busy(false);
      return say(kept ? "offline" : "full");
    }
    const path = new URL(answer.url).pathname;
    if (answer.ok && answer.redirected && path !== new URL(form.action).pathname && !path.startsWith("/accounts/")) {
      drop(task);
      location.assign(answer.url);
    } else {
      busy(false);
      form.submit();
    }
  }

  form.addEventListener("input", () => {
    [dirty, thrown] = [true, null];
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("change", save);
  document.addEventListener("visibilitychange", save);
  addEventListener("pagehide", save);

  form.addEventListener("submit", (event) => {
    save();
    if (isOffer) {
      event.preventDefault();
      send();
    } else if (kept || !hasWords()) {
      event.preventDefault();
      location.assign(event.submitter?.value === "signup" ? section.dataset.signup : section.dataset.signin);
    }
    // Without room on the phone the form goes its way without JavaScript: the next page keeps the words.
  });

  away.addEventListener("click", () => {
    if (sending) return;
    save();
    thrown = read(task);
    drop(task);
    empty();
    back.hidden = !thrown;
    say("gone");
    (thrown ? back : field("note")).focus();
  });
  back.addEventListener("click", () => {
    if (!thrown) return;
    kept = write(thrown);
    fill(thrown);
    say(kept ? "kept" : "full");
    field("note").focus();
  });

  // Another window of this phone wrote, sent or threw away the same draft. What is typed here stays.
  addEventListener("storage", (event) => {
    if (event.key !== PREFIX + task || dirty) return;
    const draft = read(task);
    if (draft) fill(draft);
    else {
      empty();
      say("elsewhere");
    }
  });

  for (const piece of section.querySelectorAll("[data-draft-script]")) piece.hidden = false;
  const draft = read(task);
  if (draft) {
    fill(draft);
    say(isOffer ? "" : "kept");
    if (location.hash === `#${section.id}`) section.scrollIntoView();
  }
  if (early.size) {
    dirty = true;
    save();
    early.clear();
  }
}

document.querySelectorAll("[data-draft]").forEach(watch);
