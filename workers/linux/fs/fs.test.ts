// The file system as programs find it. The kernel here has no scheduler: what is tested never waits.
import { describe, expect, test } from 'vitest';
import {
  ERRNO,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Syscalls,
} from '../../abi/syscall.ts';
import type { Vcpu } from '../../abi/vcpu.ts';
import { type Co, runDetached } from '../../sim/coroutine.ts';
import { ProcessSyscalls } from '../arch/x86/entry/syscall_64.ts';
import type { kernfs_node } from '../include/linux/kernfs.ts';
import type { task_struct } from '../include/linux/sched.ts';
import { populate_rootfs } from '../init/initramfs.ts';
import { becomeInit } from '../kernel/fork.ts';
import { Kernel, type KernelProfile } from '../kernel-context.ts';
import { mnt_init, mountStandardTree } from './mount-tree.ts';
import { peekFile } from './peek.ts';
import { proc_create } from './proc/generic.ts';
import { sysfs_create_dir, sysfs_find_or_create_dir, sysfs_remove_dir } from './sysfs/dir.ts';
import { sysfs_create_bin_file, sysfs_create_file } from './sysfs/file.ts';
import { sysfs_create_link } from './sysfs/symlink.ts';

const profile: KernelProfile = {
  release: '6.1.0',
  version: '#1 SMP',
  banner: 'Linux version 6.1.0',
  maxCpus: 8,
  config: {},
  cpuhpStates: [],
  costs: {},
};

interface Guest {
  readonly k: Kernel;
  readonly sys: Syscalls;
}

function bootFiles(): Guest {
  const task = { pid: 1, id: 1, comm: 'init', flags: 0, __state: 0 } as task_struct;
  const vcpu = { index: 0, apicId: 0, processor: { guestBase: { cpu: 0, current: task } } } as unknown as Vcpu;
  const platform = { currentVcpu: () => vcpu, bootTime: 1_000_000, e820: [] } as unknown as Kernel['platform'];
  const clock = { now: () => 5_000_000_000, after: () => ({ time: 0, pending: false, cancel() {} }) };
  const k = new Kernel(platform, { emit() {} }, clock, profile, 'console=ttyS0');
  mnt_init(k);
  mountStandardTree(k);
  return { k, sys: new ProcessSyscalls(k, becomeInit(k)) };
}

function run<T>(code: Co<T>): T {
  const result = runDetached(code);
  if (result === undefined) throw new Error('it waited');
  return result;
}

function writeFile({ sys }: Guest, path: string, data: string, flags = O_WRONLY | O_CREAT | O_TRUNC): number {
  const fd = run(sys.open(path, flags));
  if (fd < 0) return fd;
  const written = run(sys.write(fd, data));
  run(sys.close(fd));
  return written;
}

function readFile({ sys }: Guest, path: string, pieces = 65536): string | number {
  const fd = run(sys.open(path, O_RDONLY));
  if (fd < 0) return fd;
  let text = '';
  for (;;) {
    const piece = run(sys.read(fd, pieces));
    if (typeof piece === 'number') return piece;
    if (piece === '') break;
    text += piece;
  }
  run(sys.close(fd));
  return text;
}

const attributes = (k: Kernel, dir: kernfs_node) => {
  let stored = 'nothing\n';
  sysfs_create_file(k, dir, {
    name: 'value',
    mode: 0o644,
    *show() {
      return stored;
    },
    *store(_, buf) {
      if (buf !== '0\n' && buf !== '1\n') return -ERRNO.EINVAL;
      stored = buf;
      return buf.length;
    },
  });
  sysfs_create_file(k, dir, {
    name: 'state',
    mode: 0o444,
    *show() {
      return '236\n';
    },
  });
};

describe('sysfs', () => {
  const cpuNames =
    'cpuidle uevent nohz_full hotplug possible offline present power online cpu1 smt vulnerabilities cpufreq isolated kernel_max cpu0 modalias';

  test('getdents(2) lists a directory in the order of the names’ hashes, as /sys/devices/system/cpu of a real kernel', () => {
    const guest = bootFiles();
    const cpu = sysfs_find_or_create_dir(guest.k, 'devices/system/cpu');
    for (const name of cpuNames.split(' ').sort()) sysfs_create_dir(guest.k, cpu, name);
    const entries = run(guest.sys.getdents('/sys/devices/system/cpu'));
    expect(typeof entries === 'number' ? entries : entries.map(({ name }) => name).join(' ')).toBe(cpuNames);
  });

  test('a store’s error is what write(2) returns, and what it took is what a read shows', () => {
    const guest = bootFiles();
    attributes(guest.k, sysfs_create_dir(guest.k, null, 'test'));
    expect(writeFile(guest, '/sys/test/value', 'x\n')).toBe(-ERRNO.EINVAL);
    expect(readFile(guest, '/sys/test/value')).toBe('nothing\n');
    expect(writeFile(guest, '/sys/test/value', '1\n')).toBe(2);
    expect(readFile(guest, '/sys/test/value')).toBe('1\n');
  });

  test('opening a file for what its mode does not allow is EACCES, for root as well', () => {
    const guest = bootFiles();
    attributes(guest.k, sysfs_create_dir(guest.k, null, 'test'));
    expect(writeFile(guest, '/sys/test/state', '40\n')).toBe(-ERRNO.EACCES);
    expect(run(guest.sys.open('/sys/test/state', O_RDWR))).toBe(-ERRNO.EACCES);
    expect(readFile(guest, '/sys/test/state')).toBe('236\n');
  });

  test('a file cannot be made: EACCES in a directory that there is, ENOENT in one that there is not', () => {
    const guest = bootFiles();
    sysfs_find_or_create_dir(guest.k, 'devices/system/cpu/cpu0');
    expect(writeFile(guest, '/sys/devices/system/cpu/cpu0/online', '0\n')).toBe(-ERRNO.EACCES);
    expect(writeFile(guest, '/sys/devices/system/cpu/cpu4/online', '0\n')).toBe(-ERRNO.ENOENT);
  });

  test('names cannot be made or removed: EPERM', () => {
    const guest = bootFiles();
    attributes(guest.k, sysfs_create_dir(guest.k, null, 'test'));
    expect(run(guest.sys.mkdir('/sys/new', 0o755))).toBe(-ERRNO.EPERM);
    expect(run(guest.sys.unlink('/sys/test/value'))).toBe(-ERRNO.EPERM);
    expect(run(guest.sys.rmdir('/sys/test'))).toBe(-ERRNO.EPERM);
    expect(run(guest.sys.symlink('a', '/sys/b'))).toBe(-ERRNO.EPERM);
  });

  test('an open file answers ENODEV after its removal, and its name is gone', () => {
    const guest = bootFiles();
    const dir = sysfs_create_dir(guest.k, null, 'test');
    attributes(guest.k, dir);
    const fd = run(guest.sys.open('/sys/test/value', O_RDWR));
    sysfs_remove_dir(guest.k, dir);
    expect(run(guest.sys.read(fd, 100))).toBe(-ERRNO.ENODEV);
    expect(run(guest.sys.write(fd, '1\n'))).toBe(-ERRNO.ENODEV);
    expect(readFile(guest, '/sys/test/value')).toBe(-ERRNO.ENOENT);
    sysfs_create_dir(guest.k, null, 'test');
    expect(run(guest.sys.getdents('/sys/test'))).toEqual([]);
  });

  test('a link shows the relative way to its target and leads there', () => {
    const guest = bootFiles();
    const device = sysfs_find_or_create_dir(guest.k, 'devices/system/cpu/cpu0');
    attributes(guest.k, device);
    const driver = sysfs_find_or_create_dir(guest.k, 'bus/cpu/drivers/processor');
    sysfs_create_link(guest.k, driver, device, 'cpu0');
    sysfs_create_link(guest.k, device, driver, 'driver');
    expect(run(guest.sys.readlink('/sys/bus/cpu/drivers/processor/cpu0'))).toBe('../../../../devices/system/cpu/cpu0');
    expect(readFile(guest, '/sys/bus/cpu/drivers/processor/cpu0/driver/cpu0/state')).toBe('236\n');
    expect(run(guest.sys.chdir('/sys/devices/system/cpu/cpu0/driver'))).toBe(0);
    expect(run(guest.sys.getcwd())).toBe('/sys/bus/cpu/drivers/processor');
  });

  test('a text file has the size of a page, mode and owner as it was made', () => {
    const guest = bootFiles();
    attributes(guest.k, sysfs_create_dir(guest.k, null, 'test'));
    expect(run(guest.sys.stat('/sys/test/state'))).toMatchObject({
      type: 'regular',
      mode: 0o444,
      size: 4096,
      uid: 0,
      links: 1,
    });
    expect(run(guest.sys.stat('/sys/test'))).toMatchObject({ type: 'directory', mode: 0o755, size: 0, links: 2 });
    expect(run(guest.sys.stat('/sys'))).toMatchObject({ mode: 0o555 });
  });

  test('a binary file is read by offset and length', () => {
    const guest = bootFiles();
    const bytes = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join('');
    sysfs_create_bin_file(guest.k, sysfs_create_dir(guest.k, null, 'test'), {
      name: 'table',
      mode: 0o400,
      size: bytes.length,
      *read(_, offset, count) {
        return bytes.slice(offset, offset + count);
      },
    });
    expect(readFile(guest, '/sys/test/table', 7)).toBe(bytes);
    const fd = run(guest.sys.open('/sys/test/table', O_RDONLY));
    expect(run(guest.sys.lseek(fd, -2, 2))).toBe(254);
    expect(run(guest.sys.read(fd, 10))).toBe('\xfe\xff');
  });
});

describe('seq_file', () => {
  test('a long text read in small pieces is one text, although it changes meanwhile', () => {
    const guest = bootFiles();
    let made = 0;
    const text = () => Array.from({ length: 3000 }, (_, at) => `${made}: line ${at}\n`).join('');
    proc_create(guest.k, 'long', {
      *show() {
        made++;
        return text();
      },
    });
    const read = readFile(guest, '/proc/long', 7);
    expect(made).toBe(1);
    expect(read).toBe(text());
  });

  test('reading from 0 again makes the text anew; a position within is where reading goes on', () => {
    const guest = bootFiles();
    let count = 0;
    proc_create(guest.k, 'count', {
      *show() {
        return `${++count}abcdef\n`;
      },
    });
    const fd = run(guest.sys.open('/proc/count', O_RDONLY));
    expect(run(guest.sys.read(fd, 3))).toBe('1ab');
    expect(run(guest.sys.lseek(fd, 0, 0))).toBe(0);
    expect(run(guest.sys.read(fd, 3))).toBe('2ab');
    expect(run(guest.sys.lseek(fd, 5, 0))).toBe(5);
    expect(run(guest.sys.read(fd, 100))).toBe('ef\n');
    expect(run(guest.sys.read(fd, 100))).toBe('');
  });
});

describe('path resolution', () => {
  test.each([
    ['/etc/hostname', 'lab\n'],
    ['/etc//./../etc/hostname', 'lab\n'],
    ['/../../etc/hostname', 'lab\n'],
    ['/link/hostname', 'lab\n'],
    ['/relative', 'lab\n'],
    ['/etc/hostname/', -ERRNO.ENOTDIR],
    ['/etc/hostname/x', -ERRNO.ENOTDIR],
    ['/missing/../etc/hostname', -ERRNO.ENOENT],
    ['/loop', -ERRNO.ELOOP],
    ['/dangling', -ERRNO.ENOENT],
    ['', -ERRNO.ENOENT],
    ['/etc', -ERRNO.EISDIR],
    [`/${'x'.repeat(256)}`, -36],
  ])('open("%s")', (path, expected) => {
    const guest = bootFiles();
    populate_rootfs(guest.k, [
      { path: '/etc/hostname', content: 'lab\n' },
      { path: '/link', target: 'etc' },
      { path: '/relative', target: './link/hostname' },
      { path: '/loop', target: 'loop' },
      { path: '/dangling', target: '/nowhere' },
    ]);
    expect(readFile(guest, path)).toBe(expected);
  });

  test('.. of a mounted root is the directory above, and / is its own', () => {
    const guest = bootFiles();
    run(guest.sys.chdir('/proc'));
    run(guest.sys.chdir('..'));
    expect(run(guest.sys.getcwd())).toBe('/');
    run(guest.sys.chdir('..'));
    expect(run(guest.sys.getcwd())).toBe('/');
  });

  test('O_CREAT through a dangling link makes the file where it points', () => {
    const guest = bootFiles();
    run(guest.sys.symlink('target', '/tmp/link'));
    expect(writeFile(guest, '/tmp/link', 'x')).toBe(1);
    expect(readFile(guest, '/tmp/target')).toBe('x');
    expect(run(guest.sys.open('/tmp/link', O_WRONLY | O_CREAT | O_EXCL))).toBe(-ERRNO.EEXIST);
  });
});

describe('files', () => {
  test('O_TRUNC empties, O_APPEND writes at the end, a gap reads as zeros', () => {
    const guest = bootFiles();
    writeFile(guest, '/tmp/f', 'hello');
    writeFile(guest, '/tmp/f', ' you', O_WRONLY | O_APPEND);
    expect(readFile(guest, '/tmp/f')).toBe('hello you');
    writeFile(guest, '/tmp/f', 'J', O_WRONLY);
    expect(readFile(guest, '/tmp/f', 2)).toBe('Jello you');
    writeFile(guest, '/tmp/f', 'ab');
    const fd = run(guest.sys.open('/tmp/f', O_RDWR));
    run(guest.sys.lseek(fd, 4, 0));
    run(guest.sys.write(fd, 'c'));
    expect(readFile(guest, '/tmp/f')).toBe('ab\0\0c');
  });

  test('a file is made with the mode less the umask', () => {
    const guest = bootFiles();
    run(guest.sys.open('/tmp/f', O_WRONLY | O_CREAT, 0o666));
    expect(run(guest.sys.stat('/tmp/f'))).toMatchObject({ mode: 0o644, size: 0, mtime: 1_000_005 });
    expect(guest.sys.umask(0o077)).toBe(0o022);
    run(guest.sys.mkdir('/tmp/d', 0o777));
    expect(run(guest.sys.stat('/tmp/d'))).toMatchObject({ type: 'directory', mode: 0o700, links: 2 });
  });

  test('what an open file holds stays readable after unlink(2)', () => {
    const guest = bootFiles();
    writeFile(guest, '/tmp/f', 'still here');
    const fd = run(guest.sys.open('/tmp/f', O_RDONLY));
    expect(run(guest.sys.unlink('/tmp/f'))).toBe(0);
    expect(readFile(guest, '/tmp/f')).toBe(-ERRNO.ENOENT);
    expect(run(guest.sys.read(fd, 100))).toBe('still here');
  });

  test('removing: rmdir(2) only what is an empty directory and no mount, unlink(2) only what is none', () => {
    const guest = bootFiles();
    run(guest.sys.mkdir('/tmp/a', 0o755));
    run(guest.sys.mkdir('/tmp/a/b', 0o755));
    writeFile(guest, '/tmp/f', '');
    expect(run(guest.sys.rmdir('/tmp/a'))).toBe(-ERRNO.ENOTEMPTY);
    expect(run(guest.sys.unlink('/tmp/a'))).toBe(-ERRNO.EISDIR);
    expect(run(guest.sys.rmdir('/tmp/f'))).toBe(-ERRNO.ENOTDIR);
    expect(run(guest.sys.rmdir('/tmp'))).toBe(-ERRNO.EBUSY);
    expect(run(guest.sys.rmdir('/tmp/a/b'))).toBe(0);
    expect(run(guest.sys.rmdir('/tmp/a'))).toBe(0);
    expect(run(guest.sys.mkdir('/tmp/f', 0o755))).toBe(-ERRNO.EEXIST);
  });

  test('rename(2) replaces, and does not put a directory into itself or over a file', () => {
    const guest = bootFiles();
    run(guest.sys.mkdir('/tmp/a', 0o755));
    writeFile(guest, '/tmp/f', 'new');
    writeFile(guest, '/tmp/g', 'old');
    expect(run(guest.sys.rename('/tmp/f', '/tmp/g'))).toBe(0);
    expect(readFile(guest, '/tmp/g')).toBe('new');
    expect(readFile(guest, '/tmp/f')).toBe(-ERRNO.ENOENT);
    expect(run(guest.sys.rename('/tmp/a', '/tmp/a/b'))).toBe(-ERRNO.EINVAL);
    expect(run(guest.sys.rename('/tmp/a', '/tmp/g'))).toBe(-ERRNO.ENOTDIR);
    expect(run(guest.sys.rename('/tmp/g', '/sys/g'))).toBe(-18);
  });

  test('a file system that is full says ENOSPC', () => {
    const guest = bootFiles();
    expect(writeFile(guest, '/tmp/f', 'x'.repeat(33 << 20))).toBe(-ERRNO.ENOSPC);
    expect(writeFile(guest, '/tmp/f', 'x')).toBe(1);
  });

  test('/dev/null, /dev/zero, /dev/full', () => {
    const guest = bootFiles();
    expect(writeFile(guest, '/dev/null', 'gone')).toBe(4);
    expect(readFile(guest, '/dev/null')).toBe('');
    const zero = run(guest.sys.open('/dev/zero', O_RDONLY));
    expect(run(guest.sys.read(zero, 3))).toBe('\0\0\0');
    expect(writeFile(guest, '/dev/full', 'x', O_WRONLY)).toBe(-ERRNO.ENOSPC);
  });
});

describe('descriptors', () => {
  test('the lowest free one is taken; dup’s share the position', () => {
    const guest = bootFiles();
    const { sys } = guest;
    writeFile(guest, '/tmp/f', 'abcdef');
    const first = run(sys.open('/tmp/f', O_RDONLY));
    expect(run(sys.dup(first))).toBe(first + 1);
    expect(run(sys.dup(first, 10))).toBe(10);
    expect(run(sys.read(first, 2))).toBe('ab');
    expect(run(sys.read(10, 2))).toBe('cd');
    expect(run(sys.dup2(first, 7))).toBe(7);
    expect(run(sys.close(first))).toBe(0);
    expect(run(sys.read(first, 1))).toBe(-ERRNO.EBADF);
    expect(run(sys.read(7, 9))).toBe('ef');
    expect(run(sys.open('/tmp/f', O_RDONLY))).toBe(first);
    expect(run(sys.close(99))).toBe(-ERRNO.EBADF);
  });

  test('a descriptor is good for what it was opened for', () => {
    const guest = bootFiles();
    writeFile(guest, '/tmp/f', 'x');
    expect(run(guest.sys.write(run(guest.sys.open('/tmp/f', O_RDONLY)), 'y'))).toBe(-ERRNO.EBADF);
    expect(run(guest.sys.read(run(guest.sys.open('/tmp/f', O_WRONLY)), 1))).toBe(-ERRNO.EBADF);
    expect(run(guest.sys.open('/tmp', O_WRONLY))).toBe(-ERRNO.EISDIR);
  });

  test('no more than 1024: EMFILE', () => {
    const { sys } = bootFiles();
    let last = 0;
    for (let count = 0; count < 1030; count++) last = run(sys.open('/dev/null', O_RDONLY));
    expect(last).toBe(-ERRNO.EMFILE);
  });

  test('a pipe: bytes in order, end of file when no writer is left, EPIPE when no reader is', () => {
    const { sys } = bootFiles();
    const ends = run(sys.pipe());
    if (typeof ends === 'number') throw new Error(`pipe: ${ends}`);
    const [reader, writer] = ends;
    run(sys.write(writer, 'one '));
    run(sys.write(writer, 'two'));
    expect(run(sys.read(reader, 5))).toBe('one t');
    expect(run(sys.lseek(reader, 0, 0))).toBe(-ERRNO.ESPIPE);
    run(sys.close(writer));
    expect(run(sys.read(reader, 5))).toBe('wo');
    expect(run(sys.read(reader, 5))).toBe('');
    const [second, last] = run(sys.pipe()) as readonly [number, number];
    run(sys.sigaction(13, 'ignore'));
    run(sys.close(second));
    expect(run(sys.write(last, 'x'))).toBe(-ERRNO.EPIPE);
  });
});

describe('looking from outside', () => {
  test('peekFile reads files and lists directories without a task; undefined where there is nothing to read', () => {
    const guest = bootFiles();
    attributes(guest.k, sysfs_create_dir(guest.k, null, 'test'));
    expect(peekFile(guest.k, '/sys/test/state')).toBe('236\n');
    expect(peekFile(guest.k, '/sys/test')?.split('\n').sort()).toEqual(['state', 'value']);
    expect(peekFile(guest.k, '/sys/nothing')).toBeUndefined();
  });
});
