import type { Calibration, RunRecord, Trial } from './record.js';

interface Sessions {
  run: Pick<RunRecord['run'], 'resumed' | 'shards'>;
  calibrations: readonly Calibration[];
}

/**
 * Index of the first trial of each session: a run has one, and one more each time that it was gone on with; a merged record
 * has those of all its shards. Each begins with a calibration of its own, where anything is probed.
 */
export function sessionStarts({ shards, resumed = [] }: Sessions['run']): number[] {
  return [...(shards ?? [{ firstTrial: 0 }]), ...resumed].map(({ firstTrial }) => firstTrial);
}

/** The calibration that was taken before a trial, in the same session; undefined where nothing was calibrated. */
export function calibrationOf(
  { run, calibrations }: Sessions,
  { index }: Pick<Trial, 'index'>,
): Calibration | undefined {
  return calibrations[sessionStarts(run).filter((firstTrial) => firstTrial <= index).length - 1];
}
