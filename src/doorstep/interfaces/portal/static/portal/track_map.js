// The map of a live page: the place, who is on the way and the way itself. The page says the same in
// words, so the map is for eyes alone. What is drawn is what the server chose to tell.
window.DoorstepMap = function (box) {
  "use strict";

  const L = window.L;
  const element = box.querySelector("[data-map]");
  const note = box.querySelector("[data-no-tiles]");
  const texts = element.dataset;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const MOVE_MS = 1500;
  const NEAREST_ZOOM = 15;
  const PLAIN_MAX_ZOOM = 18;

  const people = new Map();
  let map = null;
  let home = null;
  let hasView = false;
  let wasMoved = false;
  let showAll = null;

  function make() {
    // On touch screens one finger scrolls the page, two move the map.
    const isTouch = window.matchMedia("(pointer: coarse)").matches;
    map = L.map(element, {
      zoomControl: false, attributionControl: false, scrollWheelZoom: false, dragging: !isTouch,
      maxZoom: Number(texts.maxZoom) || PLAIN_MAX_ZOOM,
      zoomAnimation: !calm.matches, fadeAnimation: !calm.matches, markerZoomAnimation: !calm.matches,
    });
    const isRtl = document.documentElement.dir === "rtl";
    L.control.zoom({
      position: isRtl ? "topright" : "topleft", zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut,
    }).addTo(map);
    showAll = makeButton(isRtl ? "topleft" : "topright");
    // The wheel zooms only for who has gone into the map.
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
    map.on("dragstart", leave);
    ["wheel", "dblclick", "keydown", "click", "touchmove"].forEach(function (name) {
      element.addEventListener(name, function (event) {
        if (isByUser(name, event)) leave();
      }, { capture: true, passive: true });
    });
    drawGround();
  }

  function isByUser(name, event) {
    if (name === "keydown") return /^(Arrow|[+=-]|Page|Home|End)/.test(event.key);
    if (name === "click") return Boolean(event.target.closest(".leaflet-control-zoom"));
    if (name === "wheel") return map.scrollWheelZoom.enabled();
    return name === "dblclick" || event.touches.length > 1;
  }

  // Whoever looks around is not pulled back.
  function leave() {
    wasMoved = true;
    showAll.hidden = false;
  }

  function makeButton(position) {
    const control = L.control({ position: position });
    const button = L.DomUtil.create("button", "map__all");
    control.onAdd = function () {
      button.type = "button";
      button.textContent = texts.showAll;
      button.hidden = true;
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", function () {
        wasMoved = false;
        button.hidden = true;
        element.focus({ preventScroll: true });
        fit();
      });
      return button;
    };
    control.addTo(map);
    return button;
  }

  function drawGround() {
    if (!texts.tiles) {
      drawPaper();
      return;
    }
    let failures = 0;
    let loaded = false;
    L.control.attribution({ prefix: false }).addTo(map);
    const tiles = L.tileLayer(texts.tiles, {
      attribution: texts.attribution, maxZoom: Number(texts.maxZoom), className: "map__tiles",
      // Tile hosts ask who shows their maps; they learn the name of the site and no page.
      referrerPolicy: "strict-origin",
    });
    tiles.on("tileload", function () { loaded = true; note.hidden = true; });
    tiles.on("tileerror", function () {
      failures += 1;
      if (loaded || failures !== 3) return;
      map.removeLayer(tiles);
      drawPaper();
      note.hidden = false;
    });
    tiles.addTo(map);
  }

  // Plain paper with a fine grid that moves with the map.
  function drawPaper() {
    const paper = L.gridLayer({ className: "map__paper", tileSize: 128, keepBuffer: 1 });
    paper.createTile = function () { return L.DomUtil.create("div", "map__square"); };
    paper.addTo(map);
    if (home) drawRings(home.getLatLng());
  }

  // Distances from the door, where no streets give them.
  function drawRings(middle) {
    JSON.parse(texts.rings).forEach(function (ring) {
      const circle = L.circle(middle, {
        radius: ring[0], interactive: false, className: "map__ring", fill: false, weight: 1,
      }).addTo(map);
      L.marker(onRing(circle.getBounds(), middle), {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "map__distance", html: bdi(ring[1]), iconSize: [64, 20] }),
      }).addTo(map);
    });
  }

  // Beside the way to the first person, so that the name lies in sight and not under the way.
  function onRing(bounds, middle) {
    const first = last.people[0].place;
    const angle = Math.atan2(first[0] - middle.lat, first[1] - middle.lng) + Math.PI / 4;
    return L.latLng(
      middle.lat + ((bounds.getNorth() - bounds.getSouth()) / 2) * Math.sin(angle),
      middle.lng + ((bounds.getEast() - bounds.getWest()) / 2) * Math.cos(angle),
    );
  }

  function bdi(text) {
    const element = document.createElement("bdi");
    element.textContent = text;
    return element;
  }

  function drawHome(goal) {
    home = L.marker(goal, {
      interactive: false, keyboard: false,
      icon: L.divIcon({ className: "map__pin map__pin--home", html: icon("home"), iconSize: [44, 44] }),
    }).addTo(map);
    if (!texts.tiles) drawRings(L.latLng(goal));
  }

  function drawPerson(person) {
    const shown = people.get(person.key) || { marker: null, area: null, way: null, step: 0 };
    people.set(person.key, shown);
    const place = L.latLng(person.place);
    if (shown.marker && shown.isCoarse !== Boolean(person.radius)) {
      shown.marker.remove();
      shown.marker = null;
    }
    shown.isCoarse = Boolean(person.radius);
    if (person.radius && !shown.area) {
      shown.area = L.circle(place, {
        radius: person.radius, interactive: false, className: "map__area", weight: 1.5,
      }).addTo(map);
    } else if (!person.radius && shown.area) {
      shown.area.remove();
      shown.area = null;
    }
    if (shown.area) shown.area.setRadius(person.radius);
    if (!shown.marker) {
      shown.marker = L.marker(place, {
        interactive: false, keyboard: false, zIndexOffset: 1000,
        icon: L.divIcon({
          className: "map__pin map__pin--person" + (shown.isCoarse ? " map__pin--coarse" : ""),
          html: face(person), iconSize: [48, 48],
        }),
      }).addTo(map);
    }
    if (!shown.way) {
      shown.way = L.polyline([], { interactive: false, className: "map__way", weight: 5 }).addTo(map).bringToBack();
    }
    shown.way.setLatLngs(person.way);
    move(shown, place);
  }

  function move(shown, place) {
    const from = shown.marker.getLatLng();
    const began = performance.now();
    const step = (shown.step += 1);
    function put(at) {
      shown.marker.setLatLng(at);
      if (shown.area) shown.area.setLatLng(at);
    }
    if (calm.matches || document.hidden || from.equals(place)) {
      put(place);
      return;
    }
    function frame(now) {
      // A newer position has taken over, or the person is gone.
      if (step !== shown.step || !map) return;
      const part = Math.min((now - began) / MOVE_MS, 1);
      const eased = part * part * (3 - 2 * part);
      put(L.latLng(from.lat + (place.lat - from.lat) * eased, from.lng + (place.lng - from.lng) * eased));
      if (part < 1) window.requestAnimationFrame(frame);
    }
    window.requestAnimationFrame(frame);
  }

  function face(person) {
    if (person.photo) {
      const image = document.createElement("img");
      image.src = person.photo;
      image.alt = "";
      image.addEventListener("error", function () { image.replaceWith(letters(person)); });
      return image;
    }
    return letters(person);
  }

  function letters(person) {
    return person.initials ? bdi(person.initials) : icon("truck");
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", texts.icons + name);
    svg.append(use);
    return svg;
  }

  function fit() {
    const bounds = L.latLngBounds(points());
    if (!bounds.isValid()) return;
    const isPlaced = hasView;
    hasView = true;
    map.fitBounds(bounds, { padding: [44, 44], maxZoom: NEAREST_ZOOM, animate: isPlaced && !calm.matches });
  }

  let last = { goal: null, people: [] };

  function points() {
    const found = last.goal ? [last.goal] : [];
    last.people.forEach(function (person) {
      const place = L.latLng(person.place);
      if (person.radius) {
        const around = place.toBounds(person.radius * 2);
        found.push(around.getSouthWest(), around.getNorthEast());
      } else {
        found.push(place);
      }
    });
    return found;
  }

  // Only when something would be out of sight, or is small in a corner.
  function mayStay() {
    if (!hasView) return false;
    const bounds = L.latLngBounds(points());
    return map.getBounds().pad(-0.08).contains(bounds) && map.getBoundsZoom(bounds.pad(0.6)) <= map.getZoom() + 1;
  }

  function update(data) {
    // Without anybody to see there is nothing a map could add to the words.
    if (!data || !data.people.length) {
      hide();
      return;
    }
    box.hidden = false;
    last = data;
    if (!map) make();
    if (!wasMoved && !mayStay()) fit();
    if (data.goal && !home) drawHome(data.goal);
    const keys = data.people.map(function (person) { return person.key; });
    people.forEach(function (shown, key) {
      if (!keys.includes(key)) erase(key);
    });
    data.people.forEach(drawPerson);
  }

  function erase(key) {
    const shown = people.get(key);
    [shown.marker, shown.area, shown.way].forEach(function (layer) { if (layer) layer.remove(); });
    people.delete(key);
  }

  // Taken off the page and out of memory, not only out of sight.
  function hide() {
    box.hidden = true;
    last = { goal: null, people: [] };
    people.clear();
    home = null;
    wasMoved = hasView = false;
    if (map) map.remove();
    map = null;
  }

  return { update: update, remove: hide };
};
