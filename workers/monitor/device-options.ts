/** -device: vCPUs into their slots, DIMMs into theirs, as QEMU 7.2 plugs them before power-on; other devices cannot matter here. */
import type { ColdPluggedCpu, ColdPluggedDimm, MachineConfig, PossibleCpu } from '../abi/machine-config.ts';
import { deviceMemory, x86BoardAddresses } from '../hw/boards/addresses.ts';
import { NO_GED, virtLayout } from '../hw/boards/virt-addresses.ts';
import { DimmSlots } from '../hw/dimm-slots.ts';
import type { Parsed } from '../protocol/scenario.ts';
import type { Collected } from './command-line-options.ts';
import { checkDeviceType, findCpuSlot } from './device-add.ts';
import { readCpuProperties } from './device-properties.ts';
import { DIMM_TYPE, readDimm } from './dimm-add.ts';
import { IDENTIFIER_HINT, isIdentifier, splitOptions } from './option-text.ts';
import type { QDict } from './qobject.ts';

/** The machine as far as the other options make it. */
type MachineSoFar = Pick<
  MachineConfig,
  | 'board'
  | 'virt'
  | 'topology'
  | 'possibleCpus'
  | 'numaNodes'
  | 'cpuModel'
  | 'cpuType'
  | 'memorySize'
  | 'maxMemory'
  | 'memorySlots'
  | 'memoryBackends'
  | 'ramBackends'
>;

interface ColdPlug {
  readonly possibleCpus: readonly PossibleCpu[];
  readonly cpus: readonly ColdPluggedCpu[];
  readonly dimms: readonly ColdPluggedDimm[];
}

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

export function readDevices(into: Collected, config: MachineSoFar): Parsed<ColdPlug> {
  const reader = new DeviceReader(config);
  const ids = new Set<string>();
  for (const [place, text] of into.devices.entries()) {
    const where = `-device ${text}: `;
    const args: QDict = Object.fromEntries(splitOptions(text, 'driver'));
    const id = args['id'] === undefined ? undefined : String(args['id']);
    if (id !== undefined && !isIdentifier(id)) {
      return fail(`${where}Parameter 'id' expects an identifier\n${IDENTIFIER_HINT}`);
    }
    if (id !== undefined && ids.has(id)) return fail(`${where}Duplicate ID '${id}' for device`);
    const type = checkDeviceType(args['driver'], false, config.board);
    if (!type.ok) return fail(where + type.error);
    if (id !== undefined) ids.add(id);
    let wrong: string | undefined;
    const unmodelled = unmodelledMemory(type.value, config, into.nvdimms);
    if (unmodelled !== undefined) return fail(where + unmodelled);
    if (type.value === DIMM_TYPE && config.board !== 'none') wrong = reader.dimm(args, id, place);
    else if (type.value.endsWith('-x86_64-cpu')) wrong = reader.cpu(type.value, args, id, place);
    else into.ignored.push(`-device ${text}`);
    if (wrong !== undefined) return fail(where + wrong);
  }
  return { ok: true, value: reader.result() };
}

/** Devices that would bring memory, which the lab has not: to leave them out in silence would be another machine. */
const UNMODELLED_MEMORY = new Set(['nvdimm', 'virtio-mem-pci', 'virtio-pmem-pci', 'cxl-type3']);

function unmodelledMemory(type: string, { board }: MachineSoFar, nvdimms: boolean): string | undefined {
  if (!UNMODELLED_MEMORY.has(type) || board === 'none') return undefined;
  if (type === 'nvdimm' && !nvdimms) return "nvdimm is not enabled: missing 'nvdimm' in '-M'";
  return `Device '${type}' is not modelled by the lab`;
}

class DeviceReader {
  private readonly config: MachineSoFar;
  private readonly present: Set<number>;
  private readonly slots: DimmSlots;
  private readonly cpus: ColdPluggedCpu[] = [];
  private readonly dimms: ColdPluggedDimm[] = [];

  constructor(config: MachineSoFar) {
    this.config = config;
    this.present = new Set(config.possibleCpus.filter((cpu) => cpu.present).map(({ index }) => index));
    const { board, memorySlots, maxMemory, memorySize, numaNodes, ramBackends } = config;
    const addresses = board === 'pc' || board === 'q35' ? x86BoardAddresses[board] : undefined;
    const virt = config.virt ? virtLayout(config) : undefined;
    // only to find slots and addresses: nobody hears of what is plugged there
    this.slots = new DimmSlots(
      {
        slotCount: memorySlots,
        region: virt ? virt.deviceMemory : addresses && deviceMemory(addresses, config),
        refusal: virt && !virt.hasGed ? NO_GED : undefined,
        limit: maxMemory - memorySize,
        nodeCount: numaNodes.length,
        ramBackends,
        qomPathOf: () => '',
      },
      { plugged: () => {}, requestUnplug: () => {}, deleted: () => {} },
      { emit: () => {} },
    );
  }

  /** Returns what is wrong. */
  dimm(args: QDict, id: string | undefined, place: number): string | undefined {
    const { memoryBackends } = this.config;
    const backends = { get: (name: string) => memoryBackends.find((backend) => backend.id === name) };
    const request = readDimm(backends, args, id);
    if ('description' in request) return request.description;
    const placed = this.slots.place(request);
    if ('description' in placed) return placed.description;
    const dimm = { ...placed, place };
    this.slots.plugCold(dimm);
    this.dimms.push(dimm);
    return undefined;
  }

  /** Returns what is wrong. */
  cpu(type: string, args: QDict, id: string | undefined, place: number): string | undefined {
    const properties = readCpuProperties(type, args);
    if (!properties.ok) return properties.error;
    if (this.config.board === 'none') return 'apic-id property was not initialized properly';
    const slot = findCpuSlot(this.config, (index) => this.present.has(index), type, properties.value);
    if (!slot.ok) return slot.error;
    this.present.add(slot.value.index);
    this.cpus.push({ index: slot.value.index, id, place });
    return undefined;
  }

  result(): ColdPlug {
    const possibleCpus = this.config.possibleCpus.map((cpu) => ({ ...cpu, present: this.present.has(cpu.index) }));
    return { possibleCpus, cpus: this.cpus, dimms: this.dimms };
  }
}
