/**
 * The options of QEMU's command line, collected as they are given and checked with QEMU 7.2's messages; options that
 * cannot matter here are accepted and listed. What several options mean together is `command-line.ts`'s business.
 */
import type { MemoryBackend } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { DEFAULT_MACHINE, type LabMachine, MACHINES } from './machine-types.ts';
import {
  checkMemoryBackend,
  checkProperties,
  EPC_BACKEND,
  isMemoryBackendType,
  OBJECT_TYPES,
  readMemoryBackend,
} from './memory-backends.ts';
import { gatherOptions, type ObjectInput } from './object-members.ts';
import { IDENTIFIER_HINT, isIdentifier, parseInteger, parseSize, splitOptions } from './option-text.ts';
import { isDict, type QDict, QObjectStream } from './qobject.ts';
import { MACHINE_TYPES } from './tables/machine-types.ts';
import { isFlash } from './virt-options.ts';

const MIB = 1024 * 1024;

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** Properties of -machine that change nothing in the lab, by what they take. */
const MACHINE_PROPERTIES: Readonly<Record<'onOff' | 'onOffAuto' | 'any', ReadonlySet<string>>> = {
  onOff: new Set(
    `usb hpet sata smbus i8042 nvdimm hmat cxl mem-merge dump-guest-core graphics suppress-vmdesc
     default-bus-bypass-iommu`.split(/\s+/),
  ),
  onOffAuto: new Set(['acpi', 'smm', 'vmport', 'pit', 'pic']),
  any: new Set(
    `kernel-irqchip kernel_irqchip max-fw-size boot firmware phandle-start dumpdtb dtb dt-compatible
     confidential-guest-support memory-encryption x-oem-id x-oem-table-id bus-lock-ratelimit smbios-entry-point-type
     pcspk-audiodev nvdimm-persistence pflash0 pflash1`.split(/\s+/),
  ),
};

/** Settings that would make another machine than the lab has; left out in silence they would mislead. */
const UNMODELLED_SETTINGS: readonly string[] = ['acpi=off', 'hmat=on', 'cxl=on', 'max-ram-below-4g=*', 'sgx-epc=*'];

const isMachineProperty = (key: string): boolean =>
  Object.values(MACHINE_PROPERTIES).some((names) => names.has(key)) ||
  UNMODELLED_SETTINGS.includes(`${key}=*`) ||
  key === 'type';

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

/** The options that were given, before they are held against each other. */
export interface Collected {
  machine: LabMachine;
  /** Properties of -machine that only some types have, as given; the type may come behind them. */
  machineProperties: [name: string, value: string][];
  /** -bios, or a flash drive. */
  firmwareGiven: boolean;
  accelerator: 'tcg' | 'kvm';
  /** Undefined: the machine's own default. */
  cpu: string | undefined;
  smp: Record<string, string>;
  memory: MemoryGiven;
  /** -mem-path and -mem-prealloc: what makes the RAM's backend. */
  memoryPath: string | undefined;
  preallocate: boolean;
  incoming: boolean;
  append: string;
  kernelGiven: boolean;
  numa: string[];
  devices: string[];
  nvdimms: boolean;
  objects: MemoryBackend[];
  /** What is found only when the objects are made. */
  objectChecks: (() => string | undefined)[];
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

const SMP_PREFIX = 'smp.';
const MEMORY_PREFIX = 'memory.';
/** Members of -machine's `memory` by -m's names. */
const MEMORY_MEMBERS: Readonly<Record<string, keyof MemoryGiven>> = {
  size: 'size',
  slots: 'slots',
  'max-size': 'maxmem',
};

const chooseMachine: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'type')) {
    const wrong = machineProperty(key, text, into);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

function machineProperty(key: string, text: string, into: Collected): string | undefined {
  if (key === 'type') return chooseMachineType(text, into);
  if (key === 'accel') return selectAccelerator(text, into);
  if (key.startsWith(MEMORY_PREFIX)) return memoryMember(key, text, into);
  if (key.startsWith(SMP_PREFIX)) into.smp[key.slice(SMP_PREFIX.length)] = text;
  else if (key === 'memory-backend') into.memoryBackend = text;
  else if (key === 'append') into.append = text;
  else if (key === 'kernel') into.kernelGiven = true;
  else into.machineProperties.push([key, text]);
  return undefined;
}

function chooseMachineType(name: string, into: Collected): string | undefined {
  const machine = MACHINES[name];
  if (machine) {
    into.machine = machine;
    return undefined;
  }
  if (MACHINE_TYPES.some((type) => type.name === name || type.alias === name)) {
    return `machine type '${name}' is not modelled by the lab`;
  }
  return 'unsupported machine type\nUse -machine help to list supported machines';
}

function memoryMember(key: string, text: string, into: Collected): string | undefined {
  const member = MEMORY_MEMBERS[key.slice(MEMORY_PREFIX.length)];
  if (member === undefined) return `Parameter '${key}' is unexpected`;
  const number = member === 'slots' ? parseInteger(text) : parseSize(text, 1);
  if (number === undefined) return `Parameter '${key}' expects ${member === 'slots' ? 'integer' : 'size'}`;
  into.memory[member] = number;
  return undefined;
}

/** Properties of a PC, or of no machine at all, are looked at when the machine's type is known. */
function checkMachineProperties(into: Collected): string | undefined {
  const { machineProperties, machine } = into;
  if (machine.board === 'virt') return undefined;
  const { onOff, onOffAuto } = MACHINE_PROPERTIES;
  for (const [key, text] of machineProperties) {
    const name = `${machine.type}-machine.${key}`;
    if (!isMachineProperty(key)) return `Property '${name}' not found`;
    if (onOffAuto.has(key) && !['on', 'off', 'auto'].includes(text)) {
      return `Parameter '${key}' does not accept value '${text}'`;
    }
    if (onOff.has(key) && !/^(on|yes|true|y|off|no|false|n)$/.test(text)) {
      return `Parameter '${key}' expects 'on' or 'off'`;
    }
    const settings = [`${key}=${text}`, `${key}=*`];
    if (machine.board !== 'none' && settings.some((setting) => UNMODELLED_SETTINGS.includes(setting))) {
      return `Property '${name}' with value '${text}' is not modelled by the lab`;
    }
    if (key === 'nvdimm') into.nvdimms = /^(on|yes|true|y)$/.test(text);
    into.ignored.push(`-machine ${key}=${text}`);
  }
  return undefined;
}

/** -m: bytes, and a number of slots. */
export interface MemoryGiven {
  size?: number;
  slots?: number;
  maxmem?: number;
}

const SIZE_SUFFIXES =
  '\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.';

const chooseMemory: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'size')) {
    if (key !== 'size' && key !== 'slots' && key !== 'maxmem') return `-m ${value}: Invalid parameter '${key}'`;
    const read = key === 'slots' ? readSlots(text) : readMemorySize(key, text);
    if (!read.ok) return `-m ${value}: ${read.error}`;
    into.memory[key] = read.value;
  }
  return undefined;
};

function readMemorySize(name: 'size' | 'maxmem', text: string): Parsed<number> {
  // only the size alone may be a number of mebibytes
  const size = parseSize(text, name === 'size' ? MIB : 1);
  if (size !== undefined) return { ok: true, value: size };
  if (/^\d+[kKmMgGtTpPeE]?$/.test(text)) return fail(`Value '${text}' is out of range for parameter '${name}'`);
  return fail(`Parameter '${name}' expects a non-negative number below 2^64${SIZE_SUFFIXES}`);
}

function readSlots(text: string): Parsed<number> {
  const number = parseInteger(text.trim());
  if (number === undefined) return fail("Parameter 'slots' expects a number");
  return Math.abs(number) < 2 ** 64
    ? { ok: true, value: number }
    : fail(`Value '${text}' is too large for parameter 'slots'`);
}

const chooseSmp: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'cpus')) into.smp[key] = text;
  return undefined;
};

/** -object: backends of memory are kept, other objects cannot matter here. */
const addObject: Handler = (value, into) => {
  const where = `-object ${value}: `;
  const given = readObjectOption(value);
  if (!given.ok) return where + given.error;
  const { args, input } = given.value;
  const { 'qom-type': type, id } = args;
  if (type === undefined) return `${where}Parameter 'qom-type' is missing`;
  if (type === EPC_BACKEND) return `invalid object type: ${type}`;
  if (typeof type !== 'string' || !OBJECT_TYPES.has(type)) {
    return `${where}Parameter 'qom-type' does not accept value '${String(type)}'`;
  }
  if (typeof id !== 'string') return `${where}Parameter 'id' is missing`;
  if (!isMemoryBackendType(type)) {
    into.ignored.push(`-object ${value}`);
    return undefined;
  }
  const backend = readMemoryBackend(type, args, input);
  if (!backend.ok) return where + backend.error;
  if (!isIdentifier(id)) return `${where}Parameter 'id' expects an identifier\n${IDENTIFIER_HINT}`;
  if (into.objects.some((object) => object.id === id)) return `${where}Duplicate ID '${id}' for object`;
  into.objects.push(backend.value);
  into.objectChecks.push(() => checkProperties(backend.value, args) ?? checkMemoryBackend(backend.value));
  return undefined;
};

/** -object takes options, or an object of JSON. */
function readObjectOption(value: string): Parsed<{ readonly args: QDict; readonly input: ObjectInput }> {
  if (!value.startsWith('{')) {
    return { ok: true, value: { args: gatherOptions(splitOptions(value, 'qom-type')), input: 'options' } };
  }
  const [message] = new QObjectStream().feed(`${value}\n`);
  if (!message) return { ok: false, error: 'JSON parse error, premature EOI' };
  if ('error' in message) return { ok: false, error: message.error };
  return isDict(message.value)
    ? { ok: true, value: { args: message.value, input: 'json' } }
    : { ok: false, error: 'JSON parse error, expecting value' };
}

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
  'mem-path': (value, into) => {
    into.memoryPath = value;
    return undefined;
  },
  // nobody will ever send it a machine: it waits
  incoming: (_value, into) => {
    into.incoming = true;
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
  'mem-prealloc': (into) => {
    into.preallocate = true;
  },
  'no-reboot': (into) => {
    into.noReboot = true;
  },
  'no-shutdown': (into) => {
    into.noShutdown = true;
  },
};

/** Options that would make another machine than the lab has. */
const UNMODELLED_OPTIONS = new Set(['no-acpi', 'preconfig', 'loadvm', 'xen-attach']);

/** Reads the words into `into`; the result is the first error. */
export function readOptions(words: readonly string[], into: Collected): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return `${word}: Could not open '${word}': No such file or directory`;
    const option = word.replace(/^--?/, '');
    const flag = FLAGS[option];
    if (flag) flag(into);
    else if (IGNORED_FLAGS.has(option)) into.ignored.push(word);
    else {
      const handler = HANDLERS[option];
      if (UNMODELLED_OPTIONS.has(option)) return `${word}: not modelled by the lab`;
      if (!handler && !IGNORED_WITH_ARGUMENT.has(option)) return `${word}: invalid option`;
      const value = words[++at];
      if (value === undefined) return `${word}: requires an argument`;
      const wrong = handler ? handler(value, into, option) : undefined;
      if (wrong) return wrong;
      if (option === 'bios' || (option === 'drive' && isFlash(value))) into.firmwareGiven = true;
      if (!handler) into.ignored.push(`${word} ${value}`);
    }
  }
  return checkMachineProperties(into);
}

/** What QEMU takes when no option is given. */
export const noOptions = (): Collected => ({
  machine: DEFAULT_MACHINE,
  machineProperties: [],
  firmwareGiven: false,
  accelerator: 'tcg',
  cpu: undefined,
  smp: {},
  memory: {},
  memoryPath: undefined,
  preallocate: false,
  incoming: false,
  append: '',
  kernelGiven: false,
  numa: [],
  devices: [],
  nvdimms: false,
  objects: [],
  objectChecks: [],
  memoryBackend: undefined,
  ignored: [],
  startStopped: false,
  noReboot: false,
  noShutdown: false,
  guestName: undefined,
  uuid: undefined,
});
