/** What the command line allows. @linux kernel/smp.c: nosmp, maxcpus; lib/cmdline.c: get_option */
import type { Kernel } from '../kernel-context.ts';

/** The number of an option as get_option() reads it (decimal, hexadecimal, octal, sign); undefined without one. */
export function numericOption(k: Kernel, name: string): number | undefined {
  let value: number | undefined;
  for (const word of k.commandLine.split(/\s+/)) {
    if (!word.startsWith(`${name}=`)) continue;
    const found = /^(-?)(0x[0-9a-f]+|\d+)/i.exec(word.slice(name.length + 1));
    if (!found) continue;
    const digits = found[2] ?? '';
    const radix = /^0x/i.test(digits) ? 16 : /^0\d/.test(digits) ? 8 : 10;
    // an int: what does not fit wraps
    value = ((found[1] === '-' ? -1 : 1) * Number.parseInt(radix === 16 ? digits.slice(2) : digits, radix)) | 0;
  }
  return value;
}

export const hasOption = (k: Kernel, name: string): boolean => k.commandLine.split(/\s+/).includes(name);

/** `maxcpus=` or `nosmp`: how many CPUs are brought up at boot. */
export function setup_max_cpus(k: Kernel): number {
  if (hasOption(k, 'nosmp')) return 0;
  return (numericOption(k, 'maxcpus') ?? k.profile.maxCpus) >>> 0;
}
