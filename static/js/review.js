// Walks a review queue by keyboard over plain forms: j and k move, 1 to 5 choose a rating, a approves, r returns, x ticks, Enter
// opens, ? leads to the list of keys. Nothing here is needed: every key presses something that is on the page.
//
// Markup: [data-queue] around [data-item]s; in an item, a form with radios [data-rating] of values 1..5, a button [data-key=a], a
// button [data-key=r] (perhaps inside a <details> with the reasons), a checkbox [data-tick] and a link [data-open].

const SWITCH = "guildhub.keys";
const items = () => [...document.querySelectorAll("[data-queue] [data-item]")];
const current = () => document.activeElement?.closest("[data-item]") ?? document.querySelector("[data-item][aria-current]");

function remembered() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true; // storage refused: keys stay on for this page
  }
}

let on = remembered();

function goTo(item) {
  if (!item) return;
  for (const other of items()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  item.tabIndex = -1;
  place = items().indexOf(item);
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

let place = 0;

function step(by) {
  const all = items();
  const at = all.indexOf(current());
  goTo(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// A verdict that needs words first opens the place where they are written; pressed again, it is sent.
function press(button) {
  if (!button) return;
  const hidden = button.closest("details:not([open])");
  if (hidden) {
    hidden.open = true;
    hidden.querySelector("textarea, input:not([type=hidden])")?.focus();
    return;
  }
  button.click();
}

function tick(box) {
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  a: (item) => press(item?.querySelector("[data-key=a]")),
  r: (item) => press(item?.querySelector("[data-key=r]")),
  x: (item) => tick(item?.querySelector("[data-tick]")),
  Enter: (item) => item?.querySelector("[data-open]")?.click(),
  "?": () => document.querySelector("[data-keys]")?.scrollIntoView({ block: "center" }),
};

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const target = event.target;
  const typing = target.matches("textarea, select, input:not([type=checkbox], [type=radio])") || target.isContentEditable;
  // Escape leaves a box of words and gives the keys back.
  if (typing && event.key === "Escape") goTo(target.closest("[data-item]"));
  if (typing) return;
  if (event.key === "Enter" && target.matches("a, button, summary, input")) return;
  const item = current();
  const rating = /^[1-5]$/.test(event.key) && item?.querySelector(`[data-rating][value="${event.key}"], [data-rating] [value="${event.key}"]`);
  const action = rating ? () => rating.click() : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action(item);
});

// The item under the pointer or the tabulator is the current one, however the reader came there.
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-item]");
  if (!item || item.hasAttribute("aria-current")) return;
  for (const other of items()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  place = items().indexOf(item);
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
    try {
      localStorage.setItem(SWITCH, on ? "on" : "off");
    } catch {
      // storage refused: the switch holds for this page
    }
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

// Under htmx a judged item leaves the list: the one that takes its place becomes the current one.
document.addEventListener("htmx:after:swap", () => {
  count();
  const all = items();
  if (!current() && all.length) goTo(all[Math.min(place, all.length - 1)]);
});
