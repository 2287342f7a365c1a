import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { notPossible, failure } from '../errors.js';
import type { EndpointSpec } from '../executor/contract.js';
import { commandEnvironment } from '../testbed/command.js';

/** What another program is to send, from the sender to the receiver. */
export interface ForeignTraffic {
  sender: EndpointSpec;
  receiver: EndpointSpec;
  /** Bytes of a frame without FCS. */
  frameBytes: number;
  packets: number;
  /** Null: as fast as it goes. */
  packetsPerSecond: number | null;
  /** A folder of the run's own, for what the program has to read from a file. */
  folder: string;
}

/** What a program says of itself. */
export interface ForeignFigures {
  sent: number;
  /** Null where it does not say. */
  packetsPerSecond: number | null;
}

/** Drives one program behind the generator method `command`. */
export interface ForeignGenerator {
  /**
   * Program and arguments; no shell reads them. Writes the files that they name into the traffic's folder.
   * @throws exit code 4 for what the program cannot do
   */
  command: (traffic: ForeignTraffic) => Promise<string[]>;
  /** @param output what it printed @throws exit code 1 when that has no such figures */
  figures: (output: string) => ForeignFigures;
}

/** IEEE 802 local experimental EtherType 2: bears no stamp, so that readers count it as `other` and check no sequence. */
export const foreignEtherType = 0x88b6;

/** A frame between two ends, its payload zeros. */
export function foreignFrame({ sender, receiver, frameBytes }: ForeignTraffic): Buffer {
  const frame = Buffer.alloc(frameBytes);
  macBytes(receiver.mac).copy(frame, 0);
  macBytes(sender.mac).copy(frame, 6);
  frame.writeUInt16BE(foreignEtherType, 12);
  return frame;
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/**
 * The number that a pattern's first group finds in what a program printed.
 * @throws exit code 1 when it is not there
 */
export function printedNumber(program: string, output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1];
  const value = found === undefined ? Number.NaN : Number(found);
  if (!Number.isFinite(value)) {
    throw failure(
      `what ${program} printed does not say ${pattern.source}: ${JSON.stringify(output.slice(-200))}`,
      `is it another version of ${program}?`,
    );
  }
  return value;
}

/**
 * Whether a program is there to be run.
 * @throws exit code 4 when it is not, with the package that has it
 */
export async function requireProgram(program: string, packageName: string): Promise<void> {
  for (const folder of commandEnvironment.PATH.split(':').filter((each) => each !== '')) {
    try {
      await access(join(folder, program), constants.X_OK);
      return;
    } catch {
      // the next folder may have it
    }
  }
  throw notPossible(`the program ${program} is not installed`, `install it: apt-get install ${packageName}`);
}
