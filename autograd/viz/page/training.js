// Scrubbing over training steps: parameters of that step in the graph, the loss curve and what the model decides.
const T = DATA.training;
let frame = 0;

const train = (k) => {
  frame = k;
  $("epoch").value = k;
  const loss = T.loss[k] === null ? "" : `, loss ${short(parse(T.loss[k]))}`;
  $("epochs").textContent = `step ${T.steps[k]} of ${T.total}${loss}`;
  change(new Map(T.parameters.map((id, i) => [id, parse(T.frames[k][i])])));
  drawLoss();
  requestAnimationFrame(drawBoundary);
};

const drawLoss = () => {
  const canvas = $("loss"), ink = canvas.getContext("2d"), w = canvas.width, h = canvas.height;
  const losses = T.loss.map((x) => x === null ? NaN : parse(x)), finite = losses.filter(Number.isFinite);
  canvas.hidden = finite.length === 0;
  if (!finite.length) return;
  const positive = finite.every((x) => x > 0), f = positive ? Math.log10 : (x) => x;
  const top = f(Math.max(...finite)), bottom = f(Math.min(...finite)), span = top - bottom || 1;
  const x = (k) => 54 + (w - 66) * (T.steps[k] - T.steps[0]) / ((T.steps.at(-1) - T.steps[0]) || 1);
  const y = (v) => 12 + (h - 34) * (top - f(v)) / span;
  ink.clearRect(0, 0, w, h);
  ink.fillStyle = "#111"; ink.font = "11px Helvetica, Arial, sans-serif";
  ink.textAlign = "right";
  ink.fillText(short(Math.max(...finite)), 50, 16);
  ink.fillText(short(Math.min(...finite)), 50, h - 20);
  ink.textAlign = "center";
  ink.fillText(`loss${positive ? ", logarithmic," : ""} over training steps`, (w + 50) / 2, h - 5);
  ink.strokeStyle = "#bbb"; ink.strokeRect(54, 12, w - 66, h - 34);
  ink.strokeStyle = "#0072B2"; ink.lineWidth = 2;
  ink.beginPath();
  losses.forEach((v, k) => { if (Number.isFinite(v)) ink.lineTo(x(k), y(v)); });
  ink.stroke();
  if (Number.isFinite(losses[frame])) {
    ink.fillStyle = "#D55E00"; ink.beginPath(); ink.arc(x(frame), y(losses[frame]), 5, 0, 7); ink.fill();
  }
  canvas.setAttribute("aria-label", `loss curve, from ${short(losses[0])} to ${short(losses.at(-1))}; here ${short(losses[frame])}`);
};

// The outputs of the model at other inputs: only what stands between inputs and outputs is recomputed.
const needed = (() => {
  const wanted = new Uint8Array(N);
  for (const id of T?.outputs ?? []) wanted[id] = 1;
  for (let id = N - 1; id >= 0; id--) if (wanted[id]) for (const i of NODES[id].operands) wanted[i] = 1;
  return FORWARD.filter((id) => wanted[id]).map((id) => ({ id, f: operation(NODES[id])?.f, from: NODES[id].operands }));
})();
const outputs = (x, room) => {
  T.inputs.forEach((id, i) => { room[id] = x[i]; });
  for (const { id, f, from } of needed) {
    room[id] = from.length === 2 ? f(room[from[0]], room[from[1]]) : from.length === 1 ? f(room[from[0]]) : f(...from.map((i) => room[i]));
  }
  return T.outputs.map((id) => room[id]);
};

const CLASSES = ["#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#F0E442"];
const classOf = (y) => Math.max(T.classes.indexOf(y), 0);
const shape = (ink, k, x, y) => { // a shape a class, so that colour is not all
  ink.beginPath();
  if (k % 3 === 0) ink.arc(x, y, 4, 0, 7);
  else if (k % 3 === 1) ink.rect(x - 4, y - 4, 8, 8);
  else { ink.moveTo(x, y - 5); ink.lineTo(x + 5, y + 4); ink.lineTo(x - 5, y + 4); ink.closePath(); }
};
const tint = (colour, weight) => [1, 3, 5].map((i) => Math.round(weight * parseInt(colour.slice(i, i + 2), 16) + (1 - weight) * 255));

const drawBoundary = () => {
  const canvas = $("boundary"), ink = canvas.getContext("2d"), w = canvas.width, h = canvas.height;
  const why = needed.some(({ f }) => !f) ? "an operation of the model has no JavaScript here" : T.why;
  canvas.hidden = Boolean(why);
  $("note").textContent = why ? `no decision boundary: ${why}` : T.note;
  if (why) return;
  const room = values.slice(), [x0, x1, y0, y1] = T.extent;
  ink.clearRect(0, 0, w, h);
  if (T.inputs.length === 1) {
    const at = [...Array(161).keys()].map((i) => x0 + (x1 - x0) * i / 160), curve = at.map((x) => outputs([x], room)[0]);
    const all = [...curve, ...T.Y].filter(Number.isFinite), low = Math.min(...all), span = (Math.max(...all) - low) || 1;
    const px = (x) => w * (x - x0) / (x1 - x0), py = (v) => h - 10 - (h - 20) * (v - low) / span;
    ink.strokeStyle = "#0072B2"; ink.lineWidth = 2; ink.beginPath();
    curve.forEach((v, i) => ink.lineTo(px(at[i]), py(v)));
    ink.stroke();
    ink.fillStyle = "#D55E00";
    T.X.forEach(([x], i) => { ink.beginPath(); ink.arc(px(x), py(T.Y[i]), 3.5, 0, 7); ink.fill(); });
    canvas.setAttribute("aria-label", "the model's output over its input, with the data");
    return;
  }
  const cells = needed.length > 400 ? 32 : 64, side = w / cells, grid = [];
  for (let r = 0; r < cells; r++) for (let c = 0; c < cells; c++) grid.push(outputs([x0 + (x1 - x0) * (c + 0.5) / cells, y1 - (y1 - y0) * (r + 0.5) / cells], room));
  const many = T.outputs.length > 1, flat = grid.map((o) => o[0]).filter(Number.isFinite);
  const middle = many ? 0 : T.threshold ?? (Math.min(...flat) >= 0 && Math.max(...flat) <= 1 ? 0.5 : 0);
  const reach = Math.max(...flat.map((v) => Math.abs(v - middle))) || 1;
  const decided = grid.map((o) => many ? o.indexOf(Math.max(...o)) : Number(o[0] > middle));
  for (let i = 0; i < grid.length; i++) {
    const r = Math.floor(i / cells), c = i % cells, weight = many ? 0.35 : 0.12 + 0.4 * Math.min(Math.abs(grid[i][0] - middle) / reach, 1);
    ink.fillStyle = `rgb(${tint(CLASSES[decided[i] % 8], weight).join(",")})`;
    ink.fillRect(c * side, r * side, side + 1, side + 1);
  }
  ink.fillStyle = "#111";
  for (let i = 0; i < grid.length; i++) {
    const r = Math.floor(i / cells), c = i % cells;
    if (c + 1 < cells && decided[i] !== decided[i + 1]) ink.fillRect((c + 1) * side - 1, r * side, 2, side);
    if (r + 1 < cells && decided[i] !== decided[i + cells]) ink.fillRect(c * side, (r + 1) * side - 1, side, 2);
  }
  let right = 0;
  T.X.forEach((x, i) => {
    const k = classOf(T.Y[i]), o = outputs(x, room);
    right += (many ? o.indexOf(Math.max(...o)) : Number(o[0] > middle)) === k;
    shape(ink, k, w * (x[0] - x0) / (x1 - x0), h - h * (x[1] - y0) / (y1 - y0));
    ink.fillStyle = CLASSES[k % 8]; ink.fill();
    ink.strokeStyle = i === T.sample ? "#000" : "#fff"; ink.lineWidth = i === T.sample ? 3 : 1; ink.stroke();
  });
  const told = T.classes.length ? `, ${right} of ${T.X.length} points on the right side` : "";
  canvas.setAttribute("aria-label", `decision boundary${told}`);
  $("note").textContent = T.note + told;
};

if (T) {
  $("training").hidden = false;
  $("epoch").max = T.frames.length - 1;
  $("epoch").addEventListener("input", () => train(Number($("epoch").value)));
}
begin();
if (T) train(T.frames.length - 1);
