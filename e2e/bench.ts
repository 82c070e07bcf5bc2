// Measures of the page in a browser, run by `npm run bench`: each adds a line of JSON to the file that LAB_BENCH names.
import { appendFileSync } from 'node:fs';
import { expect, type LabPage, linkTo, test } from './lab-page.ts';

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

test('boot of another machine in the open page', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const link = linkTo({ version: 1, machine: '-M pc -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M' });
  const took = await page.evaluate(async (hash) => {
    const shown = () => document.querySelector('.title-machine')?.textContent;
    const [before, started] = [shown(), performance.now()];
    location.hash = hash;
    while (shown() === before) await new Promise((drawn) => requestAnimationFrame(drawn));
    await window.lab.whenQuiescent();
    return performance.now() - started;
  }, link);
  record('another machine in the open page, link to shell prompt (Chromium)', took, 'ms');
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

for (const [count, machine] of [
  [4, '-M q35 -accel kvm -cpu max -smp 4 -m 512M'],
  [64, '-M q35 -accel kvm -cpu max -smp 64,sockets=2,dies=2,cores=8,threads=2 -m 1G'],
  [255, '-M q35 -accel kvm -cpu max -smp 255,sockets=255 -m 2G'],
] as const) {
  test(`frames while a CPU climbs the ladder at the default speed, ${count} CPUs`, async ({ lab }) => {
    test.setTimeout(180_000);
    const last = count - 1;
    const down = { at: 'quiet', channel: 'sh', text: `echo 0 > /sys/devices/system/cpu/cpu${last}/online\n` };
    await lab.openAtFullSpeed(linkTo({ version: 1, machine, inputs: [down] }), { speed: undefined });
    await lab.expectCondition(last, 'present');
    const frames = await framesDuring(lab, () => lab.act(last, 'Bring online'));
    await lab.expectCondition(last, 'online');
    record(`frames a second while a CPU comes online, ${count} CPUs`, frames.rate, '1/s');
    record(`longest frame meanwhile, ${count} CPUs`, frames.longest, 'ms');
  });
}
