/** The functions of a driver that boundaries are on. */
interface DriverFunctions {
  /** Interrupt handler whose dev_id is the interface. */
  deviceIrq?: string;
  /** Interrupt handler that only its line tells apart from others of its kind. */
  lineIrq?: string;
  /** What NAPI calls. */
  poll: string;
  /** Whether it hands its packets to GRO, or to netif_receive_skb() one by one. */
  gro: boolean;
}

/** Drivers whose functions are known. Another driver's poll is seen by its tracepoint. */
const drivers: Readonly<Record<string, DriverFunctions>> = {
  e100: { deviceIrq: 'e100_intr', poll: 'e100_poll', gro: false },
  e1000: { deviceIrq: 'e1000_intr', poll: 'e1000_clean', gro: true },
  virtio_net: { lineIrq: 'vring_interrupt', poll: 'virtnet_poll', gro: true },
  veth: { poll: 'veth_poll', gro: true },
};

function functionsOf(driver: string | null | undefined): DriverFunctions | undefined {
  return typeof driver === 'string' && Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
}

/** Drivers of the two ends' interfaces, as /sys/class/net/IF/device/driver names them; null: not known, or none. */
export interface Drivers {
  receiver: string | null;
  /** Matters where both ends share a CPU: what its poll takes is not the receiver's. */
  sender: string | null;
}

export const noDrivers: Drivers = { receiver: null, sender: null };

/** Whether the receiver's packets go through GRO; those of a driver that is not known do, as most do. */
export function usesGro({ receiver }: Drivers = noDrivers): boolean {
  return functionsOf(receiver)?.gro ?? true;
}

/** Whether the sender's card is served by functions of its own. */
export function driversDiffer({ receiver, sender }: Drivers = noDrivers): boolean {
  return sender !== null && sender !== receiver;
}

/** Kernel functions of the programs that are on a function of a driver, by program; the others name their own. */
export function driverTargets(drivers: Drivers): Record<string, string> {
  const { deviceIrq, lineIrq, poll } = functionsOf(drivers.receiver) ?? {};
  const other = driversDiffer(drivers) ? functionsOf(drivers.sender)?.poll : undefined;
  return {
    ...aim('device_irq', deviceIrq),
    ...aim('line_irq', lineIrq),
    ...aim('driver_poll', poll),
    ...aim('sender_poll', other),
  };
}

function aim(name: string, target: string | undefined): Record<string, string> {
  if (target === undefined) return {};
  const programs = [`${name}_enter`, `${name}_exit`].flatMap((program) => [program, `${program}_kprobe`]);
  return Object.fromEntries(programs.map((program) => [program, target]));
}
