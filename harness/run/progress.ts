/** Told between trials only: nothing is printed while something is measured. */
export interface Progress {
  /** A step before or after the trials, e.g. "calibrating the probes". */
  step(text: string): void;
  /** The trial that starts now. */
  trial(event: TrialEvent): void;
  /** Something the user should know at once, e.g. a trial that has to be repeated. */
  note(text: string): void;
}

export interface TrialEvent {
  /** From 1; repeats are not counted. */
  number: number;
  /** All that are planned. */
  of: number;
  round: number;
  rounds: number;
  cell: string;
  probed: boolean;
  /** Null until a trial has shown how long one takes. */
  secondsLeft: number | null;
}

/** Nothing is told for as long as it holds, e.g. of trials that were measured long ago. */
export function silentWhile(holds: () => boolean, progress: Progress): Progress {
  return {
    step: (text) => {
      if (!holds()) progress.step(text);
    },
    trial: (event) => {
      if (!holds()) progress.trial(event);
    },
    note: (text) => {
      if (!holds()) progress.note(text);
    },
  };
}
