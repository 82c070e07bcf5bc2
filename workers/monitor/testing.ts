/** What tests of the monitor share. */
import { type BoardOptions, createBoard } from '../hw/boards/board.ts';
import { VirtBoard } from '../hw/boards/virt.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { parseCommandLine } from './command-line.ts';
import { ObjectStore } from './object-store.ts';
import { monitorCommands } from './qmp-commands.ts';
import { QmpSession } from './qmp-session.ts';

/** A machine without a guest: the board as it stands at power-on, with the monitor. */
export function connect(argv: readonly string[]) {
  const config = parseCommandLine(argv);
  if (!config.ok) throw new Error(config.error);
  const log = new EventLog();
  const lines: string[] = [];
  const unmodelled: string[] = [];
  const make = (options: BoardOptions) =>
    options.config.board === 'virt' ? new VirtBoard(options) : createBoard(options);
  const board = make({
    config: config.value,
    scheduler: new Scheduler(log),
    log,
    firmware: { rsdpAddress: 0, e820: [], regions: [] },
    serial: { transmit: () => {}, receive: () => undefined, onInput: undefined },
    bootTime: 0,
    events: { event: (name, data) => session.event(name, data) },
    onReset: (reason) => session.event('RESET', { guest: false, reason }),
  });
  const session = new QmpSession({
    board: () => board,
    objects: new ObjectStore(config.value),
    commands: () => monitorCommands,
    unmodelled: (what) => unmodelled.push(what),
    send: (line) => lines.push(line),
    clock: () => 1_000_000,
    quit: () => {},
  });
  session.greet();
  if (!config.value.startStopped) board.powerOn();
  return { session, lines, unmodelled };
}
