// The terminal, from the UART's registers to the programs: what is typed and what comes back, byte by byte.
import { describe, expect, test } from 'vitest';
import { ERRNO, type Program, SIGNALS, type Syscalls, type Termios } from '../../../abi/syscall.ts';
import { NS_PER_SECOND } from '../../../protocol/units.ts';
import type { Co } from '../../../sim/coroutine.ts';
import { peekFile } from '../../fs/peek.ts';
import { SmallGuest } from '../../test-support/small-guest.ts';

/** Tells what each read of the terminal gave, on the terminal: `[line\n]`. */
function* tellReads(sys: Syscalls): Co<number> {
  for (;;) {
    const data = yield* sys.read(0, 4096);
    yield* sys.write(1, `[${typeof data === 'number' ? data : JSON.stringify(data).slice(1, -1)}]\n`);
  }
}

function boot(init: Program): SmallGuest {
  const guest = new SmallGuest({ init });
  guest.settle();
  guest.printed();
  return guest;
}

const withModes = (change: Partial<Termios>): Program =>
  function* (sys) {
    yield* sys.tcsetattr(0, change);
    return yield* tellReads(sys);
  };

describe('canonical mode', () => {
  test.each([
    ['a line', 'ls -l\r', 'ls -l\r\n[ls -l\\n]\r\n'],
    ['a line feed ends a line as well', 'ls\n', 'ls\r\n[ls\\n]\r\n'],
    ['two lines at once are two reads', 'a\rb\r', 'a\r\nb\r\n[a\\n]\r\n[b\\n]\r\n'],
    ['^? takes back a character', 'lx\x7fs\r', 'lx\b \bs\r\n[ls\\n]\r\n'],
    ['^? at the beginning does nothing', '\x7fa\r', 'a\r\n[a\\n]\r\n'],
    ['^U takes back the line', 'abc\x15x\r', 'abc\b \b\b \b\b \bx\r\n[x\\n]\r\n'],
    ['^W takes back a word', 'ab cd \x17x\r', 'ab cd \b \b\b \b\b \bx\r\n[ab x\\n]\r\n'],
    ['control characters show as ^X and are erased as two', 'a\x01\x7fb\r', 'a^A\b \b\b \bb\r\n[ab\\n]\r\n'],
    ['a tab shows as itself and is erased to where it began', 'a\t\x7fb\r', `a\t${'\b'.repeat(7)}b\r\n[ab\\n]\r\n`],
    ['^V takes the next character as it is', '\x16\x03\r', '^\b^C\r\n[\\u0003\\n]\r\n'],
    ['^R shows the line again', 'ab\x12c\r', 'ab^R\r\nabc\r\n[abc\\n]\r\n'],
    ['^D after text hands it over', 'ab\x04', 'ab[ab]\r\n'],
    ['^D at the beginning is the end of the file', '\x04', '[]\r\n'],
    ['bytes of UTF-8 pass', '\xc3\xa4\r', '\xc3\xa4\r\n[\xc3\xa4\\n]\r\n'],
  ])('%s', (_, typed, shown) => {
    expect(boot(tellReads).type(typed)).toBe(shown);
  });

  test('a line is handed over when it ends, not before', () => {
    const guest = boot(tellReads);
    expect(guest.type('echo')).toBe('echo');
    expect(guest.type(' hi')).toBe(' hi');
    expect(guest.type('\r')).toBe('\r\n[echo hi\\n]\r\n');
  });

  test('a line may be read in pieces', () => {
    const guest = boot(function* (sys) {
      for (;;) yield* sys.write(1, `<${yield* sys.read(0, 2)}>`);
    });
    expect(guest.type('abc\r')).toBe('abc\r\n<ab><c\r\n>');
  });

  test('without ECHO nothing shows but what the program writes', () => {
    expect(boot(withModes({ ECHO: false })).type('secret\x7f\r')).toBe('[secre\\n]\r\n');
  });

  test('no more than 4095 characters are held of a line, the rest rings the bell', () => {
    const guest = boot(tellReads);
    const shown = guest.type(`${'x'.repeat(5000)}\r`);
    expect(shown.match(/x/g)?.length).toBe(4095 * 2);
    expect(shown).toContain('\x07');
  });

  test('a read that need not wait tells EAGAIN where nothing was typed', () => {
    const guest = boot(function* (sys) {
      const fd = yield* sys.open('/dev/ttyS0', 0o4002);
      yield* sys.write(fd, `${yield* sys.read(fd, 10)}`);
      return yield* tellReads(sys);
    });
    expect(guest.type('')).toBe('');
    guest.printed();
    const told = new SmallGuest({
      *init(sys) {
        const fd = yield* sys.open('/dev/ttyS0', 0o4002);
        yield* sys.write(1, `${(yield* sys.read(fd, 10)) === -ERRNO.EAGAIN}`);
        return yield* tellReads(sys);
      },
    });
    told.settle();
    expect(told.printed()).toBe('true');
  });
});

describe('raw mode', () => {
  test('each character is there as soon as it is typed, none has a meaning', () => {
    const raw = withModes({ ICANON: false, ECHO: false, ISIG: false, ICRNL: false, IXON: false, OPOST: false });
    const guest = boot(raw);
    expect(guest.type('a')).toBe('[a]\n');
    expect(guest.type('\r')).toBe('[\\r]\n');
    expect(guest.type('\x03\x04\x13')).toBe('[\\u0003\\u0004\\u0013]\n');
    expect(guest.type('\x1b[A')).toBe('[\\u001b[A]\n');
  });

  test('what was typed in advance stays when the mode changes', () => {
    const guest = boot(function* (sys) {
      yield* sys.read(0, 10);
      yield* sys.nanosleep(NS_PER_SECOND);
      yield* sys.tcsetattr(0, { ICANON: false, ECHO: false });
      return yield* tellReads(sys);
    });
    expect(guest.type('\rab')).toBe('\r\nab[ab]\r\n');
  });
});

describe('signals from keys', () => {
  const { SIGINT, SIGQUIT } = SIGNALS;

  /** Runs a child in the foreground and tells how it ended. */
  const foreground: Program = function* (sys) {
    for (;;) {
      const child = yield* sys.fork(function* (own) {
        for (;;) yield* own.compute(NS_PER_SECOND);
      });
      yield* sys.setpgid(child, child);
      yield* sys.tcsetpgrp(0, child);
      const result = yield* sys.wait(child);
      yield* sys.write(1, `<${typeof result === 'object' ? result.signal : result}>`);
      yield* sys.tcsetpgrp(0, 1);
      yield* sys.read(0, 100);
    }
  };

  test.each([
    ['^C is SIGINT', '\x03', '^C', SIGINT],
    ['^\\ is SIGQUIT', '\x1c', '^\\', SIGQUIT],
  ])('%s to the foreground group; what was typed is thrown away', (_, key, shown, signal) => {
    const guest = new SmallGuest({ init: foreground });
    guest.settle(NS_PER_SECOND);
    guest.printed();
    for (const typed of ['abc', key]) {
      guest.scheduler.asHost(() => guest.uart.type(typed));
      guest.settle(NS_PER_SECOND);
    }
    expect(guest.printed()).toBe(`abc${shown}<${signal}>`);
    expect(peekFile(guest.k, '/proc/1/wchan')).toBe('wait_woken');
  });

  test('^C interrupts init’s own read where it caught SIGINT', () => {
    const guest = boot(function* (sys) {
      yield* sys.tcsetpgrp(0, 1);
      yield* sys.sigaction(SIGINT, function* () {
        yield* sys.write(1, '<SIGINT>');
      });
      return yield* tellReads(sys);
    });
    expect(guest.type('ab')).toBe('ab');
    expect(guest.type('\x03')).toBe(`^C<SIGINT>[${-ERRNO.EINTR}]\r\n`);
    expect(guest.type('c\r')).toBe('c\r\n[c\\n]\r\n');
  });

  test('output that has not gone out is thrown away as well', () => {
    const guest = boot(function* (sys) {
      yield* sys.read(0, 10);
      yield* sys.write(1, 'x'.repeat(4000));
      return yield* tellReads(sys);
    });
    const shown = guest.type('\r\x13') + guest.type('\x03') + guest.type('\x11');
    expect(shown.match(/x/g)?.length ?? 0).toBeLessThan(4000);
    expect(shown).toMatch(/\^C$/);
  });

  test('without a foreground group ^C ends nobody', () => {
    expect(boot(tellReads).type('\x03a\r')).toBe('^Ca\r\n[a\\n]\r\n');
  });
});

describe('output', () => {
  test('a new line goes out as carriage return and line feed, unless OPOST is off', () => {
    const guest = boot(function* (sys) {
      yield* sys.read(0, 10);
      yield* sys.write(1, 'a\nb\r\n');
      yield* sys.tcsetattr(1, { OPOST: false });
      yield* sys.write(1, 'c\n');
      return yield* tellReads(sys);
    });
    expect(guest.type('\r')).toBe('\r\na\r\nb\r\r\nc\n');
  });

  test('a long text is complete; its writer sleeps while the transmit buffer is full', () => {
    const text = Array.from({ length: 2000 }, (_, at) => `line ${at}\n`).join('');
    const guest = new SmallGuest({
      *init(sys) {
        yield* sys.write(1, text);
        return yield* tellReads(sys);
      },
    });
    guest.settle();
    expect(guest.printed()).toBe(text.replaceAll('\n', '\r\n'));
    expect(guest.events().some(({ kind, fields }) => kind === 'fn_enter' && fields['fn'] === 'uart_write_wakeup')).toBe(
      true,
    );
  });

  test('^S stops the output, ^Q lets it go on', () => {
    const guest = boot(tellReads);
    expect(guest.type('\x13')).toBe('');
    expect(guest.type('a\r')).toBe('');
    expect(guest.type('\x11')).toBe('a\r\n[a\\n]\r\n');
  });
});

test('isatty(3), window size and modes are the terminal’s, ENOTTY elsewhere', () => {
  const told: unknown[] = [];
  boot(function* (sys) {
    const file = yield* sys.open('/tmp/f', 0o102);
    told.push(sys.isatty(0), sys.isatty(file), sys.isatty(77));
    told.push(yield* sys.setWinsize(0, 24, 80), sys.winsize(1), sys.winsize(file));
    told.push(sys.tcgetattr(file), sys.tcgetattr(77), yield* sys.tcsetattr(file, { ECHO: false }));
    const modes = sys.tcgetattr(2);
    told.push(typeof modes === 'object' && modes.ICANON && modes.ECHO && modes.ONLCR && !modes.ECHONL);
    return yield* tellReads(sys);
  });
  expect(told).toEqual([
    true,
    false,
    false,
    0,
    { rows: 24, columns: 80 },
    undefined,
    -ERRNO.ENOTTY,
    -ERRNO.EBADF,
    -ERRNO.ENOTTY,
    true,
  ]);
});
