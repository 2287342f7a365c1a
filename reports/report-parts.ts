import type { RunRecord } from './record.js';

/** A chart with its picture and the file that holds it, relative to the report. */
export interface DrawnChart {
  id: string;
  title: string;
  svg: string;
  file: string;
}

/** The sentences under a report’s title. */
export function reportLead({ run, environment, experiment, tool, trials }: RunRecord): string[] {
  const invalid = trials.filter((trial) => !trial.valid).length;
  const when = `Run ${run.id}, ${run.startedAt}, pktpath ${tool.version}, experiment ${experiment.name}`;
  const where = `Linux ${environment.kernelRelease} on ${environment.cpuModel}, ${String(environment.cpus)} CPUs`;
  const how = `${String(trials.length)} trials in ${String(experiment.rounds)} rounds, ${String(invalid)} of them invalid`;
  const partial = run.status === 'partial' ? ['This run is partial: not every cell was measured.'] : [];
  const quick = experiment.quick ? ['A quick run: fewer trials, wider intervals.'] : [];
  return [`${when}. ${where}. ${how}.`, ...partial, ...quick];
}
