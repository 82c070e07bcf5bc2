import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileFor } from './static-server.mjs';

const outside = mkdtempSync(path.join(tmpdir(), 'static-server-'));
const folder = path.join(outside, 'dist');
mkdirSync(path.join(folder, 'assets'), { recursive: true });
writeFileSync(path.join(folder, 'index.html'), '');
writeFileSync(path.join(folder, 'assets/a b.js'), '');
writeFileSync(path.join(outside, 'secret'), '');
mkdirSync(path.join(outside, 'dist-other'));
writeFileSync(path.join(outside, 'dist-other/file'), '');

afterAll(() => rmSync(outside, { recursive: true }));

test('a folder is answered with its index.html, a query is left aside', () => {
  expect(fileFor(folder, '/')).toBe(path.join(folder, 'index.html'));
  expect(fileFor(folder, '/?scenario=first')).toBe(path.join(folder, 'index.html'));
  expect(fileFor(folder, '/assets/a%20b.js')).toBe(path.join(folder, 'assets/a b.js'));
});

test.each([
  '/assets',
  '/assets/',
  '/missing.js',
  '/../secret',
  '/..%2fsecret',
  '/%2e%2e/secret',
  '/..%2fdist-other%2ffile',
  '/%00',
  '/%ff',
  '//',
])('%s names no file below the folder', (url) => {
  expect(fileFor(folder, url)).toBeUndefined();
});
