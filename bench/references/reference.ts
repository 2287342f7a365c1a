import type { EndpointSpec, PathSpec } from '../../harness/executor/contract.js';
import type { OwnSendMethod } from '../../harness/generators/send-methods.js';

/** A receiver that runs until it is stopped. */
export interface Receiving {
  /** Ends it. @returns packets that it has had, by whoever counts them @throws when that cannot be told */
  stop(): Promise<number>;
}

/** A receiver that pktpath did not write, beside the path that does the same. */
export interface Reference {
  name: string;
  /** Debian's package. */
  package: string;
  /** pktpath's own side of the comparison. */
  path: PathSpec;
  /** What both get, as fast as it goes. */
  method: OwnSendMethod;
  /** What is not the same on both sides. */
  note: string;
  /** Starts it in the receiver's namespace, on the receiver's CPU, and waits until it receives. */
  start(receiver: EndpointSpec): Promise<Receiving>;
}
