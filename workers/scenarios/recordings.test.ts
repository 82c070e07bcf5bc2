import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { replay } from '../cli/replay.ts';
import { compareRecording, FACETS, type Recording } from './compare-recording.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../recordings/${name}.json`, import.meta.url));
const read = (name: string): Recording => JSON.parse(readFileSync(pathOf(name), 'utf8')) as Recording;

/** What differs from the recording, and how far the traces agree. */
function replayed(name: string) {
  const { differences, scores } = compareRecording(read(name), JSON.parse(replay(pathOf(name))) as Recording);
  return { differences, trace: scores.trace ?? 1 };
}

describe('what the machine shows is what the recorded machine did', () => {
  test.each([
    ['q35-cpu-plug', 'hot-add, online, offline, online, unplug'],
    ['q35-cpu-many', 'sockets, cores and threads: seven CPUs added and brought online, one unplugged'],
    ['q35-sysfs-errors', 'the CPU part of sysfs; all secondaries off and on again'],
    ['q35-fail-inject', 'hotplug/fail at many states, up and down, and the rollback'],
    ['q35-nr_cpus-limit', 'more CPUs than nr_cpus= allows'],
    ['q35-gpe-mask', 'the hotplug GPE disabled, masked, cleared; the power button'],
    ['q35-fail-states', 'an injected failure at further states, and targets half-way'],
    ['q35-threads-smt', 'two sockets of two cores of two threads; smt/control; an online CPU unplugged'],
    ['pc-cpu-cycles', 'i440fx: hot-add, online and offline in a loop, unplug, power button'],
    ['q35-busy-offline', 'a CPU with a bound, busy task goes offline and comes back; pids'],
    ['q35-plug-order', 'CPUs plugged from the last slot to the first; ids and slots that are taken'],
    ['q35-targets', 'hotplug/target at intermediate states, and values that it refuses'],
    ['q35-fail-plugged', 'injected failures on a CPU that was plugged'],
    ['q35-smt-control', 'smt/control on, off and forceoff'],
    ['q35-nosmt', 'the kernel argument nosmt, and threads that are plugged'],
    ['q35-nosmp', 'the kernel argument nosmp: 8259s instead of the I/O APIC'],
    ['q35-gpe-events', 'the hotplug GPE and the power button masked, disabled, cleared'],
    ['q35-unplug-refused', 'an unplug whose offlining fails, and one after it'],
    ['q35-34-cpus', '34 possible CPUs: masks of two words'],
    ['q35-34-sparse', '8 of 34 CPUs at boot, the last slot plugged first'],
    ['pc-fail-inject', 'i440fx: injected failures up and down'],
    ['q35-pm-test', 'every level of pm_test, and suspend to idle'],
    ['q35-suspend', 'the secondaries frozen and thawed by pm_test'],
    ['q35-dimm', 'a DIMM added, onlined by the shell loop, refused offlining, rejected unplug'],
    ['q35-dimm-zones', 'several DIMMs, online_kernel and online_movable, valid_zones, unplug'],
    ['q35-numa', 'two nodes, CPUs and a DIMM into node 1'],
    ['q35-memory-odd-sizes', 'DIMMs that are no multiple of a memory block, and what they do to those after them'],
    ['q35-memory-auto-online', 'memhp_default_state= and auto_online_blocks, each policy; unplug'],
    [
      'q35-memory-held',
      'a file in memory: its pages move from block to block, and an unplug that has to wait for them',
    ],
    ['q35-memory-hugetlb', 'hugepages=, the pool grown, shrunk and taken along by blocks that go'],
    ['q35-memory-memmap', 'memmap_on_memory: struct pages in the block, where the range is one block'],
    ['pc-memory-hole', 'i440fx: 4 GiB around the hole below 4 GiB, a DIMM after it, kernel zone Normal at boot'],
    ['pc-mixed', 'i440fx: sockets plugged from the last, a DIMM between, both taken down again'],
    ['q35-dies', 'two sockets of two dies: numbers of packages and dies in the order of their first CPU'],
    ['q35-memory-chmem', 'chmem by size, range and block number, with and without a zone'],
    ['q35-memory-zones-order', 'online_kernel and online_movable out of order over three DIMMs, valid_zones, unplug'],
    [
      'q35-memory-unplug-second',
      'the second of two DIMMs unplugged and plugged anew; unplugs refused one after the other',
    ],
    ['q35-numa-memoryless', 'a node of CPUs alone and one of nothing: they come with a CPU and with a DIMM'],
    ['q35-memory-movable-node', 'movable_node, distances between nodes, blocks brought online from the far end'],
    ['virt-cpu-psci', 'arm64: CPUs switched off and on through PSCI, CPU 0 as well; a failing state'],
    ['virt-without-firmware', 'arm64: a device tree, no ACPI; a DIMM refused, a CPU switched off and on'],
    ['virt-dimm', 'arm64: DIMMs by the Generic Event Device, onlined, refused, unplugged; the power button'],
  ])('%s: %s', (name) => {
    const { differences, trace } = replayed(name);
    expect(differences).toEqual([]);
    expect(trace).toBeGreaterThanOrEqual(0.99);
  });
});

describe('the comparison itself', () => {
  const recording = read('q35-cpu-plug');

  test('a recording agrees with itself in every facet', () => {
    const { scores } = compareRecording(recording, recording);
    expect(FACETS.map((facet) => scores[facet])).toEqual(FACETS.map(() => 1));
  });

  test('a replay without steps disagrees', () => {
    expect(compareRecording(recording, { steps: [] }).overall).toBeLessThan(0.5);
  });
});
