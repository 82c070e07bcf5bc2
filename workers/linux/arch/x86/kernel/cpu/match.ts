/** @linux arch/x86/kernel/cpu/match.c and drivers/base/cpu.c print_cpu_modalias: the processor as module aliases see it. */
import { type Kernel, kernelState } from '../../../../kernel-context.ts';
import { x86_cap_numbers } from './capflags.ts';

const VENDORS: Readonly<Record<string, number>> = { GenuineIntel: 0, CyrixInstead: 1, AuthenticAMD: 2 };

/** AMD repeats these bits of CPUID 1 EDX in CPUID 0x80000001 EDX: bits of feature word 1 without a name. */
const AMD_REPEATED_BITS = [0, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 23, 24];

/**
 * Features without a name in /proc/cpuinfo that a Linux 6.1 sets on QEMU's processors (rep_good's like, mitigations,
 * XSAVE); observed on `-cpu max`.
 */
const UNNAMED = [100, 110, 114, 117, 155, 237, 243, 310, 357, 364, 508, 543];

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');

/** `cpu:type:x86,ven0002fam000Fmod006B:feature:,0000,0002,…`. */
export const cpuModalias: (k: Kernel) => string = kernelText((k) => {
  const { vendor, family, model, flags } = k.platform.cpuModel;
  const named = flags
    .split(' ')
    .map((flag) => x86_cap_numbers.get(flag))
    .filter((number) => number !== undefined);
  const isAmd = vendor === 'AuthenticAMD';
  const repeated = isAmd ? AMD_REPEATED_BITS.filter((bit) => named.includes(bit)).map((bit) => 32 + bit) : [];
  const all = [...new Set([...named, ...repeated, ...UNNAMED])].sort((a, b) => a - b);
  const type = `x86,ven${hex4(VENDORS[vendor] ?? 0xff)}fam${hex4(family)}mod${hex4(model)}`;
  return `cpu:type:${type}:feature:${all.map((number) => `,${hex4(number)}`).join('')}`;
});

/** A text that is worked out once for each kernel. */
function kernelText(init: (k: Kernel) => string): (k: Kernel) => string {
  const text = kernelState((k) => ({ text: init(k) }));
  return (k) => text(k).text;
}
