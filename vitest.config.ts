import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // no test sleeps: what takes longer hangs
    testTimeout: 60_000,
    // Two threads fit the smallest machine this is built on; modules have no globals to isolate.
    pool: 'threads',
    maxWorkers: 2,
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['workers/**/*.test.ts', 'src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
          exclude: ['workers/scenarios/**'],
          environment: 'node',
        },
      },
      {
        extends: true,
        test: {
          name: 'scenarios',
          include: ['workers/scenarios/**/*.test.ts'],
          environment: 'node',
        },
      },
    ],
  },
});
