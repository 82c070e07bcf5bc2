import { type Parsed, parseScenario, type Scenario } from '../../workers/protocol/scenario.ts';

/**
 * A scenario in the address bar: `#s=1.` and base64url of the raw deflate stream of its JSON. What comes in is
 * bounded before it is decoded and while it is inflated, and then read by parseScenario.
 */
export const URL_LIMITS = { fragment: 32_768, json: 262_144 } as const;

const PREFIX = '#s=1.';

async function readBounded(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError(`unpacks to more than ${limit} bytes`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function transform(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream, limit: number) {
  return readBounded(new Blob([bytes]).stream().pipeThrough(through), limit);
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Members that say nothing are left out: the shortest link. */
function compact(scenario: Scenario): Scenario {
  return Object.fromEntries(
    Object.entries(scenario).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  ) as unknown as Scenario;
}

/** The fragment for a scenario, with its `#`; undefined when it is longer than a link may be. */
export async function encodeScenario(scenario: Scenario): Promise<string | undefined> {
  const json = new TextEncoder().encode(JSON.stringify(compact(scenario)));
  if (json.length > URL_LIMITS.json) return undefined;
  const packed = await transform(json, new CompressionStream('deflate-raw'), URL_LIMITS.json);
  const fragment = PREFIX + toBase64Url(packed);
  return fragment.length > URL_LIMITS.fragment ? undefined : fragment;
}

/** Reads a fragment. Undefined when it holds no scenario; an error says in one line what is wrong with it. */
export async function decodeScenario(fragment: string): Promise<Parsed<Scenario> | undefined> {
  if (!fragment.startsWith('#s=')) return undefined;
  const fail = (error: string) => ({ ok: false as const, error });
  if (fragment.length > URL_LIMITS.fragment) {
    return fail(`${fragment.length} characters, at most ${URL_LIMITS.fragment} are allowed`);
  }
  if (!fragment.startsWith(PREFIX)) return fail('a version of links that this page does not know');
  const body = fragment.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]*$/.test(body)) return fail('characters that a link does not have');
  let text: string;
  try {
    const bytes = await transform(fromBase64Url(body), new DecompressionStream('deflate-raw'), URL_LIMITS.json);
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return fail(error instanceof RangeError ? error.message : 'it is cut short or damaged');
  }
  try {
    return parseScenario(JSON.parse(text));
  } catch {
    return fail('it does not hold JSON');
  }
}
