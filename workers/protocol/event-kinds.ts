/**
 * Every kind of event that the machine records, with the names and types of its arguments. The table is the only
 * place that knows them: writer, reader, exporters and the page's inspector go by it. Names are those of the Linux
 * and QEMU trace points where there is one.
 *
 * A new kind goes at the end; the position is the number in the record.
 */

/**
 * How an argument's integer is to be read: `int` signed, `hex` unsigned 32-bit, `string` an interned string,
 * `task` a {@link TaskId}, `cpu` a Linux CPU number (-1: none), `vcpu` a QEMU cpu-index, `bool` 0 or 1.
 */
export type FieldType = 'int' | 'hex' | 'string' | 'task' | 'cpu' | 'vcpu' | 'bool';

export interface EventField {
  readonly name: string;
  readonly type: FieldType;
}

export interface EventKind {
  readonly name: string;
  /** At most {@link MAX_FIELDS}. */
  readonly fields: readonly EventField[];
}

/** Arguments of a record beside time, kind, processor and task. */
export const MAX_FIELDS = 6;

/** Parses the table's short form, `name:type name:type`. */
const kind = (name: string, fields = ''): EventKind => ({
  name,
  fields: fields
    .split(' ')
    .filter(Boolean)
    .map((field) => {
      const [fieldName = '', type = 'int'] = field.split(':');
      return { name: fieldName, type: type as FieldType };
    }),
});

export const EVENT_KINDS = [
  // --- coroutines and kernel functions (recorded by sim's driver)
  /** A kernel function was entered on the record's task; `interrupt`: it is the first frame of an interrupt. */
  kind('fn_enter', 'fn:string interrupt:bool'),
  /** It returned; `ret` is its value where that is an integer, 0 otherwise. */
  kind('fn_exit', 'fn:string ret:int'),

  // --- scheduler
  kind('task_new', 'task:task name:string pid:int parent:task'),
  kind('task_rename', 'task:task name:string'),
  kind('task_exit', 'task:task code:int'),
  kind('sched_switch', 'prev:task next:task prevState:string'),
  kind('sched_wakeup', 'task:task targetCpu:cpu'),
  kind('sched_migrate_task', 'task:task origCpu:cpu destCpu:cpu'),
  kind('lock_wait', 'lock:string owner:task'),
  kind('lock_acquired', 'lock:string'),
  kind('lock_released', 'lock:string'),
  kind('completion_wait', 'completion:string'),
  kind('completion_done', 'completion:string'),

  // --- interrupts
  /** A hardware line changed level: `SCI`, `ioapic pin 4`, … */
  kind('irq_line', 'line:string level:bool'),
  kind('ioapic_deliver', 'pin:int vector:hex destination:int remoteIrr:bool'),
  /** The local APIC of `vcpu` took the vector into its IRR. */
  kind('lapic_accept', 'vcpu:vcpu vector:hex'),
  /** `mode`: fixed, init, startup; `destination` an APIC id. */
  kind('ipi_send', 'mode:string vector:hex destination:int'),
  kind('irq_entry', 'vector:hex'),
  kind('irq_exit', 'vector:hex'),
  kind('irq_handler_entry', 'irq:int name:string'),
  kind('irq_handler_exit', 'irq:int ret:int'),

  // --- workqueues; `work` numbers a work item from queueing to its end
  kind('workqueue_queue_work', 'work:int function:string workqueue:string reqCpu:int cpu:int'),
  kind('workqueue_execute_start', 'work:int function:string'),
  kind('workqueue_execute_end', 'work:int function:string'),

  // --- devices
  /** The guest read or wrote a register; `register` is the specification's name. */
  kind('register_read', 'device:string register:string value:hex offset:hex width:int'),
  kind('register_write', 'device:string register:string value:hex offset:hex width:int'),
  /** A device changed a register of its own accord (a status bit set by an event). */
  kind('register_change', 'device:string register:string from:hex to:hex'),
  /** One of QEMU's trace points; formats in qemu-trace.ts. */
  kind('qemu_trace', 'point:string a:hex b:hex c:hex'),
  /** States: absent, wait-for-sipi, running, halted. */
  kind('vcpu_state', 'vcpu:vcpu state:string'),
  kind('vcpu_plugged', 'vcpu:vcpu apicId:int id:string'),
  kind('vcpu_unplugged', 'vcpu:vcpu apicId:int id:string'),

  // --- ACPI
  kind('aml_method_enter', 'path:string'),
  /** `ret` is the low half of an Integer result; `status` an ACPICA exception name, AE_OK mostly. */
  kind('aml_method_exit', 'path:string ret:hex status:string'),
  kind('aml_notify', 'node:string value:hex'),
  kind('acpi_ost', 'node:string event:hex status:hex'),

  // --- CPU hotplug
  kind('cpuhp_enter', 'cpu:cpu target:int step:int fn:string'),
  kind('cpuhp_multi_enter', 'cpu:cpu target:int step:int fn:string'),
  kind('cpuhp_exit', 'cpu:cpu state:int step:int ret:int'),
  /** st->state or st->target of a CPU was assigned. */
  kind('cpuhp_state', 'cpu:cpu state:int target:int'),
  /** `mask`: possible, present, online, active, dying. */
  kind('cpu_mask', 'mask:string cpu:cpu value:bool'),
  /** The kernel gave a logical number to the processor with this APIC id. */
  kind('cpu_number', 'cpu:cpu apicId:int'),
  kind('uevent', 'action:string devpath:string'),

  // --- memory
  kind('memory_block', 'block:int state:string zones:string node:int'),

  // --- texts
  /** A complete kernel message without its time stamp; `level` as in KERN_INFO = 6. */
  kind('printk', 'level:int text:string'),
  kind('tty_in', 'text:string'),
  kind('tty_out', 'text:string'),
  kind('qmp_in', 'text:string'),
  kind('qmp_out', 'text:string'),
  kind('hmp_in', 'text:string'),
  kind('hmp_out', 'text:string'),
  /** The guest or a user asked for something that the lab does not model. */
  kind('unmodelled', 'where:string what:string'),
  /** A user's action on the machine, as the scenario would write it. */
  kind('input', 'channel:string text:string'),
  /** The virtual machine was stopped or continued, shut down, or panicked. */
  kind('machine_state', 'state:string'),

  // --- memory hotplug
  /** Address and size in MiB. */
  kind('dimm_plugged', 'slot:int id:string address:int size:int node:int'),
  kind('dimm_unplugged', 'slot:int id:string'),
  /** A block's pages joined a zone (`online`), or left it (`offline`). */
  kind('memory_block_zone', 'block:int action:string zone:string node:int pages:int'),
  /** Pageblocks were taken out of the allocator's hands, or given back (`isolated` 0). */
  kind('pages_isolated', 'startPfn:int pages:int isolated:bool'),
  /** Movable pages left the range for other frames. */
  kind('pages_migrated', 'startPfn:int pages:int'),
  /** A block would not go offline: the page that is to blame, and what it is. */
  kind('memory_offline_refused', 'block:int pfn:int reason:string holder:string'),
  /**
   * A change of what a block's pages are used for, in pages: kernel (unmovable), movable, free is the rest. As many
   * `page_frames` follow as `ranges` says: all that is used in the block.
   */
  kind('memory_block_pages', 'block:int kernel:int movable:int total:int ranges:int'),
  kind('memory_notify', 'action:string startPfn:int pages:int'),
  /** Pages of a zone after a change. */
  kind('zone_pages', 'node:int zone:string start:int spanned:int present:int'),
  kind('node_state', 'node:int state:string'),

  // --- arm64
  /**
   * A call to the hypervisor or secure monitor: PSCI's name of the function, what it is about (the MPIDR of the target,
   * a function id, …), the entry point of CPU_ON, and the result.
   */
  kind('psci_call', 'function:string target:hex entry:hex ret:int'),
  /** An interrupt became pending in the GIC, or stopped being so. `vcpu` -1: a shared one that no processor can take now. */
  kind('gic_pending', 'intid:int vcpu:vcpu pending:bool'),
  /** The processor read the interrupt's number: pending becomes active. */
  kind('gic_acknowledge', 'vcpu:vcpu intid:int'),
  /** The processor ended it: active no more. */
  kind('gic_end', 'vcpu:vcpu intid:int'),
  /** QEMU's Generic Event Device has an event for the guest: `memory`, `power-down`, `nvdimm`; `selector` is ESEL with it. */
  kind('ged_event', 'event:string selector:hex'),

  // --- memory, for who draws it
  /** Page frames of a block that one holder has; `use`: kernel, slab, movable, … */
  kind('page_frames', 'startPfn:int pages:int use:string holder:string'),
  /** Blocks of a node that are offline could join these zones, as valid_zones shows them: from `block` on, so many. */
  kind('memory_valid_zones', 'node:int block:int blocks:int zones:string'),
  /** `mask`: possible, online, has_normal_memory, has_memory, has_cpu, as /sys/devices/system/node has them. */
  kind('node_mask', 'mask:string node:int value:bool'),
] as const satisfies readonly EventKind[];

const numbers = new Map(EVENT_KINDS.map(({ name }, index) => [name, index]));

/** Number of a kind, as in a record. Throws on a name that is not in the table: that is a fault of ours. */
export function eventKindNumber(name: string): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error(`no event kind ${name}`);
  return number;
}
