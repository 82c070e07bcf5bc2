import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab-page.ts';

test('the keyboard alone plugs a CPU in and brings it online', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to the board' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(lab.slot(0)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(lab.slot(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await expect(lab.slot(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Bring online' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(lab.slot(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await lab.quiescent();
  await lab.expectCondition(2, 'online');
});

test('the ladder is reached by Tab and walked with the arrows; Enter tells about a rung', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const rung = (name: RegExp) =>
    page.getByRole('listbox', { name: 'cpuhp states by CPU' }).getByRole('option', { name });
  await page.getByRole('button', { name: 'Collapse cpuhp ladder' }).focus();
  await page.keyboard.press('Tab');
  await expect(rung(/^236 online, here: CPU 0-1/)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(rung(/^235 sched:active, sched_cpu_activate/)).toBeFocused();
  await page.keyboard.press('End');
  await expect(rung(/^0 offline/)).toBeFocused();
  await expect(rung(/^0 offline/)).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(rung(/^0 offline/)).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('The CPU is off: nothing of it runs')).toBeVisible();
  await page.keyboard.press('Home');
  await expect(rung(/^236 online/)).toBeFocused();
});

test('text of the kernel log can be marked; a click still shows its moment', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('tab', { name: 'Kernel log' }).click();
  const line = page.getByRole('log', { name: 'Kernel log' }).locator('.line-text').last();
  const box = await line.boundingBox();
  if (!box) throw new Error('the line is not drawn');
  await page.mouse.move(box.x + 1, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 80, box.y + 12);
  await page.mouse.up();
  expect((await page.evaluate(() => String(window.getSelection()))).trim()).not.toBe('');
  await expect(page.getByRole('region', { name: 'Inspector' }).getByText('printk', { exact: true })).toHaveCount(0);
  await page.mouse.click(box.x + 40, box.y + 12);
  await page.mouse.click(box.x + 60, box.y + 12);
  await expect(page.getByRole('region', { name: 'Inspector' }).getByText('printk', { exact: true })).toBeVisible();
});

for (const [width, height] of [
  [1280, 720],
  [390, 844],
] as const) {
  test(`targets are at least 24 pixels in each direction, ${width}×${height}`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await lab.openAtFullSpeed('?scenario=boot-64');
    await page.getByRole('tab', { name: 'Kernel log' }).click();
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, [role="tab"], input, textarea')].flatMap((element) => {
        const { width: across, height: down } = element.getBoundingClientRect();
        const hidden = across === 0 || element.closest('.visually-hidden, .xterm, .skip') !== null;
        // The thumb of a slider is the browser's own.
        if (hidden || element.matches('[type="range"]') || (across >= 24 && down >= 24)) return [];
        return [`${element.className}: ${across}×${down}`];
      }),
    );
    expect([...new Set(small)]).toEqual([]);
  });
}

test('at 390 pixels what has the focus is never behind the bar that sticks to the edge', async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await lab.openAtFullSpeed();
  for (let steps = 0; steps < 45; steps++) {
    await page.keyboard.press('Tab');
    const hidden = await page.evaluate(() => {
      const focused = document.activeElement;
      const bar = document.querySelector('.bar');
      if (!focused || !bar || bar.contains(focused) || focused.closest('.xterm')) return '';
      const { top, bottom } = focused.getBoundingClientRect();
      const covered = bottom > bar.getBoundingClientRect().top + 1 && bottom - top < 400;
      return covered ? focused.outerHTML.slice(0, 120) : '';
    });
    expect(hidden).toBe('');
  }
});

test('with reduced motion nothing slides; with forced colours what is lit is outlined', async ({ lab, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await lab.openAtFullSpeed('?scenario=hot-add');
  const marker = page.locator('.lane-marker').first();
  expect(await marker.evaluate((element) => getComputedStyle(element).transitionDuration)).toMatch(/^0m?s$/);
  await page.getByRole('option', { name: /^197 / }).click();
  const rung = page.getByRole('option', { name: /^197 / });
  expect(await rung.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
});

test('every word of the page is there in both languages, and the choice is kept', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('.narration-text')).toHaveText('点击一个空插槽：QEMU 就会插入一个 CPU。');
  await expect(page.getByRole('heading', { name: 'CPU 掩码' })).toBeVisible();
  await page.getByRole('button', { name: /English/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('panels fold, are resized with the keyboard, and stay so', async ({ lab, page }) => {
  await lab.open();
  await lab.quiescent();
  await page.getByRole('button', { name: 'Collapse CPU masks' }).click();
  const divider = page.getByRole('separator', { name: 'Resize Board' });
  await divider.focus();
  const before = Number(await divider.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 16));
  await page.reload();
  await expect(page.getByRole('button', { name: 'Expand CPU masks' })).toBeVisible();
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 16));
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ lab, page }) => {
    await page.emulateMedia({ colorScheme });
    await lab.openAtFullSpeed();
    await lab.slot(2).click();
    await lab.quiescent();
    const check = async () =>
      (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect(await check()).toEqual([]);
    await page.getByRole('tab', { name: 'Shell' }).click();
    await page.locator('[data-stage="aml"]').click();
    await lab.slot(2).click();
    expect(await check()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New machine…' }).click();
    expect(await check()).toEqual([]);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the breakpoints and in what is said when QEMU has ended, ${colorScheme}`, async ({
    lab,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await lab.openAtFullSpeed();
    const check = async (part: string) =>
      (await new AxeBuilder({ page }).include(part).analyze()).violations.map(({ id }) => id);
    await page.getByRole('button', { name: /^Breakpoints/ }).click();
    await page.getByRole('combobox', { name: 'Kernel function' }).fill('acpi_irq');
    await page.keyboard.press('Enter');
    expect(await check('dialog')).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await check('.transport')).toEqual([]);
    await lab.send('Monitor', 'quit');
    expect(await check('.problem')).toEqual([]);
  });
}

test('at 390 pixels the page is one column, and narration and transport stay in reach', async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await lab.openAtFullSpeed();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.locator('.panel-consoles').scrollIntoViewIfNeeded();
  await expect(page.locator('.narration-text')).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeInViewport();
});
