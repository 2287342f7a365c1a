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
  /** Stops whatever runs and ends the process; safe to call twice. */
  close(): Promise<void>;
}
