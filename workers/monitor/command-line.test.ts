import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createBoard } from '../hw/boards/board.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { parseCommandLine, splitCommandLine } from './command-line.ts';
import { requestedHelp } from './command-line-help.ts';

interface RecordedLine {
  readonly line: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  /** Bytes. */
  readonly memory?: number;
  /** `info numa`. */
  readonly numa?: string;
  /** QOM paths of the last twelve vCPUs, in the order of their slots. */
  readonly present?: readonly string[];
  readonly slots?: number;
}

const recorded = (
  JSON.parse(readFileSync(new URL('../recordings/qmp/command-lines.json', import.meta.url), 'utf8')) as {
    lines: RecordedLine[];
  }
).lines;

function parse(line: string) {
  const words = splitCommandLine(line);
  if (!words.ok) throw new Error(words.error);
  return parseCommandLine(words.value);
}

describe("QEMU's answer to a command line is the lab's", () => {
  test.each(recorded.filter(({ error }) => error !== undefined))('$line is refused', ({ line, error }) => {
    expect(parse(line)).toEqual({ ok: false, error });
  });

  test.each(recorded.filter(({ error }) => error === undefined))('$line is accepted', (expected) => {
    const config = parse(expected.line);
    if (!config.ok) throw new Error(config.error);
    const log = new EventLog();
    const board = createBoard({
      config: config.value,
      scheduler: new Scheduler(log),
      log,
      firmware: { rsdpAddress: 0, e820: [], regions: [] },
      serial: { transmit: () => {}, receive: () => undefined, onInput: undefined },
      bootTime: 0,
      events: { event: () => {} },
    });
    const { possibleCpus, memorySize, warnings, numaNodes } = config.value;
    const nodes = numaNodes.map(({ id, memory }) => {
      const cpus = board.pluggedCpus().filter(({ possible }) => possible.nodeId === id);
      const list = cpus.map(({ possible }) => ` ${possible.index}`).join('');
      return `node ${id} cpus:${list}\nnode ${id} size: ${memory / 2 ** 20} MB\nnode ${id} plugged: 0 MB\n`;
    });
    expect({
      line: expected.line,
      warnings,
      memory: memorySize,
      numa: `${nodes.length} nodes\n${nodes.join('')}`,
      present: possibleCpus.flatMap(({ index }) => board.cpuAt(index)?.qomPath ?? []).slice(-12),
      slots: possibleCpus.length,
    }).toEqual(expected);
  });
});

describe('the machine that a command line makes', () => {
  test('sockets × dies × cores × threads give slots in QEMU order', () => {
    const config = parse('-M q35 -smp 1,sockets=2,dies=2,cores=3,threads=2,maxcpus=24');
    expect(config.ok && config.value.possibleCpus.map(({ apicId }) => apicId).slice(0, 8)).toEqual([
      0, 1, 2, 3, 4, 5, 8, 9,
    ]);
  });

  test('a distance that is given one way holds the other way, too', () => {
    const config = parse(
      '-M q35 -m 128M -object memory-backend-ram,id=a,size=128M -numa node,memdev=a -numa node -numa dist,src=0,dst=1,val=21',
    );
    expect(config.ok && config.value.numaDistances).toEqual([
      [10, 21],
      [21, 10],
    ]);
  });

  test("quotes and backslashes are a shell's", () => {
    expect(splitCommandLine(`-append "a 'b' \\"c\\"" -name 'x y' p\\ q`)).toEqual({
      ok: true,
      value: ['-append', `a 'b' "c"`, '-name', 'x y', 'p q'],
    });
  });

  test('a quote that is not closed is an error', () => {
    expect(splitCommandLine('-name "x').ok).toBe(false);
  });
});

describe('an option that prints and ends', () => {
  test.each([
    ['-version', 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)'],
    ['--version', 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)'],
    ['-h', 'usage: qemu-system-x86_64 [options]'],
    ['-M help', 'q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)'],
    ['-machine help', 'pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)'],
    ['-cpu help', 'x86 Haswell-v3            Intel Core Processor (Haswell, IBRS)'],
    ['-cpu ?', 'x86 Haswell               (alias configured by machine type)'],
    ['-accel help', 'Accelerators supported in QEMU binary:\ntcg\nkvm'],
    ['-M q35 -smp help', 'smp-opts options:\n  clusters=<num>\n  cores=<num>'],
  ])('%s', (line, text) => {
    expect(requestedHelp(line.split(' '))).toContain(text);
  });

  test('a machine is no such option', () => {
    expect(requestedHelp(['-M', 'q35', '-smp', '2'])).toBeUndefined();
  });
});
