/**
 * QEMU's command line, as a user would type it, to a {@link MachineConfig}: the options that matter to the lab are
 * parsed and checked with QEMU 7.2's messages; options that cannot matter here are accepted and listed.
 */
import type { MachineConfig, NumaNode, PossibleCpu } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { apicIdFromTopology, topologyFromIndex } from './apic-ids.ts';
import { CPU_MODELS } from './cpu-models.ts';
import { parseSmp, type SmpGiven } from './smp.ts';

const MIB = 1024 * 1024;

/** Machine types that the lab has, by every name that selects them. */
const MACHINES: Readonly<
  Record<string, { readonly board: 'pc' | 'q35'; readonly type: string; readonly maxCpus: number }>
> = Object.fromEntries([
  ...['q35', 'pc-q35-7.2'].map((name) => [name, { board: 'q35', type: 'pc-q35-7.2', maxCpus: 288 }]),
  ...['pc', 'pc-i440fx-7.2'].map((name) => [name, { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 }]),
]);

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
  'memory-backend',
  'nvdimm',
  'acpi',
  'i8042',
  'max-fw-size',
  'hmat',
]);

/** Options that need an argument but have no effect on hotplug. */
const IGNORED_WITH_ARGUMENT = new Set([
  'name',
  'uuid',
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
  'device',
  'object',
  'smbios',
  'fw_cfg',
  'watchdog-action',
  'L',
]);
const IGNORED_FLAGS = new Set([
  'nodefaults',
  'nographic',
  'no-reboot',
  'no-shutdown',
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

/** `a,b=1,c` with `,,` for a comma; a first item without `=` belongs to `implied`. */
function splitOptions(text: string, implied: string): [string, string][] {
  const parts = text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ','));
  return parts.flatMap((part, index): [string, string][] => {
    const at = part.indexOf('=');
    if (at >= 0) return [[part.slice(0, at), part.slice(at + 1)]];
    if (part === '') return [];
    return [index === 0 && implied ? [implied, part] : [part, 'on']];
  });
}

/** A size: a number with an optional suffix; without one in units of `unit`. Undefined when it is none. */
export function parseSize(text: string, unit: number): number | undefined {
  const found = /^(\d+(?:\.\d+)?|0[xX][0-9a-fA-F]+)([bBkKmMgGtTpPeE]?)$/.exec(text);
  if (!found) return undefined;
  const suffix = (found[2] ?? '').toLowerCase();
  const scale = suffix === '' ? unit : 1024 ** 'bkmgtpe'.indexOf(suffix);
  const value = Number(found[1]) * scale;
  return value < 2 ** 64 ? Math.floor(value) : undefined;
}

interface Collected {
  machine: { board: 'pc' | 'q35'; type: string; maxCpus: number };
  accelerator: 'tcg' | 'kvm';
  cpuModel: string;
  smp: Record<string, string>;
  memory: Record<string, string>;
  append: string;
  kernelGiven: boolean;
  numa: NumaNode[];
  ignored: string[];
  startStopped: boolean;
}

type Handler = (value: string, into: Collected, option: string) => string | undefined;

const chooseAccelerator: Handler = (value, into, option) => {
  const name = splitOptions(value, 'accel')[0]?.[1] ?? value;
  if (!['tcg', 'kvm'].includes(name)) return `-${option} ${value}: invalid accelerator ${name}`;
  into.accelerator = name as 'tcg' | 'kvm';
  return undefined;
};

const chooseMachine: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'type')) {
    if (key === 'type') {
      const machine = MACHINES[text];
      if (!machine) return `unsupported machine type\nUse -machine help to list supported machines`;
      into.machine = machine;
    } else if (key === 'accel') {
      const wrong = chooseAccelerator(text.split(':')[0] ?? text, into, 'machine accel=');
      if (wrong) return `invalid accelerator ${text}`;
    } else if (!MACHINE_PROPERTIES.has(key)) return `Property '${into.machine.type}-machine.${key}' not found`;
    else into.ignored.push(`-machine ${key}=${text}`);
  }
  return undefined;
};

const chooseCpu: Handler = (value, into) => {
  const model = value.split(',')[0] ?? '';
  if (!CPU_MODELS.includes(model)) return `unable to find CPU model '${model}'`;
  into.cpuModel = model;
  if (value !== model) into.ignored.push(`-cpu ${value.slice(model.length + 1)}`);
  return undefined;
};

const MEMORY_KEYS = ['size', 'slots', 'maxmem'];
const chooseMemory: Handler = (value, into) => {
  for (const [key, text] of splitOptions(value, 'size')) {
    if (!MEMORY_KEYS.includes(key)) return `-m ${value}: Invalid parameter '${key}'`;
    const bad = key === 'slots' ? !/^\d+$/.test(text) : parseSize(text, MIB) === undefined;
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

const HANDLERS: Readonly<Record<string, Handler>> = {
  machine: chooseMachine,
  M: chooseMachine,
  accel: chooseAccelerator,
  cpu: chooseCpu,
  m: chooseMemory,
  smp: chooseSmp,
  kernel: (_value, into) => {
    into.kernelGiven = true;
    return undefined;
  },
  append: (value, into) => {
    into.append = value;
    return undefined;
  },
  numa: (value, into) => {
    into.ignored.push(`-numa ${value}`);
    return undefined;
  },
};

function readOptions(words: readonly string[], into: Collected): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') return `${word}: Could not open '${word}': No such file or directory`;
    const option = word.replace(/^--?/, '');
    if (option === 'S') into.startStopped = true;
    else if (IGNORED_FLAGS.has(option)) {
      if (option === 'enable-kvm') into.accelerator = 'kvm';
      else into.ignored.push(word);
    } else {
      const handler = HANDLERS[option];
      if (!handler && !IGNORED_WITH_ARGUMENT.has(option)) return `${word}: invalid option`;
      const value = words[++at];
      if (value === undefined) return `${word}: requires an argument`;
      const wrong = handler ? handler(value, into, option) : undefined;
      if (wrong) return wrong;
      if (!handler) into.ignored.push(`${word} ${value}`);
    }
  }
  return undefined;
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

interface MemoryLayout {
  readonly size: number;
  readonly max: number;
  readonly slots: number;
}

function readMemory({ size, slots, maxmem }: Readonly<Record<string, string>>): Parsed<MemoryLayout> {
  // QEMU's default of 128 MiB also stands in for 0
  const bytes = (size === undefined ? 0 : (parseSize(size, MIB) ?? 0)) || 128 * MIB;
  const hex = (value: number) => `0x${value.toString(16)}`;
  const slotCount = Number(slots ?? 0);
  if (maxmem === undefined) {
    return slots === undefined
      ? { ok: true, value: { size: bytes, max: bytes, slots: 0 } }
      : fail('slots specified but no max-size');
  }
  const max = parseSize(maxmem, MIB) ?? 0;
  if (max < bytes) {
    return fail(
      `invalid value of maxmem: maximum memory size (${hex(max)}) must be at least the initial memory size (${hex(bytes)})`,
    );
  }
  if (slotCount > 256) return fail(`unsupported amount of memory slots: ${slotCount}`);
  return { ok: true, value: { size: bytes, max, slots: slotCount } };
}

/** Reads QEMU arguments (without the program's name). The error is QEMU's message, without `qemu-system-x86_64: `. */
export function parseCommandLine(words: readonly string[]): Parsed<MachineConfig> {
  const into: Collected = {
    machine: { board: 'pc', type: 'pc-i440fx-7.2', maxCpus: 255 },
    accelerator: 'tcg',
    cpuModel: 'qemu64',
    smp: {},
    memory: {},
    append: '',
    kernelGiven: false,
    numa: [],
    ignored: [],
    startStopped: false,
  };
  const wrong = readOptions(words, into);
  if (wrong) return fail(wrong);
  const given = readSmp(into.smp);
  if (!given.ok) return given;
  const { type, maxCpus, board } = into.machine;
  const smp = parseSmp(given.value, {
    machine: type,
    minCpus: 1,
    maxCpus,
    dies: true,
    clusters: false,
    preferSockets: false,
  });
  if (!smp.ok) return smp;
  const memory = readMemory(into.memory);
  if (!memory.ok) return memory;

  const { sockets, dies, cores, threads, cpus, maxcpus } = smp.value;
  const topology = { sockets, dies, cores, threads };
  const possibleCpus = Array.from({ length: maxcpus }, (_, index): PossibleCpu => {
    const ids = topologyFromIndex(topology, index);
    return { index, apicId: apicIdFromTopology(topology, ids), ...ids, nodeId: 0, present: index < cpus };
  });
  if ((possibleCpus.at(-1)?.apicId ?? 0) >= 255) {
    return fail('current -smp configuration requires kernel irqchip and X2APIC API support.');
  }
  // with memory slots QEMU makes a NUMA node of its own accord (auto_enable_numa_with_memhp)
  const numaNodes =
    into.numa.length > 0 || memory.value.slots === 0 ? into.numa : [{ id: 0, memory: memory.value.size }];
  return {
    ok: true,
    value: {
      board,
      accelerator: into.accelerator,
      cpuModel: into.cpuModel,
      cpuType: `${into.cpuModel}-x86_64-cpu`,
      topology,
      possibleCpus,
      memorySize: memory.value.size,
      maxMemory: memory.value.max,
      memorySlots: memory.value.slots,
      numaNodes,
      ignored: into.ignored,
      kernelGiven: into.kernelGiven,
      kernelArguments: into.append,
      startStopped: into.startStopped,
    },
  };
}
