// The pictures of README.md, taken by `npm run pictures` into the folder that LAB_PICTURES names.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type LabPage, test } from './lab-page.ts';
import { encodePalettePng } from './palette-png.ts';

/** GitHub and slow lines: a picture weighs at most this. */
const LARGEST = 150_000;

const folder = process.env['LAB_PICTURES'] ?? 'docs';

async function take(lab: LabPage, name: string): Promise<void> {
  const shot = (await lab.page.screenshot({ animations: 'disabled' })).toString('base64');
  const { width, height, base64 } = await lab.page.evaluate(async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const context = canvas.getContext('2d');
    context?.drawImage(picture, 0, 0);
    const { data: rgba } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8Array() };
    let binary = '';
    for (let at = 0; at < rgba.length; at += 0x8000) binary += String.fromCharCode(...rgba.subarray(at, at + 0x8000));
    return { width: canvas.width, height: canvas.height, base64: btoa(binary) };
  }, shot);
  const png = encodePalettePng({ width, height, rgba: Buffer.from(base64, 'base64') });
  expect(png.length, `size of ${name}`).toBeLessThan(LARGEST);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), png);
}

/** CPU 2 half-way up the ladder, and the AML that has just found a CPU in the next socket. */
async function arrange(lab: LabPage): Promise<void> {
  const { page } = lab;
  const step = async (kind: string, done: () => Promise<boolean>) => {
    const button = page.getByRole('button', { name: `Step: ${kind}` });
    for (let steps = 0; steps < 2000 && !(await done()); steps++) {
      await button.click();
      await lab.quiescent();
    }
    expect(await done(), `stepped far enough by ${kind}`).toBe(true);
  };
  await lab.openAtFullSpeed('', { speed: undefined });
  await lab.slot(2).click();
  await lab.quiescent();
  await page.getByRole('button', { name: 'Pause' }).click();
  await lab.act(2, 'Bring online');
  const row = page.locator('.ladder tr[data-cpu="2"]');
  await step('cpuhp state', async () => Number(await row.getAttribute('data-state')) >= 192);
  await lab.slot(3).click();
  await lab.quiescent();
  const stage = page.locator('[data-stage="aml"]');
  await step('function', async () => (await stage.getAttribute('data-light')) === 'lit');
  await page.getByRole('tab', { name: 'QMP' }).click();
  await page.mouse.move(0, 0);
  await lab.quiescent();
}

test('docs/first-visit.png', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.emulateMedia({ colorScheme: 'light' });
  await arrange(lab);
  await take(lab, 'first-visit.png');
});

test('docs/dark.png', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await arrange(lab);
  await take(lab, 'dark.png');
});

test('docs/phone.png', async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'light' });
  await arrange(lab);
  await page.evaluate(() => window.scrollTo(0, 0));
  await take(lab, 'phone.png');
});

test('docs/memory.png', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme: 'light' });
  await lab.openAtFullSpeed('', { sizes: { left: 272, inspector: 340, consoles: 146, chain: 226 } });
  await lab.plugDimm(0);
  await lab.actOnBlock(39, 'Online, movable');
  await lab.actOnBlock(32, 'Online, kernel');
  await lab.typeLine('sleep 1000 &');
  await lab.actOnBlock(32, 'Take offline');
  await page.mouse.move(0, 0);
  await take(lab, 'memory.png');
});
