import { table1 } from '../../experiments/table1.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';

/** Table 1 made small: by default one frame size, tcp messages and packet-recvfrom, three rounds of a tenth of a second. */
export function smallPlan(settings: string[] = [], rounds = 3): RunPlan {
  const defaults = [
    'paths=tcp,packet-recvfrom',
    'tcpTraffic=tcp-message',
    'frameBytes=512',
    'packetsPerSecond=20000',
    'seed=1',
  ];
  const set = [
    ...defaults.filter((each) => !settings.some((own) => own.startsWith(`${each.split('=')[0] ?? ''}=`))),
    ...settings,
  ];
  return planRun(table1, { settings: set, quick: false, rounds, durationSeconds: 0.1 }, [0, 1]);
}
