import { RECORD_VERSION } from './record.js';

type Json = Record<string, unknown>;

/** From each version to the next. A shape that does not fit is left alone: the validation behind it says what is wrong. */
const upgrades: Record<number, (record: Json) => Json> = {
  1: fromVersion1,
  2: fromVersion2,
};

/**
 * A record of an older version in the shape of today's.
 * @param version of `json`, at most today's
 */
export function upgradeRecord(json: unknown, version: number): unknown {
  if (!isObject(json)) return json;
  let record = json;
  for (let at = version; at < RECORD_VERSION; at++) record = { ...(upgrades[at]?.(record) ?? record), version: at + 1 };
  return record;
}

/** Version 2 knows more of a reader, several drops of a path, and searches. */
function fromVersion1(record: Json): Json {
  const { trials, summary } = record;
  const unknownThen = { granted: {}, distributions: { latencyNs: null, batch: null } };
  return {
    ...record,
    searches: [],
    ...(Array.isArray(trials) ? { trials: trials.map(trialFromVersion1) } : {}),
    ...(Array.isArray(summary)
      ? { summary: summary.map((row: unknown) => (isObject(row) ? { ...row, ...unknownThen } : row)) }
      : {}),
  };
}

function trialFromVersion1(trial: unknown): unknown {
  if (!isObject(trial) || !isObject(trial['reader'])) return trial;
  const { socketDrops, ...reader } = trial['reader'];
  const unknownThen = {
    systemCalls: null,
    copiedBytes: null,
    batches: { lowerBounds: [], counts: [] },
    latency: null,
    latencyMaxNs: 0,
    filtered: 0,
  };
  return {
    ...trial,
    purpose: 'measure',
    observedBytes: null,
    reader: { ...reader, ...unknownThen, drops: { socket: socketDrops } },
  };
}

/** Version 3 knows guests, exact runs, and other ways of attaching than tracepoints. */
function fromVersion2(record: Json): Json {
  const { trials, calibrations, experiment, testbed } = record;
  return {
    ...record,
    machine: { kind: 'host' },
    ...(isObject(experiment) ? { experiment: { ...experiment, exact: false } } : {}),
    ...(isObject(testbed) ? { testbed: { ...testbed, card: null, interrupts: {} } } : {}),
    calibrations: mapped(calibrations, (calibration) => ({ ...calibration, marks: null, ways: [] })),
    trials: mapped(trials, (trial) => ({
      ...trial,
      boot: null,
      emulator: null,
      probes: probesFromVersion2(trial['probes']),
    })),
  };
}

function probesFromVersion2(probes: unknown): unknown {
  if (!isObject(probes)) return probes;
  const cpus = mapped(probes['cpus'], (cpu) => ({
    ...cpu,
    states: mapped(cpu['states'], (state) => ({ ...state, ways: {} })),
  }));
  return { ...probes, visits: null, cpus };
}

/** Each object of a list changed; what is none is left alone. */
function mapped(list: unknown, change: (item: Json) => Json): unknown {
  return Array.isArray(list) ? list.map((item: unknown) => (isObject(item) ? change(item) : item)) : list;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
