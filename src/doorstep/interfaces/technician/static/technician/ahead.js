// Shows a visit as it will be once what waits on this phone has been sent, in the server's own words.
(function () {
  "use strict";

  const UNDER_WAY = ["traveling", "in_progress", "on_break"];
  const documents = {};

  function partsOf(code) {
    if (!documents[code]) {
      documents[code] = fetch("/technician/visits/" + code + "/ahead/").then(async function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return new DOMParser().parseFromString(await answer.text(), "text/html");
      }).catch(function () {
        // Not kept: the page stays as it is, and the bar still says what waits.
        delete documents[code];
        return null;
      });
    }
    return documents[code];
  }

  // By visit, the last status that waits; a break also says what was before it.
  function statesOf(actions) {
    const found = {};
    actions.forEach(function (each) {
      if (each.kind !== "status" || each.state !== "waiting") return;
      const known = document.querySelector('[data-code="' + each.code + '"][data-state]');
      const before = found[each.code] ? found[each.code].parent : known && known.dataset.state;
      const after = before === "traveling" ? "-traveling" : "-in_progress";
      const key = each.parent === "on_break" ? each.parent + after : each.parent;
      found[each.code] = { parent: each.parent, key: key };
    });
    return found;
  }

  function showBadge(badge, template) {
    if (!badge) return;
    badge.className = "badge badge--" + template.dataset.tone;
    badge.querySelector("bdi").textContent = template.dataset.status;
  }

  function showCard(card, template, isDay) {
    if (card.dataset.ahead === template.dataset.ahead) return;
    card.dataset.ahead = template.dataset.ahead;
    card.querySelector(".now__state").textContent = template.dataset.state;
    card.classList.toggle("now--under-way", UNDER_WAY.includes(template.dataset.parent));
    const parts = document.importNode(template.content, true);
    if (!isDay) parts.querySelectorAll("input[name=back]").forEach(function (input) { input.remove(); });
    const old = card.querySelector(".steps");
    const hadFocus = old && old.contains(document.activeElement);
    const steps = parts.querySelector(".steps");
    if (old && steps) old.replaceWith(steps);
    else if (steps) card.insertBefore(steps, card.querySelector(".problem"));
    else if (old) old.remove();
    const next = steps && steps.querySelector("button");
    if (hadFocus && next) next.focus({ preventScroll: true });
  }

  // What comes next on the day, as far as this phone knows.
  async function showNext(states) {
    const rows = Array.from(document.querySelectorAll("[data-today] .stop[data-code]"));
    function stateOf(row) { return (states[row.dataset.code] || {}).parent || row.dataset.state; }
    const current = rows.find(function (row) { return UNDER_WAY.includes(stateOf(row)); }) ||
      rows.find(function (row) { return stateOf(row) === "scheduled"; });
    const card = document.querySelector(".now[data-code]");
    if (!current || !card) return;
    rows.forEach(function (row) { row.classList.toggle("stop--current", row === current); });
    if (current.dataset.code === card.dataset.code) return;
    const parts = await partsOf(current.dataset.code);
    const template = parts && parts.querySelector("template[data-card]");
    if (!template) return;
    const fresh = document.importNode(template.content, true).querySelector(".now");
    const hadFocus = card.contains(document.activeElement);
    card.replaceWith(fresh);
    if (hadFocus) fresh.querySelector("h2 a").focus({ preventScroll: true });
  }

  function showItem(form, isDone) {
    const button = form.querySelector("button.item");
    const box = button.querySelector(".item__box");
    if (button.getAttribute("aria-pressed") === String(isDone)) return;
    button.setAttribute("aria-pressed", String(isDone));
    box.classList.toggle("item__box--done", isDone);
    box.replaceChildren();
    if (isDone) box.append(document.importNode(document.querySelector("template[data-check]").content, true));
    const input = form.querySelector("input[name=is_done]");
    if (isDone && input) input.remove();
    if (!isDone && !input) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "is_done", value: "on" });
      form.append(field);
    }
  }

  function showChecklist(actions) {
    const waiting = actions.filter(function (each) { return each.kind === "checklist" && each.state === "waiting"; });
    waiting.forEach(function (each) {
      const fields = Object.fromEntries(each.fields);
      document.querySelectorAll("form[data-queue=checklist]").forEach(function (form) {
        const isIt = form.querySelector("input[name=item]").value === fields.item;
        if (isIt && new URL(form.action).pathname === each.url) showItem(form, fields.is_done === "on");
      });
      const hint = document.querySelector('.now[data-code="' + each.code + '"] .steps__hint');
      if (hint) hint.hidden = true;
    });
  }

  window.doorstepAhead = async function (actions) {
    const states = statesOf(actions);
    const isDay = Boolean(document.querySelector("[data-today]"));
    document.dispatchEvent(new CustomEvent("doorstep:ahead", { detail: states }));
    if (isDay && Object.keys(states).length) await showNext(states);
    for (const code of Object.keys(states)) {
      const parts = await partsOf(code);
      const template = parts && parts.querySelector('template[data-ahead="' + states[code].key + '"]');
      if (!template) continue;
      const row = document.querySelector('.stop[data-code="' + code + '"]');
      if (row) showBadge(row.querySelector(".badge"), template);
      if (row) row.classList.toggle("stop--over", states[code].parent === "completed");
      const card = document.querySelector('.now[data-code="' + code + '"]');
      if (!card) continue;
      showCard(card, template, isDay);
      if (!isDay) showBadge(document.querySelector(".visit-head .badge"), template);
    }
    showChecklist(actions);
  };
})();
