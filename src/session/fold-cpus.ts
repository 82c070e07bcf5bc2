import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { CpuSlot, MachineDescription } from '../../workers/protocol/machine-api.ts';
import { isReset, numberField, textField } from './event-access.ts';

/** What a CPU is to a reader; the same six, with the same shapes and colours, in every view. */
export const CPU_CONDITIONS = ['possible', 'present', 'coming', 'online', 'going', 'failed'] as const;
export type CpuCondition = (typeof CPU_CONDITIONS)[number];

export interface SlotState {
  readonly slot: CpuSlot;
  /** QEMU has a vCPU in it. */
  plugged: boolean;
  /** `id` of device_add; empty for the CPUs of power-on. */
  id: string;
  /** QEMU's state of the vCPU: absent, wait-for-sipi, running, halted. */
  runState: string;
  /** Linux's number for it, -1 while it has none. */
  cpu: number;
  /** The guest has been notified of the insertion and has not reported the outcome yet. */
  arriving: boolean;
  /** The guest has been asked to eject it and has not reported the outcome yet. */
  leaving: boolean;
  /** It was there when the guest started: nobody has to be told of it. */
  fromStart: boolean;
  condition: CpuCondition;
  changedAt: number;
}

interface KernelCpu {
  present: boolean;
  online: boolean;
  state: number;
  target: number;
  /** On its way to the target. The CPU that boots is at the top without a target, and is not. */
  moving: boolean;
  /** The ladder has told of it. */
  seen: boolean;
  failed: boolean;
}

/** Sockets and what is in them: fold of vcpu_*, cpu_number, cpu_mask and cpuhp_* events. */
export interface CpusState {
  readonly slots: readonly SlotState[];
  readonly kernel: Map<number, KernelCpu>;
  readonly numberOfApicId: Map<number, number>;
  /** What is plugged now is what a reset has left. */
  resetting: boolean;
}

export function initialCpus(description: MachineDescription): CpusState {
  const slots = description.slots.map(
    (slot): SlotState => ({
      slot,
      plugged: slot.presentAtBoot,
      id: '',
      runState: slot.presentAtBoot ? 'halted' : 'absent',
      cpu: -1,
      arriving: false,
      leaving: false,
      fromStart: slot.presentAtBoot,
      condition: slot.presentAtBoot ? 'present' : 'possible',
      changedAt: -1,
    }),
  );
  return { slots, kernel: new Map(), numberOfApicId: new Map(), resetting: false };
}

/** Index of the slot that an ACPI processor device stands for: `\_SB.CPUS.C00A` → 10 (QEMU names them by index). */
export function slotOfAcpiNode(path: string): number | undefined {
  const digits = /\.C([0-9A-Fa-f]{3})$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function conditionOf(slot: SlotState, kernel: KernelCpu | undefined): CpuCondition {
  if (!slot.plugged) return 'possible';
  if (slot.arriving) return 'coming';
  // A CPU of power-on is there before a kernel counts it; a later one that the kernel did not take has failed.
  if (!kernel?.present) return slot.fromStart ? 'present' : 'failed';
  if (slot.leaving || (kernel.moving && kernel.target < kernel.state)) return 'going';
  if (kernel.moving) return kernel.failed ? 'failed' : 'coming';
  // What could not be taken offline is online.
  if (kernel.online) return 'online';
  return kernel.failed ? 'failed' : 'present';
}

function kernelCpu(state: CpusState, cpu: number): KernelCpu {
  const known = state.kernel.get(cpu);
  if (known) return known;
  const made: KernelCpu = {
    present: false,
    online: false,
    state: 0,
    target: 0,
    moving: false,
    seen: false,
    failed: false,
  };
  state.kernel.set(cpu, made);
  return made;
}

function applySlotEvent(state: CpusState, event: LabEvent): boolean {
  const slot = state.slots[numberField(event, 'vcpu')];
  if (!slot) return false;
  switch (event.kind) {
    case 'vcpu_plugged':
      slot.plugged = true;
      slot.id = textField(event, 'id');
      // Those of power-on are plugged at time 0.
      slot.fromStart = slot.slot.presentAtBoot || state.resetting;
      slot.arriving = !slot.fromStart;
      slot.leaving = false;
      return true;
    case 'vcpu_unplugged':
      slot.plugged = false;
      slot.id = '';
      slot.arriving = false;
      slot.leaving = false;
      return true;
    case 'vcpu_state':
      slot.runState = textField(event, 'state');
      return true;
    default:
      return false;
  }
}

const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
const EJECT_IN_PROGRESS = 0x84;

function applyAcpiEvent(state: CpusState, event: LabEvent): boolean {
  if (event.kind !== 'aml_notify' && event.kind !== 'acpi_ost') return false;
  const slot = state.slots[slotOfAcpiNode(textField(event, 'node')) ?? -1];
  if (!slot) return false;
  if (event.kind === 'aml_notify') {
    if (numberField(event, 'value') === EJECT_REQUEST) slot.leaving = true;
  } else if (numberField(event, 'event') === DEVICE_CHECK) {
    slot.arriving = false;
  } else if (numberField(event, 'status') !== EJECT_IN_PROGRESS) {
    slot.leaving = false;
  }
  return true;
}

function applyKernelEvent(state: CpusState, event: LabEvent): boolean {
  switch (event.kind) {
    case 'cpu_number': {
      const cpu = numberField(event, 'cpu');
      const apicId = numberField(event, 'apicId');
      for (const [known, number] of state.numberOfApicId) if (number === cpu) state.numberOfApicId.delete(known);
      if (apicId >= 0) state.numberOfApicId.set(apicId, cpu);
      return true;
    }
    case 'cpu_mask': {
      const mask = textField(event, 'mask');
      if (mask !== 'present' && mask !== 'online') return false;
      kernelCpu(state, numberField(event, 'cpu'))[mask] = numberField(event, 'value') !== 0;
      return true;
    }
    case 'cpuhp_state': {
      const first = !state.kernel.get(numberField(event, 'cpu'))?.seen;
      const cpu = kernelCpu(state, numberField(event, 'cpu'));
      const target = numberField(event, 'target');
      if (target !== cpu.target && target > numberField(event, 'state')) cpu.failed = false;
      cpu.state = numberField(event, 'state');
      cpu.target = target;
      cpu.moving = first ? target > cpu.state : target !== cpu.state;
      cpu.seen = true;
      return true;
    }
    case 'cpuhp_exit':
      if (numberField(event, 'ret') >= 0) return false;
      kernelCpu(state, numberField(event, 'cpu')).failed = true;
      return true;
    default:
      return false;
  }
}

/** The next kernel knows no CPU yet; sockets keep theirs. */
function reset(state: CpusState): void {
  state.resetting = true;
  state.kernel.clear();
  state.numberOfApicId.clear();
  for (const slot of state.slots) {
    slot.arriving = false;
    slot.leaving = false;
    slot.fromStart = slot.plugged;
  }
}

export function foldCpus(state: CpusState, event: LabEvent): boolean {
  if (isReset(event)) reset(state);
  else if (event.kind === 'input') {
    state.resetting = false;
    return false;
  } else if (!(applySlotEvent(state, event) || applyAcpiEvent(state, event) || applyKernelEvent(state, event)))
    return false;
  for (const slot of state.slots) {
    const cpu = state.numberOfApicId.get(slot.slot.apicId) ?? -1;
    const condition = conditionOf(slot, state.kernel.get(cpu));
    if (cpu !== slot.cpu || condition !== slot.condition) slot.changedAt = event.sequence;
    slot.cpu = cpu;
    slot.condition = condition;
  }
  return true;
}

/** The slot in which Linux's CPU with this number sits. */
export function slotOfCpu(state: CpusState, cpu: number): SlotState | undefined {
  return cpu < 0 ? undefined : state.slots.find((slot) => slot.cpu === cpu);
}
