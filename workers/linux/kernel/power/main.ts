/** /sys/power. @linux kernel/power/main.c, hibernate.c's files as they stand */
import { ERRNO } from '../../../abi/syscall.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir } from '../../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../../fs/sysfs/file.ts';
import type { attribute } from '../../include/linux/sysfs.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';
import { MEM_SLEEP_STATES, PM_TESTS, pm_suspend, suspendState } from './suspend.ts';

const word = (buf: string): string => buf.split('\n')[0] ?? '';

/** The choice is in brackets. */
const choices = (all: readonly string[], chosen: string): string =>
  `${all.map((name) => (name === chosen ? `[${name}]` : name)).join(' ')}\n`;

/** Traced under upstream's name: the handler of /sys/power/state. */
const state_store = traced('state_store', function* (k: Kernel, buf: string): Co<number> {
  const name = word(buf);
  if (name === 'disk') {
    k.log.emit('unmodelled', 'hibernation', 'the machine does not hibernate');
    return -ERRNO.ENODEV;
  }
  if (name !== 'mem' && name !== 'freeze') return -ERRNO.EINVAL;
  const error = yield* pm_suspend(k, name);
  return error || buf.length;
});

function choiceFile<T extends string>(
  name: string,
  all: readonly T[],
  get: (k: Kernel) => T,
  set: (k: Kernel, value: T) => void,
): attribute {
  return {
    name,
    mode: 0o644,
    *show(k): Co<string> {
      return choices(all, get(k));
    },
    *store(k, buf): Co<number> {
      const chosen = all.find((value) => value === word(buf));
      if (chosen === undefined) return -ERRNO.EINVAL;
      set(k, chosen);
      return buf.length;
    },
  };
}

/** Numbers that the lab keeps and nothing asks for, with their limit. */
const NUMBERS: readonly (readonly [name: string, value: number, most: number])[] = [
  ['image_size', 166_166_528, Number.MAX_SAFE_INTEGER],
  ['pm_async', 1, 1],
  ['pm_debug_messages', 0, 1],
  ['pm_freeze_timeout', 20_000, 0xffff_ffff],
  ['pm_print_times', 0, 1],
  ['reserved_size', 1_048_576, Number.MAX_SAFE_INTEGER],
  ['resume_offset', 0, Number.MAX_SAFE_INTEGER],
  ['sync_on_suspend', 1, 1],
  ['wakeup_count', 0, 0xffff_ffff],
];

const numbers = kernelState(() => new Map(NUMBERS.map(([name, value]) => [name, value])));

const numberFile = (name: string, most: number): attribute => ({
  name,
  mode: 0o644,
  *show(k): Co<string> {
    return `${numbers(k).get(name) ?? 0}\n`;
  },
  *store(k, buf): Co<number> {
    const value = /^\d+$/.test(word(buf)) ? Number(word(buf)) : undefined;
    if (value === undefined || value > most) return -ERRNO.EINVAL;
    numbers(k).set(name, value);
    return buf.length;
  },
});

const textFile = (name: string, text: string | number, mode = 0o644): attribute => ({
  name,
  mode,
  *show(): Co<string | number> {
    return text;
  },
  ...(mode === 0o444
    ? {}
    : {
        *store(): Co<number> {
          return -ERRNO.EINVAL;
        },
      }),
});

const STATISTICS = ['failed_freeze', 'failed_prepare', 'failed_suspend', 'failed_suspend_late', 'failed_suspend_noirq'];
const RESUME_STATISTICS = ['failed_resume', 'failed_resume_early', 'failed_resume_noirq'];
const LAST_FAILED = ['last_failed_dev', 'last_failed_errno', 'last_failed_step'];

/** core_initcall. */
export function* pm_init(k: Kernel): Co<number> {
  const power = sysfs_find_or_create_dir(k, 'power');
  const add = (file: attribute): void => {
    sysfs_create_file(k, power, file);
  };
  add({
    name: 'state',
    mode: 0o644,
    *show(): Co<string> {
      return 'freeze mem disk\n';
    },
    store: state_store,
  });
  add(
    choiceFile(
      'mem_sleep',
      MEM_SLEEP_STATES,
      (kernel) => suspendState(kernel).mem_sleep,
      (kernel, value) => {
        suspendState(kernel).mem_sleep = value;
      },
    ),
  );
  add(
    choiceFile(
      'pm_test',
      PM_TESTS,
      (kernel) => suspendState(kernel).pm_test,
      (kernel, value) => {
        suspendState(kernel).pm_test = value;
      },
    ),
  );
  add(textFile('disk', '[platform] shutdown reboot suspend test_resume \n'));
  add(textFile('pm_wakeup_irq', -ERRNO.ENODATA, 0o444));
  add(textFile('resume', '0:0\n'));
  for (const [name, , most] of NUMBERS) add(numberFile(name, most));
  const statistics = sysfs_create_dir(k, power, 'suspend_stats');
  const count = (name: string, value: (kernel: Kernel) => number): void => {
    sysfs_create_file(k, statistics, {
      name,
      mode: 0o444,
      *show(kernel): Co<string> {
        return `${value(kernel)}\n`;
      },
    });
  };
  count('success', (kernel) => suspendState(kernel).success);
  count('fail', (kernel) => suspendState(kernel).fail);
  for (const name of [...STATISTICS, ...RESUME_STATISTICS]) count(name, () => 0);
  for (const name of LAST_FAILED) {
    sysfs_create_file(k, statistics, textFile(name, name === 'last_failed_errno' ? '0\n' : '\n', 0o444));
  }
  return 0;
}
