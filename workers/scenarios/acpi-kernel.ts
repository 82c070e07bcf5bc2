/**
 * A whole x86 machine up to the kernel's devices: board, firmware, ACPI, CPU hotplug; no files and no programs. What a
 * test wants done in the guest runs in pid 1.
 */

import { ERRNO } from '../abi/syscall.ts';
import { buildFirmware } from '../firmware/firmware.ts';
import type { BoardMachine } from '../hw/boards/board.ts';
import { createBoard } from '../hw/boards/board.ts';
import { sysfs_find } from '../linux/fs/sysfs/dir.ts';
import { createKernelOf } from '../linux/guest.ts';
import { get_current } from '../linux/include/linux/sched.ts';
import { platformDeviceInitcalls, platformParts, platformSubsysInitcalls } from '../linux/init/platform.ts';
import { formatRecord, kernelLog } from '../linux/kernel/printk/printk.ts';
import { schedule_timeout_uninterruptible } from '../linux/kernel/sched/core.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { costOf, debian61 } from '../linux/profiles/debian-6-1.ts';
import { CallForest, type TraceNode } from '../machine/call-forest.ts';
import { TRACED_FUNCTIONS } from '../machine/traced-functions.ts';
import { parseCommandLine, splitCommandLine } from '../monitor/command-line.ts';
import { type LabEvent, LogReader } from '../protocol/log-format.ts';
import { formatQemuTrace } from '../protocol/qemu-trace.ts';
import type { Co } from '../sim/coroutine.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';

/** How often pid 1 looks for something to do, and how long a stretch lasts, ns. */
const JOB_POLL = 5_000_000;
const STRETCH = 1_000_000_000;

/** What a stretch of the machine's time led to, in the shape of a recording's step. */
export interface Stretch {
  readonly registers: readonly string[];
  readonly dmesg: readonly string[];
  readonly events: readonly unknown[];
  readonly trace: readonly TraceNode[];
  readonly unmodelled: readonly string[];
}

export class AcpiKernel {
  readonly log = new EventLog();
  readonly scheduler = new Scheduler(this.log);
  readonly board: BoardMachine;
  readonly kernel: Kernel;
  /** What booting led to. */
  readonly boot: Stretch;
  private readonly reader = new LogReader();
  private readonly forest: CallForest;
  private readonly jobs: ((k: Kernel) => Co<unknown>)[] = [];
  private qmpEvents: unknown[] = [];

  /** `machine`: QEMU's arguments. */
  constructor(machine: string, commandLine = '') {
    const { log, scheduler, jobs } = this;
    const words = splitCommandLine(machine);
    if (!words.ok) throw new Error(words.error);
    const parsed = parseCommandLine(words.value);
    if (!parsed.ok) throw new Error(parsed.error);
    const config = parsed.value;
    scheduler.costOf = costOf(debian61);
    this.board = createBoard({
      config,
      scheduler,
      log,
      firmware: buildFirmware(config, { serialPort: true }),
      serial: { transmit: () => undefined, receive: () => undefined, onInput: undefined },
      bootTime: 0,
      events: { event: (event, data) => this.qmpEvents.push({ event, data }) },
    });
    const { kernel, program } = createKernelOf(
      { platform: this.board, log, clock: scheduler, profile: debian61, commandLine },
      {
        ...platformParts,
        console_init: function* (): Co {},
        initcalls: [...platformSubsysInitcalls, ...platformDeviceInitcalls],
        run_init_process: (k) => AcpiKernel.runJobs(k, jobs),
      },
    );
    this.kernel = kernel;
    this.forest = new CallForest(
      TRACED_FUNCTIONS,
      config.possibleCpus.map(({ apicId }) => apicId),
    );
    this.board.setProgram(program);
    scheduler.asHost(() => this.board.powerOn());
    this.boot = this.settle();
  }

  /** Does something as QEMU's user, then runs until the machine is quiet. */
  host(action: (board: BoardMachine) => void): Stretch {
    this.scheduler.asHost(() => action(this.board));
    return this.settle();
  }

  /** Has pid 1 do something, then runs until the machine is quiet. */
  guest(job: (k: Kernel) => Co<unknown>): Stretch {
    this.jobs.push(job);
    return this.settle();
  }

  /** Has pid 1 write to a file of /sys; the answer is what write(2) would return. */
  write(path: string, text: string): Stretch & { readonly result: number } {
    let result = 0;
    const stretch = this.guest(function* (k): Co {
      const node = sysfs_find(k, path);
      const write = node?.ops?.write;
      result = node && write ? yield* write(k, node, text, 0) : -ERRNO.ENOENT;
    });
    return { ...stretch, result };
  }

  /** Text of a file of /sys as pid 1 reads it, or -errno. */
  read(path: string): string | number {
    let result: string | number = -ERRNO.ENOENT;
    this.guest(function* (k): Co {
      const node = sysfs_find(k, path);
      if (node?.ops?.seq_show) result = yield* node.ops.seq_show(k, node);
      else if (node?.ops?.read) result = yield* node.ops.read(k, node, 0, 4096);
    });
    return result;
  }

  /** Names in a directory of /sys, sorted; a directory's name ends in a slash, a link's in @. */
  list(path: string): string[] {
    const children = [...(sysfs_find(this.kernel, path)?.children?.values() ?? [])];
    return children.map(({ name, children: below, target }) => name + (below ? '/' : target ? '@' : '')).sort();
  }

  private static *runJobs(k: Kernel, jobs: ((k: Kernel) => Co<unknown>)[]): Co<number> {
    get_current(k).comm = 'bash';
    k.log.emit('task_rename', get_current(k).id, 'bash');
    for (;;) {
      for (let job = jobs.shift(); job; job = jobs.shift()) yield* job(k);
      yield* schedule_timeout_uninterruptible(k, JOB_POLL);
    }
  }

  private settle(): Stretch {
    const firstMessage = kernelLog(this.kernel).length;
    const firstRecord = this.reader.length;
    this.forest.begin();
    const result = this.scheduler.run(this.scheduler.furthest + STRETCH, 50_000_000);
    if (result !== 'time') throw new Error(`the machine does not come to rest: ${result}`);
    for (const chunk of this.log.take()) this.reader.append(chunk);
    const records: LabEvent[] = [...this.reader.from(firstRecord)];
    for (const event of records) this.forest.add(event);
    return {
      registers: records
        .filter(({ kind }) => kind === 'qemu_trace')
        .map(({ fields: f }) => formatQemuTrace(String(f['point']), Number(f['a']), Number(f['b']), Number(f['c']))),
      dmesg: kernelLog(this.kernel).slice(firstMessage).map(formatRecord),
      events: this.qmpEvents.splice(0),
      trace: this.forest.finish(),
      unmodelled: records
        .filter(({ kind }) => kind === 'unmodelled')
        .map(({ fields }) => `${fields['where']}: ${fields['what']}`),
    };
  }
}
