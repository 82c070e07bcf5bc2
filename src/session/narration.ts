import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { numberField, textField } from './event-access.ts';
import { isSciLine } from './fold-chain.ts';
import type { MessageKey, MessageParameters } from './i18n/translate.ts';
import { GED_INTID, GICD_ISENABLER1 } from './roads.ts';

/** A sentence of the narration line: a template of the catalogue and what goes into it. */
export interface Sentence {
  readonly key: MessageKey;
  readonly parameters: MessageParameters;
  /** The event that it tells of; -1 for one that tells of no event. */
  readonly sequence: number;
}

export interface NarrationContext {
  taskName(task: number): string;
  /** Linux's number of the CPU in this slot, -1 while it has none. */
  cpuOfVcpu(vcpu: number): number;
  /** The machine was quiet once: before that, everything is boot. */
  readonly booted: boolean;
}

type Told = readonly [MessageKey, MessageParameters?] | undefined;
type Teller = (event: LabEvent, context: NarrationContext) => Told;

const hex = (value: number): string => `0x${value.toString(16)}`;

const FUNCTIONS: Readonly<Record<string, Teller>> = {
  acpi_irq: (event, { taskName }) => ['say.irq', { vcpu: event.vcpu, task: taskName(event.task) }],
  acpi_ged_irq_handler: (event, { taskName }) => ['say.ged.handler', { vcpu: event.vcpu, task: taskName(event.task) }],
  acpi_ev_gpe_dispatch: (event) => ['say.gpeDispatch', { fn: textField(event, 'fn') }],
  acpi_bus_notify: () => ['say.busNotify'],
  acpi_hotplug_work_fn: (event, { taskName }) => ['say.hotplugWork', { task: taskName(event.task) }],
  acpi_processor_add: (_, { booted }) => (booted ? ['say.processorAdd'] : undefined),
  acpi_processor_remove: () => ['say.processorRemove'],
  acpi_evaluate_ej0: () => ['say.eject'],
  online_store: (event, { taskName }) => ['say.onlineStore', { task: taskName(event.task) }],
  _cpu_up: () => ['say.cpuUp'],
  _cpu_down: () => ['say.cpuDown'],
  multi_cpu_stop: (event) => ['say.stopMachine', { vcpu: event.vcpu }],
  play_dead: (event) => ['say.dead', { vcpu: event.vcpu }],
  native_play_dead: (event) => ['say.dead', { vcpu: event.vcpu }],
};

const QUEUES: Readonly<Record<string, MessageKey>> = {
  kacpid: 'say.queue.kacpid',
  kacpi_notify: 'say.queue.kacpi_notify',
  kacpi_hotplug: 'say.queue.kacpi_hotplug',
};

const NOTIFICATIONS: Readonly<Record<number, MessageKey>> = { 1: 'say.notifyAdd', 3: 'say.notifyEject' };

function tellQmp(event: LabEvent): Told {
  const text = textField(event, 'text');
  if (event.kind === 'qmp_in') {
    if (/device_add/.test(text)) return ['say.qmpAdd'];
    return /device_del/.test(text) ? ['say.qmpDelete'] : undefined;
  }
  const name = /"event"\s*:\s*"(\w+)"/.exec(text)?.[1];
  if (name !== undefined) return ['say.qmpEvent', { name }];
  const description = /"desc"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return description === undefined ? undefined : ['say.qmpError', { text: description.replace(/\\(.)/g, '$1') }];
}

function tellStep(event: LabEvent, { taskName }: NarrationContext): Told {
  const parameters = {
    cpu: numberField(event, 'cpu'),
    step: numberField(event, 'step'),
    vcpu: event.vcpu,
    task: taskName(event.task),
    fn: textField(event, 'fn'),
  };
  return ['say.step', parameters];
}

const IRQ_WAKE_THREAD = 2;

const unmasksGed = (event: LabEvent): boolean =>
  numberField(event, 'offset') === GICD_ISENABLER1 && ((numberField(event, 'value') >>> (GED_INTID - 32)) & 1) === 1;

function tellPsci(event: LabEvent, { taskName, booted }: NarrationContext): Told {
  if (!booted) return undefined;
  const fn = textField(event, 'function');
  const parameters = {
    fn,
    task: taskName(event.task),
    vcpu: event.vcpu,
    target: hex(numberField(event, 'target')),
    ret: numberField(event, 'ret'),
  };
  if (fn === 'CPU_ON') return ['say.psci.on', parameters];
  if (fn === 'CPU_OFF') return ['say.psci.off', parameters];
  return [fn === 'AFFINITY_INFO' ? 'say.psci.affinity' : 'say.psci.other', parameters];
}

const KINDS: Readonly<Record<string, Teller>> = {
  fn_enter: (event, context) => FUNCTIONS[textField(event, 'fn')]?.(event, context),
  qmp_in: tellQmp,
  qmp_out: tellQmp,
  vcpu_plugged: (event, { booted }) =>
    booted ? ['say.plugged', { vcpu: numberField(event, 'vcpu'), apicId: numberField(event, 'apicId') }] : undefined,
  vcpu_unplugged: (event) => ['say.unplugged', { vcpu: numberField(event, 'vcpu') }],
  register_change: (event) => {
    const register = textField(event, 'register').replace(/\[\d+\]$/, '');
    const raised = numberField(event, 'to') > numberField(event, 'from');
    return register.startsWith('GPE0_STS') && raised ? ['say.gpe', { register }] : undefined;
  },
  irq_line: (event) => {
    if (!isSciLine(textField(event, 'line'))) return undefined;
    return [numberField(event, 'level') ? 'say.sciHigh' : 'say.sciLow'];
  },
  ioapic_deliver: (event) =>
    numberField(event, 'pin') === 9 ? ['say.deliver', { vector: hex(numberField(event, 'vector')) }] : undefined,
  workqueue_queue_work: (event, { taskName }) => {
    const key = QUEUES[textField(event, 'workqueue')];
    return key && [key, { task: taskName(event.task), fn: textField(event, 'function') }];
  },
  workqueue_execute_start: (event, { taskName }) => {
    const fn = textField(event, 'function');
    if (!/^acpi_/.test(fn)) return undefined;
    return ['say.work', { task: taskName(event.task), vcpu: event.vcpu, fn }];
  },
  aml_method_enter: (event, { taskName, booted }) =>
    booted ? ['say.aml', { task: taskName(event.task), path: textField(event, 'path') }] : undefined,
  aml_notify: (event) => {
    const value = numberField(event, 'value');
    return [NOTIFICATIONS[value] ?? 'say.notify', { node: textField(event, 'node'), value }];
  },
  ged_event: (event) => ['say.ged.event', { selector: hex(numberField(event, 'selector')) }],
  register_read: (event) =>
    textField(event, 'register') === 'ESEL' ? ['say.ged.read', { value: hex(numberField(event, 'value')) }] : undefined,
  register_write: (event) =>
    textField(event, 'device') === 'gicd' && unmasksGed(event) ? ['say.gic.unmask'] : undefined,
  gic_pending: (event) =>
    numberField(event, 'intid') === GED_INTID && numberField(event, 'pending')
      ? ['say.gic.pending', { vcpu: numberField(event, 'vcpu') }]
      : undefined,
  gic_acknowledge: (event, { taskName }) =>
    numberField(event, 'intid') === GED_INTID
      ? ['say.gic.acknowledge', { vcpu: numberField(event, 'vcpu'), task: taskName(event.task) }]
      : undefined,
  irq_handler_exit: (event) => (numberField(event, 'ret') === IRQ_WAKE_THREAD ? ['say.gic.wakeThread'] : undefined),
  psci_call: tellPsci,
  acpi_ost: (event) => ['say.ost', { event: numberField(event, 'event'), status: hex(numberField(event, 'status')) }],
  cpu_number: (event) => {
    const apicId = numberField(event, 'apicId');
    return apicId < 0 ? undefined : ['say.number', { cpu: numberField(event, 'cpu'), apicId }];
  },
  cpu_mask: (event) => {
    const mask = textField(event, 'mask');
    const parameters = { mask, cpu: numberField(event, 'cpu') };
    return [numberField(event, 'value') ? 'say.maskSet' : 'say.maskClear', parameters];
  },
  cpuhp_enter: tellStep,
  cpuhp_multi_enter: tellStep,
  cpuhp_exit: (event) => {
    const ret = numberField(event, 'ret');
    if (ret >= 0) return undefined;
    return ['say.stepFailed', { cpu: numberField(event, 'cpu'), step: numberField(event, 'step'), ret }];
  },
  ipi_send: (event) => {
    const mode = textField(event, 'mode');
    if (mode === 'init') return ['say.init', { destination: numberField(event, 'destination') }];
    return mode === 'startup' ? ['say.startup', { vector: hex(numberField(event, 'vector')) }] : undefined;
  },
  printk: (event, { booted }) => {
    const text = textField(event, 'text').replaceAll('`', "'");
    return [booted ? 'say.printk' : 'say.boot', { text }];
  },
  unmodelled: (event, { booted }) => (booted ? ['say.unmodelled', { what: textField(event, 'what') }] : undefined),
};

/** The sentence that tells of an event; undefined for one that the story leaves out. */
export function narrate(event: LabEvent, context: NarrationContext): Sentence | undefined {
  const told = KINDS[event.kind]?.(event, context);
  return told && { key: told[0], parameters: told[1] ?? {}, sequence: event.sequence };
}
