import { basename } from 'node:path';
import { tool } from '../testbed/network-tools.js';

/** napi-get of the family netdev (Documentation/netlink/specs/netdev.yaml), for one interface: the timeout of each instance. */
const script = `
import socket, struct, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.bind((0, 0))
def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)
def ask(family, flags, command, attributes):
    body = struct.pack("BBH", command, 1, 0) + attributes
    s.send(struct.pack("IHHII", 16 + len(body), family, 1 | flags, 1, 0) + body)
    answers = []
    while True:
        data, at = s.recv(65536), 0
        while at < len(data):
            length, kind = struct.unpack_from("IH", data, at)
            if kind in (2, 3):
                return answers
            found, i = {}, at + 20
            while i < at + length:
                size, name = struct.unpack_from("HH", data, i)
                found[name] = int.from_bytes(data[i + 4:i + size], "little")
                i += (size + 3) & ~3
            answers.append(found)
            at += (length + 3) & ~3
family = ask(16, 4, 3, attribute(2, b"netdev\\0"))[0][1]
for napi in ask(family, 0x300, 11, attribute(1, struct.pack("I", socket.if_nametoindex(sys.argv[1])))):
    print(napi[7])
`;

/** The irq-suspend-timeout of each NAPI instance, ns, as a program tells it that is not ours. */
export async function irqSuspendTimeouts(end: { netns: string; interface: string }): Promise<number[]> {
  const text = await tool('ip', 'netns', 'exec', basename(end.netns), 'python3', '-c', script, end.interface);
  return text.split('\n').map(Number);
}
