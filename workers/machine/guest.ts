/** The guest of a board: Linux with its programs, ready to be started at the reset vector. */
import type { BoardMachine } from '../hw/boards/board-machine.ts';
import type { RootfsEntry } from '../linux/init/initramfs.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { costOf } from '../linux/profiles/debian-6-1.ts';
import type { EventLog } from '../sim/event-log.ts';
import type { Clock, Scheduler } from '../sim/scheduler.ts';
import { init } from '../userland/init.ts';
import { createPrograms, rootFileSystem } from '../userland/programs.ts';
import type { Architecture, LateParts } from './architecture.ts';

const TERMINAL = { rows: 30, columns: 100 };

export interface GuestOptions {
  readonly architecture: Architecture;
  readonly board: BoardMachine;
  readonly log: EventLog;
  readonly scheduler: Scheduler;
  /** Begins at 0. */
  readonly clock: Clock;
  readonly kernelArguments: string;
  /** False leaves the processors in the firmware. */
  readonly boots: boolean;
  /** Further files of the root file system; those that are there already stay. */
  readonly files: readonly RootfsEntry[];
  readonly late: LateParts;
  /** 32 random bits at a time. */
  readonly entropy: () => number;
}

/** Puts Linux on the board. */
export function bootGuest({ architecture, board, log, scheduler, clock, ...options }: GuestOptions): Kernel {
  const programs = createPrograms(() => options.late.userland());
  const own = rootFileSystem(programs);
  const taken = new Set(own.map(({ path }) => path));
  const { profile } = architecture;
  const { kernel, program } = architecture.createKernel({
    platform: board,
    log,
    clock,
    profile,
    entropy: options.entropy,
    commandLine: `console=${architecture.console} ${options.kernelArguments}`,
    init: {
      path: '/init',
      program: init(programs, { console: `/dev/${architecture.console}`, size: TERMINAL }),
      rootfs: [...own, ...options.files.filter(({ path }) => !taken.has(path))],
    },
  });
  scheduler.costOf = costOf(profile);
  if (options.boots) board.setProgram(program);
  return kernel;
}
