import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { formatQemuTrace } from '../../workers/protocol/qemu-trace.ts';
import { isReset, numberField, textField } from './event-access.ts';

/** Stages of the road from QEMU to the cpuhp ladder and back, in the order in which a hot-add passes them. */
export const CHAIN_STAGES = [
  'device',
  'registers',
  'gpe',
  'sci',
  'interrupt',
  'kacpid',
  'aml',
  'notify',
  'hotplug',
  'driver',
  'blocks',
  'zones',
  'cpuhp',
  'ost',
  'event',
] as const;
export type ChainStage = (typeof CHAIN_STAGES)[number];

/** ACPI's workqueues, each a hop of the road. */
export const ACPI_WORKQUEUES = ['kacpid', 'kacpi_notify', 'kacpi_hotplug'] as const;
export type AcpiWorkqueue = (typeof ACPI_WORKQUEUES)[number];

/** The stage that a kernel function belongs to while it runs. */
const STAGE_OF_FUNCTION: Readonly<Record<string, ChainStage>> = {
  handle_fasteoi_irq: 'interrupt',
  acpi_irq: 'interrupt',
  acpi_ev_sci_xrupt_handler: 'interrupt',
  acpi_ev_fixed_event_detect: 'interrupt',
  acpi_ev_gpe_detect: 'interrupt',
  acpi_ev_gpe_dispatch: 'interrupt',
  acpi_ev_asynch_execute_gpe_method: 'kacpid',
  acpi_ev_asynch_enable_gpe: 'kacpid',
  acpi_ev_notify_dispatch: 'notify',
  acpi_bus_notify: 'notify',
  acpi_hotplug_schedule: 'notify',
  acpi_hotplug_work_fn: 'hotplug',
  acpi_device_hotplug: 'hotplug',
  acpi_bus_scan: 'driver',
  acpi_bus_attach: 'driver',
  acpi_bus_offline: 'driver',
  acpi_bus_trim: 'driver',
  acpi_processor_add: 'driver',
  acpi_processor_remove: 'driver',
  acpi_processor_start: 'driver',
  acpi_map_cpu: 'driver',
  acpi_unmap_cpu: 'driver',
  generic_processor_info: 'driver',
  arch_register_cpu: 'driver',
  arch_unregister_cpu: 'driver',
  register_cpu: 'driver',
  unregister_cpu: 'driver',
  acpi_memory_device_add: 'driver',
  acpi_memory_device_remove: 'driver',
  state_store: 'driver',
  memory_subsys_online: 'driver',
  memory_subsys_offline: 'driver',
  __add_memory: 'blocks',
  add_memory_resource: 'blocks',
  arch_add_memory: 'blocks',
  __add_pages: 'blocks',
  create_memory_block_devices: 'blocks',
  add_memory_block: 'blocks',
  remove_memory_block_devices: 'blocks',
  try_remove_memory: 'blocks',
  arch_remove_memory: 'blocks',
  zone_for_pfn_range: 'zones',
  online_pages: 'zones',
  offline_pages: 'zones',
  move_pfn_range_to_zone: 'zones',
  start_isolate_page_range: 'zones',
  test_pages_isolated: 'zones',
  undo_isolate_page_range: 'zones',
  build_all_zonelists: 'zones',
  online_store: 'driver',
  device_online: 'driver',
  device_offline: 'driver',
  cpu_subsys_online: 'driver',
  cpu_subsys_offline: 'driver',
  _cpu_up: 'cpuhp',
  _cpu_down: 'cpuhp',
  cpuhp_thread_fun: 'cpuhp',
  cpuhp_invoke_callback: 'cpuhp',
  bringup_cpu: 'cpuhp',
  takedown_cpu: 'cpuhp',
  acpi_evaluate_ost: 'ost',
  acpi_evaluate_ej0: 'ost',
};

/** Functions of both roads that belong to another stage on that of memory. */
const STAGE_FOR_MEMORY: Readonly<Record<string, ChainStage>> = {
  acpi_bus_offline: 'hotplug',
  device_offline: 'zones',
  memory_subsys_offline: 'zones',
  device_online: 'zones',
  memory_subsys_online: 'zones',
  acpi_bus_trim: 'blocks',
  acpi_memory_device_remove: 'blocks',
};

/** Handlers of the sysfs files that a person writes to, and what they are about. */
const SYSFS_WRITES: Readonly<Record<string, ChainState['subject']>> = { online_store: 'cpu', state_store: 'memory' };

/** What one stage did last, and who did it. */
export interface StageHit {
  /** First and last event of the stage in this round. */
  first: number;
  last: number;
  time: number;
  task: number;
  vcpu: number;
  /** A kernel function, a method's path, a register access, a signal: the last thing, as its own world names it. */
  label: string;
  /** Functions of this stage that have not returned. */
  open: number;
}

export interface WorkItem {
  readonly work: number;
  readonly fn: string;
  readonly workqueue: AcpiWorkqueue;
  readonly queuedAt: number;
  readonly queuedBy: number;
  state: 'waiting' | 'running';
  task: number;
  vcpu: number;
}

export interface RegisterAccess {
  readonly sequence: number;
  readonly text: string;
}

/** What the round under way is about. */
export type RoundKind = 'plug' | 'unplug' | 'online' | 'offline' | 'none';

/** The road of the last hotplug action: fold of registers, interrupts, functions, work items, AML and QMP. */
export interface ChainState {
  readonly stages: Map<ChainStage, StageHit>;
  /** Stage that had an event last. */
  newest: ChainStage | undefined;
  /** Work items of ACPI's queues that wait or run. */
  readonly works: Map<number, WorkItem>;
  /** Items that each queue has finished in this round. */
  readonly finished: Map<AcpiWorkqueue, number>;
  round: RoundKind;
  /** Whether the round is about a CPU or about memory. */
  subject: 'cpu' | 'memory';
  roundStart: number;
  /** Last accesses of the CPU hotplug registers, as QEMU's trace prints them; newest last. */
  readonly accesses: RegisterAccess[];
  /** GPE and PM1 registers by name. */
  readonly registers: Map<string, number>;
  sciLevel: boolean;
  /** Vector of the last message of the I/O APIC's pin 9, -1 before any. */
  sciVector: number;
  /** Tasks inside a GPE's method, and stages open on each task. */
  readonly gpeMethodTasks: Set<number>;
  /** Ids of the DIMMs by slot. */
  readonly dimms: Map<number, string>;
  readonly openStages: Map<number, { fn: string; stage: ChainStage }[]>;
}

export function initialChain(): ChainState {
  return {
    stages: new Map(),
    newest: undefined,
    works: new Map(),
    finished: new Map(),
    round: 'none',
    subject: 'cpu',
    roundStart: -1,
    accesses: [],
    registers: new Map(),
    sciLevel: false,
    sciVector: -1,
    gpeMethodTasks: new Set(),
    dimms: new Map(),
    openStages: new Map(),
  };
}

const ACCESSES_KEPT = 8;
const SCI_PIN = 9;

/** Notes an event of a stage. Before the first command nothing is on the road: what boot does is no part of it. */
function hit(state: ChainState, stage: ChainStage, event: LabEvent, label: string): StageHit | undefined {
  if (state.roundStart < 0) return undefined;
  const known = state.stages.get(stage);
  const made: StageHit = known ?? {
    first: event.sequence,
    last: event.sequence,
    time: event.time,
    task: event.task,
    vcpu: event.vcpu,
    label,
    open: 0,
  };
  made.last = event.sequence;
  made.time = event.time;
  made.task = event.task;
  made.vcpu = event.vcpu;
  made.label = label;
  state.stages.set(stage, made);
  state.newest = stage;
  return made;
}

function beginRound(state: ChainState, round: RoundKind, subject: ChainState['subject'], sequence: number): void {
  state.subject = subject;
  state.stages.clear();
  state.openStages.clear();
  state.finished.clear();
  state.accesses.length = 0;
  state.newest = undefined;
  state.round = round;
  state.roundStart = sequence;
}

function foldFunction(state: ChainState, event: LabEvent): boolean {
  const fn = textField(event, 'fn');
  const stage = (state.subject === 'memory' ? STAGE_FOR_MEMORY[fn] : undefined) ?? STAGE_OF_FUNCTION[fn];
  const entered = event.kind === 'fn_enter';
  if (fn === 'acpi_ev_asynch_execute_gpe_method') {
    if (entered) state.gpeMethodTasks.add(event.task);
    else state.gpeMethodTasks.delete(event.task);
  }
  const written = SYSFS_WRITES[fn];
  if (entered && written) beginRound(state, 'none', written, event.sequence);
  if (entered && state.round === 'none') {
    if (fn === 'cpu_subsys_online' || fn === 'device_online') state.round = 'online';
    if (fn === 'cpu_subsys_offline' || fn === 'device_offline') state.round = 'offline';
  }
  if (stage === undefined) return false;
  const open = state.openStages.get(event.task) ?? [];
  state.openStages.set(event.task, open);
  if (entered) {
    const made = hit(state, stage, event, fn);
    if (!made) return false;
    made.open++;
    open.push({ fn, stage });
    return true;
  }
  const at = open.findLastIndex((frame) => frame.fn === fn);
  if (at < 0) return false;
  for (const frame of open.splice(at)) {
    const left = state.stages.get(frame.stage);
    if (left) left.open = Math.max(0, left.open - 1);
  }
  return true;
}

const isAcpiWorkqueue = (name: string): name is AcpiWorkqueue => (ACPI_WORKQUEUES as readonly string[]).includes(name);
const STAGE_OF_WORKQUEUE: Readonly<Record<AcpiWorkqueue, ChainStage>> = {
  kacpid: 'kacpid',
  kacpi_notify: 'notify',
  kacpi_hotplug: 'hotplug',
};

function foldWork(state: ChainState, event: LabEvent): boolean {
  const work = numberField(event, 'work');
  if (event.kind === 'workqueue_queue_work') {
    const workqueue = textField(event, 'workqueue');
    if (!isAcpiWorkqueue(workqueue)) return false;
    state.works.set(work, {
      work,
      fn: textField(event, 'function'),
      workqueue,
      queuedAt: event.sequence,
      queuedBy: event.task,
      state: 'waiting',
      task: 0,
      vcpu: -1,
    });
    return true;
  }
  const item = state.works.get(work);
  if (!item) return false;
  if (event.kind === 'workqueue_execute_start') {
    item.state = 'running';
    item.task = event.task;
    item.vcpu = event.vcpu;
    hit(state, STAGE_OF_WORKQUEUE[item.workqueue], event, item.fn);
  } else {
    state.works.delete(work);
    state.finished.set(item.workqueue, (state.finished.get(item.workqueue) ?? 0) + 1);
  }
  return true;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function noteAccess(state: ChainState, event: LabEvent, text: string): void {
  state.accesses.push({ sequence: event.sequence, text });
  if (state.accesses.length > ACCESSES_KEPT) state.accesses.shift();
}

function foldRegister(state: ChainState, event: LabEvent): boolean {
  if (event.kind === 'qemu_trace') {
    const point = textField(event, 'point');
    if (!/^(cpuhp|mhp)_acpi_/.test(point)) return false;
    const line = formatQemuTrace(point, numberField(event, 'a'), numberField(event, 'b'), numberField(event, 'c'));
    noteAccess(state, event, line);
    hit(state, 'registers', event, line.replace(/^(cpuhp|mhp)_acpi_/, ''));
    return true;
  }
  // A byte of a register block may be told with its index: `GPE0_STS[0]`.
  const register = textField(event, 'register').replace(/\[0\]$/, '');
  const acpi = /^(GPE0|PM1)/.exec(register)?.[1];
  if (acpi === undefined) return false;
  const value = numberField(event, event.kind === 'register_change' ? 'to' : 'value');
  // A write to a status register clears bits; what it leaves comes as a change.
  if (event.kind !== 'register_write' || !/STS/.test(register)) state.registers.set(register, value);
  if (acpi === 'GPE0')
    hit(state, 'gpe', event, `${register} ${event.kind === 'register_write' ? '←' : '='} ${hex(value)}`);
  return true;
}

/** The SCI's line under its own name, or by the pin to which every PC's chipset leads it. */
export const isSciLine = (line: string): boolean => line === 'SCI' || line === `ioapic pin ${SCI_PIN}`;

function foldInterrupt(state: ChainState, event: LabEvent): boolean {
  switch (event.kind) {
    case 'irq_line': {
      if (!isSciLine(textField(event, 'line'))) return false;
      state.sciLevel = numberField(event, 'level') !== 0;
      hit(state, 'sci', event, `SCI ${state.sciLevel ? 'high' : 'low'}`);
      return true;
    }
    case 'ioapic_deliver':
      if (numberField(event, 'pin') !== SCI_PIN) return false;
      state.sciVector = numberField(event, 'vector');
      hit(state, 'sci', event, `pin 9 → vector ${hex(state.sciVector)}`);
      return true;
    case 'lapic_accept':
      if (numberField(event, 'vector') !== state.sciVector) return false;
      hit(state, 'sci', event, `vCPU ${numberField(event, 'vcpu')}: IRR ${hex(state.sciVector)}`);
      return true;
    default:
      return false;
  }
}

/** What a device_add or device_del is about: the driver says it, and of an id the DIMM that came under it. */
function subjectOf(state: ChainState, command: string, text: string): ChainState['subject'] {
  if (command === 'add') return /pc-dimm/.test(text) ? 'memory' : 'cpu';
  return [...state.dimms.values()].some((id) => id !== '' && text.includes(id)) ? 'memory' : 'cpu';
}

function foldMonitor(state: ChainState, event: LabEvent): boolean {
  const text = textField(event, 'text');
  if (event.kind === 'qmp_in' || event.kind === 'hmp_in') {
    const command = /device_(add|del)/.exec(text)?.[1];
    if (command === undefined) return false;
    beginRound(state, command === 'add' ? 'plug' : 'unplug', subjectOf(state, command, text), event.sequence);
    hit(state, 'device', event, `device_${command}`);
    return true;
  }
  const name = /"event"\s*:\s*"(ACPI_DEVICE_OST|DEVICE_DELETED|MEM_UNPLUG_ERROR|DEVICE_UNPLUG_GUEST_ERROR)"/.exec(
    text,
  )?.[1];
  if (name === undefined) return false;
  // The report that follows DEVICE_DELETED is not the news.
  const known = state.stages.get('event')?.label;
  hit(state, 'event', event, known === 'DEVICE_DELETED' ? known : name);
  return true;
}

/** What was on the road is gone; the boot that follows is no part of it. */
function reset(state: ChainState): void {
  beginRound(state, 'none', 'cpu', -1);
  state.works.clear();
  state.registers.clear();
  state.gpeMethodTasks.clear();
  state.sciLevel = false;
  state.sciVector = -1;
}

export function foldChain(state: ChainState, event: LabEvent): boolean {
  if (isReset(event)) {
    reset(state);
    return true;
  }
  switch (event.kind) {
    case 'fn_enter':
    case 'fn_exit':
      return foldFunction(state, event);
    case 'workqueue_queue_work':
    case 'workqueue_execute_start':
    case 'workqueue_execute_end':
      return foldWork(state, event);
    case 'qemu_trace':
    case 'register_read':
    case 'register_write':
    case 'register_change':
      return foldRegister(state, event);
    case 'irq_line':
    case 'ioapic_deliver':
    case 'lapic_accept':
      return foldInterrupt(state, event);
    case 'aml_method_enter':
    case 'aml_notify': {
      if (!state.gpeMethodTasks.has(event.task)) return false;
      const notify = event.kind === 'aml_notify';
      const label = notify
        ? `Notify (${textField(event, 'node')}, ${numberField(event, 'value')})`
        : textField(event, 'path');
      hit(state, 'aml', event, label);
      return true;
    }
    case 'cpuhp_enter':
    case 'cpuhp_multi_enter':
      hit(state, 'cpuhp', event, textField(event, 'fn'));
      return true;
    case 'acpi_ost':
      hit(state, 'ost', event, `_OST ${hex(numberField(event, 'event'))}, ${hex(numberField(event, 'status'))}`);
      return true;
    case 'vcpu_plugged':
    case 'vcpu_unplugged':
      if (state.round === 'none') return false;
      hit(state, event.kind === 'vcpu_plugged' ? 'device' : 'ost', event, `vCPU ${numberField(event, 'vcpu')}`);
      return true;
    case 'dimm_plugged':
    case 'dimm_unplugged': {
      const slot = numberField(event, 'slot');
      const plugged = event.kind === 'dimm_plugged';
      if (plugged) state.dimms.set(slot, textField(event, 'id'));
      else state.dimms.delete(slot);
      if (state.round === 'none') return false;
      hit(state, plugged ? 'device' : 'ost', event, `DIMM slot ${slot}`);
      return true;
    }
    case 'memory_block': {
      const told = textField(event, 'state');
      const made = told === 'removed' || (told === 'offline' && state.round === 'plug');
      hit(state, made ? 'blocks' : 'zones', event, `memory${numberField(event, 'block')}`);
      return true;
    }
    case 'qmp_in':
    case 'hmp_in':
    case 'qmp_out':
      return foldMonitor(state, event);
    default:
      return false;
  }
}
