import { loadavg } from 'node:os';
import type { Environment } from '../reports/record.js';

/** The facts that a figure cannot be read without, one line each. */
export function machineLines(environment: Environment): string[] {
  const { kernelRelease, cpuModel, cpus, hypervisor, clockSource, load, mitigations, software } = environment;
  const mitigated = Object.values(mitigations).filter((text) => text.startsWith('Mitigation')).length;
  const versions = Object.entries(software).map(([name, version]) => `${name} ${version}`);
  return [
    `kernel ${kernelRelease}, clock ${clockSource ?? 'unknown'}, ${mitigated} mitigations on`,
    `${cpus} CPUs, ${cpuModel}, ${hypervisor === null ? 'no hypervisor seen' : `under ${hypervisor}`}`,
    `load ${load.before.toFixed(2)} before, ${(load.after ?? loadavg()[0] ?? NaN).toFixed(2)} after; steal ${
      environment.stealPercent === null ? 'not told' : `${environment.stealPercent.toFixed(1)} %`
    }`,
    versions.join(', '),
  ];
}
