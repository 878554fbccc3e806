// Lists the work begun on this phone without an account (drafts.js), each with the way to its task's page; what is older than a month goes.
//
// Markup: projects/_drafts.html: [data-drafts] is a task's address with an id of zeros, in it a <ul>. Hidden while there is none.

const KEY = /^guildhub\.draft\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const NO_ID = "00000000-0000-0000-0000-000000000000";
const DAYS = 30;

function draft(key) {
  try {
    const { v, at, title } = JSON.parse(localStorage.getItem(key));
    if (v === 1 && Date.now() - at < DAYS * 86400000) return { task: KEY.exec(key)[1], at, title };
    if (v === 1) localStorage.removeItem(key);
    return null;
  } catch {
    return null; // Not ours.
  }
}

function found() {
  try {
    return Object.keys(localStorage).filter((key) => KEY.test(key)).map(draft).filter(Boolean).sort((one, other) => other.at - one.at);
  } catch {
    return []; // No storage.
  }
}

for (const section of document.querySelectorAll("[data-drafts]")) {
  for (const { task, title } of found()) {
    const [row, link, name] = ["li", "a", "bdi"].map((kind) => document.createElement(kind));
    link.href = section.dataset.drafts.replace(NO_ID, task);
    name.textContent = String(title ?? "").slice(0, 140) || task;
    link.append(name);
    row.append(link);
    section.querySelector("ul").append(row);
    section.hidden = false;
  }
}
