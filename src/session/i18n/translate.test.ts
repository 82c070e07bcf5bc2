import { describe, expect, test } from 'vitest';
import { chinese } from './chinese.ts';
import { chineseCompare } from './chinese-compare.ts';
import { chineseMemory } from './chinese-memory.ts';
import { chineseVirt } from './chinese-virt.ts';
import { english } from './english.ts';
import { englishCompare } from './english-compare.ts';
import { englishMemory } from './english-memory.ts';
import { englishVirt } from './english-virt.ts';
import { addEnglish, fill, isMessageKey, loadCatalogue, translator } from './translate.ts';

const CATALOGUES = {
  en: { ...english, ...englishMemory, ...englishVirt, ...englishCompare },
  zh: { ...chinese, ...chineseMemory, ...chineseVirt, ...chineseCompare },
};
type Key = keyof typeof CATALOGUES.en;

const parameters = (template: string) => [...template.matchAll(/\{\w+\}/g)].map(String).sort();
const names = (template: string) =>
  template
    .split('`')
    .filter((_, at) => at % 2 === 1)
    .sort();

describe('the catalogue', () => {
  test('has the same sentences in both languages, none of them empty', () => {
    expect(Object.keys(CATALOGUES.zh).sort()).toEqual(Object.keys(CATALOGUES.en).sort());
    for (const catalogue of Object.values(CATALOGUES)) {
      expect(Object.entries(catalogue).filter(([, text]) => text.trim() === '')).toEqual([]);
    }
  });

  test.each(Object.keys(CATALOGUES.en) as Key[])('%s takes the same parameters and kernel names', (key) => {
    expect(parameters(CATALOGUES.zh[key])).toEqual(parameters(CATALOGUES.en[key]));
    expect(names(CATALOGUES.zh[key])).toEqual(names(CATALOGUES.en[key]));
  });

  test('closes every backtick', () => {
    for (const catalogue of Object.values(CATALOGUES)) {
      const open = Object.entries(catalogue).filter(([, text]) => text.split('`').length % 2 === 0);
      expect(open).toEqual([]);
    }
  });
});

test('fills parameters in, and leaves one that is missing to be seen', () => {
  expect(fill('CPU {cpu} of {count}', { cpu: 2 })).toBe('CPU 2 of {count}');
});

test('a language speaks English until its catalogue is loaded', async () => {
  const translate = translator('zh');
  expect(translate('language.label')).toBe(english['language.label']);
  await loadCatalogue('zh');
  expect(translate('language.label')).toBe(chinese['language.label']);
});

test('the sentences of a part are there once it has been loaded', () => {
  expect(isMessageKey('fn.online_pages')).toBe(false);
  addEnglish(englishMemory);
  expect(isMessageKey('fn.online_pages')).toBe(true);
  expect(translator('en')('dimm.title')).toBe('Memory');
});
