import { expect, test } from './lab-page.ts';

test('a breakpoint on a function stops the machine there, and the inspector shows the way to it', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: /^Breakpoints/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Breakpoints' });
  await dialog.getByRole('combobox', { name: 'Kernel function' }).fill('acpi_processor_add');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('listitem')).toHaveText(['acpi_processor_add']);
  await page.keyboard.press('Escape');

  await lab.slot(2).click();
  await lab.quiescent();
  await expect(page.getByRole('button', { name: 'Run' })).toBeVisible();
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await expect(inspector.locator('.frame').first()).toHaveText('acpi_processor_add');
  await expect(inspector.locator('.frame')).toContainText(['acpi_hotplug_work_fn', 'process_one_work']);
  await lab.expectCondition(2, 'coming');
  expect(await lab.countEvents('cpu_mask', 'present')).toBe(2);

  // another one from the call stack, and the first one away
  await inspector.getByRole('button', { name: 'Stop where acpi_processor_add is entered' }).click();
  await page.getByRole('button', { name: /^Breakpoints/ }).click();
  await expect(dialog).toContainText('None yet.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Run' }).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
});

test('a breakpoint leaves no trace: the link of a session with one gives the same log without', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: /^Breakpoints/ }).click();
  await page.getByRole('combobox', { name: 'Kernel function' }).fill('acpi_irq');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await lab.slot(3).click();
  for (let stops = 0; stops < 20; stops++) {
    await lab.quiescent();
    if ((await page.getByRole('button', { name: 'Run' }).count()) === 0) break;
    await page.getByRole('button', { name: 'Run' }).click();
  }
  await lab.expectCondition(3, 'present');
  const hash = await lab.logHash();
  await page.reload();
  await lab.quiescent();
  expect(await lab.logHash()).toBe(hash);
});

test('each step goes to the next of its kind: event, function, cpuhp state', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: 'Pause' }).click();
  await lab.slot(2).click();
  await lab.quiescent();
  const events = () => page.evaluate(() => window.lab.log().length);
  const step = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    await lab.quiescent();
  };
  const before = await events();
  await step('Step: event');
  // a step of a task may write more than one record, none of them is lost
  expect(await events()).toBeGreaterThan(before);
  const functions = await lab.countEvents('fn_enter');
  await step('Step: function');
  expect(await lab.countEvents('fn_enter')).toBe(functions + 1);
  await page.getByRole('button', { name: 'Run' }).click();
  await lab.quiescent();

  await page.getByRole('button', { name: 'Pause' }).click();
  await lab.slot(2).click();
  await page.getByRole('menuitem', { name: 'Bring online' }).click();
  await lab.quiescent();
  const states = await lab.countEvents('cpuhp_state');
  await step('Step: cpuhp state');
  // target and state may be set in one go
  const moved = (await lab.countEvents('cpuhp_state')) - states;
  expect([1, 2]).toContain(moved);
  const row = page.locator('.ladder tr[data-cpu="2"]');
  const rung = Number(await row.getAttribute('data-state'));
  await step('Step: cpuhp state');
  await step('Step: cpuhp state');
  expect(Number(await row.getAttribute('data-state'))).toBeGreaterThan(rung);
  await lab.expectPicturesToAgree();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'online');
});

test('from 1 : 10 000 to full speed: slow enough to see the interrupt before anything else is there', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed('', { speed: 0 });
  const slider = page.getByRole('slider', { name: 'Speed' });
  await expect(slider).toHaveAttribute('aria-valuetext', /10[\s,.]?000/);
  await lab.slot(2).click();
  // the work is queued, and nobody has run it yet
  await expect(page.locator('[data-stage="sci"]')).toHaveAttribute('data-light', /lit|passed/);
  await expect(page.locator('[data-stage="hotplug"]')).toHaveAttribute('data-light', 'dark');
  await lab.expectCondition(2, 'coming');
  await expect(page.locator('.time-state')).toHaveText('running');
  await page.getByRole('button', { name: 'Full speed' }).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', '1 : 1');
});

test('why there are two hops through workqueues is answered at a look', async ({ lab, page }) => {
  await lab.open();
  await lab.quiescent();
  await expect(page.getByRole('heading', { name: 'Why two hops through workqueues?' })).toBeInViewport();
  for (const [context, rule] of [
    ['interrupt', /may not sleep/],
    ['kacpid', /may sleep: runs AML/],
    ['notify', /after the AML/],
    ['hotplug', /wait for both queues/],
  ] as const) {
    await expect(page.locator(`[data-context="${context}"] .context-rule`)).toHaveText(rule);
  }
});

test('the call stack of what is selected has the shape of a kernel backtrace, and can be copied as one', async ({
  lab,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.openAtFullSpeed();
  await lab.slot(2).click();
  await lab.quiescent();
  await page.locator('[data-stage="interrupt"]').click();
  const stack = page.getByRole('region', { name: 'Call stack' });
  await expect(stack).toContainText(/CPU: \d+ PID: \d+ Comm: swapper\/\d+/);
  await expect(stack).toContainText('Call Trace:');
  await stack.getByRole('button', { name: 'Copy' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^CPU: \d+ PID: 0 Comm: swapper\/\d\nCall Trace:\n {2}acpi_ev_gpe_dispatch\n/);
  // innermost first, down to where the interrupt came in, and then what it interrupted
  expect(copied).toMatch(/ {2}acpi_irq\n[\s\S]* {2}handle_fasteoi_irq\n[\s\S]*<\/IRQ>/);
});
