import Mocha from 'mocha';
import { missingCapability } from './capabilities.js';

const { Base, Spec } = Mocha.reporters;

/**
 * The spec reporter, with what each skipped test needed at the end, and a closing line that programs can read. A run in
 * which no test was executed has failed: it shows nothing.
 */
export default class Reporter extends Spec {
  readonly #skipped: Mocha.Test[] = [];

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pending', (test: Mocha.Test) => this.#skipped.push(test));
  }

  override epilogue(): void {
    super.epilogue();
    if (this.#skipped.length > 0) Base.consoleLog('  skipped:');
    for (const test of this.#skipped) {
      Base.consoleLog(`    needs ${missingCapability(test) ?? '(not said)'}: ${test.fullTitle()}`);
    }
    if (!this.#executedAny) Base.consoleLog('  no test was executed, which counts as a failure');
    const { passes, failures } = this.stats;
    Base.consoleLog(`\n${passes} passed, ${failures} failed, ${this.#skipped.length} skipped`);
  }

  /** Called by mocha with the number of failures that decides its exit code. */
  override done(failures: number, finish?: (failures: number) => void): void {
    finish?.(this.#executedAny ? failures : Math.max(failures, 1));
  }

  get #executedAny(): boolean {
    return this.stats.passes + this.stats.failures > 0;
  }
}
