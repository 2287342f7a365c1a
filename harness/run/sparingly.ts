/** Of the run's time, writing the record of what there is so far may take one part in so many. */
const writingShare = 20;

/**
 * Keeps a step that grows with the run from taking it over: done at once when it is quick, less often when it is slow.
 * What a SIGKILL can lose is then a few turns; the end and an interruption write in any case.
 */
export function sparingly(now: () => Date, step: () => void): () => void {
  let next = 0;
  return () => {
    const start = now().getTime();
    if (start < next) return;
    step();
    const end = now().getTime();
    next = end + writingShare * (end - start);
  };
}
