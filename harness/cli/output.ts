import { ExitCode, PktpathError } from '../errors.js';
import { printable } from '../../reports/text.js';

/** Longer than any message of ours; what a record or a kernel puts into one is cut. */
const longestLine = 1000;

/** Machine output and tables; progress and messages go to stderr. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * A reader that has seen enough (`pktpath … | head`) closes the pipe. That is no failure of ours, and must not end a
 * run before its cleanup.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Tells the user what went wrong, why, and what to try; the stack only for whoever asks with PKTPATH_DEBUG=1. */
export function tellError(error: unknown): void {
  const known = error instanceof PktpathError;
  const [message = 'failed', ...causes] = causeChain(error);
  tell(`pktpath: ${known ? '' : 'unexpected: '}${clean(message)}`);
  for (const cause of causes) tell(`  because: ${clean(cause)}`);
  const hint = known ? error.hint : 'PKTPATH_DEBUG=1 shows where it happened';
  if (hint !== undefined) tell(`  hint: ${clean(hint)}`);
  if (process.env['PKTPATH_DEBUG'] === '1' && error instanceof Error) tell(error.stack ?? '');
}

export function exitCodeOf(error: unknown): number {
  return error instanceof PktpathError ? error.exitCode : ExitCode.failed;
}

/** The messages from the outermost error to the innermost, none that the one before already says. */
function causeChain(error: unknown): string[] {
  const messages: string[] = [];
  const queue: unknown[] = [error];
  for (let depth = 0; queue.length > 0 && depth < 20; depth++) {
    const each = queue.shift();
    const message = each instanceof Error ? each.message : String(each);
    if (message !== '' && !messages.some((said) => said.includes(message))) messages.push(message);
    if (each instanceof AggregateError) queue.push(...(each.errors as unknown[]));
    if (each instanceof Error && each.cause !== undefined) queue.push(each.cause);
  }
  return messages;
}

function clean(message: string): string {
  return message
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${printable(line, longestLine)}`)
    .join('\n');
}
