import type { RunRecord } from './record.js';

interface MethodNote {
  term: string;
  text: string;
}

/** How the figures were made: printed in every report, so that a table read alone is not misread. */
export function methodNotes({ experiment }: Pick<RunRecord, 'experiment'>): MethodNote[] {
  return experiment.exact ? countedNotes : timedNotes;
}

const timedNotes: MethodNote[] = [
  {
    term: 'Stage',
    text: 'The time between two boundaries of the receive path. Every nanosecond of every CPU is charged to exactly one state, so the states add up to elapsed time; the closure line below each stage table says how closely.',
  },
  {
    term: 'Share of CPU time',
    text: 'Of the corrected total of the receiver’s side: the reader, the interrupts, softirqs and NAPI thread that serve it. Idle time, other programs and the sender are left out. Each figure is a median over trials of its own, so the shares of a row add up to nearly 100 %, not exactly.',
  },
  {
    term: 'Raw, correction, corrected',
    text: 'Probes cost time themselves. One hit is calibrated on this kernel before the run; hits for each packet times that cost is the correction, and raw less correction is corrected. Corrected figures are not clamped at zero.',
  },
  {
    term: 'Below probe cost',
    text: 'A stage smaller than a few costs of its own probes cannot be told from them, and gets no corrected figure.',
  },
  {
    term: 'Unprobed',
    text: 'The same work in trials with no probe attached, which alternate with the probed ones, told by something that is not a probe. It checks the corrected total.',
  },
  {
    term: 'Intervals',
    text: 'Of the median over trials, free of any assumed distribution; two ends at 95 % when there are trials enough, else the range of the trials, and then the heading does not say 95 %.',
  },
  {
    term: 'Ledger',
    text: 'Packets sent are packets delivered and packets dropped, each drop by the layer that counted it. A trial with a remainder that nothing explains is invalid and in no figure.',
  },
  {
    term: 'The article’s groups',
    text: 'Linux 2.4.10 received from its card in hard interrupt context; with NAPI the same work is in softirq or a thread. Tables give both groupings: as the article counted, and by today’s contexts.',
  },
];

/** Those that hold for instructions as they do for time. */
const shared = timedNotes.filter(({ term }) => term === 'Ledger' || term === 'The article’s groups');

const countedNotes: MethodNote[] = [
  {
    term: 'Stage',
    text: 'What runs between two boundaries of the receive path. The guest’s clock advances by one with each instruction, and skips idle time, which is in no figure. Every instruction is charged to exactly one state.',
  },
  {
    term: 'Share of instructions',
    text: 'Of the corrected total of the receiver’s side: the reader, and the interrupts and softirqs that serve it. Other programs, the sender and the probes themselves are left out.',
  },
  {
    term: 'Raw, correction, corrected',
    text: 'What a probe takes between its own two clock reads is charged to a stage of its own, in no figure. What is left of it in the stages is the constant way in and out, calibrated in the guest for each way of attaching: hits for each packet times that is the correction.',
  },
  {
    term: 'Emulator',
    text: 'The same work in trials with no probe attached, counted by the machine that runs the guest. It shares no code with the probes and checks the corrected figures.',
  },
  {
    term: 'A/A',
    text: 'The guest is booted twice and measured on both: how far the medians of the boots lie apart, for a reason that no comparison should see. Trials of one boot may scatter as well, which is said apart.',
  },
  {
    term: 'One visit, modes',
    text: 'A stage may be visited several times for each packet, each time for another length. Where a length does not come a whole number of times for each packet, packets differ: the figure is then a mean of several ways, and is marked.',
  },
  ...shared,
];
