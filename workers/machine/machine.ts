/**
 * Composition root: a scenario's machine, put together from its parts. QEMU's side is the command line, the board with
 * its devices, the firmware's tables and the monitor; the guest's side is the kernel with its programs. They meet at
 * the bus, the interrupt lines and the tables in guest memory.
 */
import type { MachineConfig } from '../abi/machine-config.ts';
import { buildFirmware } from '../firmware/firmware.ts';
import { type BoardMachine, createBoard } from '../hw/boards/board.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { QmpSession } from '../monitor/qmp-session.ts';
import type { InputChannel, Parsed, Scenario } from '../protocol/scenario.ts';
import { NS_PER_US } from '../protocol/units.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { bootGuest } from './guest.ts';
import { SerialConsole } from './serial-console.ts';

export interface MachineOptions {
  /** A foreign DSDT in place of ours. */
  readonly dsdt?: Uint8Array;
  /** False: a machine without -kernel stays in its firmware, as a real one without a disk does. */
  readonly bootWithoutKernel?: boolean;
}

/** What the RTC shows at power-on: 2026-11-20 17:00:00 UTC, the day of the recordings. Fixed: a log does not depend on today. */
const POWER_ON_TIME = 1_795_194_000;

export class Machine {
  readonly log: EventLog;
  readonly scheduler: Scheduler;
  readonly board: BoardMachine;
  readonly kernel: Kernel;
  readonly console: SerialConsole;
  /** Told of each line that the QMP server sends: replies and events. */
  onQmpLine: ((line: string) => void) | undefined;
  /** Set by `quit`, or when the guest powers the machine off. */
  hasQuit = false;
  private qmp: QmpSession;
  /** The monitor of the page's own commands: HMP goes through it, and it is always negotiated. */
  private readonly control: QmpSession;
  private controlReply = '';

  constructor(config: MachineConfig, kernelArguments: string, options: MachineOptions) {
    this.log = new EventLog();
    this.scheduler = new Scheduler(this.log);
    this.console = new SerialConsole(this.scheduler, this.log);
    const firmware = buildFirmware(config, { serialPort: true, ...(options.dsdt ? { dsdt: options.dsdt } : {}) });
    this.board = createBoard({
      config,
      scheduler: this.scheduler,
      log: this.log,
      firmware,
      serial: this.console,
      bootTime: POWER_ON_TIME,
      events: { event: (name, data) => this.qmp.event(name, data) },
      onPowerOff: () => this.quit(),
    });
    const boots = config.kernelGiven || options.bootWithoutKernel !== false;
    this.kernel = bootGuest(this.board, this.log, this.scheduler, kernelArguments, boots);
    this.qmp = this.newQmp();
    this.control = new QmpSession({
      board: this.board,
      send: (line) => {
        this.controlReply = line;
      },
      clock: () => 0,
      quit: () => this.quit(),
    });
    this.control.feed('{"execute": "qmp_capabilities"}');
    this.scheduler.asHost(() => {
      this.qmp.greet();
      if (!config.startStopped) this.board.powerOn();
    });
  }

  /** A new client has connected: greeting, negotiation from the start. */
  openQmp(): void {
    this.qmp = this.newQmp();
    this.scheduler.asHost(() => this.qmp.greet());
  }

  /** A user's input; returns what answers it at once: a QMP reply line, a monitor line's output. */
  input(channel: InputChannel, text: string): string | undefined {
    return this.scheduler.asHost(() => {
      this.log.emit('input', channel, text);
      if (channel === 'qmp') return this.qmpInput(text);
      if (channel === 'hmp') return this.hmpInput(text);
      this.log.emit('tty_in', text);
      this.console.type(text);
      return undefined;
    });
  }

  /** Names of the functions that run on a vCPU, innermost first. */
  backtrace(vcpu: number): string[] {
    return (this.scheduler.processors[vcpu]?.current?.backtrace() ?? []).map(({ name }) => name);
  }

  private newQmp(): QmpSession {
    return new QmpSession({
      board: this.board,
      send: (line) => {
        this.lastReply = line.startsWith('{"timestamp"') ? this.lastReply : line;
        this.log.emit('qmp_out', line);
        this.onQmpLine?.(line);
      },
      clock: () => POWER_ON_TIME * 1_000_000 + Math.floor(this.scheduler.now() / NS_PER_US),
      quit: () => this.quit(),
    });
  }

  private lastReply: string | undefined;

  private qmpInput(text: string): string | undefined {
    this.log.emit('qmp_in', text);
    this.lastReply = undefined;
    this.qmp.feed(text);
    // a number or a keyword is complete only with what follows it: a client's line ending
    if (this.lastReply === undefined && !text.endsWith('\n')) this.qmp.feed('\n');
    return this.lastReply;
  }

  private hmpInput(line: string): string {
    this.log.emit('hmp_in', line);
    this.control.feed(JSON.stringify({ execute: 'human-monitor-command', arguments: { 'command-line': line } }));
    const output = String((JSON.parse(this.controlReply) as { return?: unknown }).return ?? '');
    this.log.emit('hmp_out', output);
    return output;
  }

  private quit(): void {
    this.hasQuit = true;
    this.board.setRunning(false);
    this.log.emit('machine_state', 'shutdown');
  }
}

/** Builds a scenario's machine; the error is QEMU's message for a command line that it refuses. */
export function buildMachine(scenario: Scenario, options: MachineOptions): Parsed<Machine> {
  const words = splitCommandLine(scenario.machine);
  if (!words.ok) return words;
  const config = parseCommandLine(words.value);
  if (!config.ok) return config;
  const kernelArguments = [config.value.kernelArguments, scenario.append ?? ''].filter(Boolean).join(' ');
  return { ok: true, value: new Machine(config.value, kernelArguments, options) };
}
