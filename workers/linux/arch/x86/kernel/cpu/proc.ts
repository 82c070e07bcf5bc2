/** @linux arch/x86/kernel/cpu/proc.c: /proc/cpuinfo, one paragraph for each CPU that is online */
import { cpu_online_mask } from '../../../../include/linux/cpumask.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { cpu_physical_id } from '../apic/apicid.ts';
import { coreInPackage, packageOf } from './topology.ts';

/** What QEMU 7.2's `max` model reports beyond the {@link CpuModel}; from the recordings of /proc/cpuinfo. */
const CPUID_FACTS = {
  microcode: '0x1000065',
  cacheSize: 512,
  cpuidLevel: 13,
  tlbSize: 1024,
  clflushSize: 64,
  physicalBits: 40,
  virtualBits: 57,
} as const;

interface Place {
  readonly package: number;
  readonly core: number;
}

const placeOf = (k: Kernel, cpu: number): Place => ({ package: packageOf(k, cpu), core: coreInPackage(k, cpu) });

function show_cpuinfo(k: Kernel, cpu: number): string {
  const { cpuModel } = k.platform;
  const place = placeOf(k, cpu);
  const siblings = [...cpu_online_mask(k)].map((other) => placeOf(k, other)).filter((o) => o.package === place.package);
  const apicid = cpu_physical_id(k, cpu);
  const amd = cpuModel.vendor === 'AuthenticAMD';
  const rows: readonly (readonly [string, string | number] | undefined)[] = [
    ['processor\t', cpu],
    ['vendor_id\t', cpuModel.vendor],
    ['cpu family\t', cpuModel.family],
    ['model\t\t', cpuModel.model],
    ['model name\t', cpuModel.modelName],
    ['stepping\t', cpuModel.stepping],
    ['microcode\t', CPUID_FACTS.microcode],
    ['cpu MHz\t\t', cpuModel.mhz.toFixed(3)],
    ['cache size\t', `${CPUID_FACTS.cacheSize} KB`],
    ['physical id\t', place.package],
    ['siblings\t', siblings.length],
    ['core id\t\t', place.core],
    ['cpu cores\t', new Set(siblings.map(({ core }) => core)).size],
    ['apicid\t\t', apicid],
    ['initial apicid\t', apicid],
    ['fpu\t\t', 'yes'],
    ['fpu_exception\t', 'yes'],
    ['cpuid level\t', CPUID_FACTS.cpuidLevel],
    ['wp\t\t', 'yes'],
    ['flags\t\t', cpuModel.flags],
    ['bugs\t\t', cpuModel.bugs],
    ['bogomips\t', cpuModel.bogomips],
    amd ? ['TLB size\t', `${CPUID_FACTS.tlbSize} 4K pages`] : undefined,
    ['clflush size\t', CPUID_FACTS.clflushSize],
    ['cache_alignment\t', CPUID_FACTS.clflushSize],
    ['address sizes\t', `${CPUID_FACTS.physicalBits} bits physical, ${CPUID_FACTS.virtualBits} bits virtual`],
    ['power management', ''],
  ];
  const lines = rows
    .filter((row) => row !== undefined)
    .map(([name, value]) => (value === '' ? `${name}:\n` : `${name}: ${value}\n`));
  return `${lines.join('')}\n`;
}

export const cpuinfo = (k: Kernel): string => [...cpu_online_mask(k)].map((cpu) => show_cpuinfo(k, cpu)).join('');
