// The graph and its arithmetic: what every number is after so many steps. Nothing here touches the page.
const NODES = DATA.nodes, ROOT = DATA.root, BACK = DATA.back, N = NODES.length;
const parse = (text) => text === null ? null : text === "nan" ? NaN : text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
const FORWARD = NODES.filter((n) => n.operands.length).map((n) => n.id);
const STEPS = FORWARD.length + 1 + BACK.length;
const RECORDED = Float64Array.from(NODES, (n) => parse(n.data));
const RECORDED_PARTIALS = NODES.map((n) => n.partials.map(parse));
const values = RECORDED.slice();
let partials = RECORDED_PARTIALS;
const edited = new Map(); // leaf -> number
const grads = new Float64Array(N), has = new Uint8Array(N);
const finals = new Float64Array(N), reached = new Uint8Array(N); // after the last step: they set the colours
const operation = (node) => OPS[`${node.name}/${node.operands.length}`];
const FLOWS = NODES.map((n) => n.partials.map((p) => p !== null));

// Which operations a change of some leaves can't get through, for want of JavaScript.
const blocked = (leaves) => {
  const touched = new Uint8Array(N);
  for (const leaf of leaves) touched[leaf] = 1;
  for (const id of FORWARD) {
    const node = NODES[id];
    if (!node.operands.some((i) => touched[i])) continue;
    if (!operation(node)) return node;
    touched[id] = 1;
  }
  return null;
};

// All values after changing some nodes (id -> number), into `into`; what no change reaches keeps its number.
const evaluate = (changes, into) => {
  const touched = new Uint8Array(N);
  for (const [id, x] of changes) { into[id] = x; touched[id] = 1; }
  for (const id of FORWARD) {
    const node = NODES[id];
    if (changes.has(id) || !node.operands.some((i) => touched[i])) continue;
    touched[id] = 1;
    into[id] = operation(node).f(...node.operands.map((i) => into[i]));
  }
  return touched;
};

const recompute = () => {
  values.set(RECORDED);
  const touched = evaluate(edited, values);
  partials = NODES.map((node, id) => {
    if (!node.operands.some((i) => touched[i])) return RECORDED_PARTIALS[id];
    const now = operation(node).d(values[id], ...node.operands.map((i) => values[i]));
    return now.map((d, i) => FLOWS[id][i] ? d : null);
  });
  sweep(BACK.length);
  finals.set(grads);
  reached.set(has);
};

// The cotangents after so many operations of the reverse sweep (-1: not even the seed).
const sweep = (done) => {
  grads.fill(0);
  has.fill(0);
  if (done < 0) return;
  grads[ROOT] = 1;
  has[ROOT] = 1;
  for (let k = 0; k < done; k++) hand(BACK[k], null);
};

// One operation hands its cotangent down; what it did is told to `tell`.
const hand = (id, tell) => {
  const node = NODES[id], upstream = grads[id];
  for (let j = 0; j < node.operands.length; j++) {
    const local = partials[id][j];
    if (local === null) continue;
    const i = node.operands[j], before = has[i] ? grads[i] : -0;
    grads[i] = before + upstream * local;
    if (tell) tell(i, before + 0, local, upstream, grads[i], j);
    has[i] = 1;
  }
};

// Central difference of the root by any node.
const difference = (id) => {
  const node = blocked([id]);
  if (node) return { blocked: node };
  const x = values[id], h = Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(x)), room = values.slice();
  const at = (y) => { room.set(values); evaluate(new Map([[id, y]]), room); return room[ROOT]; };
  const up = x + h, down = x - h;
  return { slope: (at(up) - at(down)) / (up - down), h };
};

// Numbers as text: four digits as in pictures, or all of them as Python reads them.
const short = (x) => {
  if (!Number.isFinite(x)) return full(x);
  if (x === 0) return "0";
  const exponent = Number(x.toExponential(3).split("e")[1]);
  if (exponent >= -4 && exponent < 4) return String(Number(x.toPrecision(4)));
  const [digits, power] = x.toExponential(3).split("e");
  return `${Number(digits)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
};
const full = (x) => Number.isNaN(x) ? "nan" : x === Infinity ? "inf" : x === -Infinity ? "-inf" : Object.is(x, -0) ? "-0.0" : String(x);
