import type { Calibration, RunRecord, Trial } from './record.js';

interface Sessions {
  run: Pick<RunRecord['run'], 'resumed'>;
  calibrations: readonly Calibration[];
}

/** The calibration that was taken before a trial, in the same session; undefined where nothing was calibrated. */
export function calibrationOf(
  { run, calibrations }: Sessions,
  { index }: Pick<Trial, 'index'>,
): Calibration | undefined {
  return calibrations[(run.resumed ?? []).filter(({ firstTrial }) => firstTrial <= index).length];
}
