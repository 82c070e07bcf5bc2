// Processes, signals and waiting, as programs see them, on a small machine with two processors.
import { describe, expect, test } from 'vitest';
import { ERRNO, O_RDONLY, O_WRONLY, type Program, SIGNALS, type Syscalls, type WaitResult } from '../../abi/syscall.ts';
import { NS_PER_MS, NS_PER_SECOND } from '../../protocol/units.ts';
import type { Co } from '../../sim/coroutine.ts';
import { peekFile } from '../fs/peek.ts';
import { SmallGuest } from '../test-support/small-guest.ts';

const { SIGINT, SIGKILL, SIGTERM, SIGCHLD, SIGPIPE, SIGSTOP, SIGCONT, SIGUSR1 } = SIGNALS;

/** Boots to a program that tells its findings and then sleeps for ever; returns what it told. */
function findings(body: (sys: Syscalls, tell: (finding: unknown) => void) => Co, cpus = 2): unknown[] {
  const told: unknown[] = [];
  const guest = new SmallGuest({
    cpus,
    *init(sys) {
      yield* body(sys, (finding) => told.push(finding));
      told.push('end');
      for (;;) yield* sys.nanosleep(1000 * NS_PER_SECOND);
    },
  });
  guest.settle();
  expect(told.pop()).toBe('end');
  return told;
}

const sleepForEver: Program = function* (sys) {
  for (;;) yield* sys.nanosleep(1000 * NS_PER_SECOND);
};

const exitWith = (status: number): Program =>
  function* () {
    return status;
  };

const killed = (pid: number, signal: number): WaitResult => ({ pid, status: undefined, signal });

describe('fork(2), exit(2), wait(2)', () => {
  test('the parent gets the child’s pid and, waiting, its exit status', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(exitWith(7));
      tell(child > 1);
      const result = yield* sys.wait(-1);
      tell(typeof result === 'object' && result.pid === child ? result.status : result);
      tell(yield* sys.wait(-1));
    });
    expect(told).toEqual([true, 7, -ERRNO.ECHILD]);
  });

  test('exit(2) ends the process where it stands, with the low byte of the status', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        const deeper = function* (): Co<number> {
          return yield* own.exit(0x1ff);
        };
        tell(yield* deeper());
        return 0;
      });
      tell((yield* sys.wait(child)) as WaitResult);
    });
    expect(told).toMatchObject([{ status: 0xff }]);
  });

  test('wait(2) sleeps until a child ends; with noHang it tells 0', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        yield* own.nanosleep(50 * NS_PER_MS);
        return 3;
      });
      tell(yield* sys.wait(child, true));
      const before = sys.clock_gettime('monotonic');
      tell(yield* sys.wait(child));
      tell(sys.clock_gettime('monotonic') - before > 45 * NS_PER_MS);
    });
    expect(told).toMatchObject([{ pid: 0 }, { status: 3 }, true]);
  });

  test('the child has copies: its directory, umask and descriptors are its own, their position is shared', () => {
    const told = findings(function* (sys, tell) {
      const fd = yield* sys.open('/dev/zero', O_RDONLY);
      const file = yield* sys.open('/tmp/f', 0o102);
      yield* sys.write(file, 'abcdef');
      yield* sys.lseek(file, 0, 0);
      yield* sys.fork(function* (own) {
        yield* own.chdir('/tmp');
        own.umask(0o777);
        yield* own.close(fd);
        tell(yield* own.read(file, 2));
        return 0;
      });
      yield* sys.wait(-1);
      tell(yield* sys.getcwd());
      tell(sys.umask(0));
      tell(yield* sys.read(fd, 1));
      tell(yield* sys.read(file, 2));
    });
    expect(told).toEqual(['ab', '/', 0o022, '\0', 'cd']);
  });

  test('init inherits the children of a process that ends, and can wait for them', () => {
    const told = findings(function* (sys, tell) {
      yield* sys.fork(function* (own) {
        yield* own.fork(function* (grandchild) {
          yield* grandchild.nanosleep(NS_PER_MS);
          tell(grandchild.getppid());
          return 9;
        });
        return 8;
      });
      for (const _ of [1, 2]) tell((yield* sys.wait(-1)) as WaitResult);
    });
    expect(told).toMatchObject([{ status: 8 }, 1, { status: 9 }]);
  });

  test('a zombie is in /proc until it was waited for', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(exitWith(0));
      yield* sys.nanosleep(NS_PER_MS);
      const fd = yield* sys.open(`/proc/${child}/stat`, O_RDONLY);
      tell(String(yield* sys.read(fd, 100)).replace(/^\d+ (\(.*\) .).*\n?$/s, '$1'));
      yield* sys.wait(child);
      tell(yield* sys.access(`/proc/${child}`, 0));
      tell(yield* sys.lseek(fd, 0, 0));
      tell(yield* sys.read(fd, 100));
    });
    expect(told).toEqual(['(init) Z', -ERRNO.ENOENT, 0, -ERRNO.ESRCH]);
  });

  test('a thousand processes one after the other', () => {
    const told = findings(function* (sys, tell) {
      let sum = 0;
      for (let count = 0; count < 1000; count++) {
        const child = yield* sys.fork(exitWith(1));
        const result = yield* sys.wait(child);
        if (typeof result === 'object') sum += result.status ?? 0;
      }
      tell(sum);
    });
    expect(told).toEqual([1000]);
  });
});

describe('pipes between processes', () => {
  test('a reader sleeps until there is data, then until the last writer is gone', () => {
    const told = findings(function* (sys, tell) {
      const [reader, writer] = (yield* sys.pipe()) as readonly [number, number];
      yield* sys.fork(function* (own) {
        yield* own.close(reader);
        yield* own.nanosleep(NS_PER_MS);
        yield* own.write(writer, 'late');
        yield* own.nanosleep(NS_PER_MS);
        return 0;
      });
      yield* sys.close(writer);
      tell(yield* sys.read(reader, 100));
      tell(yield* sys.read(reader, 100));
    });
    expect(told).toEqual(['late', '']);
  });

  test('a writer sleeps while the pipe’s 64 KiB are full', () => {
    const text = 'x'.repeat(200_000);
    const told = findings(function* (sys, tell) {
      const [reader, writer] = (yield* sys.pipe()) as readonly [number, number];
      const child = yield* sys.fork(function* (own) {
        yield* own.close(reader);
        return (yield* own.write(writer, text)) === text.length ? 0 : 1;
      });
      yield* sys.close(writer);
      let length = 0;
      for (;;) {
        const piece = yield* sys.read(reader, 10_000);
        if (typeof piece === 'number' || piece === '') break;
        length += piece.length;
      }
      tell(length);
      tell(yield* sys.wait(child));
    });
    expect(told).toMatchObject([200_000, { status: 0 }]);
  });

  test('SIGPIPE ends a writer that nobody reads from', () => {
    const told = findings(function* (sys, tell) {
      const [reader, writer] = (yield* sys.pipe()) as readonly [number, number];
      const child = yield* sys.fork(function* (own) {
        yield* own.close(reader);
        for (;;) yield* own.write(writer, 'y\n');
      });
      yield* sys.close(writer);
      tell(yield* sys.read(reader, 4));
      yield* sys.close(reader);
      tell(yield* sys.wait(child));
      tell(child);
    });
    expect(told[0]).toBe('y\ny\n'.slice(0, String(told[0]).length));
    expect(told[1]).toEqual(killed(told[2] as number, SIGPIPE));
  });
});

describe('signals', () => {
  test.each([
    ['sleeps', sleepForEver],
    [
      'reads from a pipe',
      function* (sys: Syscalls): Co<number> {
        const [reader] = (yield* sys.pipe()) as readonly [number, number];
        yield* sys.read(reader, 1);
        return 0;
      },
    ],
    [
      'computes',
      function* (sys: Syscalls): Co<number> {
        for (;;) yield* sys.compute(NS_PER_SECOND);
      },
    ],
  ] as const)('SIGTERM ends a process that %s', (_, program) => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(program);
      yield* sys.nanosleep(20 * NS_PER_MS);
      tell(yield* sys.kill(child, SIGTERM));
      tell(yield* sys.wait(child));
      tell(child);
    });
    expect(told.slice(0, 2)).toEqual([0, killed(told[2] as number, SIGTERM)]);
  });

  test('a handler runs before the call that it interrupts returns EINTR', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        yield* own.sigaction(SIGUSR1, function* () {
          tell('handler');
        });
        tell(yield* own.nanosleep(1000 * NS_PER_SECOND));
        return 5;
      });
      yield* sys.nanosleep(NS_PER_MS);
      yield* sys.kill(child, SIGUSR1);
      tell((yield* sys.wait(child)) as WaitResult);
    });
    expect(told).toMatchObject(['handler', -ERRNO.EINTR, { status: 5 }]);
  });

  test('a handler runs in the midst of a computation, which goes on', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        yield* own.sigaction(SIGUSR1, function* () {
          tell('handler');
        });
        yield* own.compute(100 * NS_PER_MS);
        tell('computed');
        return 0;
      });
      yield* sys.nanosleep(10 * NS_PER_MS);
      yield* sys.kill(child, SIGUSR1);
      yield* sys.wait(child);
    });
    expect(told).toEqual(['handler', 'computed']);
  });

  test('an ignored signal neither ends nor wakes; exec keeps it ignored and forgets handlers', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        yield* own.sigaction(SIGTERM, 'ignore');
        yield* own.sigaction(SIGUSR1, function* () {
          tell('never');
        });
        const fd = yield* own.open('/tmp/program', 0o101, 0o755);
        yield* own.close(fd);
        tell(yield* own.execve('/tmp/program', ['program', 'x']));
        tell(yield* own.nanosleep(100 * NS_PER_MS));
        return 0;
      });
      yield* sys.nanosleep(10 * NS_PER_MS);
      yield* sys.kill(child, SIGTERM);
      yield* sys.nanosleep(200 * NS_PER_MS);
      const second = yield* sys.fork(function* (own) {
        yield* own.execve('/tmp/program', ['program']);
        return yield* sleepForEver(own);
      });
      yield* sys.kill(second, SIGUSR1);
      tell((yield* sys.wait(second)) as WaitResult);
    });
    expect(told).toMatchObject([0, 0, { signal: SIGUSR1 }]);
  });

  test('SIGCHLD comes when a child ends, and is not noticed where it is not caught', () => {
    const told = findings(function* (sys, tell) {
      yield* sys.fork(exitWith(0));
      tell(yield* sys.nanosleep(NS_PER_MS));
      yield* sys.sigaction(SIGCHLD, function* () {
        tell('SIGCHLD');
      });
      yield* sys.fork(exitWith(0));
      tell(yield* sys.nanosleep(NS_PER_SECOND));
    });
    expect(told).toEqual([0, 'SIGCHLD', -ERRNO.EINTR]);
  });

  test('init is not ended by what it does not catch; kernel threads take no signal', () => {
    const told = findings(function* (sys, tell) {
      tell(yield* sys.kill(1, SIGTERM));
      tell(yield* sys.kill(1, SIGKILL));
      tell(yield* sys.kill(2, SIGKILL));
      tell(yield* sys.kill(99_999, 0));
      tell(yield* sys.kill(2, 65));
    });
    expect(told).toEqual([0, 0, 0, -ERRNO.ESRCH, -ERRNO.EINVAL]);
  });

  test('SIGSTOP stops, SIGCONT lets go on, SIGKILL ends also what is stopped', () => {
    const told = findings(function* (sys, tell) {
      const child = yield* sys.fork(function* (own) {
        for (;;) {
          yield* own.nanosleep(10 * NS_PER_MS);
          tell('tick');
        }
      });
      yield* sys.nanosleep(15 * NS_PER_MS);
      yield* sys.kill(child, SIGSTOP);
      yield* sys.nanosleep(100 * NS_PER_MS);
      tell('continue');
      yield* sys.kill(child, SIGCONT);
      yield* sys.nanosleep(8 * NS_PER_MS);
      yield* sys.kill(child, SIGSTOP);
      yield* sys.nanosleep(100 * NS_PER_MS);
      yield* sys.kill(child, SIGKILL);
      tell((yield* sys.wait(child)) as WaitResult);
    });
    expect(told.filter((finding) => finding !== 'tick')).toMatchObject(['continue', { signal: SIGKILL }]);
    expect(told.indexOf('continue')).toBe(1);
  });

  test('a negative pid means the process group', () => {
    const told = findings(function* (sys, tell) {
      const leader = yield* sys.fork(sleepForEver);
      const member = yield* sys.fork(sleepForEver);
      yield* sys.setpgid(leader, leader);
      yield* sys.setpgid(member, leader);
      tell(yield* sys.kill(-leader, SIGINT));
      for (const pid of [leader, member]) tell(((yield* sys.wait(pid)) as WaitResult).signal);
      tell(yield* sys.kill(-leader, SIGINT));
    });
    expect(told).toEqual([0, SIGINT, SIGINT, -ERRNO.ESRCH]);
  });
});

describe('time and processors', () => {
  test('two processes that compute share one processor fairly', () => {
    const told = findings(function* (sys, tell) {
      const start = sys.clock_gettime('monotonic');
      const worker = function* (own: Syscalls): Co<number> {
        yield* own.compute(100 * NS_PER_MS);
        tell(Math.round((own.clock_gettime('monotonic') - start) / (10 * NS_PER_MS)));
        return 0;
      };
      yield* sys.fork(worker);
      yield* sys.fork(worker);
      for (const _ of [1, 2]) yield* sys.wait(-1);
    }, 1);
    expect(Math.min(...(told as number[]))).toBeGreaterThanOrEqual(19);
    expect(Math.max(...(told as number[]))).toBeLessThanOrEqual(21);
  });

  test('sched_setaffinity(2) moves the caller, refuses CPUs that there are not', () => {
    const told = findings(function* (sys, tell) {
      tell(yield* sys.sched_getaffinity(0));
      const child = yield* sys.fork(sleepForEver);
      tell(yield* sys.sched_setaffinity(child, [1]));
      tell(yield* sys.sched_getaffinity(child));
      tell(yield* sys.sched_setaffinity(child, [7]));
      tell(yield* sys.sched_setaffinity(99_999, [0]));
    });
    expect(told).toEqual([[0, 1], 0, [1], -ERRNO.EINVAL, -ERRNO.ESRCH]);
  });

  test('/proc/stat tells user time of those that compute and idle time of the rest', () => {
    const told = findings(function* (sys, tell) {
      yield* sys.compute(500 * NS_PER_MS);
      yield* sys.nanosleep(500 * NS_PER_MS);
      const fd = yield* sys.open('/proc/stat', O_RDONLY);
      const [first = '', ...lines] = String(yield* sys.read(fd, 65536)).split('\n');
      const [user, , system, idle] = first
        .replace(/^cpu\s+/, '')
        .split(' ')
        .map(Number);
      tell([user, (system ?? 0) < 5, Math.round((idle ?? 0) / 10)]);
      tell(lines.filter((line) => /^cpu\d/.test(line)).length);
    });
    expect(told).toEqual([[50, true, 15], 2]);
  });
});

describe('/proc/PID', () => {
  test('comm and cmdline are the program’s, wchan the function that it sleeps in, exe, cwd and fd lead there', () => {
    const files: Record<string, unknown> = {};
    const guest = new SmallGuest({
      rootfs: [{ path: '/bin/sleep', mode: 0o755, content: 'sleep' }],
      *init(sys) {
        const child = yield* sys.fork(function* (own) {
          yield* own.chdir('/tmp');
          yield* own.execve('/bin/sleep', ['sleep', '1000']);
          return yield* sleepForEver(own);
        });
        yield* sys.nanosleep(NS_PER_MS);
        for (const link of ['exe', 'cwd', 'fd/0']) files[link] = yield* sys.readlink(`/proc/${child}/${link}`);
        files['self'] = yield* sys.readlink('/proc/self');
        yield* sys.wait(child);
        return 0;
      },
    });
    guest.settle();
    const pid = (peekFile(guest.k, '/proc') ?? '')
      .split('\n')
      .filter((name) => /^\d+$/.test(name))
      .pop();
    for (const file of ['comm', 'cmdline', 'wchan']) files[file] = peekFile(guest.k, `/proc/${pid}/${file}`);
    expect(files).toEqual({
      comm: 'sleep\n',
      cmdline: 'sleep\x001000\0',
      wchan: 'hrtimer_nanosleep',
      exe: '/bin/sleep',
      cwd: '/tmp',
      'fd/0': '/dev/console',
      self: '1',
    });
    expect(peekFile(guest.k, `/proc/${pid}/stat`)).toMatch(
      /^\d+ \(sleep\) S 1 1 0 0 -1 \d+ 0 0 0 0 \d+ \d+ 0 0 20 0 1 0 \d+ 0 0 18446744073709551615( \d+){27}\n$/,
    );
    expect(peekFile(guest.k, '/proc/1/wchan')).toBe('do_wait');
    expect(peekFile(guest.k, '/proc/2/stat')).toMatch(/^2 \(kthreadd\) S 0 0 0 0 -1 2097216 /);
    expect(peekFile(guest.k, '/proc/1/constructor')).toBeUndefined();
  });
});

test('a system call is entered through the functions that a backtrace of the kernel shows', () => {
  const guest = new SmallGuest({
    *init(sys) {
      const fd = yield* sys.open('/dev/null', O_WRONLY);
      yield* sys.write(fd, 'x');
      return yield* sleepForEver(sys);
    },
  });
  guest.settle();
  const entered = guest.events().filter(({ kind }) => kind === 'fn_enter');
  const seen = entered.map(({ fields }) => String(fields['fn']));
  const at = seen.indexOf('__x64_sys_write');
  expect(seen.slice(at - 1, at + 3)).toEqual(['do_syscall_64', '__x64_sys_write', 'ksys_write', 'vfs_write']);
});
