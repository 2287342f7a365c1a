import type { Call } from '../../executor/messages.js';
import type { EndpointSpec, TrialResult, TrialSpec } from '../../executor/contract.js';
import type { TestbedCounters, TestbedOptions } from '../../testbed/testbed.js';
import type { Testbed as TestbedRecord } from '../../../reports/record.js';
import type { Card } from '../cards.js';

/** What the guest's agent answers: the calls of the addon, and those that only the guest's own kernel can. */
export type GuestCall =
  | Call
  /** What the guest is, for the record. @see collectEnvironment */
  | { name: 'environment'; arguments: [libraries: Record<string, string>] }
  | { name: 'bringUpTestbed'; arguments: [card: Card, options: TestbedOptions] }
  | { name: 'testbedCounters'; arguments: [] }
  /** A trial, and the testbed's counters after it. */
  | { name: 'runTrialAndCount'; arguments: [spec: TrialSpec] }
  /** Lines of /proc/kallsyms of functions. */
  | { name: 'functionSymbols'; arguments: [] };

/** The agent's first line, before any call. */
export interface Ready {
  ready: { kernelRelease: string; node: string };
}

export interface CountedTrial {
  result: TrialResult;
  counters: TestbedCounters;
}

/** A testbed as it crosses the channel: what does not change while it stands. */
export interface TestbedDescription {
  receiver: EndpointSpec;
  sender: EndpointSpec;
  record: TestbedRecord;
}
