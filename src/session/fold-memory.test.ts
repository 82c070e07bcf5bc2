import { describe, expect, test } from 'vitest';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { DEFAULT_SCENARIO } from '../../workers/protocol/scenario.ts';
import { initialChain } from './chain-state.ts';
import { foldChain } from './fold-chain.ts';
import { foldMemory } from './fold-memory.ts';
import {
  blockCondition,
  dimmCondition,
  initialMemory,
  type MemoryState,
  slotOfMemoryNode,
  validZones,
} from './memory-state.ts';
import type { NarrationContext } from './narration.ts';
import { memoryAtRest, narrateMemory } from './narration-memory.ts';
import { foldAll, TestLog } from './test-events.ts';

const GIB = 2 ** 30;
const PAGES = 0x8000;
const NODE = '\\_SB.MHPC.MP00';

const description: MachineDescription = {
  board: 'q35',
  accelerator: 'kvm',
  acpi: true,
  cpuType: 'max-x86_64-cpu',
  topology: { sockets: 1, dies: 1, cores: 1, threads: 1 },
  slots: [],
  memorySize: GIB / 2,
  maxMemory: 8 * GIB,
  memorySlots: 2,
  memoryRegions: [],
  numaNodes: [],
  kernelRelease: '6.1.0',
  cpuhpStates: [],
  ignoredOptions: [],
  scenario: DEFAULT_SCENARIO,
};

const fold = (log: TestLog): MemoryState => foldAll(initialMemory(description), foldMemory, log);

/** A DIMM of two blocks that the guest has taken in. */
function plugged(): TestLog {
  return new TestLog()
    .add('dimm_plugged', { slot: 0, id: 'dimm0', address: 4096, size: 256, node: 0 })
    .add('aml_notify', { node: NODE, value: 1 })
    .add('memory_block', { block: 32, state: 'offline', zones: 'none', node: 0 })
    .add('memory_block', { block: 33, state: 'offline', zones: 'none', node: 0 })
    .add('acpi_ost', { node: '\\_SB_.MHPC.MP00', event: 1, status: 0 });
}

/** The block goes online with these pages in use. */
function online(log: TestLog, block: number, zone: string): TestLog {
  return log
    .add('memory_block', { block, state: 'online', zones: zone, node: 0 })
    .add('memory_block_pages', { block, kernel: 2, movable: 300, total: PAGES, ranges: 2 })
    .add('page_frames', { startPfn: block * PAGES, pages: 2, use: 'slab', holder: 'slab' })
    .add('page_frames', { startPfn: block * PAGES + 2, pages: 300, use: 'movable', holder: 'bash-1' });
}

/** It is asked to go offline, and will not. */
function refused(log: TestLog, block: number): TestLog {
  const pfn = block * PAGES;
  return log
    .add('memory_block', { block, state: 'going-offline', zones: 'Normal', node: 0 })
    .add('memory_offline_refused', { block, pfn, reason: 'failure to isolate range', holder: 'slab' })
    .add('memory_block', { block, state: 'online', zones: 'Normal', node: 0 });
}

describe('a DIMM slot', () => {
  test('is named by its ACPI node, in hexadecimal', () => {
    expect(slotOfMemoryNode('\\_SB.MHPC.MP0A')).toBe(10);
    expect(slotOfMemoryNode('\\_SB_.MHPC.MPFF')).toBe(255);
    expect(slotOfMemoryNode('\\_SB.CPUS.C002')).toBeUndefined();
  });

  test('is empty, being told of, offline, online', () => {
    const conditionOf = (log: TestLog) => {
      const state = fold(log);
      return state.slots.map((slot) => dimmCondition(state, slot));
    };
    expect(conditionOf(new TestLog())).toEqual(['possible', 'possible']);
    const arriving = new TestLog().add('dimm_plugged', { slot: 1, id: 'd', address: 4096, size: 256, node: 0 });
    expect(conditionOf(arriving)).toEqual(['possible', 'coming']);
    expect(conditionOf(plugged())).toEqual(['present', 'possible']);
    expect(conditionOf(online(plugged(), 33, 'Movable'))).toEqual(['online', 'possible']);
  });

  test('has failed when the guest reports success and made no block of it', () => {
    const log = new TestLog()
      .add('dimm_plugged', { slot: 0, id: 'd', address: 4096, size: 100, node: 0 })
      .add('acpi_ost', { node: NODE, event: 1, status: 0 });
    const state = fold(log);
    expect(state.slots.map((slot) => dimmCondition(state, slot))[0]).toBe('failed');
  });

  test('an unplug is under way until _OST ends it; the block that refused is told', () => {
    const asked = online(plugged(), 32, 'Normal')
      .add('aml_notify', { node: NODE, value: 3 })
      .add('acpi_ost', { node: NODE, event: 3, status: 0x84 });
    const rejected = refused(asked, 32).add('acpi_ost', { node: NODE, event: 3, status: 0x82 });
    expect(fold(rejected).slots[0]?.request).toMatchObject({ underWay: false, status: 0x82, refusedBy: 32 });
    const gone = rejected
      .add('aml_notify', { node: NODE, value: 3 })
      .add('memory_block', { block: 32, state: 'removed', zones: 'none', node: 0 })
      .add('dimm_unplugged', { slot: 0, id: 'dimm0' });
    expect([...fold(gone).blocks.keys()]).toEqual([33]);
    expect(fold(gone).slots[0]).toMatchObject({ plugged: false, request: undefined });
  });

  test('the next id is above every number that was used in a command', () => {
    const log = new TestLog()
      .add('qmp_in', { text: '{"execute":"object-add","arguments":{"id":"mem7"}}' })
      .add('hmp_in', { text: 'device_add pc-dimm,id=dimm3,memdev=mem3' });
    expect(fold(log).highestId).toBe(7);
  });
});

describe('a memory block', () => {
  test('is coming while it is given to a zone, going while it is taken from it', () => {
    const coming = plugged().add('memory_notify', { action: 'MEM_GOING_ONLINE', startPfn: 32 * PAGES, pages: PAGES });
    expect([...fold(coming).blocks.values()].map(blockCondition)).toEqual(['coming', 'present']);
    coming.add('memory_notify', { action: 'MEM_ONLINE', startPfn: 32 * PAGES, pages: PAGES });
    expect([...fold(coming).blocks.values()].map(blockCondition)).toEqual(['coming', 'present']);
    const cancelled = plugged()
      .add('memory_notify', { action: 'MEM_GOING_ONLINE', startPfn: 32 * PAGES, pages: PAGES })
      .add('memory_notify', { action: 'MEM_CANCEL_ONLINE', startPfn: 32 * PAGES, pages: PAGES });
    expect([...fold(cancelled).blocks.values()].map(blockCondition)).toEqual(['present', 'present']);
    const going = online(coming, 32, 'Normal').add('memory_block', {
      block: 32,
      state: 'going-offline',
      zones: 'Normal',
    });
    expect([...fold(going).blocks.values()].map(blockCondition)).toEqual(['going', 'present']);
  });

  test('has the page frames told of last, and none when it is offline', () => {
    const log = online(plugged(), 32, 'Normal');
    expect(fold(log).blocks.get(32)?.frames).toEqual([
      { start: 32 * PAGES, count: 2, use: 'slab', holder: 'slab' },
      { start: 32 * PAGES + 2, count: 300, use: 'movable', holder: 'bash-1' },
    ]);
    log.add('memory_block', { block: 32, state: 'offline', zones: 'none', node: 0 });
    expect(fold(log).blocks.get(32)).toMatchObject({ frames: [], kernel: 0, movable: 0 });
  });

  test('keeps the refusal until it is asked again', () => {
    const log = refused(online(plugged(), 32, 'Normal'), 32);
    expect(fold(log).blocks.get(32)?.refusal).toMatchObject({ pfn: 32 * PAGES, holder: 'slab' });
    log.add('memory_block', { block: 32, state: 'going-offline', zones: 'Normal', node: 0 });
    expect(fold(log).blocks.get(32)?.refusal).toBeUndefined();
  });

  test('may join the zones that the log has for its range; online, it is in one', () => {
    const log = online(plugged(), 33, 'Movable')
      .add('memory_valid_zones', { node: 0, block: 0, blocks: 33, zones: 'Normal Movable' })
      .add('memory_valid_zones', { node: 0, block: 33, blocks: 1000, zones: 'Movable Normal' });
    const state = fold(log);
    expect([...state.blocks.values()].map((block) => validZones(state, block))).toEqual([
      ['Normal', 'Movable'],
      ['Movable'],
    ]);
  });

  test('a reset takes blocks, zones and nodes away; the DIMM stays', () => {
    const log = online(plugged(), 32, 'Normal')
      .add('zone_pages', { node: 0, zone: 'Normal', start: 32 * PAGES, spanned: PAGES, present: PAGES })
      .add('node_mask', { mask: 'online', node: 0, value: 1 })
      .add('machine_state', { state: 'reset' });
    const { blocks, zones, nodeMasks, slots } = fold(log);
    expect([blocks.size, zones.size, nodeMasks.get('online')?.size, slots[0]?.plugged]).toEqual([0, 0, 0, true]);
  });
});

describe('the narration of memory', () => {
  const context: NarrationContext = { taskName: (task) => `bash-${task}`, cpuOfVcpu: () => -1, booted: true };
  /** Keys of the sentences, each told once the event has been folded. */
  function tell(log: TestLog): string[] {
    const state = initialMemory(description);
    return log.events().flatMap((event) => {
      foldMemory(state, event);
      return narrateMemory(event, state, context)?.key ?? [];
    });
  }

  test('tells of a DIMM that comes, and of a block that refuses and stays', () => {
    expect(tell(refused(plugged(), 32))).toEqual([
      'say.memory.plugged',
      'say.memory.notifyAdd',
      'say.memory.offline',
      'say.memory.offline',
      'say.memory.goingOffline',
      'say.memory.refusedBy',
      'say.memory.stays',
    ]);
  });

  test('tells event 3 of the GPE block from others', () => {
    const raise = (to: number) =>
      new TestLog().add('register_change', { device: 'acpi-gpe', register: 'GPE0_STS[0]', from: 0, to });
    expect(tell(raise(8))).toEqual(['say.memory.gpe']);
    expect(tell(raise(4))).toEqual([]);
  });

  test('at rest, invites to the next step', () => {
    expect(memoryAtRest(fold(new TestLog()))).toBeUndefined();
    expect(memoryAtRest(fold(plugged()))).toMatchObject({
      key: 'say.memory.quietOffline',
      parameters: { count: 2, block: 32 },
    });
    const rejected = refused(online(plugged().add('aml_notify', { node: NODE, value: 3 }), 32, 'Normal'), 32);
    rejected.add('acpi_ost', { node: NODE, event: 3, status: 0x82 });
    expect(memoryAtRest(fold(rejected))?.key).toBe('say.memory.quietRejected');
  });
});

describe('the chain', () => {
  const device = (text: string) => new TestLog().add('qmp_in', { text });

  test('is about memory after device_add pc-dimm, and of its id after device_del', () => {
    const add = device('{"execute":"device_add","arguments":{"driver":"pc-dimm","id":"d5","memdev":"m"}}').add(
      'dimm_plugged',
      { slot: 0, id: 'd5', address: 4096, size: 256, node: 0 },
    );
    expect(foldAll(initialChain(), foldChain, add)).toMatchObject({ subject: 'memory', round: 'plug' });
    add.add('qmp_in', { text: '{"execute":"device_del","arguments":{"id":"d5"}}' });
    expect(foldAll(initialChain(), foldChain, add)).toMatchObject({ subject: 'memory', round: 'unplug' });
    add.add('qmp_in', { text: '{"execute":"device_del","arguments":{"id":"cpu2"}}' });
    expect(foldAll(initialChain(), foldChain, add)).toMatchObject({ subject: 'cpu', round: 'unplug' });
  });

  test('a block that goes offline during an unplug is in its zone’s stage, one that is removed in that of blocks', () => {
    const log = device('{"execute":"device_add","arguments":{"driver":"pc-dimm","id":"d5"}}')
      .add('dimm_plugged', { slot: 0, id: 'd5', address: 4096, size: 128, node: 0 })
      .add('qmp_in', { text: '{"execute":"device_del","arguments":{"id":"d5"}}' })
      .add('memory_block', { block: 32, state: 'offline', zones: 'none', node: 0 });
    expect([...foldAll(initialChain(), foldChain, log).stages.keys()]).toEqual(['device', 'zones']);
    log.add('memory_block', { block: 32, state: 'removed', zones: 'none', node: 0 });
    expect(foldAll(initialChain(), foldChain, log).stages.get('blocks')?.label).toBe('memory32');
  });

  test('a write to state begins a round of memory', () => {
    const log = new TestLog().on(0, 7);
    log.call('state_store', () => log.call('device_online'));
    const { subject, round, stages } = foldAll(initialChain(), foldChain, log);
    expect([subject, round, [...stages.keys()]]).toEqual(['memory', 'online', ['driver', 'zones']]);
  });
});
