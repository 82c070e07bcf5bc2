/**
 * `aml FILE.aml --evaluate '\PATH' [ARG …]` loads a table into ACPICA alone and evaluates an object;
 * `aml --jobs` answers a line of JSON for each line of JSON.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { acpi_install_address_space_handler } from '../acpica/events/evxfregn.ts';
import { AcpiGlobals, type AcpiOptions } from '../acpica/include/acglobal.ts';
import type { AcpiNamespaceNode } from '../acpica/include/acobject.ts';
import {
  ACPI_ADR_SPACE_CMOS,
  ACPI_ADR_SPACE_EC,
  ACPI_ADR_SPACE_PCI_BAR_TARGET,
  ACPI_ADR_SPACE_PCI_CONFIG,
  ACPI_READ,
} from '../acpica/include/actypes.ts';
import { acpi_evaluate_object, acpi_get_devices } from '../acpica/namespace/nsxfeval.ts';
import { acpi_install_table, acpi_load_tables } from '../acpica/tables/tbxfload.ts';
import type { AcpiObject } from '../acpica/utilities/utcopy.ts';
import { acpi_initialize_objects, acpi_initialize_subsystem } from '../acpica/utilities/utxfinit.ts';
import { REGION_SPACES } from '../aml/opcodes.ts';
import { type Co, runDetached } from '../sim/coroutine.ts';
import { UsageError } from './arguments.ts';
import { PlainMemoryOs } from './plain-memory-os.ts';

/** Where the command reads and writes. */
export interface CommandIo {
  /** Lines of standard input. */
  readonly stdin: AsyncIterable<string>;
  write(text: string): void;
}

const standardIo = (): CommandIo => ({
  stdin: createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
  write: (text) => process.stdout.write(text),
});

/** acpiexec's mode, so that answers can be compared with it. */
export const ACPIEXEC: AcpiOptions = {
  caVersion: 0x20200925,
  enableInterpreterSlack: false,
  fatalAborts: false,
  operatorCost: 0,
};

/** One ACPICA with tables loaded and initialised. */
export class AmlBench {
  readonly os: PlainMemoryOs;
  readonly acpi: AcpiGlobals;
  notifications: (readonly [string, string])[] = [];

  constructor(tables: readonly Uint8Array[], fill = 0, options: AcpiOptions = ACPIEXEC) {
    const os = new PlainMemoryOs(fill);
    this.os = os;
    this.acpi = new AcpiGlobals(os, { emit() {} }, options);
    const notifications = (node: AcpiNamespaceNode, value: number) =>
      this.notifications.push([node.name, `0x${value.toString(16).toUpperCase()}`]);
    this.acpi.notifyRequest = function* (_acpi, node, value) {
      notifications(node, value);
      return 'AE_OK';
    };
    acpi_initialize_subsystem(this.acpi);
    for (const table of tables) acpi_install_table(this.acpi, table, 0);
    this.run(this.initialise());
  }

  private *initialise(): Co {
    const { acpi } = this;
    // the order in which acpiexec serves the spaces decides which _REG methods run
    yield* this.serve(acpi.rootNode, ACPI_ADR_SPACE_PCI_CONFIG);
    yield* this.serve(acpi.rootNode, ACPI_ADR_SPACE_EC);
    yield* acpi_load_tables(acpi);
    const serve = this.serve.bind(this);
    yield* acpi_get_devices(acpi, 'PNP0C09', function* (node) {
      yield* serve(node, ACPI_ADR_SPACE_EC);
      return 'AE_OK';
    });
    yield* this.serve(acpi.rootNode, ACPI_ADR_SPACE_CMOS);
    yield* this.serve(acpi.rootNode, ACPI_ADR_SPACE_PCI_BAR_TARGET);
    yield* acpi_initialize_objects(acpi);
    // acpiexec looks for all devices before it takes commands: _STA runs once more
    yield* acpi_get_devices(acpi, undefined, function* () {
      return 'AE_OK';
    });
  }

  /** Serves a space with plain memory, one flat space for all devices. */
  private *serve(node: AcpiNamespaceNode, spaceId: number): Co {
    const { os } = this;
    const space = REGION_SPACES[spaceId] ?? '';
    yield* acpi_install_address_space_handler(this.acpi, node, spaceId, function* (func, address, bitWidth, value) {
      if (func === ACPI_READ) return yield* os.readSpace(space, Number(address), bitWidth);
      yield* os.writeSpace(space, Number(address), bitWidth, value);
      return 0n;
    });
  }

  private run<T>(code: Co<T>): T | undefined {
    return runDetached(code);
  }

  /** Evaluates one object; accesses and notifications are those of this evaluation. */
  evaluate(path: string, args: readonly AcpiObject[]): Answer {
    this.os.accesses = [];
    this.notifications = [];
    const result = this.run(acpi_evaluate_object(this.acpi, undefined, path, args));
    const status = result?.status ?? 'AE_ERROR';
    return {
      status,
      result: status === 'AE_OK' && result?.value ? externalise(result.value) : null,
      notify: this.notifications,
      opregion: this.os.accesses.map(({ write, space, width, address, value }) => ({
        op: write ? 'W' : 'R',
        space,
        width,
        addr: `0x${address.toString(16).toUpperCase()}`,
        value: `0x${value.toString(16).toUpperCase()}`,
      })),
    };
  }
}

interface Answer {
  readonly status: string;
  readonly result: Json | null;
  readonly notify: readonly (readonly [string, string])[];
  readonly opregion: readonly Readonly<Record<string, string | number>>[];
}

type Json = { readonly type: string; readonly [member: string]: unknown };

const hexBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A value as the command prints it. */
function externalise(value: AcpiObject): Json {
  switch (value.type) {
    case 'Integer':
      return { type: 'Integer', value: `0x${value.value.toString(16).toUpperCase()}` };
    case 'String':
      return { type: 'String', value: value.value };
    case 'Buffer':
      return { type: 'Buffer', value: hexBytes(value.value) };
    case 'Package':
      return { type: 'Package', value: value.value.map((element) => (element ? externalise(element) : null)) };
    case 'Reference':
      return { type: 'Reference', name: value.handle.name };
    case 'Processor':
      return { type: 'Processor', procId: value.procId, address: value.address, length: value.length };
    case 'Power':
      return { type: 'Power', systemLevel: value.systemLevel, resourceOrder: value.resourceOrder };
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const parseBytes = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/[0-9a-fA-F]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));

/** `{"type": "Integer", "value": "0x2A"}` and so on. UsageError for anything else. */
export function parseJobArgument(argument: unknown): AcpiObject {
  const { type, value } = isRecord(argument) ? argument : {};
  if (typeof value === 'string') {
    if (type === 'Integer' && /^(0x[0-9a-fA-F]+|\d+)$/.test(value)) return { type, value: BigInt(value) };
    if (type === 'String') return { type, value };
    if (type === 'Buffer') return { type, value: parseBytes(value) };
  }
  throw new UsageError(
    `an argument is {"type": "Integer" | "String" | "Buffer", "value": "…"}, not ${JSON.stringify(argument)}`,
  );
}

function answerJob(line: string): unknown {
  const job: unknown = JSON.parse(line);
  if (!isRecord(job) || !Array.isArray(job['tables']) || !Array.isArray(job['evals'])) {
    throw new UsageError('a job has "tables" and "evals"');
  }
  const tables = job['tables'].map((table: unknown) => new Uint8Array(Buffer.from(String(table), 'base64')));
  const bench = new AmlBench(tables, typeof job['fill'] === 'number' ? job['fill'] : 0);
  return {
    evals: job['evals'].map((item: unknown) => {
      const { path, args } = isRecord(item) ? item : {};
      if (typeof path !== 'string') throw new UsageError('an evaluation has a "path"');
      return bench.evaluate(path, Array.isArray(args) ? args.map(parseJobArgument) : []);
    }),
  };
}

/** An argument of the command line: a number, `(01 02)` for a Buffer, anything else is a String. */
function parseArgument(text: string): AcpiObject {
  if (/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) return { type: 'Integer', value: BigInt(text) };
  const buffer = /^\(([0-9a-fA-F\s]*)\)$/.exec(text);
  if (buffer) return { type: 'Buffer', value: parseBytes((buffer[1] ?? '').replace(/\s/g, '')) };
  return { type: 'String', value: text.replace(/^"(.*)"$/s, '$1') };
}

async function answerJobs(io: CommandIo): Promise<void> {
  for await (const line of io.stdin) {
    if (line.trim() === '') continue;
    try {
      io.write(`${JSON.stringify(answerJob(line))}\n`);
    } catch (error) {
      if (!(error instanceof UsageError) && !(error instanceof SyntaxError)) throw error;
      io.write(`${JSON.stringify({ error: error.message })}\n`);
    }
  }
}

function readTable(file: string): Uint8Array {
  let table: Uint8Array;
  try {
    table = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new UsageError(`aml: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isTable = table.length >= 36 && /^[A-Z0-9]{4}$/.test(String.fromCharCode(...table.subarray(0, 4)));
  if (!isTable) throw new UsageError(`aml: ${file} is not an ACPI table`);
  return table;
}

/** The `aml` command. UsageError for bad arguments. */
export async function amlCommand(args: readonly string[], io: CommandIo = standardIo()): Promise<void> {
  if (args.length === 1 && args[0] === '--jobs') return answerJobs(io);
  const [file, option, path, ...values] = args;
  if (!file || option !== '--evaluate' || !path) {
    throw new UsageError("aml: expected FILE.aml --evaluate '\\PATH' [ARG ...], or --jobs");
  }
  const { status, result } = new AmlBench([readTable(file)]).evaluate(path, values.map(parseArgument));
  io.write(`${JSON.stringify(status === 'AE_OK' ? result : { exception: status })}\n`);
}
