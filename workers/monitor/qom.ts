/**
 * Objects of the QOM tree by their paths: the machine, its vCPUs and containers here, memory and the boards' own devices
 * in their files. Lists come in QEMU's order, which a hash table makes.
 */
import type { Board, PluggedCpu } from '../abi/board.ts';
import type { VirtOptions } from '../abi/machine-config.ts';
import { hasProperty } from './cpu-models.ts';
import type { ObjectStore } from './object-store.ts';
import type { QDict, QObject } from './qobject.ts';
import { boardObject } from './qom-board.ts';
import { backendObject, backendRegionObject, dimmObject } from './qom-memory.ts';
import { child, container, type QomObject, type QomProperty, TYPE } from './qom-object.ts';
import { everyObject, type Placed, type QomNode, qomTree } from './qom-tree.ts';
import { ARM_CPU_OBJECT_PROPERTY_TEXT, CPU_OBJECT_PROPERTY_TEXT } from './tables/cpu-object-properties.ts';
import { MACHINE_PROPERTY_TEXT, VIRT_PROPERTY_TEXT } from './tables/machine-properties.ts';

const parseProperty = (text: string): QomProperty => {
  const at = text.indexOf(':');
  return { name: text.slice(0, at), type: text.slice(at + 1).replaceAll('~', ' ') };
};

function machineProperties({ board }: Board['config'], withMemory: boolean): string {
  if (board === 'virt') {
    const region = 'device-memory[0]:child<memory-region>';
    return withMemory ? VIRT_PROPERTY_TEXT.replace('pflash0:str', `${region} pflash0:str`) : VIRT_PROPERTY_TEXT;
  }
  return MACHINE_PROPERTY_TEXT[withMemory && board !== 'none' ? (`${board}+memory` as const) : board];
}

const virtValues = (virt: VirtOptions | undefined): Readonly<Record<string, QObject>> =>
  virt
    ? {
        'gic-version': String(virt.gicVersion),
        its: virt.its,
        secure: virt.secure,
        virtualization: virt.virtualization,
        highmem: virt.highmem,
        iommu: virt.iommu,
      }
    : {};

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
    boot: { order: config.board === 'virt' ? '' : 'cad' },
    graphics: true,
    acpi: config.virt?.acpi === false ? 'off' : 'auto',
    ...virtValues(config.virt),
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

const CPU_PARTS = ['lapic', 'memory[0]', 'memory[1]', 'smram[0]'];

const readCpuProperties = (text: string): QomProperty[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => parseProperty(word.includes(':') ? word : `${word}:bool`));

const CPU_OBJECT_PROPERTIES = readCpuProperties(CPU_OBJECT_PROPERTY_TEXT);

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
    memory: '/machine/unattached/system[0]',
    ...Object.fromEntries(CPU_PARTS.map((name) => [name, `${qomPath}/${name}`])),
  };
  const has = ({ name }: QomProperty) => hasProperty(board.config.cpuModel, name);
  const properties = [...DEVICE_PROPERTIES, ...CPU_OBJECT_PROPERTIES.filter(has)];
  return { type, properties, value: (name) => values[name] };
}

function armCpuObject({ config }: Board, { possible, qomPath, hotplugged }: PluggedCpu): QomObject {
  const { cpuModel, cpuType } = config;
  const texts = ARM_CPU_OBJECT_PROPERTY_TEXT;
  const own = readCpuProperties(cpuModel === 'max' || cpuModel === 'a64fx' ? texts[cpuModel] : texts.armv8);
  const values: Readonly<Record<string, QObject>> = {
    type: cpuType,
    parent_bus: '',
    realized: true,
    hotplugged,
    hotpluggable: true,
    memory: '/machine/unattached/system[0]',
    'mp-affinity': possible.apicId,
    ...Object.fromEntries(
      own.filter(({ type }) => type.startsWith('child<')).map(({ name }) => [name, `${qomPath}/${name}`]),
    ),
  };
  return { type: cpuType, properties: [...DEVICE_PROPERTIES, ...own], value: (name) => values[name] };
}

function lapicObject({ possible, hotplugged, qomPath }: PluggedCpu): QomObject {
  const values: Readonly<Record<string, QObject>> = {
    type: 'apic',
    parent_bus: '',
    realized: true,
    hotplugged,
    hotpluggable: true,
    id: possible.apicId,
    version: 0x14,
    vapic: true,
    'legacy-instance-id': false,
    'apic-msi[0]': `${qomPath}/lapic/apic-msi[0]`,
  };
  const own = [
    'vapic:bool',
    'version:uint8',
    'legacy-instance-id:bool',
    'id:uint32',
    'apic-msi[0]:child<memory-region>',
  ].map(parseProperty);
  return { type: 'apic', properties: [...DEVICE_PROPERTIES, ...own], value: (name) => values[name] };
}

/**
 * The object at an absolute path, or at the end of one (`c1` for /machine/peripheral/c1); `ambiguous`: there are several.
 * Links on the way are followed.
 */
export function findObject(board: Board, objects: ObjectStore, path: string): QomObject | 'ambiguous' | undefined {
  if (path === '') return 'ambiguous';
  const root = qomTree(board, objects);
  const whole: Placed = { path: '', node: root };
  const names = path.split('/').filter((part) => part !== '');
  if (path.startsWith('/')) return resolve(board, objects, whole, whole, names);
  const [first = '', ...rest] = names;
  const [only, second] = everyObject(root, '')
    .flatMap(({ path: at, node }) =>
      node.children.filter(({ name }) => name === first).map((next) => ({ path: `${at}/${first}`, node: next })),
    )
    .flatMap((start) => resolve(board, objects, whole, start, rest) ?? []);
  return second ? 'ambiguous' : only;
}

/** The object at the end of `names`, from `at` on. */
function resolve(
  board: Board,
  objects: ObjectStore,
  root: Placed,
  at: Placed,
  [name, ...rest]: readonly string[],
): QomObject | undefined {
  if (name === undefined) return objectAt(board, objects, root.node, at);
  const node = at.node.children.find((candidate) => candidate.name === name);
  if (node) return resolve(board, objects, root, { path: `${at.path}/${name}`, node }, rest);
  const target = objectAt(board, objects, root.node, at)?.value(name);
  if (typeof target !== 'string' || !target.startsWith('/')) return undefined;
  return resolve(board, objects, root, root, [...target.split('/').filter((part) => part !== ''), ...rest]);
}

/** It is there; what properties it has, the lab does not know. */
const unmodelledObject = (type: string): QomObject => ({
  type,
  properties: [],
  value: (name) => (name === 'type' ? type : undefined),
});

function objectAt(board: Board, objects: ObjectStore, root: QomNode, placed: Placed): QomObject | undefined {
  const { node } = placed;
  const path = placed.path === '' ? '/' : placed.path;
  if (path === '/machine') return machineObject(board);
  if (node.type === 'container') {
    const children = node.children.map(({ name, type }) => child(name, type));
    // the store's order is the hash table's already, with the traces of what was deleted
    return path === '/objects'
      ? { ...container(path, children), properties: [TYPE, ...children] }
      : container(path, children);
  }
  const [, id = '', region] = /^\/objects\/([^/]+)(\/.+)?$/.exec(path) ?? [];
  if (id !== '')
    return region === undefined ? backendObject(board, objects, id) : backendRegionObject(board, objects, id);
  const cpu = board.pluggedCpus().find(({ qomPath }) => path === qomPath || path === `${qomPath}/lapic`);
  if (cpu && board.config.board === 'virt') return armCpuObject(board, cpu);
  if (cpu) return path === cpu.qomPath ? cpuObject(board, cpu) : lapicObject(cpu);
  const dimm = board.memory.dimms().find(({ qomPath }) => path === qomPath);
  return dimm ? dimmObject(dimm) : (boardObject(board, root, placed) ?? unmodelledObject(node.type));
}

/** qom-list's answer. */
export const listProperties = ({ properties }: QomObject): QDict[] =>
  properties.map(({ name, type }) => ({ name, type }));
