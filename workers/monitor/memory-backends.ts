/**
 * `memory-backend-ram` objects, of -object, object-add and object_add: from texts or JSON values to a backend, with the
 * messages of QEMU 7.2 (qapi/qom.json, backends/hostmem.c). The lab has backends' sizes and names; the host's side
 * (policies, preallocation) is kept for query-memdev alone.
 */
import type { MemoryBackend } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { parseSize } from './option-text.ts';
import { QFloat, type QObject } from './qobject.ts';

/** Types of object that QEMU 7.2 lets a user create. */
export const OBJECT_TYPES: ReadonlySet<string> = new Set(
  `authz-list authz-list-file authz-simple can-bus can-host-socketcan colo-compare cryptodev-backend
   cryptodev-backend-builtin cryptodev-vhost-user dbus-vmstate filter-buffer filter-dump filter-mirror
   filter-redirector filter-replay filter-rewriter input-barrier input-linux iothread main-loop memory-backend-file
   memory-backend-memfd memory-backend-ram pr-manager-helper qtest rng-builtin rng-egd rng-random secret
   secret_keyring sev-guest thread-context throttle-group tls-cipher-suites tls-creds-anon tls-creds-psk
   tls-creds-x509 x-remote-object`.split(/\s+/),
);

const POLICIES = ['default', 'preferred', 'bind', 'interleave'];
const BOOLEANS = ['dump', 'merge', 'prealloc', 'share', 'reserve'] as const;
const OTHERS = ['host-nodes', 'prealloc-threads', 'prealloc-context', 'x-use-canonical-path-for-ramblock-id'];

/** Values come as typed (`text`) or as JSON. */
export type ObjectInput = 'text' | 'json';

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

function readSize(value: QObject, input: ObjectInput): Parsed<number> {
  if (input === 'text') {
    const size = parseSize(String(value), 1);
    return size === undefined ? fail("Parameter 'size' expects a size value") : { ok: true, value: size };
  }
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber) {
    const wrongType = typeof value === 'string' || value instanceof QFloat;
    return fail(wrongType ? "Parameter 'size' expects uint64" : "Invalid parameter type for 'size', expected: integer");
  }
  if (value < 0) return fail("Parameter 'size' expects uint64");
  return { ok: true, value: Number(value) };
}

function readBoolean(name: string, value: QObject, input: ObjectInput): Parsed<boolean> {
  if (input === 'json') {
    if (typeof value === 'boolean') return { ok: true, value };
    return fail(`Invalid parameter type for '${name}', expected: boolean`);
  }
  const text = String(value);
  if (['on', 'yes', 'true', 'y'].includes(text)) return { ok: true, value: true };
  if (['off', 'no', 'false', 'n'].includes(text)) return { ok: true, value: false };
  return fail(`Parameter '${name}' expects 'on' or 'off'`);
}

/** A backend from the members of object-add's arguments. What stands first in the schema is complained of first. */
export function readMemoryBackend(args: Readonly<Record<string, QObject>>, input: ObjectInput): Parsed<MemoryBackend> {
  const flags = { dump: true, merge: true, prealloc: false, share: false, reserve: true };
  for (const name of BOOLEANS) {
    const value = args[name];
    if (value === undefined) continue;
    const flag = readBoolean(name, value, input);
    if (!flag.ok) return flag;
    flags[name] = flag.value;
  }
  const policy = args['policy'] ?? 'default';
  if (typeof policy !== 'string') return fail("Invalid parameter type for 'policy', expected: string");
  if (!POLICIES.includes(policy)) return fail(`Parameter 'policy' does not accept value '${policy}'`);
  if (args['size'] === undefined) return fail("Parameter 'size' is missing");
  const size = readSize(args['size'], input);
  if (!size.ok) return size;
  const known = ['qom-type', 'id', 'size', 'policy', ...BOOLEANS, ...OTHERS];
  const unknown = Object.keys(args).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return fail(input === 'text' ? `Invalid parameter '${unknown}'` : `Parameter '${unknown}' is unexpected`);
  }
  const nodes = args['host-nodes'];
  const hostNodes = Array.isArray(nodes) ? nodes.map(Number) : nodes === undefined ? [] : [Number(nodes)];
  return { ok: true, value: { id: String(args['id']), size: size.value, policy, hostNodes, ...flags } };
}

/** What the backend itself refuses when it is made (host_memory_backend_memory_complete); undefined: nothing. */
export function checkMemoryBackend(backend: MemoryBackend): string | undefined {
  if (backend.size === 0) return "property 'size' of memory-backend-ram doesn't take value '0'";
  const { policy, hostNodes } = backend;
  if (policy === 'default') {
    return hostNodes.length === 0
      ? undefined
      : 'host-nodes must be empty for policy default, or you should explicitly specify a policy other than default';
  }
  if (hostNodes.length === 0) return `host-nodes must be set for policy ${policy}`;
  // the host of the lab's machine has one node
  return hostNodes.some((node) => node !== 0) ? 'cannot bind memory to host NUMA nodes: Invalid argument' : undefined;
}

/** The backend that QEMU makes of `-m` by itself. */
export const defaultBackend = (id: string, size: number): MemoryBackend => ({
  id,
  size,
  policy: 'default',
  hostNodes: [],
  dump: true,
  merge: true,
  prealloc: false,
  share: false,
  reserve: true,
});
