/** A claim of the article on linux-2.4.10 with an eepro100, and the experiment that puts it to the test. */
export interface ArticleClaim {
  experiment: string;
  says: string;
}

export const claimNames = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10'] as const;
export type ClaimName = (typeof claimNames)[number];

/** All that it claims, in the order of its text. Its figures are in harness/plan/stages.ts. */
export const articleClaims: Record<ClaimName, ArticleClaim> = {
  C1: { experiment: 'table1', says: 'TCP receive: the hard interrupt takes about 20 % of the CPU time' },
  C2: { experiment: 'table1', says: 'TCP receive: the soft interrupt takes about 15 % of the CPU time' },
  C3: { experiment: 'table1', says: 'TCP receive: the copy to user memory takes about 55 % of the CPU time' },
  C4: { experiment: 'table1', says: 'TCP receive: the system call takes 5 to 6 % of the CPU time' },
  C5: { experiment: 'paths', says: 'libpcap goes past TCP and IP, which saves about 10 % of the CPU time' },
  C6: {
    experiment: 'filter',
    says: 'filtering in the kernel, at packet_rcv, helps only when most packets are not wanted',
  },
  C7: { experiment: 'in-kernel', says: 'moving the processing into the kernel saves the system calls' },
  C8: {
    experiment: 'batch',
    says: 'reading many packets a call saves switches between user and kernel, and delays packets',
  },
  C9: { experiment: 'zero-copy', says: 'zero copy removes the main cost and can reach the card’s limit' },
  C10: {
    experiment: 'interrupts',
    says: 'at high rates interrupts starve the rest; polling, or a polling watchdog, helps',
  },
};
