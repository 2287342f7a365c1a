import { SystemFiles } from './system-files.js';

/** MHz by CPU number. */
export type Frequencies = Readonly<Record<number, number>>;

/**
 * What each CPU runs at, as cpufreq has it (scaling_cur_freq, kHz).
 * @returns null where this machine does not tell of every one of them: most virtual machines do not
 */
export async function readFrequencies(cpus: readonly number[], files = new SystemFiles()): Promise<Frequencies | null> {
  const result: Record<number, number> = {};
  for (const cpu of cpus) {
    const text = await files.text(`sys/devices/system/cpu/cpu${String(cpu)}/cpufreq/scaling_cur_freq`);
    const kilohertz = Number(text?.trim() ?? '');
    if (!(kilohertz > 0)) return null;
    result[cpu] = kilohertz / 1000;
  }
  return result;
}
