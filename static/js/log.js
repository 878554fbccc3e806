// Gives each hour logged an id of its own at the moment it is sent, and sends it once.
//
// The id the server wrote into the hidden field serves only the form without JavaScript: a cached page would send the same id
// twice, and the second hour would be taken for the first.

const PATIENCE = 20000;
const ids = new WeakMap();

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Browsers offer randomUUID only on https and localhost; a guild's server on the local network may be neither.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function setBusy(form, busy) {
  form.toggleAttribute("data-sending", busy);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const field = form.querySelector("[name=client_id]");
  if (!field) return;
  if (form.hasAttribute("data-sending")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // The same page sending again after a lost answer keeps its id, so the server can say "already have it".
  if (!ids.has(form)) ids.set(form, newId());
  field.value = ids.get(form);
  setBusy(form, true);
  // No answer at all: the button comes back. Sent again with the same id it still counts once.
  setTimeout(setBusy, PATIENCE, form, false);
}, true);

// A page brought back by the back button logs another hour, not the same one.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const field of document.querySelectorAll("[name=client_id]")) {
    ids.delete(field.form);
    setBusy(field.form, false);
  }
});

// Under htmx the page stays: when the answer is here, or never comes, the form may send again.
for (const name of ["htmx:finally:request", "htmx:error"]) {
  document.addEventListener(name, () => {
    for (const form of document.querySelectorAll("form[data-sending]")) setBusy(form, false);
  });
}
