/**
 * QEMU's command line, as a user would type it, to a {@link MachineConfig}: the options that matter to the lab are
 * parsed and checked with QEMU 7.2's messages; options that cannot matter here are accepted and listed.
 */
import type { ColdPluggedCpu, MachineConfig, MemoryBackend, NumaNode, PossibleCpu } from '../abi/machine-config.ts';
import { apicIdFromTopology, topologyFromIndex } from '../hw/apic-ids.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { CPU_MODELS, CPU_PROPERTIES } from './cpu-models.ts';
import { checkDeviceType, findCpuSlot } from './device-add.ts';
import { readCpuProperties } from './device-properties.ts';
import { checkMemoryBackend, defaultBackend, OBJECT_TYPES, readMemoryBackend } from './memory-backends.ts';
import { type NumaLayout, readNuma } from './numa-options.ts';
import { isIdentifier, parseSize, splitAtCommas, splitOptions } from './option-text.ts';
import { parseSmp, type SmpGiven, type SmpTopology } from './smp.ts';

const MIB = 1024 * 1024;

interface LabMachine {
  readonly board: 'pc' | 'q35' | 'none';
  readonly type: string;
  readonly maxCpus: number;
}

const NONE: LabMachine = { board: 'none', type: 'none', maxCpus: 1 };
/** Machine types that the lab has, by every name that selects them. */
const MACHINES: Readonly<Record<string, LabMachine>> = Object.fromEntries([
  ...['q35', 'pc-q35-7.2'].map((name) => [name, { board: 'q35', type: 'pc-q35-7.2', maxCpus: 288 }]),
  ...['pc', 'pc-i440fx-7.2'].map((name) => [name, { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 }]),
  ['none', NONE],
]);
const DEFAULT_MACHINE: LabMachine = { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 };

/** Name of the backend that -m makes. */
const defaultRamId = (board: LabMachine['board']): string => (board === 'none' ? 'ram' : 'pc.ram');

/** Properties of -machine that are accepted and change nothing in the lab. */
const MACHINE_PROPERTIES = new Set([
  'type',
  'accel',
  'usb',
  'vmport',
  'smm',
  'hpet',
  'pit',
  'pic',
  'sata',
  'smbus',
  'kernel-irqchip',
  'kernel_irqchip',
  'mem-merge',
  'dump-guest-core',
  'graphics',
  'nvdimm',
  'acpi',
  'i8042',
  'max-fw-size',
  'hmat',
]);

/** Options that need an argument but have no effect on hotplug. */
const IGNORED_WITH_ARGUMENT = new Set([
  'display',
  'vga',
  'monitor',
  'serial',
  'parallel',
  'chardev',
  'mon',
  'qmp',
  'qmp-pretty',
  'drive',
  'blockdev',
  'hda',
  'hdb',
  'cdrom',
  'boot',
  'netdev',
  'net',
  'nic',
  'initrd',
  'bios',
  'pidfile',
  'D',
  'd',
  'trace',
  'rtc',
  'global',
  'vnc',
  'spice',
  'k',
  'audiodev',
  'sandbox',
  'msg',
  'overcommit',
  'smbios',
  'fw_cfg',
  'watchdog-action',
  'L',
  'incoming',
  'gdb',
  'icount',
]);
const IGNORED_FLAGS = new Set([
  'nodefaults',
  'nographic',
  'enable-kvm',
  'no-hpet',
  'no-user-config',
  'daemonize',
  'usb',
  'no-fd-bootchk',
  'snapshot',
]);

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** Splits a command line as a POSIX shell does: blanks, quotes, backslashes; no expansion. */
export function splitCommandLine(text: string): Parsed<string[]> {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(text[at + 1] ?? '')) word += text[++at] ?? '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && at + 1 < text.length) {
      at++;
      if (text[at] !== '\n') word = (word ?? '') + text[at];
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote) return fail(`machine: a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return { ok: true, value: words };
}

interface Collected {
  machine: LabMachine;
  accelerator: 'tcg' | 'kvm';
  cpu: string;
  smp: Record<string, string>;
  memory: Record<string, string>;
  append: string;
  kernelGiven: boolean;
  numa: string[];
  devices: string[];
  objects: MemoryBackend[];
  memoryBackend: string | undefined;
  ignored: string[];
  startStopped: boolean;
  noReboot: boolean;
  noShutdown: boolean;
  guestName: string | undefined;
  uuid: string | undefined;
}

type Handler = (value: string, into: Collected, option: string) => string | undefined;

/** Of `kvm:tcg` the first counts: the lab has both. */
function selectAccelerator(text: string, into: Collected): string | undefined {
  const name = text.split(':').find((candidate) => candidate === 'tcg' || candidate === 'kvm');
  if (name !== 'tcg' && name !== 'kvm') return `invalid accelerator ${text.split(':').at(-1)}`;
  into.accelerator = name;
  return undefined;
}

const THREAD_SETTINGS = ['single', 'multi'];
const ACCELERATOR_PROPERTIES = [
  'thread',
  'tb-size',
  'split-wx',
  'one-insn-per-tb',
  'kernel-irqchip',
  'dirty-ring-size',
];

const chooseAccelerator: Handler = (value, into, option) => {
  const where = `-${option} ${value}: `;
  for (const [key, text] of splitOptions(value, 'accel')) {
    if (key === 'accel') {
      const wrong = selectAccelerator(text, into);
      if (wrong) return where + wrong;
    } else if (!ACCELERATOR_PROPERTIES.includes(key)) {
      return `${where}Property '${into.accelerator}-accel.${key}' not found`;
    } else if (key === 'thread' && !THREAD_SETTINGS.includes(text)) return `${where}Invalid 'thread' setting ${text}`;
  }
  return undefined;
};

const ON_OFF_AUTO = new Set(['acpi', 'smm', 'vmport', 'pit', 'pic']);
const SMP_PREFIX = 'smp.';

const chooseMachine: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'type')) {
    if (key === 'type') {
      const machine = MACHINES[text];
      if (!machine) return 'unsupported machine type\nUse -machine help to list supported machines';
      into.machine = machine;
    } else if (key === 'accel') {
      const wrong = selectAccelerator(text, into);
      if (wrong) return wrong;
    } else if (key.startsWith(SMP_PREFIX)) into.smp[key.slice(SMP_PREFIX.length)] = text;
    else if (key === 'memory-backend') into.memoryBackend = text;
    else if (!MACHINE_PROPERTIES.has(key)) into.ignored.push(`-machine ${key}=${text}`);
    else if (ON_OFF_AUTO.has(key) && !['on', 'off', 'auto'].includes(text)) {
      return `Parameter '${key}' does not accept value '${text}'`;
    } else into.ignored.push(`-machine ${key}=${text}`);
  }
  return undefined;
};

/** A property that no machine has is complained of when the machine's type is known. */
function unknownMachineProperty({ ignored, machine }: Collected): string | undefined {
  for (const option of ignored) {
    const key = /^-machine ([^=]*)=/.exec(option)?.[1];
    if (key !== undefined && !MACHINE_PROPERTIES.has(key)) return `Property '${machine.type}-machine.${key}' not found`;
  }
  return undefined;
}

/** -cpu: the model, then properties: `name=value`, `+name`, `-name`. */
function readCpu({ cpu, ignored, accelerator, machine }: Collected): Parsed<string> {
  const [model = '', ...properties] = splitAtCommas(cpu);
  if (!CPU_MODELS.includes(model)) return fail(`unable to find CPU model '${model}'`);
  const type = `${model}-x86_64-cpu`;
  for (const property of properties) {
    const flag = /^[+-]/.test(property);
    const name = flag ? property.slice(1) : (property.split('=')[0] ?? '');
    if (CPU_PROPERTIES.has(name) || CPU_PROPERTIES.has(name.replaceAll('_', '-'))) continue;
    const notFound = `Property '${type}.${name}' not found`;
    return fail(flag ? notFound : `can't apply global ${type}.${property}: ${notFound}`);
  }
  if (properties.length > 0) ignored.push(`-cpu ${properties.join(',')}`);
  if (model === 'host' && accelerator === 'tcg' && machine.board !== 'none') {
    return fail("CPU model 'host' requires KVM or HVF");
  }
  return { ok: true, value: model };
}

const MEMORY_KEYS = ['size', 'slots', 'maxmem'];
const chooseMemory: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'size')) {
    if (!MEMORY_KEYS.includes(key)) return `-m ${value}: Invalid parameter '${key}'`;
    if (/^\d{20,}$/.test(text)) return `-m ${value}: Value '${text}' is out of range for parameter '${key}'`;
    const bad = key === 'slots' ? !/^-?\d+$/.test(text) : parseSize(text, MIB) === undefined;
    if (bad) {
      const expected = key === 'slots' ? 'a number' : 'a non-negative number below 2^64';
      const suffixes =
        key === 'slots'
          ? ''
          : '\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.';
      return `-m ${value}: Parameter '${key}' expects ${expected}${suffixes}`;
    }
    into.memory[key] = text;
  }
  return undefined;
};

const chooseSmp: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'cpus')) into.smp[key] = text;
  return undefined;
};

/** -object: backends of memory are kept, other objects cannot matter here. */
const addObject: Handler = (value, into) => {
  const where = `-object ${value}: `;
  const options = splitOptions(value, 'qom-type');
  const args: Record<string, string> = Object.fromEntries(options);
  const type = args['qom-type'];
  if (type === undefined) return `${where}Parameter 'qom-type' is missing`;
  if (!OBJECT_TYPES.has(type)) return `${where}Parameter 'qom-type' does not accept value '${type}'`;
  const id = args['id'];
  if (id === undefined) return `${where}Parameter 'id' is missing`;
  if (type !== 'memory-backend-ram') {
    into.ignored.push(`-object ${value}`);
    return undefined;
  }
  const backend = readMemoryBackend(args, 'text');
  if (!backend.ok) return where + backend.error;
  if (!isIdentifier(id)) return `${where}Parameter 'id' expects an identifier`;
  if (into.objects.some((object) => object.id === id)) return `${where}Duplicate ID '${id}' for object`;
  into.objects.push(backend.value);
  return undefined;
};

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  reboot: ['reset', 'shutdown'],
  shutdown: ['poweroff', 'pause'],
  panic: ['pause', 'shutdown', 'exit-failure', 'none'],
  watchdog: ['reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none', 'inject-nmi'],
};

const chooseAction: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, '')) {
    const allowed = ACTIONS[key];
    if (!allowed) return `-action ${value}: Invalid parameter '${key}'`;
    if (!allowed.includes(text)) return `-action ${value}: Parameter '${key}' does not accept value '${text}'`;
    if (key === 'reboot') into.noReboot = text === 'shutdown';
    else if (key === 'shutdown') into.noShutdown = text === 'pause';
    else into.ignored.push(`-action ${key}=${text}`);
  }
  return undefined;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const HANDLERS: Readonly<Record<string, Handler>> = {
  machine: chooseMachine,
  M: chooseMachine,
  accel: chooseAccelerator,
  cpu: (value, into) => {
    into.cpu = value;
    return undefined;
  },
  m: chooseMemory,
  smp: chooseSmp,
  object: addObject,
  action: chooseAction,
  kernel: (_value, into) => {
    into.kernelGiven = true;
    return undefined;
  },
  append: (value, into) => {
    into.append = value;
    return undefined;
  },
  numa: (value, into) => {
    into.numa.push(value);
    return undefined;
  },
  device: (value, into) => {
    into.devices.push(value);
    return undefined;
  },
  name: (value, into) => {
    into.guestName = splitOptions(value, 'guest').find(([key]) => key === 'guest')?.[1];
    return undefined;
  },
  uuid: (value, into) => {
    if (!UUID.test(value)) return `-uuid ${value}: failed to parse UUID string: wrong format`;
    into.uuid = value.toLowerCase();
    return undefined;
  },
};

const FLAGS: Readonly<Record<string, (into: Collected) => void>> = {
  S: (into) => {
    into.startStopped = true;
  },
  'enable-kvm': (into) => {
    into.accelerator = 'kvm';
  },
  'no-reboot': (into) => {
    into.noReboot = true;
  },
  'no-shutdown': (into) => {
    into.noShutdown = true;
  },
};

function readOptions(words: readonly string[], into: Collected): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return `${word}: Could not open '${word}': No such file or directory`;
    const option = word.replace(/^--?/, '');
    const flag = FLAGS[option];
    if (flag) flag(into);
    else if (IGNORED_FLAGS.has(option)) into.ignored.push(word);
    else {
      const handler = HANDLERS[option];
      if (!handler && !IGNORED_WITH_ARGUMENT.has(option)) return `${word}: invalid option`;
      const value = words[++at];
      if (value === undefined) return `${word}: requires an argument`;
      const wrong = handler ? handler(value, into, option) : undefined;
      if (wrong) return wrong;
      if (!handler) into.ignored.push(`${word} ${value}`);
    }
  }
  return unknownMachineProperty(into);
}

const SMP_KEYS = ['cpus', 'maxcpus', 'sockets', 'dies', 'clusters', 'cores', 'threads'];

function readSmp(given: Readonly<Record<string, string>>): Parsed<SmpGiven> {
  for (const key of Object.keys(given))
    if (!SMP_KEYS.includes(key)) return fail(`Parameter 'smp.${key}' is unexpected`);
  const numbers: Record<string, number> = {};
  for (const [key, text] of Object.entries(given)) {
    if (!/^-?\d+$/.test(text)) return fail(`Parameter 'smp.${key}' expects integer`);
    numbers[key] = Number(text);
  }
  return { ok: true, value: numbers };
}

const MAX_SLOTS = 256;
/** The size is rounded up to it (include/hw/boards.h: 8 KiB). */
const RAM_ALIGNMENT = 8192;
/** What the host of the lab's machine could map at most. */
const HOST_MEMORY = 64 * 2 ** 40;

interface MemoryLayout {
  readonly size: number;
  readonly max: number;
  readonly slots: number;
}

/** `backing`: bytes of the backend that -machine names; without -m it is the size. */
function readMemory(
  { size, slots, maxmem }: Readonly<Record<string, string>>,
  backing: number | undefined,
): Parsed<MemoryLayout> {
  // QEMU's default of 128 MiB also stands in for 0
  const asked = (size === undefined ? backing : parseSize(size, MIB)) || 128 * MIB;
  const bytes = Math.ceil(asked / RAM_ALIGNMENT) * RAM_ALIGNMENT;
  if (bytes > HOST_MEMORY) return fail("cannot set up guest memory 'pc.ram': Cannot allocate memory");
  const hex = (value: number) => `0x${value.toString(16)}`;
  const slotCount = Number(slots ?? 0);
  if (maxmem === undefined) {
    return slots === undefined
      ? { ok: true, value: { size: bytes, max: bytes, slots: 0 } }
      : fail('slots specified but no max-size');
  }
  const max = parseSize(maxmem, MIB) ?? 0;
  const given = `initial memory size (${hex(bytes)})`;
  if (max < bytes) {
    return fail(`invalid value of maxmem: maximum memory size (${hex(max)}) must be at least the ${given}`);
  }
  if (max === bytes && slotCount > 0) {
    return fail(
      `invalid value of maxmem: memory slots were specified but maximum memory size (${hex(max)}) is equal to the ${given}`,
    );
  }
  if (slotCount < 0 || slotCount > MAX_SLOTS) {
    return fail(`unsupported amount of memory slots: ${BigInt.asUintN(64, BigInt(slotCount))}`);
  }
  return { ok: true, value: { size: bytes, max, slots: slotCount } };
}

/** RAM, backends and nodes: what -m, -object, -numa and -machine memory-backend= make together. */
function readRam(into: Collected, memory: MemoryLayout, cpus: readonly PossibleCpu[], dies: number): Parsed<RamLayout> {
  const { objects, machine, memoryBackend } = into;
  const plain = { possibleCpus: cpus, warnings: [], distances: undefined };
  const own = defaultBackend(defaultRamId(machine.board), memory.size);
  if (into.numa.length > 0) {
    if (machine.board === 'none') return fail(`-numa ${into.numa[0]}: NUMA is not supported by this machine-type`);
    const numa = readNuma(into.numa, { possibleCpus: cpus, dies, backends: objects, memorySize: memory.size });
    return numa.ok ? { ok: true, value: { ...numa.value, backends: objects } } : numa;
  }
  // with hot-pluggable memory QEMU makes a node of its own accord (auto_enable_numa_with_memhp)
  const nodes = memory.max > memory.size && machine.board !== 'none' ? [{ id: 0, memory: memory.size }] : [];
  if (memoryBackend !== undefined) {
    const backend = objects.find(({ id }) => id === memoryBackend);
    if (!backend) return fail(`Memory backend '${memoryBackend}' not found`);
    if (into.memory['size'] !== undefined && backend.size !== memory.size) {
      return fail('Machine memory size does not match the size of the memory backend');
    }
    return { ok: true, value: { ...plain, nodes, backends: objects, backendIds: [memoryBackend] } };
  }
  // a machine without RAM of its own has a backend only when -m asks for it
  const backed = machine.board !== 'none' || into.memory['size'] !== undefined;
  const backends = backed ? [...objects, own] : objects;
  return { ok: true, value: { ...plain, nodes, backends, backendIds: backed ? [own.id] : [] } };
}

interface RamLayout extends NumaLayout {
  readonly backends: readonly MemoryBackend[];
  readonly nodes: readonly NumaNode[];
}

interface ColdPlug {
  readonly possibleCpus: readonly PossibleCpu[];
  readonly plugged: readonly ColdPluggedCpu[];
}

/** -device: CPUs into their slots; other devices cannot matter here. */
function readDevices(
  into: Collected,
  config: Pick<MachineConfig, 'topology' | 'possibleCpus' | 'numaNodes' | 'cpuType' | 'memorySlots'>,
): Parsed<ColdPlug> {
  const present = new Set(config.possibleCpus.filter((cpu) => cpu.present).map(({ index }) => index));
  const plugged: ColdPluggedCpu[] = [];
  const ids = new Set<string>();
  for (const text of into.devices) {
    const where = `-device ${text}: `;
    const args: Record<string, string> = Object.fromEntries(splitOptions(text, 'driver'));
    const { id, driver } = args;
    if (id !== undefined && !isIdentifier(id)) {
      return fail(
        `${where}Parameter 'id' expects an identifier\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a letter.`,
      );
    }
    if (id !== undefined && ids.has(id)) return fail(`${where}Duplicate ID '${id}' for device`);
    const type = checkDeviceType(driver);
    if (!type.ok) return fail(where + type.error);
    if (id !== undefined) ids.add(id);
    if (type.value === 'pc-dimm' && config.memorySlots === 0) {
      return fail(`${where}no slots where allocated, please specify the 'slots' option`);
    }
    if (!type.value.endsWith('-x86_64-cpu')) {
      into.ignored.push(`-device ${text}`);
      continue;
    }
    const properties = readCpuProperties(type.value, args);
    if (!properties.ok) return fail(where + properties.error);
    if (into.machine.board === 'none') return fail(`${where}apic-id property was not initialized properly`);
    const slot = findCpuSlot(config, (index) => present.has(index), type.value, properties.value);
    if (!slot.ok) return fail(where + slot.error);
    present.add(slot.value.index);
    plugged.push({ index: slot.value.index, id });
  }
  const possibleCpus = config.possibleCpus.map((cpu) => ({ ...cpu, present: present.has(cpu.index) }));
  return { ok: true, value: { possibleCpus, plugged } };
}

const nothing = (): Collected => ({
  machine: DEFAULT_MACHINE,
  accelerator: 'tcg',
  cpu: 'qemu64',
  smp: {},
  memory: {},
  append: '',
  kernelGiven: false,
  numa: [],
  devices: [],
  objects: [],
  memoryBackend: undefined,
  ignored: [],
  startStopped: false,
  noReboot: false,
  noShutdown: false,
  guestName: undefined,
  uuid: undefined,
});

/** A machine's slots: those of `smp.cpus` are filled. */
function slotsOf({ maxcpus, cpus, ...topology }: SmpTopology): PossibleCpu[] {
  return Array.from({ length: maxcpus }, (_, index): PossibleCpu => {
    const ids = topologyFromIndex(topology, index);
    return { index, apicId: apicIdFromTopology(topology, ids), ...ids, nodeId: 0, present: index < cpus };
  });
}

/** Reads QEMU arguments (without the program's name). The error is QEMU's message, without `qemu-system-x86_64: `. */
export function parseCommandLine(words: readonly string[]): Parsed<MachineConfig> {
  const into = nothing();
  const wrong = readOptions(words, into);
  if (wrong) return fail(wrong);
  const { type, maxCpus, board } = into.machine;
  const given = readSmp(into.smp);
  if (!given.ok) return given;
  const rules = { machine: type, minCpus: 1, maxCpus, dies: board !== 'none', clusters: false, preferSockets: false };
  const smp = parseSmp(given.value, rules);
  if (!smp.ok) return smp;
  const memory = readMemory(into.memory, into.objects.find(({ id }) => id === into.memoryBackend)?.size);
  if (!memory.ok) return memory;
  const slots = board === 'none' ? [] : slotsOf(smp.value);
  const cpuModel = readCpu(into);
  if (!cpuModel.ok) return cpuModel;
  const ram = readRam(into, memory.value, slots, smp.value.dies);
  if (!ram.ok) return ram;
  const badObject = into.objects.map(checkMemoryBackend).find((error) => error !== undefined);
  if (badObject !== undefined) return fail(badObject);
  if ((slots.at(-1)?.apicId ?? 0) >= 255) {
    return fail('current -smp configuration requires kernel irqchip and X2APIC API support.');
  }
  const { sockets, dies, cores, threads } = smp.value;
  const topology = { sockets, dies, cores, threads };
  const cpuType = `${cpuModel.value}-x86_64-cpu`;
  const { possibleCpus, nodes: numaNodes } = ram.value;
  const devices = readDevices(into, { topology, possibleCpus, numaNodes, cpuType, memorySlots: memory.value.slots });
  if (!devices.ok) return devices;
  return {
    ok: true,
    value: {
      board,
      machineType: type,
      accelerator: into.accelerator,
      cpuModel: cpuModel.value,
      cpuType,
      topology,
      possibleCpus: devices.value.possibleCpus,
      coldPlugged: devices.value.plugged,
      memorySize: board === 'none' && into.memory['size'] === undefined ? 0 : memory.value.size,
      maxMemory: memory.value.max,
      memorySlots: memory.value.slots,
      numaNodes,
      ...(ram.value.distances ? { numaDistances: ram.value.distances } : {}),
      memoryBackends: ram.value.backends,
      ramBackends: ram.value.backendIds,
      warnings: [...smpWarnings(given.value), ...ram.value.warnings],
      ignored: into.ignored,
      kernelGiven: into.kernelGiven,
      kernelArguments: into.append,
      startStopped: into.startStopped,
      noReboot: into.noReboot,
      noShutdown: into.noShutdown,
      ...(into.guestName === undefined ? {} : { guestName: into.guestName }),
      ...(into.uuid === undefined ? {} : { uuid: into.uuid }),
    },
  };
}

const smpWarnings = (given: SmpGiven): string[] =>
  Object.values(given).includes(0)
    ? ['Deprecated CPU topology (considered invalid): CPU topology parameters must be greater than zero']
    : [];
