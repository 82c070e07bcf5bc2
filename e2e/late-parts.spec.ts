import { expect, type LabPage, linkTo, test } from './lab-page.ts';

/** Scripts of these names cannot be fetched, until what is returned is called. */
async function cutNetwork(lab: LabPage, script: RegExp): Promise<() => Promise<void>> {
  const { page } = lab;
  const cut = (url: URL) => script.test(url.pathname);
  await page.context().route(cut, (route) => route.abort('connectionfailed'));
  return async () => {
    await page.context().unroute(cut);
    // what the browser says of the failed requests is no fault of the page
    const failed = /net::ERR_CONNECTION_FAILED|Failed to fetch dynamically imported module/;
    lab.errors.splice(0, lab.errors.length, ...lab.errors.filter((error) => !failed.test(error)));
  };
}

test('an input whose part cannot be fetched waits, and is given when the network is back', async ({ lab, page }) => {
  const restore = await cutNetwork(lab, /\/late-[^/]*\.js$/);
  await lab.openAtFullSpeed();
  await page.getByRole('textbox', { name: 'Guest’s shell on ttyS0' }).pressSequentially('echo $((40 + 2))\n');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('A part of the lab could not be fetched');
  await expect(alert).not.toContainText('fault');
  // the rest of the lab works on
  await lab.slot(2).click();
  await lab.expectCondition(2, 'present');
  await restore();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toHaveCount(0);
  await page.getByRole('tab', { name: 'Shell' }).click();
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(/\s42\s/);
  await lab.quiescent();
  await lab.expectPicturesToAgree();
});

test('a click whose commands cannot be fetched takes effect when the network is back', async ({ lab, page }) => {
  const restore = await cutNetwork(lab, /\/qmp-commands-[^/]*\.js$/);
  await lab.openAtFullSpeed();
  await lab.slot(2).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('A part of the lab could not be fetched');
  await restore();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toHaveCount(0);
  await lab.expectCondition(2, 'present');
  await lab.quiescent();
  await lab.expectPicturesToAgree();
});

test('a machine whose architecture cannot be fetched is powered on when the network is back', async ({ lab, page }) => {
  const restore = await cutNetwork(lab, /\/arm64-[^/]*\.js$/);
  await lab.openAtFullSpeed(linkTo({ version: 1, machine: '-M virt,gic-version=3 -cpu max -smp 2 -m 512M' }));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('A part of the lab could not be fetched');
  await restore();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toHaveCount(0);
  await lab.quiescent();
  await lab.expectCondition(1, 'online');
});

test('a picture that cannot be fetched is drawn when the network is back', async ({ lab, page }) => {
  const restore = await cutNetwork(lab, /\/memory-[^/]*\.js$/);
  await lab.openAtFullSpeed();
  // the parts that are missing are told of before the machine is on
  await expect(lab.slot(2)).toBeVisible();
  await page.getByRole('tab', { name: 'Memory' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('A part of the lab could not be fetched');
  await restore();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('[data-block]').first()).toBeVisible();
  await expect(alert).toHaveCount(0);
});
