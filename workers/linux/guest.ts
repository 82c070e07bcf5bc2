/**
 * What the machine's composition root gets of Linux: a kernel, and the program that a vCPU finds where it begins to
 * execute.
 */
import type { Platform } from '../abi/vcpu.ts';
import { Coroutine, Frame } from '../sim/coroutine.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { GuestProgram, Processor } from '../sim/processor.ts';
import type { Clock } from '../sim/scheduler.ts';
import { idtEntry } from './arch/x86/entry/entry.ts';
import { startSecondary, TRAMPOLINE_START } from './arch/x86/kernel/smpboot.ts';
import type { PerCpuBase } from './include/linux/sched.ts';
import { type BootParts, start_kernel } from './init/main.ts';
import { bootParts, type InitOptions } from './init/parts.ts';
import { runqueues } from './kernel/sched/core.ts';
import { idle_init } from './kernel/smpboot.ts';
import { Kernel, type KernelProfile } from './kernel-context.ts';

/** Where an x86 processor fetches its first instruction. */
const RESET_VECTOR = 0xfffffff0;

export interface KernelEnvironment {
  readonly platform: Platform;
  readonly log: LogWriter;
  readonly clock: Clock;
  readonly profile: KernelProfile;
  /** What the boot loader passes. */
  readonly commandLine: string;
  /** 32 random bits at a time; left out: zeros. */
  readonly entropy?: () => number;
}

export interface KernelOptions extends KernelEnvironment {
  /** The first process and the files that it finds. */
  readonly init: InitOptions;
}

export interface LinuxGuest {
  readonly kernel: Kernel;
  readonly program: GuestProgram;
}

/** A kernel that has not booted yet; the boot processor starts it at the reset vector. */
export const createKernel = ({ init, ...environment }: KernelOptions): LinuxGuest =>
  createKernelOf(environment, bootParts(init));

/** The same with other parts than all of them: for tests of a few. */
export function createKernelOf(environment: KernelEnvironment, parts: BootParts): LinuxGuest {
  const { platform, log, clock, profile, commandLine, entropy } = environment;
  const kernel = new Kernel(platform, log, clock, profile, commandLine, entropy);
  const program: GuestProgram = {
    start: (processor, address) => {
      if (address === RESET_VECTOR) return startBootCpu(kernel, processor, parts);
      if (address === TRAMPOLINE_START) return startSecondary(kernel, processor);
      throw new Error(`nothing to execute at 0x${address.toString(16)}`);
    },
    interrupt: (_processor, vector) => idtEntry(kernel, vector),
  };
  return { kernel, program };
}

/** The boot processor's first task: what becomes its idle task. */
export function startBootCpu(k: Kernel, processor: Processor, parts: BootParts): Coroutine {
  const coroutine = new Coroutine(new Frame('start_kernel', start_kernel(k, parts)));
  const idle = idle_init(k, 0, coroutine);
  idle.on_cpu = true;
  runqueues(k, 0).curr = idle;
  processor.guestBase = { cpu: 0, current: idle } satisfies PerCpuBase;
  return coroutine;
}
