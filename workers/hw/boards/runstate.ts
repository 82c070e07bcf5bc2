import type { ResetReason } from '../../abi/board.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import type { Scheduler } from '../../sim/scheduler.ts';
import type { BoardOptions } from './board-machine.ts';

type RunstateOptions = Pick<BoardOptions, 'config' | 'scheduler' | 'log' | 'events' | 'onPowerOff' | 'onReset'>;

/** Whether a machine runs, and how it stops: QEMU's softmmu/runstate.c, as far as any board has it. */
export class Runstate {
  private readonly options: RunstateOptions;
  private readonly scheduler: Scheduler;
  private readonly log: LogWriter;
  private readonly startBootProcessor: () => void;
  /** It ran once: before that, nothing of the guest is there. */
  everRan = false;
  running = false;
  /** It ran, and was switched off or reset without anybody to reset it. */
  isShutDown = false;

  constructor(options: RunstateOptions, startBootProcessor: () => void) {
    this.options = options;
    this.scheduler = options.scheduler;
    this.log = options.log;
    this.startBootProcessor = startBootProcessor;
  }

  powerOn(): void {
    this.everRan = true;
    this.running = true;
    this.scheduler.continueProcessors();
    this.log.emit('machine_state', 'running');
    this.startBootProcessor();
  }

  /** `stop` and `cont`; the first `cont` of a machine that was started with -S powers it on. */
  set(running: boolean): void {
    if (running === this.running) return;
    if (running && !this.everRan) {
      this.powerOn();
      return;
    }
    this.running = running;
    if (running) this.scheduler.continueProcessors();
    else this.scheduler.stopProcessors();
    this.log.emit('machine_state', running ? 'running' : 'paused');
  }

  requestReset(reason: ResetReason): void {
    const { onReset, config } = this.options;
    if (onReset && !config.noReboot) onReset(reason);
    else this.shutDown(reason);
  }

  shutDown(reason: 'guest-shutdown' | ResetReason): void {
    const { events, config, onPowerOff } = this.options;
    events.event('SHUTDOWN', { guest: reason.startsWith('guest-'), reason });
    const stops = this.running;
    this.running = false;
    // a machine that has not run yet has nothing to stop: its state remains
    this.isShutDown ||= stops;
    this.scheduler.stopProcessors();
    if (stops && config.noShutdown) events.event('STOP');
    this.log.emit('machine_state', 'shutdown');
    onPowerOff?.();
  }
}
