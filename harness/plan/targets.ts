/** The functions of a driver that boundaries are on. */
interface DriverFunctions {
  /** Interrupt handler whose dev_id is the interface. */
  deviceIrq?: string;
  /** Interrupt handler that only its line tells apart from others of its kind. */
  lineIrq?: string;
  /** What NAPI calls. */
  poll: string;
}

/** Drivers whose functions are known. Another driver's poll is seen by its tracepoint. */
const drivers: Readonly<Record<string, DriverFunctions>> = {
  e100: { deviceIrq: 'e100_intr', poll: 'e100_poll' },
  e1000: { deviceIrq: 'e1000_intr', poll: 'e1000_clean' },
  virtio_net: { lineIrq: 'vring_interrupt', poll: 'virtnet_poll' },
  veth: { poll: 'veth_poll' },
};

/** Kernel functions of the programs that are on a function of the driver, by program; the others name their own. */
export function driverTargets(driver: string | null): Record<string, string> {
  const known = driver !== null && Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  if (known === undefined) return {};
  const { deviceIrq, lineIrq, poll } = known;
  return { ...aim('device_irq', deviceIrq), ...aim('line_irq', lineIrq), ...aim('driver_poll', poll) };
}

function aim(name: string, target: string | undefined): Record<string, string> {
  if (target === undefined) return {};
  const programs = [`${name}_enter`, `${name}_exit`].flatMap((program) => [program, `${program}_kprobe`]);
  return Object.fromEntries(programs.map((program) => [program, target]));
}
