import type { Progress, TrialEvent } from '../run/progress.js';
import { printable } from '../../reports/text.js';

type Stream = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

const clearLine = '\r\u001b[2K';

/** Progress on a stream: on a terminal one line that is drawn again between trials, elsewhere a line a round. */
export class ProgressLine implements Progress {
  private drawn = false;
  private lastRound = -1;

  constructor(
    private readonly name: string,
    private readonly stream: Stream = process.stderr,
  ) {}

  step(text: string): void {
    this.show(`${this.name}: ${text}`);
  }

  trial(event: TrialEvent): void {
    const { number, of, round, rounds, cell, probed } = event;
    const count = `trial ${String(number)}/${String(of)}`;
    const left = timeLeft(event.secondsLeft);
    if (this.stream.isTTY === true) {
      this.show(`${this.name}: ${count}, ${left}: ${cell} (${probed ? 'probed' : 'unprobed'})`);
    } else if (round !== this.lastRound) {
      this.show(`${this.name}: round ${String(round + 1)}/${String(rounds)}, ${count}, ${left}`);
    }
    this.lastRound = round;
  }

  note(text: string): void {
    this.end();
    this.stream.write(`${this.name}: ${printable(text, 1000)}\n`);
  }

  /** Takes the line away, so that what follows starts on a clean one. */
  end(): void {
    if (this.drawn) this.stream.write(clearLine);
    this.drawn = false;
  }

  private show(text: string): void {
    if (this.stream.isTTY !== true) {
      this.stream.write(`${text}\n`);
      return;
    }
    // A line that wraps cannot be taken back.
    this.stream.write(clearLine + printable(text, (this.stream.columns ?? 80) - 1));
    this.drawn = true;
  }
}

/** "about 1 min 20 s left" */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return 'time left not known yet';
  return `about ${durationText(seconds)} left`;
}

/** Whole seconds: "48 s", "1 min 20 s". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${String(whole)} s` : `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
}
