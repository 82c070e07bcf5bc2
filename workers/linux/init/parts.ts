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

function* console_init(k: Kernel): Co {
  mnt_init(k);
  proc_root_init(k);
  yield* univ8250_console_init(k);
}

/** The serial port comes after the caches, as its place in the link order has it. */
function deviceInitcalls(): Initcall[] {
  const calls = [...platformDeviceInitcalls];
  const caches = calls.findIndex(({ name }) => name === 'cacheinfo_sysfs_init');
  calls.splice(caches + 1, 0, { name: 'serial8250_init', fn: serial8250_init });
  return calls;
}

export function bootParts({ path, program, rootfs }: InitOptions): BootParts {
  return {
    ...platformParts,
    console_init,
    initcalls: [
      ...platformSubsysInitcalls,
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
      ...deviceInitcalls(),
    ],
    run_init_process: function* (k): Co<number> {
      mountDevices(k);
      return yield* run_init_process(k, path, program);
    },
  };
}
