import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { formatQemuTrace } from '../../workers/protocol/qemu-trace.ts';
import { beginRound, type ChainState, hit, initialGic } from './chain-state.ts';
import { isReset, numberField, textField } from './event-access.ts';
import { foldGed } from './fold-ged.ts';
import {
  ACPI_WORKQUEUES,
  type AcpiWorkqueue,
  type ChainStage,
  EVENT_METHOD_FUNCTIONS,
  type Subject,
  stageOfFunction,
} from './roads.ts';

/** Handlers of the sysfs files that a person writes to, and what they are about. */
const SYSFS_WRITES: Readonly<Record<string, Subject>> = { online_store: 'cpu', state_store: 'memory' };

const ACCESSES_KEPT = 8;
const SCI_PIN = 9;

function foldFunction(state: ChainState, event: LabEvent): boolean {
  const fn = textField(event, 'fn');
  const stage = stageOfFunction(fn, state.subject);
  const entered = event.kind === 'fn_enter';
  if (EVENT_METHOD_FUNCTIONS.has(fn)) {
    if (entered) state.eventMethodTasks.add(event.task);
    else state.eventMethodTasks.delete(event.task);
  }
  const written = SYSFS_WRITES[fn];
  if (entered && written) beginRound(state, 'none', written, event.sequence);
  if (entered && state.round === 'none') {
    if (fn === 'cpu_subsys_online' || fn === 'device_online') state.round = 'online';
    if (fn === 'cpu_subsys_offline' || fn === 'device_offline') state.round = 'offline';
  }
  if (stage === undefined || (stage === 'interrupt' && state.gic.others.has(event.vcpu))) return false;
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
function subjectOf(state: ChainState, command: string, text: string): Subject {
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
  state.eventMethodTasks.clear();
  state.sciLevel = false;
  state.sciVector = -1;
  Object.assign(state.gic, initialGic());
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
      return foldGed(state, event) || foldRegister(state, event);
    case 'ged_event':
    case 'gic_pending':
    case 'gic_acknowledge':
    case 'gic_end':
    case 'irq_handler_exit':
    case 'psci_call':
      return foldGed(state, event);
    case 'irq_line':
    case 'ioapic_deliver':
    case 'lapic_accept':
      return foldInterrupt(state, event);
    case 'aml_method_enter':
    case 'aml_notify': {
      if (!state.eventMethodTasks.has(event.task)) return false;
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
