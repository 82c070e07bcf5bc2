import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { numberField, textField } from './event-access.ts';
import type { CpuCondition } from './fold-cpus.ts';

export const PAGE_SIZE = 4096;
const MIB = 2 ** 20;
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

const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
const EJECT_IN_PROGRESS = 0x84;

function foldSlot(state: MemoryState, event: LabEvent): boolean {
  switch (event.kind) {
    case 'dimm_plugged': {
      const slot = state.slots[numberField(event, 'slot')];
      if (!slot) return false;
      slot.plugged = true;
      slot.id = textField(event, 'id');
      slot.address = numberField(event, 'address') * MIB;
      slot.size = numberField(event, 'size') * MIB;
      slot.node = numberField(event, 'node');
      // Nobody has to be told of those that are there at power-on.
      slot.arriving = event.time > 0;
      slot.request = undefined;
      slot.changedAt = event.sequence;
      return true;
    }
    case 'dimm_unplugged': {
      const slot = state.slots[numberField(event, 'slot')];
      if (!slot) return false;
      slot.plugged = false;
      slot.request = undefined;
      slot.changedAt = event.sequence;
      return true;
    }
    case 'aml_notify':
    case 'acpi_ost':
      return foldAcpi(state, event);
    default:
      return false;
  }
}

function foldAcpi(state: MemoryState, event: LabEvent): boolean {
  const slot = state.slots[slotOfMemoryNode(textField(event, 'node')) ?? -1];
  if (!slot) return false;
  if (event.kind === 'aml_notify') {
    if (numberField(event, 'value') !== EJECT_REQUEST) return false;
    slot.request = { since: event.sequence, underWay: true, status: -1, refusedBy: -1 };
  } else if (numberField(event, 'event') === DEVICE_CHECK) slot.arriving = false;
  else if (slot.request && slot.plugged && numberField(event, 'status') !== EJECT_IN_PROGRESS) {
    const refused = state.lastRefusal;
    const refusedBy = refused && refused.refusal.sequence > slot.request.since ? refused.block : -1;
    slot.request = { ...slot.request, underWay: false, status: numberField(event, 'status'), refusedBy };
  }
  slot.changedAt = event.sequence;
  return true;
}

function blockAt(state: MemoryState, block: number): MemoryBlock {
  const known = state.blocks.get(block);
  if (known) return known;
  const made: MemoryBlock = {
    block,
    state: 'offline',
    comingOnline: false,
    zone: '',
    node: 0,
    kernel: 0,
    movable: 0,
    frames: [],
    isolated: false,
    migrated: 0,
    refusal: undefined,
    changedAt: -1,
  };
  state.blocks.set(block, made);
  return made;
}

/** The blocks that a range of page frames touches. */
function* blocksIn(state: MemoryState, event: LabEvent): Generator<MemoryBlock> {
  const start = numberField(event, 'startPfn');
  const last = blockOfPfn(state, start + numberField(event, 'pages') - 1);
  for (let block = blockOfPfn(state, start); block <= last; block++) {
    const known = state.blocks.get(block);
    if (known) yield known;
  }
}

function foldBlockState(state: MemoryState, event: LabEvent): void {
  const number = numberField(event, 'block');
  const told = textField(event, 'state');
  if (told === 'removed') {
    state.blocks.delete(number);
    return;
  }
  const block = blockAt(state, number);
  if (told === 'going-offline') {
    block.refusal = undefined;
    block.migrated = 0;
  }
  block.state = told;
  block.comingOnline = false;
  block.zone = told === 'offline' ? '' : textField(event, 'zones');
  block.node = numberField(event, 'node');
  block.changedAt = event.sequence;
  if (told === 'offline') {
    block.kernel = 0;
    block.movable = 0;
    block.frames.length = 0;
    block.isolated = false;
    block.refusal = undefined;
  }
  state.lastBlock = number;
}

function foldFrames(state: MemoryState, event: LabEvent): void {
  if (event.kind === 'memory_block_pages') {
    state.blockPages = numberField(event, 'total') || state.blockPages;
    const block = state.blocks.get(numberField(event, 'block'));
    state.filling = block;
    if (!block) return;
    block.kernel = numberField(event, 'kernel');
    block.movable = numberField(event, 'movable');
    block.frames.length = 0;
    return;
  }
  state.filling?.frames.push({
    start: numberField(event, 'startPfn'),
    count: numberField(event, 'pages'),
    use: textField(event, 'use'),
    holder: textField(event, 'holder'),
  });
}

function foldBlock(state: MemoryState, event: LabEvent): boolean {
  switch (event.kind) {
    case 'memory_block':
      foldBlockState(state, event);
      return true;
    case 'memory_block_pages':
    case 'page_frames':
      foldFrames(state, event);
      return true;
    case 'memory_notify': {
      const action = textField(event, 'action');
      // It has come when its state is told; until then only a refusal ends it.
      if (action !== 'MEM_GOING_ONLINE' && action !== 'MEM_CANCEL_ONLINE') return false;
      for (const block of blocksIn(state, event)) {
        block.comingOnline = action === 'MEM_GOING_ONLINE';
        block.changedAt = event.sequence;
      }
      return true;
    }
    case 'pages_isolated':
      for (const block of blocksIn(state, event)) block.isolated = numberField(event, 'isolated') !== 0;
      return true;
    case 'pages_migrated':
      for (const block of blocksIn(state, event)) block.migrated += numberField(event, 'pages');
      return true;
    case 'memory_offline_refused': {
      const block = blockAt(state, numberField(event, 'block'));
      const refusal = {
        pfn: numberField(event, 'pfn'),
        reason: textField(event, 'reason'),
        holder: textField(event, 'holder'),
        sequence: event.sequence,
      };
      block.refusal = refusal;
      state.lastRefusal = { block: block.block, refusal };
      return true;
    }
    default:
      return false;
  }
}

function foldZone(state: MemoryState, event: LabEvent): boolean {
  const node = numberField(event, 'node');
  switch (event.kind) {
    case 'zone_pages': {
      const zone = textField(event, 'zone');
      const [start, spanned] = [numberField(event, 'start'), numberField(event, 'spanned')];
      const present = numberField(event, 'present');
      state.zones.set(`${node}:${zone}`, { node, zone, start, spanned, present, sequence: event.sequence });
      return true;
    }
    case 'memory_valid_zones': {
      const block = numberField(event, 'block');
      // The first of the ranges that say it for all blocks anew.
      const rows = block === 0 ? [] : (state.validZones.get(node) ?? []);
      rows.push({ block, blocks: numberField(event, 'blocks'), zones: textField(event, 'zones') });
      state.validZones.set(node, rows);
      return true;
    }
    case 'node_mask': {
      const mask = textField(event, 'mask');
      const nodes = state.nodeMasks.get(mask) ?? new Set();
      state.nodeMasks.set(mask, nodes);
      if (numberField(event, 'value')) nodes.add(node);
      else nodes.delete(node);
      state.nodeChangedAt.set(`${mask}:${node}`, event.sequence);
      return true;
    }
    default:
      return false;
  }
}

/** A kernel that starts anew knows nothing; what is plugged stays plugged. */
function reset(state: MemoryState): void {
  state.blocks.clear();
  state.zones.clear();
  state.validZones.clear();
  for (const nodes of state.nodeMasks.values()) nodes.clear();
  for (const slot of state.slots) {
    slot.arriving = false;
    slot.request = undefined;
  }
  state.lastBlock = -1;
  state.lastRefusal = undefined;
}

export function foldMemory(state: MemoryState, event: LabEvent): boolean {
  if (event.kind === 'qmp_in' || event.kind === 'hmp_in') {
    for (const [, number] of textField(event, 'text').matchAll(/(?:dimm|mem)(\d{1,6})\b/g)) {
      state.highestId = Math.max(state.highestId, Number(number));
    }
    return false;
  }
  if (event.kind === 'machine_state' && textField(event, 'state') === 'reset') {
    reset(state);
    return true;
  }
  return foldSlot(state, event) || foldBlock(state, event) || foldZone(state, event);
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
