// Moves a progress bar while a job runs: asks the address in data-progress every two seconds, and goes on when it is finished.

const EVERY = 2000;
const LONGEST = 30000;

function follow(box) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  box.querySelector("[data-progress-manual]")?.setAttribute("hidden", "");
  let wait = EVERY;

  async function ask() {
    if (!box.isConnected) return;
    // A page in the background asks nothing: the data of somebody on a bus is worth more than a moving bar nobody sees.
    if (document.hidden) return void document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { done, total, message, finished, next } = await answer.json();
      if (total) {
        bar.max = total;
        bar.value = done;
      }
      if (message && text.textContent !== message) text.textContent = message;
      if (finished) return void (next ? location.assign(next) : location.reload());
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
    setTimeout(ask, wait);
  }
  setTimeout(ask, EVERY);
}

document.querySelectorAll("[data-progress]").forEach(follow);
