import { inflateRawSync } from 'node:zlib';
import { openWithTools } from '../workers/machine/open.ts';
import { parseScenario } from '../workers/protocol/scenario.ts';
import { expect, test } from './lab-page.ts';

test('the scenario in the address bar gives the same event-log hash in Chromium and in Node', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.slot(3).click();
  await lab.quiescent();
  await lab.act(3, 'Bring online');
  await lab.act(3, 'Take offline');
  await lab.act(3, 'Unplug');
  const hash = await lab.logHash();

  const packed = /#s=1\.(.+)$/.exec(page.url())?.[1] ?? '';
  const scenario = parseScenario(JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url')).toString()));
  if (!scenario.ok) throw new Error(scenario.error);
  expect(scenario.value.inputs?.length).toBeGreaterThanOrEqual(4);
  const session = openWithTools(scenario.value);
  if (!session.ok) throw new Error(session.error);
  session.value.settle();
  expect(session.value.machine.log.hash()).toBe(hash);
});
