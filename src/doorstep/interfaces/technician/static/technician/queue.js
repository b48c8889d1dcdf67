// What a technician did, kept on the phone until the server has answered for it. Used by the pages and
// by the service worker. Each action carries a key of its own, so that sending it twice is harmless.
(function () {
  "use strict";

  const NAME = "doorstep-queue";
  const ACTIONS = "actions";
  const SESSION = "/technician/session/";
  const PATIENCE_MS = 10000;
  const UPLOAD_PATIENCE_MS = 120000;
  const ID = String(Math.random());
  const news = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;

  let opened = null;

  function open() {
    opened = opened || new Promise(function (resolve, reject) {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = function () {
        request.result.createObjectStore(ACTIONS, { keyPath: "id", autoIncrement: true });
      };
      request.onsuccess = function () {
        // A browser may close it by itself, to save memory or when its data is cleared.
        request.result.onclose = function () { opened = null; };
        resolve(request.result);
      };
      request.onerror = function () {
        opened = null;
        reject(request.error);
      };
    });
    return opened;
  }

  // Resolves once it is on the disk, with what `work` asked for.
  async function store(mode, work) {
    const database = await open();
    return new Promise(function (resolve, reject) {
      const transaction = database.transaction(ACTIONS, mode, { durability: "strict" });
      const request = work(transaction.objectStore(ACTIONS));
      transaction.oncomplete = function () { resolve(request.result); };
      transaction.onerror = transaction.onabort = function () { reject(transaction.error); };
    });
  }

  function tell(what) {
    if (news) news.postMessage(Object.assign({ from: ID }, what));
  }

  // In the order in which they were done.
  async function list(user) {
    const all = await store("readonly", function (actions) { return actions.getAll(); });
    return all.filter(function (each) { return each.user === user; });
  }

  async function add(action) {
    const earlier = action.kind === "status" ? await list(action.user) : [];
    const isHeld = earlier.some(function (each) {
      return each.code === action.code && each.state === "held";
    });
    const kept = Object.assign({ state: isHeld ? "held" : "waiting", reasons: [] }, action);
    const id = await store("readwrite", function (actions) { return actions.add(kept); });
    tell({ changed: true });
    return id;
  }

  async function change(action) {
    await store("readwrite", function (actions) { return actions.put(action); });
    tell({ changed: true });
  }

  async function remove(id) {
    await store("readwrite", function (actions) { return actions.delete(id); });
    tell({ changed: true });
  }

  async function ask(address, options, patience) {
    const controller = new AbortController();
    const timer = setTimeout(function () { controller.abort(); }, patience);
    try {
      const answer = await fetch(address, Object.assign({ signal: controller.signal }, options));
      const isJson = (answer.headers.get("Content-Type") || "").includes("application/json");
      return { status: answer.status, ok: answer.ok, body: isJson ? await answer.json() : null };
    } catch (error) {
      return { status: 0, ok: false, body: null };
    } finally {
      clearTimeout(timer);
    }
  }

  // Why it stops for now: "network" (or a server that is away), or "sign-in".
  async function session() {
    const answer = await ask(SESSION, { headers: { Accept: "application/json" }, cache: "no-store" }, PATIENCE_MS);
    if (answer.ok && answer.body) return answer.body;
    const isAway = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    return { stop: isAway ? "network" : "sign-in" };
  }

  function isoWithOffset(date) {
    const minutes = -date.getTimezoneOffset();
    const local = new Date(date.getTime() + minutes * 60000).toISOString().slice(0, -1);
    const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
    return local + (minutes < 0 ? "-" : "+") + hours + ":" + String(Math.abs(minutes) % 60).padStart(2, "0");
  }

  function post(action, token) {
    const body = new FormData();
    action.fields.forEach(function (field) { body.append(...field); });
    body.set("request_key", action.key);
    body.set("at", action.at);
    const hasFile = action.fields.some(function (field) { return typeof field[1] !== "string"; });
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    return ask(action.url, { method: "POST", headers: headers, body: body }, hasFile ? UPLOAD_PATIENCE_MS : PATIENCE_MS);
  }

  // What was not taken stays until it is dismissed; statuses of that visit that follow it are held
  // until the technician has decided about them.
  async function refuse(action, answer) {
    action.state = "refused";
    action.reasons = (answer.body && answer.body.refusals) || [];
    action.status = answer.status;
    await change(action);
    if (action.kind !== "status") return;
    for (const each of await list(action.user)) {
      if (each.id > action.id && each.code === action.code && each.kind === "status" && each.state === "waiting") {
        each.state = "held";
        await change(each);
      }
    }
  }

  async function sendAll() {
    const told = { sent: 0, refused: 0, next: {}, stop: "" };
    const everything = await store("readonly", function (actions) { return actions.getAll(); });
    if (!everything.some(function (each) { return each.state === "waiting"; })) return told;
    let found = await session();
    let isTokenFresh = true;
    while (!found.stop) {
      const waiting = (await list(found.user)).filter(function (each) { return each.state === "waiting"; });
      const action = waiting[0];
      if (!action) break;
      const answer = await post(action, found.token);
      if (answer.status === 200 && answer.body) {
        told.sent += 1;
        told.next[action.id] = answer.body.next;
        await remove(action.id);
        isTokenFresh = true;
      } else if (answer.status === 403 && isTokenFresh) {
        found = await session();
        isTokenFresh = false;
      } else if ([200, 401, 403].includes(answer.status)) {
        found = { stop: "sign-in" };
      } else if ([0, 408, 425, 429].includes(answer.status) || answer.status >= 500) {
        found = { stop: "network" };
      } else {
        told.refused += 1;
        await refuse(action, answer);
      }
    }
    told.stop = found.stop || "";
    if (told.sent || told.refused) tell({ done: true });
    return told;
  }

  // One page or worker at a time. Where there are no locks, the keys still keep it harmless.
  function send() {
    return navigator.locks ? navigator.locks.request(NAME, sendAll) : sendAll();
  }

  self.doorstepQueue = {
    channel: NAME,
    id: ID,
    list: list,
    add: add,
    change: change,
    remove: remove,
    send: send,
    session: session,
    isoWithOffset: isoWithOffset,
    // Positions of a trip are worth nothing before the server knows of the trip.
    isStatusWaiting: async function (user) {
      return (await list(user)).some(function (each) { return each.kind === "status" && each.state !== "refused"; });
    },
  };
})();
