import type { LabEvent } from '../../../workers/protocol/log-format.ts';
import { numberField, textField } from '../event-access.ts';
import type { CompareKey } from '../i18n/english-compare.ts';
import { type ChainStage, GED_INTID, GICD_ICENABLER1, GICD_ISENABLER1, type Subject } from '../roads.ts';

/** Finds a step's moment in a log, and names it as its own world does. */
export interface Matcher {
  readonly kind: string;
  readonly test: (event: LabEvent) => boolean;
  readonly label: (first: LabEvent, last: LabEvent) => string;
  /** The stage of the road that explains it. */
  readonly stage?: ChainStage;
}

type StepName = CompareKey extends infer Key ? (Key extends `compare.step.${infer Name}` ? Name : never) : never;

/** A step of both roads, or of one. */
export interface Step {
  readonly name: StepName;
  readonly on: Readonly<Partial<Record<'gpe' | 'ged', Matcher>>>;
  /** The same name, but each architecture's own code or place. */
  readonly alike?: true;
}

/** What follows one input: it begins where that input is given. */
export interface Part {
  readonly name: 'plug' | 'offline' | 'online';
  /** The text of the input. */
  readonly input: string;
  readonly subject: Subject;
  readonly steps: readonly Step[];
}

const MIB = 2 ** 20;
const GPE_MEMORY = 1 << 3;
const IRQ_WAKE_THREAD = 2;
const hex = (value: number): string => `0x${value.toString(16)}`;
const always = () => true;

const fn = (name: string, stage?: ChainStage): Matcher => ({
  kind: 'fn_enter',
  test: (event) => textField(event, 'fn') === name,
  label: () => name,
  ...(stage ? { stage } : {}),
});
const method = (path: string, stage: ChainStage): Matcher => ({
  kind: 'aml_method_enter',
  test: (event) => textField(event, 'path') === path,
  label: () => path,
  stage,
});
/** An access of a register by the guest, or a change that a device makes of itself. */
const register = (kind: string, name: string, test: (event: LabEvent) => boolean, stage: ChainStage): Matcher => ({
  kind,
  test: (event) => textField(event, 'register').replace(/\[0\]$/, '') === name && test(event),
  label: (event) => {
    const change = kind === 'register_change';
    const sign = change ? '=' : kind === 'register_read' ? '→' : '←';
    return `${name} ${sign} ${hex(numberField(event, change ? 'to' : 'value') >>> 0)}`;
  },
  stage,
});
const line = (name: string, label: string, stage: ChainStage): Matcher => ({
  kind: 'irq_line',
  test: (event) => textField(event, 'line') === name && numberField(event, 'level') === 1,
  label: () => label,
  stage,
});
const distributor = (name: string, offset: number): Matcher => ({
  kind: 'register_write',
  test: (event) =>
    numberField(event, 'offset') === offset && ((numberField(event, 'value') >>> (GED_INTID - 32)) & 1) === 1,
  label: (event) => `${name} ← ${hex(numberField(event, 'value') >>> 0)}`,
  stage: 'gic',
});
const psci = (name: string): Matcher => ({
  kind: 'psci_call',
  test: (event) => textField(event, 'function') === name,
  label: (event) =>
    name === 'CPU_OFF'
      ? 'PSCI CPU_OFF'
      : `PSCI ${name} (${hex(numberField(event, 'target'))}) = ${event.fields['ret']}`,
});
const ipi = (mode: string, label: (event: LabEvent) => string): Matcher => ({
  kind: 'ipi_send',
  test: (event) => textField(event, 'mode') === mode,
  label,
});
const online = (value: number): Matcher => ({
  kind: 'cpu_mask',
  test: (event) => textField(event, 'mask') === 'online' && numberField(event, 'value') === value,
  label: (event) => `cpu_online_mask ${value === 1 ? '+' : '−'} ${numberField(event, 'cpu')}`,
});
const state = (wanted: number): Matcher => ({
  kind: 'cpuhp_state',
  test: (event) => numberField(event, 'state') === wanted,
  label: (event) => `cpu${numberField(event, 'cpu')}: state ${wanted}`,
  stage: 'cpuhp',
});
/** The first callback that the CPU's own thread, or the control CPU, calls. */
const callback = (label: string): Matcher => ({
  kind: 'cpuhp_enter',
  test: (event) => textField(event, 'fn') === label,
  label: () => label,
  stage: 'cpuhp',
});

const both = (name: StepName, matcher: Matcher): Step => ({ name, on: { gpe: matcher, ged: matcher } });
const each = (name: StepName, gpe: Matcher, ged: Matcher): Step => ({ name, on: { gpe, ged } });

const PLUG: readonly Step[] = [
  both('command', { kind: 'hmp_in', test: always, label: () => 'device_add pc-dimm', stage: 'device' }),
  both('slot', {
    kind: 'dimm_plugged',
    test: always,
    label: (event) => `slot ${numberField(event, 'slot')}, ${hex(numberField(event, 'address') * MIB)}`,
    stage: 'registers',
  }),
  each(
    'event',
    register('register_change', 'GPE0_STS', (event) => (numberField(event, 'to') & GPE_MEMORY) !== 0, 'gpe'),
    register('register_change', 'ESEL', (event) => numberField(event, 'to') !== 0, 'ged'),
  ),
  each('line', line('ioapic pin 9', 'SCI: high', 'sci'), line('SPI 9', 'SPI 9: pulse', 'gic')),
  each(
    'controller',
    {
      kind: 'ioapic_deliver',
      test: (event) => numberField(event, 'pin') === 9,
      label: (event) => `pin 9 → vector ${hex(numberField(event, 'vector'))}`,
      stage: 'sci',
    },
    {
      kind: 'gic_acknowledge',
      test: (event) => numberField(event, 'intid') === GED_INTID,
      label: () => `ICC_IAR1_EL1 = ${GED_INTID}`,
      stage: 'gic',
    },
  ),
  both('flow', fn('handle_fasteoi_irq', 'interrupt')),
  each('handler', fn('acpi_irq', 'interrupt'), {
    kind: 'irq_handler_exit',
    test: (event) => numberField(event, 'ret') === IRQ_WAKE_THREAD,
    label: () => 'IRQ_WAKE_THREAD',
    stage: 'interrupt',
  }),
  { name: 'which', on: { gpe: fn('acpi_ev_gpe_detect', 'interrupt') } },
  each(
    'mask',
    register('register_write', 'GPE0_EN', (event) => (numberField(event, 'value') & GPE_MEMORY) === 0, 'gpe'),
    distributor('GICD_ICENABLER1', GICD_ICENABLER1),
  ),
  each('context', fn('acpi_ev_asynch_execute_gpe_method', 'kacpid'), fn('acpi_ged_irq_handler', 'thread')),
  each('method', method('\\_GPE._E03', 'aml'), method('\\_SB.GED._EVT', 'aml')),
  each(
    'acknowledge',
    register('register_write', 'GPE0_STS', always, 'gpe'),
    register('register_read', 'ESEL', always, 'ged'),
  ),
  both('scan', method('\\_SB.MHPC.MSCN', 'aml')),
  {
    ...both('flags', {
      kind: 'qemu_trace',
      test: (event) => textField(event, 'point') === 'mhp_acpi_read_flags',
      label: (event) => `slot ${numberField(event, 'a')}: flags ${hex(numberField(event, 'b'))}`,
      stage: 'registers',
    }),
    alike: true,
  },
  both('notify', {
    kind: 'aml_notify',
    test: always,
    label: (event) => `Notify (${textField(event, 'node')}, ${numberField(event, 'value')})`,
    stage: 'aml',
  }),
  each(
    'unmask',
    register('register_write', 'GPE0_EN', (event) => (numberField(event, 'value') & GPE_MEMORY) !== 0, 'gpe'),
    distributor('GICD_ISENABLER1', GICD_ISENABLER1),
  ),
  both('deliver', fn('acpi_bus_notify', 'notify')),
  both('work', fn('acpi_hotplug_work_fn', 'hotplug')),
  both('device', fn('acpi_device_hotplug', 'hotplug')),
  both('driver', fn('acpi_memory_device_add', 'driver')),
  both('add', fn('add_memory_resource', 'blocks')),
  { ...both('arch', fn('arch_add_memory', 'blocks')), alike: true },
  both('blocks', {
    kind: 'memory_block',
    test: always,
    label: (first, last) => `memory${numberField(first, 'block')} … memory${numberField(last, 'block')}`,
    stage: 'blocks',
  }),
  both('ost', {
    kind: 'acpi_ost',
    test: always,
    label: (event) => `_OST ${hex(numberField(event, 'event'))}, ${hex(numberField(event, 'status'))}`,
    stage: 'ost',
  }),
  both('told', {
    kind: 'qmp_out',
    test: (event) => textField(event, 'text').includes('ACPI_DEVICE_OST'),
    label: () => 'ACPI_DEVICE_OST',
    stage: 'event',
  }),
];

const OFFLINE: readonly Step[] = [
  both('store', fn('online_store', 'driver')),
  both('down', fn('_cpu_down', 'cpuhp')),
  both('first', callback('sched_cpu_deactivate')),
  both('takedown', fn('takedown_cpu', 'cpuhp')),
  both('stop', fn('multi_cpu_stop')),
  each('disable', fn('native_cpu_disable'), fn('__cpu_disable')),
  both('leaves', online(0)),
  both('dead', fn('cpuhp_report_idle_dead')),
  each('die', fn('native_play_dead'), fn('cpu_psci_cpu_die')),
  { name: 'off', on: { ged: psci('CPU_OFF') } },
  each('wait', fn('native_cpu_die'), fn('__cpu_die')),
  { name: 'ask', on: { ged: psci('AFFINITY_INFO') } },
  both('bottom', state(0)),
];

const ONLINE: readonly Step[] = [
  both('storeOn', fn('online_store', 'driver')),
  both('up', fn('_cpu_up', 'cpuhp')),
  both('prepare', callback('smpboot_create_threads')),
  both('bringup', fn('bringup_cpu', 'cpuhp')),
  each('boot', fn('native_cpu_up'), fn('__cpu_up')),
  each(
    'start',
    ipi('init', (event) => `INIT → APIC ${numberField(event, 'destination')}`),
    psci('CPU_ON'),
  ),
  { name: 'startup', on: { gpe: ipi('startup', (event) => `SIPI, vector ${hex(numberField(event, 'vector'))}`) } },
  each('entry', fn('start_secondary'), fn('secondary_start_kernel')),
  both('starting', fn('notify_cpu_starting')),
  both('arrives', online(1)),
  both('thread', fn('cpuhp_thread_fun', 'cpuhp')),
  both('top', state(236)),
];

const DIMM_LINE = 'device_add pc-dimm,id=dimm1,memdev=mem1';
const shell = (value: number): string => `echo ${value} > /sys/devices/system/cpu/cpu1/online\n`;

/** What the two machines are told, and the steps that follow. */
export const SUBJECTS: Readonly<Record<'dimm' | 'cpu', readonly Part[]>> = {
  dimm: [{ name: 'plug', input: DIMM_LINE, subject: 'memory', steps: PLUG }],
  cpu: [
    { name: 'offline', input: shell(0), subject: 'cpu', steps: OFFLINE },
    { name: 'online', input: shell(1), subject: 'cpu', steps: ONLINE },
  ],
};
export type CompareSubject = keyof typeof SUBJECTS;

export const isCompareSubject = (name: string | null): name is CompareSubject => name === 'dimm' || name === 'cpu';
