/** Above this many pairs the distribution of the rank sum is near enough to normal. */
const mostExactPairs = 2500;

/** Values of each sample, of equal size, from which on the level can be had: 2 ∕ C(2n, n) ≤ 1 − level. */
export function valuesForShift(level: number): number {
  let tail = 1;
  for (let n = 1; ; n++) {
    tail *= n / (2 * (2 * n - 1));
    if (2 * tail <= 1 - level || n === 1000) return n;
  }
}

/**
 * Which of the sorted differences ends the interval, counted from 1 from either side: the largest k with
 * 2 · P(U < k) ≤ 1 − level. 0 when there is none.
 */
export function shiftRank(from: number, to: number, level: number): number {
  const most = (1 - level) / 2;
  if (from * to > mostExactPairs) {
    const deviation = Math.sqrt((from * to * (from + to + 1)) / 12);
    return Math.max(0, Math.floor((from * to) / 2 - normalQuantile(most) * deviation));
  }
  let tail = 0;
  for (const [u, probability] of rankSumDistribution(from, to).entries()) {
    tail += probability;
    if (tail > most) return u;
  }
  return 0;
}

const distributions = new Map<string, Float64Array>();

/**
 * P(U = u) for equal distributions, u from 0 to half of all pairs, by Mann and Whitney's recurrence: the largest of all
 * values belongs to either sample in proportion to its size, and lies above all of the other. Sums of positive terms only,
 * so that the tails are as good as the middle.
 */
function rankSumDistribution(from: number, to: number): Float64Array {
  const key = `${String(from)} ${String(to)}`;
  const known = distributions.get(key);
  if (known !== undefined) return known;
  const size = Math.floor((from * to) / 2) + 1;
  const first = (): Float64Array => Float64Array.from({ length: size }, (_, u) => (u === 0 ? 1 : 0));
  let row = Array.from({ length: to + 1 }, first);
  for (let m = 1; m <= from; m++) {
    const next = [first()];
    for (let n = 1; n <= to; n++) {
      const [above, beside] = [row[n], next[n - 1]];
      next.push(
        Float64Array.from({ length: size }, (_, u) => {
          const own = u >= n ? (above?.[u - n] ?? 0) : 0;
          return (m * own + n * (beside?.[u] ?? 0)) / (m + n);
        }),
      );
    }
    row = next;
  }
  const result = row[to] ?? first();
  distributions.set(key, result);
  return result;
}

/** The z with P(Z > z) = tail, by halving: the error function has no closed inverse, and this is asked for once. */
export function normalQuantile(tail: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(Z > x) for x ≥ 0: the continued fraction of Laplace, or the series where that is slow. */
function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let k = 1; k < 60; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let k = 80; k > 0; k--) fraction = x + k / fraction;
  return density / fraction;
}
