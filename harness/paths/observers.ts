import type { PathSpec } from '../executor/contract.js';
import { generatorSpec } from '../generators/generator-spec.js';
import { cellKey } from '../run/experiment.js';
import type { Cell, ComparisonPlan } from '../run/experiment.js';
import { pathSpec } from './path-spec.js';
import type { PathOptions } from './path-spec.js';
import { paths } from './paths.js';
import type { PathVariant } from './variants.js';

const largestFrame = 1514;

/** TCP at full speed has full segments, whatever size the messages are. */
function bulkSending(durationSeconds: number) {
  const params = { frameBytes: largestFrame, packetsPerSecond: null, traffic: 'tcp-bulk' } as const;
  return { params, generator: generatorSpec({ ...params, durationSeconds }) };
}

/** A TCP transfer on its own, as fast as it goes. */
export function bulkCell(options: Partial<PathOptions>, durationSeconds: number): Cell {
  const { params, generator } = bulkSending(durationSeconds);
  return { key: cellKey('tcp', params), path: bulkPath(options), generator, params, unprobedOnly: true };
}

/** The receiver of the transfer, the same alone and under observation: it sleeps, however the path beside it waits. */
function bulkPath(options: Partial<PathOptions>): Extract<PathSpec, { name: 'tcp' }> {
  const path = pathSpec('tcp', largestFrame, { ...options, waiting: 'sleep' });
  if (path.name !== 'tcp') throw new TypeError('the path tcp has another name');
  return path;
}

/** Each path that looks on at a bulk transfer: a tap or a program that passes everything on. AF_XDP would take it away. */
export function observerCells(
  variants: readonly PathVariant[],
  options: Partial<PathOptions>,
  durationSeconds: number,
): Cell[] {
  const { params, generator } = bulkSending(durationSeconds);
  const { readBytes, receiveBufferBytes, messageBytes } = bulkPath(options);
  const observed = { readBytes, receiveBufferBytes, messageBytes };
  return variants
    .filter(({ path }) => paths[path].attaches !== 'socket' && path !== 'af-xdp')
    .map(({ path: name, variant, options: own }): Cell => {
      const ownParams = { ...params, role: 'observer', ...(variant === null ? {} : { variant }) };
      const path = pathSpec(name, largestFrame, { ...options, ...own, action: 'pass' });
      return { key: cellKey(name, ownParams), path, generator, params: ownParams, unprobedOnly: true, observed };
    });
}

/** What each observer takes from the transfer's throughput. */
export function observerEffects(cells: readonly Cell[]): ComparisonPlan[] {
  const base = cells.find(({ generator, observed }) => generator.traffic === 'tcp-bulk' && observed === undefined);
  if (base === undefined) return [];
  return cells
    .filter(({ params }) => params['role'] === 'observer')
    .map((arm) => ({
      name: `${arm.key}: what it takes from a TCP transfer`,
      base: base.key,
      arm: arm.key,
      metric: 'observedBitsPerSecond',
      articlePercent: null,
    }));
}
