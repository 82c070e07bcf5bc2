/** `echo` and `printf`. */
import type { Co } from '../../../sim/coroutine.ts';
import { formatTime } from '../../tools/calendar.ts';
import type { Shell } from '../shell.ts';
import { setElement } from '../values.ts';
import { controlQuoted, unescapeText } from './escapes.ts';
import type { Builtin } from './types.ts';

export const OUTPUT_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['echo', echo],
  ['printf', printf],
];

function* echo(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  let newline = true;
  let escapes = false;
  let first = 0;
  for (; /^-[neE]+$/.test(args[first] ?? ''); first++) {
    for (const letter of (args[first] ?? '').slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(first).join(' ');
  const { text: shown, stop } = escapes ? unescapeText(text, 'echo') : { text, stop: false };
  shell.print(shown + (newline && !stop ? '\n' : ''));
  return 0;
}

function* printf(...[shell, args]: Parameters<Builtin>): ReturnType<Builtin> {
  let words = args;
  let target: string | undefined;
  if (words[0] === '-v') {
    target = words[1];
    words = words.slice(2);
  }
  if (words[0] === '--') words = words.slice(1);
  const format = words[0];
  if (format === undefined) {
    yield* shell.printError(`${shell.prefix()}printf: usage: printf [-v var] format [arguments]\n`);
    return 2;
  }
  const formatter = new Formatter(shell, format, words.slice(1));
  const text = yield* formatter.run();
  if (target !== undefined) {
    const [, name = target, index] = /^(\w+)\[(.*)\]$/.exec(target) ?? [];
    setElement(shell, name, index, text);
  } else shell.print(text);
  return formatter.status;
}

/** As `printf %q` quotes: backslashes, or `$'…'` where there are bytes that are not printable. */
function quotePrintable(value: string): string {
  if (value === '') return "''";
  return controlQuoted(value) ?? value.replace(/[^\w@%+=:./~#-]|^[~#]/g, '\\$&');
}

class Formatter {
  status = 0;
  private readonly shell: Shell;
  private readonly format: string;
  private readonly values: readonly string[];
  private used = 0;
  private stopped = false;

  constructor(shell: Shell, format: string, values: readonly string[]) {
    this.shell = shell;
    this.format = format;
    this.values = values;
  }

  *run(): Co<string> {
    let text = '';
    do {
      const before = this.used;
      const piece = yield* this.once();
      text += piece;
      if (this.used === before) break;
    } while (this.used < this.values.length && !this.stopped);
    return text;
  }

  private *once(): Co<string> {
    let text = '';
    const pieces =
      /%%|%([-+ 0#]*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|j|z|t|L)?(\(.*?\)T|.)?|\\(?:x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|u[0-9A-Fa-f]{1,4}|[\s\S])|[^%\\]+|\\$/gs;
    for (const match of this.format.matchAll(pieces)) {
      if (this.stopped) break;
      const [piece, flags = '', width, precision, letter] = match;
      if (piece === '%%') text += '%';
      else if (piece.startsWith('%')) {
        const made = yield* this.convert(flags, width, precision, letter);
        if (made === undefined) break;
        text += made;
      } else text += piece.startsWith('\\') ? unescapeText(piece, 'printf').text : piece;
    }
    return text;
  }

  private next(): string | undefined {
    const value = this.values[this.used];
    if (value !== undefined) this.used++;
    return value;
  }

  private *convert(
    givenFlags: string,
    givenWidth: string | undefined,
    givenPrecision: string | undefined,
    letter: string | undefined,
  ): Co<string | undefined> {
    let flags = givenFlags;
    let width = givenWidth === '*' ? Number(yield* this.integer(this.next())) : Number(givenWidth ?? 0);
    if (width < 0) {
      flags += '-';
      width = -width;
    }
    const precision =
      givenPrecision === undefined
        ? undefined
        : givenPrecision === '*'
          ? Number(yield* this.integer(this.next()))
          : Number(givenPrecision || 0);
    const body = yield* this.body(letter, flags, precision);
    if (body === undefined) return undefined;
    if (flags.includes('-')) return body.padEnd(width);
    const numeric = letter !== undefined && 'diouxXeEfFgG'.includes(letter);
    if (flags.includes('0') && numeric && (precision === undefined || 'eEfFgG'.includes(letter))) {
      const sign = /^[-+ ]?(0[xX])?/.exec(body)?.[0] ?? '';
      return sign + body.slice(sign.length).padStart(width - sign.length, '0');
    }
    return body.padStart(width);
  }

  private *body(letter: string | undefined, flags: string, precision: number | undefined): Co<string | undefined> {
    switch (letter) {
      case 's':
        return (this.next() ?? '').slice(0, precision);
      case 'b': {
        const { text, stop } = unescapeText(this.next() ?? '', 'printf-b');
        this.stopped ||= stop;
        return text.slice(0, precision);
      }
      case 'q': {
        const value = this.next() ?? '';
        return quotePrintable(value);
      }
      case 'c':
        return (this.next() ?? '').slice(0, 1);
      case 'd':
      case 'i': {
        const value = yield* this.integer(this.next());
        const digits = String(value < 0n ? -value : value).padStart(precision ?? 0, '0');
        return signOf(value < 0n, flags) + digits;
      }
      case 'u':
      case 'o':
      case 'x':
      case 'X': {
        const value = BigInt.asUintN(64, yield* this.integer(this.next()));
        const base = letter === 'o' ? 8 : letter === 'u' ? 10 : 16;
        const digits = value.toString(base).padStart(precision ?? 0, '0');
        const prefix = flags.includes('#') && value !== 0n ? (base === 16 ? '0x' : base === 8 ? '0' : '') : '';
        return letter === 'X' ? (prefix + digits).toUpperCase() : prefix + digits;
      }
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return this.floating(letter, flags, precision ?? 6, this.next());
      default:
        if (letter !== undefined && /^\(.*\)T$/s.test(letter)) return this.time(letter);
        return yield* this.invalid(letter ?? '');
    }
  }

  /** `%(format)T`: seconds since 1970; -1 and nothing mean now, -2 when the shell began. */
  private time(letter: string): string {
    const value = Number(this.next() ?? -1);
    const now = this.shell.sys.clock_gettime('realtime') / 1e9;
    const { startedAt } = this.shell.state;
    const start = now - (this.shell.sys.clock_gettime('monotonic') - startedAt) / 1e9;
    const seconds = value === -1 ? now : value === -2 ? start : value;
    return formatTime(letter.slice(1, -2) || '%H:%M:%S', Math.floor(seconds));
  }

  private *invalid(letter: string): Co<undefined> {
    yield* this.shell.complain(
      letter === '' ? "printf: `%': missing format character" : `printf: \`${letter}': invalid format character`,
    );
    this.status = 1;
    this.stopped = true;
    return undefined;
  }

  private *integer(value: string | undefined): Co<bigint> {
    if (value === undefined) return 0n;
    if (/^['"]/.test(value)) return BigInt(value.charCodeAt(1) || 0);
    const trimmed = value.trim();
    const found = /^[-+]?(0[xX][0-9A-Fa-f]+|\d+)/.exec(trimmed)?.[0];
    if (found !== trimmed || trimmed === '') {
      if (value !== '') {
        yield* this.shell.complain(`printf: ${value}: invalid number`);
        this.status = 1;
      } else if (value === '') {
        yield* this.shell.complain('printf: : invalid number');
        this.status = 1;
      }
    }
    return toInteger(found ?? '0');
  }

  private floating(letter: string, flags: string, precision: number, text: string | undefined): string {
    const value = Number(text ?? 0) || 0;
    const size = Math.abs(value);
    const lower = letter.toLowerCase();
    let digits: string;
    if (lower === 'f') digits = size.toFixed(precision);
    else if (lower === 'e') digits = exponential(size, precision);
    else {
      const significant = precision === 0 ? 1 : precision;
      const exponent = Number(size.toExponential(significant - 1).split('e')[1]);
      digits =
        exponent < -4 || exponent >= significant
          ? exponential(size, significant - 1).replace(/\.?0+e/, 'e')
          : size
              .toFixed(Math.max(0, significant - 1 - exponent))
              .replace(/(\.\d*?)0+$/, '$1')
              .replace(/\.$/, '');
    }
    return signOf(value < 0, flags) + (letter === lower ? digits : digits.toUpperCase());
  }
}

const signOf = (negative: boolean, flags: string): string =>
  negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

const exponential = (value: number, digits: number): string =>
  value.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');

function toInteger(text: string): bigint {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(/^0\d/.test(digits) ? '0' : digits);
  return BigInt.asIntN(64, negative ? -value : value);
}
