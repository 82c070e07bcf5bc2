import { expect, test } from './lab-page.ts';

test('the page opens, without an error and without a request to anywhere else', async ({ lab, page }) => {
  await lab.open();
  await expect(page).toHaveTitle('Hotplug Lab');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('the page is served with a policy that keeps it to its own origin', async ({ lab, page }) => {
  await lab.open();
  const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
  await expect(policy).toHaveAttribute('content', /default-src 'self'; script-src 'self'; worker-src 'self'/);
});
