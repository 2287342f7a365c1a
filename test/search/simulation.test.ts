import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fullPlan, quickPlan } from '../../harness/search/goal.js';
import type { SearchPlan } from '../../harness/search/goal.js';
import { RateSearch } from '../../harness/search/search.js';
import { median } from '../../harness/statistics/quantile.js';
import { seededRandom } from '../../harness/statistics/random.js';
import type { Random } from '../../harness/statistics/random.js';
import { limitedTo, perfectSender, sharp, simulate, withBursts } from './devices.js';
import type { Device, Sender, Simulated } from './devices.js';

const min = 1000;
const max = 2e7;
const plans = { quick: quickPlan, full: fullPlan };
const goalNames = ['NDR', 'PDR'] as const;

function search(plan: SearchPlan, device: Device, sender?: Sender) {
  const rates = new RateSearch({ minPacketsPerSecond: min, maxPacketsPerSecond: max, ...plan });
  const run = simulate(rates, device, sender);
  const [ndr, pdr] = rates.results();
  checkInvariants(plan, run, rates);
  return { run, NDR: ndr!, PDR: pdr! };
}

function checkInvariants(plan: SearchPlan, { asked }: Simulated, rates: RateSearch) {
  assert.ok(asked.length <= plan.maxTrials);
  assert.ok(asked.every(({ packetsPerSecond }) => packetsPerSecond >= min && packetsPerSecond <= max));
  for (const { regular, reason, lower, upper, width } of rates.results()) {
    if (lower !== null && upper !== null) assert.ok(lower.packetsPerSecond < upper.packetsPerSecond);
    assert.equal(regular, reason === null);
    if (regular) assert.ok(upper!.packetsPerSecond / lower!.packetsPerSecond - 1 <= width);
  }
}

function checkCounts(counts: number[], most: { median: number; max: number }): void {
  assert.ok(median(counts) <= most.median, `median ${median(counts)}`);
  assert.ok(Math.max(...counts) <= most.max, `max ${Math.max(...counts)}`);
}

/** Devices of capacities over four decades, evenly by logarithm; each with a seed of its own. */
function overDecades(count: number, run: (capacity: number, random: Random) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    const random = seededRandom(seed);
    run(1500 * 10 ** (4 * random()), random);
  }
}

/** The load up to which a sharp device keeps a goal. */
function truth(goal: 'NDR' | 'PDR', capacity: number): number {
  return goal === 'NDR' ? capacity : capacity / (1 - 0.005);
}

/** Share of the searches whose bounds hold the truth, and how many trials they took. */
function hits(plan: SearchPlan, goal: 'NDR' | 'PDR', count: number, noisy: (c: number, r: Random) => Device) {
  let hit = 0;
  let regular = 0;
  overDecades(count, (capacity, random) => {
    const row = search(plan, noisy(capacity, random))[goal];
    if (!row.regular) return;
    regular += 1;
    const load = truth(goal, capacity) * (1 + 1e-9);
    if (row.lower!.packetsPerSecond <= load && row.upper!.packetsPerSecond * (1 + row.width) > load) hit += 1;
  });
  return { hit: hit / count, regular: regular / count };
}

describe('simulated search', () => {
  const mostTrials = {
    sharp: { quick: { median: 6, max: 12 }, full: { median: 16, max: 26 } },
    slowed: { quick: { median: 18, max: 27 }, full: { median: 32, max: 50 } },
  };
  for (const [name, plan] of Object.entries(plans) as ['quick' | 'full', SearchPlan][]) {
    it(`brackets a sharp capacity within the width, ${name}`, () => {
      const counts: number[] = [];
      overDecades(500, (capacity) => {
        const result = search(plan, sharp(capacity));
        for (const goal of goalNames) {
          const { regular, lower, upper } = result[goal];
          const load = truth(goal, capacity);
          assert.ok(regular);
          assert.ok(
            lower!.packetsPerSecond <= load * (1 + 1e-9) && upper!.packetsPerSecond > load,
            `${goal} ${capacity}`,
          );
        }
        counts.push(result.run.asked.length);
      });
      checkCounts(counts, mostTrials.sharp[name]);
    });

    it(`brackets it where overload slows the receiver down, ${name}`, () => {
      const counts: number[] = [];
      overDecades(500, (capacity) => {
        const livelock: Device = (load) => (load <= capacity ? 0 : 1 - (capacity / load) ** 2);
        const result = search(plan, livelock);
        for (const goal of goalNames) {
          const { regular, lower, upper } = result[goal];
          assert.ok(regular);
          assert.ok(lower!.packetsPerSecond <= capacity * 1.0026 && upper!.packetsPerSecond > capacity);
        }
        counts.push(result.run.asked.length);
      });
      checkCounts(counts, mostTrials.slowed[name]);
    });

    it(`claims a bound only where the device really meets or fails the goal, whatever its curve, ${name}`, () => {
      for (let seed = 1; seed <= 500; seed++) {
        const device = crooked(seed);
        const result = search(plan, device);
        for (const goal of goalNames) {
          const { lower, upper, lossRatio } = result[goal];
          if (lower !== null) assert.ok(device(lower.packetsPerSecond, 1) <= lossRatio);
          if (upper !== null) assert.ok(device(upper.packetsPerSecond, 1) > lossRatio);
        }
      }
    });

    it(`finds the partial drop rate through bursts smaller than its loss, however many, ${name}`, () => {
      const tiny = (capacity: number, random: Random) => withBursts(sharp(capacity), 0.9, 0.001, random);
      assert.equal(hits(plan, 'PDR', 300, tiny).hit, 1);
    });
  }

  it('finds the rates through bursts in a tenth of the trials, which the exceed ratio allows', () => {
    const rare = (capacity: number, random: Random) => withBursts(sharp(capacity), 0.1, 0.02, random);
    for (const goal of goalNames) {
      assert.ok(hits(quickPlan, goal, 500, rare).hit >= 0.95);
      assert.ok(hits(fullPlan, goal, 500, rare).hit >= 0.99);
    }
  });

  it('finds none through bursts in nine of ten trials, which it does not allow', () => {
    const frequent = (capacity: number, random: Random) => withBursts(sharp(capacity), 0.9, 0.02, random);
    for (const goal of goalNames) assert.ok(hits(fullPlan, goal, 300, frequent).regular <= 0.01);
  });

  it('is conservative about loss at low rates once it has seen it', () => {
    const islands: Device = (load) => (load < 50_000 ? 0.01 : sharp(400_000)(load, 1));
    for (const plan of Object.values(plans)) {
      const { NDR } = search(plan, islands);
      assert.ok(NDR.regular && NDR.lower!.packetsPerSecond <= 400_000 && NDR.upper!.packetsPerSecond > 400_000);
    }
    const drowned: Device = (load) => (load < 50_000 ? 0.01 : load < 400_000 ? 0.004 : sharp(300_000)(load, 1));
    for (const plan of Object.values(plans)) {
      const { NDR, PDR } = search(plan, drowned);
      assert.ok(!NDR.regular && NDR.lower === null, NDR.reason ?? '');
      // The search for the loss-free rate went down to where even the partial drop rate's loss is exceeded.
      assert.ok(!PDR.regular && PDR.lower === null);
      assert.match(PDR.reason!, /even at 1000 packets\/s.*; up to 3\d{5} packets\/s met the goal, but loads above one/);
    }
  });

  it('ends within its trials and its range whatever device and sender do', () => {
    const senders = fc.constantFrom<Sender>(perfectSender, limitedTo(50_000), limitedTo(700));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        senders,
        (seed, p, sender) => {
          const random = seededRandom(seed);
          const erratic: Device = () => (random() < p ? random() ** 4 : 0);
          const unsteady: Sender = (asked) => sender(asked) * (random() < 0.2 ? 0.3 + 0.8 * random() : 1);
          for (const plan of Object.values(plans)) search(plan, erratic, unsteady);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

/** Loss that goes up and down with the load, in steps of a fifth; the same at the same load. */
function crooked(seed: number): Device {
  return (load) => {
    const random = seededRandom(seed * 1000 + Math.floor(Math.log(load) / Math.log(1.2)));
    random();
    return Math.max(0, random() - 0.6) / 20;
  };
}
