import type {
  CalibrationResult,
  HandFigures,
  HandReceived,
  HandReceiveSpec,
  HandSendSpec,
  HandSent,
  ProgramFact,
  TrialResult,
  TrialSpec,
} from './contract.js';
import type { Call } from './messages.js';

/** Runs trials; the native one does it in a process of its own, a mock one answers from memory. */
export interface Executor {
  versions(): Promise<{ libbpf: string; libpcap: string }>;
  allowedCpus(): Promise<number[]>;
  detectPrograms(object: string, programs: string[], targets?: Record<string, string>): Promise<ProgramFact[]>;
  calibrate(
    object: string,
    cpu: number,
    hitsPerBatch: number,
    batches: number,
    exact?: boolean,
  ): Promise<CalibrationResult>;
  runTrial(spec: TrialSpec): Promise<TrialResult>;
  setAffinity(tid: number, cpu: number): Promise<void>;
  /** @throws with libpcap's words when it does not compile the expression */
  checkFilter(filter: string, snaplen: number): Promise<void>;
  handReceive(spec: HandReceiveSpec): Promise<HandReceived>;
  handSend(spec: HandSendSpec): Promise<HandSent>;
  handFigures(): Promise<HandFigures | null>;
  stopHand(): Promise<void>;
  /** Where several machines take turns: the round that the next trials belong to. */
  beginRound?(round: number): void;
  /** Stops whatever runs and ends the process; safe to call twice. */
  close(): Promise<void>;
}

/** An executor whose calls go elsewhere, and whose answers come from there. */
export function executorOver(call: <T>(call: Call) => Promise<T>, close: () => Promise<void>): Executor {
  return {
    versions: () => call({ name: 'versions', arguments: [] }),
    allowedCpus: () => call({ name: 'allowedCpus', arguments: [] }),
    detectPrograms: (object, programs, targets = {}) =>
      call({ name: 'detectPrograms', arguments: [object, programs, targets] }),
    calibrate: (object, cpu, hitsPerBatch, batches, exact = false) =>
      call({ name: 'calibrate', arguments: [object, cpu, hitsPerBatch, batches, exact] }),
    runTrial: (spec) => call({ name: 'runTrial', arguments: [spec] }),
    setAffinity: (tid, cpu) => call({ name: 'setAffinity', arguments: [tid, cpu] }),
    checkFilter: (filter, snaplen) => call({ name: 'checkFilter', arguments: [filter, snaplen] }),
    handReceive: (spec) => call({ name: 'handReceive', arguments: [spec] }),
    handSend: (spec) => call({ name: 'handSend', arguments: [spec] }),
    handFigures: () => call({ name: 'handFigures', arguments: [] }),
    stopHand: () => call({ name: 'stopHand', arguments: [] }),
    close,
  };
}
