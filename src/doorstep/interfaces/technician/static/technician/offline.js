// Sends what a technician does, and keeps it while there is no network: the bar that says what waits,
// the forms that go into the queue, signing out. The queue itself is in queue.js.
(function () {
  "use strict";

  const box = document.querySelector("[data-offline]");
  if (!box || !self.doorstepQueue || !self.indexedDB) return;

  const queue = self.doorstepQueue;
  const user = box.dataset.offline;
  const root = document.documentElement;
  const state = box.querySelector("[data-waits-state]");
  const list = box.querySelector("[data-waits-list]");
  const more = box.querySelector("[data-waits-more]");
  const keptAt = root.dataset.kept ? new Date(root.dataset.kept) : null;
  const PATIENCE_MS = 10000;
  const AGAIN_MS = 30000;
  const WORKER_AGAIN_MS = 5000;
  // A clock that is this wrong is set right by the server's, as it was when a page last came from there.
  const WRONG_MS = 60000;
  const CLOCK = "doorstep-clock-off";
  let stop = "";
  let note = "";
  let isLeaving = false;
  let submits = 0;

  function wait(ms) {
    return new Promise(function (resolve) { setTimeout(resolve, ms, null); });
  }

  function words(key, value) {
    return (box.dataset[key] || "").replace("%s", value);
  }

  function clock(date) {
    const isToday = date.toDateString() === new Date().toDateString();
    // Hours from 0 to 23, as everywhere on these pages.
    const style = { timeStyle: "short", hourCycle: "h23" };
    if (!isToday) style.dateStyle = "short";
    return new Intl.DateTimeFormat(root.lang, style).format(date);
  }

  function learnTime() {
    if (!keptAt) localStorage.setItem(CLOCK, String(Date.parse(box.dataset.now) - Date.now()));
  }

  function rightTime() {
    const off = Number(localStorage.getItem(CLOCK)) || 0;
    return new Date(Date.now() + (Math.abs(off) > WRONG_MS ? off : 0));
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  // --- The bar -------------------------------------------------------------------------------

  function sentence(actions) {
    const counts = { waiting: 0, held: 0, refused: 0 };
    actions.forEach(function (each) { counts[each.state] += 1; });
    const said = [];
    if (keptAt) said.push(words("kept", clock(keptAt)));
    if (counts.waiting) said.push(words(stop === "sign-in" ? "signIn" : "wait", counts.waiting));
    if (counts.refused) said.push(words("refused", counts.refused));
    if (counts.held) said.push(words("held", counts.held));
    if (note) said.push(note);
    return said.join(" · ");
  }

  function reasonOf(action) {
    if (action.reasons.length) return action.reasons.join(" ");
    return { 404: box.dataset.gone, 413: box.dataset.large }[action.status] || box.dataset.unknown;
  }

  function reveal(item, selector, text) {
    const part = item.querySelector(selector);
    part.hidden = false;
    if (text) part.textContent = text;
    return part;
  }

  function lineOf(action) {
    const item = document.importNode(box.querySelector("[data-waits-item]").content, true).firstElementChild;
    item.dataset.kind = action.kind;
    item.dataset.state = action.state;
    item.querySelector("[data-what]").textContent = action.what;
    item.querySelector("[data-visit]").textContent = action.visit;
    item.querySelector("[data-when]").textContent = clock(new Date(action.at));
    if (action.detail) reveal(item, "[data-detail]", action.detail);
    if (action.state === "refused") {
      reveal(item, "[data-reason]", words("refused", reasonOf(action)));
      reveal(item, "[data-dismiss]").addEventListener("click", function () { decide(action, false); });
    }
    if (action.state === "held") {
      reveal(item, "[data-send]").addEventListener("click", function () { decide(action, true); });
      reveal(item, "[data-discard]").addEventListener("click", function () { decide(action, false); });
    }
    return item;
  }

  async function show() {
    const actions = await queue.list(user);
    const said = sentence(actions);
    if (state.textContent !== said) state.textContent = said;
    const isOpen = actions.some(function (each) { return each.state !== "waiting"; });
    const kept = JSON.stringify(actions.map(function (each) { return [each.id, each.state]; }));
    box.toggleAttribute("data-shown", Boolean(said));
    box.querySelector("[data-waits-sign-in]").hidden = !(stop === "sign-in" && actions.length);
    if (list.dataset.kept !== kept) {
      list.dataset.kept = kept;
      list.replaceChildren(...actions.map(lineOf));
      more.hidden = !actions.length;
      if (isOpen) more.open = true;
    }
    await window.doorstepAhead(actions);
  }

  async function decide(action, isSent) {
    if (isSent) {
      action.state = "waiting";
      await queue.change(action);
      await send();
    } else {
      await queue.remove(action.id);
      await show();
      // What is shown may have stood on what is given up now.
      if (navigator.onLine) refresh();
    }
    state.tabIndex = -1;
    state.focus({ preventScroll: true });
  }

  // --- Sending -------------------------------------------------------------------------------

  function isTyping() {
    return Array.from(document.querySelectorAll("main textarea, main input[type=text], main input[type=file]")).some(function (input) {
      return input.type === "file" ? input.files.length : input.value !== input.defaultValue;
    });
  }

  // Never takes away what is being written.
  function refresh() {
    if (isLeaving || submits) return;
    if (isTyping()) {
      note = box.dataset.taken;
      show();
      return;
    }
    isLeaving = true;
    location.reload();
  }

  async function send() {
    const told = await queue.send();
    stop = told.stop;
    await show();
    if (told.sent || told.refused) refresh();
    return told;
  }

  async function back() {
    const told = await send();
    if (!told.sent && !told.refused && !told.stop && keptAt) {
      const found = await queue.session();
      if (!found.stop) refresh();
    }
  }

  function goTo(address) {
    const next = new URL(address, location.href);
    isLeaving = true;
    if (next.pathname + next.search !== location.pathname + location.search) {
      location.assign(next);
      return;
    }
    // To the same page: an address with the same fragment would not load it anew.
    history.replaceState(null, "", next);
    location.reload();
  }

  // --- Forms ---------------------------------------------------------------------------------

  function describe(form, kind, button, data) {
    const card = document.querySelector(".now[data-code]");
    const title = document.querySelector(".visit-head h1") || card.querySelector("h2 bdi");
    const who = document.querySelector(".visit-head h1 + p") || card.querySelector(".now__who");
    const texts = {
      status: button.innerText,
      checklist: (form.querySelector(".item__text bdi") || button).innerText,
    };
    return {
      visit: [title.textContent, who.textContent].join(", "),
      what: texts[kind] || box.dataset["label" + kind[0].toUpperCase() + kind.slice(1)],
      detail: data.get("text") || data.get("caption") || (kind === "signature" && data.get("name")) || "",
    };
  }

  function release(form) {
    delete form.dataset.sent;
    root.removeAttribute("data-busy");
    form.querySelectorAll("[aria-busy]").forEach(function (button) { button.removeAttribute("aria-busy"); });
  }

  // As without this script: the server's own page says what it does not like.
  function sendPlainly(form, button) {
    release(form);
    form.dataset.plain = "yes";
    form.querySelector("input[name=request_key]").value = newKey();
    isLeaving = true;
    form.requestSubmit(button);
  }

  async function keep(form, button) {
    const kind = form.dataset.queue;
    const data = new FormData(form, button);
    const url = new URL(form.action).pathname;
    const fields = Array.from(data.entries()).filter(function (field) {
      return !["csrfmiddlewaretoken", "request_key", "at"].includes(field[0]);
    });
    const action = Object.assign({
      user: user,
      kind: kind,
      url: url,
      code: url.split("/")[3],
      key: newKey(),
      at: queue.isoWithOffset(rightTime()),
      fields: fields,
      parent: button.dataset.parent || "",
    }, describe(form, kind, button, data));
    const id = await queue.add(action);
    const others = await queue.list(user);
    return { id: id, isFirst: !others.some(function (each) { return each.id < id && each.state !== "refused"; }) };
  }

  async function submit(form, button) {
    let kept;
    try {
      kept = await keep(form, button);
    } catch (error) {
      // No room, or no storage at all: then only the network helps.
      if (navigator.onLine) return sendPlainly(form, button);
      note = box.dataset.full;
      release(form);
      return show();
    }
    // Where the phone knows that there is no network, nobody waits to be told so.
    const told = navigator.onLine
      ? await Promise.race([queue.send(), wait(PATIENCE_MS)])
      : { sent: 0, refused: 0, stop: "network", next: {} };
    const mine = (await queue.list(user)).find(function (each) { return each.id === kept.id; });
    if (told) stop = told.stop;
    if (!mine) return goTo((told && told.next[kept.id]) || location.href);
    if (mine.state === "refused" && kept.isFirst) {
      await queue.remove(kept.id);
      return sendPlainly(form, button);
    }
    release(form);
    if (form.dataset.queue !== "status" && form.dataset.queue !== "checklist") {
      form.reset();
      const clear = form.querySelector("[data-clear]");
      if (clear) clear.click();
    }
    const problem = form.closest("details.problem");
    if (problem) problem.open = false;
    await show();
    askForSync();
    return told;
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.dataset.queue || form.dataset.plain || event.defaultPrevented) return;
    event.preventDefault();
    submits += 1;
    submit(form, event.submitter || form.querySelector("button[type=submit]")).then(function (told) {
      submits -= 1;
      if (told && (told.sent || told.refused)) refresh();
    });
  });

  // --- Signing out ---------------------------------------------------------------------------

  async function forget() {
    localStorage.removeItem("doorstep-positions");
    for (const action of await queue.list(user)) await queue.remove(action.id);
    if (!("serviceWorker" in navigator)) return;
    const found = await navigator.serviceWorker.getRegistration(box.dataset.scope);
    if (!found || !found.active) return;
    const channel = new MessageChannel();
    const done = new Promise(function (resolve) { channel.port1.onmessage = resolve; });
    found.active.postMessage({ forget: true }, [channel.port2]);
    await Promise.race([done, wait(2000)]);
  }

  async function leave(form) {
    isLeaving = true;
    await forget();
    form.submit();
  }

  document.addEventListener("submit", async function (event) {
    const form = event.target;
    if (!form.matches("[data-sign-out]")) return;
    event.preventDefault();
    release(form);
    await Promise.race([queue.send(), wait(PATIENCE_MS)]);
    const found = await queue.session();
    if (found.stop === "network") {
      note = box.dataset.away;
      await show();
      return;
    }
    if (!(await queue.list(user)).length) {
      leave(form);
      return;
    }
    const dialog = box.querySelector("[data-waits-dialog]");
    dialog.querySelector("[data-stay]").onclick = function () { dialog.close(); };
    dialog.querySelector("[data-leave]").onclick = function () { dialog.close(); leave(form); };
    dialog.showModal();
    await show();
  });

  // --- Worker --------------------------------------------------------------------------------

  async function askForSync() {
    if (!("serviceWorker" in navigator)) return;
    const found = await navigator.serviceWorker.getRegistration(box.dataset.scope);
    // Where there is none, or it is not allowed, the page sends when it is opened again.
    if (found && found.sync) found.sync.register(queue.channel).catch(function () {});
  }

  async function startWorker() {
    if (!("serviceWorker" in navigator)) return;
    const made = await navigator.serviceWorker.register(
      box.dataset.worker, { scope: box.dataset.scope, updateViaCache: "none" }
    );
    const coming = made.installing;
    // One file that did not come is enough; without a worker nothing is kept for a day without network.
    if (coming) coming.addEventListener("statechange", function () {
      if (coming.state === "redundant" && !made.active) setTimeout(tryWorker, WORKER_AGAIN_MS);
    });
    const found = await navigator.serviceWorker.ready;
    // A page that came while the worker began, or past it, belongs to no worker until it is asked.
    if (!navigator.serviceWorker.controller && found.active) found.active.postMessage({ claim: true });
    const days = document.querySelector("[data-keep]");
    if (keptAt || !found.active) return;
    const here = location.pathname + location.search;
    found.active.postMessage({ keep: days ? days.dataset.keep.split(" ") : [], here: here, user: user });
  }

  function tryWorker() {
    startWorker().catch(function (error) { console.warn("No service worker: " + error.message); });
  }

  learnTime();
  // Positions that somebody else's trip left on this phone are nobody's business.
  if (localStorage.getItem("doorstep-user") !== user) {
    localStorage.removeItem("doorstep-positions");
    localStorage.setItem("doorstep-user", user);
  }
  if ("BroadcastChannel" in window) {
    new BroadcastChannel(queue.channel).onmessage = function (event) {
      if (isLeaving || event.data.from === queue.id) return;
      if (event.data.done) refresh();
      else show();
    };
  }
  window.addEventListener("online", back);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) back(); });
  setInterval(function () { if (!document.hidden && stop === "network") back(); }, AGAIN_MS);
  tryWorker();
  show().then(send);
})();
