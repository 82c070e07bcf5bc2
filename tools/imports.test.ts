// The import table of ARCHITECTURE.md, checked: who may import whom, no cycles, no barrels, file names, and no clock or
// chance inside the machine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

interface Row {
  /** Files of this folder, or this one file. The longest that fits is the row of a file. */
  readonly of: string;
  /** What its files may import, besides the same folder. `types` of a folder: with `import type` alone. */
  readonly may: readonly string[];
  readonly types?: readonly string[];
  /** Packages; a trailing `*` stands for any rest. */
  readonly packages?: readonly string[];
  /** Each folder directly below, or file beside it, stands alone: none imports another. */
  readonly apart?: boolean;
  /** Constant tables and types only: no function, class or call. */
  readonly noCode?: boolean;
  /** May use what a deterministic machine may not: clocks, chance, promises. */
  readonly outside?: boolean;
  /** Bears upstream's file names. */
  readonly upstreamNames?: boolean;
}

const machineFolders = [
  'workers/protocol',
  'workers/sim',
  'workers/abi',
  'workers/aml',
  'workers/hw',
  'workers/firmware',
  'workers/monitor',
  'workers/acpica',
  'workers/linux',
  'workers/userland',
];

// protocol/ holds constant tables, such as the kinds of events, that every folder of the machine may read.
const table: readonly Row[] = [
  { of: 'workers/protocol', may: [] },
  { of: 'workers/sim', may: ['workers/protocol'] },
  { of: 'workers/abi', may: ['workers/protocol'], types: ['workers/sim'], noCode: true },
  { of: 'workers/aml', may: ['workers/protocol', 'workers/sim'] },
  { of: 'workers/hw', may: ['workers/protocol', 'workers/sim', 'workers/abi'] },
  { of: 'workers/firmware', may: ['workers/protocol', 'workers/sim', 'workers/abi', 'workers/aml', 'workers/hw'] },
  { of: 'workers/monitor', may: ['workers/protocol', 'workers/sim', 'workers/abi', 'workers/hw'] },
  {
    of: 'workers/acpica',
    may: ['workers/protocol', 'workers/sim', 'workers/abi', 'workers/aml'],
    upstreamNames: true,
  },
  {
    of: 'workers/linux',
    may: ['workers/protocol', 'workers/sim', 'workers/abi', 'workers/acpica'],
    upstreamNames: true,
  },
  { of: 'workers/userland', may: ['workers/protocol', 'workers/sim', 'workers/abi'], packages: ['unbash'] },
  { of: 'workers/machine', may: machineFolders },
  { of: 'workers/scenarios', may: [...machineFolders, 'workers/machine', 'workers/cli'], outside: true },
  {
    of: 'workers/cli',
    may: [...machineFolders, 'workers/machine'],
    packages: ['node:*'],
    outside: true,
  },
  {
    of: 'workers/cli.ts',
    may: [...machineFolders, 'workers/machine', 'workers/cli'],
    packages: ['node:*'],
    outside: true,
  },
  {
    of: 'workers/machine.worker.ts',
    // beside the session, what comes as a chunk of its own
    may: ['workers/protocol', 'workers/abi', 'workers/machine', 'workers/monitor', 'workers/userland'],
    packages: ['comlink'],
    outside: true,
  },
  // The page. Files directly in src/ put it together.
  {
    of: 'src',
    may: ['src/session', 'src/widgets', 'src/views', 'workers/protocol'],
    packages: ['react', 'react/*', 'react-dom', 'react-dom/*', 'zustand', 'zustand/*'],
    outside: true,
  },
  {
    of: 'src/widgets',
    may: [],
    packages: ['react', 'react/*', 'react-dom', 'd3-*', '@xterm/*'],
    outside: true,
  },
  {
    // The worker's URL is the one thing outside protocol/ that the page names.
    of: 'src/session',
    may: ['workers/protocol', 'workers/machine.worker.ts'],
    packages: ['react', 'zustand', 'zustand/*', 'comlink'],
    outside: true,
  },
  {
    of: 'src/views',
    may: ['src/widgets', 'src/session', 'workers/protocol'],
    packages: ['react', 'react/*', 'react-dom', 'd3-*', '@xterm/*'],
    apart: true,
    outside: true,
  },
];

/** What a machine that is the same at every run does not use. */
const forbiddenNames: readonly string[] = ['Date', 'Promise', 'Intl', 'WeakRef', 'FinalizationRegistry', 'Atomics'];
const forbiddenMembers: readonly string[] = [
  'Math.random',
  // The engines' results differ in the last bits.
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'hypot'].map(
    (name) => `Math.${name}`,
  ),
  ...['log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'].map((name) => `Math.${name}`),
];
const forbiddenMethods: readonly string[] = [
  'localeCompare',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
];

// --- What a file contains -------------------------------------------------------------------------------------------

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Import {
  readonly specifier: string;
  /** `url`: `new URL(…, import.meta.url)`; `lazy`: `import()`. */
  readonly kind: 'value' | 'type' | 'lazy' | 'url';
}

interface Source {
  readonly file: string;
  readonly imports: readonly Import[];
  readonly faults: readonly string[];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function children(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of children(node)) walk(child, visit);
}

function text(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value'];
  if (value.type === 'Identifier' && typeof value['name'] === 'string') return value['name'];
  return undefined;
}

function importOf(node: Node): Import | undefined {
  const specifier = text(node['source']);
  switch (node.type) {
    case 'ImportDeclaration':
      return specifier === undefined
        ? undefined
        : { specifier, kind: node['importKind'] === 'type' ? 'type' : 'value' };
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return specifier === undefined
        ? undefined
        : { specifier, kind: node['exportKind'] === 'type' ? 'type' : 'value' };
    case 'ImportExpression':
      return { specifier: specifier ?? '(computed)', kind: 'lazy' };
    case 'TSImportType':
      return specifier === undefined ? undefined : { specifier, kind: 'type' };
    case 'NewExpression': {
      const args = Array.isArray(node['arguments']) ? node['arguments'] : [];
      const url = text(args[0]);
      return text(node['callee']) === 'URL' && args.length === 2 && url?.startsWith('.')
        ? { specifier: url, kind: 'url' }
        : undefined;
    }
    default:
      return undefined;
  }
}

const codeNodes = new Set([
  'ArrowFunctionExpression',
  'AwaitExpression',
  'CallExpression',
  'ClassDeclaration',
  'ClassExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'NewExpression',
  'TaggedTemplateExpression',
  'YieldExpression',
]);

function codeFault(node: Node): string | undefined {
  return codeNodes.has(node.type) && node['declare'] !== true
    ? `${node.type} in a folder that emits no code`
    : undefined;
}

function chanceFault(node: Node): string | undefined {
  if (node.type === 'MemberExpression') {
    const member = text(node['property']) ?? '';
    const whole = `${text(node['object']) ?? ''}.${member}`;
    if (forbiddenMembers.includes(whole)) return `${whole} inside the machine`;
    if (forbiddenMethods.includes(member)) return `${member} inside the machine`;
    const object = text(node['object']) ?? '';
    if (forbiddenNames.includes(object)) return `${object} inside the machine`;
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const callee = text(node['callee']) ?? '';
    if (forbiddenNames.includes(callee)) return `${callee} inside the machine`;
  }
  if (node.type === 'AwaitExpression' || node['async'] === true) return 'async inside the machine';
  return undefined;
}

/** `a += yield* b()` reads `a` before it waits, and writes the old value back after others have changed it. */
function lostUpdateFault(node: Node): string | undefined {
  if (node.type !== 'AssignmentExpression' || node['operator'] === '=') return undefined;
  let yields = false;
  walk(node['right'] as Node, ({ type }) => {
    yields ||= type === 'YieldExpression';
  });
  return yields ? `a yield to the right of ${String(node['operator'])}: an update may be lost` : undefined;
}

function rowOf(file: string): Row | undefined {
  return table
    .filter((row) => file === row.of || file.startsWith(`${row.of}/`))
    .filter((row) => row.of !== 'src' || path.dirname(file) === 'src')
    .reduce<Row | undefined>((best, row) => (best && best.of.length >= row.of.length ? best : row), undefined);
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}

function read(file: string, content: string): Source {
  const row = rowOf(file);
  const imports: Import[] = [];
  const faults: string[] = [];
  const { program, errors } = parseSync(file, content);
  for (const error of errors) faults.push(`${file}: ${error.message}`);
  const add = (fault: string | undefined): void => {
    if (fault !== undefined) faults.push(`${file}: ${fault}`);
  };
  walk(program as unknown as Node, (node) => {
    const found = importOf(node);
    if (found !== undefined) imports.push(found);
    if (isTest(file)) return;
    if (row?.noCode) add(codeFault(node));
    if (row && !row.outside) add(chanceFault(node) ?? lostUpdateFault(node));
  });
  return { file, imports, faults };
}

// --- The rules ------------------------------------------------------------------------------------------------------

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The part of a folder whose parts stand apart: `src/views/board/grid.tsx` → `board`. */
function part(row: Row, file: string): string {
  return (file.slice(row.of.length + 1).split('/')[0] ?? '').replace(/(\.test)?\.\w+$/, '');
}

function target(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier.replace(/\?.*$/, ''));
}

function importFault(file: string, { specifier, kind }: Import): string | undefined {
  const row = rowOf(file);
  if (row === undefined) return 'stands in no folder of the table';
  const loud = `imports ${specifier}, which ${row.of} may not`;
  if (!specifier.startsWith('.')) {
    if (isTest(file)) return undefined;
    return row.packages?.some((pattern) => matches(pattern, specifier)) ? undefined : loud;
  }
  const imported = target(file, specifier);
  if (isTest(imported)) return `imports the test ${specifier}`;
  if (isTest(file)) return undefined;
  const other = rowOf(imported);
  if (other === undefined) return loud;
  if (other.of === row.of) {
    return row.apart && part(row, imported) !== part(row, file)
      ? `imports ${specifier}, another of ${row.of}`
      : undefined;
  }
  if (row.types?.includes(other.of)) return kind === 'type' ? undefined : `imports more than types of ${specifier}`;
  if (!row.may.includes(other.of)) return loud;
  return other.of === 'workers/machine.worker.ts' && kind !== 'url' ? `imports ${specifier}, not its URL` : undefined;
}

function nameFault(file: string): string | undefined {
  const name = path.posix.basename(file).replace(/(\.test|\.worker|\.d)?\.tsx?$/, '');
  if (name === 'index') return 'is a barrel';
  const pattern = rowOf(file)?.upstreamNames ? /^[a-z0-9]+([-_][a-z0-9]+)*$/ : /^[a-z0-9]+(-[a-z0-9]+)*$/;
  return pattern.test(name) ? undefined : 'is not named as files here are';
}

/** Every fault of a set of files, given as path and content. */
function check(files: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [file, content] of Object.entries(files)) {
    const source = read(file, content);
    faults.push(...source.faults);
    const badName = nameFault(file);
    if (badName !== undefined) faults.push(`${file}: ${badName}`);
    for (const found of source.imports) {
      const fault = importFault(file, found);
      if (fault !== undefined) faults.push(`${file}: ${fault}`);
      if (!found.specifier.startsWith('.')) continue;
      const imported = target(file, found.specifier);
      if (!(imported in files) && /\.tsx?$/.test(imported) && found.kind !== 'url' && !existsSync(imported)) {
        faults.push(`${file}: imports ${found.specifier}, which does not exist`);
      } else if (path.posix.extname(imported) === '') {
        faults.push(`${file}: imports ${found.specifier} without the file's extension`);
      }
      if (found.kind === 'value') edges.set(file, [...(edges.get(file) ?? []), imported]);
    }
  }
  return [...faults, ...cycles(edges)];
}

function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}`);
      return;
    }
    state.set(file, 'open');
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

function projectFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of ['workers', 'src']) {
    for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.posix.join(folder, entry.replaceAll(path.sep, '/'));
      if (/\.tsx?$/.test(file)) files[file] = readFileSync(file, 'utf8');
    }
  }
  return files;
}

// --- The tests ------------------------------------------------------------------------------------------------------

describe('the import table', () => {
  test('holds for every file of workers/ and src/', () => {
    expect(check(projectFiles())).toEqual([]);
  }, 60_000);

  test('has no cycle itself', () => {
    const rows = table.map((row): [string, string[]] => [row.of, [...row.may, ...(row.types ?? [])]]);
    expect(cycles(new Map(rows))).toEqual([]);
  });

  test('names only folders that have a row', () => {
    const rows = new Set(table.map((row) => row.of));
    const named = table.flatMap((row) => [...row.may, ...(row.types ?? [])]);
    expect(named.filter((name) => !rows.has(name))).toEqual([]);
  });

  const existing: Readonly<Record<string, string>> = {
    'workers/protocol/units.ts': 'export type Ns = number; export const kinds = { a: 1 } as const;',
    'workers/sim/event-queue.ts': 'export class EventQueue {}',
    'workers/abi/bus.ts': 'export interface Bus { read(): number }',
    'workers/hw/ioapic.ts': "import { EventQueue } from '../sim/event-queue.ts'; export const q = new EventQueue();",
    'workers/linux/kernel/irq/manage.ts': 'export function* request_irq() {}',
    'workers/machine/session.ts': 'export const session = 1;',
    'workers/machine.worker.ts': "import { session } from './machine/session.ts'; export const s = session;",
    'src/widgets/button.tsx': "import { useId } from 'react'; export const B = () => <b id={useId()} />;",
    'src/session/store.ts': "export const w = new URL('../../workers/machine.worker.ts', import.meta.url);",
    'src/views/board/board.tsx':
      "import { w } from '../../session/store.ts'; import './board.css'; export const b = w;",
  };

  test('finds nothing wrong with files that keep to it', () => {
    expect(check(existing)).toEqual([]);
  });

  const forbidden: ReadonlyArray<readonly [string, string, string]> = [
    ['workers/protocol/a.ts', "import type { EventQueue } from '../sim/event-queue.ts';", 'workers/protocol may not'],
    ['workers/linux/kernel/cpu.ts', "import { q } from '../../hw/ioapic.ts';", 'workers/linux may not'],
    ['workers/linux/kernel/cpu.ts', "import type { q } from '../../hw/ioapic.ts';", 'workers/linux may not'],
    ['workers/linux/kernel/cpu.ts', "type Q = import('../../hw/ioapic.ts').Q;", 'workers/linux may not'],
    ['workers/linux/kernel/cpu.ts', "export * from '../../hw/ioapic.ts';", 'workers/linux may not'],
    ['workers/userland/shell.ts', "import '../linux/kernel/irq/manage.ts';", 'workers/userland may not'],
    ['workers/hw/timer.ts', "const x = import('../machine/session.ts');", 'workers/hw may not'],
    ['workers/hw/timer.ts', "import { readFileSync } from 'node:fs';", 'workers/hw may not'],
    ['workers/abi/irq.ts', "import { EventQueue } from '../sim/event-queue.ts';", 'more than types'],
    ['workers/abi/irq.ts', "import { type EventQueue } from '../sim/event-queue.ts';", 'more than types'],
    ['workers/abi/irq.ts', 'export function raise() {}', 'emits no code'],
    ['workers/abi/irq.ts', 'export const lines = new Map();', 'emits no code'],
    ['workers/sim/clock.ts', 'export const now = () => Date.now();', 'Date inside the machine'],
    ['workers/sim/clock.ts', 'export const now = new Date();', 'Date inside the machine'],
    ['workers/sim/random.ts', 'export const r = Math.random();', 'Math.random inside the machine'],
    ['workers/sim/task.ts', 'export async function run() {}', 'async inside the machine'],
    ['workers/linux/kernel/cpu.ts', 'export function* f() { let a = ""; a += yield* f(); }', 'an update may be lost'],
    ['workers/new-folder/a.ts', "import '../sim/event-queue.ts';", 'no folder of the table'],
    ['workers/hw/index.ts', 'export {};', 'is a barrel'],
    ['workers/hw/memoryHotplug.ts', 'export {};', 'not named'],
    ['workers/hw/memory_hotplug.ts', 'export {};', 'not named'],
    ['workers/hw/timer.ts', "import { q } from './ioapic';", "without the file's extension"],
    ['workers/hw/timer.ts', "import { q } from './apic.ts';", 'does not exist'],
    ['workers/hw/timer.ts', "import { t } from '../sim/event-queue.test.ts';", 'imports the test'],
    ['src/session/client.ts', "import type { S } from '../../workers/machine.worker.ts';", 'not its URL'],
    ['src/session/client.ts', "import { session } from '../../workers/machine/session.ts';", 'src/session may not'],
    ['src/session/client.ts', "import { B } from '../widgets/button.tsx';", 'src/session may not'],
    ['src/widgets/table.tsx', "import { w } from '../session/store.ts';", 'src/widgets may not'],
    ['src/widgets/table.tsx', "import type { Ns } from '../../workers/protocol/units.ts';", 'src/widgets may not'],
    ['src/views/masks/masks.tsx', "import { b } from '../board/board.tsx';", 'another of src/views'],
    ['src/views/masks/masks.tsx', "import '../../main.tsx';", 'src/views may not'],
  ];

  test.each(forbidden)('reports %s with %s', (file, content, fault) => {
    const faults = check({ ...existing, [file]: content });
    expect(faults.join('\n')).toContain(fault);
    expect(faults.every((line) => line.startsWith(`${file}: `))).toBe(true);
  });

  test('reports a cycle of values, and leaves a cycle of types alone', () => {
    const pair = (word: string) => ({
      'workers/hw/a.ts': `${word} { b } from './b.ts'; export const a = 1;`,
      'workers/hw/b.ts': `${word} { a } from './a.ts'; export const b = 1;`,
    });
    expect(check(pair('import type'))).toEqual([]);
    expect(check(pair('import'))).toEqual(['cycle: workers/hw/a.ts → workers/hw/b.ts → workers/hw/a.ts']);
  });
});
