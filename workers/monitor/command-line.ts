/**
 * QEMU's command line, as a user would type it, to a {@link MachineConfig}: the options that matter to the lab are
 * parsed and checked with QEMU 7.2's messages; options that cannot matter here are accepted and listed.
 */
import type { MachineConfig, PossibleCpu } from '../abi/machine-config.ts';
import { apicIdFromTopology, topologyFromIndex } from '../hw/apic-ids.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { type Collected, noOptions, readOptions } from './command-line-options.ts';
import { CPU_MODELS, CPU_PROPERTIES } from './cpu-models.ts';
import { readDevices } from './device-options.ts';
import { splitAtCommas } from './option-text.ts';
import { checkAddressSpace, readMemory, readRam } from './ram-options.ts';
import { parseSmp, type SmpGiven, type SmpTopology } from './smp.ts';
import { checkCpuCount, readArmCpu, readVirtOptions, virtCpus } from './virt-options.ts';

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

const DEFAULT_X86_CPU = 'qemu64';

/** -cpu: the model, then properties: `name=value`, `+name`, `-name`. */
function readCpu({ cpu = DEFAULT_X86_CPU, ignored, accelerator, machine }: Collected): Parsed<string> {
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

/** Models without long mode, by their address bits (target/i386/cpu.c, x86_cpu_realizefn). */
const BITS_OF_32_BIT_MODELS: readonly (readonly [RegExp, number])[] = [
  [/^(486|pentium)(-v1)?$/, 32],
  [/^(pentium2|pentium3|qemu32|kvm32|athlon|coreduo|n270)(-v1)?$/, 36],
];
/** TCG_PHYS_ADDR_BITS: what a model has that does not say. */
const DEFAULT_PHYSICAL_BITS = 40;
/** What the processor of the lab's host has, for models that pass it on. */
const HOST_PHYSICAL_BITS = 48;

/** Address bits of the vCPUs. */
function physicalBits({ cpu = '', accelerator }: Collected, model: string): Parsed<number> {
  const of32 = BITS_OF_32_BIT_MODELS.find(([pattern]) => pattern.test(model))?.[1];
  if (of32 !== undefined) return { ok: true, value: of32 };
  const given = Number(/,phys-bits=(\d+)/.exec(cpu)?.[1] ?? 0);
  if (given !== 0) {
    return given >= 32 && given <= 52
      ? { ok: true, value: given }
      : fail(`phys-bits should be between 32 and 52  (but is ${given})`);
  }
  const passedOn = accelerator === 'kvm' && /^(max|host)$/.test(model) && !cpu.includes('host-phys-bits=off');
  return { ok: true, value: passedOn ? HOST_PHYSICAL_BITS : DEFAULT_PHYSICAL_BITS };
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

/** A machine's slots: those of `smp.cpus` are filled. */
function slotsOf({ maxcpus, cpus, ...topology }: SmpTopology): PossibleCpu[] {
  return Array.from({ length: maxcpus }, (_, index): PossibleCpu => {
    const ids = topologyFromIndex(topology, index);
    return { index, apicId: apicIdFromTopology(topology, ids), ...ids, nodeId: 0, present: index < cpus };
  });
}

/** Reads QEMU arguments (without the program's name). The error is QEMU's message, without `qemu-system-x86_64: `. */
export function parseCommandLine(words: readonly string[]): Parsed<MachineConfig> {
  const into = noOptions();
  const wrong = readOptions(words, into);
  if (wrong) return fail(wrong);
  if (into.preallocate) into.objects = into.objects.map((object) => ({ ...object, prealloc: true }));
  const { type, maxCpus, board } = into.machine;
  const isVirt = board === 'virt';
  const given = readSmp(into.smp);
  if (!given.ok) return given;
  const rules = {
    machine: type,
    minCpus: 1,
    maxCpus,
    dies: board === 'pc' || board === 'q35',
    clusters: isVirt,
    preferSockets: false,
  };
  const smp = parseSmp(given.value, rules);
  if (!smp.ok) return smp;
  const memory = readMemory(into.memory, into.objects.find(({ id }) => id === into.memoryBackend)?.size);
  if (!memory.ok) return memory;
  const virt = isVirt ? readVirtOptions(into) : undefined;
  if (virt && !virt.ok) return virt;
  const cpuModel = isVirt ? readArmCpu(into) : readCpu(into);
  if (!cpuModel.ok) return cpuModel;
  const tooMany = virt && checkCpuCount(smp.value.maxcpus, virt.value);
  if (tooMany !== undefined) return fail(tooMany);
  const slots = board === 'none' ? [] : virt ? virtCpus(smp.value, virt.value) : slotsOf(smp.value);
  const ram = readRam(into, memory.value, slots, smp.value.dies);
  if (!ram.ok) return ram;
  const badObject = into.objectChecks.map((check) => check()).find((error) => error !== undefined);
  if (badObject !== undefined) return fail(badObject);
  if (!isVirt && (slots.at(-1)?.apicId ?? 0) >= 255) {
    return fail('current -smp configuration requires kernel irqchip and X2APIC API support.');
  }
  const { sockets, dies, clusters, cores, threads } = smp.value;
  const topology = { sockets, dies, ...(isVirt ? { clusters } : {}), cores, threads };
  const cpuType = `${cpuModel.value}-${isVirt ? 'arm' : 'x86_64'}-cpu`;
  const { possibleCpus, nodes: numaNodes } = ram.value;
  const { size, max: maxMemory, slots: memorySlots } = memory.value;
  if (board === 'pc' || board === 'q35') {
    const plan = { memorySize: size, maxMemory, memorySlots, cpuModel: cpuModel.value };
    const bits = physicalBits(into, cpuModel.value);
    const refused = bits.ok ? checkAddressSpace(board, plan, bits.value) : bits.error;
    if (refused !== undefined) return fail(refused);
  }
  const devices = readDevices(into, {
    ...{ board, topology, possibleCpus, numaNodes, cpuModel: cpuModel.value, cpuType, memorySlots, maxMemory },
    ...(virt ? { virt: virt.value } : {}),
    memorySize: size,
    memoryBackends: ram.value.backends,
    ramBackends: ram.value.backendIds,
  });
  if (!devices.ok) return devices;
  return {
    ok: true,
    value: {
      board,
      ...(virt ? { virt: virt.value } : {}),
      machineType: type,
      accelerator: into.accelerator,
      cpuModel: cpuModel.value,
      cpuType,
      topology,
      possibleCpus: devices.value.possibleCpus,
      coldPlugged: devices.value.cpus,
      coldDimms: devices.value.dimms,
      nvdimms: into.nvdimms,
      defaultDevices: !into.ignored.includes('-nodefaults'),
      serialPort: hasSerialPort(into.ignored),
      memorySize: board === 'none' && into.memory.size === undefined ? 0 : size,
      maxMemory,
      memorySlots,
      numaNodes,
      ...(ram.value.distances ? { numaDistances: ram.value.distances } : {}),
      memoryBackends: ram.value.backends,
      ramBackends: ram.value.backendIds,
      warnings: [...smpWarnings(given.value), ...ram.value.warnings],
      ignored: into.ignored,
      kernelGiven: into.kernelGiven,
      kernelArguments: into.append,
      startStopped: into.startStopped || into.incoming,
      incoming: into.incoming,
      noReboot: into.noReboot,
      noShutdown: into.noShutdown,
      ...(into.guestName === undefined ? {} : { guestName: into.guestName }),
      ...(into.uuid === undefined ? {} : { uuid: into.uuid }),
    },
  };
}

/** A serial port is there by default, unless -serial or -nodefaults says otherwise. */
function hasSerialPort(ignored: readonly string[]): boolean {
  const given = ignored.find((option) => option.startsWith('-serial '));
  return given === undefined ? !ignored.includes('-nodefaults') : given !== '-serial none';
}

const smpWarnings = (given: SmpGiven): string[] =>
  Object.values(given).includes(0)
    ? ['Deprecated CPU topology (considered invalid): CPU topology parameters must be greater than zero']
    : [];
