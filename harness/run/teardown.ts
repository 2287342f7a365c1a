import { failure } from '../errors.js';

/** What has to be undone at the end, in the reverse order; one failure does not keep the others from being tried. */
export class Teardown {
  private readonly steps: { what: string; undo: () => Promise<void> }[] = [];

  add(what: string, undo: () => Promise<void>): void {
    this.steps.push({ what, undo });
  }

  /** @throws PktpathError (failed) that names every step that failed; calling it again does nothing */
  async run(): Promise<void> {
    const failed: string[] = [];
    const causes: unknown[] = [];
    for (const { what, undo } of this.steps.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failed.push(what);
        causes.push(error);
      }
    }
    if (causes.length === 0) return;
    const cause = causes.length === 1 ? causes[0] : new AggregateError(causes, 'several steps failed');
    throw failure(`could not remove all that the run had made: ${failed.join(', ')}`, 'try: pktpath clean', cause);
  }
}
