/** Programs that can be told what to send as the generator of an experiment. */
export const foreignNames = ['trafgen', 'tcpreplay', 'pktgen'] as const;
export type ForeignName = (typeof foreignNames)[number];
