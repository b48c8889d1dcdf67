// Keeps the technician's pages readable without network: today's and tomorrow's visits, and what she
// opened. Nothing of anybody else's, nothing older than two days, nothing once she has signed out.
(function () {
  "use strict";

  const PAGES = "doorstep-pages-";
  const FILES = "doorstep-files-";
  const files = FILES + DOORSTEP.version;
  const PATIENCE_MS = 4000;
  const KEPT_MS = 2 * 24 * 60 * 60 * 1000;
  // A page kept this recently is not fetched ahead again.
  const FRESH_MS = 10 * 60 * 1000;
  const KEPT_AT = "Doorstep-Kept-At";
  const VISIT = /^\/technician\/visits\/[\w-]+\/(ahead\/)?$/;
  const PICTURE = /^\/technician\/visits\/[\w-]+\/(photos\/\d+|signature)\/$/;
  const LINKS = /"(\/technician\/visits\/[\w-]+\/(?:photos\/\d+\/|signature\/)?)"/g;
  // Raised when everything is forgotten, so that what is on its way is not kept after all.
  let era = 0;
  // What is kept and forgotten changes one thing after the other.
  let turn = Promise.resolve();
  let isNewer = false;

  function isPage(url) {
    return url.pathname === DOORSTEP.home || url.pathname === DOORSTEP.offline || VISIT.test(url.pathname);
  }

  function isFile(url) {
    return url.pathname.startsWith("/static/") || DOORSTEP.files.includes(url.pathname + url.search);
  }

  function inTurn(work) {
    const done = turn.then(work);
    turn = done.catch(function () { /* Whoever asked for it hears of it. */ });
    return done;
  }

  function forget(names) {
    return Promise.all(names.map(function (name) { return caches.delete(name); }));
  }

  async function namesOfPages() {
    return (await caches.keys()).filter(function (name) { return name.startsWith(PAGES); });
  }

  function forgetAll() {
    era += 1;
    return inTurn(async function () { await forget(await namesOfPages()); });
  }

  // Whoever signs in on this phone finds nothing of who did before, nor of what was on its way then.
  async function belongTo(user) {
    const others = (await namesOfPages()).filter(function (name) { return name !== PAGES + user; });
    if (!others.length) return;
    era += 1;
    await forget(others);
  }

  function keptAt(response) {
    return Number(response.headers.get(KEPT_AT)) || 0;
  }

  // --- Keeping -------------------------------------------------------------------------------

  async function keep(address, response, begun) {
    const user = response.headers.get("Doorstep-User");
    if (!user) return;
    const headers = new Headers(response.headers);
    const now = Date.now();
    headers.set(KEPT_AT, String(now));
    const isHtml = (headers.get("Content-Type") || "").startsWith("text/html");
    // A page says itself that it is a kept one.
    const body = isHtml
      ? (await response.text()).replace("<html ", '<html data-kept="' + new Date(now).toISOString() + '" ')
      : await response.blob();
    await inTurn(async function () {
      if (begun !== era) return;
      await belongTo(user);
      const pages = await caches.open(PAGES + user);
      await pages.put(address, new Response(body, { status: 200, headers: headers }));
    });
  }

  async function findPages() {
    const name = (await namesOfPages())[0];
    return name ? caches.open(name) : null;
  }

  async function find(address) {
    const pages = await findPages();
    const found = pages && (await pages.match(address, { ignoreVary: true }));
    if (!found) return null;
    if (Date.now() - keptAt(found) <= KEPT_MS) return found;
    await pages.delete(address, { ignoreVary: true });
    return null;
  }

  async function dropOld() {
    const pages = await findPages();
    if (!pages) return;
    for (const request of await pages.keys()) await find(request.url);
  }

  // What the network says counts, also for what is kept.
  async function learn(address, response, begun) {
    const version = response.headers.get("Doorstep-Version");
    if (version) isNewer = version !== DOORSTEP.version;
    if (response.ok && !response.redirected) {
      await keep(address, response.clone(), begun);
    } else if (response.status === 403 || response.status === 404) {
      const pages = await findPages();
      if (pages) await pages.delete(address, { ignoreVary: true });
    } else if (response.type === "opaqueredirect" || response.redirected || response.status === 401) {
      if ((await doorstepQueue.session()).stop === "sign-in") await forgetAll();
    }
  }

  // --- Answering -----------------------------------------------------------------------------

  function today() {
    const now = new Date();
    return DOORSTEP.home + "?day=" + doorstepQueue.isoWithOffset(now).slice(0, 10);
  }

  // After midnight the day that was kept as tomorrow is today.
  async function findPage(request) {
    const url = new URL(request.url);
    const found = await find(request.url);
    if (url.pathname === DOORSTEP.home && !url.search) {
      const isOld = !found || new Date(keptAt(found)).toDateString() !== new Date().toDateString();
      return (isOld && (await find(today()))) || found;
    }
    return found;
  }

  async function answerPage(event) {
    const begun = era;
    const network = fetch(event.request);
    event.waitUntil(network.then(function (response) {
      return learn(event.request.url, response.clone(), begun);
    }).catch(function () { /* Without network there is nothing to learn. */ }));
    const late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE_MS, null); });
    const quick = await Promise.race([network.catch(function () { return null; }), late]);
    if (quick && quick.status < 500) return quick;
    const kept = await findPage(event.request);
    if (kept) return kept;
    try {
      return await network;
    } catch (error) {
      return answerAway(event.request);
    }
  }

  async function answerAway(request) {
    const page = request.mode === "navigate" ? await find(DOORSTEP.offline) : null;
    return page || Response.error();
  }

  async function answerPicture(event) {
    const kept = await find(event.request.url);
    if (kept) return kept;
    const begun = era;
    const response = await fetch(event.request);
    event.waitUntil(learn(event.request.url, response.clone(), begun));
    return response;
  }

  async function answerFile(event) {
    const cache = await caches.open(files);
    const kept = await cache.match(event.request, { ignoreVary: true });
    // A page of a newer version goes with newer files; this worker is about to be replaced.
    if (kept && !isNewer) return kept;
    try {
      const response = await fetch(event.request);
      if (response.ok && !isNewer) await cache.put(event.request, response.clone());
      return response;
    } catch (error) {
      return kept || Response.error();
    }
  }

  // --- Fetching ahead ------------------------------------------------------------------------

  async function fetchAhead(address, begun, isNeededFresh) {
    const kept = await find(address);
    const isFresh = kept && !isNeededFresh && Date.now() - keptAt(kept) < FRESH_MS;
    if (isFresh) return kept;
    try {
      const response = await fetch(address, { redirect: "manual" });
      await learn(new URL(address, location.origin).href, response.clone(), begun);
      return response.ok ? response : null;
    } catch (error) {
      return null;
    }
  }

  async function linksOf(response) {
    const text = response ? await response.clone().text() : "";
    return new Set(Array.from(text.matchAll(LINKS), function (match) { return match[1]; }));
  }

  // Days, then their visits, then the pictures of these. One after the other: the network of a van
  // has other things to carry.
  async function keepDays(days, here, user) {
    await inTurn(function () { return belongTo(user); });
    const begun = era;
    const seen = new Set();
    await dropOld();
    await fetchAhead(DOORSTEP.offline, begun, false);
    await fetchAhead(here, begun, true);
    for (const day of days) {
      for (const link of await linksOf(await fetchAhead(day, begun, day !== here))) {
        if (seen.has(link) || begun !== era) continue;
        seen.add(link);
        if (PICTURE.test(link)) continue;
        const page = await fetchAhead(link, begun, false);
        await fetchAhead(link + "ahead/", begun, false);
        for (const picture of await linksOf(page)) {
          if (PICTURE.test(picture) && !(await find(picture))) await fetchAhead(picture, begun, false);
        }
      }
    }
  }

  // --- Events --------------------------------------------------------------------------------

  self.addEventListener("install", function (event) {
    self.skipWaiting();
    event.waitUntil(caches.open(files).then(function (cache) {
      return cache.addAll(DOORSTEP.files.map(function (address) {
        return new Request(address, { cache: "reload" });
      }));
    }));
  });

  self.addEventListener("activate", function (event) {
    event.waitUntil(caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) {
        return name.startsWith(FILES) && name !== files;
      }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); }));
  });

  self.addEventListener("fetch", function (event) {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== location.origin) return;
    if (isPage(url)) {
      event.respondWith(answerPage(event));
    } else if (PICTURE.test(url.pathname) && event.request.mode !== "navigate") {
      event.respondWith(answerPicture(event));
    } else if (isFile(url)) {
      event.respondWith(answerFile(event));
    } else if (event.request.mode === "navigate") {
      event.respondWith(fetch(event.request).catch(function () { return answerAway(event.request); }));
    }
  });

  self.addEventListener("message", function (event) {
    const asked = event.data || {};
    if (asked.claim) event.waitUntil(self.clients.claim());
    if (asked.keep) event.waitUntil(keepDays(asked.keep, asked.here, asked.user));
    if (asked.forget) {
      event.waitUntil(forgetAll().then(function () {
        if (event.ports[0]) event.ports[0].postMessage("done");
      }));
    }
  });

  self.addEventListener("sync", function (event) {
    if (event.tag !== doorstepQueue.channel) return;
    event.waitUntil(doorstepQueue.send().then(function (told) {
      // Only a failure makes the browser try again later.
      if (told.stop === "network") throw new Error("no network yet");
    }));
  });
})();
