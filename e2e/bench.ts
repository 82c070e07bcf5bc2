// Measures of the page in a browser, run by `npm run bench`: each adds a line of JSON to the file that LAB_BENCH names.
import { appendFileSync } from 'node:fs';
import { expect, test } from './lab-page.ts';

function record(name: string, value: number, unit: string): void {
  const file = process.env['LAB_BENCH'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, value, unit })}\n`);
}

test('first contentful paint', async ({ lab, page }) => {
  await lab.open();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  expect(paint).toBeDefined();
  record('first contentful paint', paint ?? Number.NaN, 'ms');
});
