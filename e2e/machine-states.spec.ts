import { expect, test } from './lab-page.ts';

test('a reset by the monitor starts anew: what was plugged is there, and the pictures begin again', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.act(2, 'Bring online');
  await lab.send('Monitor', 'system_reset');
  // the firmware reports the CPU that was plugged, and the kernel brings it up with the others
  for (const slot of [0, 1, 2]) await lab.expectCondition(slot, 'online');
  await lab.expectCondition(3, 'possible');
  await expect(page.locator('[data-stage][data-light="passed"]')).toHaveCount(0);
  await lab.expectPicturesToAgree();
  // and it can be taken offline, unplugged and plugged again
  await lab.act(2, 'Take offline');
  await lab.act(2, 'Unplug');
  await lab.expectCondition(2, 'possible');
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
});

test('a reboot in the shell does the same; the address bar gives the same log again', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.slot(3).click();
  await lab.quiescent();
  await lab.typeLine('reboot -f');
  for (const slot of [0, 1, 3]) await lab.expectCondition(slot, 'online');
  await lab.expectPicturesToAgree();
  await lab.typeLine('nproc');
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(/nproc\s+3\s/);
  const hash = await lab.logHash();
  await page.reload();
  await lab.quiescent();
  expect(await lab.logHash()).toBe(hash);
});

test('stop and cont: a machine that is stopped says so, and a CPU plugged meanwhile waits', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.send('Monitor', 'stop');
  await expect(page.locator('.narration-text')).toHaveText(/The machine is stopped/);
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'coming');
  await lab.send('QMP', 'cont');
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
});

for (const [how, end] of [
  ['quit in the monitor', (lab) => lab.send('Monitor', 'quit')],
  ['quit by QMP', (lab) => lab.send('QMP', '{"execute": "quit"}')],
  ['poweroff in the shell', (lab) => lab.typeLine('poweroff -f')],
] as const satisfies readonly (readonly [string, (lab: import('./lab-page.ts').LabPage) => Promise<void>])[]) {
  test(`${how} ends QEMU: the page says so and powers on again`, async ({ lab, page }) => {
    await lab.openAtFullSpeed();
    await lab.slot(2).click();
    await lab.quiescent();
    await end(lab);
    await expect(page.getByRole('alert')).toHaveText(/QEMU has ended/);
    await page.getByRole('button', { name: 'Power on again' }).click();
    await lab.quiescent();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await lab.expectCondition(1, 'online');
    await lab.expectCondition(2, 'possible');
  });
}

test('a shell that exits is a panic, as on the real machine; a reset brings it back', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.typeLine('exit');
  await expect(page.locator('.narration-text')).toHaveText(/The kernel has panicked/);
  expect(await lab.countEvents('printk', 'Attempted to kill init! exitcode=0x00000000')).toBeGreaterThan(0);
  await lab.send('Monitor', 'system_reset');
  await lab.typeLine('echo $((6 * 7))');
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(/\s42\s/);
  await lab.expectPicturesToAgree();
});
