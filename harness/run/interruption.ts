/** The run was asked to stop; what it has is kept. */
export class Interrupted extends Error {
  constructor() {
    super('the run was interrupted');
    this.name = 'Interrupted';
  }
}

/** @throws Interrupted when the run was asked to stop */
export function checkInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted();
}

/** The work's outcome, or Interrupted as soon as the run is asked to stop; the work itself is not waited for then. */
export async function unlessInterrupted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  checkInterrupted(signal);
  let stop: () => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Interrupted());
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
