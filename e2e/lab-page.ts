import { deflateRawSync } from 'node:zlib';
import { test as base, expect, type Locator, type Page } from '@playwright/test';

declare global {
  interface Window {
    /** What the page offers to tests. */
    lab: {
      whenQuiescent(): Promise<void>;
      log(): readonly {
        readonly sequence: number;
        readonly time: number;
        readonly kind: string;
        readonly fields: Readonly<Record<string, number | string>>;
      }[];
      logHash(): Promise<string>;
    };
  }
}

/** What the pictures should show, taken from the event log alone. */
export interface Facts {
  /** Masks as sysfs writes them. */
  readonly masks: Readonly<Record<string, string>>;
  /** cpuhp state by CPU. */
  readonly states: Readonly<Record<string, number>>;
}

/** Position of the speed slider that stands for full speed. */
const FULL_SPEED = 11;

/** The fragment that carries this JSON text, or this scenario. */
export function linkTo(scenario: string | object): string {
  const text = typeof scenario === 'string' ? scenario : JSON.stringify(scenario);
  return `#s=1.${deflateRawSync(Buffer.from(text)).toString('base64url')}`;
}

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

  /** Opens the page as it is for a reader who has chosen full speed, and waits until the machine is at rest. */
  async openAtFullSpeed(path = '', preferences: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const kept = JSON.stringify({ speed: FULL_SPEED, ...preferences });
    await this.page.addInitScript((text) => localStorage.setItem('hotplug-lab', text), kept);
    await this.open(path);
    await this.quiescent();
  }

  /** Until the machine is at rest and everything that it recorded is drawn. */
  async quiescent(): Promise<void> {
    await this.page.evaluate(() => window.lab.whenQuiescent());
  }

  slot(index: number): Locator {
    return this.page.locator(`[data-slot="${index}"]`);
  }

  /** The DIMM slot with this number. */
  dimm(slot: number): Locator {
    return this.page.locator(`[data-dimm="${slot}"]`);
  }

  /** The tile of a memory block. */
  block(block: number): Locator {
    return this.page.locator(`[data-block="${block}"]`);
  }

  /** Plugs a DIMM of the size chosen into an empty slot: one click. */
  async plugDimm(slot: number): Promise<void> {
    await this.dimm(slot).click();
    await this.quiescent();
  }

  /** Opens the actions of a DIMM and takes one. */
  async actOnDimm(slot: number, action: string): Promise<void> {
    await this.dimm(slot).click();
    await this.page.getByRole('menuitem', { name: action }).click();
    await this.quiescent();
  }

  /** Selects a memory block and takes one of its actions. */
  async actOnBlock(block: number, action: string): Promise<void> {
    await this.block(block).click();
    await this.page
      .getByRole('region', { name: `memory${block}`, exact: true })
      .getByRole('button', { name: action, exact: true })
      .click();
    await this.quiescent();
  }

  /** Holds the blocks that are drawn against the event log. */
  async expectBlocksToAgree(): Promise<void> {
    await this.page.locator('[data-block]').first().waitFor();
    const told = await this.page.evaluate(() => {
      const blocks: Record<string, string> = {};
      for (const { kind, fields } of window.lab.log()) {
        if (kind !== 'memory_block') continue;
        if (fields['state'] === 'removed') delete blocks[String(fields['block'])];
        else blocks[String(fields['block'])] = `${fields['state']} ${fields['zones']}`;
      }
      return blocks;
    });
    const drawn: Record<string, string> = {};
    for (const tile of await this.page.locator('[data-block]').all()) {
      const [block, condition, zone] = await Promise.all(
        ['data-block', 'data-condition', 'data-zone'].map((name) => tile.getAttribute(name)),
      );
      drawn[block ?? ''] = `${condition === 'online' ? 'online' : 'offline'} ${zone || 'none'}`;
    }
    expect(drawn).toEqual(told);
  }

  /** Opens the actions of an occupied socket and takes one. */
  async act(index: number, action: string): Promise<void> {
    await this.slot(index).click();
    await this.page.getByRole('menuitem', { name: action }).click();
    await this.quiescent();
  }

  /** Sends a line to QEMU's monitor `qmp` or `hmp`, by its console. */
  async send(console: 'QMP' | 'Monitor', line: string): Promise<void> {
    await this.page.getByRole('tab', { name: console }).click();
    await this.page.getByRole('textbox', { name: `${console} command` }).fill(line);
    await this.page.keyboard.press('Enter');
    await this.quiescent();
  }

  /** Types a line into the guest's shell. */
  async typeLine(line: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Shell' }).click();
    await this.page.getByRole('textbox', { name: /shell on ttyS0/ }).focus();
    await this.page.keyboard.type(`${line}\n`);
    await this.quiescent();
  }

  /** Pastes text into the guest's shell, as the clipboard would. */
  async paste(text: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Shell' }).click();
    const input = this.page.getByRole('textbox', { name: /shell on ttyS0/ });
    await input.focus();
    await input.evaluate((element, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
    await this.quiescent();
  }

  async expectCondition(index: number, condition: string): Promise<void> {
    await expect(this.slot(index)).toHaveAttribute('data-condition', condition);
  }

  /** How often events of this kind are in the log whose text fields contain `part`. */
  async countEvents(kind: string, part = ''): Promise<number> {
    return this.page.evaluate(
      ([wanted, text]) =>
        window.lab.log().filter(
          (event) =>
            event.kind === wanted &&
            Object.values(event.fields)
              .join(' ')
              .includes(text ?? ''),
        ).length,
      [kind, part],
    );
  }

  /** All that the guest's terminal has shown. */
  async terminalText(): Promise<string> {
    return this.page.evaluate(() =>
      window.lab
        .log()
        .map(({ kind, fields }) => (kind === 'tty_out' ? fields['text'] : ''))
        .join(''),
    );
  }

  async logHash(): Promise<string> {
    return this.page.evaluate(() => window.lab.logHash());
  }

  /** Virtual time of the last event, ns. */
  async lastTime(): Promise<number> {
    return this.page.evaluate(() => window.lab.log().at(-1)?.time ?? 0);
  }

  async facts(): Promise<Facts> {
    return this.page.evaluate(() => {
      const masks: Record<string, Set<number>> = {};
      const states: Record<string, number> = {};
      for (const { kind, fields } of window.lab.log()) {
        const cpu = Number(fields['cpu']);
        if (kind === 'cpu_mask') {
          const name = String(fields['mask']);
          const mask = masks[name] ?? new Set();
          masks[name] = mask;
          if (fields['value'] === 1) mask.add(cpu);
          else mask.delete(cpu);
        }
        if (kind === 'cpuhp_state') states[cpu] = Number(fields['state']);
      }
      const list = (cpus: Set<number>): string => {
        let text = '';
        for (let cpu = 0; cpu < 1024; cpu++) {
          if (!cpus.has(cpu)) continue;
          let last = cpu;
          while (cpus.has(last + 1)) last++;
          text += `${text === '' ? '' : ','}${cpu === last ? cpu : `${cpu}-${last}`}`;
          cpu = last;
        }
        return text;
      };
      return { masks: Object.fromEntries(Object.entries(masks).map(([name, cpus]) => [name, list(cpus)])), states };
    });
  }

  /** Holds masks and ladder against the event log. */
  async expectPicturesToAgree(): Promise<void> {
    const { masks, states } = await this.facts();
    for (const name of ['possible', 'present', 'online']) {
      await expect(this.page.locator(`[data-mask="${name}"] output`)).toHaveText(masks[name] ?? '');
    }
    const rows = this.page.locator('.ladder tr[data-cpu]');
    for (const row of await rows.all()) {
      const cpu = (await row.getAttribute('data-cpu')) ?? '';
      expect(await row.getAttribute('data-state'), `cpuhp state of CPU ${cpu}`).toBe(String(states[cpu] ?? 0));
    }
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
