/**
 * A scenario: a machine and what is done to it, as plain data. It travels in the address bar and as a file, and is
 * hostile until {@link parseScenario} has read it.
 */

export const SCENARIO_VERSION = 1;

/** What a person may do to the machine. */
export type InputChannel = 'qmp' | 'hmp' | 'sh';

export interface ScenarioInput {
  /** Virtual time in ns since power-on, or 'quiet': as soon as nothing is left to do. */
  readonly at: number | 'quiet';
  readonly channel: InputChannel;
  /** A QMP command as JSON text, a monitor line, or text for the console (a line of shell ends in a newline). */
  readonly text: string;
}

export interface Scenario {
  readonly version: typeof SCENARIO_VERSION;
  readonly title?: Readonly<Record<string, string>>;
  readonly text?: Readonly<Record<string, string>>;
  /** QEMU arguments as typed, `-M q35 -smp 2,maxcpus=4 …`. */
  readonly machine: string;
  readonly kernel?: string;
  /** Added to the kernel command line. */
  readonly append?: string;
  /** 32 bits; default 0. What the guest's random numbers start from: /dev/urandom, `$RANDOM`, UUIDs, names by mktemp. */
  readonly seed?: number;
  readonly inputs?: readonly ScenarioInput[];
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Bounds that keep a hostile scenario from exhausting anything. */
export const SCENARIO_LIMITS = { machine: 4096, append: 2048, inputs: 10_000, text: 16_384, title: 400 } as const;

/** The lab's own machine: what a first visit shows. */
export const DEFAULT_SCENARIO: Scenario = {
  version: SCENARIO_VERSION,
  machine: '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M,slots=4,maxmem=8G',
};

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkText(value: unknown, name: string, limit: number): string | undefined {
  if (typeof value !== 'string') return `${name}: expected a text`;
  return value.length > limit ? `${name}: ${value.length} characters, at most ${limit} are allowed` : undefined;
}

function parseInput(value: unknown, index: number): Parsed<ScenarioInput> {
  const name = `inputs[${index}]`;
  if (!isRecord(value)) return fail(`${name}: expected an object`);
  for (const key of Object.keys(value)) {
    if (!['at', 'channel', 'text'].includes(key)) return fail(`${name}: unknown member '${key}'`);
  }
  const { at, channel, text } = value;
  if (at !== 'quiet' && !(typeof at === 'number' && Number.isSafeInteger(at) && at >= 0)) {
    return fail(`${name}.at: expected nanoseconds since power-on or "quiet"`);
  }
  if (channel !== 'qmp' && channel !== 'hmp' && channel !== 'sh')
    return fail(`${name}.channel: expected qmp, hmp or sh`);
  const wrong = checkText(text, `${name}.text`, SCENARIO_LIMITS.text);
  return wrong ? fail(wrong) : { ok: true, value: { at, channel, text: text as string } };
}

function checkTexts(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) return `${name}: expected an object of texts by language`;
  for (const [language, text] of Object.entries(value)) {
    const wrong = checkText(text, `${name}.${language}`, SCENARIO_LIMITS.text);
    if (wrong) return wrong;
  }
  return undefined;
}

/** Reads a scenario from untrusted data. Unknown members are errors; the message says what was expected. */
export function parseScenario(data: unknown): Parsed<Scenario> {
  if (!isRecord(data)) return fail('a scenario is a JSON object');
  const known = ['version', 'title', 'text', 'machine', 'kernel', 'append', 'seed', 'inputs'];
  for (const key of Object.keys(data)) if (!known.includes(key)) return fail(`unknown member '${key}'`);
  if (data['version'] !== SCENARIO_VERSION) return fail(`version: expected ${SCENARIO_VERSION}`);
  const wrong =
    checkText(data['machine'], 'machine', SCENARIO_LIMITS.machine) ??
    checkText(data['append'] ?? '', 'append', SCENARIO_LIMITS.append) ??
    checkText(data['kernel'] ?? '', 'kernel', SCENARIO_LIMITS.title) ??
    checkTexts(data['title'], 'title') ??
    checkTexts(data['text'], 'text');
  if (wrong) return fail(wrong);
  const seed = data['seed'];
  if (seed !== undefined && !(typeof seed === 'number' && Number.isInteger(seed) && Math.abs(seed) < 2 ** 31)) {
    return fail('seed: expected a 32-bit integer');
  }
  const given = data['inputs'] ?? [];
  if (!Array.isArray(given)) return fail('inputs: expected a list');
  if (given.length > SCENARIO_LIMITS.inputs)
    return fail(`inputs: ${given.length}, at most ${SCENARIO_LIMITS.inputs} are allowed`);
  const inputs: ScenarioInput[] = [];
  for (const [index, item] of given.entries()) {
    const input = parseInput(item, index);
    if (!input.ok) return input;
    inputs.push(input.value);
  }
  return { ok: true, value: { ...(data as unknown as Scenario), inputs } };
}
