/**
 * `-numa`: nodes, which CPU is in which node, distances. Checks and messages of QEMU 7.2 (hw/core/numa.c,
 * machine_set_cpu_numa_node and machine_numa_finish_cpu_init of hw/core/machine.c).
 */
import type { MemoryBackend, NumaNode, PossibleCpu } from '../abi/machine-config.ts';
import type { Parsed } from '../protocol/scenario.ts';
import { parseInteger, parseSize, parseUint, splitOptions } from './option-text.ts';

const MIB = 2 ** 20;
const MAX_NODES = 128;
const MIXED = 'numa configuration should use either mem= or memdev=,mixing both is not allowed';
const LOCAL_DISTANCE = 10;

/** What the machine is so far. */
export interface NumaInput {
  /** Nodes 0 to …; every CPU's nodeId is still 0. */
  readonly possibleCpus: readonly PossibleCpu[];
  readonly dies: number;
  /** The machine type has clusters: `virt`. */
  readonly clusters: boolean;
  /**
   * `mem=` is taken, with a warning. No machine type of QEMU 7.2 does; virt-5.0 and older did, for which the command lines
   * were written that still give it: on `virt` the lab takes it as they do.
   */
  readonly legacyMemory: boolean;
  readonly backends: readonly MemoryBackend[];
  /** Bytes of RAM, as -m or the default says. */
  readonly memorySize: number;
}

export interface NumaLayout {
  readonly nodes: readonly NumaNode[];
  readonly possibleCpus: readonly PossibleCpu[];
  readonly distances: readonly (readonly number[])[] | undefined;
  readonly warnings: readonly string[];
  /** Ids of the backends that the nodes use. */
  readonly backendIds: readonly string[];
}

interface Node {
  readonly id: number;
  readonly memdev: string | undefined;
  readonly memory: number;
}

type Options = readonly (readonly [string, string])[];
const optionValue = (options: Options, key: string): string | undefined => options.find(([name]) => name === key)?.[1];
const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** HMAT: -machine hmat=on is refused by the lab, so that none of these can follow. */
const HMAT_TYPES = ['hmat-lb', 'hmat-cache'];
const HMAT_DISABLED =
  'ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it with -machine hmat=on before using any of hmat specific options';

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  node: ['nodeid', 'cpus', 'mem', 'memdev', 'initiator'],
  dist: ['src', 'dst', 'val'],
  cpu: ['node-id', 'socket-id', 'die-id', 'cluster-id', 'core-id', 'thread-id'],
};

/** Reads the -numa options, in their order. The error is QEMU's message, with the option it is about. */
export function readNuma(texts: readonly string[], input: NumaInput): Parsed<NumaLayout> {
  const reader = new NumaReader(input);
  for (const text of texts) {
    const wrong = reader.option(text);
    if (wrong !== undefined) return fail(`-numa ${text}: ${wrong}`);
  }
  return reader.finish();
}

class NumaReader {
  private readonly input: NumaInput;
  private readonly nodes = new Map<number, Node>();
  /** Node of a CPU, by index. */
  private readonly nodeOf = new Map<number, number>();
  private readonly distances = new Map<string, number>();
  private readonly warnings: string[] = [];

  constructor(input: NumaInput) {
    this.input = input;
  }

  /** One option; returns what is wrong with it. */
  option(text: string): string | undefined {
    const options = splitOptions(text, 'type');
    const type = optionValue(options, 'type');
    if (type === undefined) return "Parameter 'type' is missing";
    if (HMAT_TYPES.includes(type)) return HMAT_DISABLED;
    const parameters = PARAMETERS[type];
    if (!parameters) return `Parameter 'type' does not accept value '${type}'`;
    const numbers: Record<string, number> = {};
    for (const [key, value] of options) {
      if (key === 'type' || !parameters.includes(key)) continue;
      if (key === 'cpus' || key === 'mem' || key === 'memdev') continue;
      const isSigned = type === 'cpu';
      const number = isSigned ? parseInteger(value) : parseUint(value);
      if (number === undefined) return `Parameter '${key}' expects ${isSigned ? 'an int64' : 'a uint64'} value`;
      const bits = isSigned ? 64 : key === 'val' ? 8 : 16;
      if (number >= 2 ** bits) return `Parameter '${key}' expects uint${bits}_t`;
      numbers[key] = number;
    }
    const missing = type === 'dist' && parameters.find((name) => numbers[name] === undefined);
    if (missing) return `Parameter '${missing}' is missing`;
    const unknown = options.find(([key]) => key !== 'type' && !parameters.includes(key));
    if (type === 'node') return this.node(options, numbers, unknown?.[0]);
    if (unknown) return `Invalid parameter '${unknown[0]}'`;
    return type === 'dist' ? this.distance(numbers) : this.cpu(numbers);
  }

  private node(options: Options, numbers: Record<string, number>, unknown: string | undefined): string | undefined {
    const ranges = options.filter(([key]) => key === 'cpus').map(([, value]) => value);
    const indexes: number[] = [];
    for (const range of ranges) {
      const [first, last = first] = range.split('-').map(parseUint);
      if (first === undefined || last === undefined || last < first || last - first > 65_535) {
        return "Parameter 'cpus' expects a uint64 value or range";
      }
      for (let index = first; index <= last; index++) indexes.push(index);
    }
    if (unknown !== undefined) return `Invalid parameter '${unknown}'`;
    const id = numbers['nodeid'] ?? this.nodes.size;
    if (id >= MAX_NODES) return `Max number of NUMA nodes reached: ${id}`;
    if (this.nodes.has(id)) return `Duplicate NUMA nodeid: ${id}`;
    const { possibleCpus } = this.input;
    for (const index of indexes) {
      if (index >= possibleCpus.length) {
        return `CPU index (${index}) should be smaller than maxcpus (${possibleCpus.length})`;
      }
      const assigned = this.nodeOf.get(index);
      if (assigned !== undefined && assigned !== id) return `CPU is already assigned to node-id: ${assigned}`;
      this.nodeOf.set(index, id);
    }
    const legacy = optionValue(options, 'mem');
    if (legacy !== undefined && !this.input.legacyMemory) {
      return 'Parameter -numa node,mem is not supported by this machine type\nUse -numa node,memdev instead';
    }
    if (numbers['initiator'] !== undefined) return HMAT_DISABLED;
    const memdev = optionValue(options, 'memdev');
    const backend = this.input.backends.find((candidate) => candidate.id === memdev);
    if (memdev !== undefined && !backend) return `memdev=${memdev} is ambiguous`;
    if (legacy !== undefined) {
      const memory = parseSize(legacy, MIB);
      if (memory === undefined) return "Parameter 'mem' expects a size value";
      if (memdev !== undefined || [...this.nodes.values()].some((node) => node.memdev !== undefined)) return MIXED;
      this.warnings.push('Parameter -numa node,mem is deprecated, use -numa node,memdev instead');
      this.nodes.set(id, { id, memdev, memory });
    } else if (memdev !== undefined && this.warnings.length > 0) return MIXED;
    else this.nodes.set(id, { id, memdev, memory: backend?.size ?? 0 });
    return undefined;
  }

  private distance({ src = 0, dst = 0, val = 0 }: Record<string, number>): string | undefined {
    const beyond = src >= MAX_NODES ? 'src' : dst >= MAX_NODES ? 'dst' : undefined;
    if (beyond !== undefined) return `Parameter '${beyond}' expects an integer between 0 and ${MAX_NODES - 1}`;
    if (!this.nodes.has(src) || !this.nodes.has(dst)) {
      return "Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.";
    }
    if (val < LOCAL_DISTANCE) return `NUMA distance (${val}) is invalid, it shouldn't be less than ${LOCAL_DISTANCE}.`;
    if (src === dst && val !== LOCAL_DISTANCE) return `Local distance of node ${src} should be ${LOCAL_DISTANCE}.`;
    this.distances.set(`${src} ${dst}`, val);
    return undefined;
  }

  private cpu(numbers: Record<string, number>): string | undefined {
    const node = numbers['node-id'];
    if (node === undefined) return 'Missing mandatory node-id property';
    if (!this.nodes.has(node)) {
      return `Invalid node-id=${node}, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa cpu,node-id=ID`;
    }
    // a machine with one die a socket has no die-id, and no PC has clusters
    if (numbers['die-id'] !== undefined && this.input.dies === 1) return 'die-id is not supported';
    if (numbers['cluster-id'] !== undefined && !this.input.clusters) return 'cluster-id is not supported';
    const matching = this.input.possibleCpus.filter(
      (cpu) =>
        (numbers['socket-id'] ?? cpu.socketId) === cpu.socketId &&
        (numbers['die-id'] ?? cpu.dieId) === cpu.dieId &&
        (numbers['cluster-id'] ?? cpu.clusterId) === cpu.clusterId &&
        (numbers['core-id'] ?? cpu.coreId) === cpu.coreId &&
        (numbers['thread-id'] ?? cpu.threadId) === cpu.threadId,
    );
    for (const { index } of matching) {
      const assigned = this.nodeOf.get(index);
      if (assigned !== undefined && assigned !== node) return `CPU is already assigned to node-id: ${assigned}`;
      this.nodeOf.set(index, node);
    }
    return matching.length === 0 ? 'no match found' : undefined;
  }

  /** numa_complete_configuration, then the CPUs. */
  finish(): Parsed<NumaLayout> {
    const count = Math.max(...this.nodes.keys()) + 1;
    for (let id = count - 1; id >= 0; id--) if (!this.nodes.has(id)) return fail(`numa: Node ID missing: ${id}`);
    const nodes = [...this.nodes.values()].sort((a, b) => a.id - b.id);
    const total = nodes.reduce((sum, { memory }) => sum + memory, 0);
    const hex = (value: number) => `0x${value.toString(16)}`;
    if (total !== this.input.memorySize) {
      return fail(`total memory for NUMA nodes (${hex(total)}) should equal RAM size (${hex(this.input.memorySize)})`);
    }
    const backendIds = nodes.flatMap(({ memdev }) => (memdev === undefined ? [] : [memdev]));
    const twice = backendIds.find((id, at) => backendIds.indexOf(id) !== at);
    if (twice !== undefined) return fail(`memory backend ${twice} can't be used multiple times.`);
    const distances = this.allDistances(count);
    if (!distances.ok) return distances;
    return {
      ok: true,
      value: {
        nodes: nodes.map(({ id, memory }) => ({ id, memory })),
        possibleCpus: this.input.possibleCpus.map((cpu) => ({ ...cpu, nodeId: this.defaultNode(cpu, count) })),
        distances: distances.value,
        warnings: [...this.warnings, ...this.partialWarnings()],
        backendIds,
      },
    };
  }

  /** Without any assignment a socket's CPUs share a node (x86_get_default_cpu_node_id); with some, the rest is in 0. */
  private defaultNode(cpu: PossibleCpu, count: number): number {
    return this.nodeOf.size === 0 ? cpu.socketId % count : (this.nodeOf.get(cpu.index) ?? 0);
  }

  private partialWarnings(): string[] {
    const unassigned = this.input.possibleCpus.filter(({ index }) => !this.nodeOf.has(index));
    if (this.nodeOf.size === 0 || unassigned.length === 0) return [];
    const named = unassigned.map(({ index, socketId, dieId, clusterId, coreId, threadId }) => {
      const die = this.input.dies > 1 ? `, die-id: ${dieId}` : '';
      const cluster = clusterId === undefined ? '' : `, cluster-id: ${clusterId}`;
      return `CPU ${index} [socket-id: ${socketId}${die}${cluster}, core-id: ${coreId}, thread-id: ${threadId}]`;
    });
    return [
      `CPU(s) not present in any NUMA nodes: ${named.join(', ')}`,
      'All CPU(s) up to maxcpus should be described in NUMA config, ability to start up with partial NUMA mappings is obsoleted and will be removed in future',
    ];
  }

  /** validate_numa_distance and complete_init_numa_distance: the way back may be left out when none differs. */
  private allDistances(count: number): Parsed<number[][] | undefined> {
    if (this.distances.size === 0) return { ok: true, value: undefined };
    const at = (from: number, to: number) => this.distances.get(`${from} ${to}`) ?? 0;
    let asymmetrical = false;
    for (let from = 0; from < count; from++) {
      for (let to = from; to < count; to++) {
        if (at(from, to) === 0 && at(to, from) === 0 && from !== to) {
          return fail(
            `The distance between node ${from} and ${to} is missing, at least one distance value between each nodes should be provided.`,
          );
        }
        if (at(from, to) > 0 && at(to, from) > 0 && at(from, to) !== at(to, from)) asymmetrical = true;
      }
    }
    const rows: number[][] = [];
    for (let from = 0; from < count; from++) {
      const row: number[] = [];
      for (let to = 0; to < count; to++) {
        if (from !== to && at(from, to) === 0 && asymmetrical) {
          return fail(
            'At least one asymmetrical pair of distances is given, please provide distances for both directions of all node pairs.',
          );
        }
        row.push(from === to ? LOCAL_DISTANCE : at(from, to) || at(to, from));
      }
      rows.push(row);
    }
    return { ok: true, value: rows };
  }
}
