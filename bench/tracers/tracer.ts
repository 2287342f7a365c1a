/** What a tracer saw while it was attached. */
export interface TracerCounts {
  /** Events by tracepoint, e.g. net:netif_receive_skb. */
  events: Map<string, number>;
}

/** A tracer that is attached. */
export interface TracerSession {
  /**
   * Ends it and reads what it counted; safe to call twice.
   * @throws PktpathError (failed) when it ended badly, or does not end
   */
  stop(): Promise<TracerCounts>;
}

/** Another tool that can hang on the same tracepoints. */
export interface Tracer {
  name: string;
  /** What is run, as printed with the result. */
  describe(): string;
  /**
   * Starts it and waits until it is attached.
   * @param tracepoints e.g. net:netif_receive_skb
   * @throws PktpathError (not possible) when it is not installed or does not work here
   */
  start(tracepoints: readonly string[]): Promise<TracerSession>;
}
