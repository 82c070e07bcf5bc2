/** What the page knows of memory: DIMMs, blocks, zones and nodes, and what follows from it. */
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import type { CpuCondition } from './fold-cpus.ts';

export const PAGE_SIZE = 4096;
/** A block of x86-64 has 128 MiB unless the machine has very much memory. */
const USUAL_PAGES = 0x8000;

/** Page frames in a row that one holder has. */
export interface FrameRange {
  readonly start: number;
  readonly count: number;
  /** `kernel`, `slab`, `movable`, …, as the log has it. */
  readonly use: string;
  readonly holder: string;
}

/** Why a block would not go offline: the page that is to blame. */
export interface Refusal {
  readonly pfn: number;
  readonly reason: string;
  readonly holder: string;
  readonly sequence: number;
}

/** A memory block: the unit that goes online and offline. */
export interface MemoryBlock {
  readonly block: number;
  /** As sysfs has it: online, offline, going-offline. */
  state: string;
  /** Its pages are being given to a zone. */
  comingOnline: boolean;
  /** Zone of its pages; empty while it is offline, `none` when it spans several. */
  zone: string;
  node: number;
  kernel: number;
  movable: number;
  /** What is used in it, lowest first; what is between is free. */
  readonly frames: FrameRange[];
  isolated: boolean;
  /** Pages moved out of it since the last attempt to take it offline began. */
  migrated: number;
  /** The last attempt to take it offline failed. */
  refusal: Refusal | undefined;
  changedAt: number;
}

/** How the last request to give a DIMM back went. */
export interface UnplugRequest {
  readonly since: number;
  /** The guest works on it. */
  underWay: boolean;
  /** Status of `_OST` that ended it, -1 before. */
  status: number;
  /** The block that refused, -1 when none did. */
  refusedBy: number;
}

export interface DimmSlot {
  readonly index: number;
  plugged: boolean;
  id: string;
  /** Bytes. */
  address: number;
  size: number;
  node: number;
  /** The guest has been notified of the DIMM and has not reported yet. */
  arriving: boolean;
  request: UnplugRequest | undefined;
  changedAt: number;
}

export interface ZoneSpan {
  readonly node: number;
  readonly zone: string;
  /** Page frames. */
  readonly start: number;
  readonly spanned: number;
  readonly present: number;
  readonly sequence: number;
}

/** Zones that offline blocks of a range could join, the one of `online` first. */
export interface ValidZones {
  readonly block: number;
  readonly blocks: number;
  readonly zones: string;
}

/** The masks of /sys/devices/system/node, in the order in which a node comes into them. */
export const NODE_MASKS = ['possible', 'online', 'has_cpu', 'has_memory', 'has_normal_memory'] as const;

/** DIMMs, memory blocks, zones and nodes: fold of the memory events. */
export interface MemoryState {
  readonly slots: readonly DimmSlot[];
  readonly blocks: Map<number, MemoryBlock>;
  /** Pages of a block. */
  blockPages: number;
  readonly zones: Map<string, ZoneSpan>;
  readonly validZones: Map<number, ValidZones[]>;
  readonly nodeMasks: Map<string, Set<number>>;
  /** Sequence number of the last change of a node's bit: `mask:node`. */
  readonly nodeChangedAt: Map<string, number>;
  /** The block that changed last, -1 before any has after boot. */
  lastBlock: number;
  /** The last refusal of all. */
  lastRefusal: { readonly block: number; readonly refusal: Refusal } | undefined;
  /** The highest number at the end of an id in any command: the next id has a higher one. */
  highestId: number;
  /** The frames that are still to come of the block told of last. */
  filling: MemoryBlock | undefined;
}

export function initialMemory(description: MachineDescription): MemoryState {
  const slots = Array.from(
    { length: description.memorySlots },
    (_, index): DimmSlot => ({
      index,
      plugged: false,
      id: '',
      address: 0,
      size: 0,
      node: 0,
      arriving: false,
      request: undefined,
      changedAt: -1,
    }),
  );
  return {
    slots,
    blocks: new Map(),
    blockPages: USUAL_PAGES,
    zones: new Map(),
    validZones: new Map(),
    nodeMasks: new Map(NODE_MASKS.map((name) => [name, new Set<number>()])),
    nodeChangedAt: new Map(),
    lastBlock: -1,
    lastRefusal: undefined,
    highestId: -1,
    filling: undefined,
  };
}

export const blockSize = (state: MemoryState): number => state.blockPages * PAGE_SIZE;
export const blockOfPfn = (state: MemoryState, pfn: number): number => Math.floor(pfn / state.blockPages);

/** Index of the slot that an ACPI memory device stands for: `\_SB.MHPC.MP0A` → 10 (QEMU names them by index). */
export function slotOfMemoryNode(path: string): number | undefined {
  const digits = /\.MP([0-9A-Fa-f]{2,3})$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** What a block is to a reader, by the signs that CPUs have. */
export function blockCondition(block: MemoryBlock): CpuCondition {
  if (block.comingOnline) return 'coming';
  if (block.state === 'going-offline') return 'going';
  return block.state === 'online' ? 'online' : 'present';
}

/** Blocks in a range of addresses, lowest first. */
export function blocksOfRange(state: MemoryState, address: number, size: number): MemoryBlock[] {
  const unit = blockSize(state);
  const found: MemoryBlock[] = [];
  for (let block = Math.floor(address / unit); block * unit < address + size; block++) {
    const known = state.blocks.get(block);
    if (known) found.push(known);
  }
  return found;
}

export function dimmCondition(state: MemoryState, slot: DimmSlot): CpuCondition {
  if (!slot.plugged) return 'possible';
  if (slot.arriving) return 'coming';
  if (slot.request?.underWay) return 'going';
  const blocks = blocksOfRange(state, slot.address, slot.size);
  // A DIMM of which the guest made nothing.
  if (blocks.length === 0) return 'failed';
  return blocks.some((block) => block.state !== 'offline') ? 'online' : 'present';
}

/** The zones that a block may join, the one of `online` first; that of an online block alone. */
export function validZones(state: MemoryState, block: MemoryBlock): readonly string[] {
  if (block.state !== 'offline') return [block.zone];
  const row = state.validZones
    .get(block.node)
    ?.find(({ block: first, blocks }) => block.block >= first && block.block < first + blocks);
  return row?.zones.split(' ') ?? [];
}
