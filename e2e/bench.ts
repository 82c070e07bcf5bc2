// Measures of the page in a browser, run by `npm run bench`: each adds a line of JSON to the file that LAB_BENCH names.
import { appendFileSync } from 'node:fs';
import { expect, type LabPage, test } from './lab-page.ts';

function record(name: string, value: number, unit: string): void {
  const file = process.env['LAB_BENCH'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, value, unit })}\n`);
}

/** Frames a second, and the longest time between two, while `work` goes on. */
async function framesDuring(lab: LabPage, work: () => Promise<void>): Promise<{ rate: number; longest: number }> {
  await lab.page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { labFrames: times });
    const frame = (time: number) => {
      times.push(time);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await work();
  const times = await lab.page.evaluate(() => (window as unknown as { labFrames: number[] }).labFrames);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return { rate: (gaps.length / span) * 1000, longest: Math.max(...gaps) };
}

test('first contentful paint', async ({ lab, page }) => {
  await lab.open();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  expect(paint).toBeDefined();
  record('first contentful paint', paint ?? Number.NaN, 'ms');
});

test('boot to shell', async ({ lab, page }) => {
  await lab.open();
  await lab.quiescent();
  const ready = await page.evaluate(() => performance.now());
  record('page opened to machine at its shell prompt (Chromium)', ready, 'ms');
});

test('hot-add to online at full speed', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const took = await page.evaluate(() => performance.now());
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.act(2, 'Bring online');
  await lab.expectCondition(2, 'online');
  record('hot-add to online, two clicks (Chromium)', (await page.evaluate(() => performance.now())) - took, 'ms');
});

test('frames while a CPU comes online at the default speed', async ({ lab }) => {
  test.setTimeout(120_000);
  await lab.openAtFullSpeed('', { speed: undefined });
  await lab.slot(2).click();
  await lab.quiescent();
  const frames = await framesDuring(lab, () => lab.act(2, 'Bring online'));
  await lab.expectCondition(2, 'online');
  record('frames a second while a CPU comes online, 4 CPUs', frames.rate, '1/s');
  record('longest frame meanwhile, 4 CPUs', frames.longest, 'ms');
});
