import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { numberField, textField } from './event-access.ts';
import { blockOfPfn, type MemoryBlock, type MemoryState, slotOfMemoryNode } from './memory-state.ts';

const MIB = 2 ** 20;
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
