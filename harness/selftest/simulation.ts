/** How often something happened in simulated data whose truth is known. */
export interface Simulation {
  kind: 'coverage' | 'false alarms' | 'power';
  /** What of, in words. */
  name: string;
  percent: number;
  /** One standard deviation of what chance does to `percent`. */
  errorPercent: number;
  /** What it has to be, percent. */
  least: number;
  most: number;
  /** Within its bounds, but for chance. */
  ok: boolean;
}

/** So many standard deviations are chance; of sixty simulations one is further off in sixteen runs, if all are at the bound. */
const chance = 3;

/**
 * Repeats something and counts.
 * @param happens null: nothing could be told, and it is not counted
 */
export function simulate(
  about: Pick<Simulation, 'kind' | 'name' | 'least' | 'most'>,
  runs: number,
  happens: () => boolean | null,
): Simulation {
  let [counted, times] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const happened = happens();
    if (happened === null) continue;
    counted++;
    if (happened) times++;
  }
  const share = counted === 0 ? NaN : times / counted;
  const percent = 100 * share;
  // at a share of 0 or 1 it would be none: what one more would do stands for it
  const spread = Math.max(share * (1 - share), 1 / counted);
  const errorPercent = 100 * Math.sqrt(spread / counted);
  const off = chance * errorPercent;
  const ok = percent >= about.least - off && percent <= about.most + off;
  return { ...about, percent, errorPercent, ok };
}

/** What every printed 95 % interval has to cover. */
export const coverageBounds = { least: 93, most: 97 } as const;
