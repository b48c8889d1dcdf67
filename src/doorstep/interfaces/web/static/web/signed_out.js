// Whoever is asked to sign in is signed out: the pages a technician's phone kept are forgotten. What waits
// to be sent stays, and is neither shown nor sent before the one who did it signs in again.
(function () {
  "use strict";

  localStorage.removeItem("doorstep-positions");
  if (!("caches" in window)) return;
  caches.keys().then(function (names) {
    names.forEach(function (name) {
      if (name.startsWith("doorstep-pages-")) caches.delete(name);
    });
  });
})();
