import { expect, linkTo, test } from './lab-page.ts';

test('a reload from the address bar gives the same machine and the same log', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.act(2, 'Bring online');
  const hash = await lab.logHash();
  await expect(page).toHaveURL(/#s=1\./);
  await page.reload();
  await lab.quiescent();
  await lab.expectCondition(2, 'online');
  expect(await lab.logHash()).toBe(hash);
});

for (const [what, fragment, reason] of [
  ['that is damaged', '#s=1.AAAA', 'it is cut short or damaged'],
  ['with a script in it', '#s=1.<script>alert(1)</script>', 'characters that a link does not have'],
  ['with an unknown member', linkTo('{"version":1,"machine":"-M q35","<b>":1}'), "unknown member '<b>'"],
  ['that is too long', `#s=1.${'A'.repeat(40_000)}`, 'at most 32768 are allowed'],
  ['of a later version', '#s=9.AAAA', 'a version of links that this page does not know'],
  ['that unpacks to a bomb', linkTo(`"${'a'.repeat(5_000_000)}"`), 'unpacks to more than 262144 bytes'],
] as const) {
  test(`a link ${what} gives one clear line, and the default machine is offered`, async ({ lab, page }) => {
    await lab.open(fragment);
    await expect(page.getByRole('alert')).toContainText(/^The link could not be read: /);
    await expect(page.getByRole('alert')).toContainText(reason);
    await page.getByRole('button', { name: 'Start the default machine' }).click();
    await lab.quiescent();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await lab.expectCondition(0, 'online');
  });
}

test('a new machine is powered on from a command line; QEMU’s refusal is shown as it is', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: 'New machine…' }).click();
  const dialog = page.getByRole('dialog', { name: 'New machine' });
  const line = dialog.getByRole('textbox', { name: /QEMU command line/ });
  await line.fill('-M q35 -accel kvm -cpu max -smp 2,sockets=1,cores=2,threads=1,maxcpus=4 -m 512M');
  await dialog.getByRole('button', { name: 'Power on' }).click();
  await expect(dialog.getByRole('alert')).toContainText('product of the hierarchy must match maxcpus');
  await dialog.getByRole('button', { name: 'Two sockets, cores, threads' }).click();
  await dialog.getByRole('button', { name: 'Power on' }).click();
  await expect(dialog).toBeHidden();
  await lab.quiescent();
  await expect(page.locator('[data-slot]')).toHaveCount(8);
  await expect(page.locator('.title-machine')).toContainText('2 of 8 CPUs');
  await lab.expectPicturesToAgree();
});
