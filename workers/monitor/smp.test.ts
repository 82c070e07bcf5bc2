import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apicIdFromTopology, apicIdWidths, topologyFromIndex } from '../hw/apic-ids.ts';
import { parseSmp, type SmpGiven } from './smp.ts';

interface SmpCase {
  readonly machine: string;
  readonly prefer?: string;
  readonly config: SmpGiven;
  readonly expect?: Readonly<Record<string, number>>;
  readonly expect_error?: string;
}
const recorded = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../recordings/qmp/${name}.json`, import.meta.url), 'utf8')) as T;

describe('-smp gives the topology that QEMU computes', () => {
  test.each(recorded<SmpCase[]>('smp-parse').map((item, index) => ({ ...item, index })))(
    'case $index: $config',
    (item) => {
      const result = parseSmp(item.config, {
        machine: 'TEST-SMP',
        minCpus: item.machine.includes('min_cpus 2') ? 2 : 1,
        maxCpus: item.machine.includes('max_cpus 511') ? 511 : 512,
        dies: item.machine === 'with_dies',
        clusters: item.machine === 'with_clusters',
        preferSockets: item.prefer === 'sockets',
      });
      expect(result.ok ? { expect: result.value } : { expect_error: result.error }).toEqual(
        item.expect ? { expect: item.expect } : { expect_error: item.expect_error },
      );
    },
  );
});

interface ApicIdCase {
  readonly topo: { readonly dies: number; readonly cores: number; readonly threads: number };
  readonly fn: string;
  readonly cpu_index: number | null;
  readonly expect: number;
}

describe('APIC ids follow from the topology', () => {
  test.each(recorded<ApicIdCase[]>('apicid'))(
    '$fn of $topo, index $cpu_index',
    ({ topo, fn, cpu_index, expect: expected }) => {
      const topology = { sockets: 1, ...topo };
      const { smt, core, die } = apicIdWidths(topology);
      const functions: Readonly<Record<string, () => number>> = {
        apicid_smt_width: () => smt,
        apicid_core_width: () => core,
        apicid_die_width: () => die,
        apicid_core_offset: () => smt,
        apicid_die_offset: () => smt + core,
        apicid_pkg_offset: () => smt + core + die,
        x86_apicid_from_cpu_idx: () => apicIdFromTopology(topology, topologyFromIndex(topology, cpu_index ?? 0)),
      };
      expect(functions[fn]?.()).toBe(expected);
    },
  );
});
