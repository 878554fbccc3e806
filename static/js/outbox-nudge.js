// On the pages of somebody who is signed in: sends what still waits on this phone. It asks for the rest only if something does.
let count = 0;
try { count = Number(localStorage.getItem("guildhub.outbox")); } catch { /* No storage: then nothing waits. */ }
if (count > 0) {
  import("./outbox.js").then(async ({ all, isWaiting, start }) => {
    await start();
    const line = document.querySelector("[data-unsent]");
    const left = line ? (await all()).filter((entry) => isWaiting(entry) && entry.user === line.dataset.unsent).length : 0;
    if (left) line.textContent = `${line.dataset.waits} ${left.toLocaleString(document.documentElement.lang)}`;
  });
}
