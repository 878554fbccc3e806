// Lets the page for hours open without a connection. What was typed lies in IndexedDB, which this file never touches:
// a new version of it, or none at all, loses nothing.
//
// KEPT comes from the server (guildhub/views/phone.py): version, files, and the addresses log, offline and leaves.
// Kept are the files, /offline/ (which belongs to nobody), and, by hours.js, the names of one person's tasks.

const CACHE = `guildhub-${KEPT.version}`;
const PATIENCE = 7000; // A page takes three seconds on a slow 2G line; whoever waits longer wants to type.
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
let stale = false;

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...KEPT.files, KEPT.offline]);
  stale = false;
}

async function forget() {
  for (const name of await caches.keys()) if (name.startsWith("guildhub-")) await caches.delete(name);
  stale = true;
}

async function dropOld() {
  for (const name of await caches.keys()) {
    if (/^guildhub-[0-9a-f]{12}$/.test(name) && name !== CACHE) await caches.delete(name);
  }
  await self.registration.navigationPreload?.enable();
  await clients.claim();
}

addEventListener("install", (event) => event.waitUntil(keep().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(dropOld()));

async function file(request) {
  const kept = await caches.match(request);
  // Without a hash in its name (a developer's server) the file may have changed under it.
  if (kept && HASHED.test(request.url)) return kept;
  return fetch(request).catch(() => kept ?? Response.error());
}

async function page(event, isLog) {
  const asked = (async () => (await event.preloadResponse) ?? fetch(event.request))()
    .then((answer) => (isLog && [502, 503, 504].includes(answer.status) ? undefined : answer))
    .catch(() => undefined);
  const late = new Promise((done) => { if (isLog) setTimeout(done, PATIENCE); });
  const answer = await Promise.race([asked, late]);
  return answer ?? (await caches.match(KEPT.offline)) ?? (await asked) ?? Response.error();
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (method === "POST" && mode === "navigate") {
    // Signing out, or in as somebody else. The answer is not waited for: to forget once too often costs nothing.
    if (KEPT.leaves.some((path) => pathname.startsWith(path))) event.waitUntil(forget());
  } else if (method === "GET" && mode === "navigate") {
    event.respondWith(page(event, pathname === KEPT.log));
    if (stale) event.waitUntil(keep().catch(() => undefined));
  } else if (method === "GET" && KEPT.files.includes(pathname)) {
    event.respondWith(file(event.request));
  }
});

// Background Sync is a nudge: whatever page is open sends. With none open nothing is sent, and nothing is lost.
addEventListener("sync", (event) => {
  event.waitUntil(clients.matchAll().then((open) => open.forEach((page) => page.postMessage("flush"))));
});
