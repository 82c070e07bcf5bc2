/**
 * DIMM slots: which slot and which address a DIMM gets, and what is refused.
 * Checks, order and messages are those of QEMU 7.2's hw/mem/pc-dimm.c, hw/mem/memory-device.c.
 */
import type { BoardError } from '../abi/board.ts';
import type { ColdPluggedDimm } from '../abi/machine-config.ts';
import type { Dimm, DimmMemory, DimmRequest, MemoryDevices } from '../abi/memory-devices.ts';
import type { LogWriter } from '../sim/event-log.ts';
import type { AddressRange } from './boards/addresses.ts';
import type { DimmInSlot } from './memory-hotplug.ts';

export interface DimmSlotsOptions {
  readonly slotCount: number;
  /** The device-memory region; undefined without `maxmem`. */
  readonly region: AddressRange | undefined;
  /** Bytes that DIMMs may have together: maxmem less the machine's own RAM. */
  readonly limit: number;
  /** NUMA nodes, 0 when the machine has none. */
  readonly nodeCount: number;
  /** Ids of the backends that are the machine's own RAM. */
  readonly ramBackends: readonly string[];
  /** Why the machine refuses every DIMM, if it does. */
  readonly refusal?: string | undefined;
  /** Where a new device appears in QOM. */
  readonly qomPathOf: (id: string | undefined) => string;
}

/** What happens to the register block and who hears of it. */
export interface DimmSlotsHost {
  plugged(slot: number, dimm: DimmInSlot, hotplugged: boolean): void;
  requestUnplug(slot: number): void;
  /** DEVICE_DELETED. */
  deleted(dimm: Dimm): void;
}

const generic = (description: string): BoardError => ({ class: 'GenericError', description });
const hex = (value: number): string => `0x${value.toString(16)}`;
const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

export class DimmSlots implements MemoryDevices {
  private readonly options: DimmSlotsOptions;
  private readonly host: DimmSlotsHost;
  private readonly log: LogWriter;
  private readonly used: Set<string>;
  private plugged: readonly Dimm[] = [];

  constructor(options: DimmSlotsOptions, host: DimmSlotsHost, log: LogWriter) {
    this.options = options;
    this.host = host;
    this.log = log;
    this.used = new Set(options.ramBackends);
  }

  /** After a reset of the machine: what is plugged stays plugged. */
  takeOver(earlier: DimmSlots): void {
    this.plugged = earlier.plugged;
    for (const id of earlier.used) this.used.add(id);
  }

  get regionBase(): number | undefined {
    return this.options.region?.base;
  }

  usesBackend(id: string): boolean {
    return this.used.has(id);
  }

  dimms(): readonly Dimm[] {
    return [...this.plugged].sort((a, b) => a.address - b.address);
  }

  inOrder(): readonly Dimm[] {
    return this.plugged;
  }

  plugDimm(request: DimmRequest): BoardError | undefined {
    const placed = this.place(request);
    if ('description' in placed) return placed;
    this.insert({ ...placed, qomPath: this.options.qomPathOf(request.id), hotplugged: true });
    return undefined;
  }

  /** A DIMM that is there at power-on: slot and address were found when the command line was read. */
  plugCold({ place: _, ...dimm }: ColdPluggedDimm): void {
    this.insert({ ...dimm, qomPath: this.options.qomPathOf(dimm.id), hotplugged: false });
  }

  /** Slot and address for a DIMM, or why it has none. */
  place(request: DimmRequest): Omit<ColdPluggedDimm, 'place'> | BoardError {
    const { refusal } = this.options;
    if (refusal !== undefined) return generic(refusal);
    const slot = this.freeSlot(request.slot);
    if (typeof slot !== 'number') return slot;
    const { backend, node, id } = request;
    if (!backend) return generic("'memdev' property must be set");
    const address = this.freeAddress(request.address, backend);
    if (typeof address !== 'number') return address;
    if (this.used.has(backend.id)) return generic(`can't use already busy memdev: ${backend.id}`);
    const nodes = Math.max(1, this.options.nodeCount);
    if (node >= nodes) {
      return generic(`'DIMM property node has value ${node}' which exceeds the number of numa nodes: ${nodes}`);
    }
    return { id, backend: backend.id, slot, address, size: backend.size, node };
  }

  private insert(dimm: Dimm): void {
    const { id, slot, address, size, node, hotplugged } = dimm;
    this.used.add(dimm.backend);
    this.plugged = [...this.plugged, dimm];
    this.log.emit('dimm_plugged', slot, id ?? '', Math.floor(address / 2 ** 20), Math.floor(size / 2 ** 20), node);
    this.host.plugged(slot, { id, address, size, node }, hotplugged);
  }

  requestDimmUnplug(dimm: Dimm): BoardError | undefined {
    this.host.requestUnplug(dimm.slot);
    return undefined;
  }

  /** The guest has ejected the DIMM of a slot: true when it is gone. */
  eject(slot: number): boolean {
    const dimm = this.plugged.find((candidate) => candidate.slot === slot);
    if (!dimm) return false;
    this.plugged = this.plugged.filter((other) => other !== dimm);
    this.used.delete(dimm.backend);
    this.log.emit('dimm_unplugged', slot, dimm.id ?? '');
    this.host.deleted(dimm);
    return true;
  }

  private freeSlot(wanted: number | undefined): number | BoardError {
    const { slotCount } = this.options;
    if (wanted !== undefined && (wanted < 0 || wanted >= slotCount)) {
      return generic(`invalid slot number ${wanted}, valid range is [0-${lastOf(slotCount)}]`);
    }
    if (slotCount === 0) return generic("no slots where allocated, please specify the 'slots' option");
    const taken = new Set(this.plugged.map(({ slot }) => slot));
    if (wanted !== undefined) return taken.has(wanted) ? generic(`slot ${wanted} is busy`) : wanted;
    for (let slot = 0; slot < slotCount; slot++) if (!taken.has(slot)) return slot;
    return generic('no free slots available');
  }

  /** The address as asked for, or the lowest that is free (memory_device_get_free_addr). */
  private freeAddress(wanted: number, { size, alignment }: DimmMemory): number | BoardError {
    const { region, limit } = this.options;
    if (!region) {
      return generic('memory devices (e.g. for memory hotplug) are not enabled, please specify the maxmem option');
    }
    const inUse = this.plugged.reduce((sum, dimm) => sum + dimm.size, 0);
    if (inUse + size > limit) {
      return generic(
        `not enough space, currently ${hex(inUse)} in use of total space for memory devices ${hex(limit)}`,
      );
    }
    if (wanted !== 0 && alignUp(wanted, alignment) !== wanted) {
      return generic(`address must be aligned to ${hex(alignment)} bytes`);
    }
    if (alignUp(size, alignment) !== size) {
      return generic(`backend memory size must be multiple of ${hex(alignment)}`);
    }
    const end = region.base + region.length;
    if (wanted !== 0 && (wanted < region.base || wanted + size > end)) {
      const usable = `[${hex(region.base)}:${hex(region.length)}]`;
      return generic(
        `can't add memory device [${hex(wanted)}:${hex(size)}], usable range for memory devices ${usable}`,
      );
    }
    let address = wanted === 0 ? alignUp(region.base, alignment) : wanted;
    for (const other of this.dimms()) {
      if (address >= other.address + other.size || other.address >= address + size) continue;
      if (wanted !== 0) {
        return generic(`address range conflicts with memory device id='${other.id ?? '(unnamed)'}'`);
      }
      address = alignUp(other.address + other.size, alignment);
    }
    if (address + size > end) {
      return generic(
        'could not find position in guest address space for memory device - memory fragmented due to alignments',
      );
    }
    return address;
  }
}

/** The last slot as an unsigned 64-bit number, as the message prints it for a machine without slots. */
const lastOf = (slotCount: number): string => String(BigInt.asUintN(64, BigInt(slotCount) - 1n));
