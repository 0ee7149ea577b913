// What the reader does: moving the picture, choosing, editing, checking, folding, searching, stepping.

// --- pan, zoom, fit ---

const stage = $("stage"), area = $("graph");
const apply = () => { $("world").style.transform = `translate(${view.x}px,${view.y}px) scale(${view.k})`; };
const room = () => ({ w: stage.clientWidth || 800, h: Math.max(stage.clientHeight - $("legend").offsetHeight, 100) });
const fit = () => {
  const { w, h } = room(), k = Math.min((w - 24) / layout.width, (h - 24) / layout.height, 1.6);
  view = { k: Math.max(k, 0.02), x: 0, y: 0 };
  view.x = (w - layout.width * view.k) / 2;
  view.y = (h - layout.height * view.k) / 2;
  apply();
};
let touched = false; // whether the reader has moved the picture
const home = () => { // all of it, or where it begins if all of it would be too small to read
  fit();
  const first = boxes.get(FORWARD[0]);
  if (view.k < 0.45 && first) center(first, 0.7);
};
const zoom = (factor, cx = stage.clientWidth / 2, cy = stage.clientHeight / 2) => {
  const k = Math.min(Math.max(view.k * factor, 0.02), 8), f = k / view.k;
  view = { k, x: cx - (cx - view.x) * f, y: cy - (cy - view.y) * f };
  apply();
};
const center = (box, k = view.k) => {
  const { w, h } = room();
  view = { k, x: w / 2 - box.x * k, y: h / 2 - box.y * k };
  apply();
};
const keepInView = (box) => { // move no further than needed
  if (!box) return;
  const { w, h } = room(), k = view.k, x = view.x + box.x * k, y = view.y + box.y * k;
  const dx = box.g.offsetWidth * k / 2 + 10, dy = box.g.offsetHeight * k / 2 + 10;
  const shift = (at, half, size) => half * 2 > size ? size / 2 - at : at < half ? half - at : at > size - half ? size - half - at : 0;
  const across = shift(x, dx, w), down = shift(y, dy, h);
  if (Math.abs(across) < 1 && Math.abs(down) < 1) return;
  view.x += across;
  view.y += down;
  apply();
};
const pointers = new Map();
let moved = 0;
area.addEventListener("pointerdown", (e) => { pointers.set(e.pointerId, { x: e.clientX, y: e.clientY }); moved = 0; touched = true; });
area.addEventListener("pointermove", (e) => {
  const before = pointers.get(e.pointerId);
  if (!before) return;
  const now = { x: e.clientX, y: e.clientY };
  moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
  if (moved > 4 && !area.hasPointerCapture(e.pointerId)) area.setPointerCapture(e.pointerId);
  if (pointers.size === 2) {
    const other = [...pointers].find(([id]) => id !== e.pointerId)[1], frame = area.getBoundingClientRect();
    const far = (p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
    zoom(far(now) / far(before), (now.x + other.x) / 2 - frame.left, (now.y + other.y) / 2 - frame.top);
  } else {
    view.x += now.x - before.x; view.y += now.y - before.y;
    apply();
  }
  pointers.set(e.pointerId, now);
});
for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, (e) => pointers.delete(e.pointerId));
area.addEventListener("wheel", (e) => { e.preventDefault(); touched = true; const frame = area.getBoundingClientRect(); zoom(Math.exp(-e.deltaY / 500), e.clientX - frame.left, e.clientY - frame.top); }, { passive: false });

// --- choosing a value ---

const select = (id, focus) => {
  if (id !== selected) $("checked").textContent = "";
  selected = id;
  redraw(false);
  rove(id);
  if (focus) boxes.get(id)?.g.focus({ preventScroll: true });
};
const rove = (id) => { // one box of the graph is reached by Tab, the others by arrows
  for (const g of area.querySelectorAll('[tabindex="0"]')) g.setAttribute("tabindex", "-1");
  const box = boxes.get(id) ?? boxes.values().next().value ?? folds[0];
  box?.g.setAttribute("tabindex", "0");
};
const details = () => {
  const id = selected, node = NODES[id], known = node.operands.length === 0 || step >= FORWARD.indexOf(id) + 1;
  $("name").textContent = named(id);
  $("hint").hidden = true;
  const facts = [["role", node.role]];
  if (node.name) facts.push(["made by", formula(id)]);
  facts.push(["data", known ? full(values[id]) : "not computed yet"], ["grad", has[id] ? full(grads[id] + 0) : "–"]);
  if (node.group.length) facts.push(["in", node.group.join(".")]);
  $("facts").replaceChildren(...facts.flatMap(([name, text]) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name; dd.textContent = text;
    return [dt, dd];
  }));
  const leaf = node.operands.length === 0;
  $("edit").hidden = !leaf;
  if (leaf && document.activeElement !== $("number")) $("number").value = full(values[id]);
  $("check").hidden = node.role === "constant";
  const feeds = !leaf && boxes.has(id);
  $("tuck").hidden = !feeds;
  $("tuck").textContent = tucked.has(id) ? `unfold ${tucked.get(id).size} values` : "fold what feeds only this";
  sums(id);
};
const sums = (id) => { // where the gradient of a value comes from
  const items = [], F = FORWARD.length, done = step - F - 1;
  if (id === ROOT && done >= 0) items.push("1, the seed");
  for (let k = 0; k < done && k < BACK.length; k++) {
    const user = NODES[BACK[k]];
    user.operands.forEach((i, j) => {
      const local = partials[user.id][j];
      if (i === id && local !== null) items.push(`local ${short(local)} × ${title(user.id)}.grad ${short(grads[user.id])} = ${short(local * grads[user.id])}`);
    });
  }
  const list = items.slice(0, 40).map((text) => { const li = document.createElement("li"); li.textContent = text; return li; });
  if (items.length > 40) { const li = document.createElement("li"); li.textContent = `and ${items.length - 40} more`; list.push(li); }
  $("sum").replaceChildren(...list);
};

// --- editing, checking, folding, searching ---

$("edit").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = $("number").value.trim().toLowerCase(), x = parse(text);
  if (text === "" || (Number.isNaN(x) && text !== "nan")) { $("checked").textContent = `“${text}” is no number: give one such as -0.5, 1e3, inf or nan`; return; }
  change(new Map([[selected, x]]));
  $("reset").hidden = edited.size === 0;
});
const change = (numbers) => {
  const before = new Map(edited);
  for (const [id, x] of numbers) Object.is(x, RECORDED[id]) ? edited.delete(id) : edited.set(id, x);
  const node = blocked(edited.keys());
  if (node) {
    edited.clear();
    for (const [id, x] of before) edited.set(id, x);
    $("checked").textContent = `can't recompute: this page has no JavaScript for ${node.name}, which made ${title(node.id)}; change the number in Python and save the page again`;
    return;
  }
  recompute();
  scale();
  if (selected !== null) $("checked").textContent = "recomputed";
  redraw(false);
};
$("reset").addEventListener("click", () => { edited.clear(); $("reset").hidden = true; T ? train(frame) : change(new Map()); $("number").value = selected === null ? "" : full(values[selected]); });
$("check").addEventListener("click", () => {
  const found = difference(selected), exact = reached[selected] ? finals[selected] + 0 : 0;
  if (found.blocked) { $("checked").textContent = `can't check: this page has no JavaScript for ${found.blocked.name}`; return; }
  $("checked").textContent = `finite difference ${found.slope.toPrecision(9)}, gradient ${exact.toPrecision(9)}, they differ by ${short(Math.abs(found.slope - exact))} (h = ${short(found.h)})`;
});

const tuckedAway = new Set();
const feeding = (id) => { // nodes all of whose ways to the root lead through id
  const users = NODES.map(() => []);
  for (const n of NODES) for (const i of n.operands) users[i].push(n.id);
  const only = new Set();
  for (let i = id - 1; i >= 0; i--) if (users[i].length && users[i].every((u) => u === id || only.has(u))) only.add(i);
  return only;
};
const retuck = () => {
  tuckedAway.clear();
  for (const set of tucked.values()) for (const id of set) tuckedAway.add(id);
  for (const a of arrows) {
    const hidden = a.from[0] === "v" && tuckedAway.has(Number(a.from.slice(1)));
    a.path.classList.toggle("tucked", hidden);
    a.place?.classList.toggle("tucked", hidden);
  }
};
$("tuck").addEventListener("click", () => {
  tucked.has(selected) ? tucked.delete(selected) : tucked.set(selected, feeding(selected));
  retuck();
  redraw(false);
});
$("fold").addEventListener("change", () => { build($("fold").value); tuckedAway.clear(); fit(); redraw(false); rove(selected); });

let hit = -1;
const search = (from) => {
  const wanted = $("search").value.trim().toLowerCase();
  if (!wanted) { $("found").textContent = ""; return; }
  const matches = NODES.filter((n) => boxes.has(n.id) && [`v${n.id}`, n.label, n.name, n.op].some((t) => t && t.toLowerCase().includes(wanted))).map((n) => n.id);
  const exact = matches.findIndex((id) => named(id).toLowerCase() === wanted);
  hit = matches.length ? (from < 0 ? Math.max(exact, 0) : (from + 1) % matches.length) : -1;
  $("found").textContent = matches.length ? `${hit + 1} of ${matches.length}` : "none";
  if (hit >= 0) { select(matches[hit], false); center(boxes.get(matches[hit]), Math.max(view.k, 0.8)); }
};
$("search").addEventListener("input", () => search(-1));
$("search").addEventListener("keydown", (e) => { if (e.key === "Enter") search(hit); });

// --- controls ---

$("first").addEventListener("click", () => go(0));
$("back").addEventListener("click", () => go(step - 1));
$("next").addEventListener("click", () => go(step + 1));
$("last").addEventListener("click", () => go(STEPS));
$("play").addEventListener("click", () => play(timer === null));
$("speed").addEventListener("change", () => { if (timer !== null) play(true); });
$("slider").addEventListener("input", () => go(Number($("slider").value)));
$("fit").addEventListener("click", fit);
$("in").addEventListener("click", () => zoom(1.25));
$("out").addEventListener("click", () => zoom(0.8));
area.addEventListener("click", (e) => {
  const g = e.target.closest?.("[data-node]");
  if (g && moved < 5) select(Number(g.dataset.node), true);
});
area.addEventListener("focusin", (e) => { const g = e.target.closest?.("[data-node]"); if (!g) return; label(Number(g.dataset.node)); if (g.matches(":focus-visible")) keepInView(boxes.get(Number(g.dataset.node))); });
const label = (id) => boxes.get(id)?.g.setAttribute("aria-label", `${title(id)}, ${NODES[id].name ?? NODES[id].role}, data ${boxes.get(id).known ? short(values[id]) : "not computed yet"}, gradient ${has[id] ? short(grads[id] + 0) : "not computed"}`);
const walk = (g, direction) => {
  const all = [...area.querySelectorAll("[data-node],.folded")].filter((x) => !x.classList.contains("tucked"));
  const next = all[all.indexOf(g) + direction];
  if (!next) return;
  g.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus({ preventScroll: true });
};
document.addEventListener("keydown", (e) => {
  const at = e.target, typing = at.matches("input:not([type=checkbox]), select, textarea"), box = at.closest?.("[role=button]");
  if (e.ctrlKey || e.metaKey || e.altKey || typing) return;
  const pan = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
  if (pan || "f+=-".includes(e.key)) touched = true;
  if (e.shiftKey && pan) { view.x += pan[0]; view.y += pan[1]; apply(); }
  else if (e.key === "ArrowRight") go(step + 1);
  else if (e.key === "ArrowLeft") go(step - 1);
  else if (e.key === "Home") go(0);
  else if (e.key === "End") go(STEPS);
  else if (box && e.key === "ArrowDown") walk(box, 1);
  else if (box && e.key === "ArrowUp") walk(box, -1);
  else if (box?.dataset.node !== undefined && e.key === "Enter") select(Number(box.dataset.node), false);
  else if (e.key === " " && !at.matches("button, summary, input")) play(timer === null);
  else if (e.key === "f") fit();
  else if (e.key === "+" || e.key === "=") zoom(1.25);
  else if (e.key === "-") zoom(0.8);
  else if (e.key === "/") $("search").focus();
  else return;
  e.preventDefault();
});

// --- beginning ---

const legend = () => {
  const items = [["rgb(77,156,201)", "gradient > 0"], ["rgb(226,143,77)", "gradient < 0"], ["#F0E442", "⚠ not finite"]].map(([colour, text]) => {
    const li = document.createElement("li"), swatch = document.createElement("span");
    swatch.className = "swatch"; swatch.style.background = colour;
    li.append(swatch, text);
    return li;
  });
  for (const text of ["stronger: larger", "–: none yet", "pill: input", "thick: parameter", "dashed: constant", "rounded: operation", "double: output"]) {
    const li = document.createElement("li"); li.textContent = text; items.push(li);
  }
  $("legend").replaceChildren(...items);
};
const begin = () => {
  const names = { none: "nothing", neuron: "neurons", layer: "layers", all: "modules" };
  for (const l of DATA.layouts) $("fold").add(new Option(names[l.level], l.level));
  $("fold").disabled = DATA.layouts.length < 2;
  $("slider").max = STEPS;
  legend();
  recompute();
  scale();
  $("fold").value = (DATA.layouts.find((l) => l.boxes.length <= 300) ?? DATA.layouts[0]).level;
  build($("fold").value);
  home();
  rove(null);
  redraw(false);
  new ResizeObserver(() => { if (!touched) home(); }).observe(stage);
};
