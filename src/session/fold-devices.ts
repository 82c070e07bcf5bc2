import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { isReset, numberField, textField } from './event-access.ts';

/** A register as the log has told of it last. */
export interface RegisterValue {
  readonly value: string;
  /** Names of the bits that are set, where bits have names. */
  readonly bits: string;
  readonly sequence: number;
}

/** Registers of the devices on the hotplug road, by device and name: fold of register_*, qemu_trace, irq_line and APIC events. */
export interface DevicesState {
  readonly registers: Map<string, Map<string, RegisterValue>>;
  /** Vectors that each local APIC holds: requested (IRR), in service (ISR). */
  readonly requested: Map<number, Set<number>>;
  readonly inService: Map<number, number[]>;
}

export function initialDevices(): DevicesState {
  return { registers: new Map(), requested: new Map(), inService: new Map() };
}

const SCI_PIN = 9;
const hex = (value: number): string => `0x${value.toString(16)}`;

/** Bits by register: ACPI 6.4, 4.8.3, and QEMU's docs/specs/acpi_cpu_hotplug.rst. */
const BITS: Readonly<Record<string, readonly string[]>> = {
  GPE0_STS: ['', 'PCI', 'CPU', 'memory'],
  GPE0_EN: ['', 'PCI', 'CPU', 'memory'],
  PM1_STS: ['TMR', '', '', '', 'BM', 'GBL', '', '', 'PWRBTN', 'SLPBTN', 'RTC'],
  PM1_EN: ['TMR', '', '', '', '', 'GBL', '', '', 'PWRBTN', 'SLPBTN', 'RTC'],
  flags: ['enabled', 'inserting', 'removing'],
};

function bitNames(register: string, value: number): string {
  const names = BITS[register.replace(/ .*/, '')] ?? [];
  return names.filter((name, bit) => name !== '' && (value >> bit) & 1).join(' ');
}

function set(state: DevicesState, device: string, name: string, event: LabEvent, value: number, text?: string): true {
  const registers = state.registers.get(device) ?? new Map<string, RegisterValue>();
  state.registers.set(device, registers);
  registers.set(name, { value: text ?? hex(value), bits: bitNames(name, value), sequence: event.sequence });
  return true;
}

function foldAcpi(state: DevicesState, event: LabEvent): boolean {
  const register = textField(event, 'register').replace(/\[0\]$/, '');
  const block = /^(GPE0|PM1)_(STS|EN)$/.exec(register)?.[1];
  if (block === undefined) return false;
  const change = event.kind === 'register_change';
  // A status bit is cleared by writing a 1: what remains comes with the change or the next read.
  const clears = event.kind === 'register_write' && register.endsWith('STS');
  const value = numberField(event, change ? 'to' : 'value');
  if (!clears) return set(state, block, register, event, value);
  const known = Number(state.registers.get(block)?.get(register)?.value ?? 0);
  return set(state, block, register, event, known & ~value);
}

/** Registers of docs/specs/acpi_mem_hotplug.rst by trace point; `a` is the slot. */
const MEMORY_REGISTERS: Readonly<Record<string, string>> = {
  mhp_acpi_read_addr_lo: 'address low',
  mhp_acpi_read_addr_hi: 'address high',
  mhp_acpi_read_size_lo: 'size low',
  mhp_acpi_read_size_hi: 'size high',
  mhp_acpi_read_pxm: 'proximity',
  mhp_acpi_read_flags: 'flags',
  mhp_acpi_write_ost_ev: '_OST event',
  mhp_acpi_write_ost_status: '_OST status',
};

function foldMemoryHotplug(state: DevicesState, event: LabEvent): boolean {
  const point = textField(event, 'point');
  const slot = numberField(event, 'a');
  if (point === 'mhp_acpi_write_slot') return set(state, 'memory-hotplug', 'selector', event, slot);
  const name = MEMORY_REGISTERS[point];
  if (name === undefined) return false;
  return set(state, 'memory-hotplug', `${name} [${hex(slot)}]`, event, numberField(event, 'b'));
}

/** The register block's accesses by QEMU's trace points: index, flags, command, `_OST`. */
function foldCpuHotplug(state: DevicesState, event: LabEvent): boolean {
  const a = numberField(event, 'a');
  const b = numberField(event, 'b');
  const put = (name: string, value: number) => set(state, 'cpu-hotplug', name, event, value);
  switch (textField(event, 'point')) {
    case 'cpuhp_acpi_write_idx':
      return put('selector', a);
    case 'cpuhp_acpi_read_flags':
      return put(`flags [${hex(a)}]`, b);
    case 'cpuhp_acpi_write_cmd':
      return put('command', b);
    case 'cpuhp_acpi_read_cmd_data':
      return put('data', b);
    case 'cpuhp_acpi_write_ost_ev':
      return put('_OST event', b);
    case 'cpuhp_acpi_write_ost_status':
      return put('_OST status', b);
    default:
      return false;
  }
}

function showLapic(state: DevicesState, event: LabEvent, vcpu: number): true {
  const list = (vectors: Iterable<number>): string => [...vectors].map(hex).join(' ') || '–';
  set(state, 'LAPIC', `LAPIC ${vcpu} IRR`, event, 0, list(state.requested.get(vcpu) ?? []));
  return set(state, 'LAPIC', `LAPIC ${vcpu} ISR`, event, 0, list(state.inService.get(vcpu) ?? []));
}

/** Local APICs: a vector is requested, taken by the processor, and ended by a write to EOI. */
function foldLapic(state: DevicesState, event: LabEvent): boolean {
  const vector = numberField(event, 'vector');
  if (event.kind === 'lapic_accept') {
    const vcpu = numberField(event, 'vcpu');
    state.requested.set(vcpu, (state.requested.get(vcpu) ?? new Set()).add(vector));
    return showLapic(state, event, vcpu);
  }
  const inService = state.inService.get(event.vcpu) ?? [];
  state.inService.set(event.vcpu, inService);
  if (event.kind === 'irq_entry') {
    if (!state.requested.get(event.vcpu)?.delete(vector)) return false;
    inService.push(vector);
  } else {
    // The end-of-interrupt is for the highest vector in service.
    const ended = inService.sort((a, b) => a - b).pop();
    // A level-triggered pin takes notice of it.
    const pin = state.registers.get('IO-APIC')?.get(`pin ${SCI_PIN} vector`)?.value;
    if (ended !== undefined && pin === hex(ended)) set(state, 'IO-APIC', `pin ${SCI_PIN} Remote IRR`, event, 0, '0');
  }
  return showLapic(state, event, event.vcpu);
}

export function foldDevices(state: DevicesState, event: LabEvent): boolean {
  if (isReset(event)) {
    state.registers.clear();
    state.requested.clear();
    state.inService.clear();
    return true;
  }
  switch (event.kind) {
    case 'register_read':
    case 'register_change':
      return foldAcpi(state, event);
    case 'register_write':
      if (textField(event, 'register') === 'EOI' && textField(event, 'device') === 'lapic')
        return foldLapic(state, event);
      return foldAcpi(state, event);
    case 'qemu_trace':
      return foldCpuHotplug(state, event) || foldMemoryHotplug(state, event);
    case 'irq_line':
      if (textField(event, 'line') !== `ioapic pin ${SCI_PIN}`) return false;
      return set(state, 'IO-APIC', `pin ${SCI_PIN} level`, event, 0, String(numberField(event, 'level')));
    case 'ioapic_deliver': {
      if (numberField(event, 'pin') !== SCI_PIN) return false;
      set(state, 'IO-APIC', `pin ${SCI_PIN} vector`, event, numberField(event, 'vector'));
      return set(state, 'IO-APIC', `pin ${SCI_PIN} Remote IRR`, event, 0, String(numberField(event, 'remoteIrr')));
    }
    case 'lapic_accept':
    case 'irq_entry':
      return foldLapic(state, event);
    default:
      return false;
  }
}
