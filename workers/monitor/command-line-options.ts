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
import { IDENTIFIER_HINT, isIdentifier, parseSize, splitOptions } from './option-text.ts';
import { isDict, type QDict, QObjectStream } from './qobject.ts';
import { isFlash } from './virt-options.ts';

const MIB = 1024 * 1024;

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
  memory: Record<string, string>;
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
    else into.machineProperties.push([key, text]);
  }
  return undefined;
};

/** Properties of a PC, or of no machine at all, are looked at when the machine's type is known. */
function checkMachineProperties(into: Collected): string | undefined {
  const { machineProperties, machine } = into;
  if (machine.board === 'virt') return undefined;
  for (const [key, text] of machineProperties) {
    if (!MACHINE_PROPERTIES.has(key)) return `Property '${machine.type}-machine.${key}' not found`;
    if (ON_OFF_AUTO.has(key) && !['on', 'off', 'auto'].includes(text)) {
      return `Parameter '${key}' does not accept value '${text}'`;
    }
    if (key === 'nvdimm') into.nvdimms = text === 'on';
    into.ignored.push(`-machine ${key}=${text}`);
  }
  return undefined;
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
