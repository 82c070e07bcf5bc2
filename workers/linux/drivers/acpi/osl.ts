/**
 * The operating system under ACPICA: workqueues, the SCI, registers and memory, semaphores.
 *
 * @linux drivers/acpi/osl.c
 */
import type { AcpiOs, AcpiSemaphore, AcpiStatus, AddressSpace, ExecuteType } from '../../../abi/acpi-os.ts';
import type { AccessWidth } from '../../../abi/bus.ts';
import { NS_PER_MS } from '../../../protocol/units.ts';
import { type Co, spend, traced } from '../../../sim/coroutine.ts';
import { IRQ_HANDLED, IRQ_NONE, IRQF_SHARED } from '../../include/linux/irq.ts';
import { get_current } from '../../include/linux/sched.ts';
import type { workqueue_struct } from '../../include/linux/workqueue.ts';
import { archOps } from '../../kernel/arch-ops.ts';
import { request_irq } from '../../kernel/irq/manage.ts';
import { KERN_DEBUG, KERN_ERR, KERN_INFO, KERN_WARNING, pr_err, printk } from '../../kernel/printk/printk.ts';
import { msleep, udelay } from '../../kernel/sched/core.ts';
import {
  init_waitqueue_head,
  wait_event,
  wait_event_timeout,
  type wait_queue_head,
  wake_up,
} from '../../kernel/sched/wait.ts';
import {
  alloc_ordered_workqueue,
  alloc_workqueue,
  flush_workqueue,
  INIT_WORK,
  queue_work,
  queue_work_on,
} from '../../kernel/workqueue.ts';
import { type Kernel, kernelState } from '../../kernel-context.ts';

/** A port or register access, as a virtual machine pays for one. */
const IO_COST = 1_500;

interface AcpiWorkqueues {
  kacpid: workqueue_struct | undefined;
  kacpi_notify: workqueue_struct | undefined;
  kacpi_hotplug: workqueue_struct | undefined;
}
const workqueues = kernelState<AcpiWorkqueues>(() => ({
  kacpid: undefined,
  kacpi_notify: undefined,
  kacpi_hotplug: undefined,
}));

/** Interrupts that were ACPI's and that were not: `sci` and `sci_not` in sysfs. */
export const acpiIrqCounts = kernelState(() => ({ handled: 0, notHandled: 0 }));

/** Makes kacpid, kacpi_notify and kacpi_hotplug. */
export function* acpi_os_initialize1(k: Kernel): Co {
  const queues = workqueues(k);
  queues.kacpid = yield* alloc_workqueue(k, 'kacpid', 0, 1);
  queues.kacpi_notify = yield* alloc_workqueue(k, 'kacpi_notify', 0, 1);
  queues.kacpi_hotplug = yield* alloc_ordered_workqueue(k, 'kacpi_hotplug', 0);
}

/** Always on CPU 0: firmware that enters SMM from AML may count on it. */
const acpi_os_execute = traced(
  'acpi_os_execute',
  function* (k: Kernel, type: ExecuteType, work: () => Co): Co<AcpiStatus> {
    const { kacpid, kacpi_notify } = workqueues(k);
    const queue = type === 'OSL_NOTIFY_HANDLER' ? kacpi_notify : type === 'OSL_GPE_HANDLER' ? kacpid : undefined;
    if (!queue) {
      yield* pr_err(k, `ACPI: OSL: Unsupported os_execute type ${type}.`);
      return 'AE_ERROR';
    }
    const acpi_os_execute_deferred = traced('acpi_os_execute_deferred', function* (_k: Kernel): Co {
      yield* work();
    });
    yield* queue_work_on(k, 0, queue, INIT_WORK('acpi_os_execute_deferred', acpi_os_execute_deferred));
    return 'AE_OK';
  },
);

export function* acpi_os_wait_events_complete(k: Kernel): Co {
  const { kacpid, kacpi_notify } = workqueues(k);
  if (kacpid) yield* flush_workqueue(k, kacpid);
  if (kacpi_notify) yield* flush_workqueue(k, kacpi_notify);
}

/** Has `hotplug` run on kacpi_hotplug, when the events so far have been dealt with. */
export const acpi_hotplug_schedule = traced(
  'acpi_hotplug_schedule',
  function* (k: Kernel, hotplug: () => Co): Co<AcpiStatus> {
    const queue = workqueues(k).kacpi_hotplug;
    if (!queue) return 'AE_ERROR';
    const acpi_hotplug_work_fn = traced('acpi_hotplug_work_fn', function* (): Co {
      yield* acpi_os_wait_events_complete(k);
      yield* hotplug();
    });
    return (yield* queue_work(k, queue, INIT_WORK('acpi_hotplug_work_fn', acpi_hotplug_work_fn)))
      ? 'AE_OK'
      : 'AE_ERROR';
  },
);

/** Number of the SCI, once it is connected. */
export const acpiSci = kernelState<{ irq: number | undefined }>(() => ({ irq: undefined }));

function* acpi_os_install_interrupt_handler(k: Kernel, gsi: number, handler: () => Co<boolean>): Co<AcpiStatus> {
  if (acpiSci(k).irq !== undefined) return 'AE_ALREADY_ACQUIRED';
  const irq = archOps(k).acpi.register_gsi(k, gsi, true, false);
  if (irq < 0) {
    yield* pr_err(k, `ACPI: OSL: SCI (ACPI GSI ${gsi}) not registered`);
    return 'AE_OK';
  }
  const acpi_irq = traced('acpi_irq', function* (): Co<number> {
    const counts = acpiIrqCounts(k);
    if (yield* handler()) {
      counts.handled++;
      return IRQ_HANDLED;
    }
    counts.notHandled++;
    return IRQ_NONE;
  });
  if ((yield* request_irq(k, irq, acpi_irq, IRQF_SHARED, 'acpi', acpi_irq)) < 0) {
    yield* pr_err(k, `ACPI: OSL: SCI (IRQ${irq}) allocation failed`);
    return 'AE_NOT_ACQUIRED';
  }
  acpiSci(k).irq = irq;
  return 'AE_OK';
}

/** A semaphore of acpi_os_create_semaphore. */
class OslSemaphore implements AcpiSemaphore {
  readonly initialUnits: number;
  units: number;
  readonly queue: wait_queue_head;

  constructor(initialUnits: number) {
    this.initialUnits = initialUnits;
    this.units = initialUnits;
    this.queue = init_waitqueue_head('acpi_semaphore');
  }
}

function ours(semaphore: AcpiSemaphore): OslSemaphore {
  if (!(semaphore instanceof OslSemaphore)) throw new Error('a semaphore of another operating system');
  return semaphore;
}

const WAIT_FOREVER = 0xffff;

function* acpi_os_wait_semaphore(k: Kernel, semaphore: OslSemaphore, units: number, timeout: number): Co<AcpiStatus> {
  const available = (): boolean => semaphore.units >= units;
  if (!available()) {
    if (timeout === 0) return 'AE_TIME';
    if (timeout >= WAIT_FOREVER) yield* wait_event(k, semaphore.queue, available);
    else if ((yield* wait_event_timeout(k, semaphore.queue, available, timeout * NS_PER_MS)) === 0) return 'AE_TIME';
  }
  semaphore.units -= units;
  return 'AE_OK';
}

const PCI_CONFIG_ADDRESS = 0xcf8;
const PCI_CONFIG_DATA = 0xcfc;
const TWO_32 = 0x1_0000_0000n;

/** Configuration mechanism 1: the address port, then the data port at the byte within the register. */
function selectPciRegister(k: Kernel, address: number): number {
  const { bus } = k.platform.currentVcpu();
  const devfn = Math.floor(address / 0x1000) & 0xffff;
  const register = address & 0xff;
  bus.writePort(PCI_CONFIG_ADDRESS, 4, (0x8000_0000 | (devfn << 8) | (register & 0xfc)) >>> 0);
  return PCI_CONFIG_DATA + (register & 3);
}

function readOnce(k: Kernel, space: AddressSpace, address: number, width: AccessWidth): number {
  const { bus } = k.platform.currentVcpu();
  if (space === 'SystemIO') return bus.readPort(address, width);
  if (space === 'SystemMemory') return bus.readMemory(address, width);
  return bus.readPort(selectPciRegister(k, address), width);
}

function writeOnce(k: Kernel, space: AddressSpace, address: number, width: AccessWidth, value: number): void {
  const { bus } = k.platform.currentVcpu();
  if (space === 'SystemIO') bus.writePort(address, width, value);
  else if (space === 'SystemMemory') bus.writeMemory(address, width, value);
  else bus.writePort(selectPciRegister(k, address), width, value);
}

const LEVELS = { error: KERN_ERR, warning: KERN_WARNING, info: KERN_INFO, debug: KERN_DEBUG } as const;

/** Names that Linux 6.1 answers _OSI with true for. @linux drivers/acpi/acpica/utosi.c, drivers/acpi/osi.c */
const INTERFACES: ReadonlySet<string> = new Set([
  ...['Windows 2000', 'Windows 2001', 'Windows 2001 SP1', 'Windows 2001.1', 'Windows 2001 SP2'],
  ...['Windows 2001.1 SP1', 'Windows 2006', 'Windows 2006.1', 'Windows 2006 SP1', 'Windows 2006 SP2'],
  ...['Windows 2009', 'Windows 2012', 'Windows 2013', 'Windows 2015', 'Windows 2016', 'Windows 2017'],
  ...['Windows 2017.2', 'Windows 2018', 'Windows 2018.2', 'Windows 2019', 'Windows 2020', 'Windows 2021'],
  ...['Extended Address Space Descriptor', 'Module Device', 'Processor Device', 'Processor Aggregator Device'],
]);

/** The layer that ACPICA is given. */
export function acpi_os_layer(k: Kernel): AcpiOs {
  return {
    readMemoryBytes: (address, length) => k.platform.currentVcpu().bus.readBytes(address, length),
    *readSpace(space, address, width): Co<bigint> {
      yield* spend(IO_COST);
      if (width < 64) return BigInt(readOnce(k, space, address, (width / 8) as AccessWidth));
      return BigInt(readOnce(k, space, address, 4)) + BigInt(readOnce(k, space, address + 4, 4)) * TWO_32;
    },
    *writeSpace(space, address, width, value): Co {
      yield* spend(IO_COST);
      if (width < 64) {
        writeOnce(k, space, address, (width / 8) as AccessWidth, Number(value));
        return;
      }
      writeOnce(k, space, address, 4, Number(value % TWO_32));
      writeOnce(k, space, address + 4, 4, Number(value / TWO_32));
    },
    acpi_os_execute: (type, work) => acpi_os_execute(k, type, work),
    acpi_os_install_interrupt_handler: (gsi, handler) => acpi_os_install_interrupt_handler(k, gsi, handler),
    acpi_os_wait_events_complete: () => acpi_os_wait_events_complete(k),
    acpi_os_create_semaphore: (_maxUnits, initialUnits) => new OslSemaphore(initialUnits),
    acpi_os_wait_semaphore: (semaphore, units, timeout) => acpi_os_wait_semaphore(k, ours(semaphore), units, timeout),
    *acpi_os_signal_semaphore(semaphore, units): Co<AcpiStatus> {
      ours(semaphore).units += units;
      yield* wake_up(k, ours(semaphore).queue);
      return 'AE_OK';
    },
    acpi_os_sleep: (milliseconds) => msleep(k, milliseconds),
    acpi_os_stall: (microseconds) => udelay(microseconds),
    acpi_os_get_timer: () => BigInt(Math.floor(k.clock.now() / 100)),
    // the boot task has number 0, which ACPICA keeps for nobody
    acpi_os_get_thread_id: () => get_current(k).id + 1,
    *acpi_os_fatal(type, code, argument): Co {
      const text = `Fatal opcode executed: type 0x${type.toString(16)}, code 0x${code.toString(16)}`;
      yield* pr_err(k, `ACPI: OSL: ${text}, argument 0x${argument.toString(16)}`);
    },
    acpi_os_printf: (level, text) => printk(k, LEVELS[level], text),
    interfaceSupported: (name) => INTERFACES.has(name),
  };
}
