// What the primitives evaluate to: numbers in, number out, nothing thrown; IEEE results as in Python's tier.
// One name a line, because the page's maker reads the names from here.
const HALF_LOG_2PI = 0.9189385332046728, SQRT_HALF = 0.7071067811865476;
const nonzero = (c) => c !== 0; // Python's truth: NaN counts as true
const round_half_even = (x) => {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
};
// The sum with one rounding: Shewchuk's partials, as CPython's fsum.
const exact_sum = (xs) => {
  let parts = [], special = 0, odd = false;
  for (let x of xs) {
    if (!Number.isFinite(x)) { special += x; odd = true; continue; }
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  if (odd) return special;
  let n = parts.length, high = 0, low = 0;
  if (n === 0) return 0;
  high = parts[--n];
  while (n > 0) {
    const x = high, y = parts[--n];
    high = x + y;
    low = y - (high - x);
    if (low) break;
  }
  if (n > 0 && ((low < 0 && parts[n - 1] < 0) || (low > 0 && parts[n - 1] > 0))) {
    const twice = low * 2, x = high + twice;
    if (twice === x - high) high = x;
  }
  return high;
};
const product_parts = (a, b) => {
  const p = a * b, split = 134217729;
  if (!Number.isFinite(p) || Math.abs(a) > 1e290 || Math.abs(b) > 1e290) return [p];
  let t = split * a; const ah = t - (t - a), al = a - ah;
  t = split * b; const bh = t - (t - b), bl = b - bh;
  return [p, ((ah * bh - p) + ah * bl + al * bh) + al * bl];
};
const halves = (xs) => [xs.slice(0, xs.length / 2), xs.slice(xs.length / 2)];
// log(1 + x) and exp(x) - 1 come from the browser; the error function by its series and continued fraction.
const erfc_tail = (x) => { // x > 2: exp(x*x) * erfc(x), Lentz's continued fraction
  let f = x, c = x, d = 0;
  for (let k = 1; k < 200; k++) {
    const a = k / 2;
    d = 1 / (x + a * d); c = x + a / c;
    const step = c * d; f *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return 1 / (f * 1.772453850905516);
};
const erf_series = (x) => { // |x| <= 2
  let term = x, sum = x;
  for (let k = 1; k < 80; k++) {
    term *= (2 * x * x) / (2 * k + 1); sum += term;
    if (Math.abs(term) < 1e-17 * Math.abs(sum)) break;
  }
  return 1.1283791670955126 * Math.exp(-x * x) * sum;
};
const erf = (x) => Math.abs(x) <= 2 ? erf_series(x) : x > 0 ? 1 - erfc(x) : x < 0 ? erfc(-x) - 1 : x;
const erfc = (x) => x > 2 ? (x > 27.3 ? 0 : Math.exp(-x * x) * erfc_tail(x)) : x < -2 ? 2 - erfc(-x) : 1 - erf_series(x);
const erfcx = (x) => x > 2 ? erfc_tail(x) : Math.exp(x * x) * erfc(x);
const norm_ppf = (p) => { // Newton steps on the distribution function
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p ? Infinity : -Infinity;
  if (p === 0.5) return 0;
  if (p > 0.5) return -norm_ppf(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x = -(t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t));
  for (let k = 0; k < 4; k++) {
    const e = (0.5 * erfc(-x * SQRT_HALF) - p) * Math.exp(x * x / 2 + HALF_LOG_2PI);
    x -= e / (1 + x * e / 2);
  }
  return x;
};
const LANCZOS = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
const lgamma = (x) => {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && Number.isInteger(x))) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  let sum = LANCZOS[0];
  for (let k = 1; k < 9; k++) sum += LANCZOS[k] / (x - 1 + k);
  const t = x + 6.5;
  return HALF_LOG_2PI + (x - 0.5) * Math.log(t) - t + Math.log(sum);
};
const gamma = (x) => {
  if (x === 0) return 1 / x;
  if (x === -Infinity || (x < 0 && Number.isInteger(x))) return NaN;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  if (Number.isInteger(x) && x < 24) { let p = 1; for (let k = 2; k < x; k++) p *= k; return p; }
  return Math.exp(lgamma(x));
};
const digamma = (x) => {
  if (x === Infinity || Number.isNaN(x)) return x;
  if (x === 0) return -1 / x;
  if (x < 0) return Number.isInteger(x) || x === -Infinity ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let sum = 0;
  while (x < 10) { sum -= 1 / x; x += 1; }
  const y = 1 / (x * x);
  return sum + Math.log(x) - 0.5 / x
    - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * (691 / 32760 - y / 12))))));
};
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
const polygamma = (n, x) => {
  if (n === 0) return digamma(x);
  if (!(x > -1e5) || !Number.isInteger(n) || n < 0) return NaN;
  if (x <= 0 && Number.isInteger(x)) return n % 2 ? Infinity : NaN;
  let factorial = 1; for (let k = 2; k <= n; k++) factorial *= k;
  let sum = 0;
  while (x < 15 + n) { sum += factorial / Math.pow(x, n + 1); x += 1; }
  sum += factorial / n / Math.pow(x, n) + factorial / 2 / Math.pow(x, n + 1);
  let rising = factorial * (n + 1), power = Math.pow(x, n + 2);
  for (let k = 1; k <= 8; k++) { // B_2k (2k + n - 1)! / ((2k)! x^(2k + n))
    let even = 1; for (let j = 2; j <= 2 * k; j++) even *= j;
    sum += BERNOULLI[k - 1] * rising / even / power;
    rising *= (2 * k + n) * (2 * k + n + 1); power *= x * x;
  }
  return n % 2 ? sum : -sum;
};
const sigmoid = (x) => { if (x >= 0) return 1 / (1 + Math.exp(-x)); const t = Math.exp(x); return t / (1 + t); };
const softplus = (x) => x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
const largest = (xs) => { let m = -Infinity; for (const x of xs) { if (x !== x) return NaN; if (x > m) m = x; } return m; };
const smallest = (xs) => { let m = Infinity; for (const x of xs) { if (x !== x) return NaN; if (x < m) m = x; } return m; };
const logsumexp = (xs) => {
  const top = largest(xs);
  if (!Number.isFinite(top)) return top;
  let rest = 0, seen = false;
  for (const x of xs) { if (x === top && !seen) seen = true; else rest += Math.exp(x - top); }
  return top + Math.log1p(rest);
};
const floordiv = (x, y) => y === 0 ? (x === 0 ? NaN : x / y) : Math.floor(x / y);
const mod = (x, y) => { if (y === 0) return NaN; if (!Number.isFinite(y) && Number.isFinite(x)) return x === 0 || (x < 0) === (y < 0) ? x : y; const r = x % y; return r && (r < 0) !== (y < 0) ? r + y : r; };
const pow = (x, y) => x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) ? 1 : Math.pow(x, y);
const turned = (f, exact) => (x) => { // sin and cos of pi*x, exact at halves
  if (!Number.isFinite(x)) return NaN;
  const r = x - 2 * Math.round(x / 2);
  return exact(r) ?? f(Math.PI * r);
};
const norm_pdf = (x) => Math.exp(-x * x / 2 - HALF_LOG_2PI);
const norm_logcdf = (x) => x < -5 ? Math.log(0.5 * erfcx(-x * SQRT_HALF)) - x * x / 2 : Math.log1p(-0.5 * erfc(x * SQRT_HALF));
const infinite = (x) => x === Infinity || x === -Infinity;
const P = {
  above: (x, y) => x > y ? 1 : x <= y ? 0 : NaN,
  less: (x, y) => x < y ? 1 : 0,
  less_equal: (x, y) => x <= y ? 1 : 0,
  equal: (x, y) => x === y ? 1 : 0,
  sign: (x) => x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN,
  where: (c, a, b) => nonzero(c) ? a : b,
  taken: (c) => nonzero(c) ? 1 : 0,
  not_taken: (c) => nonzero(c) ? 0 : 1,
  nothing: () => 0,
  within: (x, low, high) => low <= x && x <= high ? x + 0 : NaN,
  identity: (x) => x,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  neg: (x) => -x,
  pow: pow,
  floordiv: floordiv,
  mod: mod,
  abs: Math.abs,
  fabs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: round_half_even,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  copysign: (x, y) => y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x),
  fmod: (x, y) => x % y,
  remainder: (x, y) => { const q = round_half_even(x / y); return Number.isFinite(x) && !Number.isFinite(y) && !Number.isNaN(y) ? x : x - q * y; },
  degrees: (x) => x * (180 / Math.PI),
  radians: (x) => x * (Math.PI / 180),
  fma: (x, y, z) => exact_sum([...product_parts(x, y), z]),
  exp: Math.exp,
  exp2: (x) => Math.pow(2, x),
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sinpi: turned(Math.sin, (r) => Number.isInteger(r) ? 0 : Math.abs(r) === 0.5 ? Math.sign(r) : undefined),
  cospi: turned(Math.cos, (r) => Math.abs(r) === 0.5 ? 0 : Number.isInteger(r) ? (r === 0 ? 1 : -1) : undefined),
  sinc: (x) => x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x),
  hypot: Math.hypot,
  sigmoid: sigmoid,
  log_sigmoid: (x) => -softplus(-x),
  logit: (p) => Math.log(p / (1 - p)),
  softplus: softplus,
  relu: (x) => x <= 0 ? 0 : x,
  leaky_relu: (x, slope) => x > 0 ? x : slope * x,
  elu: (x, alpha) => x <= 0 ? alpha * Math.expm1(x) : x,
  selu: (x) => x <= 0 ? 1.7580993408473766 * Math.expm1(x) : 1.0507009873554805 * x,
  gelu: (x) => 0.5 * x * erfc(-x * SQRT_HALF),
  gelu_tanh: (x) => x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x)),
  silu: (x) => x === -Infinity ? -0 : x / (1 + Math.exp(-x)),
  mish: (x) => x === -Infinity ? -0 : x * Math.tanh(softplus(x)),
  softsign: (x) => Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x)),
  hard_tanh: (x) => x < -1 ? -1 : x > 1 ? 1 : x,
  smooth_abs: (x, eps) => Math.hypot(x, eps) - Math.abs(eps),
  huber: (x, delta) => Math.abs(x) <= delta ? 0.5 * x * x : delta * (Math.abs(x) - 0.5 * delta),
  xlogy: (x, y) => x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y),
  xlog1py: (x, y) => x === 0 && !Number.isNaN(y) ? 0 : x * Math.log1p(y),
  log1mexp: (x) => x > -0.6931471805599453 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x)),
  erf: erf,
  erfc: erfc,
  erfcx: erfcx,
  erfinv: (x) => norm_ppf((x + 1) / 2) * SQRT_HALF,
  norm_pdf: (x, factor = 1) => norm_pdf(x) * factor,
  gaussian: (x, factor = 1) => Math.exp(-x * x) * factor,
  norm_cdf: (x) => 0.5 * erfc(-x * SQRT_HALF),
  norm_logcdf: norm_logcdf,
  norm_ppf: norm_ppf,
  gamma: gamma,
  lgamma: lgamma,
  digamma: digamma,
  polygamma: polygamma,
  lbeta: (a, b) => lgamma(a) + lgamma(b) - lgamma(a + b),
  beta: (a, b) => Math.exp(lgamma(a) + lgamma(b) - lgamma(a + b)),
  peak: (...xs) => largest(xs),
  unit: (x, length) => length === 0 ? (x === 0 || infinite(x) ? 0 : NaN) : infinite(length) ? (infinite(x) ? Math.sign(x) : 0 * x) : x / length,
  exp_difference: (x, y) => x === y ? 1 : Math.exp(x - y),
  shift: (x, y) => x === y ? 0 : x - y,
  sigmoid_difference: (x, y) => x === y ? 0.5 : sigmoid(x - y),
  silu_slope: (x) => x === -Infinity ? -0 : sigmoid(x) * (1 + (x === Infinity ? 0 : x * sigmoid(-x))),
  mish_slope: (x) => { if (infinite(x)) return x > 0 ? 1 : -0; const t = Math.tanh(softplus(x)); return t + x * sigmoid(x) * (1 - t * t); },
  gelu_slope: (x) => infinite(x) ? (x > 0 ? 1 : -0) : 0.5 * erfc(-x * SQRT_HALF) + x * norm_pdf(x),
  gelu_tanh_slope: (x) => { if (Math.abs(x) > 30) return x > 0 ? 1 : -0; const v = 1.5957691216057308 * (x + 0.044715 * x * x * x); return sigmoid(v) * (1 + x * 1.5957691216057308 * (1 + 0.134145 * x * x) * sigmoid(-v)); },
  erfinv_slope: (x) => { const y = norm_ppf((x + 1) / 2) * SQRT_HALF; return 0.886226925452758 * Math.exp(y * y); },
  norm_ppf_slope: (p) => { const y = norm_ppf(p); return Math.exp(y * y / 2 + HALF_LOG_2PI); },
  log1mexp_slope: (x) => x < 0 ? Math.exp(x) / Math.expm1(x) : x === 0 ? -Infinity : NaN,
  sinc_derivative: (order, x) => order === 1 && x !== 0 ? (Math.cos(Math.PI * x) - Math.sin(Math.PI * x) / (Math.PI * x)) / x : order === 1 ? 0 : NaN,
  erfcx_derivative: (order, x) => order === 1 ? 2 * x * erfcx(x) - 1.1283791670955126 : NaN,
  norm_logcdf_derivative: (order, x) => order === 1 ? Math.exp(-x * x / 2 - HALF_LOG_2PI - norm_logcdf(x)) : NaN,
  ldexp: (x, n) => Number.isInteger(n) ? x * Math.pow(2, n) : NaN,
  clamp: (x, low, high) => smallest([largest([x, low]), high]),
  between: (x, low, high, exponent) => low <= x && x <= high ? pow((x - low) * (high - x), exponent) : NaN,
  maximum: (...xs) => largest(xs),
  minimum: (...xs) => smallest(xs),
  max_constant: (...xs) => largest(xs),
  min_constant: (...xs) => smallest(xs),
  fsum: (...xs) => exact_sum(xs),
  prod: (...xs) => xs.reduce((p, x) => p * x, 1),
  dot: (...xs) => { const n = xs.length / 2; let sum = n ? xs[0] * xs[n] : 0; for (let i = 1; i < n; i++) sum += xs[i] * xs[n + i]; return sum; },
  sumprod: (...xs) => { const [p, q] = halves(xs); return exact_sum(p.flatMap((x, i) => product_parts(x, q[i]))); },
  dist: (...xs) => { const [p, q] = halves(xs); return Math.hypot(...p.map((x, i) => x - q[i])); },
  logsumexp: (...xs) => logsumexp(xs),
  logaddexp: (...xs) => logsumexp(xs),
};
