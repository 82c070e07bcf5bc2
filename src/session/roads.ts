import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { isMessageKey, type MessageKey } from './i18n/translate.ts';

/**
 * Stages of the roads from QEMU to the driver and back, in the order in which a hot-add passes them. `gpe` to `kacpid`
 * are those of a chipset with a GPE block, `ged` to `thread` those of a Generic Event Device.
 */
export const CHAIN_STAGES = [
  'device',
  'registers',
  'gpe',
  'sci',
  'ged',
  'gic',
  'interrupt',
  'kacpid',
  'thread',
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

/** What a round on the road is about. */
export type Subject = 'cpu' | 'memory';

/** Somebody who may run a part of the road. */
export interface RoadContext {
  readonly name:
    | 'qemu'
    | 'hardware'
    | 'gic'
    | 'interrupt'
    | 'primary'
    | 'kacpid'
    | 'thread'
    | 'notify'
    | 'hotplug'
    | 'sysfs';
  /** Whether the context bears a kernel thread's or workqueue's name. */
  readonly kernelName?: true;
  /** The workqueue through which the road enters this context. */
  readonly queue?: AcpiWorkqueue;
  /** The function whose return value wakes this context's thread. */
  readonly wokenBy?: string;
  readonly stages: readonly ChainStage[];
}

const QEMU: RoadContext = { name: 'qemu', stages: ['device', 'registers', 'event'] };
const NOTIFY: RoadContext = { name: 'notify', kernelName: true, queue: 'kacpi_notify', stages: ['notify'] };
const HOTPLUG: RoadContext = { name: 'hotplug', kernelName: true, queue: 'kacpi_hotplug', stages: [] };

/** A road: who may run what. Each change of context is there for a reason. */
export interface Road {
  readonly name: 'gpe' | 'ged' | 'tree';
  readonly contexts: readonly RoadContext[];
  /** Why the road changes context so often: a question, and an answer for each hop. */
  readonly question: 'inspector.whyHops' | 'inspector.whyThread';
  readonly answers: readonly MessageKey[];
  /** Whether processors come and go by calls to the hypervisor. */
  readonly psci: boolean;
}

export const ROADS: Readonly<Record<Road['name'], Road>> = {
  /** `pc`, `q35`: GPE block and SCI (ACPI 6.4, 4.8.4). */
  gpe: {
    name: 'gpe',
    contexts: [
      QEMU,
      { name: 'hardware', stages: ['gpe', 'sci'] },
      { name: 'interrupt', stages: ['interrupt'] },
      { name: 'kacpid', kernelName: true, queue: 'kacpid', stages: ['kacpid', 'aml'] },
      NOTIFY,
      HOTPLUG,
    ],
    question: 'inspector.whyHops',
    answers: ['chain.why.kacpid', 'chain.why.notify', 'chain.why.hotplug'],
    psci: false,
  },
  /** `virt`: hardware-reduced ACPI, a Generic Event Device (ACPI 6.4, 5.6.9) with a threaded handler. */
  ged: {
    name: 'ged',
    contexts: [
      QEMU,
      { name: 'gic', stages: ['ged', 'gic'] },
      { name: 'primary', stages: ['interrupt'] },
      { name: 'thread', kernelName: true, wokenBy: 'IRQ_WAKE_THREAD', stages: ['thread', 'aml'] },
      NOTIFY,
      HOTPLUG,
    ],
    question: 'inspector.whyThread',
    answers: ['chain.why.ged.thread', 'chain.why.ged.notify', 'chain.why.ged.hotplug'],
    psci: true,
  },
  /** `virt` with a device tree: nothing tells the guest of a DIMM, and QEMU takes none; CPUs go and come by PSCI. */
  tree: {
    name: 'tree',
    contexts: [
      { name: 'qemu', stages: ['device'] },
      { name: 'sysfs', stages: ['driver', 'cpuhp'] },
    ],
    question: 'inspector.whyThread',
    answers: [],
    psci: true,
  },
};

export const roadOf = (machine: Pick<MachineDescription, 'board' | 'acpi'> | undefined): Road =>
  ROADS[machine?.board !== 'virt' ? 'gpe' : machine.acpi ? 'ged' : 'tree'];

/** Interrupt number of the GED in the GIC: SPI 9 (QEMU's hw/arm/virt.c). */
export const GED_INTID = 41;

/** Byte offsets in the GICv3's distributor of the enable bits of INTIDs 32 to 63 (Arm IHI 0069). */
export const GICD_ISENABLER1 = 0x104;
export const GICD_ICENABLER1 = 0x184;

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
  acpi_ged_irq_handler: 'thread',
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

/** Functions of both subjects' roads that belong to another stage on that of memory. */
const STAGE_FOR_MEMORY: Readonly<Record<string, ChainStage>> = {
  acpi_bus_offline: 'hotplug',
  device_offline: 'zones',
  memory_subsys_offline: 'zones',
  device_online: 'zones',
  memory_subsys_online: 'zones',
  acpi_bus_trim: 'blocks',
  acpi_memory_device_remove: 'blocks',
};

export const stageOfFunction = (fn: string, subject: Subject): ChainStage | undefined =>
  (subject === 'memory' ? STAGE_FOR_MEMORY[fn] : undefined) ?? STAGE_OF_FUNCTION[fn];

/** Functions that evaluate the method of an event: AML below them is a stage of the road. */
export const EVENT_METHOD_FUNCTIONS: ReadonlySet<string> = new Set([
  'acpi_ev_asynch_execute_gpe_method',
  'acpi_ged_irq_handler',
]);

/** What a stage is about on this road and for this subject: the closest explanation that there is. */
export function stageExplanation(road: Road, stage: ChainStage, subject: Subject): MessageKey {
  const name = road.name === 'tree' ? 'ged' : road.name;
  const keys = [
    `stage.explain.${name}.${subject}.${stage}`,
    `stage.explain.${name}.${stage}`,
    ...(subject === 'memory' ? [`stage.explain.memory.${stage}`] : []),
  ];
  return keys.find(isMessageKey) ?? `stage.explain.${stage}`;
}

/** A stage's name on this road; on the way back some are called otherwise. */
export function stageTitle(road: Road, stage: ChainStage, back: boolean): MessageKey {
  const keys = [...(back ? [`stage.back.${stage}`] : []), `stage.${road.name}.${stage}`];
  return keys.find(isMessageKey) ?? `stage.${stage}`;
}
