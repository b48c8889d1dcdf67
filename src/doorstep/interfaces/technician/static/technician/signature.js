// Draw the signature with a finger or a pen. Without this the typed name does.
(function () {
  "use strict";

  document.querySelectorAll("[data-signature]").forEach(function (form) {
    const pad = form.querySelector("[data-pad]");
    const sheet = form.querySelector("canvas");
    const drawing = form.querySelector("input[name=drawing]");
    const pen = sheet.getContext("2d");
    let isDown = false;
    let isDrawn = false;
    pad.hidden = false;
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#14181c";

    function point(event) {
      const box = sheet.getBoundingClientRect();
      return [
        ((event.clientX - box.left) * sheet.width) / box.width,
        ((event.clientY - box.top) * sheet.height) / box.height,
      ];
    }
    sheet.addEventListener("pointerdown", function (event) {
      event.preventDefault();
      sheet.setPointerCapture(event.pointerId);
      isDown = isDrawn = true;
      pen.beginPath();
      pen.moveTo(...point(event));
      pen.lineTo(...point(event));
      pen.stroke();
    });
    sheet.addEventListener("pointermove", function (event) {
      if (!isDown) return;
      pen.lineTo(...point(event));
      pen.stroke();
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      sheet.addEventListener(name, function () { isDown = false; });
    });
    form.querySelector("[data-clear]").addEventListener("click", function () {
      pen.clearRect(0, 0, sheet.width, sheet.height);
      isDrawn = false;
    });
    form.addEventListener("submit", function () {
      drawing.value = isDrawn ? sheet.toDataURL("image/png") : "";
    });
  });
})();
