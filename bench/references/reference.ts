import type { GeneratorSpec, PathSpec } from '../../harness/executor/contract.js';
import type { OwnSendMethod } from '../../harness/generators/send-methods.js';
import type { Bed } from '../bed.js';

/** A receiver that pktpath did not write, beside the path that does the same. */
export interface Reference {
  name: string;
  /** pktpath's own side of the comparison, and what it is sent by, as fast as it goes. */
  path: PathSpec;
  method: OwnSendMethod;
  /** What is not the same on both sides. */
  note: string;
  /**
   * Lets it receive for as long as the generator sends.
   * @returns packets that it got, per second of sending
   * @throws PktpathError (not possible) when it does not run here; (failed) when its figures cannot be told
   */
  rate(bed: Bed, generator: GeneratorSpec): Promise<number>;
}
