/** `trace SCENARIO.json --format perfetto|chrome|ftrace`: plays a scenario, writes its event log for other tools. */
import { readFileSync } from 'node:fs';
import { LogReader } from '../protocol/log-format.ts';
import { parseScenario } from '../protocol/scenario.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { openSession } from './open-session.ts';
import { chromeTrace } from './trace/chrome.ts';
import { ftraceText } from './trace/ftrace.ts';
import { perfettoTrace } from './trace/perfetto.ts';
import { Timeline } from './trace/timeline.ts';

type Pieces = Iterable<string | Uint8Array>;

const FORMATS: Readonly<Record<string, (log: LogReader) => Pieces>> = {
  perfetto: (log) => perfettoTrace(new Timeline().of(log.from())),
  chrome: (log) => chromeTrace(new Timeline().of(log.from())),
  ftrace: (log) => ftraceText(log.from()),
};

const USAGE = `usage: lab trace SCENARIO.json --format ${Object.keys(FORMATS).join('|')}`;

function readScenario(file: string) {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const scenario = parseScenario(json);
  if (!scenario.ok) throw new UsageError(`${file}: ${scenario.error}`);
  return scenario.value;
}

/** The trace of a scenario, in pieces; undefined when QEMU refuses its machine: what to say has been said. */
export function traceScenario(file: string, format: string): Pieces | undefined {
  const write = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!write) throw new UsageError(`${format || 'no format'}: expected one of ${Object.keys(FORMATS).join(', ')}`);
  const session = openSession(readScenario(file));
  if (!session) return undefined;
  session.settle();
  const log = new LogReader();
  for (const chunk of session.machine.log.take()) log.append(chunk);
  return write(log);
}

const CHUNK = 1 << 20;

export function traceCommand(args: readonly string[]): void {
  const { words, options } = parseArguments(args, ['format']);
  const [file] = words;
  if (file === undefined || words.length !== 1) throw new UsageError(USAGE);
  const pieces = traceScenario(file, options.get('format') ?? '');
  if (!pieces) return;
  let waiting: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    waiting.push(bytes);
    length += bytes.length;
    if (length < CHUNK) continue;
    process.stdout.write(Buffer.concat(waiting));
    waiting = [];
    length = 0;
  }
  process.stdout.write(Buffer.concat(waiting));
}
