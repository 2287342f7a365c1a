/** Name of the virtio-serial port on which host and guest talk. */
export const portName = 'pktpath';
/** The guest's own words on the console begin so. */
export const guestMark = 'pktpath-guest:';

/** Folders that /init mounts file systems on: what must be there, and what a kernel may lack. */
const needed = [
  ['proc', '/proc'],
  ['sysfs', '/sys'],
  ['devtmpfs', '/dev'],
  ['tmpfs', '/run'],
  ['tmpfs', '/tmp'],
] as const;
const wanted = [
  ['debugfs', '/sys/kernel/debug'],
  ['tracefs', '/sys/kernel/tracing'],
  ['bpf', '/sys/fs/bpf'],
  ['cgroup2', '/sys/fs/cgroup'],
] as const;
export const mountPoints = needed.map(([, folder]) => folder);

/**
 * V8 collects garbage only when the agent says so: what its threads do of their own accord falls into a trial, takes a tenth of
 * the CPU there, and frees pages, after which the kernel frees those of packets another way.
 */
const quiet = '--single-threaded --no-memory-reducer --expose-gc';

/**
 * The guest's first process. It makes the machine ready, runs the agent on the port, and powers off when that ends, or
 * when something fails; the console then says what. It waits in wait(2) while the agent works: the agent is the only
 * process that runs.
 *
 * @param agent its file in the guest
 * @param libraryFolders where the guest's shared libraries lie
 */
export function initScript(agent: string, libraryFolders: readonly string[]): string {
  return `#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
fail() {
  echo "${guestMark} $1"
  poweroff -f
  # Where there is no way to power off, the end of the first process is a panic, which ends the machine as well.
  exit 1
}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
export LD_LIBRARY_PATH=${libraryFolders.join(':')}
${needed.map(([kind, at]) => `mount -t ${kind} ${kind} ${at} || fail "cannot mount ${kind} on ${at}"`).join('\n')}
${wanted.map(([kind, at]) => `mount -t ${kind} ${kind} ${at} || echo "${guestMark} this kernel has no ${kind}"`).join('\n')}
while read -r module; do
  insmod "/modules/$module.ko" || fail "cannot put the module $module into the kernel"
done < /modules/order
/usr/sbin/ip link set lo up || fail "cannot bring lo up"
port=
tries=0
while [ -z "$port" ]; do
  for name in /sys/class/virtio-ports/*/name; do
    if [ -r "$name" ] && [ "$(cat "$name")" = ${portName} ]; then
      port=\${name%/name}
      port=/dev/\${port##*/}
    fi
  done
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] || fail "no virtio-serial port is named ${portName}"
  [ -n "$port" ] || sleep 0.01
done
cd /root
node ${quiet} ${agent} "$port" < /dev/null
fail "the agent ended with exit code $?"
`;
}
