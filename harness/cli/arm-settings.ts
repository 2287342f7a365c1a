import { usageError } from '../errors.js';
import { readTargets } from '../lab/target.js';
import type { GuestTarget, TargetFlags } from '../lab/target.js';
import type { Experiment } from '../run/experiment.js';
import { unknownWord } from '../run/nearest.js';
import { splitSetting } from '../run/options.js';
import { machineKeys } from '../run/pairing.js';

/** One arm, by what it is besides what both have. */
export interface ArmSettings {
  /** As the record keeps them, KEY=VALUE. */
  words: string[];
  /** Those for the experiment. */
  settings: string[];
  target: GuestTarget | null;
}

/** In these words an arm is what both have. */
const nothing = ['', 'default'];

/**
 * Reads what an arm is: words KEY=VALUE with commas between them, where a comma without such a word behind it belongs to the value; a
 * kernel's arguments go to the end, commas and all.
 * @param arm its option, for messages
 * @throws PktpathError (usage) for a key that there is not, twice, or for both arms already
 */
export function readArm(
  arm: string,
  given: readonly string[],
  experiment: Experiment,
  flags: TargetFlags & { set?: string[] },
): ArmSettings {
  const words = given.flatMap((text) => splitWords(text.trim())).filter((word) => !nothing.includes(word));
  const shared = new Set((flags.set ?? []).map((word) => splitSetting(word).key));
  const keys = new Set<string>();
  for (const word of words) {
    const key = keyOf(word, arm);
    const known = [...Object.keys(experiment.parameters), ...machineKeys];
    if (!known.includes(key)) {
      throw usageError(
        `${arm}: unknown setting of ${experiment.name}: ${unknownWord(key, known)}`,
        `it has these: ${known.join(', ')}`,
      );
    }
    if (ofBoth.has(key)) throw usageError(`${arm} ${key}: ${ofBoth.get(key) ?? ''}`, `say it for both: --set ${key}=…`);
    if (keys.has(key)) throw usageError(`${arm} has ${key} twice`);
    if (shared.has(key))
      throw usageError(`${arm} and --set both have ${key}`, 'give it to each arm, or to both by --set');
    keys.add(key);
  }
  const isMachine = (word: string): boolean => (machineKeys as readonly string[]).includes(splitSetting(word).key);
  return {
    words,
    settings: words.filter((word) => !isMachine(word)),
    target: targetOf(arm, words.filter(isMachine), flags),
  };
}

/** What one run has once, and why. */
const ofBoth: ReadonlyMap<string, string> = new Map([
  ['seed', 'one order of trials has both arms'],
  ['receiverCpu', 'both arms are measured on one testbed, whose threads are pinned once'],
  ['senderCpu', 'both arms are measured on one testbed, whose threads are pinned once'],
]);

function splitWords(text: string): string[] {
  const words: string[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.startsWith('boot=') ? -1 : rest.search(/,(?=\s*[A-Za-z][A-Za-z-]*=)/);
    words.push((end < 0 ? rest : rest.slice(0, end)).trim());
    rest = end < 0 ? '' : rest.slice(end + 1).trim();
  }
  return words;
}

function keyOf(word: string, arm: string): string {
  if (word.indexOf('=') > 0) return splitSetting(word).key;
  throw usageError(
    `${arm} ${word.slice(0, 80)}: not of the form KEY=VALUE`,
    `e.g. ${arm} workNs=300, or ${arm} default`,
  );
}

function targetOf(arm: string, words: readonly string[], flags: TargetFlags): GuestTarget | null {
  const own = new Map(words.map((word) => [splitSetting(word).key, splitSetting(word).text.trim()]));
  const [kernel, boot, cpuModel] = machineKeys.map((key) => own.get(key));
  const targets = readTargets({
    ...flags,
    ...(kernel === undefined ? {} : { kernel }),
    // one set of arguments, whatever is in it
    ...(boot === undefined ? {} : { boot: [boot.replaceAll(',', '\\,')] }),
    ...(cpuModel === undefined ? {} : { cpuModel: [cpuModel] }),
  });
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) {
    throw usageError(
      `${arm} has ${String(targets.length)} kernels`,
      'an arm is one kernel with one set of boot arguments',
    );
  }
  return target;
}
