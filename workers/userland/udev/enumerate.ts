/** All devices of a machine, as udevadm finds them: those of the buses and classes. */
import type { Syscalls } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { resolvePath } from './device.ts';

function* names(sys: Syscalls, directory: string): Co<string[]> {
  const entries = yield* sys.getdents(directory);
  return typeof entries === 'number' ? [] : entries.map(({ name }) => name);
}

const inOrder = (paths: Iterable<string>): string[] => [...new Set(paths)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** Directories of all devices in sysfs, in the order of their names. */
export function* allDevices(sys: Syscalls): Co<string[]> {
  const found: string[] = [];
  const add = function* (path: string): Co {
    const resolved = yield* resolvePath(sys, path);
    const stat = resolved === undefined ? -1 : yield* sys.stat(`${resolved}/uevent`);
    if (resolved !== undefined && typeof stat === 'object') found.push(resolved);
  };
  for (const bus of yield* names(sys, '/sys/bus')) {
    for (const name of yield* names(sys, `/sys/bus/${bus}/devices`)) yield* add(`/sys/bus/${bus}/devices/${name}`);
  }
  for (const group of yield* names(sys, '/sys/class')) {
    for (const name of yield* names(sys, `/sys/class/${group}`)) yield* add(`/sys/class/${group}/${name}`);
  }
  return inOrder(found);
}

/** Buses, their drivers, and modules. */
export function* allSubsystems(sys: Syscalls): Co<string[]> {
  const found: string[] = [];
  for (const bus of yield* names(sys, '/sys/bus')) {
    found.push(`/sys/bus/${bus}`);
    for (const driver of yield* names(sys, `/sys/bus/${bus}/drivers`)) found.push(`/sys/bus/${bus}/drivers/${driver}`);
  }
  return inOrder(found);
}
