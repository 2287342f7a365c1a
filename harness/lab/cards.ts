import type { Drivers } from '../plan/targets.js';

/**
 * The receiver's cards of the lab, joined to a sender's inside QEMU; `veth` is a pair that the guest makes itself. i82557c
 * is the article's: QEMU's eepro100, served by the e100 driver. (Of its relatives i82559er and i82801 lose frames, and
 * i82551 does not come up without firmware.)
 */
export const cards = ['i82557c', 'e1000', 'virtio-net', 'veth'] as const;
export type Card = (typeof cards)[number];

interface CardDefinition {
  means: string;
  /** The guest's driver, as /sys/class/net/IF/device/driver names it; null: there is no device. */
  driver: string | null;
  /**
   * The sender's card, where it is another. With e100 at both ends the receive buffers of both come from the CPU's one page
   * of fragments, sixteen to a page; of a TCP transfer with an acknowledgement for each segment every new page, which the
   * kernel clears, would then fall on one and the same end.
   */
  sender?: Card;
  /** Modules that it needs, besides those that these depend on. */
  modules: readonly string[];
}

export const cardDefinitions: Readonly<Record<Card, CardDefinition>> = {
  i82557c: {
    means: 'Intel 82557, the article’s eepro100: an interrupt a frame',
    driver: 'e100',
    sender: 'e1000',
    modules: ['e100'],
  },
  e1000: { means: 'Intel 82540EM', driver: 'e1000', modules: ['e1000'] },
  'virtio-net': { means: 'virtio network card', driver: 'virtio_net', modules: ['virtio_net'] },
  veth: { means: 'the kernel’s own virtual pair, no card', driver: null, modules: ['veth'] },
};

/** The card at the sender's end. */
export function senderCard(card: Card): Card {
  return cardDefinitions[card].sender ?? card;
}

export function cardDrivers(card: Card): Drivers {
  return { receiver: cardDefinitions[card].driver, sender: cardDefinitions[senderCard(card)].driver };
}

/** Modules of both ends' drivers. */
export function cardModules(card: Card): string[] {
  return [...new Set([card, senderCard(card)].flatMap((each) => cardDefinitions[each].modules))];
}
