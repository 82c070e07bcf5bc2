import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { numberField, textField } from './event-access.ts';
import type { MessageKey, MessageParameters } from './i18n/translate.ts';
import { blockOfPfn, type MemoryState, slotOfMemoryNode } from './memory-state.ts';
import type { NarrationContext, Sentence } from './narration.ts';
import { formatSize, hexAddress } from './words.ts';

type Told = readonly [MessageKey, MessageParameters?] | undefined;
type Teller = (event: LabEvent, memory: MemoryState, context: NarrationContext) => Told;

const MIB = 2 ** 20;
const EJECT_IN_PROGRESS = 0x84;
/** General-purpose event 3. */
const GPE_MEMORY = 1 << 3;

const FUNCTIONS: Readonly<Record<string, Teller>> = {
  acpi_memory_device_add: (_, __, { booted }) => (booted ? ['say.memory.deviceAdd'] : undefined),
  add_memory_resource: (_, __, { booted }) => (booted ? ['say.memory.addResource'] : undefined),
  arch_add_memory: (_, __, { booted }) => (booted ? ['say.memory.archAdd'] : undefined),
  create_memory_block_devices: (_, __, { booted }) => (booted ? ['say.memory.createBlocks'] : undefined),
  state_store: (event, _, { taskName }) => ['say.memory.stateStore', { task: taskName(event.task) }],
  try_remove_memory: () => ['say.memory.remove'],
  acpi_memory_device_remove: () => ['say.memory.deviceRemove'],
  acpi_evaluate_ej0: (_, { slots }) =>
    slots.some(({ request }) => request?.underWay) ? ['say.memory.eject'] : undefined,
  acpi_bus_offline: (_, { slots }) =>
    slots.some(({ request }) => request?.underWay) ? ['say.memory.busOffline'] : undefined,
};

const block = (event: LabEvent, memory: MemoryState): number => blockOfPfn(memory, numberField(event, 'startPfn'));

function tellBlock(event: LabEvent, memory: MemoryState, { booted }: NarrationContext): Told {
  if (!booted) return undefined;
  const number = numberField(event, 'block');
  switch (textField(event, 'state')) {
    case 'online':
      return memory.blocks.get(number)?.refusal
        ? ['say.memory.stays', { block: number }]
        : ['say.memory.online', { block: number, zone: textField(event, 'zones') }];
    case 'offline':
      return ['say.memory.offline', { block: number }];
    case 'going-offline':
      return ['say.memory.goingOffline', { block: number }];
    default:
      return ['say.memory.removed', { block: number }];
  }
}

const KINDS: Readonly<Record<string, Teller>> = {
  fn_enter: (event, memory, context) => FUNCTIONS[textField(event, 'fn')]?.(event, memory, context),
  register_change: (event) => {
    const register = textField(event, 'register').replace(/\[\d+\]$/, '');
    const raised = numberField(event, 'to') & ~numberField(event, 'from');
    return register === 'GPE0_STS' && raised & GPE_MEMORY ? ['say.memory.gpe', { register }] : undefined;
  },
  dimm_plugged: (event, _, { booted }) =>
    booted
      ? [
          'say.memory.plugged',
          {
            id: textField(event, 'id'),
            slot: numberField(event, 'slot'),
            size: formatSize(numberField(event, 'size') * MIB),
            address: hexAddress(numberField(event, 'address') * MIB),
          },
        ]
      : undefined,
  dimm_unplugged: (event) => ['say.memory.unplugged', { slot: numberField(event, 'slot') }],
  aml_notify: (event) => {
    const slot = slotOfMemoryNode(textField(event, 'node'));
    if (slot === undefined) return undefined;
    const eject = numberField(event, 'value') === 3;
    return [eject ? 'say.memory.notifyEject' : 'say.memory.notifyAdd', { node: textField(event, 'node') }];
  },
  acpi_ost: (event) => {
    const slot = slotOfMemoryNode(textField(event, 'node'));
    const status = numberField(event, 'status');
    if (slot === undefined || numberField(event, 'event') !== 3) return undefined;
    if (status === 0) return ['say.memory.ejected', { slot }];
    return [status === EJECT_IN_PROGRESS ? 'say.memory.ejecting' : 'say.memory.rejected', { slot, status }];
  },
  memory_block: tellBlock,
  memory_notify: (event, memory) => {
    const action = textField(event, 'action');
    if (action !== 'MEM_GOING_ONLINE' && action !== 'MEM_GOING_OFFLINE') return undefined;
    return ['say.memory.notify', { action, block: block(event, memory) }];
  },
  memory_block_zone: (event) => [
    textField(event, 'action') === 'online' ? 'say.memory.zoneJoin' : 'say.memory.zoneLeave',
    { pages: numberField(event, 'pages'), block: numberField(event, 'block'), zone: textField(event, 'zone') },
  ],
  pages_isolated: (event, memory, { booted }) =>
    booted && numberField(event, 'isolated') ? ['say.memory.isolated', { block: block(event, memory) }] : undefined,
  pages_migrated: (event, memory) => [
    'say.memory.migrated',
    { pages: numberField(event, 'pages'), block: block(event, memory) },
  ],
  memory_offline_refused: (event) => {
    const holder = textField(event, 'holder');
    const parameters = {
      block: numberField(event, 'block'),
      pfn: hexAddress(numberField(event, 'pfn')),
      reason: textField(event, 'reason'),
      holder,
    };
    return [holder === '' ? 'say.memory.refused' : 'say.memory.refusedBy', parameters];
  },
  node_mask: (event, _, { booted }) =>
    booted
      ? [
          numberField(event, 'value') ? 'say.memory.nodeSet' : 'say.memory.nodeClear',
          { node: numberField(event, 'node'), mask: textField(event, 'mask') },
        ]
      : undefined,
};

/** The sentence that tells of a memory event; undefined for all others. */
export function narrateMemory(event: LabEvent, memory: MemoryState, context: NarrationContext): Sentence | undefined {
  const told = KINDS[event.kind]?.(event, memory, context);
  return told && { key: told[0], parameters: told[1] ?? {}, sequence: event.sequence };
}

/** What to say when the machine is quiet and memory was the last thing that it was about. */
export function memoryAtRest(memory: MemoryState): Sentence | undefined {
  const refused = memory.slots.find(({ request }) => request && !request.underWay && request.status !== 0);
  if (refused) return { key: 'say.memory.quietRejected', parameters: { slot: refused.index }, sequence: -1 };
  const waiting = [...memory.blocks.values()].filter(({ state }) => state === 'offline');
  const first = waiting[0];
  if (!first) return undefined;
  return { key: 'say.memory.quietOffline', parameters: { count: waiting.length, block: first.block }, sequence: -1 };
}
