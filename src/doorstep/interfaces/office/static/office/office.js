"use strict";
// Loaded right after htmx, before it starts: no inline style (see csp.py), no code in attributes.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;

// A color's picker and its text say the same.
document.addEventListener("input", ({ target }) => {
    if (target.dataset.colorFor) {
        document.getElementById(target.dataset.colorFor).value = target.value;
        return;
    }
    const picker = target.id && document.querySelector(`[data-color-for="${CSS.escape(target.id)}"]`);
    if (picker && /^#[0-9a-f]{6}$/i.test(target.value)) picker.value = target.value;
});
