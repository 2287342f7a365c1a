/** Uniform in [0, 1). */
export type Random = () => number;

/** The largest seed. */
export const maxSeed = 0xffffffff;

/**
 * A generator that gives the same numbers for the same seed on every machine: SplitMix32, the 32-bit form of
 * SplitMix (Steele, Lea and Flood, OOPSLA 2014) with the finaliser of MurmurHash3.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** A new array in a random order: Fisher and Yates, from the inside out. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result: T[] = [];
  for (const item of items) {
    const place = Math.floor(random() * (result.length + 1));
    const holder = result[place];
    if (place === result.length) {
      result.push(item);
    } else {
      result.push(holder as T);
      result[place] = item;
    }
  }
  return result;
}
