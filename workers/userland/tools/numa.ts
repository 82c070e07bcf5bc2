/** numactl --hardware and numastat: the nodes. */
import type { Co } from '../../sim/coroutine.ts';
import { parseCpuList } from './cpu-list.ts';
import { attribute, NODES } from './sysfs.ts';
import type { Tool } from './tool.ts';

/** numactl --hardware. */
export function* numactl(tool: Tool): Co<number> {
  const options = yield* tool.options('+Hsi:N:m:p:C:l', { hardware: 'H', show: 's' });
  if (!options.has('H')) {
    yield* tool.printError('numactl: only --hardware is modelled\n');
    return 1;
  }
  const online = (yield* attribute(tool, `${NODES}/online`)) ?? '';
  const nodes = parseCpuList(online) ?? [];
  yield* tool.print(`available: ${nodes.length} nodes (${online})\n`);
  for (const node of nodes) {
    const cpus = parseCpuList((yield* attribute(tool, `${NODES}/node${node}/cpulist`)) ?? '') ?? [];
    const text = (yield* attribute(tool, `${NODES}/node${node}/meminfo`)) ?? '';
    const megabytes = (name: string): number =>
      Math.floor(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024);
    yield* tool.print(`node ${node} cpus:${cpus.map((cpu) => ` ${cpu}`).join('')}\n`);
    yield* tool.print(
      `node ${node} size: ${megabytes('MemTotal')} MB\nnode ${node} free: ${megabytes('MemFree')} MB\n`,
    );
  }
  yield* tool.print(`node distances:\nnode ${nodes.map((node) => `${String(node).padStart(3)} `).join('')}\n`);
  for (const node of nodes) {
    const distances = ((yield* attribute(tool, `${NODES}/node${node}/distance`)) ?? '').split(/\s+/);
    yield* tool.print(
      `${String(node).padStart(3)}: ${distances.map((distance) => `${distance.padStart(3)} `).join('')}\n`,
    );
  }
  return 0;
}

const COUNTERS = ['numa_hit', 'numa_miss', 'numa_foreign', 'interleave_hit', 'local_node', 'other_node'];
const COLUMN = 16;

/** A row of right-aligned columns behind its name. */
const row = (name: string, values: readonly string[]): string =>
  `${name.padEnd(COLUMN)}${values.map((value) => value.padStart(COLUMN)).join('')}\n`;

/** numastat: counters by node, or (`-m`) what the memory of the nodes is used for, in MB. */
export function* numastat(tool: Tool): Co<number> {
  const options = yield* tool.options('cmnp:s::vzV', {});
  const nodes = parseCpuList((yield* attribute(tool, `${NODES}/online`)) ?? '') ?? [];
  if (options.has('m')) return yield* memoryByNode(tool, nodes);
  yield* tool.print(
    row(
      '',
      nodes.map((node) => `node${node}`),
    ),
  );
  const texts: string[] = [];
  for (const node of nodes) texts.push((yield* attribute(tool, `${NODES}/node${node}/numastat`)) ?? '');
  for (const name of COUNTERS) {
    const values = texts.map((text) => new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? '0');
    yield* tool.print(row(name, values));
  }
  return 0;
}

/** Names in a node's meminfo that numastat 2.0.16 does not know; it says so, and leaves them out. */
const UNKNOWN = ['SwapCached', 'SecPageTables', 'FileHugePages', 'FilePmdMapped'];

function* memoryByNode(tool: Tool, nodes: readonly number[]): Co<number> {
  const rows = new Map<string, number[]>();
  for (const [index, node] of nodes.entries()) {
    const text = (yield* attribute(tool, `${NODES}/node${node}/meminfo`)) ?? '';
    for (const [, name = '', value = '0', unit] of text.matchAll(/^Node \d+ (\S+):\s+(\d+)( kB)?$/gm)) {
      const values = rows.get(name) ?? nodes.map(() => 0);
      values[index] = unit === undefined ? Number(value) * 2 : Number(value) / 1024;
      rows.set(name, values);
    }
  }
  yield* tool.print('\nPer-node system memory usage (in MBs):\n');
  for (const name of UNKNOWN) if (rows.has(name)) yield* tool.printError(`Token ${name} not in hash table.\n`);
  yield* tool.print(row('', [...nodes.map((node) => `Node ${node}`), 'Total']).replace(/^ {16}/, ' '.repeat(COLUMN)));
  yield* tool.print(`${' '.repeat(COLUMN)}${' ---------------'.repeat(nodes.length + 1)}\n`);
  const last = ['KReclaimable'];
  const names = [...[...rows.keys()].filter((name) => !last.includes(name)), ...last.filter((name) => rows.has(name))];
  for (const name of names) {
    const values = rows.get(name);
    if (!values || UNKNOWN.includes(name)) continue;
    const total = values.reduce((sum, value) => sum + value, 0);
    yield* tool.print(
      row(
        name,
        [...values, total].map((value) => value.toFixed(2)),
      ),
    );
  }
  return 0;
}
