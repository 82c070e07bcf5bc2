import { chinese } from './chinese.ts';
import { english, type MessageKey } from './english.ts';

export type { MessageKey } from './english.ts';

export const LANGUAGES = { en: { name: 'English', tag: 'en' }, zh: { name: '中文', tag: 'zh-CN' } } as const;
export type Language = keyof typeof LANGUAGES;

export type MessageParameters = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, parameters?: MessageParameters) => string;

export const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = {
  en: english,
  zh: chinese,
};

/** Fills `{name}`s in. A name that is not given stays as it stands, so that it is seen. */
export function fill(template: string, parameters: MessageParameters = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : String(value);
  });
}

export function translator(language: Language): Translate {
  const catalogue = CATALOGUES[language];
  return (key, parameters) => fill(catalogue[key], parameters);
}

/** Whether there is a sentence under this name: kernel functions have one or not. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(english, key);
}
