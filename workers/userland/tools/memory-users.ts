/** Programs that take memory: dd of coreutils 9.1, memhog of numactl 2.0.16. */
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, writeAll } from '../stdio.ts';
import { parseBytes } from './sizes.ts';
import type { Tool } from './tool.ts';

const NS_PER_SECOND = 1_000_000_000;

/** `210 MB`, `1.4 GB/s`: powers of 1000, two digits below ten. */
function human(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let number = value;
  while (number >= base && unit < units.length - 1) {
    number /= base;
    unit++;
  }
  const text = unit > 0 && number < 10 ? (Math.ceil(number * 10 - 1e-9) / 10).toFixed(1) : `${Math.round(number)}`;
  return `${text} ${units[unit] ?? ''}`;
}

const SI = ['bytes', 'kB', 'MB', 'GB', 'TB'];
const IEC = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** The line of numbers at dd's end. */
function summary(bytes: number, nanoseconds: number): string {
  const seconds = Math.max(nanoseconds, 1) / NS_PER_SECOND;
  const sizes =
    bytes < 1000 ? [] : bytes < 1024 ? [human(bytes, 1000, SI)] : [human(bytes, 1000, SI), human(bytes, 1024, IEC)];
  const shown = sizes.length > 0 ? ` (${sizes.join(', ')})` : '';
  const time = Number(seconds.toPrecision(6));
  return `${bytes} byte${bytes === 1 ? '' : 's'}${shown} copied, ${time} s, ${human(bytes / seconds, 1000, SI).replace('bytes', 'B')}/s\n`;
}

export function* dd(tool: Tool): Co<number> {
  const { sys } = tool;
  const operands = new Map<string, string>();
  for (const argument of tool.args) {
    const at = argument.indexOf('=');
    const name = argument.slice(0, at);
    if (at < 0 || !['if', 'of', 'bs', 'ibs', 'obs', 'count', 'seek', 'skip', 'conv', 'status'].includes(name)) {
      return yield* tool.usageError(`unrecognized operand '${argument}'`);
    }
    operands.set(name, argument.slice(at + 1));
  }
  const size = parseBytes(operands.get('bs') ?? operands.get('ibs') ?? '512');
  const count = parseBytes(operands.get('count') ?? `${Number.MAX_SAFE_INTEGER}`);
  const seek = parseBytes(operands.get('seek') ?? '0');
  for (const [name, value] of [
    ['bs', size],
    ['count', count],
    ['seek', seek],
  ] as const) {
    if (value === undefined || (name === 'bs' && value === 0)) {
      return yield* tool.fail(`invalid number: '${operands.get(name) ?? ''}'`);
    }
  }
  const block = size ?? 512;
  const conversions = (operands.get('conv') ?? '').split(',');
  const input = operands.get('if');
  const output = operands.get('of');
  const from = input === undefined ? 0 : yield* sys.open(input, 0);
  if (from < 0) return yield* tool.fail(`failed to open '${input}': ${errorText(from)}`);
  const flags = O_WRONLY | O_CREAT | (conversions.includes('notrunc') || seek ? 0 : O_TRUNC);
  const to = output === undefined ? 1 : yield* sys.open(output, flags, 0o666);
  if (to < 0) return yield* tool.fail(`failed to open '${output}': ${errorText(to)}`);
  if (seek) yield* sys.lseek(to, seek * block, 0);
  const begin = sys.clock_gettime('monotonic');
  let whole = 0;
  let partial = 0;
  let written = 0;
  let error = 0;
  yield* sys.touch(block);
  for (let done = 0; done < (count ?? 0) && error === 0; done++) {
    const data = yield* sys.read(from, block);
    if (typeof data === 'number') {
      yield* tool.complain(`error reading '${input ?? 'standard input'}': ${errorText(data)}`);
      error = data;
      break;
    }
    if (data === '') break;
    if (data.length === block) whole++;
    else partial++;
    const wrote = yield* sys.write(to, data);
    if (wrote < 0) {
      yield* tool.complain(`error writing '${output ?? 'standard output'}': ${errorText(wrote)}`);
      error = wrote;
    } else written += wrote;
  }
  const wrote = `${Math.floor(written / block)}+${written % block > 0 ? 1 : 0} records out\n`;
  const took = sys.clock_gettime('monotonic') - begin;
  if (operands.get('status') !== 'none') {
    const numbers = operands.get('status') === 'noxfer' ? '' : summary(written, took);
    yield* writeAll(sys, 2, `${whole}+${partial} records in\n${wrote}${numbers}`);
  }
  return error === 0 ? 0 : 1;
}

const MEMHOG_USAGE = `memhog [-fFILE] [-rNUM] size[kmg] [policy [nodeset]]
-f mmap is backed by FILE
-rNUM repeat memset NUM times
-H disable transparent hugepages
Policies: preferred-many local interleave membind preferred default
`;

/** Bytes between two dots. */
const DOT = 10 << 20;
/** Filling a byte that is there already takes so many ns for each MiB. */
const FILL_MIB = 200_000;

export function* memhog(tool: Tool): Co<number> {
  const { sys } = tool;
  let repeat = 1;
  const rest: string[] = [];
  for (const argument of tool.args) {
    const [, number] = /^-r(\d+)$/.exec(argument) ?? [];
    if (number !== undefined) repeat = Number(number);
    else if (argument !== '-H') rest.push(argument);
  }
  const [size] = rest;
  const bytes = size === undefined ? undefined : parseBytes(size);
  if (bytes === undefined || size?.startsWith('-')) {
    yield* tool.print(MEMHOG_USAGE);
    return 1;
  }
  for (let round = 0; round < repeat; round++) {
    for (let done = 0; done < bytes; done += DOT) {
      const part = Math.min(DOT, bytes - done);
      if (round === 0) yield* sys.touch(part);
      else yield* sys.compute(Math.ceil(part / (1 << 20)) * FILL_MIB);
      yield* tool.print('.');
      yield* tool.out.flush();
    }
    yield* tool.print('\n');
  }
  return 0;
}
