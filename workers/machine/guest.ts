/** The guest of a board: Linux with its parts and programs, ready to be started at the reset vector. */
import type { BoardMachine } from '../hw/boards/board.ts';
import { serial8250_init, univ8250_console_init } from '../linux/drivers/tty/serial/8250/8250_core.ts';
import { tty_init } from '../linux/drivers/tty/tty_io.ts';
import { mnt_init, mountStandardTree } from '../linux/fs/mount-tree.ts';
import { proc_root_init } from '../linux/fs/proc/files.ts';
import { createKernel } from '../linux/guest.ts';
import { populate_rootfs } from '../linux/init/initramfs.ts';
import type { BootParts } from '../linux/init/main.ts';
import { platformDeviceInitcalls, platformParts, platformSubsysInitcalls } from '../linux/init/platform.ts';
import { run_init_process } from '../linux/init/run_init_process.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { costOf, debian61 } from '../linux/profiles/debian-6-1.ts';
import type { EventLog } from '../sim/event-log.ts';
import type { Scheduler } from '../sim/scheduler.ts';
import { init } from '../userland/init.ts';
import { createPrograms, rootFileSystem } from '../userland/programs.ts';

/** What the lab's boot loader always passes: the console is the serial port that the shell is on. */
const CONSOLE = 'console=ttyS0';
const TERMINAL = { rows: 30, columns: 100 };

function bootParts(): BootParts {
  const programs = createPrograms();
  return {
    ...platformParts,
    *console_init(k) {
      mnt_init(k);
      proc_root_init(k);
      yield* univ8250_console_init(k);
    },
    initcalls: [
      ...platformSubsysInitcalls,
      {
        name: 'populate_rootfs',
        *fn(k) {
          populate_rootfs(k, rootFileSystem(programs));
          mountStandardTree(k);
        },
      },
      {
        name: 'tty_init',
        *fn(k) {
          tty_init(k);
        },
      },
      { name: 'serial8250_init', fn: serial8250_init },
      ...platformDeviceInitcalls,
    ],
    run_init_process: (k) => run_init_process(k, '/init', init(programs, { console: '/dev/console', size: TERMINAL })),
  };
}

/** Puts Linux on the board; `boots` false leaves the processors in the firmware. */
export function bootGuest(
  board: BoardMachine,
  log: EventLog,
  scheduler: Scheduler,
  kernelArguments: string,
  boots: boolean,
): Kernel {
  const { kernel, program } = createKernel({
    platform: board,
    log,
    clock: scheduler,
    profile: debian61,
    commandLine: `${CONSOLE} ${kernelArguments}`,
    parts: bootParts(),
  });
  scheduler.costOf = costOf(debian61);
  if (boots) board.setProgram(program);
  return kernel;
}
