import { articleClaims, claimNames } from '../claims/article.js';
import type { ClaimName } from '../claims/article.js';
import type { Claim } from '../claims/claim.js';
import type { RunRecord } from '../record.js';
import type { SuiteMember } from '../suite-file.js';
import { machineNotes } from './machine-notes.js';

/** A run of a suite, with what its record has to say; without a record there is a reason. */
export interface ArticleRun extends SuiteMember {
  record: RunRecord | null;
  claims: readonly Claim[];
}

/** What one run has to say to one claim, where, and where to read more. */
export interface Finding extends Claim {
  /** Kernel, testbed, and what the machine did meanwhile. */
  on: string;
  run: ArticleRun | null;
}

/** Each of the ten claims for each run of its experiment; one that no run speaks to is not measured, with the reason. */
export function findingsOf(runs: readonly ArticleRun[]): Finding[] {
  return claimNames.flatMap((claim): Finding[] => {
    const own = runs.filter(({ experiment }) => experiment === articleClaims[claim].experiment);
    if (own.length === 0)
      return [missing(claim, null, `experiment ${articleClaims[claim].experiment} is not among these runs`)];
    return own.flatMap((run): Finding[] => {
      const found = run.claims.filter((each) => each.claim === claim);
      if (run.record === null || found.length === 0) {
        return [missing(claim, run, run.reason ?? 'its record says nothing of it')];
      }
      const on = [placeText(run.record), ...machineNotes(run.record)].join('; ');
      return found.map((each) => ({ ...each, on, run }));
    });
  });
}

function missing(claim: ClaimName, run: ArticleRun | null, reason: string): Finding {
  const { says } = articleClaims[claim];
  const on = run?.kernel ?? 'this machine';
  return { claim, says, found: 'nothing', verdict: 'not measured', sentence: `Not measured: ${reason}.`, on, run };
}

/** "Linux 6.18.44, veth, quick", "Linux 6.1.0, i82557c in a guest, instructions". */
export function placeText({ environment, testbed, machine, experiment, run }: RunRecord): string {
  const card = testbed?.card ?? testbed?.kind ?? 'no testbed';
  return [
    `Linux ${environment.kernelRelease}`,
    machine.kind === 'guest' ? `${card} in a guest` : card,
    ...(experiment.exact ? ['instructions'] : []),
    ...(experiment.quick ? ['quick'] : []),
    ...(run.status === 'partial' ? ['partial'] : []),
  ].join(', ');
}
