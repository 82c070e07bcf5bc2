import { expect, test } from 'vitest';
import { DEFAULT_SPEED, defaultPreferences, readPreferences } from './preferences.ts';

const defaults = defaultPreferences(['de', 'zh-CN', 'en']);

test('the first language of the browser that the page has is taken', () => {
  expect(defaults.language).toBe('zh');
  expect(defaultPreferences(['fr']).language).toBe('en');
});

test('what was kept comes back', () => {
  const kept = { ...defaults, language: 'en', theme: 'dark', speed: 2, collapsed: ['masks'] };
  expect(readPreferences(JSON.stringify(kept), defaults)).toEqual(kept);
});

test.each([null, '', '{', '[]', '{"language":"xx","theme":1,"speed":99,"sizes":{"left":9e9},"collapsed":[1]}'])(
  'what cannot have been kept is ignored: %s',
  (text) => {
    expect(readPreferences(text, defaults)).toEqual({ ...defaults, speed: DEFAULT_SPEED });
  },
);
