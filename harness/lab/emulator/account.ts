import { z } from 'zod';

const count = z.number().int().nonnegative();

/** What the emulator counted in one window; see native/emulator/referee.c. */
export const EmulatorAccount = z.object({
  /** Of the whole guest. */
  instructions: count,
  /** As many of them as were charged to something, the receive path or not; what is left was under way at the end. */
  charged: count,
  /** The receive path's. */
  stages: z.array(
    z.object({
      stage: z.string(),
      context: z.enum(['hardirq', 'softirq', 'system-call', 'user']),
      instructions: count,
      loads: count,
      stores: count,
      deviceAccesses: count,
      l1Misses: count,
      l2Misses: count,
      /** Repeats of string instructions, each of which is counted as an instruction: `rep movsb`, one a byte. */
      repIterations: count,
      entries: count,
    }),
  ),
  functions: z.array(z.object({ name: z.string(), calls: count })),
  /** Functions entered whose end was not seen, or the other way round. */
  unpaired: count,
  overflows: count,
  problems: z.array(z.string()),
});
export type EmulatorAccount = z.infer<typeof EmulatorAccount>;
