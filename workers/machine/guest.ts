/** The guest of a board: Linux with its programs, ready to be started at the reset vector. */
import type { BoardMachine } from '../hw/boards/board.ts';
import { createKernel } from '../linux/guest.ts';
import type { RootfsEntry } from '../linux/init/initramfs.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { costOf, debian61 } from '../linux/profiles/debian-6-1.ts';
import type { EventLog } from '../sim/event-log.ts';
import type { Clock, Scheduler } from '../sim/scheduler.ts';
import { init } from '../userland/init.ts';
import type { ToolSource } from '../userland/program.ts';
import { createPrograms, rootFileSystem } from '../userland/programs.ts';

/** What the lab's boot loader always passes: the console is the serial port that the shell is on. */
const CONSOLE = 'console=ttyS0';
const TERMINAL = { rows: 30, columns: 100 };

/** Puts Linux on the board, with a clock that begins at 0; `boots` false leaves the processors in the firmware. */
export function bootGuest(
  board: BoardMachine,
  log: EventLog,
  scheduler: Scheduler,
  clock: Clock,
  kernelArguments: string,
  boots: boolean,
  files: readonly RootfsEntry[],
  tools: ToolSource,
): Kernel {
  const programs = createPrograms(tools);
  const own = rootFileSystem(programs);
  const taken = new Set(own.map(({ path }) => path));
  const { kernel, program } = createKernel({
    platform: board,
    log,
    clock,
    profile: debian61,
    commandLine: `${CONSOLE} ${kernelArguments}`,
    init: {
      path: '/init',
      program: init(programs, { console: '/dev/console', size: TERMINAL }),
      rootfs: [...own, ...files.filter(({ path }) => !taken.has(path))],
    },
  });
  scheduler.costOf = costOf(debian61);
  if (boots) board.setProgram(program);
  return kernel;
}
