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
