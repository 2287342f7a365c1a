import type { Call } from '../../executor/messages.js';
import type { EndpointSpec } from '../../executor/contract.js';
import type { TestbedOptions } from '../../testbed/testbed.js';
import type { Testbed as TestbedRecord } from '../../../reports/record.js';
import type { Card } from '../cards.js';

/** What the guest's agent answers: the calls of the addon, and those that only the guest's own kernel can. */
export type GuestCall =
  | Call
  /** What the guest is, for the record. @see collectEnvironment */
  | { name: 'environment'; arguments: [libraries: Record<string, string>] }
  | { name: 'bringUpTestbed'; arguments: [card: Card, options: TestbedOptions] }
  | { name: 'testbedCounters'; arguments: [] }
  /** Lines of /proc/kallsyms of functions. */
  | { name: 'functionSymbols'; arguments: [] };

/** The agent's first line, before any call. */
export interface Ready {
  ready: { kernelRelease: string; node: string };
}

/** A testbed as it crosses the channel: what does not change while it stands. */
export interface TestbedDescription {
  receiver: EndpointSpec;
  sender: EndpointSpec;
  record: TestbedRecord;
}
