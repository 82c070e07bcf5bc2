/**
 * A machine with nothing but processors, for tests of the kernel's core: real local APICs, no firmware, no devices, no
 * files. What a test wants done in the guest runs in pid 1.
 */
import { ApicBus } from '../hw/apic-bus.ts';
import { SystemBus } from '../hw/bus.ts';
import { X86Vcpu } from '../hw/vcpu.ts';
import { generic_processor_info, processorCount } from '../linux/arch/x86/kernel/apic/apicid.ts';
import { x86Boot } from '../linux/arch/x86/kernel/arch-boot.ts';
import { createKernelOf } from '../linux/guest.ts';
import { get_current, TASK_UNINTERRUPTIBLE } from '../linux/include/linux/sched.ts';
import { schedule } from '../linux/kernel/sched/core.ts';
import type { Kernel } from '../linux/kernel-context.ts';
import { costOf, debian61 } from '../linux/profiles/debian-6-1.ts';
import { type LabEvent, LogReader } from '../protocol/log-format.ts';
import type { Co } from '../sim/coroutine.ts';
import { EventLog } from '../sim/event-log.ts';
import { Scheduler } from '../sim/scheduler.ts';

export interface BareKernelOptions {
  /** Processors at power-on. */
  readonly cpus: number;
  /** Possible processors; those beyond `cpus` are plugged when the machine starts but the tables call them disabled. */
  readonly possible?: number;
  readonly commandLine?: string;
}

export class BareKernel {
  readonly log = new EventLog();
  readonly scheduler = new Scheduler(this.log);
  readonly kernel: Kernel;
  private readonly reader = new LogReader();
  private readonly jobs: ((k: Kernel) => Co)[] = [];

  constructor({ cpus, possible = cpus, commandLine = '' }: BareKernelOptions) {
    const { log, scheduler } = this;
    this.scheduler.costOf = costOf(debian61);
    const systemBus = new SystemBus(log);
    const apicBus = new ApicBus(scheduler);
    const vcpus = Array.from({ length: possible }, (_, index) => {
      const processor = scheduler.addProcessor(index);
      const localApicRange = { base: 0xfee00000, length: 0x1000 };
      return new X86Vcpu({ processor, apicId: index, systemBus, apicBus, localApicRange, clock: scheduler, log });
    });
    const jobs = this.jobs;
    const { kernel, program } = createKernelOf(
      {
        platform: {
          currentVcpu: () => {
            const vcpu = vcpus[scheduler.activeProcessor?.index ?? -1];
            if (!vcpu) throw new Error('no vCPU executes');
            return vcpu;
          },
          rsdpAddress: 0,
          e820: [],
          bootTime: 0,
          cpuModel: {
            vendor: 'AuthenticAMD',
            modelName: 'AMD QEMU TCG CPU',
            family: 15,
            model: 0x6b,
            stepping: 1,
            flags: '',
            bugs: '',
            mhz: 2600,
            bogomips: '5200.00',
          },
          apicIdShifts: { core: 0, package: 8 },
        },
        log,
        clock: scheduler,
        profile: debian61,
        commandLine,
      },
      {
        arch: x86Boot,
        acpi_boot: function* (k): Co {
          for (let id = 0; id < cpus; id++) yield* generic_processor_info(k, id);
          processorCount(k).disabled_cpus = possible - cpus;
        },
        init_IRQ: function* (): Co {},
        console_init: function* (): Co {},
        driver_init: function* (): Co {},
        initcalls: [],
        run_init_process: function* (k): Co<number> {
          for (;;) {
            for (let job = jobs.shift(); job; job = jobs.shift()) yield* job(k);
            get_current(k).__state = TASK_UNINTERRUPTIBLE;
            yield* schedule(k);
          }
        },
      },
    );
    this.kernel = kernel;
    for (const vcpu of vcpus) vcpu.plug(program);
    vcpus[0]?.bootAtResetVector();
  }

  /** What pid 1 does when it has started; before the first run. */
  init(job: (k: Kernel) => Co): void {
    this.jobs.push(job);
  }

  /** Runs until nothing is left to happen. */
  settle(): void {
    const result = this.scheduler.run(Number.MAX_SAFE_INTEGER, 20_000_000);
    if (result !== 'idle') throw new Error(`the machine does not come to rest: ${result}`);
  }

  /** All records so far. */
  events(): LabEvent[] {
    for (const chunk of this.log.take()) this.reader.append(chunk);
    return [...this.reader.from(0)];
  }
}

/** Names of the tasks of a log, by their number in it. */
export function taskNames(events: readonly LabEvent[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const { kind, fields } of events) {
    if (kind === 'task_new') names.set(Number(fields['task']), String(fields['name']));
  }
  return names;
}
