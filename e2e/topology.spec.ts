import { expect, linkTo, test } from './lab-page.ts';

const MACHINE = linkTo({
  version: 1,
  machine: '-M q35 -accel kvm -cpu max -smp 2,sockets=2,cores=2,threads=2,maxcpus=8 -m 512M',
});

test('on sockets × cores × threads a CPU comes and goes by click, QMP, monitor and shell', async ({ lab, page }) => {
  await lab.openAtFullSpeed(MACHINE);
  await expect(page.locator('.socket')).toHaveCount(2);
  await expect(page.locator('.core')).toHaveCount(4);

  await lab.slot(7).click();
  await lab.quiescent();
  await lab.send('QMP', 'device_add driver=max-x86_64-cpu id=cpu4 socket-id=1 core-id=0 thread-id=0');
  await lab.send('Monitor', 'device_add max-x86_64-cpu,id=cpu2,socket-id=0,core-id=1,thread-id=0');
  for (const slot of [7, 4, 2]) await lab.expectCondition(slot, 'present');
  expect((await lab.facts()).masks['present']).toBe('0-4');
  await lab.expectPicturesToAgree();

  await lab.typeLine('for i in 2 3 4; do echo 1 > /sys/devices/system/cpu/cpu$i/online; done');
  for (const slot of [7, 4, 2]) await lab.expectCondition(slot, 'online');
  await lab.expectPicturesToAgree();

  await lab.act(7, 'Take offline');
  await lab.expectCondition(7, 'present');
  await lab.act(7, 'Unplug');
  await lab.send('QMP', 'device_del id=cpu4');
  await lab.send('Monitor', 'device_del cpu2');
  for (const slot of [7, 4, 2]) await lab.expectCondition(slot, 'possible');
  expect((await lab.facts()).masks['present']).toBe('0-1');
  expect(await lab.countEvents('vcpu_unplugged')).toBe(3);
  await lab.expectPicturesToAgree();
});

test('255 CPUs are a picture that can be read: cells, mask grids, and a ladder of those that move', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed(linkTo({ version: 1, machine: '-M q35 -cpu max -smp 8,sockets=255,maxcpus=255 -m 512M' }));
  await expect(page.locator('.slot-cell')).toHaveCount(255);
  await expect(page.locator('.mask-grid')).toHaveCount(3);
  await lab.slot(200).click();
  await lab.quiescent();
  await lab.expectCondition(200, 'present');
  await expect(page.locator('.board-summary')).toHaveText('246 possible · 1 present · 8 online');
  await expect(page.getByRole('img', { name: 'present: 0-8' })).toBeVisible();
  await lab.act(200, 'Bring online');
  await expect(page.locator('.lane-head').first()).toContainText('CPU 8');
  await expect(page.locator('.lane-count')).toHaveText('8');
  await lab.expectPicturesToAgree();
});

test('bad input of each console gets its error and loses nothing', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const qmp = page.getByRole('log', { name: 'QMP messages' });
  await lab.send('QMP', '{"execute": "device_add", "arguments": {"driver": "max-x86_64-cpu", "core-id": 9}}');
  await expect(qmp).toContainText('CPU socket-id is not set');
  await lab.send('QMP', '{"execute" "device_add"}');
  await expect(qmp).toContainText('JSON parse error');
  await lab.send('QMP', '{"execute": "no-such-command"}');
  await expect(qmp).toContainText('The command no-such-command has not been found');
  await lab.send('QMP', '}{');
  await expect(page.getByRole('alert')).toContainText('Neither JSON nor the name of a command.');
  await lab.send('Monitor', 'frobnicate');
  await expect(page.getByRole('log', { name: 'Monitor' })).toContainText("unknown command: 'frobnicate'");
  const shell = page.getByRole('log', { name: 'Shell output as text' });
  await lab.typeLine('echo 7 > /sys/devices/system/cpu/cpu1/online');
  await expect(shell).toContainText('bash: echo: write error: Invalid argument');
  await lab.typeLine('fi');
  await expect(shell).toContainText("bash: syntax error near unexpected token `fi'");
  await lab.typeLine('if');
  await page.keyboard.press('Control+c');
  await lab.typeLine('nproc');
  await expect(shell).toContainText(/nproc\s+2\s/);
  await lab.expectCondition(1, 'online');
  await lab.expectPicturesToAgree();
});
