// Keeps the page of a visit up to date: a stream of events, and asking now and then where streams
// do not come through. Without this file the page says what was true when it was opened.
(function () {
  "use strict";

  const TICK_MS = 2000;
  // The server sends something every fifteen seconds.
  const STREAM_QUIET_MS = 20000;
  const STREAM_DEAD_MS = 60000;
  // How long a stream may take to say its first word.
  const PATIENCE_MS = 4000;
  const ASK_MS = 10000;
  const ASK_HIDDEN_MS = 60000;
  const STALE_MS = 60000;
  const FIRST_RETRY_MS = 5000;
  const LONGEST_RETRY_MS = 120000;

  const sayer = document.querySelector("[data-live-say]");
  let said = "";

  // A polite live region speaks what it is given: only what is new.
  function say(text) {
    if (!sayer || !text || text === said) return;
    said = text;
    sayer.textContent = text;
  }

  function follow(box) {
    const words = box.querySelector("[data-live-words]");
    const people = box.querySelector("[data-live-people]");
    const stale = box.querySelector("[data-live-stale]");
    const mapBox = box.querySelector("[data-live-map]");
    const map = mapBox && window.DoorstepMap ? window.DoorstepMap(mapBox) : null;
    let source = null;
    let tag = "";
    let asking = false;
    let swapping = false;
    let over = false;
    let heardStream = 0;
    let heard = Date.now();
    let asked = 0;
    let retry = FIRST_RETRY_MS;
    let retryAt = 0;

    function openStream() {
      source = new EventSource(box.dataset.stream);
      heardStream = soon();
      source.addEventListener("visit", function (event) { hearStream(); apply(JSON.parse(event.data)); });
      source.addEventListener("beat", hearStream);
      source.addEventListener("closed", close);
      source.onerror = function () {
        // Refused for good, as the browser sees it; while it tries again by itself we only wait.
        if (source && source.readyState === EventSource.CLOSED) dropStream();
        else heardStream = Math.min(heardStream, soon());
      };
    }

    // As if it had last spoken so long ago that we lose patience soon.
    function soon() {
      return Date.now() - STREAM_QUIET_MS + PATIENCE_MS;
    }

    function hearStream() {
      heardStream = heard = Date.now();
      retry = FIRST_RETRY_MS;
      stale.hidden = true;
    }

    function dropStream() {
      if (source) source.close();
      source = null;
      retryAt = Date.now() + retry * (0.75 + Math.random() / 2);
      retry = Math.min(retry * 2, LONGEST_RETRY_MS);
    }

    async function ask() {
      asking = true;
      asked = Date.now();
      try {
        const response = await fetch(box.dataset.poll, {
          headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "manual",
        });
        if (over) return;
        if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) {
          close();
          return;
        }
        if (response.status === 200) {
          tag = response.headers.get("ETag") || "";
          apply(await response.json());
        }
        if (response.ok || response.status === 304) {
          heard = Date.now();
          stale.hidden = true;
        }
      } catch (error) {
        // No network: the next tick says so when it lasts.
      } finally {
        asking = false;
      }
    }

    function tick() {
      if (over) return;
      const now = Date.now();
      if (source && now - heardStream > STREAM_DEAD_MS) dropStream();
      if (!source && now >= retryAt && window.EventSource && !document.hidden) openStream();
      const isQuiet = !source || now - heardStream > STREAM_QUIET_MS;
      if (isQuiet && !asking && now - asked >= (document.hidden ? ASK_HIDDEN_MS : ASK_MS)) ask();
      if (now - heard > STALE_MS) stale.hidden = false;
    }

    function apply(data) {
      if (over) return;
      say(data.say);
      if (data.page !== box.dataset.page) {
        swap();
        return;
      }
      put(words, data.words);
      put(people, data.people);
      box.hidden = !data.words;
      if (map) map.update(data.map);
    }

    // Another status: the whole page says something else, and the server knows what.
    async function swap() {
      if (swapping) return;
      swapping = true;
      try {
        const response = await fetch(window.location.href, {
          headers: { "X-Live-Page": "1" }, cache: "no-store", redirect: "manual",
        });
        if (over) return;
        if (response.type === "opaqueredirect" || response.status === 403) {
          close();
        } else if (response.ok || response.status === 404) {
          const page = new DOMParser().parseFromString(await response.text(), "text/html");
          stop();
          show(page.getElementById("main"), page.title);
          start();
        }
      } catch (error) {
        // No network: the next frame or the next asking tries again.
        tag = "";
      } finally {
        swapping = false;
      }
    }

    // The visit is no longer hers to see: nothing of it stays on the page.
    function close() {
      if (over) return;
      stop();
      const closed = document.querySelector("[data-live-closed]");
      if (!closed) {
        document.getElementById("main").replaceChildren();
        window.location.reload();
        return;
      }
      const main = document.createElement("main");
      main.className = "page page--narrow";
      main.append(closed.content.cloneNode(true));
      show(main, closed.dataset.title);
      say(closed.dataset.title);
    }

    function stop() {
      over = true;
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", wake);
      if (source) source.close();
      source = null;
      if (map) map.remove();
    }

    function wake() {
      if (!document.hidden) { retryAt = 0; tick(); }
    }

    said = box.dataset.say;
    const timer = window.setInterval(tick, TICK_MS);
    document.addEventListener("visibilitychange", wake);
    if (window.EventSource) openStream();
    tick();
  }

  function put(place, html) {
    // Rewriting the same would lose the focus and load the photos again.
    if (place.dataset.html === html) return;
    const first = place.dataset.html === undefined;
    place.dataset.html = html;
    if (first && place.textContent.replace(/\s+/g, " ").trim() === textOf(html)) return;
    place.innerHTML = html;
  }

  function textOf(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.textContent.replace(/\s+/g, " ").trim();
  }

  function show(main, title) {
    const old = document.getElementById("main");
    const hadFocus = old.contains(document.activeElement) && document.activeElement !== document.body;
    old.className = main.className;
    old.replaceChildren(...Array.from(main.childNodes).map(function (node) { return document.adoptNode(node); }));
    document.title = title;
    if (hadFocus) old.focus();
  }

  function start() {
    const box = document.querySelector("[data-live]");
    if (box) follow(box);
  }
  start();
})();
