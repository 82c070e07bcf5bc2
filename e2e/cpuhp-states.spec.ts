import { CPUHP_STATE_TEXTS } from '../src/session/i18n/cpuhp-states.ts';
import { openWithTools } from '../workers/machine/open.ts';
import { DEFAULT_SCENARIO } from '../workers/protocol/scenario.ts';
import { expect, test } from './lab-page.ts';

test('every cpuhp state of the kernel has its sentence in both languages, and no other', () => {
  const session = openWithTools(DEFAULT_SCENARIO);
  if (!session.ok) throw new Error(session.error);
  const names = session.value.description.cpuhpStates.map(({ name }) => name);
  expect(Object.keys(CPUHP_STATE_TEXTS).sort()).toEqual([...new Set(names)].sort());
  for (const [name, { en, zh }] of Object.entries(CPUHP_STATE_TEXTS)) {
    expect(en, name).toMatch(/^[A-Z].*\.$/);
    expect(zh, name).toMatch(/\p{Script=Han}.*。$/u);
  }
});

test('selecting a rung tells what its callbacks do, in both languages', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('option', { name: /^197 workqueue:online/ }).click();
  await expect(page.getByText('Binds the pool’s workers to the CPU; on the way down unbinds them.')).toBeVisible();
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(page.getByText('把池中的 worker 绑定到该 CPU；下线时解除绑定。')).toBeVisible();
});
