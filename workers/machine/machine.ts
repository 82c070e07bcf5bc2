/**
 * Composition root: a scenario's machine, put together from its parts. QEMU's side is the command line, the board with
 * its devices, the firmware's tables and the monitor; the guest's side is the kernel with its programs. They meet at
 * the bus, the interrupt lines and the tables in guest memory.
 */
import type { ResetReason } from '../abi/board.ts';
import type { MachineConfig } from '../abi/machine-config.ts';
import type { BoardMachine } from '../hw/boards/board-machine.ts';
import type { RootfsEntry } from '../linux/init/initramfs.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { ObjectStore } from '../monitor/object-store.ts';
import { QmpSession } from '../monitor/qmp-session.ts';
import type { InputChannel, Parsed, Scenario } from '../protocol/scenario.ts';
import { NS_PER_MS, NS_PER_SECOND, NS_PER_US } from '../protocol/units.ts';
import { EventLog } from '../sim/event-log.ts';
import { Random } from '../sim/random.ts';
import { type Clock, Scheduler } from '../sim/scheduler.ts';
import type { Architecture, LateParts } from './architecture.ts';
import { bootGuest } from './guest.ts';
import { SerialConsole } from './serial-console.ts';
import { x86 } from './x86.ts';

export interface MachineOptions {
  readonly late: LateParts;
  /** What the guest's random numbers start from. */
  readonly seed?: number | undefined;
  /** A foreign DSDT in place of ours. */
  readonly dsdt?: Uint8Array;
  /** False: a machine without -kernel stays in its firmware, as a real one without a disk does. */
  readonly bootWithoutKernel?: boolean;
  /** Further files of the guest's root file system; those that are there already stay. */
  readonly files?: readonly RootfsEntry[];
}

/** What the RTC shows at power-on: 2026-11-20 17:00:00 UTC, the day of the recordings. Fixed: a log does not depend on today. */
const POWER_ON_TIME = 1_795_194_000;

/** When after a reset the firmware's own resets are told: as measured. */
const FIRMWARE_RESETS = [25 * NS_PER_MS, 25 * NS_PER_MS + 400 * NS_PER_US];

export class Machine {
  readonly log: EventLog;
  readonly scheduler: Scheduler;
  readonly console: SerialConsole;
  /** Told of each line that the QMP server sends: replies and events. */
  onQmpLine: ((line: string) => void) | undefined;
  /** Set by `quit`, or when the guest powers the machine off. */
  hasQuit = false;
  private qmp: QmpSession;
  private readonly config: MachineConfig;
  private readonly kernelArguments: string;
  private readonly options: MachineOptions;
  readonly architecture: Architecture;
  private readonly objects: ObjectStore;
  /** What a real machine's processor takes from noise; it goes on through a reset. */
  private readonly random: Random;
  private currentBoard: BoardMachine;
  private currentKernel: Kernel;

  constructor(config: MachineConfig, kernelArguments: string, options: MachineOptions) {
    this.log = new EventLog();
    this.scheduler = new Scheduler(this.log);
    this.console = new SerialConsole(this.scheduler, this.log);
    this.config = config;
    this.kernelArguments = kernelArguments;
    this.options = options;
    this.architecture = config.board === 'virt' ? options.late.arm64() : x86;
    this.objects = new ObjectStore(config);
    this.random = new Random(options.seed ?? 0);
    this.currentBoard = this.buildBoard(config);
    this.currentKernel = this.boot();
    this.qmp = this.newQmp();
    this.scheduler.asHost(() => {
      this.qmp.greet();
      if (!config.startStopped) this.board.powerOn();
    });
  }

  /** The board that stands now: another one after a reset. */
  get board(): BoardMachine {
    return this.currentBoard;
  }

  /** The kernel that runs on it, or would if the machine had not been left in its firmware. */
  get kernel(): Kernel {
    return this.currentKernel;
  }

  /** A new client has connected: greeting, negotiation from the start. */
  openQmp(): void {
    this.qmp = this.newQmp();
    this.scheduler.asHost(() => this.qmp.greet());
  }

  /** A user's input; returns what answers it at once: a QMP reply line, a monitor line's output. */
  input(channel: InputChannel, text: string): string | undefined {
    // nobody is there any more
    if (this.hasQuit) return undefined;
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

  private buildBoard(config: MachineConfig, earlier?: BoardMachine): BoardMachine {
    const { dsdt } = this.options;
    return this.architecture.createBoard({
      config,
      scheduler: this.scheduler,
      log: this.log,
      firmware: this.architecture.buildFirmware(config, { serialPort: true, ...(dsdt ? { dsdt } : {}) }),
      serial: this.console,
      bootTime: POWER_ON_TIME,
      startTime: Math.floor(this.scheduler.now() / NS_PER_SECOND),
      ...(earlier ? { earlier } : {}),
      events: { event: (name, data) => this.qmp.event(name, data) },
      onPowerOff: () => this.poweredOff(),
      onReset: (reason) => this.resetSoon(reason),
    });
  }

  /** A kernel for the board that stands now; its clock begins with it, as a time-stamp counter does at a reset. */
  private boot(): Kernel {
    const { scheduler } = this;
    const start = scheduler.now();
    const clock: Clock = {
      now: () => scheduler.now() - start,
      after: (delay, run) => scheduler.after(delay, run),
    };
    const boots = this.config.kernelGiven || this.options.bootWithoutKernel !== false;
    return bootGuest({
      architecture: this.architecture,
      board: this.board,
      log: this.log,
      scheduler,
      clock,
      kernelArguments: this.kernelArguments,
      boots,
      files: this.options.files ?? [],
      late: this.options.late,
      entropy: () => this.random.next(),
    });
  }

  /** The guest's own request takes effect when its instruction is done. */
  private resetSoon(reason: ResetReason): void {
    if (reason !== 'guest-reset') this.reset(reason);
    else this.scheduler.after(0, () => this.reset(reason));
  }

  /** Devices, processors and guest start anew on the same clock; what is plugged stays plugged (qemu_system_reset). */
  private reset(reason: ResetReason): void {
    const { board: earlier } = this;
    const { running } = earlier;
    this.qmp.event('RESET', { guest: reason === 'guest-reset', reason });
    this.log.emit('machine_state', 'reset');
    this.console.reset();
    this.scheduler.reset();
    this.currentBoard = this.buildBoard(earlier.currentConfig(), earlier);
    this.currentKernel = this.boot();
    if (!running) return;
    this.board.powerOn();
    // SeaBIOS finds that it has run before and resets the machine itself, by port 0xcf9 and by a triple fault; QEMU tells of
    // each. Here that takes no other time. On a real machine the second may come too late to be told; after a reset of
    // the guest's own it mostly does.
    const own = reason === 'guest-reset' ? FIRMWARE_RESETS.slice(0, 1) : FIRMWARE_RESETS;
    for (const delay of own) {
      this.scheduler.after(delay, () => this.qmp.event('RESET', { guest: true, reason: 'guest-reset' }));
    }
  }

  private newQmp(): QmpSession {
    return new QmpSession({
      board: () => this.board,
      objects: this.objects,
      commands: () => this.options.late.monitor(),
      unmodelled: (what) => this.log.emit('unmodelled', 'monitor', what),
      quit: () => this.quit(),
      send: (line) => {
        this.lastReply = line.startsWith('{"timestamp"') ? this.lastReply : line;
        this.log.emit('qmp_out', line);
        this.onQmpLine?.(line);
      },
      clock: () => POWER_ON_TIME * 1_000_000 + Math.floor(this.scheduler.now() / NS_PER_US),
    });
  }

  private lastReply: string | undefined;

  private qmpInput(text: string): string | undefined {
    this.log.emit('qmp_in', text);
    this.lastReply = undefined;
    this.qmp.feed(text);
    // a number or a keyword is complete only with what follows it: a client's line ending
    if (!text.endsWith('\n')) this.qmp.feed('\n');
    return this.lastReply;
  }

  private hmpInput(line: string): string {
    this.log.emit('hmp_in', line);
    const output = this.options.late.monitor().hmp(this.qmp.context, line);
    this.log.emit('hmp_out', output);
    return output;
  }

  /** Switched off from inside: QEMU ends, unless -no-shutdown keeps it. */
  private poweredOff(): void {
    if (!this.config.noShutdown) this.quit();
  }

  private quit(): void {
    this.hasQuit = true;
    this.board.setRunning(false);
    this.log.emit('machine_state', 'ended');
  }
}

/** Machines that QEMU would make, and on which the lab's guest could not run: better refused than another one in its place. */
function unmodelledMachine({ virt, cpuModel }: MachineConfig): string | undefined {
  if (!virt) return undefined;
  const wrong = [
    ...(['cortex-a7', 'cortex-a15'].includes(cpuModel) ? [`${cpuModel}, a processor of 32 bits,`] : []),
    ...(virt.gicVersion === 3 ? [] : ['gic-version=2']),
  ];
  if (wrong.length === 0) return undefined;
  return `${wrong.join(' and ')} ${wrong.length > 1 ? 'are' : 'is'} not modelled by the lab; expected -M virt,gic-version=3 with -cpu cortex-a57, max or another of 64 bits`;
}

/** What a scenario's machine is; the error is QEMU's message for a command line that it refuses. */
export function configure(scenario: Scenario): Parsed<MachineConfig> {
  const words = splitCommandLine(scenario.machine);
  const config = words.ok ? parseCommandLine(words.value) : words;
  const missing = config.ok ? unmodelledMachine(config.value) : undefined;
  return missing === undefined ? config : { ok: false, error: missing };
}

/** What the firmware's tables need below the top of RAM, with room to spare. */
const LEAST_MEMORY = 2 * 2 ** 20;

/** An option about a kernel that is not there. */
function orphanOption({ kernelGiven, kernelArguments, ignored }: MachineConfig): string | undefined {
  if (kernelGiven) return undefined;
  if (kernelArguments !== '') return '-append';
  return ignored.some((option) => option.startsWith('-initrd ')) ? '-initrd' : undefined;
}

/** Builds a scenario's machine; the error is {@link configure}'s. */
export function buildMachine(scenario: Scenario, options: MachineOptions): Parsed<Machine> {
  const config = configure(scenario);
  if (!config.ok) return config;
  const orphan = options.bootWithoutKernel === false ? orphanOption(config.value) : undefined;
  if (orphan !== undefined) return { ok: false, error: `${orphan} only allowed with -kernel option` };
  if (config.value.board !== 'none' && config.value.memorySize < LEAST_MEMORY) {
    return {
      ok: false,
      error: `machines with less than ${LEAST_MEMORY / 2 ** 20} MiB of RAM are not modelled by the lab`,
    };
  }
  const kernelArguments = [config.value.kernelArguments, scenario.append ?? ''].filter(Boolean).join(' ');
  // the lab's own guest is given a serial port and nothing else, as the recorded machines were
  const own = options.bootWithoutKernel === false ? {} : { defaultDevices: false, serialPort: true };
  const parts = { ...options, seed: scenario.seed };
  return { ok: true, value: new Machine({ ...config.value, ...own }, kernelArguments, parts) };
}
