/** QEMU's machine `none` (hw/core/null-machine.c): a monitor, and nothing that it could talk to. */
import type { BoardError, BoardEvents, OspmStatus, PluggedCpu, ResetReason } from '../../abi/board.ts';
import type { MachineConfig } from '../../abi/machine-config.ts';
import type { MemoryDevices } from '../../abi/memory-devices.ts';
import type { CpuModel, Vcpu } from '../../abi/vcpu.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import { cpuModelOf } from '../cpuid.ts';
import type { BoardMachine, BoardOptions } from './board-machine.ts';

const NOTHING: BoardError = { class: 'GenericError', description: 'the machine has no CPUs' };
const NO_MEMORY_DEVICES: BoardError = { class: 'GenericError', description: 'the machine has no memory devices' };

export class NoneBoard implements BoardMachine {
  readonly config: MachineConfig;
  readonly rsdpAddress = 0;
  readonly e820 = [];
  readonly bootTime: number;
  readonly cpuModel: CpuModel;
  readonly apicIdShifts = { core: 0, package: 0 };
  readonly memory: MemoryDevices;
  private readonly log: LogWriter;
  private readonly events: BoardEvents;
  private readonly onPowerOff: (() => void) | undefined;
  private readonly onReset: ((reason: ResetReason) => void) | undefined;
  private poweredOn = false;
  private isRunning = false;

  constructor({ config, log, bootTime, events, onPowerOff, onReset }: BoardOptions) {
    this.config = config;
    this.memory = {
      usesBackend: (id) => config.ramBackends.includes(id),
      dimms: () => [],
      inOrder: () => [],
      plugDimm: () => NO_MEMORY_DEVICES,
      requestDimmUnplug: () => NO_MEMORY_DEVICES,
    };
    this.bootTime = bootTime;
    this.cpuModel = cpuModelOf(config.cpuModel, log);
    this.log = log;
    this.events = events;
    this.onPowerOff = onPowerOff;
    this.onReset = onReset;
  }

  currentVcpu(): Vcpu {
    throw new Error('no vCPU executes now');
  }

  setProgram(): void {
    // there is no processor that could run it
  }

  currentConfig(): MachineConfig {
    return this.config;
  }

  powerOn(): void {
    this.poweredOn = true;
    this.setRunning(true);
  }

  get running(): boolean {
    return this.isRunning;
  }

  readonly isShutDown = false;

  get everRan(): boolean {
    return this.poweredOn;
  }

  setRunning(running: boolean): void {
    if (running === this.isRunning) return;
    this.isRunning = running;
    this.poweredOn ||= running;
    this.log.emit('machine_state', running ? 'running' : 'paused');
  }

  pluggedCpus(): readonly PluggedCpu[] {
    return [];
  }

  cpuAt(): undefined {
    return undefined;
  }

  isTaken(): boolean {
    return false;
  }

  hasLingeringCpu(): boolean {
    return false;
  }

  deviceIds(): ReadonlySet<string> {
    return new Set();
  }

  isHalted(): boolean {
    return false;
  }

  plugCpu(): BoardError {
    return NOTHING;
  }

  requestCpuUnplug(): BoardError {
    return NOTHING;
  }

  ospmStatus(): readonly OspmStatus[] {
    return [];
  }

  powerButton(): void {
    // nobody is there to notice
  }

  requestReset(reason: ResetReason): void {
    if (this.onReset && !this.config.noReboot) this.onReset(reason);
    else {
      this.events.event('SHUTDOWN', { guest: false, reason });
      this.setRunning(false);
      this.onPowerOff?.();
    }
  }
}
