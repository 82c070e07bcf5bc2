import { expect, type LabPage, test } from './lab-page.ts';

/** What each ready scenario has come to when it is over. */
const OUTCOMES: Readonly<Record<string, (lab: LabPage) => Promise<void>>> = {
  'hot-add': (lab) => lab.expectCondition(2, 'present'),
  'online-offline': async (lab) => {
    await lab.expectCondition(1, 'online');
    expect(await lab.countEvents('printk', 'CPU 1 is now offline')).toBe(1);
  },
  'sockets-cores-threads': async (lab) => {
    await expect(lab.page.locator('.socket')).toHaveCount(2);
    // Linux numbers by arrival: the slot that was plugged first has the lower number.
    await expect(lab.slot(6)).toContainText('CPU 2');
    await expect(lab.slot(4)).toContainText('CPU 3');
  },
  'failure-rollback': async (lab) => {
    await lab.expectCondition(1, 'failed');
    await expect(lab.page.locator('.ladder-now')).toHaveText('CPU 1 state 197 failed: rolled back to 0');
    await expect(lab.page.getByRole('option', { name: /^197 .*failed here: CPU 1/ })).toBeAttached();
  },
  'nr-cpus-limit': async (lab) => {
    await lab.expectCondition(2, 'present');
    await lab.expectCondition(3, 'failed');
    expect(await lab.countEvents('printk', 'Unable to map lapic to logical cpu number')).toBe(1);
  },
  unplug: async (lab) => {
    await lab.expectCondition(2, 'possible');
    await expect(lab.page.locator('[data-stage="event"]')).toContainText('DEVICE_DELETED');
    for (const stage of ['device', 'sci', 'aml', 'hotplug', 'cpuhp', 'driver', 'ost', 'event']) {
      await expect(lab.page.locator(`[data-stage="${stage}"]`)).toHaveAttribute('data-light', 'passed');
    }
  },
  'gpe-disabled': async (lab) => {
    await lab.expectCondition(2, 'coming');
    expect(await lab.countEvents('tty_out', 'STS disabled')).toBe(1);
    expect((await lab.facts()).masks['present']).toBe('0-1');
  },
  'boot-64': async (lab) => {
    expect((await lab.facts()).masks['online']).toBe('0-63');
    await expect(lab.page.locator('.lane-count')).toHaveText('63');
    await expect(lab.page.locator('.board-summary')).toHaveText('64 online');
  },
  dimm: async (lab) => {
    await expect(lab.dimm(0)).toContainText('8 of 8 blocks online');
    await lab.expectBlocksToAgree();
    expect(await lab.terminalText()).toContain('Total online memory:     1.5G');
  },
  'dimm-refused': async (lab) => {
    await expect(lab.block(33)).toHaveAttribute('data-condition', 'present');
    await expect(lab.block(32)).toHaveAttribute('data-refused', 'true');
    await lab.expectBlocksToAgree();
  },
  'dimm-rejected': async (lab) => {
    await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'online');
    await expect(lab.dimm(1)).toHaveAttribute('data-condition', 'possible');
    await expect(lab.page.locator('.dimm-request')).toContainText('memory32 would not go offline');
    await lab.expectBlocksToAgree();
  },
  'memory-zones': async (lab) => {
    const zones = ['Normal', 'Normal', 'Movable', 'Movable'];
    for (const [at, zone] of zones.entries()) {
      await expect(lab.block(32 + at)).toHaveAttribute('data-zone', zone);
    }
  },
  'udev-online': async (lab) => {
    await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'present');
    await expect(lab.dimm(1)).toContainText('2 of 2 blocks online');
    await lab.expectBlocksToAgree();
  },
  'numa-node': async (lab) => {
    for (const mask of ['possible', 'online', 'has_cpu', 'has_memory']) {
      await expect(lab.page.locator(`[data-node-mask="${mask}"] output`)).toHaveText('0-1');
    }
    await expect(lab.page.locator('[data-node-mask="has_normal_memory"] output')).toHaveText('0');
    await lab.page.getByRole('tab', { name: 'Memory' }).click();
    await expect(lab.page.locator('.node')).toHaveCount(2);
  },
  'virt-dimm': async (lab) => {
    await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'possible');
    expect(await lab.countEvents('memory_block', 'Movable')).toBeGreaterThan(0);
    expect(await lab.terminalText()).toContain('Total online memory:       2G');
    await expect(lab.page.locator('[data-stage="event"]')).toContainText('DEVICE_DELETED');
  },
  'virt-dimm-rejected': async (lab) => {
    await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'online');
    await expect(lab.page.locator('.dimm-request')).toContainText('memory16 would not go offline');
    await expect(lab.dimm(1)).toHaveAttribute('data-condition', 'possible');
    await lab.expectBlocksToAgree();
  },
  'virt-cpu-psci': async (lab) => {
    await lab.expectCondition(1, 'online');
    await expect(lab.page.locator('.psci-call')).toHaveText([/CPU_ON/]);
    expect(await lab.countEvents('psci_call', 'CPU_OFF')).toBe(1);
  },
  'virt-cpu-refused': async (lab) => {
    expect(await lab.countEvents('hmp_out', "Parameter 'driver' expects a pluggable device type")).toBe(1);
    expect((await lab.facts()).masks['present']).toBe('0-3');
  },
  'virt-without-firmware': async (lab) => {
    expect(await lab.countEvents('hmp_out', 'memory hotplug is not enabled: missing acpi-ged device')).toBe(1);
    await lab.expectCondition(1, 'online');
  },
  i440fx: async (lab) => {
    await expect(lab.page.locator('.title-machine')).toContainText('pc · 3 of 4 CPUs');
    await lab.expectCondition(2, 'online');
  },
};

for (const [name, outcome] of Object.entries(OUTCOMES)) {
  test(`the ready scenario ${name} comes to what it says`, async ({ lab, page }) => {
    await lab.openAtFullSpeed(`?scenario=${name}`);
    await expect(page.getByRole('region', { name: 'Scenario' })).toBeVisible();
    await outcome(lab);
    await lab.expectPicturesToAgree();
  });
}

test('the menu offers the comparison and each ready scenario; one that is chosen is in the address', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: 'Scenarios' }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(Object.keys(OUTCOMES).length + 1);
  await page.getByRole('menuitem', { name: 'The older chipset: -M pc' }).click();
  await expect(page).toHaveURL(/\?scenario=i440fx$/);
  await lab.quiescent();
  await lab.expectCondition(2, 'online');
  await page.goBack();
  await lab.quiescent();
  await expect(page.locator('.title-machine')).toContainText('q35');
});

for (const name of ['no-such', '../index', '<b>', 'index', `${'a'.repeat(5000)}`]) {
  test(`a scenario of the name ${name.slice(0, 12)} gives one clear line`, async ({ lab, page }) => {
    await lab.open(`?scenario=${encodeURIComponent(name)}`);
    await expect(page.getByRole('alert')).toContainText('There is no scenario of this name');
    await page.getByRole('button', { name: 'Start the default machine' }).click();
    await lab.quiescent();
    await lab.expectCondition(0, 'online');
  });
}

test('a scenario plays by itself at the reader’s pace; the reader can take it over', async ({ lab, page }) => {
  await lab.openAtFullSpeed('', { speed: 9 });
  await lab.open('?scenario=online-offline');
  // The first input comes by itself, and is not over at once.
  await lab.expectCondition(1, 'going');
  await page.getByRole('button', { name: 'Take over' }).click();
  await expect(page.getByRole('button', { name: 'Take over' })).toHaveCount(0);
  await lab.quiescent();
  // The second input, which would bring the CPU back, is not given any more.
  await lab.expectCondition(1, 'present');
  expect(await lab.countEvents('input')).toBe(1);
  await lab.act(1, 'Bring online');
  await lab.expectCondition(1, 'online');
  // From here on the link is the reader's own.
  await expect(page).toHaveURL(/#s=1\./);
  expect(new URL(page.url()).search).toBe('');
});
