import { test as base, expect, type Page } from '@playwright/test';

/** Drives the page for a journey, and watches it: what a visitor would not see, such as an error in the console. */
export class LabPage {
  readonly page: Page;
  /** Errors in the console and errors that nothing caught. A journey that leaves one here fails. */
  readonly errors: string[] = [];
  /** Requests to anywhere but the page's own server. */
  readonly foreignRequests: string[] = [];
  readonly #origin: string;

  constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.errors.push(`page: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      const isLocal = url.protocol === 'data:' || url.protocol === 'blob:';
      if (!isLocal && url.origin !== this.#origin) this.foreignRequests.push(request.url());
    });
  }

  /** Opens the page; `path` is what follows its address: a query, a fragment. */
  async open(path = ''): Promise<void> {
    const response = await this.page.goto(`./${path}`);
    // A change of the fragment alone has no response.
    if (response !== null) expect(response.status()).toBe(200);
  }
}

interface Fixtures {
  lab: LabPage;
}

export const test = base.extend<Fixtures>({
  lab: async ({ page, baseURL }, use) => {
    const lab = new LabPage(page, new URL(baseURL ?? '').origin);
    await use(lab);
    expect(lab.errors, 'errors in the page').toEqual([]);
    expect(lab.foreignRequests, 'requests to another origin').toEqual([]);
  },
});

export { expect };
