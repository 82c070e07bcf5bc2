import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SCENARIO, type Scenario } from '../../workers/protocol/scenario.ts';
import { decodeScenario, encodeScenario, URL_LIMITS } from './url-scenario.ts';

const link = (text: string): string => `#s=1.${deflateRawSync(Buffer.from(text)).toString('base64url')}`;
const errorOf = async (fragment: string): Promise<string | undefined> => {
  const parsed = await decodeScenario(fragment);
  return parsed?.ok === false ? parsed.error : undefined;
};

describe('a scenario in the address bar', () => {
  const scenario: Scenario = {
    ...DEFAULT_SCENARIO,
    title: { zh: '上线' },
    inputs: [{ at: 12_345_678_901, channel: 'sh', text: 'echo 1 > /sys/devices/system/cpu/cpu2/online\n' }],
  };

  test('comes back as it went in', async () => {
    const fragment = await encodeScenario(scenario);
    expect(fragment).toMatch(/^#s=1\.[A-Za-z0-9_-]+$/);
    expect(await decodeScenario(fragment ?? '')).toEqual({ ok: true, value: scenario });
  });

  test('that is too long for a link has none', async () => {
    const noise = Array.from({ length: 40_000 }, (_, at) => String.fromCharCode(33 + ((at * at * 7919 + at) % 90)));
    const text = noise.map((character, at) => character + (at * 2_654_435_761).toString(36)).join('');
    expect(await encodeScenario({ ...scenario, inputs: [{ at: 0, channel: 'sh', text }] })).toBeUndefined();
  });

  test('is not looked for in other fragments', async () => {
    expect(await decodeScenario('')).toBeUndefined();
    expect(await decodeScenario('#board')).toBeUndefined();
  });
});

describe('a hostile fragment gives one line', () => {
  test.each([
    ['of another version', '#s=2.abc', 'a version of links that this page does not know'],
    ['with other characters', '#s=1.<script>', 'characters that a link does not have'],
    ['that is no deflate stream', '#s=1.AAAAAAAA', 'it is cut short or damaged'],
    [
      'that is no UTF-8',
      `#s=1.${deflateRawSync(Buffer.from([0xff, 0xfe])).toString('base64url')}`,
      'it is cut short or damaged',
    ],
    ['that is no JSON', link('{'), 'it does not hold JSON'],
    ['that is no scenario', link('{"version":1,"machine":"-M q35","evil":1}'), "unknown member 'evil'"],
    [
      'that unpacks to a bomb',
      link(`"${'a'.repeat(URL_LIMITS.json)}"`),
      `unpacks to more than ${URL_LIMITS.json} bytes`,
    ],
    [
      'that is too long',
      `#s=1.${'A'.repeat(URL_LIMITS.fragment)}`,
      `${URL_LIMITS.fragment + 5} characters, at most ${URL_LIMITS.fragment} are allowed`,
    ],
  ])('%s', async (_, fragment, error) => {
    expect(await errorOf(fragment)).toBe(error);
  });
});
