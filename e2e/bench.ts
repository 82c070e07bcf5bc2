// Measures of the page in a browser, run by `npm run bench`: each adds a line of JSON to the file that LAB_BENCH names.
import { appendFileSync } from 'node:fs';
import { expect, type LabPage, linkTo, test } from './lab-page.ts';

function record(name: string, value: number, unit: string): void {
  const file = process.env['LAB_BENCH'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, value, unit })}\n`);
}

/** Frames a second, the longest time between two, and the time that it took, while `work` goes on. */
async function framesDuring(
  lab: LabPage,
  work: () => Promise<void>,
): Promise<{ rate: number; longest: number; span: number }> {
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
  return { rate: (gaps.length / span) * 1000, longest: Math.max(...gaps), span };
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

const MIB = 2 ** 20;
const MEMORY = '/sys/devices/system/memory';
const qmp = (execute: string, args: object = {}): string => JSON.stringify({ execute, arguments: args });
const dimm = (slot: number, size: number): string[] => [
  qmp('object-add', { 'qom-type': 'memory-backend-ram', id: `m${slot}`, size }),
  qmp('device_add', { driver: 'pc-dimm', id: `d${slot}`, memdev: `m${slot}` }),
];
const ONLINE_ALL = `for i in $(grep -l offline ${MEMORY}/memory*/state); do echo online_movable > $i; done`;
const NEGOTIATE = { at: 'quiet', channel: 'qmp', text: qmp('qmp_capabilities') };
const FEW_SLOTS = '-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=4,maxmem=16G';
const MANY_SLOTS = '-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=256,maxmem=64G';

async function openMemory(lab: LabPage, machine: string): Promise<void> {
  await lab.openAtFullSpeed(linkTo({ version: 1, machine, inputs: [NEGOTIATE] }));
  await lab.page.getByRole('tab', { name: 'Memory' }).click();
}

test('frames while a DIMM comes and its blocks go online and offline, at full speed', async ({ lab }) => {
  await openMemory(lab, FEW_SLOTS);
  const plug = await framesDuring(lab, async () => {
    for (const line of dimm(0, 1024 * MIB)) await lab.send('QMP', line);
    await lab.typeLine(ONLINE_ALL);
  });
  await lab.typeLine(`grep -l offline ${MEMORY}/memory*/state | wc -l`);
  expect(await lab.countEvents('tty_out', '0')).toBeGreaterThan(0);
  record('frames a second while a 1 GiB DIMM is plugged and its 8 blocks go online', plug.rate, '1/s');
  record('longest frame meanwhile, 1 GiB DIMM', plug.longest, 'ms');
  const offline = await framesDuring(lab, () =>
    lab.typeLine(`for i in ${MEMORY}/memory3[2-9]/state; do echo offline > $i; done`),
  );
  record('frames a second while 8 blocks of 32,768 pages go offline', offline.rate, '1/s');
  record('longest frame meanwhile, blocks offline', offline.longest, 'ms');
});

test('frames while 256 DIMMs are plugged, at full speed', async ({ lab }) => {
  await openMemory(lab, MANY_SLOTS);
  const lines = Array.from({ length: 256 }, (_, slot) => dimm(slot, 128 * MIB)).flat();
  const inputs = [NEGOTIATE, ...lines.map((text) => ({ at: 'quiet', channel: 'qmp', text }))];
  const frames = await framesDuring(lab, async () => {
    await lab.page.evaluate(
      async (hash) => {
        location.hash = hash;
        const plugged = () => window.lab.log().filter(({ kind }) => kind === 'qmp_in').length > 512;
        while (!plugged()) await new Promise((later) => setTimeout(later, 500));
        await window.lab.whenQuiescent();
      },
      linkTo({ version: 1, machine: MANY_SLOTS, inputs }),
    );
  });
  record('boot, then 256 DIMMs plugged one after the other (Chromium)', frames.span, 'ms');
  record('frames a second meanwhile, 256 DIMMs', frames.rate, '1/s');
  record('longest frame meanwhile, 256 DIMMs', frames.longest, 'ms');
});
