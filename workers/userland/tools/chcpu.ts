/** chcpu, as util-linux 2.38 has it. */
import { O_WRONLY } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText, writeAll } from '../stdio.ts';
import { parseCpuList } from './cpu-list.ts';
import { attribute, CPU } from './sysfs.ts';
import type { Tool } from './tool.ts';

/** Exit status when some CPUs were changed and others not. */
const SOME_FAILED = 64;

export function* chcpu(tool: Tool): Co<number> {
  const options = yield* tool.options('c:d:e:g:p:rhV', {
    configure: 'c',
    disable: 'd',
    enable: 'e',
    deconfigure: 'g',
    dispatch: 'p',
    rescan: 'r',
  });
  if (options.has('r')) {
    const error = yield* write(tool, `${CPU}/rescan`, '1');
    if (error === -2) return yield* tool.fail('This system does not support rescanning of CPUs');
    if (error < 0) return yield* tool.fail(`Failed to trigger rescan of CPUs: ${errorText(error)}`);
    yield* tool.print('Triggered rescan of CPUs\n');
    return 0;
  }
  if (options.has('p')) return yield* tool.fail('This system does not support setting the dispatching mode of CPUs');
  const action = ['e', 'd', 'c', 'g'].find((letter) => options.has(letter));
  if (action === undefined) return yield* tool.usageError('bad usage');
  const list = options.value(action) ?? '';
  const listed = parseCpuList(list);
  if (!listed) return yield* tool.fail(`failed to parse CPU list: ${list}`);
  // a set: in ascending order, each once
  const cpus = [...new Set(listed)].sort((a, b) => a - b);
  let failed = 0;
  for (const cpu of cpus) {
    const good =
      action === 'e' || action === 'd' ? yield* enable(tool, cpu, action === 'e') : yield* configure(tool, cpu);
    if (!good) failed++;
  }
  return failed === 0 ? 0 : failed === cpus.length ? 1 : SOME_FAILED;
}

function* write(tool: Tool, path: string, text: string): Co<number> {
  const fd = yield* tool.sys.open(path, O_WRONLY);
  if (fd < 0) return fd;
  const error = yield* writeAll(tool.sys, fd, text);
  yield* tool.sys.close(fd);
  return error;
}

function* exists(tool: Tool, path: string): Co<boolean> {
  return (yield* tool.sys.access(path, 0)) === 0;
}

function* refuse(tool: Tool, text: string): Co<boolean> {
  yield* tool.complain(text);
  return false;
}

function* enable(tool: Tool, cpu: number, on: boolean): Co<boolean> {
  const base = `${CPU}/cpu${cpu}`;
  if (!(yield* exists(tool, base))) return yield* refuse(tool, `CPU ${cpu} does not exist`);
  if (!(yield* exists(tool, `${base}/online`))) return yield* refuse(tool, `CPU ${cpu} is not hot pluggable`);
  const now = yield* attribute(tool, `${base}/online`);
  if (now === (on ? '1' : '0')) {
    yield* tool.print(`CPU ${cpu} is already ${on ? 'enabled' : 'disabled'}\n`);
    return true;
  }
  const online = parseCpuList((yield* attribute(tool, `${CPU}/online`)) ?? '') ?? [];
  if (!on && online.length === 1) return yield* refuse(tool, `CPU ${cpu} disable failed (last enabled CPU)`);
  const error = yield* write(tool, `${base}/online`, on ? '1' : '0');
  if (error < 0) return yield* refuse(tool, `CPU ${cpu} ${on ? 'enable' : 'disable'} failed: ${errorText(error)}`);
  yield* tool.print(`CPU ${cpu} ${on ? 'enabled' : 'disabled'}\n`);
  return true;
}

/** Only s390 has CPUs that can be configured. */
function* configure(tool: Tool, cpu: number): Co<boolean> {
  if (!(yield* exists(tool, `${CPU}/cpu${cpu}`))) return yield* refuse(tool, `CPU ${cpu} does not exist`);
  return yield* refuse(tool, `CPU ${cpu} is not configurable`);
}
