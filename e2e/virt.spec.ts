import { AxeBuilder } from '@axe-core/playwright';
import { expect, type LabPage, linkTo, test } from './lab-page.ts';

const VIRT = '-M virt,gic-version=3 -cpu cortex-a57 -bios QEMU_EFI.fd -smp 4 -m size=1G,slots=4,maxmem=8G';
const machine = (line: string): string => linkTo({ version: 1, machine: line });
const LOOP = 'for i in `grep -l offline /sys/devices/system/memory/memory*/state`; do echo online > $i; done';

/** What only a PC has, and no word of the page may claim of this machine. */
const OF_A_PC = /\bSCI\b|\bGPE0?\b|I\/O APIC|IO-APIC|\bAPIC\b|kacpid\b/;

async function expectNothingOfAPc(lab: LabPage): Promise<void> {
  for (const place of ['.title-bar', '.panel-board', '.panel-masks', '.chain', '.panel-ladder', '.narration']) {
    expect(await lab.page.locator(place).first().innerText(), place).not.toMatch(OF_A_PC);
  }
}

test('a DIMM by the monitor as in the article: plugged, onlined by the shell loop, unplugged', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed(machine(VIRT));
  await expect(page.locator('.narration')).toContainText('it leaves by a call to the hypervisor');
  await lab.send('QMP', '{"execute": "qmp_capabilities"}');
  await lab.send('Monitor', 'object_add memory-backend-ram,id=mem1,size=1G');
  await lab.send('Monitor', 'device_add pc-dimm,id=dimm1,memdev=mem1');
  for (const stage of [
    'device',
    'registers',
    'ged',
    'gic',
    'interrupt',
    'thread',
    'aml',
    'notify',
    'hotplug',
    'blocks',
  ]) {
    await expect(page.locator(`[data-stage="${stage}"]`)).toHaveAttribute('data-light', 'passed');
  }
  await expect(lab.dimm(0)).toContainText('0x80000000');
  await lab.typeLine(LOOP);
  await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'online');
  await lab.expectBlocksToAgree();
  await expectNothingOfAPc(lab);
  await lab.send('Monitor', 'device_del dimm1');
  await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'possible');
  await expect(page.locator('[data-stage="event"]')).toContainText('DEVICE_DELETED');
  await expectNothingOfAPc(lab);
});

test('nothing that is said while a DIMM comes and goes is of a PC', async ({ lab, page }) => {
  await lab.openAtFullSpeed(machine(VIRT), { speed: 8 });
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const line = document.querySelector('.narration');
    if (line)
      new MutationObserver(() => said.push(line.textContent ?? '')).observe(line, {
        childList: true,
        subtree: true,
        characterData: true,
      });
  });
  await lab.plugDimm(0);
  await lab.actOnDimm(0, 'Unplug');
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said.some((sentence) => /AML reads the event selector/.test(sentence))).toBe(true);
  expect(said.filter((sentence) => OF_A_PC.test(sentence))).toEqual([]);
});

test('a click on CPU 1 takes it offline and online again by PSCI, CPU 0 as well', async ({ lab, page }) => {
  await lab.openAtFullSpeed(machine(VIRT));
  const calls = page.locator('.psci-call code:first-child');
  await lab.act(1, 'Take offline');
  await lab.expectCondition(1, 'present');
  await expect(calls).toHaveText(['CPU_OFF()', 'AFFINITY_INFO(0x1) → OFF']);
  await lab.act(1, 'Bring online');
  await lab.expectCondition(1, 'online');
  await expect(calls).toHaveText([/^CPU_ON\(0x1\) → SUCCESS/]);
  await lab.act(0, 'Take offline');
  await lab.expectCondition(0, 'present');
  await lab.expectPicturesToAgree();
  await expectNothingOfAPc(lab);
});

test("who wants to plug or unplug a CPU reads QEMU's own refusal", async ({ lab, page }) => {
  await lab.openAtFullSpeed(machine(VIRT));
  const refusal = page.locator('.fixed-cpus-refusal');
  await expect(refusal).toBeHidden();
  await page.getByRole('button', { name: 'Plug in one more CPU' }).click();
  await lab.quiescent();
  await expect(refusal).toContainText("Parameter 'driver' expects a pluggable device type");
  await expect(page.locator('.narration')).toContainText('QEMU refuses');
  await lab.act(1, 'Unplug');
  await expect(refusal).toContainText("Device 'cpu1' not found");
  await lab.expectPicturesToAgree();
});

test('without firmware QEMU refuses a DIMM: there is no Generic Event Device', async ({ lab, page }) => {
  await lab.openAtFullSpeed(machine(VIRT.replace('-bios QEMU_EFI.fd ', '')));
  await lab.plugDimm(0);
  await expect(lab.dimm(0)).toHaveAttribute('data-condition', 'possible');
  await expect(page.locator('.narration')).toContainText('memory hotplug is not enabled: missing acpi-ged device');
  await expect(page.locator('.context')).toHaveCount(2);
  await lab.act(1, 'Take offline');
  await expect(page.locator('[data-stage="cpuhp"]')).toHaveAttribute('data-light', 'passed');
  await expect(page.locator('.psci-call').first()).toContainText('CPU_OFF');
  await expectNothingOfAPc(lab);
});

test("the article's command line is among the examples, and what is not modelled of it is listed", async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: 'New machine…' }).click();
  await page.getByRole('button', { name: 'openEuler’s article (arm64)' }).click();
  await page.getByRole('button', { name: 'Power on', exact: true }).click();
  await expect(page.locator('.title-machine')).toContainText('virt · 4 of 4 CPUs · 8 GiB');
  await lab.quiescent();
  await page.getByText('Options not modelled').click();
  await expect(page.locator('.left-out li')).toContainText(['QEMU_EFI-pflash.raw', 'vars.raw']);
  await expect(page.locator('.left-out')).toContainText('-device usb-tablet,id=input0');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test.describe('side by side', () => {
  test('a DIMM: what is the same and what differs, from two machines; each step explained behind a click', async ({
    lab,
    page,
  }) => {
    await lab.openAtFullSpeed('?compare=dimm');
    const view = page.getByRole('dialog', { name: 'Two roads, side by side' });
    await expect(view.locator('.compare-step')).toHaveCount(25);
    await expect(view.locator('[data-step="event"]')).toHaveAttribute('data-verdict', 'differs');
    await expect(view.locator('[data-step="event"] [data-side="gpe"]')).toContainText('GPE0_STS = 0x8');
    await expect(view.locator('[data-step="event"] [data-side="ged"]')).toContainText('ESEL = 0x1');
    await expect(view.locator('[data-step="which"] [data-side="ged"]')).toContainText('no such step');
    for (const step of ['flow', 'deliver', 'work', 'driver', 'ost', 'told']) {
      await expect(view.locator(`[data-step="${step}"]`)).toHaveAttribute('data-verdict', 'same');
    }
    const row = view.locator('[data-step="context"]');
    await row.getByRole('button').click();
    await expect(row).toContainText('the GED’s interrupt has a thread of its own');
    await expect(row.locator('.compare-side[data-side="gpe"]')).toContainText('process_one_work');
    await view.getByRole('button', { name: 'Only what is not the same' }).click();
    await expect(view.locator('[data-verdict="same"].compare-step')).toHaveCount(0);
  });

  test('a CPU: INIT and start-up message against CPU_ON; by the keyboard alone, from the menu and back', async ({
    lab,
    page,
  }) => {
    await lab.openAtFullSpeed();
    await page.getByRole('button', { name: 'Scenarios' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Side by side' }).press('Enter');
    const view = page.getByRole('dialog', { name: 'Two roads, side by side' });
    await view.getByRole('tab', { name: 'A DIMM is plugged in' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(/\?compare=cpu/);
    await expect(view.locator('[data-step="start"] [data-side="gpe"]')).toContainText('INIT → APIC 1');
    await expect(view.locator('[data-step="start"] [data-side="ged"]')).toContainText('PSCI CPU_ON (0x1) = 0');
    await expect(view.locator('[data-step="startup"]')).toHaveAttribute('data-verdict', 'one');
    await expect(view.locator('[data-step="off"] [data-side="ged"]')).toContainText('PSCI CPU_OFF');
    await expect(view.locator('.compare-step')).toHaveCount(25);
    await view.locator('.compare-row').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(view.locator('[data-step="down"] .compare-why')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(view).toBeHidden();
    await expect(page).not.toHaveURL(/compare/);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the pictures of virt and in the comparison, ${colorScheme}`, async ({ lab, page }) => {
    const violations = async () =>
      (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    await page.emulateMedia({ colorScheme });
    await lab.openAtFullSpeed(machine(VIRT));
    await lab.act(1, 'Take offline');
    await page.getByRole('button', { name: 'Plug in one more CPU' }).click();
    await lab.quiescent();
    expect(await violations()).toEqual([]);
    await lab.open('?compare=dimm');
    await page.locator('[data-step="context"] button').click();
    expect(await violations()).toEqual([]);
  });
}
