import { expect, test } from './lab-page.ts';

test('a first visit shows a running machine, and one sentence says what to do', async ({ lab, page }) => {
  await lab.open();
  await lab.quiescent();
  await expect(page.locator('.title-machine')).toContainText('q35 · 2 of 4 CPUs · 512 MiB');
  await expect(page.locator('.narration-text')).toHaveText('Click an empty socket: QEMU plugs a CPU in.');
  await lab.expectPicturesToAgree();
});

test('a click plugs a CPU in; further clicks bring it online, take it offline and unplug it', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.expectCondition(2, 'possible');

  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
  await expect(page.getByRole('log', { name: 'QMP messages' })).toContainText('"execute":"device_add"');
  for (const stage of [
    'device',
    'registers',
    'gpe',
    'sci',
    'interrupt',
    'kacpid',
    'aml',
    'notify',
    'hotplug',
    'driver',
    'ost',
    'event',
  ]) {
    await expect(page.locator(`[data-stage="${stage}"]`)).toHaveAttribute('data-light', 'passed');
  }
  expect(await lab.countEvents('workqueue_queue_work', 'kacpi_hotplug')).toBe(1);

  await lab.act(2, 'Bring online');
  await lab.expectCondition(2, 'online');
  await lab.expectPicturesToAgree();
  expect((await lab.facts()).masks['online']).toBe('0-2');

  await lab.act(2, 'Take offline');
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();

  await lab.act(2, 'Unplug');
  await lab.expectCondition(2, 'possible');
  await lab.expectPicturesToAgree();
  expect((await lab.facts()).masks['present']).toBe('0-1');
  expect(await lab.countEvents('vcpu_unplugged')).toBe(1);
});

test('the same by the QMP console and the shell', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.send('QMP', 'query-hotpluggable-cpus');
  await expect(page.getByRole('log', { name: 'QMP messages' })).toContainText('vcpus-count');
  await lab.send(
    'QMP',
    '{"execute": "device_add", "arguments": {"driver": "max-x86_64-cpu", "id": "cpu3", "socket-id": 0, "core-id": 3, "thread-id": 0}}',
  );
  await lab.expectCondition(3, 'present');
  await lab.typeLine('echo 1 > /sys/devices/system/cpu/cpu2/online');
  await lab.expectCondition(3, 'online');
  await lab.expectPicturesToAgree();
  await lab.typeLine('echo 0 > /sys/devices/system/cpu/cpu2/online');
  await lab.expectCondition(3, 'present');
  await lab.send('QMP', 'device_del id=cpu3');
  await lab.expectCondition(3, 'possible');
  await lab.expectPicturesToAgree();
});

test('a CPU of power-on cannot be unplugged: QEMU says why', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.act(1, 'Unplug');
  await expect(page.getByRole('log', { name: 'QMP messages' })).toContainText("Device 'cpu1' not found");
  await lab.expectCondition(1, 'online');
});

test('a stage, a rung and a line each show their moment in the inspector', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.slot(2).click();
  await lab.quiescent();
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await page.locator('[data-stage="interrupt"]').click();
  await expect(inspector.getByRole('heading', { name: 'SCI handler' })).toBeVisible();
  await expect(inspector.getByRole('button', { name: 'acpi_irq', exact: true })).toBeVisible();
  await page.getByRole('tab', { name: 'Kernel log' }).click();
  await page.getByRole('log', { name: 'Kernel log' }).getByText('CPU2 has been hot-added').click();
  await expect(inspector.getByText('printk', { exact: true })).toBeVisible();
  await page.locator('.rung-button', { hasText: 'workqueue:prepare' }).click();
  await expect(inspector.getByText('workqueue_prepare_cpu', { exact: true }).first()).toBeVisible();
  await inspector.getByRole('button', { name: 'Back to now' }).click();
  await expect(inspector.getByText('Why two hops')).toBeVisible();
});

test('paused, the machine stands still; a step takes it one function further', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: 'Pause' }).click();
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'coming');
  const entered = await lab.countEvents('fn_enter');
  await page.getByRole('button', { name: 'Step: function' }).click();
  await lab.quiescent();
  expect(await lab.countEvents('fn_enter')).toBe(entered + 1);
  await lab.expectCondition(2, 'coming');
  await page.getByRole('button', { name: 'Run' }).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
});
