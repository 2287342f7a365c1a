import type { Collaborators } from '../../harness/run/collaborators.js';
import { mockCosts, MockExecutor, mockStates } from './mock-executor.js';
import { mockRun } from './mock-run.js';

const idleOfferNs = 1500;
const offers = 200;
/** What the mock's path takes of a packet, without the interrupt that hits other tasks. */
export const path = mockStates.filter(({ owner }) => owner !== 'other').reduce((sum, { ns }) => sum + ns, 0);
/** The ends of switches, for each packet. */
export const outside = 100;

/** Of a machine whose hits cost `factor` times the calibrated edge and pass where they are, and whose soaker errs by `gap`. */
export function soakedTools({ factor = 1, gap = 1 } = {}): Collaborators {
  const { edge, pass, mark } = mockCosts;
  const executor = new MockExecutor({
    tamper: (result, spec) => {
      if (!spec.soak) return result;
      const twice = spec.probes?.programs.some((program) => program.endsWith('_again')) === true;
      const packets = result.wirePackets;
      let taken = (path + outside) * packets * (spec.probes === null ? gap : 1);
      for (const cpu of result.probes?.cpus ?? []) {
        for (const state of cpu.states) {
          if (!state.owner.startsWith('receiver')) continue;
          const hits = state.stage === 'user' ? 0 : 1;
          const truth = mockStates.find(({ stage }) => stage === state.stage)?.ns ?? 0;
          const marks =
            state.stage === 'user' ? 1 : state.stage === 'syscall-entry' || state.stage === 'syscall-return' ? 0.5 : 0;
          const again = twice ? hits : 0;
          const probes = factor * ((hits + again) * edge.median + hits * pass.median) + marks * mark.median;
          state.ns = (truth + probes) * packets;
          state.entries += again * packets;
          state.exits += again * packets;
          taken += probes * packets;
        }
      }
      const soaking = { windowNs: 1e8, offers, takenNs: Math.round(taken) + offers * idleOfferNs, idleOfferNs };
      return { ...result, soaking };
    },
  });
  const { tools } = mockRun(executor);
  const resolvePlan: typeof tools.resolvePlan = (input) => ({
    ...tools.resolvePlan(input),
    again: ['netif_receive_skb_again'],
  });
  return { ...tools, resolvePlan };
}
