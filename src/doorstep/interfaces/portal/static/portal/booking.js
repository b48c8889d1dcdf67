// The chosen day in view, hold notice and letter counter. Without this file the page says the same
// in plain text.
(function () {
  "use strict";

  const WARN_SECONDS = 120;

  // On a phone the days scroll sideways: the chosen one must not hide behind the edge.
  function showChosenDay() {
    const strip = document.querySelector("[data-strip]");
    const day = strip && strip.querySelector(".is-selected");
    if (!day) return;
    const frame = strip.getBoundingClientRect();
    const chosen = day.getBoundingClientRect();
    // From middle to middle, so that it reads the same from right to left.
    const distance = chosen.left + chosen.width / 2 - frame.left - frame.width / 2;
    strip.scrollBy({ left: distance, behavior: "instant" });
  }
  showChosenDay();
  document.addEventListener("htmx:afterSettle", showChosenDay);

  document.querySelectorAll("[data-hold]").forEach(function (hold) {
    const total = Number(hold.dataset.secondsLeft);
    const warning = hold.querySelector("[data-hold-warning]");
    const over = hold.querySelector("[data-hold-over]");
    const text = hold.querySelector("[data-hold-text]");
    const start = Date.now();
    function tick() {
      const left = total - (Date.now() - start) / 1000;
      if (left <= 0) {
        warning.hidden = true;
        text.hidden = true;
        over.hidden = false;
        hold.classList.add("hold--over");
        return;
      }
      if (left <= WARN_SECONDS && warning.hidden) {
        warning.hidden = false;
        hold.classList.add("hold--soon");
      }
      window.setTimeout(tick, 1000);
    }
    tick();
  });

  document.querySelectorAll("[data-counter-for]").forEach(function (counter) {
    const field = document.getElementById(counter.dataset.counterFor);
    if (!field) return;
    const limit = Number(field.dataset.counter);
    function count() {
      const length = Array.from(field.value).length;
      const left = limit - length;
      counter.classList.toggle("is-over", left < 0);
      counter.textContent = left < 0
        ? counter.dataset.over.replace("%(over)s", String(-left))
        : counter.dataset.text.replace("%(left)s", String(left));
    }
    field.addEventListener("input", count);
    count();
  });
})();
