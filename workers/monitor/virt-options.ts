/** What is `virt`'s own on a command line: properties of the machine, firmware, CPU models, topology. */
import type { PossibleCpu, VirtOptions } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import type { Collected } from './command-line-options.ts';
import { splitOptions } from './option-text.ts';
import type { SmpTopology } from './smp.ts';

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** CPU models of qemu-system-aarch64 7.2 that `virt` takes (valid_cpus of hw/arm/virt.c). */
const CPU_MODELS = [
  'cortex-a7',
  'cortex-a15',
  'cortex-a35',
  'cortex-a53',
  'cortex-a57',
  'cortex-a72',
  'cortex-a76',
  'a64fx',
  'neoverse-n1',
  'host',
  'max',
];
/** Models of the same program that `virt` refuses. */
const OTHER_MODELS = (
  'arm1026 arm1136 arm1136-r2 arm1176 arm11mpcore arm926 arm946 cortex-a8 cortex-a9 cortex-m0 cortex-m3 cortex-m33 ' +
  'cortex-m4 cortex-m55 cortex-m7 cortex-r5 cortex-r5f pxa250 pxa255 pxa260 pxa261 pxa262 pxa270-a0 pxa270-a1 pxa270 ' +
  'pxa270-b0 pxa270-b1 pxa270-c0 pxa270-c5 sa1100 sa1110 ti925t'
).split(' ');

/** A type of CPU of qemu-system-aarch64: `cortex-a57-arm-cpu`. */
export const isArmCpuType = (type: string): boolean => {
  const model = /^(.*)-arm-cpu$/.exec(type)?.[1];
  return model !== undefined && model !== 'host' && [...CPU_MODELS, ...OTHER_MODELS].includes(model);
};

/** Properties of Arm CPU types that -cpu may set (`device-list-properties`), the settable ones of all models together. */
const CPU_PROPERTIES = new Set(
  (
    'aarch64 cfgend cntfrq core-count vfp neon dcz_blocksize gt-cpu-dcz has_el2 has_el3 init-svtor kvm-no-adjvtime kvm-steal-time ' +
    'memory mp-affinity midr node-id pauth pauth-impdef pmsav7-dregion pmu psci-conduit rvbar secure-memory ' +
    'start-powered-off sve sve-max-vq sme lpa2 tag-memory socket-id reset-cbar reset-hivecs backcompat-cntfrq'
  ).split(' '),
);

/** What `virt` takes without -cpu. */
const DEFAULT_ARM_CPU = 'cortex-a15';

/** CPUs that a GICv2 can serve; a GICv3 serves as many as the machine has room for. */
const GIC_V2_CPUS = 8;
/** Processors in a cluster of MPIDR affinities: what one SGI can reach (virt_cpu_mp_affinity). */
const CLUSTER_SIZE = { 2: 8, 3: 16 } as const;

/** -cpu of a machine `virt`. */
export function readArmCpu({ cpu = DEFAULT_ARM_CPU, ignored, accelerator }: Collected): Parsed<string> {
  const [model = '', ...properties] = cpu.split(',');
  const type = `${model}-arm-cpu`;
  // a host without KVM does not know its own
  const known = model === 'host' ? accelerator === 'kvm' : [...CPU_MODELS, ...OTHER_MODELS].includes(model);
  if (!known) return fail(`unable to find CPU model '${model}'`);
  if (!CPU_MODELS.includes(model)) return fail(`mach-virt: CPU type ${type} not supported`);
  for (const property of properties) {
    const name = property.split('=')[0] ?? '';
    if (!CPU_PROPERTIES.has(name)) {
      return fail(`can't apply global ${type}.${property}: Property '${type}.${name}' not found`);
    }
  }
  if (properties.length > 0) ignored.push(`-cpu ${properties.join(',')}`);
  return { ok: true, value: model };
}

const isOn = (text: string | undefined, otherwise: boolean): boolean =>
  text === undefined ? otherwise : ['on', 'yes', 'true', 'y'].includes(text);

/** Properties that hold a switch, and those that are accepted and change nothing here. */
const SWITCHES = ['highmem', 'its', 'secure', 'virtualization', 'mte', 'ras', 'nvdimm'];
/** Switches of what the lab has not: ACPI error records (HEST), NFIT, memory tags. Set, they are listed as left out. */
const LEFT_OUT = ['ras', 'nvdimm', 'mte'];
const WITHOUT_EFFECT = [
  'usb',
  'mem-merge',
  'dump-guest-core',
  'graphics',
  'dtb-kaslr-seed',
  'dtb-randomness',
  'suppress-vmdesc',
  'default-bus-bypass-iommu',
  'phandle-start',
  'kernel-irqchip',
  'confidential-guest-support',
  'memory-encryption',
  'firmware',
  'pflash0',
  'pflash1',
];

/** Longest values, bytes. */
const OEM_LIMITS: Readonly<Record<string, number>> = { 'x-oem-id': 6, 'x-oem-table-id': 8 };

/** Properties of -machine. `type` is the machine's full name. */
export function readVirtOptions(into: Collected): Parsed<VirtOptions> {
  const given: Record<string, string> = {};
  for (const [key, text] of into.machineProperties) {
    const known = [...SWITCHES, ...WITHOUT_EFFECT, 'acpi', 'gic-version', 'iommu', 'x-oem-id', 'x-oem-table-id'];
    if (!known.includes(key)) return fail(`Property '${into.machine.type}-machine.${key}' not found`);
    if (SWITCHES.includes(key) && !/^(on|off|yes|no|true|false|y|n)$/.test(text)) {
      return fail(`Parameter '${key}' expects 'on' or 'off'`);
    }
    if (key === 'acpi' && !['on', 'off', 'auto'].includes(text)) {
      return fail(`Parameter 'acpi' does not accept value '${text}'`);
    }
    if (WITHOUT_EFFECT.includes(key) || (LEFT_OUT.includes(key) && isOn(text, false)))
      into.ignored.push(`-machine ${key}=${text}`);
    if (key in OEM_LIMITS && text.length > (OEM_LIMITS[key] ?? 0)) {
      const name = key.slice('x-'.length);
      return fail(`User specified ${name} value is bigger than ${OEM_LIMITS[key]} bytes in size`);
    }
    if (key === 'nvdimm') into.nvdimms = isOn(text, false);
    given[key] = text;
  }
  const iommu = given['iommu'] ?? 'none';
  if (iommu !== 'none' && iommu !== 'smmuv3') {
    return fail('Invalid iommu value\nValid values are none, smmuv3.');
  }
  const gicVersion = readGicVersion(given['gic-version'], into.accelerator);
  if (!gicVersion.ok) return gicVersion;
  const oemId = given['x-oem-id'];
  const oemTableId = given['x-oem-table-id'];
  return {
    ok: true,
    value: {
      gicVersion: gicVersion.value,
      its: isOn(given['its'], true),
      highmem: isOn(given['highmem'], true),
      firmware: into.firmwareGiven || given['pflash0'] !== undefined || given['firmware'] !== undefined,
      acpi: given['acpi'] !== 'off',
      secure: isOn(given['secure'], false),
      virtualization: isOn(given['virtualization'], false),
      iommu,
      ...(oemId === undefined ? {} : { oemId }),
      ...(oemTableId === undefined ? {} : { oemTableId }),
    },
  };
}

function readGicVersion(text: string | undefined, accelerator: 'tcg' | 'kvm'): Parsed<2 | 3> {
  switch (text) {
    case undefined:
    case '2':
      return { ok: true, value: 2 };
    case '3':
      return { ok: true, value: 3 };
    case 'max':
      return { ok: true, value: 3 };
    case 'host':
      if (accelerator === 'tcg') return fail('gic-version=host requires KVM');
      return { ok: true, value: 3 };
    case '4':
      return fail('gic-version=4 is not modelled by the lab');
    default:
      return fail('Invalid gic-version value\nValid values are 3, 2, host, max.');
  }
}

/** A drive that is the firmware's flash. */
export const isFlash = (drive: string): boolean =>
  splitOptions(drive, '').some(([key, text]) => key === 'if' && text === 'pflash');

export function checkCpuCount(count: number, { gicVersion }: VirtOptions): string | undefined {
  if (gicVersion === 3 || count <= GIC_V2_CPUS) return undefined;
  return `Number of SMP CPUs requested (${count}) exceeds max CPUs supported by machine 'mach-virt' (${GIC_V2_CPUS})`;
}

/** The machine's processors: all are there from the beginning, and stay (virt_possible_cpu_arch_ids). */
export function virtCpus(
  { cpus, maxcpus, clusters, cores, threads }: SmpTopology,
  { gicVersion }: VirtOptions,
): PossibleCpu[] {
  const size = CLUSTER_SIZE[gicVersion];
  return Array.from({ length: maxcpus }, (_, index) => ({
    index,
    apicId: (Math.floor(index / size) << 8) | (index % size),
    socketId: Math.floor(index / (clusters * cores * threads)),
    dieId: 0,
    clusterId: Math.floor(index / (cores * threads)) % clusters,
    coreId: Math.floor(index / threads) % cores,
    threadId: index % threads,
    nodeId: 0,
    present: index < cpus,
  }));
}
