/**
 * What a stage or boundary hangs on, short enough for a table: an entry with its exit is named once, and one subsystem
 * once: "irq_vectors:local_timer, reschedule".
 */
export function hookText(tier: string | null, targets: readonly string[]): string {
  const bySubsystem = new Map<string, string[]>();
  for (const target of pairs(targets)) {
    const colon = target.indexOf(':');
    const subsystem = colon < 0 ? '' : target.slice(0, colon + 1);
    bySubsystem.set(subsystem, [...(bySubsystem.get(subsystem) ?? []), target.slice(subsystem.length)]);
  }
  const names = [...bySubsystem].map(([subsystem, each]) => subsystem + each.join(', '));
  return [...(tier === null ? ['no hook'] : []), ...names].join('; ') || String(tier);
}

function pairs(targets: readonly string[]): string[] {
  const all = new Set(targets);
  return targets.flatMap((target) => {
    const stem = /^(.*)_(entry|exit)$/.exec(target);
    if (stem === null) return [target];
    const [, name = '', end] = stem;
    if (!all.has(`${name}_entry`) || !all.has(`${name}_exit`)) return [target];
    return end === 'entry' ? [name] : [];
  });
}
