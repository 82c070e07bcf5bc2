/**
 * device_add: QEMU's checks in QEMU's order (softmmu/qdev-monitor.c, hw/i386/x86.c x86_cpu_pre_plug), ending in the
 * board's plug; DIMMs go on in dimm-add.ts.
 */
import type { Board, BoardError } from '../abi/board.ts';
import type { MachineConfig, PossibleCpu } from '../abi/machine-config.ts';
import { apicIdFromTopology, topologyFromApicId } from '../hw/apic-ids.ts';
import type { Parsed } from '../protocol/scenario.ts';
import type { VcpuIndex } from '../protocol/units.ts';
import { CPU_MODELS, cpuTypeOf } from './cpu-models.ts';
import { type CpuProperties, optionText, readCpuProperties } from './device-properties.ts';
import { type Backends, DIMM_TYPE, dimmAdd } from './dimm-add.ts';
import { isIdentifier } from './option-text.ts';
import type { QDict, QObject } from './qobject.ts';
import { ABSTRACT_DEVICES, DEVICE_ALIASES, DEVICE_MODELS, INTERNAL_DEVICES } from './tables/device-models.ts';
import { isArmCpuType } from './virt-options.ts';

const CPU_TYPES = new Set(CPU_MODELS.map(cpuTypeOf));

/** Buses of each board to which nothing can be added while it runs, by type. */
const FIXED_BUSES: Readonly<Partial<Record<MachineConfig['board'], Readonly<Record<string, string>>>>> = {
  q35: { PCI: 'pcie.0', ISA: 'isa.0', System: 'main-system-bus', IDE: 'ide.5', 'i2c-bus': 'i2c' },
  virt: { PCI: 'pcie.0', System: 'main-system-bus' },
  pc: { ISA: 'isa.0', System: 'main-system-bus', IDE: 'ide.1', 'i2c-bus': 'i2c', 'floppy-bus': 'floppy-bus.0' },
};

const generic = (description: string): BoardError => ({ class: 'GenericError', description });
const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** What qemu-system-aarch64 says of types that only one of the two programs has: its CPUs cannot be plugged. */
function checkArmType(type: string): Parsed<string> {
  if (isArmCpuType(type)) return fail("Parameter 'driver' expects a pluggable device type");
  if (type === 'arm-cpu') return fail("Parameter 'driver' expects a non-abstract device type");
  const notThere = CPU_TYPES.has(type) || type === 'x86_64-cpu' || DEVICE_MODELS.get(type)?.bus === 'ISA';
  return notThere ? fail(`'${type}' is not a valid device model name`) : { ok: true, value: type };
}

/** Is there such a type of device, that a user may create (qdev_get_device_class)? `running`: while the machine is. */
export function checkDeviceType(
  driver: QObject | undefined,
  running = false,
  board: MachineConfig['board'] = 'q35',
): Parsed<string> {
  if (driver === undefined) return fail("Parameter 'driver' is missing");
  const name = optionText(driver);
  const type = DEVICE_ALIASES[name] ?? name;
  if (board === 'virt') {
    const known = checkArmType(type);
    if (!known.ok) return known;
  }
  if (CPU_TYPES.has(type)) return { ok: true, value: type };
  if (ABSTRACT_DEVICES.has(type)) return fail("Parameter 'driver' expects a non-abstract device type");
  const model = DEVICE_MODELS.get(type);
  if (INTERNAL_DEVICES.has(type) || (running && model?.hotpluggable === false)) {
    return fail("Parameter 'driver' expects a pluggable device type");
  }
  return model ? { ok: true, value: type } : fail(`'${type}' is not a valid device model name`);
}

/** Why a device of this type cannot be added to a running machine; undefined: it could be. */
function refuseHotplug({ board, nvdimms }: MachineConfig, type: string): string | undefined {
  const bus = DEVICE_MODELS.get(type)?.bus;
  if (bus === undefined) {
    if (type === 'nvdimm' && board !== 'none') {
      if (nvdimms) return undefined;
      const how = board === 'virt' ? "add 'nvdimm=on' to" : "missing 'nvdimm' in";
      return `nvdimm is not enabled: ${how} '-M'`;
    }
    return `Device '${type}' can not be hotplugged on this machine`;
  }
  if (bus === 'System' && board === 'none') {
    return "Parameter 'driver' expects a dynamic sysbus device type for the machine";
  }
  const name = FIXED_BUSES[board]?.[bus];
  if (name !== undefined) return `Bus '${name}' does not support hotplugging`;
  return board === 'pc' && bus === 'PCI' ? undefined : `No '${bus}' bus found for device '${type}'`;
}

export function deviceAdd(
  board: Board,
  args: QDict,
  unmodelled: (what: string) => void = () => {},
  objects?: Backends,
): BoardError | undefined {
  const { driver, id, bus } = args;
  if (id !== undefined && !isIdentifier(optionText(id))) return generic("Parameter 'id' expects an identifier");
  const type = checkDeviceType(driver, true, board.config.board);
  if (!type.ok) return generic(type.error);
  if (bus !== undefined) return generic(`Bus '${optionText(bus)}' not found`);
  const name = id === undefined ? undefined : optionText(id);
  if (name !== undefined && board.deviceIds().has(name)) return generic(`Duplicate device ID '${name}'`);
  const { config } = board;
  if (type.value === DIMM_TYPE && objects && config.board !== 'none') return dimmAdd(board, objects, args, name);
  if (!CPU_TYPES.has(type.value)) {
    const refused = refuseHotplug(config, type.value);
    if (refused !== undefined) return generic(refused);
    unmodelled(`device_add ${type.value}`);
    return generic(`Device '${type.value}' is not modelled by the lab`);
  }
  if (config.board === 'none') return generic(`Device '${type.value}' can not be hotplugged on this machine`);
  const properties = readCpuProperties(type.value, args);
  if (!properties.ok) return generic(properties.error);
  const slot = findCpuSlot(config, (index) => board.isTaken(index), type.value, properties.value);
  if (slot.ok) return board.plugCpu(slot.value, name);
  if (board.hasLingeringCpu()) unmodelled('device_add after a device_del under TCG, at which QEMU 7.2 aborts');
  return generic(slot.error);
}

/** What a slot is found by. */
type SlotTable = Pick<MachineConfig, 'topology' | 'possibleCpus' | 'numaNodes' | 'cpuType'>;

/** The slot that the properties name. The order of the checks is x86_cpu_pre_plug's. */
export function findCpuSlot(
  config: SlotTable,
  isTaken: (index: VcpuIndex) => boolean,
  type: string,
  properties: CpuProperties,
): Parsed<PossibleCpu> {
  if (type !== config.cpuType) return fail(`Invalid CPU type, expected cpu type: '${config.cpuType}'`);
  const { topology, possibleCpus } = config;
  const apicId = properties['apic-id'];
  const named = apicId === undefined ? apicIdOf(config, properties) : { ok: true as const, value: apicId };
  if (!named.ok) return named;
  const slot = possibleCpus.find((cpu) => cpu.apicId === named.value);
  const ids = topologyFromApicId(topology, named.value);
  if (!slot) {
    return fail(
      `Invalid CPU [socket: ${ids.socketId}, die: ${ids.dieId}, core: ${ids.coreId}, thread: ${ids.threadId}] with APIC ID ${named.value}, valid index range 0:${possibleCpus.length - 1}`,
    );
  }
  if (isTaken(slot.index)) return fail(`CPU[${slot.index}] with APIC ID ${slot.apicId} exists`);
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
  if (config.numaNodes.length > 0 && node !== -1 && node !== slot.nodeId) {
    return fail(`invalid node-id, must be ${slot.nodeId}`);
  }
  return { ok: true, value: slot };
}

function apicIdOf({ topology, possibleCpus }: SlotTable, properties: CpuProperties): Parsed<number> {
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
