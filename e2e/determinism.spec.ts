import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { openWithTools } from '../workers/machine/open.ts';
import { DEFAULT_SCENARIO, parseScenario, type Scenario } from '../workers/protocol/scenario.ts';
import { expect, test } from './lab-page.ts';

/**
 * The event log's hash when the scenario has been played in Node. The page lets time pass for somebody who sleeps and is
 * waited for, so `until` says how far it came.
 */
function hashInNode(scenario: Scenario, until: number): string {
  const session = openWithTools(scenario);
  if (!session.ok) throw new Error(session.error);
  session.value.settle();
  session.value.advance(until);
  return session.value.machine.log.hash();
}

function parsed(json: string): Scenario {
  const scenario = parseScenario(JSON.parse(json));
  if (!scenario.ok) throw new Error(scenario.error);
  return scenario.value;
}

const folder = path.join(import.meta.dirname, '../public/scenarios');
const ready = readdirSync(folder)
  .map((file) => path.basename(file, '.json'))
  .filter((name) => name !== 'index');

/** What is opened, and how: every ready scenario, also those to come. */
const machines: readonly (readonly [string, string, Scenario])[] = [
  ['the machine of the first visit', '', DEFAULT_SCENARIO],
  ...ready.map(
    (name) =>
      [
        `the ready scenario ${name}`,
        `?scenario=${name}`,
        parsed(readFileSync(path.join(folder, `${name}.json`), 'utf8')),
      ] as const,
  ),
];

for (const [title, address, scenario] of machines) {
  test(`${title} gives the same event-log hash in Chromium and, twice, in Node`, async ({ lab }) => {
    test.slow();
    await lab.openAtFullSpeed(address);
    const hash = await lab.logHash();
    const until = await lab.lastTime();
    expect(hashInNode(scenario, until)).toBe(hash);
    expect(hashInNode(scenario, until)).toBe(hash);
  });
}

test('the scenario in the address bar gives the same event-log hash in Chromium and in Node', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.slot(3).click();
  await lab.quiescent();
  await lab.act(3, 'Bring online');
  await lab.act(3, 'Take offline');
  await lab.act(3, 'Unplug');
  const hash = await lab.logHash();

  const packed = /#s=1\.(.+)$/.exec(page.url())?.[1] ?? '';
  const scenario = parsed(inflateRawSync(Buffer.from(packed, 'base64url')).toString());
  expect(scenario.inputs?.length).toBeGreaterThanOrEqual(4);
  expect(hashInNode(scenario, await lab.lastTime())).toBe(hash);
});
