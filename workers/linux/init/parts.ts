/** All parts of the kernel that boot, put together: platform and ACPI, driver core, files, terminal, first process. */
import type { Program } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { serial8250_init, univ8250_console_init } from '../drivers/tty/serial/8250/8250_core.ts';
import { tty_init } from '../drivers/tty/tty_io.ts';
import { mnt_init, mountDevices } from '../fs/mount-tree.ts';
import { proc_root_init } from '../fs/proc/files.ts';
import type { Kernel } from '../kernel-context.ts';
import { populate_rootfs, type RootfsEntry } from './initramfs.ts';
import type { BootParts, Initcall } from './main.ts';
import { platformDeviceInitcalls, platformParts, platformSubsysInitcalls } from './platform.ts';
import { run_init_process } from './run_init_process.ts';

export interface InitOptions {
  /** `/init`: what ps shows of process 1. */
  readonly path: string;
  readonly program: Program;
  /** Files of the root file system. */
  readonly rootfs: readonly RootfsEntry[];
}

/** File systems and /proc, before there is a console. */
function* filesInit(k: Kernel): Co {
  mnt_init(k);
  proc_root_init(k);
}

function* console_init(k: Kernel): Co {
  yield* filesInit(k);
  yield* univ8250_console_init(k);
}

/** The serial port comes after the caches, as its place in the link order has it. */
function deviceInitcalls(): Initcall[] {
  const calls = [...platformDeviceInitcalls];
  const caches = calls.findIndex(({ name }) => name === 'cacheinfo_sysfs_init');
  calls.splice(caches + 1, 0, { name: 'serial8250_init', fn: serial8250_init });
  return calls;
}

/** What every architecture boots with beside its platform. */
export function commonInitcalls({ rootfs }: InitOptions): Pick<BootParts, 'console_init' | 'initcalls'> {
  return {
    console_init: filesInit,
    initcalls: [
      {
        name: 'tty_init',
        fn: function* (k): Co {
          tty_init(k);
        },
      },
      {
        name: 'populate_rootfs',
        fn: function* (k): Co {
          populate_rootfs(k, rootfs);
        },
      },
    ],
  };
}

/** The first process, with /dev mounted. */
export function* runInit(k: Kernel, { path, program }: InitOptions): Co<number> {
  mountDevices(k);
  return yield* run_init_process(k, path, program);
}

export function bootParts(init: InitOptions): BootParts {
  return {
    ...platformParts,
    console_init,
    initcalls: [...platformSubsysInitcalls, ...commonInitcalls(init).initcalls, ...deviceInitcalls()],
    run_init_process: (k) => runInit(k, init),
  };
}
