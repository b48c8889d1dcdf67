// Tells the company where the phone is while its owner travels to a visit, and stops with the trip.
// Saves the battery: rarely while standing still, and half as often when the battery is low.
(function () {
  "use strict";

  const box = document.querySelector("[data-share]");
  if (!box || !("geolocation" in navigator)) return;

  const KEPT = "doorstep-positions";
  const MOST_KEPT = 400;
  const STILL_MS = 60000;
  const MOVED_METRES = 25;
  const AGAIN_MS = 10000;
  const LOW_BATTERY = 0.15;
  const WRONG_CLOCK = ["in_the_future", "before_the_trip"];
  const everyMs = Number(box.dataset.every) * 1000;
  const state = box.querySelector("[data-share-state]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  let last = null;
  let slower = 1;
  let isSending = false;
  let watch = null;
  let again = null;

  function say(key, time) {
    const text = state.dataset[key] || "";
    const said = time ? text.replace("%s", time) : text;
    if (state.textContent !== said) state.textContent = said;
  }

  // What could not be sent yet outlives a page that is left.
  function kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || [];
    } catch (error) {
      return [];
    }
  }

  function keep(list) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(list.slice(-MOST_KEPT)));
    } catch (error) {
      // A phone without room sends what it has now and forgets the rest.
    }
  }

  function metres(a, b) {
    const rad = Math.PI / 180;
    const east = (b.longitude - a.longitude) * Math.cos(a.latitude * rad);
    return Math.hypot(b.latitude - a.latitude, east) * 111195;
  }

  function isWorth(found) {
    if (!last) return true;
    const passed = Date.parse(found.at) - Date.parse(last.at);
    const hasMoved = metres(last, found) > Math.max(MOVED_METRES, found.accuracy / 2);
    return passed >= (hasMoved ? everyMs : Math.max(everyMs, STILL_MS)) * slower;
  }

  function hear(position) {
    const at = position.coords;
    const found = {
      latitude: at.latitude,
      longitude: at.longitude,
      accuracy: at.accuracy,
      at: new Date().toISOString(),
    };
    if (!isWorth(found)) return;
    last = found;
    keep(kept().concat(found));
    send();
  }

  async function send() {
    const list = kept();
    if (isSending || !list.length) return;
    isSending = true;
    try {
      // The server must know of a trip before it is told where it leads; see queue.js.
      const person = document.querySelector("[data-offline]");
      if (person && self.doorstepQueue && (await self.doorstepQueue.isStatusWaiting(person.dataset.offline))) {
        say("offline");
        return;
      }
      const answer = await fetch(box.dataset.share, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ positions: list }),
        keepalive: list.length < 50,
      });
      if (answer.redirected || answer.status === 409 || answer.status === 401) {
        // Signed out, no trip any more, paused, or switched off.
        stop();
      } else if (answer.ok) {
        const told = await answer.json();
        keep(kept().slice(list.length));
        if (told.refused.some(function (each) { return WRONG_CLOCK.includes(each.reason); })) say("clock");
        else say("sent", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
      } else if (answer.status === 400) {
        keep([]);
      } else {
        say("offline");
      }
    } catch (error) {
      say("offline");
    } finally {
      isSending = false;
      if (watch !== null && kept().length) sendAgain();
    }
  }

  // A phone that stands still hears of no new position, and of a network that is back only once.
  function sendAgain() {
    if (again !== null) return;
    again = setTimeout(function () {
      again = null;
      send();
    }, AGAIN_MS);
  }

  // Nothing of a trip that is over is kept on the phone.
  function stop() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    keep([]);
    say("over");
  }

  function fail(error) {
    say(error.code === error.PERMISSION_DENIED ? "denied" : "lost");
  }

  if (navigator.getBattery) {
    navigator.getBattery().then(function (battery) {
      function look() { slower = battery.level < LOW_BATTERY && !battery.charging ? 2 : 1; }
      battery.addEventListener("levelchange", look);
      battery.addEventListener("chargingchange", look);
      look();
    });
  }
  say("wait");
  window.addEventListener("online", send);
  // Arrived, though the server does not know it yet.
  document.addEventListener("doorstep:ahead", function (event) {
    const ahead = event.detail[box.dataset.code];
    if (ahead && ahead.parent !== "traveling") stop();
  });
  watch = navigator.geolocation.watchPosition(hear, fail, {
    enableHighAccuracy: true,
    maximumAge: 5000,
    timeout: 30000,
  });
  send();
})();
