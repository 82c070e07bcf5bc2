/**
 * device_add and device_del for vCPUs: QEMU's checks in QEMU's order (softmmu/qdev-monitor.c, hw/i386/x86.c
 * x86_cpu_pre_plug, x86_cpu_unplug_request_cb), ending in the board's plug and unplug request.
 */
import type { Board, BoardError, PluggedCpu } from '../abi/board.ts';
import type { PossibleCpu } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { apicIdFromTopology, topologyFromApicId } from './apic-ids.ts';
import { CPU_MODELS, cpuTypeOf } from './cpu-models.ts';
import { type CpuProperties, optionText, readCpuProperties } from './device-properties.ts';
import type { QDict } from './qobject.ts';

const CPU_TYPES = new Set(CPU_MODELS.map(cpuTypeOf));
const ABSTRACT_TYPES = new Set(['x86_64-cpu', 'cpu', 'device', 'pci-device', 'sys-bus-device']);

const generic = (description: string): BoardError => ({ class: 'GenericError', description });

/** id_wellformed(): a letter, then letters, digits, `-`, `.`, `_`. */
const isIdentifier = (text: string): boolean => /^[A-Za-z][A-Za-z0-9\-._]*$/.test(text);

export function deviceAdd(board: Board, args: QDict): BoardError | undefined {
  const { driver, id, bus } = args;
  if (id !== undefined && !isIdentifier(optionText(id))) return generic("Parameter 'id' expects an identifier");
  if (driver === undefined) return generic("Parameter 'driver' is missing");
  const type = optionText(driver);
  if (ABSTRACT_TYPES.has(type)) return generic("Parameter 'driver' expects a non-abstract device type");
  if (!CPU_TYPES.has(type)) return generic(`'${type}' is not a valid device model name`);
  if (bus !== undefined) return generic(`Bus '${optionText(bus)}' not found`);
  const name = id === undefined ? undefined : optionText(id);
  if (name !== undefined && board.pluggedCpus().some((cpu) => cpu.id === name)) {
    return generic(`Duplicate device ID '${name}'`);
  }
  const properties = readCpuProperties(type, args);
  if (!properties.ok) return generic(properties.error);
  if (type !== board.config.cpuType) {
    return generic(`Invalid CPU type, expected cpu type: '${board.config.cpuType}'`);
  }
  const slot = findSlot(board, properties.value);
  if (!slot.ok) return generic(slot.error);
  return board.plugCpu(slot.value, name);
}

/** The slot that the properties name. The order of the checks is x86_cpu_pre_plug's. */
function findSlot(board: Board, properties: CpuProperties): Parsed<PossibleCpu> {
  const fail = (error: string): Parsed<PossibleCpu> => ({ ok: false, error });
  const { topology, possibleCpus } = board.config;
  const apicId = properties['apic-id'];
  const named = apicId === undefined ? apicIdOf(board, properties) : { ok: true as const, value: apicId };
  if (!named.ok) return named;
  const slot = possibleCpus.find((cpu) => cpu.apicId === named.value);
  const ids = topologyFromApicId(topology, named.value);
  if (!slot) {
    return fail(
      `Invalid CPU [socket: ${ids.socketId}, die: ${ids.dieId}, core: ${ids.coreId}, thread: ${ids.threadId}] with APIC ID ${named.value}, valid index range 0:${possibleCpus.length - 1}`,
    );
  }
  if (board.cpuAt(slot.index)) return fail(`CPU[${slot.index}] with APIC ID ${slot.apicId} exists`);
  const expected = {
    'socket-id': slot.socketId,
    'die-id': slot.dieId,
    'core-id': slot.coreId,
    'thread-id': slot.threadId,
  };
  for (const [name, value] of Object.entries(expected)) {
    const given = properties[name] ?? -1;
    if (given !== -1 && given !== value) {
      return fail(
        `property ${name}: ${given} doesn't match set apic-id: 0x${slot.apicId.toString(16)} (${name}: ${value})`,
      );
    }
  }
  const node = properties['node-id'] ?? -1;
  if (board.config.numaNodes.length > 0 && node !== -1 && node !== slot.nodeId) {
    return fail(`invalid node-id, must be ${slot.nodeId}`);
  }
  return { ok: true, value: slot };
}

function apicIdOf(board: Board, properties: CpuProperties): Parsed<number> {
  const { topology, possibleCpus } = board.config;
  const maxSocket = Math.floor((possibleCpus.length - 1) / topology.threads / topology.cores / topology.dies);
  const limits: [string, number][] = [
    ['socket-id', maxSocket],
    ['die-id', topology.dies - 1],
    ['core-id', topology.cores - 1],
    ['thread-id', topology.threads - 1],
  ];
  const ids: Record<string, number> = {};
  for (const [name, last] of limits) {
    let value = properties[name] ?? -1;
    // optional where there is but one die a socket, as before QEMU 4.1
    if (name === 'die-id' && value < 0 && topology.dies === 1) value = 0;
    if (value < 0) return { ok: false, error: `CPU ${name} is not set` };
    if (value > last) return { ok: false, error: `Invalid CPU ${name}: ${value} must be in range 0:${last}` };
    ids[name] = value;
  }
  const value = apicIdFromTopology(topology, {
    socketId: ids['socket-id'] ?? 0,
    dieId: ids['die-id'] ?? 0,
    coreId: ids['core-id'] ?? 0,
    threadId: ids['thread-id'] ?? 0,
  });
  return { ok: true, value };
}

/** `id`: a device's id, or its QOM path. */
export function deviceDel(board: Board, id: string): BoardError | undefined {
  const cpu = board.pluggedCpus().find((candidate): candidate is PluggedCpu => {
    return id.startsWith('/') ? candidate.qomPath === id : candidate.id === id;
  });
  if (!cpu) return { class: 'DeviceNotFound', description: `Device '${id}' not found` };
  // the boot CPU's local APIC and much else hang on it (x86_cpu_unplug_request_cb)
  if (cpu.possible.index === 0) return generic('Boot CPU is unpluggable');
  return board.requestCpuUnplug(cpu);
}
