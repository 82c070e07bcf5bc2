import { AxeBuilder } from '@axe-core/playwright';
import { expect, type LabPage, linkTo, test } from './lab-page.ts';

const LOOP = 'for i in `grep -l offline /sys/devices/system/memory/memory*/state`; do echo online > $i; done';
const MIB = 2 ** 20;

/** MemTotal as free shows it, in KiB. */
async function total(lab: LabPage): Promise<number> {
  const before = (await lab.terminalText()).length;
  await lab.typeLine('free');
  const text = (await lab.terminalText()).slice(before);
  return Number(/Mem:\s+(\d+)/.exec(text)?.[1]);
}

test('one click plugs a DIMM of 1 GiB in: two commands, eight blocks, all offline', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await expect(page.locator('[data-dimm]')).toHaveCount(4);
  await lab.plugDimm(0);
  await expect(lab.dimm(0)).toHaveAccessibleName(/dimm0, 1 GiB at 0x100000000, its blocks are offline/);
  await expect(page.locator('.title-machine')).toContainText('512 MiB + 1 GiB');
  await expect(page.getByRole('tab', { name: 'Memory' })).toHaveAttribute('aria-selected', 'true');
  for (let block = 32; block < 40; block++) await expect(lab.block(block)).toHaveAttribute('data-condition', 'present');
  await lab.expectBlocksToAgree();
  const qmp = page.getByRole('log', { name: 'QMP messages' });
  await expect(qmp).toContainText('"execute":"object-add"');
  await expect(qmp).toContainText('"driver":"pc-dimm"');
  for (const stage of [
    'device',
    'registers',
    'gpe',
    'sci',
    'kacpid',
    'aml',
    'notify',
    'hotplug',
    'driver',
    'blocks',
    'ost',
    'event',
  ]) {
    await expect(page.locator(`[data-stage="${stage}"]`)).toHaveAttribute('data-light', 'passed');
  }
  await page.locator('[data-stage="aml"]').click();
  await expect(page.getByRole('region', { name: 'Inspector' }).first()).toContainText('_GPE._E03');
});

test('blocks go online one by one and by the shell’s loop, and free grows by each', async ({ lab }) => {
  await lab.openAtFullSpeed();
  const before = await total(lab);
  await lab.plugDimm(0);
  expect(await total(lab)).toBe(before);
  await lab.actOnBlock(32, 'Online');
  expect(await total(lab)).toBe(before + (128 * MIB) / 1024);
  await expect(lab.block(32)).toHaveAttribute('data-zone', 'Normal');
  await lab.actOnBlock(39, 'Online, movable');
  await expect(lab.block(39)).toHaveAttribute('data-zone', 'Movable');
  await lab.typeLine(LOOP);
  for (let block = 32; block < 40; block++) await expect(lab.block(block)).toHaveAttribute('data-condition', 'online');
  await lab.expectBlocksToAgree();
  await expect(lab.dimm(0)).toContainText('8 of 8 blocks online');
  expect(await total(lab)).toBe(before + (1024 * MIB) / 1024);
});

test('a movable block goes offline; a kernel block refuses, and the picture shows the page that is to blame', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await lab.plugDimm(0);
  await lab.actOnBlock(39, 'Online, movable');
  await lab.actOnBlock(32, 'Online, kernel');
  await lab.typeLine('sleep 1000 &');
  await lab.actOnBlock(39, 'Take offline');
  await expect(lab.block(39)).toHaveAttribute('data-condition', 'present');

  await lab.actOnBlock(32, 'Take offline');
  await expect(lab.block(32)).toHaveAttribute('data-condition', 'online');
  await expect(lab.block(32)).toHaveAttribute('data-refused', 'true');
  expect(await lab.terminalText()).toContain('bash: echo: write error: Device or resource busy');
  expect(await lab.countEvents('printk', 'page dumped because: unmovable page')).toBe(1);
  const [refusal] = await page.evaluate(() =>
    window.lab.log().flatMap(({ kind, fields }) => (kind === 'memory_offline_refused' ? [fields] : [])),
  );
  const detail = page.getByRole('region', { name: 'memory32', exact: true });
  await expect(detail.getByRole('status')).toContainText(`0x${Number(refusal?.['pfn']).toString(16)}`);
  await expect(detail.getByRole('status')).toContainText(String(refusal?.['holder']));
  await expect(detail.locator('.map-blamed')).toBeVisible();
  await expect(detail.locator('.verdict')).toContainText('cannot be moved');
  await lab.expectBlocksToAgree();
});

test('an unplug is rejected and says by which block; another succeeds', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: '256 MiB' }).click();
  await lab.plugDimm(0);
  await lab.actOnBlock(33, 'Online, movable');
  await lab.actOnBlock(32, 'Online, kernel');
  await lab.plugDimm(1);
  await lab.actOnBlock(34, 'Online, movable');
  await lab.typeLine('sleep 1000 &');

  await lab.actOnDimm(0, 'Unplug');
  await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'online');
  await expect(page.locator('.dimm-request')).toContainText('Unplug rejected: memory32 would not go offline');
  await expect(lab.block(33)).toHaveAttribute('data-condition', 'online');
  await expect(page.locator('[data-stage="event"]')).toContainText('ACPI_DEVICE_OST');
  await page.getByRole('button', { name: 'Why?' }).click();
  await expect(page.getByRole('region', { name: 'memory32', exact: true }).getByRole('status')).toBeVisible();

  await lab.actOnDimm(1, 'Unplug');
  await expect(lab.dimm(1)).toHaveAttribute('data-condition', 'possible');
  await expect(lab.block(34)).toHaveCount(0);
  expect(await lab.countEvents('qmp_out', '"DEVICE_DELETED"')).toBe(1);
  await lab.expectBlocksToAgree();

  // The slot is free again; ids that were used once are not used twice.
  await lab.plugDimm(1);
  await expect(lab.dimm(1)).toHaveAttribute('data-condition', 'present');
});

test('a size is dragged from the tray into a slot', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const box = async (name: string) => page.getByRole('button', { name, exact: true }).boundingBox();
  await lab.dimm(3).scrollIntoViewIfNeeded();
  const from = await box('512 MiB');
  const to = await lab.dimm(2).boundingBox();
  if (!from || !to) throw new Error('nothing to drag');
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 });
  await expect(page.locator('.tray-ghost')).toHaveText('512M');
  await page.mouse.up();
  await lab.quiescent();
  await expect(lab.dimm(2)).toHaveAccessibleName(/512 MiB at 0x100000000/);
  await expect(page.locator('[data-block^="3"][data-condition="present"]')).toHaveCount(4);
});

test('the keyboard alone chooses a size, plugs it in and brings a block online', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('textbox', { name: /^Another size/ }).focus();
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Not a size: nonsense');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('384M');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(lab.dimm(0)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(lab.dimm(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await lab.quiescent();
  await expect(lab.dimm(1)).toHaveAccessibleName(/384 MiB/);
  await lab.block(32).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await expect(lab.block(33)).toBeFocused();
  await expect(page.getByRole('region', { name: 'memory33', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Online', exact: true }).focus();
  await page.keyboard.press('Enter');
  await lab.quiescent();
  await expect(lab.block(33)).toHaveAttribute('data-condition', 'online');
});

test('what QEMU refuses is told, and the slot stays empty', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('textbox', { name: /^Another size/ }).fill('64G');
  await page.keyboard.press('Enter');
  await lab.plugDimm(0);
  await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'possible');
  await expect(page.getByRole('log', { name: 'QMP messages' })).toContainText('not enough space');
});

test('256 slots and 4 TiB are a picture that can be read and walked', async ({ lab, page }) => {
  await lab.openAtFullSpeed(
    linkTo({ version: 1, machine: '-M q35 -accel kvm -cpu max -smp 2 -m 1G,slots=256,maxmem=4T' }),
  );
  await expect(page.locator('[data-dimm]')).toHaveCount(256);
  await page.getByRole('textbox', { name: /^Another size/ }).fill('128G');
  await page.keyboard.press('Enter');
  await lab.plugDimm(255);
  await expect(page.locator('.block-grid')).toBeVisible();
  await expect(page.locator('.banks')).toContainText('0 of 1024 online');
  await page.locator('.block-grid').click({ position: { x: 20, y: 20 } });
  const selected = page.getByRole('region', { name: /^memory\d+$/ });
  await expect(selected).toBeVisible();
  const name = await selected.getAttribute('aria-label');
  await page.locator('.block-grid').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('region', { name: `memory${Number(name?.slice(6)) + 1}`, exact: true })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the pictures of memory, and every target is large enough, ${colorScheme}`, async ({
    lab,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await lab.openAtFullSpeed();
    await lab.plugDimm(0);
    await lab.actOnBlock(32, 'Online, kernel');
    await lab.typeLine('ls /');
    await lab.actOnBlock(32, 'Take offline');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.memory button, .dimms button, .dimms input, .block-detail button')]
        .map((element) => ({ name: element.className, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ name }) => name),
    );
    expect(small).toEqual([]);
  });
}
