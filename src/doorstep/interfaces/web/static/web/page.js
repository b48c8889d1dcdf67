// Small comforts for every page. Nothing depends on them.
(function () {
  "use strict";

  // After a failed submit, reading starts at what went wrong.
  function focusSummary(root) {
    const summary = root.querySelector("[data-focus]");
    if (summary) summary.focus({ preventScroll: false });
  }
  document.addEventListener("DOMContentLoaded", function () { focusSummary(document); });

  // A form sends once: a second press while the first is under way does nothing. The request key
  // makes sure of that on the server as well.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.hasAttribute("hx-post") || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    document.documentElement.setAttribute("data-busy", "");
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  });
  // Coming back with the back button must find the form usable again.
  window.addEventListener("pageshow", function () {
    document.documentElement.removeAttribute("data-busy");
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    document.querySelectorAll("[aria-busy]").forEach(function (button) { button.removeAttribute("aria-busy"); });
  });

  // Copying takes a script; without one the text can be selected.
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      if (!navigator.clipboard) return;
      button.hidden = false;
      button.addEventListener("click", function () {
        const field = document.getElementById(button.dataset.copy);
        field.select();
        navigator.clipboard.writeText(field.value).then(function () {
          document.querySelector("[data-copy-state]").textContent = button.dataset.copied;
        }, function () { field.focus(); });
      });
    });
  });

  document.addEventListener("htmx:beforeRequest", function () { document.documentElement.setAttribute("data-busy", ""); });
  document.addEventListener("htmx:afterRequest", function () { document.documentElement.removeAttribute("data-busy"); });
  // What cannot be swapped in is shown as the page it is.
  document.addEventListener("htmx:responseError", function (event) {
    window.location.assign(event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:sendError", function (event) {
    window.location.assign(event.detail.pathInfo.requestPath);
  });
})();
