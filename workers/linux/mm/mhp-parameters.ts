/** /sys/module/memory_hotplug/parameters. @linux mm/memory_hotplug.c */
import { ERRNO } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { sysfs_find_or_create_dir } from '../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../fs/sysfs/file.ts';
import type { attribute } from '../include/linux/sysfs.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';

const POLICIES = ['contig-zones', 'auto-movable'] as const;

export interface MhpParameters {
  /** Struct pages of a hot-added block lie in the block. */
  readonly memmap_on_memory: boolean;
  /** Which zone a block joins that is brought `online`. */
  online_policy: (typeof POLICIES)[number];
  /** Movable to kernel memory at most, in percent. */
  auto_movable_ratio: number;
  auto_movable_numa_aware: boolean;
}

const given = (k: Kernel, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)memory_hotplug\\.${name}=(\\S*)`).exec(k.commandLine)?.[1];

const truth = (text: string | undefined): boolean | undefined => {
  if (text === undefined || !/^(?:[yYtT1nNfF0]|on|off)/i.test(text)) return undefined;
  return /^(?:[yYtT1]|on)/i.test(text);
};

const policyOf = (text: string | undefined): MhpParameters['online_policy'] | undefined =>
  POLICIES.find((name) => name === text);

export const mhpParameters = kernelState<MhpParameters>((k) => ({
  memmap_on_memory: truth(given(k, 'memmap_on_memory')) ?? false,
  online_policy: policyOf(given(k, 'online_policy')) ?? 'contig-zones',
  auto_movable_ratio: Number(given(k, 'auto_movable_ratio') ?? 301) || 0,
  auto_movable_numa_aware: truth(given(k, 'auto_movable_numa_aware')) ?? true,
}));

const parameter = (
  name: string,
  get: (of: MhpParameters) => string,
  set?: (of: MhpParameters, text: string) => boolean,
): attribute => ({
  name,
  mode: set ? 0o644 : 0o444,
  *show(k): Co<string> {
    return `${get(mhpParameters(k))}\n`;
  },
  ...(set && {
    *store(k: Kernel, buf: string): Co<number> {
      return set(mhpParameters(k), buf.replace(/\n$/, '')) ? buf.length : -ERRNO.EINVAL;
    },
  }),
});

const yesNo = (value: boolean): string => (value ? 'Y' : 'N');

const FILES: readonly attribute[] = [
  parameter('memmap_on_memory', (of) => yesNo(of.memmap_on_memory)),
  parameter(
    'online_policy',
    (of) => of.online_policy,
    (of, text) => {
      const policy = policyOf(text);
      if (policy) of.online_policy = policy;
      return policy !== undefined;
    },
  ),
  parameter(
    'auto_movable_ratio',
    (of) => `${of.auto_movable_ratio}`,
    (of, text) => {
      if (!/^\d+$/.test(text)) return false;
      of.auto_movable_ratio = Number(text);
      return true;
    },
  ),
  parameter(
    'auto_movable_numa_aware',
    (of) => yesNo(of.auto_movable_numa_aware),
    (of, text) => {
      const value = truth(text);
      if (value !== undefined) of.auto_movable_numa_aware = value;
      return value !== undefined;
    },
  ),
];

export function* mhp_parameters_init(k: Kernel): Co {
  const dir = sysfs_find_or_create_dir(k, 'module/memory_hotplug/parameters');
  for (const file of FILES) sysfs_create_file(k, dir, file);
}
