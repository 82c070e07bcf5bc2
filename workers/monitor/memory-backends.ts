/**
 * Memory backends, of -object, object-add and object_add: properties, checks and messages of QEMU 7.2 (qapi/qom.json,
 * backends/hostmem*.c, softmmu/physmem.c). To the guest all are RAM; what the host does with them (policies,
 * preallocation, files) is kept for who asks.
 */
import type { MemoryBackend, MemoryBackendType } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { type Member, type MemberValues, type ObjectInput, readMembers } from './object-members.ts';
import type { QDict, QObject } from './qobject.ts';

/** Types of object that QEMU 7.2 lets a user create. */
export const OBJECT_TYPES: ReadonlySet<string> = new Set(
  `authz-list authz-list-file authz-simple can-bus can-host-socketcan colo-compare cryptodev-backend
   cryptodev-backend-builtin cryptodev-vhost-user dbus-vmstate filter-buffer filter-dump filter-mirror
   filter-redirector filter-replay filter-rewriter input-barrier input-linux iothread main-loop memory-backend-file
   memory-backend-memfd memory-backend-ram pr-manager-helper qtest rng-builtin rng-egd rng-random secret
   secret_keyring sev-guest thread-context throttle-group tls-cipher-suites tls-creds-anon tls-creds-psk
   tls-creds-x509 x-remote-object`.split(/\s+/),
);

/** In the schema, but of no use on the lab's host: a type that is built in only for SGX. */
export const EPC_BACKEND = 'memory-backend-epc';

const COMMON: readonly Member[] = [
  { name: 'dump', type: 'bool' },
  { name: 'host-nodes', type: 'uint16 list' },
  { name: 'merge', type: 'bool' },
  { name: 'policy', type: ['default', 'preferred', 'bind', 'interleave'] },
  { name: 'prealloc', type: 'bool' },
  { name: 'prealloc-threads', type: 'uint32' },
  { name: 'prealloc-context', type: 'string' },
  { name: 'share', type: 'bool' },
  { name: 'reserve', type: 'bool' },
  { name: 'size', type: 'size', required: true },
  { name: 'x-use-canonical-path-for-ramblock-id', type: 'bool' },
];

/** Members by type, in the schema's order. */
const MEMBERS: Readonly<Record<MemoryBackendType, readonly Member[]>> = {
  'memory-backend-ram': COMMON,
  'memory-backend-file': [
    ...COMMON,
    { name: 'align', type: 'size' },
    { name: 'discard-data', type: 'bool' },
    { name: 'mem-path', type: 'string', required: true },
    { name: 'pmem', type: 'bool' },
    { name: 'readonly', type: 'bool' },
  ],
  'memory-backend-memfd': [
    ...COMMON,
    { name: 'hugetlb', type: 'bool' },
    { name: 'hugetlbsize', type: 'size' },
    { name: 'seal', type: 'bool' },
  ],
};

export const isMemoryBackendType = (type: string): type is MemoryBackendType => type in MEMBERS;

const PAGE_SIZE = 4096;
/** QEMU_VMALLOC_ALIGN of an x86-64 host: what anonymous RAM is aligned to. */
const ANONYMOUS_ALIGNMENT = 0x20_0000;
/** Node numbers that a policy can name: MAX_NODES of backends/hostmem.c. */
const MAX_HOST_NODES = 128;
/** What the host of the lab's machine can map at most. */
export const HOST_MEMORY = 64 * 2 ** 40;
/** Folders of that host in which a file can be made. */
const HOST_FOLDERS = new Set([
  '',
  '/',
  '/dev/shm',
  '/tmp',
  '/var/tmp',
  '/run',
  '/root',
  '/home',
  '/mnt',
  '/srv',
  '/opt',
]);
/** Sizes of its huge pages, of which none are reserved. */
const HUGE_PAGE_SIZES = [2 ** 21, 2 ** 30];

/** What a DIMM's size and its guest-physical address must be a multiple of (memory_region_get_alignment). */
export const alignmentOf = ({ type, file }: MemoryBackend): number =>
  type === 'memory-backend-ram' ? ANONYMOUS_ALIGNMENT : Math.max(PAGE_SIZE, file?.align ?? 0);

const flag = (values: MemberValues, name: string, fallback: boolean): boolean => {
  const value = values[name];
  return typeof value === 'boolean' ? value : fallback;
};
const text = (value: QObject | undefined, fallback = ''): string => (typeof value === 'string' ? value : fallback);

/** A backend from the members of object-add's arguments; of values that no host can satisfy see {@link checkMemoryBackend}. */
export function readMemoryBackend(type: MemoryBackendType, args: QDict, input: ObjectInput): Parsed<MemoryBackend> {
  const read = readMembers(MEMBERS[type], args, input);
  if (!read.ok) return read;
  const { value } = read;
  const nodes = value['host-nodes'];
  const threads = value['prealloc-threads'];
  const backend: MemoryBackend = {
    type,
    id: String(args['id']),
    size: Number(value['size']),
    policy: text(value['policy'], 'default'),
    hostNodes: Array.isArray(nodes) ? [...new Set(nodes.map(Number))].sort((a, b) => a - b) : [],
    dump: flag(value, 'dump', true),
    merge: flag(value, 'merge', true),
    prealloc: flag(value, 'prealloc', false),
    share: flag(value, 'share', type === 'memory-backend-memfd'),
    reserve: flag(value, 'reserve', true),
    preallocThreads: threads === undefined ? undefined : Number(threads),
    canonicalPath: flag(value, 'x-use-canonical-path-for-ramblock-id', false),
    ...(type === 'memory-backend-file' ? { file: readFile(value) } : {}),
    ...(type === 'memory-backend-memfd' ? { memfd: readMemfd(value) } : {}),
  };
  return { ok: true, value: backend };
}

const readFile = (values: MemberValues): NonNullable<MemoryBackend['file']> => ({
  memPath: text(values['mem-path']),
  align: Number(values['align'] ?? 0),
  discardData: flag(values, 'discard-data', false),
  pmem: flag(values, 'pmem', false),
  readonly: flag(values, 'readonly', false),
});

const readMemfd = (values: MemberValues): NonNullable<MemoryBackend['memfd']> => ({
  hugetlb: flag(values, 'hugetlb', false),
  hugetlbSize: Number(values['hugetlbsize'] ?? 0),
  seal: flag(values, 'seal', true),
});

/** What setting the properties refuses, before the object has its name; undefined: nothing. */
export function checkProperties(backend: MemoryBackend, args: QDict): string | undefined {
  const { type, size, preallocThreads, hostNodes, memfd } = backend;
  if (size === 0) return `property 'size' of ${type} doesn't take value '0'`;
  if (preallocThreads === 0) return `property 'prealloc-threads' of ${type} doesn't take value '0'`;
  const tooHigh = hostNodes.find((node) => node >= MAX_HOST_NODES);
  if (tooHigh !== undefined) return `Invalid host-nodes value: ${tooHigh}`;
  if (memfd && args['hugetlbsize'] !== undefined && memfd.hugetlbSize === 0) {
    return "Property 'memory-backend-memfd.hugetlbsize' doesn't take value '0'";
  }
  // no object of another type than these exists that it could name
  const context = args['prealloc-context'];
  return context === undefined ? undefined : `Device '${text(context)}' not found`;
}

/** Binary logarithm of a power of two. */
function logarithm(value: number): number {
  let log = 0;
  for (let rest = value; rest > 1; rest = Math.floor(rest / 2)) log++;
  return log;
}

const isPowerOfTwo = (value: number): boolean => value > 0 && 2 ** logarithm(value) === value;

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What the memory's making refuses (host_memory_backend_memory_complete); undefined: nothing. */
export function checkMemoryBackend(backend: MemoryBackend): string | undefined {
  const { policy, hostNodes } = backend;
  const refused = checkAllocation(backend);
  if (refused !== undefined) return refused;
  if (policy === 'default') {
    return hostNodes.length === 0
      ? undefined
      : 'host-nodes must be empty for policy default, or you should explicitly specify a policy other than default';
  }
  if (hostNodes.length === 0) return `host-nodes must be set for policy ${policy}`;
  // the host of the lab's machine has one node
  return hostNodes.every((node) => node !== 0) ? 'cannot bind memory to host NUMA nodes: Invalid argument' : undefined;
}

function checkAllocation({ id, size, prealloc, reserve, file, memfd }: MemoryBackend): string | undefined {
  if (prealloc && !reserve) return "'prealloc=on' and 'reserve=off' are incompatible";
  if (memfd) {
    const refused = checkMemfd(size, memfd);
    if (refused !== undefined) return refused;
  }
  if (file) {
    const { memPath, align } = file;
    const folder = memPath.slice(0, Math.max(0, memPath.lastIndexOf('/')));
    // a file in a folder, or a folder, in which QEMU makes a file of its own
    if (memPath === '' || !(HOST_FOLDERS.has(folder) || HOST_FOLDERS.has(memPath))) {
      return `can't open backing store ${memPath} for guest RAM: No such file or directory`;
    }
    if (align % PAGE_SIZE !== 0) return `alignment ${hex(align)} must be multiples of page size ${hex(PAGE_SIZE)}`;
    if (align !== 0 && !isPowerOfTwo(align)) return `alignment ${hex(align)} must be a power of two`;
  }
  return size > HOST_MEMORY ? `cannot set up guest memory '${id}': Cannot allocate memory` : undefined;
}

function checkMemfd(size: number, { hugetlb, hugetlbSize }: NonNullable<MemoryBackend['memfd']>): string | undefined {
  if (hugetlb) {
    if (hugetlbSize !== 0 && !isPowerOfTwo(hugetlbSize)) return 'Hugepage size must be a power of 2';
    if (hugetlbSize !== 0 && !HUGE_PAGE_SIZES.includes(hugetlbSize)) {
      // MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB and the size's logarithm
      return `failed to create memfd with flags ${hex(7 + logarithm(hugetlbSize) * 2 ** 26)}: No such device`;
    }
    if (hugetlbSize !== 0 && size % hugetlbSize !== 0) return `failed to resize memfd to ${size}: Invalid argument`;
    return 'unable to map backing store for guest RAM: Cannot allocate memory';
  }
  const whole = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
  return whole === size ? undefined : `backing store size ${hex(size)} does not match 'size' option ${hex(whole)}`;
}

/** The backend that QEMU makes of `-m` by itself. */
export const defaultBackend = (id: string, size: number): MemoryBackend => ({
  type: 'memory-backend-ram',
  id,
  size,
  policy: 'default',
  hostNodes: [],
  dump: true,
  merge: true,
  prealloc: false,
  share: false,
  reserve: true,
  preallocThreads: undefined,
  canonicalPath: false,
});
