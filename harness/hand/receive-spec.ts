import { usageError } from '../errors.js';
import type { HandReceiveSpec, PathName, PathSpec } from '../executor/contract.js';
import { parametersOf, pathOptions } from '../paths/path-parameters.js';
import { pathSpec, workersOf } from '../paths/path-spec.js';
import { pathNames, paths } from '../paths/paths.js';
import { unknownWord } from '../run/nearest.js';
import { resolveOptions } from '../run/options.js';
import { checkCpu } from './cpus.js';
import { endpoint } from './interface.js';
import type { Interface } from './interface.js';

/** What `pktpath receive` was asked for, as the command line gives it. */
export interface ReceiveWords {
  path: string;
  set?: string[];
  port: number;
  frameBytes: number;
  cpu?: number;
  packets?: number;
  duration?: number;
  latency?: true;
}

/** A spec that only lacks its interface. */
export type ReceivePlan = Omit<HandReceiveSpec, 'receiver'>;

/** Before every other task of the same class, as in a trial. */
export const handNice = -20;

/** @throws PktpathError (usage) for a path, a parameter or a CPU that there is not */
export function planReceive(words: ReceiveWords, allowed: readonly number[]): ReceivePlan {
  const { port, frameBytes, packets = null, duration } = words;
  const name = asPath(words.path);
  const options = pathOptions(resolveOptions(name, parametersOf(name), words.set ?? []));
  const path = pathSpec(name, frameBytes, options);
  checkCpu(words.cpu, allowed);
  return {
    path,
    port,
    nice: handNice,
    workerCpus: workerCpus(path, words.cpu, allowed),
    latency: words.latency === true,
    packets,
    maxDurationNs: duration === undefined ? null : Math.round(duration * 1e9),
  };
}

function asPath(word: string): PathName {
  const name = pathNames.find((each) => each === word);
  if (name === undefined)
    throw usageError(`unknown path ${unknownWord(word, pathNames)}`, 'see them: pktpath list paths');
  return name;
}

/** The asked one, or the last allowed, is the first reader's; the others go round what is left. */
function workerCpus(path: PathSpec, asked: number | undefined, allowed: readonly number[]): number[] {
  const last = allowed.length - 1;
  const first = asked === undefined ? last : allowed.indexOf(asked);
  const round = Array.from({ length: workersOf(path) }, (_, worker) => {
    const at = (first - worker) % allowed.length;
    return allowed.at(at);
  });
  return round.filter((cpu) => cpu !== undefined);
}

/** @throws PktpathError (usage) when the path needs an address that the interface has not */
export function receiveSpec(plan: ReceivePlan, at: Interface): HandReceiveSpec {
  const { path, workerCpus: cpus } = plan;
  if (paths[path.name].attaches === 'socket' && at.address === null) {
    throw usageError(
      `interface ${at.name} has no IPv4 address, and ${path.name} receives at one`,
      `give it one: ip address add 198.18.0.1/24 dev ${at.name}`,
    );
  }
  return { ...plan, receiver: endpoint(at, cpus[0] ?? 0) };
}
