/**
 * Runs the kernel's packet generator once, as the program behind the generator method `command`: within the sender's network
 * namespace, whose /proc/net/pktgen is its own. Writing `start` returns when everything is sent.
 *
 *     node pktgen-run.js JSON    {lines: [{file, line}], control, device, thread}
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { PktgenJob } from './pktgen.js';

const { lines, control, device, thread } = JSON.parse(process.argv[2] ?? '') as PktgenJob;
try {
  for (const { file, line } of lines) writeFileSync(file, `${line}\n`);
  writeFileSync(control, 'start\n');
  process.stdout.write(readFileSync(device, 'utf8'));
} finally {
  // it would send again with whoever starts the generator next
  writeFileSync(thread, 'rem_device_all\n');
}
