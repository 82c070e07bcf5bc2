/**
 * The QOM tree as far as the lab has objects: /, /machine with its CPUs, /objects. Lists come in QEMU's order, which a
 * hash table makes; what a property's value is, is told for those that hotplug is about.
 */
import type { Board, PluggedCpu } from '../abi/board.ts';
import type { MemoryBackend, MemoryBackendType } from '../abi/machine-config.ts';
import type { Dimm } from '../abi/memory-devices.ts';
import { propertiesOf } from './cpu-models.ts';
import { GlibHashTable } from './glib-hash-table.ts';
import { defaultBackend } from './memory-backends.ts';
import type { ObjectStore } from './object-store.ts';
import type { QDict, QObject } from './qobject.ts';
import { MACHINE_PROPERTY_TEXT, VIRT_PROPERTY_TEXT } from './tables/machine-properties.ts';

export interface QomProperty {
  readonly name: string;
  readonly type: string;
}

export interface QomObject {
  readonly type: string;
  readonly properties: readonly QomProperty[];
  /** Value of a property that the lab knows; undefined: it has none. */
  value(name: string): QObject | undefined;
}

const TYPE: QomProperty = { name: 'type', type: 'string' };
const child = (name: string, type: string): QomProperty => ({ name, type: `child<${type}>` });

/** A container: its type, then its children as the hash table lists them, backwards. */
function container(path: string, children: readonly QomProperty[]): QomObject {
  const table = new GlibHashTable<QomProperty>();
  for (const property of children) table.set(property.name, property);
  const prefix = path === '/' ? '' : path;
  return {
    type: 'container',
    properties: [TYPE, ...table.values().reverse()],
    value: (name) => (name === 'type' ? 'container' : table.get(name) && `${prefix}/${name}`),
  };
}

const parseProperty = (text: string): QomProperty => {
  const at = text.indexOf(':');
  return { name: text.slice(0, at), type: text.slice(at + 1).replaceAll('~', ' ') };
};

function machineProperties({ board }: Board['config'], withMemory: boolean): string {
  if (board === 'virt') return VIRT_PROPERTY_TEXT;
  return MACHINE_PROPERTY_TEXT[withMemory && board !== 'none' ? (`${board}+memory` as const) : board];
}

function machineObject({ config }: Board): QomObject {
  const type = `${config.machineType}-machine`;
  const withMemory = config.board !== 'none' && config.maxMemory > config.memorySize;
  const { sockets, dies, clusters = 1, cores, threads } = config.topology;
  const present = config.possibleCpus.filter((cpu) => cpu.present).length - config.coldPlugged.length;
  const maxcpus = config.possibleCpus.length;
  const memory = {
    size: config.memorySize,
    ...(config.memorySlots > 0 ? { 'max-size': config.maxMemory, slots: config.memorySlots } : {}),
  };
  const values: Readonly<Record<string, QObject>> = {
    type,
    smp: { cpus: present, maxcpus, sockets, dies, clusters, cores, threads },
    memory,
    boot: { order: 'cad' },
    graphics: true,
    acpi: 'auto',
    kernel: '',
    append: config.kernelArguments,
    peripheral: '/machine/peripheral',
    'peripheral-anon': '/machine/peripheral-anon',
    unattached: '/machine/unattached',
    'device-memory-region-size': withMemory ? config.maxMemory - config.memorySize + config.memorySlots * 2 ** 30 : 0,
  };
  return {
    type,
    properties: machineProperties(config, withMemory).trim().split(/\s+/).map(parseProperty),
    value: (name) => values[name],
  };
}

/** Properties of a device object before those of its type. */
const DEVICE_PROPERTIES: readonly QomProperty[] = [
  TYPE,
  { name: 'parent_bus', type: 'link<bus>' },
  { name: 'realized', type: 'bool' },
  { name: 'hotplugged', type: 'bool' },
  { name: 'hotpluggable', type: 'bool' },
];

function cpuObject(board: Board, { possible, qomPath, hotplugged }: PluggedCpu): QomObject {
  const type = board.config.cpuType;
  const numa = board.config.numaNodes.length > 0;
  const values: Readonly<Record<string, QObject>> = {
    type,
    parent_bus: '',
    realized: true,
    hotplugged,
    hotpluggable: true,
    'start-powered-off': false,
    'apic-id': possible.apicId,
    'socket-id': possible.socketId,
    'die-id': possible.dieId,
    'core-id': possible.coreId,
    'thread-id': possible.threadId,
    'node-id': numa ? possible.nodeId : -1,
    'unavailable-features': [],
    lapic: `${qomPath}/lapic`,
  };
  const own = propertiesOf(board.config.cpuModel);
  const properties = [...DEVICE_PROPERTIES, ...own, child('lapic', 'apic')];
  return { type, properties, value: (name) => values[name] };
}

function lapicObject({ possible, hotplugged }: PluggedCpu): QomObject {
  const values: Readonly<Record<string, QObject>> = {
    type: 'apic',
    parent_bus: '',
    realized: true,
    hotplugged,
    hotpluggable: true,
    id: possible.apicId,
    version: 0x14,
  };
  const own = ['vapic:bool', 'version:uint8', 'legacy-instance-id:bool', 'id:uint32'].map(parseProperty);
  return { type: 'apic', properties: [...DEVICE_PROPERTIES, ...own], value: (name) => values[name] };
}

function dimmObject({ address, backend, node, slot, size, hotplugged }: Dimm): QomObject {
  const type = 'pc-dimm';
  const rows: readonly QomRow[] = [
    ['type', 'string', type],
    ['parent_bus', 'link<bus>', ''],
    ['realized', 'bool', true],
    ['hotplugged', 'bool', hotplugged],
    ['hotpluggable', 'bool', true],
    ['memdev', 'link<memory-backend>', `/objects/${backend}`],
    ['node', 'uint32', node],
    ['addr', 'uint64', address],
    // an alias that can only be written
    ['legacy-memdev', 'str', undefined],
    ['slot', 'int32', slot],
    ['size', 'uint64', size],
  ];
  return objectOf(type, rows);
}

/** An object whose properties are all known; one without a value cannot be read. */
function objectOf(type: string, rows: readonly QomRow[]): QomObject {
  const values = new Map(rows.map(([name, , value]) => [name, value]));
  return { type, properties: rows.map(([name, kind]) => ({ name, type: kind })), value: (name) => values.get(name) };
}

function backendObject(board: Board, objects: ObjectStore, id: string): QomObject | undefined {
  const backend = objects.get(id);
  if (!backend) return undefined;
  const { possibleCpus, coldPlugged } = board.config;
  const cpus = possibleCpus.filter((cpu) => cpu.present).length - coldPlugged.length;
  return objectOf(backend.type, [
    ...backendRows(backend, cpus),
    [`${id}[0]`, 'child<memory-region>', `/objects/${id}/${id}[0]`],
  ]);
}

type QomRow = readonly [name: string, type: string, value: QObject | undefined];

/** `cpus`: what prealloc-threads is by default. */
function backendRows(backend: MemoryBackend, cpus: number): QomRow[] {
  const { type, file, memfd } = backend;
  return [
    ['type', 'string', type],
    ['share', 'bool', backend.share],
    ['size', 'int', backend.size],
    ['dump', 'bool', backend.dump],
    ['prealloc-threads', 'int', backend.preallocThreads ?? cpus],
    ['x-use-canonical-path-for-ramblock-id', 'bool', backend.canonicalPath],
    ['policy', 'HostMemPolicy', backend.policy],
    ['prealloc-context', 'link<thread-context>', ''],
    ['prealloc', 'bool', backend.prealloc],
    ['reserve', 'bool', backend.reserve],
    ['host-nodes', 'int', backend.hostNodes],
    ['merge', 'bool', backend.merge],
    ...(file
      ? ([
          ['readonly', 'bool', file.readonly],
          ['align', 'int', file.align],
          ['pmem', 'bool', file.pmem],
          ['mem-path', 'string', file.memPath],
          ['discard-data', 'bool', file.discardData],
        ] as const)
      : []),
    ...(memfd
      ? ([
          ['hugetlb', 'bool', memfd.hugetlb],
          ['seal', 'bool', memfd.seal],
          ['hugetlbsize', 'int', memfd.hugetlbSize],
        ] as const)
      : []),
  ];
}

/** Properties that a type of backend has before there is one of it. */
export function backendClassProperties(type: MemoryBackendType): readonly QomProperty[] {
  const file = { memPath: '', align: 0, discardData: false, pmem: false, readonly: false };
  const memfd = { hugetlb: false, hugetlbSize: 0, seal: true };
  const backend: MemoryBackend = {
    ...defaultBackend('', 0),
    type,
    ...(type === 'memory-backend-file' ? { file } : {}),
    ...(type === 'memory-backend-memfd' ? { memfd } : {}),
  };
  return backendRows(backend, 0).map(([name, kind]) => ({ name, type: kind }));
}

/** The memory region of a backend, in the device memory when a DIMM has it. */
function regionObject(board: Board, objects: ObjectStore, id: string): QomObject | undefined {
  const backend = objects.get(id);
  if (!backend) return undefined;
  const dimms = board.memory.dimms();
  const dimm = dimms.find((candidate) => candidate.backend === id);
  const base = board.memory.regionBase ?? 0;
  return objectOf('memory-region', [
    ['type', 'string', 'memory-region'],
    ['container', 'link<memory-region>', dimm ? '/machine/device-memory[0]' : ''],
    ['addr', 'uint64', dimm ? dimm.address - base : 0],
    ['size', 'uint64', backend.size],
    ['priority', 'uint32', 0],
  ]);
}

const leaf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The object at an absolute path, or at the end of one (`c1` for /machine/peripheral/c1). */
export function findObject(board: Board, objects: ObjectStore, path: string): QomObject | undefined {
  const cpus = board.pluggedCpus();
  const devices = [
    ...cpus.map(({ qomPath }) => ({ qomPath, type: board.config.cpuType })),
    ...board.memory.inOrder().map(({ qomPath }) => ({ qomPath, type: 'pc-dimm' })),
  ];
  const under = (folder: string) =>
    devices.flatMap(({ qomPath, type }) =>
      qomPath.slice(0, qomPath.lastIndexOf('/')) === folder ? [child(leaf(qomPath), type)] : [],
    );
  switch (path) {
    case '/':
    case '':
      return container('/', [
        child('chardevs', 'container'),
        child('machine', `${board.config.machineType}-machine`),
        child('objects', 'container'),
      ]);
    case '/machine':
      return machineObject(board);
    case '/machine/peripheral':
    case '/machine/peripheral-anon':
    case '/machine/unattached':
      return container(path, under(path));
    case '/objects': {
      const children = objects.all().map(({ id, type }) => child(id, type));
      const inOrder = { ...container(path, children), properties: [TYPE, ...children] };
      return inOrder;
    }
  }
  const [, id = '', region] = /^\/objects\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (id !== '' && region === undefined) return backendObject(board, objects, id);
  if (region === `${id}[0]`) return regionObject(board, objects, id);
  const isAt = (candidate: string) => candidate === path || (!path.startsWith('/') && candidate.endsWith(`/${path}`));
  const cpu = cpus.find(({ qomPath }) => isAt(qomPath));
  if (cpu) return cpuObject(board, cpu);
  const dimm = board.memory.dimms().find(({ qomPath }) => isAt(qomPath));
  if (dimm) return dimmObject(dimm);
  const owner = cpus.find(({ qomPath }) => isAt(`${qomPath}/lapic`));
  return owner ? lapicObject(owner) : undefined;
}

/** qom-list's answer. */
export const listProperties = ({ properties }: QomObject): QDict[] =>
  properties.map(({ name, type }) => ({ name, type }));
