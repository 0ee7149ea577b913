// The picture and its controls.
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const make = (tag, attributes, parent, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};
const named = (id) => NODES[id].label ?? `v${id}`;
const title = (id) => { const all = [...named(id)]; return all.length > 48 ? `${all.slice(0, 47).join("")}…` : all.join(""); };
const INFIX = new Set(["+", "-", "*", "/", "**", "//", "%", "<", "<=", "==", ">"]);
const SIGNS = { "*": "×", "-": "−", "/": "÷" };

let step = 0, selected = null, layout = null, timer = null;
let boxes = new Map(), arrows = [], folds = [], foldOf = new Map(), view = { x: 0, y: 0, k: 1 };
const tucked = new Map(); // node -> the nodes folded into it

// --- drawing a layout ---

const build = (level) => {
  layout = DATA.layouts.find((l) => l.level === level) ?? DATA.layouts[0];
  const world = $("world"), lines = make("svg", { class: "lines", width: layout.width, height: layout.height, "aria-hidden": "true" });
  make("path", { d: "M0,1L10,5L0,9z" }, make("marker", { id: "tip", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, make("defs", {}, lines)));
  world.replaceChildren(lines);
  boxes = new Map(); arrows = []; folds = []; foldOf = new Map();
  for (const f of layout.frames) {
    make("rect", { class: "frame", x: f.x, y: f.y, width: f.w, height: f.h, rx: 6 }, lines);
    make("text", { class: "frametitle", x: f.x + f.w / 2, y: f.y + 15 }, lines, f.title);
  }
  for (const a of layout.arrows) {
    const path = make("path", { class: "arrow", d: a.path, "marker-end": "url(#tip)" }, lines);
    const place = a.text === undefined ? null : make("text", { class: "place", x: a.x, y: a.y + 3 }, lines, a.text);
    arrows.push({ ...a, path, place, active: false });
  }
  for (const b of layout.boxes) b.node === undefined ? buildFold(b, world) : buildNode(b, world);
  tucked.clear();
};

const element = (parent, kind, text) => {
  const made = document.createElement("span");
  made.className = kind;
  made.append(text);
  parent.append(made);
  return made.firstChild;
};
const placed = (b, kind, name, world) => {
  const g = document.createElement("div");
  g.className = kind;
  g.style.cssText = `left:${b.x - b.w / 2}px;top:${b.y - b.h / 2}px;width:${b.w}px;height:${b.h}px`;
  g.setAttribute("role", "button");
  g.setAttribute("aria-label", name);
  g.tabIndex = -1;
  world.append(g);
  return g;
};

const buildNode = (b, world) => {
  const node = NODES[b.node], name = `${title(node.id)}, ${node.op ? node.name : node.role}`;
  const g = placed(b, `node ${node.role}`, name, world), box = { g, x: b.x, y: b.y };
  g.dataset.node = node.id;
  g.title = `${title(node.id)}${node.name ? ` = ${node.name}` : ""} (${node.role})`;
  if (node.role === "constant") box.number = element(g, "number", "…");
  else {
    const head = document.createElement("span");
    head.className = "head";
    const bold = document.createElement(node.label === null ? "span" : "b");
    bold.append(b.title);
    head.append(bold);
    if (node.op) head.append(`\u2002${node.op}`);
    g.append(head);
    element(g, "row", "data");
    box.number = element(g, "number", "…");
    element(g, "row", "grad");
    box.slope = element(g, "number", "–");
  }
  boxes.set(node.id, box);
};

const buildFold = (b, world) => {
  const g = placed(b, "folded", `${b.fold}, ${b.members.length} values folded`, world);
  const counts = [[b.parameters, "parameter"], [b.inputs, "input"], [b.operations, "operation"]].filter(([n]) => n);
  const lines = [b.fold, ...counts.map(([n, word]) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`)];
  for (const line of lines) element(g, "line", line);
  for (const id of b.members) foldOf.set(id, folds.length);
  folds.push({ g, x: b.x, y: b.y, members: b.members });
};

// --- colours: the same as in pictures ---

const BLUE = [0, 114, 178], VERMILLION = [213, 94, 0];
let high = 0, low = 0, shades = 0;
const scale = () => {
  shades++;
  high = -Infinity; low = Infinity;
  for (let i = 0; i < N; i++) {
    if (!reached[i] || !Number.isFinite(finals[i]) || finals[i] === 0) continue;
    const size = Math.log10(Math.abs(finals[i]));
    high = Math.max(high, size); low = Math.min(low, size);
  }
  if (high === -Infinity) high = low = 0;
  low = Math.min(Math.max(low, high - 6), high - 3);
};
const fill = (known, x) => {
  if (!known || x === 0) return "#FFFFFF";
  if (!Number.isFinite(x)) return "#F0E442";
  const t = Math.min(Math.max((Math.log10(Math.abs(x)) - low) / (high - low), 0), 1), weight = 0.12 + 0.58 * t;
  const mixed = (x > 0 ? BLUE : VERMILLION).map((c) => Math.round(weight * c + (1 - weight) * 255));
  return `rgb(${mixed.join(",")})`;
};

// --- one step ---

// What the step does: the node at work, its operands, and the arithmetic in words.
const perform = (k) => {
  const F = FORWARD.length;
  if (k === 0) { sweep(-1); return { node: null, text: `Start: the ${NODES.length - F} numbers that are given. Step on to compute.` }; }
  if (k <= F) {
    sweep(-1);
    const id = FORWARD[k - 1];
    return { node: id, text: `forward: ${title(id)} = ${formula(id)} = ${short(values[id])}` };
  }
  if (k === F + 1) { sweep(0); return { node: ROOT, text: `backward begins: ${title(ROOT)}.grad = 1, the slope of ${title(ROOT)} by itself` }; }
  sweep(k - F - 2);
  const id = BACK[k - F - 2], lines = [];
  hand(id, (i, before, local, upstream, after) => lines.push(`${title(i)}.grad: ${short(before)} + local ${short(local)} × upstream ${short(upstream)} = ${short(after)}`));
  const shown = lines.slice(0, 6).join("; ") + (lines.length > 6 ? `; and ${lines.length - 6} more` : "");
  return { node: id, text: `backward through ${title(id)}${NODES[id].op ? ` (${NODES[id].name})` : ""}: ${shown || "nothing flows on"}` };
};

const formula = (id) => {
  const node = NODES[id], given = node.operands.map((i) => short(values[i]));
  if (INFIX.has(node.op) && given.length === 2) {
    const bracketed = given.map((x, i) => i && x.startsWith("-") ? `(${x})` : x);
    const names = node.operands.map((i) => NODES[i].role === "constant" ? short(values[i]) : title(i));
    const sign = ` ${SIGNS[node.op] ?? node.op} `;
    return `${names.join(sign)} = ${bracketed.join(sign)}`;
  }
  const shown = given.length > 8 ? [...given.slice(0, 8), `… ${given.length - 8} more`] : given;
  return `${node.name}(${shown.join(", ")})`;
};

const isLeaf = Uint8Array.from(NODES, (n) => n.operands.length === 0);
const mark = (box, kind, on) => { // touch the class only where it changes: a thousand boxes are looked at a step
  if (Boolean(box[kind]) === on) return;
  box[kind] = on;
  box.g.classList.toggle(kind, on);
};
const redraw = (follow) => {
  const start = performance.now(), done = perform(step), F = FORWARD.length;
  const current = done.node, operands = current === null || (step === F + 1) ? new Set() : new Set(NODES[current].operands);
  const rank = step >= F ? N : step === 0 ? -1 : FORWARD[step - 1];
  for (const [id, box] of boxes) {
    const known = isLeaf[id] === 1 || id <= rank, x = known ? values[id] : undefined, slope = has[id] ? grads[id] + 0 : undefined;
    let recolour = false;
    if (!Object.is(box.x_, x)) {
      box.x_ = x;
      box.number.nodeValue = known ? (Number.isFinite(x) ? "" : "⚠ ") + short(x) : "…";
      box.g.setAttribute("data-value", known ? full(x) : "");
      recolour = true;
    }
    if (!Object.is(box.slope_, slope) || box.known !== known) {
      box.slope_ = slope;
      if (box.slope) box.slope.nodeValue = has[id] ? (Number.isFinite(slope) ? "" : "⚠ ") + short(slope) : "–";
      box.g.setAttribute("data-grad", has[id] ? full(slope) : "");
      recolour = true;
    }
    box.known = known;
    if (recolour || box.scale !== shades) {
      const odd = known && !Number.isFinite(x) || has[id] && !Number.isFinite(slope);
      box.scale = shades;
      box.g.style.backgroundColor = odd ? "#F0E442" : fill(has[id], slope);
      mark(box, "odd", odd);
      mark(box, "waiting", !known);
    }
    mark(box, "operand", operands.has(id));
    mark(box, "selected", id === selected);
    mark(box, "tucked", tuckedAway.has(id));
    if (id === current) box.g.setAttribute("data-step", step);
    else if (box.now) box.g.removeAttribute("data-step");
    box.now = id === current;
  }
  folds.forEach((box, i) => {
    if (current !== null && foldOf.get(current) === i) box.g.setAttribute("data-step", step); else box.g.removeAttribute("data-step");
  });
  const place = current === null ? null : boxes.has(current) ? `v${current}` : `fold${foldOf.get(current)}`;
  for (const a of arrows) {
    const active = place !== null && a.to === place && step !== F + 1;
    if (active !== a.active) { a.active = active; a.path.classList.toggle("active", active); }
  }
  $("slider").value = step;
  $("count").textContent = `${step} of ${STEPS}`;
  $("status").textContent = done.text;
  if (selected !== null) details();
  if (follow && current !== null && $("follow").checked) keepInView(boxes.get(current) ?? folds[foldOf.get(current)]);
  void document.body.offsetHeight; // styles and layout are part of the time
  document.body.dataset.redraw = (performance.now() - start).toFixed(2);
};

const go = (k) => { step = Math.min(Math.max(k, 0), STEPS); redraw(true); };
const play = (on) => {
  clearInterval(timer);
  timer = null;
  if (on) {
    if (step === STEPS) go(0);
    timer = setInterval(() => { go(step + 1); if (step === STEPS) play(false); }, Number($("speed").value));
  }
  $("play").textContent = on ? "⏸ pause" : "▶ play";
  $("play").setAttribute("aria-pressed", String(on));
};
