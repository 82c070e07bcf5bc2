import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AcpiNamespaceNode } from '../acpica/include/acobject.ts';
import { acpi_ns_get_external_pathname } from '../acpica/namespace/nsutils.ts';
import { ACPIEXEC, AmlBench, amlCommand, parseJobArgument } from './aml.ts';

interface Evaluation {
  readonly path: string;
  readonly args?: readonly { readonly type: string; readonly value: string }[];
  readonly status: string;
  readonly result?: unknown;
  readonly notify?: unknown;
  readonly opregion?: readonly Readonly<Record<string, unknown>>[];
}

interface Case {
  readonly case: string;
  readonly tables: readonly string[];
  readonly evals: readonly Evaluation[];
}

/** Further cases, without region accesses; `slack`: acpiexec -es, as Linux runs ACPICA. */
interface FurtherCase extends Case {
  readonly slack: boolean;
}

interface Machine {
  readonly dsdt: string;
  readonly namespace: readonly string[];
  readonly fills: Readonly<Record<string, readonly Evaluation[]>>;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../recordings/aml/${name}.json`, import.meta.url), 'utf8'));

/** Without what only the recording has: lengths, the names of regions. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const { type, value: inner, name } = value as Record<string, unknown>;
  if (type === 'Reference') return { type, name };
  return { type, value: type === 'Package' ? comparable(inner) : inner };
}

const accesses = (list: Evaluation['opregion']) =>
  (list ?? []).map(({ op, space, width, addr, value }) => `${op} ${space} ${width} ${addr} ${value}`);

/** Runs jobs through the command and gives its answers. */
async function answers(jobs: readonly unknown[]): Promise<unknown[]> {
  const lines: string[] = [];
  await amlCommand(['--jobs'], {
    stdin: (async function* () {
      for (const job of jobs) yield typeof job === 'string' ? job : JSON.stringify(job);
    })(),
    write: (text) => lines.push(text),
  });
  return lines.map((line) => JSON.parse(line));
}

async function expectRecorded(tables: readonly string[], fill: number, evals: readonly Evaluation[]): Promise<void> {
  const [answer] = (await answers([{ tables, fill, evals }])) as { evals: Evaluation[] }[];
  evals.forEach((recorded, n) => {
    const got = answer?.evals[n];
    expect({ path: recorded.path, status: got?.status, result: comparable(got?.result) }).toEqual({
      path: recorded.path,
      status: recorded.status,
      result: recorded.status === 'AE_OK' ? comparable(recorded.result) : null,
    });
    expect(got?.notify ?? []).toEqual(recorded.notify ?? []);
    expect(accesses(got?.opregion)).toEqual(accesses(recorded.opregion));
  });
}

describe('AML evaluates as acpiexec recorded it', () => {
  test.each((read('cases') as Case[]).map((one): [string, Case] => [one.case, one]))('%s', async (_name, one) => {
    await expectRecorded(one.tables, 0, one.evals);
  });
});

describe('AML evaluates as acpiexec does', () => {
  const cases = (read('more-cases') as FurtherCase[]).map((one): [string, FurtherCase] => [one.case, one]);
  test.each(cases)('%s', (_name, one) => {
    const tables = one.tables.map((table) => new Uint8Array(Buffer.from(table, 'base64')));
    const bench = new AmlBench(tables, 0, { ...ACPIEXEC, enableInterpreterSlack: one.slack });
    for (const recorded of one.evals) {
      const { status, result, notify } = bench.evaluate(recorded.path, (recorded.args ?? []).map(parseJobArgument));
      expect({ path: recorded.path, status, result: comparable(result), notify }).toEqual({
        path: recorded.path,
        status: recorded.status,
        result: recorded.status === 'AE_OK' ? comparable(recorded.result) : null,
        notify: recorded.notify ?? [],
      });
    }
  });
});

describe.each(['q35-c4-m4', 'pc-c4-m4', 'virt-c4-m4'])("QEMU's DSDT of %s", (name) => {
  const machine = read(name) as Machine;

  test('has the namespace that acpiexec shows', () => {
    const { acpi } = new AmlBench([new Uint8Array(Buffer.from(machine.dsdt, 'base64'))]);
    const found: string[] = [];
    const visit = (node: AcpiNamespaceNode): void => {
      for (const child of node.children?.values() ?? []) {
        found.push(acpi_ns_get_external_pathname(acpi, child));
        visit(child);
      }
    };
    visit(acpi.rootNode);
    expect(found.sort()).toEqual([...machine.namespace].sort());
  });

  test.each(Object.entries(machine.fills))('evaluates with regions full of %s', async (fill, evals) => {
    await expectRecorded([machine.dsdt], Number(fill), evals);
  });
});

describe('aml --jobs', () => {
  test('answers a line that is no job with an error, and the next one all the same', async () => {
    const [dsdt = ''] = (read('cases') as Case[]).find((one) => one.case === 'control/call-by-value')?.tables ?? [];
    const [notJson, noTables, good] = await answers([
      '{"tables": [',
      { evals: [] },
      { tables: [dsdt], evals: [{ path: '\\NI' }] },
    ]);
    expect(notJson).toHaveProperty('error');
    expect(noTables).toEqual({ error: 'a job has "tables" and "evals"' });
    expect(good).toMatchObject({ evals: [{ status: 'AE_OK', result: { type: 'Integer', value: '0x3' } }] });
  });
});
