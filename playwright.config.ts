import { defineConfig } from '@playwright/test';
import { findBrowser } from './tools/browser.mjs';

const executablePath = await findBrowser();
const benching = process.env['LAB_BENCH'] !== undefined;
const picturing = process.env['LAB_PICTURES'] !== undefined;

export default defineConfig({
  testDir: 'e2e',
  testMatch: benching ? 'bench.ts' : picturing ? 'pictures.ts' : '*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  workers: benching ? 1 : 2,
  reporter: 'list',
  // speed is the benchmark's business: a busy machine fails no journey
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: {
    // The server takes a free port and prints it; see `wait` below.
    baseURL: `http://localhost:${process.env['LAB_PORT'] ?? '0'}/`,
    trace: 'off',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      // No connections of the browser's own.
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'node tools/start.mjs --port 0',
    wait: { stdout: /http:\/\/localhost:(?<lab_port>\d+)/ },
    timeout: 120_000,
  },
});
