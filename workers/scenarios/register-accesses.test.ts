/** Accesses of every size to the ACPI blocks, aligned and not, with what a real QEMU 7.2 answered. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AccessWidth } from '../abi/bus.ts';
import { createBoard } from '../hw/boards/board.ts';
import type { BoardMachine } from '../hw/boards/board-machine.ts';
import { parseCommandLine } from '../monitor/command-line.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { guestProgram, haltForever } from '../sim/testing.ts';

interface Recorded {
  readonly machines: readonly {
    readonly machine: string;
    readonly what: string;
    readonly accesses: readonly string[];
  }[];
}

const file = new URL('../recordings/register-accesses.json', import.meta.url);
const { machines } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;

const WIDTHS: Readonly<Record<string, AccessWidth>> = { b: 1, w: 2, l: 4 };
const hex = (text: string | undefined): number => Number.parseInt(text ?? '', 16);

/** What QMP does between the accesses. */
function perform(board: BoardMachine, [verb, id = '', ...rest]: readonly string[]): string | undefined {
  switch (verb) {
    case 'dimm': {
      const backend = { id: `m-${id}`, size: hex(rest[1]), alignment: 0x20_0000 };
      board.memory.plugDimm({ id, backend, slot: Number(rest[0]), address: 0, node: 0 });
      return undefined;
    }
    case 'cpu': {
      const possible = board.config.possibleCpus.find(({ coreId }) => coreId === Number(rest[0]));
      if (possible) board.plugCpu(possible, id);
      return undefined;
    }
    case 'unplug': {
      const dimm = board.memory.dimms().find((candidate) => candidate.id === id);
      if (dimm) board.memory.requestDimmUnplug(dimm);
      return undefined;
    }
    case 'power-button':
      board.powerButton();
      return undefined;
    case 'dimms':
      return `dimms ${board.memory
        .dimms()
        .map((dimm) => dimm.id)
        .join(',')}`;
    case 'status': {
      const told = board.ospmStatus().filter(({ source, status }) => source !== 0 || status !== 0);
      return `status ${told
        .map(({ slotType, slot, source, status }) => `${slotType}${slot}:${source.toString(16)}:${status.toString(16)}`)
        .join(' ')}`;
    }
    default:
      throw new Error(`${verb}: not a step`);
  }
}

/** The step again, with the lab's answer in place of the recorded one. */
function repeat(board: BoardMachine, step: string): string {
  const { bus } = board.currentVcpu();
  const access = /^(in|out)([bwl]) (\w+) (?:= )?(\w+)$/.exec(step);
  if (!access) return perform(board, step.split(' ')) ?? step;
  const [, direction, size = '', port, value] = access;
  const width = WIDTHS[size] ?? 1;
  if (direction === 'in') return `in${size} ${port} = ${bus.readPort(hex(port), width).toString(16)}`;
  bus.writePort(hex(port), width, hex(value));
  return step;
}

describe('port accesses answered as by QEMU 7.2', () => {
  test.each(machines)('$what: $machine', ({ machine, accesses }) => {
    const config = parseCommandLine(machine.split(' '));
    if (!config.ok) throw new Error(config.error);
    const log = new EventLog();
    const scheduler = new Scheduler(log);
    const board = createBoard({
      config: config.value,
      scheduler,
      log,
      firmware: { rsdpAddress: 0, e820: [], regions: [] },
      serial: { transmit: () => {}, receive: () => undefined, onInput: undefined },
      bootTime: 0,
      events: { event: () => {} },
    });
    const steps = accesses.flatMap((line) => line.split('; '));
    const answers: string[] = [];
    board.setProgram(
      guestProgram(function* () {
        for (const step of steps) answers.push(repeat(board, step));
        yield* haltForever();
      }),
    );
    board.powerOn();
    scheduler.run(1e9);
    expect(answers).toEqual(steps);
  });
});
