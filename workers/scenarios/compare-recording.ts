/**
 * Holds a replay against a recording of the real machine, facet by facet.
 *
 * Replies, events, output, registers, messages, masks and memory blocks must be equal, but for values that no two runs
 * share. The trace counts per task: the same functions and trace events in the same order, as twice the longest common
 * subsequence over the sum of the lengths. Where the recording disagreed with a second one, the step says so in
 * `unstable`.
 */
import type { TraceNode } from '../machine/call-forest.ts';

export const FACETS = ['reply', 'output', 'events', 'registers', 'dmesg', 'masks', 'memory', 'trace'] as const;
export type Facet = (typeof FACETS)[number];

export interface RecordedState {
  readonly possible?: string;
  readonly present?: string;
  readonly online?: string;
  readonly offline?: string;
  readonly cpus?: Readonly<Record<string, readonly string[]>>;
  readonly memory?: Readonly<Record<string, string>>;
}

export interface RecordedStep {
  readonly step: number;
  readonly reply?: unknown;
  readonly output?: string;
  readonly events?: readonly unknown[];
  readonly registers?: readonly string[];
  readonly dmesg?: readonly string[];
  readonly trace?: readonly TraceNode[];
  readonly after?: RecordedState;
  readonly unstable?: Readonly<Partial<Record<Facet, string | number>>>;
}

export interface Recording {
  readonly steps: readonly RecordedStep[];
}

const VOLATILE = new Set(['timestamp', 'thread-id', 'pid']);
const INTERRUPT_FUNCTIONS = new Set(['handle_fasteoi_irq', 'cpuhp_complete_idle_dead']);
/** Messages about the host's clock or entropy. */
const NOISE =
  /calibrate_delay_direct|Probably due to long platform|clocksource|tsc:|random:|hrtimer: interrupt|sched_clock|perf: interrupt took|workqueue: .* hogged|rcu: INFO|soft lockup|watchdog|^\s*\(\?\)|kvm-clock/;

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key]) => !VOLATILE.has(key));
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, stable(member)]));
}

const textLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

const messages = (lines: readonly string[]): string[] =>
  lines
    .map((line) => line.replace(/^\[\s*[\d.]+\]\s?/, '').trimEnd())
    .filter((line) => line !== '' && !NOISE.test(line));

/** A facet's value in the form in which it is compared; undefined where the step has nothing of it. */
function facetValue(facet: Facet, step: RecordedStep): unknown {
  switch (facet) {
    case 'reply':
      return typeof step.reply === 'string' ? textLines(step.reply) : stable(step.reply);
    case 'output':
      return step.output === undefined ? undefined : textLines(step.output);
    case 'events':
      return stable(step.events ?? []);
    case 'registers':
      return step.registers ?? [];
    case 'dmesg':
      return messages(step.dmesg ?? []);
    case 'masks': {
      if (!step.after) return undefined;
      const { possible, present, online, offline, cpus } = step.after;
      return { possible, present, online, offline, cpus: stable(cpus) };
    }
    case 'memory':
      return step.after && stable(step.after.memory ?? {});
    case 'trace':
      return step.trace;
  }
}

function roleOf(task: string): string {
  const name = task.replace(/-\d+$/, '');
  if (name.startsWith('kworker')) return 'kworker';
  if (name === 'sh' || name === 'bash') return 'shell';
  return name.startsWith('swapper') ? 'idle' : name;
}

const eventName = (text: string): string =>
  `/* ${text
    .replace(/work struct[= ]\(?\w+\)?:? ?/g, '')
    .replace(/\s+(req_)?cpu=-?\d+/g, '')
    .replace(/\s+/g, ' ')
    .trim()} */`;

/** Names in calling order, gathered per role; interrupts apart from what they interrupted. */
function namesByRole(forest: readonly TraceNode[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const addRoot = (root: TraceNode, task: string): void => {
    const names: string[] = [];
    const visit = (node: TraceNode): void => {
      if (node.fn && INTERRUPT_FUNCTIONS.has(node.fn) && node !== root) {
        addRoot(node, 'interrupt');
        return;
      }
      names.push(node.fn ?? eventName(node.ev ?? ''));
      for (const child of node.sub ?? []) visit(child);
    };
    visit(root);
    const interrupt = root.fn !== undefined && INTERRUPT_FUNCTIONS.has(root.fn);
    // a flow handler that ran nothing of the list served another device
    if (interrupt && root.fn === 'handle_fasteoi_irq' && names.length === 1) return;
    const work = names.find((name) => name.startsWith('/* workqueue_execute_start')) ?? names[1] ?? '';
    const role = interrupt ? 'interrupt' : roleOf(task);
    const key = role === 'kworker' ? `kworker ${work}` : role;
    groups.set(key, [...(groups.get(key) ?? []), ...names]);
  };
  let task = '?';
  for (const root of forest) {
    task = root.task ?? task;
    if (root.fn) addRoot(root, task);
  }
  return groups;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1);
  for (const item of a) {
    const current = new Uint32Array(b.length + 1);
    for (let at = 1; at <= b.length; at++) {
      current[at] =
        item === b[at - 1] ? (previous[at - 1] ?? 0) + 1 : Math.max(previous[at] ?? 0, current[at - 1] ?? 0);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function traceAgreement(recorded: readonly TraceNode[], replayed: readonly TraceNode[]): number {
  const left = namesByRole(recorded);
  const right = namesByRole(replayed);
  let common = 0;
  let total = 0;
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(key) ?? [];
    const b = right.get(key) ?? [];
    common += 2 * commonLength(a, b);
    total += a.length + b.length;
  }
  return total === 0 ? 1 : common / total;
}

const withoutNumbers = (text: string): string => text.replace(/0x[0-9a-fA-F]+|\d+(\.\d+)?/g, '#').replace(/ +/g, ' ');

export interface Difference {
  readonly step: number;
  readonly facet: Facet;
  readonly recorded: string;
  readonly replayed: string;
}

export interface Comparison {
  /** Share of agreement, 0 … 1; a facet that no step has is 1. */
  readonly scores: Readonly<Record<Facet, number>>;
  readonly overall: number;
  readonly differences: readonly Difference[];
}

/** Compares two records of the same steps. */
export function compareRecording(recorded: Recording, replayed: Recording): Comparison {
  const scores = new Map<Facet, number[]>(FACETS.map((facet) => [facet, []]));
  const differences: Difference[] = [];
  for (const [index, step] of recorded.steps.entries()) {
    const other = replayed.steps[index] ?? { step: step.step };
    for (const facet of FACETS) {
      const stability = step.unstable?.[facet];
      const expected = facetValue(facet, step);
      if (stability === 'skip' || expected === undefined) continue;
      if (facet === 'trace') {
        const agreement = typeof stability === 'number' ? stability : 1;
        scores.get(facet)?.push(Math.min(1, traceAgreement(step.trace ?? [], other.trace ?? []) / agreement));
        continue;
      }
      const print = (value: unknown): string => {
        const text = JSON.stringify(value) ?? '';
        return stability === 'numbers' ? withoutNumbers(text) : text;
      };
      const [left, right] = [print(expected), print(facetValue(facet, other))];
      scores.get(facet)?.push(left === right ? 1 : 0);
      if (left !== right) differences.push({ step: step.step, facet, recorded: left, replayed: right });
    }
  }
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    scores: Object.fromEntries(FACETS.map((facet) => [facet, mean(scores.get(facet) ?? [])])) as Record<Facet, number>,
    overall: mean([...scores.values()].flat()),
    differences,
  };
}
