import { basename, dirname, join } from 'node:path';
import { bestObject, tryObjects } from '../doctor/probe-tiers.js';
import { notPossible } from '../errors.js';
import type { ProgramFact } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';
import { noDrivers } from '../plan/targets.js';
import type { Drivers } from '../plan/targets.js';

/** The BPF object to measure with on this kernel. */
export interface ProbeObject {
  stages: string;
  facts: ProgramFact[];
  /** The null boundaries that attach in the same way: their cost is that of the stages' boundaries. */
  calibration: string;
}

/**
 * Finds by trying which of the objects works best here.
 * @param candidates stage objects, best first
 * @param drivers whose functions some programs are on
 * @throws PktpathError (not possible) when no program of any loads and attaches
 */
export async function chooseProbeObject(
  executor: Executor,
  candidates: readonly string[],
  drivers: Drivers = noDrivers,
): Promise<ProbeObject> {
  const tried = await tryObjects(executor, candidates, drivers);
  const best = bestObject(tried);
  if (best === null) {
    const why = tried.map(({ object, error, facts }) => `${basename(object)}: ${error ?? refusals(facts)}`).join('; ');
    throw notPossible(`no probe loads and attaches on this kernel: ${why}`, 'see what is missing: pktpath doctor');
  }
  return { stages: best.object, facts: best.facts, calibration: calibrationObject(best.object) };
}

/** stages.tp_btf.bpf.o → calibrate.tp_btf.bpf.o, beside it */
function calibrationObject(stages: string): string {
  return join(dirname(stages), basename(stages).replace(/^stages\./, 'calibrate.'));
}

function refusals(facts: readonly ProgramFact[]): string {
  return [...new Set(facts.map((fact) => fact.error ?? 'no reason given'))].slice(0, 3).join(', ');
}
