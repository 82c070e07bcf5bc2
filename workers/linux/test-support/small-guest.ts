/**
 * For tests: a kernel with the real scheduler, workqueues and files on a machine that has just processors, a timer
 * each and a UART at 0x3f8. It boots to the given init program in a few hundred microseconds of virtual time.
 */
import type { Bus } from '../../abi/bus.ts';
import type { Program } from '../../abi/syscall.ts';
import type { Platform, Vcpu } from '../../abi/vcpu.ts';
import type { LabEvent } from '../../protocol/log-format.ts';
import { LogReader } from '../../protocol/log-format.ts';
import { NS_PER_SECOND, type Ns } from '../../protocol/units.ts';
import { type Co, Coroutine, Frame } from '../../sim/coroutine.ts';
import { EventLog } from '../../sim/event-log.ts';
import type { Processor } from '../../sim/processor.ts';
import { Scheduler } from '../../sim/scheduler.ts';
import { processorCount } from '../arch/x86/kernel/apic/apicid.ts';
import { cpuinfo } from '../arch/x86/kernel/cpu/proc.ts';
import { x86Memory } from '../arch/x86/mm/init.ts';
import { serial8250_init } from '../drivers/tty/serial/8250/8250_core.ts';
import { tty_init } from '../drivers/tty/tty_io.ts';
import { mnt_init, mountStandardTree } from '../fs/mount-tree.ts';
import { proc_root_init } from '../fs/proc/files.ts';
import { cpuIds, set_cpu_active, set_cpu_online, set_cpu_possible, set_cpu_present } from '../include/linux/cpumask.ts';
import type { irq_chip } from '../include/linux/irq.ts';
import { type PerCpuBase, PF_KTHREAD } from '../include/linux/sched.ts';
import { populate_rootfs, type RootfsEntry } from '../init/initramfs.ts';
import { run_init_process } from '../init/run_init_process.ts';
import { archOps } from '../kernel/arch-ops.ts';
import { handle_edge_irq } from '../kernel/irq/chip.ts';
import { generic_handle_irq_desc, irq_alloc_desc, irq_to_desc } from '../kernel/irq/irqdesc.ts';
import { kthreadd } from '../kernel/kthread.ts';
import { rq_nr_running, runqueues, schedule_idle, scheduler_ipi, wake_up_new_task } from '../kernel/sched/core.ts';
import { createIdleTask, createTask } from '../kernel/task.ts';
import { hrtimer_interrupt } from '../kernel/time/hrtimer.ts';
import { workqueue_init, workqueue_init_early } from '../kernel/workqueue.ts';
import { Kernel, type KernelProfile } from '../kernel-context.ts';

const UART = 0x3f8;
const UART_IRQ = 4;
const TIMER_VECTOR = 0xec;
const RESCHEDULE_VECTOR = 0xfd;
const UART_VECTOR = 0x24;

const profile: KernelProfile = {
  release: '6.1.0-test',
  version: '#1 SMP PREEMPT_DYNAMIC Debian',
  banner: 'Linux version 6.1.0-test (test) #1 SMP PREEMPT_DYNAMIC Debian',
  maxCpus: 64,
  config: {},
  cpuhpStates: [],
  costs: {},
};

/** As much of a 16550 as the driver needs: characters leave at once. */
class TestUart {
  sent = '';
  private typed = '';
  private ier = 0;
  private divisorLatch = false;
  private transmitterTold = false;
  private level = false;
  private readonly raise: () => void;

  constructor(raise: () => void) {
    this.raise = raise;
  }

  type(text: string): void {
    this.typed += text;
    this.update();
  }

  read(register: number): number {
    if (register === 0) {
      const byte = this.typed.charCodeAt(0) || 0;
      this.typed = this.typed.slice(1);
      this.update();
      return byte;
    }
    if (register === 1) return this.ier;
    if (register === 2) return this.identify();
    return register === 5 ? 0x60 | (this.typed === '' ? 0 : 1) : 0;
  }

  write(register: number, value: number): void {
    if (register === 3) this.divisorLatch = (value & 0x80) !== 0;
    if (this.divisorLatch) return;
    if (register === 0) {
      this.sent += String.fromCharCode(value);
      this.level = false;
      this.transmitterTold = false;
    } else if (register === 1) {
      if (value & 2 && !(this.ier & 2)) this.transmitterTold = false;
      this.ier = value & 0x0f;
    }
    this.update();
  }

  private pending(): number {
    if (this.ier & 1 && this.typed !== '') return 0xc4;
    return this.ier & 2 && !this.transmitterTold ? 0xc2 : 0xc1;
  }

  private identify(): number {
    const pending = this.pending();
    if (pending === 0xc2) this.transmitterTold = true;
    this.update();
    return pending;
  }

  private update(): void {
    const level = this.pending() !== 0xc1;
    const edge = level && !this.level;
    this.level = level;
    if (edge) this.raise();
  }
}

export interface SmallGuestOptions {
  readonly init: Program;
  readonly cpus?: number;
  readonly rootfs?: readonly RootfsEntry[];
  readonly commandLine?: string;
}

export class SmallGuest {
  readonly k: Kernel;
  readonly log = new EventLog();
  readonly scheduler: Scheduler;
  readonly uart: TestUart;
  private readonly reader = new LogReader();
  private readonly pending: number[][] = [];
  private readonly timers: ({ cancel(): void } | undefined)[] = [];
  private readonly vcpus: Vcpu[];
  private readonly options: SmallGuestOptions;

  constructor(options: SmallGuestOptions) {
    this.options = options;
    this.scheduler = new Scheduler(this.log);
    this.uart = new TestUart(() => this.interrupt(0, UART_VECTOR));
    const bus = this.newBus();
    this.vcpus = Array.from({ length: options.cpus ?? 2 }, (_, index) => this.newVcpu(index, bus));
    this.k = new Kernel(this.newPlatform(), this.log, this.scheduler, profile, options.commandLine ?? 'console=ttyS0');
    this.setupArch();
    for (const vcpu of this.vcpus) {
      vcpu.processor.reset(0);
      vcpu.processor.startUp(0, 0);
    }
  }

  /** Runs until nothing is left to do, at most `limit` ns further. */
  settle(limit: Ns = 10 * NS_PER_SECOND): void {
    const result = this.scheduler.run(this.scheduler.furthest + limit, 3_000_000);
    if (result === 'budget') throw new Error('the guest does not come to rest');
  }

  /** Types at the terminal and lets the guest act; returns what it printed since the last look. */
  type(text: string): string {
    this.scheduler.asHost(() => this.uart.type(text));
    this.settle();
    return this.printed();
  }

  printed(): string {
    const { sent } = this.uart;
    this.uart.sent = '';
    return sent;
  }

  /** All events so far. */
  events(): LabEvent[] {
    for (const chunk of this.log.take()) this.reader.append(chunk);
    return [...this.reader.from(0)];
  }

  private newVcpu(index: number, bus: Bus): Vcpu {
    const processor = this.scheduler.addProcessor(index);
    const pending: number[] = [];
    this.pending[index] = pending;
    processor.interruptSource = { hasPending: () => pending.length > 0, acknowledge: () => pending.shift() ?? 0 };
    processor.program = {
      start: (on) => this.start(on, index),
      interrupt: (_, vector) => new Frame(`vector ${vector}`, this.handleInterrupt(vector)),
    };
    return { index, apicId: index, processor, bus };
  }

  private newBus(): Bus {
    const none = () => {
      throw new Error('there is nothing');
    };
    return {
      readPort: (port) => this.uart.read(port - UART),
      writePort: (port, _, value) => this.uart.write(port - UART, value),
      readMemory: none,
      writeMemory: none,
      readBytes: none,
    };
  }

  private newPlatform(): Platform {
    return {
      currentVcpu: () => {
        const vcpu = this.vcpus.find(({ processor }) => processor === this.scheduler.activeProcessor);
        if (!vcpu) throw new Error('no processor executes');
        return vcpu;
      },
      bootTime: 1_000_000,
      apicIdShifts: { core: 0, package: 2 },
      cpuModel: {
        vendor: 'AuthenticAMD',
        modelName: 'QEMU TCG CPU version 2.5+',
        family: 15,
        model: 107,
        stepping: 1,
        flags: 'fpu de pse',
        bugs: 'spectre_v1',
        mhz: 2596.111,
        bogomips: '5192.22',
      },
      e820: [{ address: 0x100000, length: 511 << 20, type: 1 }],
    } as unknown as Platform;
  }

  private interrupt(cpu: number, vector: number): void {
    const pending = this.pending[cpu];
    if (!pending?.includes(vector)) pending?.push(vector);
    this.vcpus[cpu]?.processor.wake(this.scheduler.now());
  }

  private *handleInterrupt(vector: number): Co {
    const { k } = this;
    if (vector === TIMER_VECTOR) yield* hrtimer_interrupt(k);
    else if (vector === RESCHEDULE_VECTOR) scheduler_ipi(k);
    else {
      const desc = irq_to_desc(k, UART_IRQ);
      if (desc) yield* generic_handle_irq_desc(k, desc);
    }
  }

  private setupArch(): void {
    const ops = archOps(this.k);
    Object.assign(ops, { files: { ...ops.files, cpuinfo, machine: 'x86_64' }, memory: x86Memory });
    ops.smp_send_reschedule = (_, cpu) => this.interrupt(cpu, RESCHEDULE_VECTOR);
    ops.set_next_event = (k, delay) => {
      const cpu = k.platform.currentVcpu().index;
      this.timers[cpu]?.cancel();
      this.timers[cpu] =
        delay === undefined ? undefined : this.scheduler.after(delay, () => this.interrupt(cpu, TIMER_VECTOR));
    };
  }

  private start(processor: Processor, cpu: number): Coroutine {
    const coroutine = new Coroutine(new Frame('start', cpu === 0 ? this.startKernel() : this.idle(processor, cpu)));
    if (cpu === 0) for (const index of this.vcpus.keys()) this.bringUp(index);
    const idle = createIdleTask(this.k, cpu, coroutine);
    Object.assign(runqueues(this.k, cpu), { curr: idle, idle });
    idle.on_cpu = true;
    const base: PerCpuBase = { cpu, current: idle };
    processor.guestBase = base;
    return coroutine;
  }

  private bringUp(cpu: number): void {
    const { k } = this;
    cpuIds(k).nr_cpu_ids = this.vcpus.length;
    processorCount(k).cpuid_to_apicid[cpu] = cpu;
    for (const set of [set_cpu_possible, set_cpu_present, set_cpu_online, set_cpu_active]) set(k, cpu, true);
  }

  private *startKernel(): Co {
    const { k } = this;
    const chip: irq_chip = {
      name: 'IO-APIC',
      *irq_startup() {
        return 0;
      },
      *irq_shutdown() {},
      *irq_mask() {},
      *irq_unmask() {},
      *irq_ack() {},
      *irq_eoi() {},
      *irq_set_affinity() {
        return 0;
      },
    };
    irq_alloc_desc(
      k,
      chip,
      { irq: UART_IRQ, hwirq: UART_IRQ, level: false },
      { handle_irq: handle_edge_irq, name: 'edge' },
    );
    yield* workqueue_init_early(k);
    const threads = [
      createTask(k, { comm: 'swapper/0', flags: PF_KTHREAD, run: () => this.kernelInit() }),
      createTask(k, { comm: 'kthreadd', flags: PF_KTHREAD, run: () => kthreadd(k) }),
    ];
    for (const thread of threads) wake_up_new_task(k, thread);
    const processor = this.vcpus[0]?.processor;
    if (processor) yield* this.idle(processor, 0);
  }

  private *kernelInit(): Co<number> {
    const { k, options } = this;
    yield* workqueue_init(k);
    mnt_init(k);
    proc_root_init(k);
    tty_init(k);
    mountStandardTree(k);
    populate_rootfs(k, options.rootfs ?? []);
    yield* serial8250_init(k);
    return yield* run_init_process(k, '/init', options.init);
  }

  private *idle(processor: Processor, cpu: number): Co {
    const rq = runqueues(this.k, cpu);
    for (;;) {
      processor.interruptsEnabled = false;
      if (rq.idle?.need_resched || rq_nr_running(rq) > 0) {
        yield* schedule_idle(this.k);
        continue;
      }
      processor.interruptsEnabled = true;
      yield { kind: 'halt' };
    }
  }
}
