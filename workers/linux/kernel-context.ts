/**
 * Our own glue under the kernel's functions: one {@link Kernel} is one booted guest. Upstream keeps its state in
 * file-scope variables; here a file declares such a variable with {@link kernelState} or {@link perCpu} and reads it
 * with the kernel at hand, so that several machines live side by side and nothing is global.
 */
import type { Platform } from '../abi/vcpu.ts';
import type { Ns } from '../protocol/units.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { Clock } from '../sim/scheduler.ts';
import type { CpuhpStepInfo } from './kernel/cpuhp-states.ts';

/** What differs between kernel versions and configurations. */
/** Names that an architecture gives differ: its system calls, its way into them. */
export const isArm64 = (k: Kernel): boolean => k.profile.config['CONFIG_ARM64'] ?? false;

export interface KernelProfile {
  /** `uname -r`. */
  readonly release: string;
  /** `uname -v`. */
  readonly version: string;
  /** First line of the kernel log and /proc/version. */
  readonly banner: string;
  /** NR_CPUS. */
  readonly maxCpus: number;
  /** CONFIG_ options that the code asks for. */
  readonly config: Readonly<Record<string, boolean>>;
  readonly cpuhpStates: readonly CpuhpStepInfo[];
  /** Virtual cost of entering a function, by name; the table is an estimate from the recordings' proportions. */
  readonly costs: Readonly<Record<string, Ns>>;
}

export class Kernel {
  readonly platform: Platform;
  readonly log: LogWriter;
  readonly clock: Clock;
  readonly profile: KernelProfile;
  /** boot_command_line. */
  readonly commandLine: string;
  /** 32 bits of what the processor's RDRAND gives. */
  readonly entropy: () => number;
  /** Values of the variables declared with kernelState and perCpu, by their number. */
  readonly variables: unknown[] = [];

  constructor(
    platform: Platform,
    log: LogWriter,
    clock: Clock,
    profile: KernelProfile,
    commandLine: string,
    entropy: () => number = () => 0,
  ) {
    this.platform = platform;
    this.log = log;
    this.clock = clock;
    this.profile = profile;
    this.commandLine = commandLine;
    this.entropy = entropy;
  }
}

let declared = 0;

/** Declares a file-scope variable of the kernel; `init` makes a kernel's value at its first use. */
export function kernelState<T>(init: (k: Kernel) => T): (k: Kernel) => T {
  const number = declared++;
  return (k) => {
    const known = k.variables[number];
    if (known !== undefined) return known as T;
    const value = init(k);
    k.variables[number] = value;
    return value;
  };
}

/** Declares a per-CPU variable (DEFINE_PER_CPU): `variable(k, cpu)`. */
export function perCpu<T>(init: (k: Kernel, cpu: number) => T): (k: Kernel, cpu: number) => T {
  const values = kernelState<T[]>(() => []);
  return (k, cpu) => {
    const all = values(k);
    let value = all[cpu];
    if (value === undefined) {
      value = init(k, cpu);
      all[cpu] = value;
    }
    return value;
  };
}
