// Saves a form while it is written: a moment after the last key, to the form's own address, and says in words whether it is saved.
//
// Markup: form[data-autosave] with a hidden field `seen` and an element [data-autosave-status] that brings its sentences along;
// data-autosave="new" waits until a field is left, because its first save makes a draft with an address. The server answers
// {seen, url}, or {message} with 403 and 422, or {message, seen, stored} with 409: somebody else saved these words. Then nothing is sent
// by itself any more; both texts are shown, and pressing the form's button is the answer.
//
// What was sent and not answered is sent again word for word before anything newer: perhaps it arrived, and then it is no change.

const PAUSE = 1200;
const LONGEST = 60000;
const PATIENCE = 20000;

function watch(form) {
  const status = form.querySelector("[data-autosave-status]");
  const stored = form.querySelector("[data-autosave-stored]");
  let typed = 0; // counts changes of the form
  let kept = 0; // the change up to which the server has it
  let unanswered = null;
  let sending = null;
  let timer = 0;
  let wait = PAUSE;
  let stopped = false;
  let leaving = false;
  let insisted = false;
  let renewed = false; // the token, since the last save that was kept

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const isSafe = () => kept === typed && !unanswered;

  function plan(after = PAUSE) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, after);
  }

  function showStored(answer) {
    const list = stored.querySelector("[data-autosave-words]");
    list.replaceChildren(...answer.stored.map(([label, words]) => {
      const row = document.createElement("div");
      const [term, said] = [document.createElement("dt"), document.createElement("dd")];
      [term.textContent, said.textContent, said.dir] = [label, words, "auto"];
      row.append(term, said);
      return row;
    }));
    stored.hidden = false;
    stored.scrollIntoView({ block: "nearest" });
  }

  // A window in which somebody signed in anew has another token: this page asks for the one that holds now.
  async function freshToken() {
    const page = await fetch(location.href, { headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-autosave] [name=csrfmiddlewaretoken]");
    if (found) form.elements.csrfmiddlewaretoken.value = found.value;
    return Boolean(found);
  }

  function keep(answer, count) {
    form.elements.seen.value = answer.seen;
    if (answer.url && form.dataset.autosave === "new") {
      form.dataset.autosave = "";
      form.action = answer.url;
      history.replaceState(null, "", answer.url);
    }
    [kept, unanswered, wait, renewed] = [count, null, PAUSE, false];
    if (isSafe()) say(status.dataset.saved);
    else plan();
  }

  function refuse(code, answer, count) {
    unanswered = null;
    say(answer.message);
    if (code === 409) {
      form.elements.seen.value = answer.seen;
      showStored(answer);
    }
    if (code !== 422) stopped = true;
    else if (typed > count) plan();
  }

  function again(text) {
    say(text);
    wait = Math.min(wait * 2, LONGEST);
    plan(wait);
  }

  async function send() {
    unanswered ??= { body: new FormData(form), count: typed };
    const { body, count } = unanswered;
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    say(status.dataset.saving);
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      return again(status.dataset.offline);
    }
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json().catch(() => null) : null;
    if (answer.ok && told) return keep(told, count);
    if (told?.message) return refuse(answer.status, told, count);
    if (answer.status === 400 || answer.status === 413) {
      unanswered = null;
      return say(status.dataset.toolong);
    }
    if (answer.redirected || answer.status === 401) return again(status.dataset.signin);
    if (answer.status === 403 && (await freshToken().catch(() => false))) {
      say(status.dataset.unsaved);
      if (renewed) return again(status.dataset.unsaved);
      renewed = true;
      return plan(0);
    }
    return again(answer.status === 403 ? status.dataset.signin : status.dataset.offline);
  }

  function save() {
    clearTimeout(timer);
    if (sending || stopped || isSafe()) return sending;
    if (!unanswered && !form.checkValidity()) return say(status.dataset.unsaved);
    sending = send().finally(() => { sending = null; });
    return sending;
  }

  form.addEventListener("input", () => {
    typed += 1;
    say(status.dataset.unsaved);
    if (form.dataset.autosave !== "new") plan();
  });
  form.addEventListener("change", () => plan());
  addEventListener("online", () => plan(0));
  document.addEventListener("visibilitychange", () => { if (!isSafe()) save(); });

  // The button waits for what is under way, so that one's own words don't look like somebody else's.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (leaving || (!sending && !unanswered)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    await (sending ?? save());
    if (stopped && !stored.hidden) return;
    // Without an answer the page stays, with everything on it; pressed once more, the button is taken at its word.
    if (unanswered && !insisted) return void (insisted = true);
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && !isSafe()) event.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = false; });
}

document.querySelectorAll("form[data-autosave]").forEach(watch);
