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

/** Whether the driver's packets go through GRO; those of a driver that is not known do, as most do. */
export function usesGro(driver: string | null | undefined): boolean {
  return functionsOf(driver)?.gro ?? true;
}

/** Kernel functions of the programs that are on a function of the driver, by program; the others name their own. */
export function driverTargets(driver: string | null): Record<string, string> {
  const known = functionsOf(driver);
  if (known === undefined) return {};
  const { deviceIrq, lineIrq, poll } = known;
  return { ...aim('device_irq', deviceIrq), ...aim('line_irq', lineIrq), ...aim('driver_poll', poll) };
}

function aim(name: string, target: string | undefined): Record<string, string> {
  if (target === undefined) return {};
  const programs = [`${name}_enter`, `${name}_exit`].flatMap((program) => [program, `${program}_kprobe`]);
  return Object.fromEntries(programs.map((program) => [program, target]));
}
