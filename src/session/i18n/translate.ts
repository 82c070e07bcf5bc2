import { english, type MessageKey } from './english.ts';

export type { MessageKey } from './english.ts';

export const LANGUAGES = { en: { name: 'English', tag: 'en' }, zh: { name: '中文', tag: 'zh-CN' } } as const;
export type Language = keyof typeof LANGUAGES;

export type MessageParameters = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, parameters?: MessageParameters) => string;

type Catalogue = Readonly<Record<MessageKey, string>>;

/** Catalogues that are there; the others are loaded when they are chosen. */
const catalogues: Partial<Record<Language, Catalogue>> = { en: english };

/** Loads a language's sentences. Rejects when they cannot be had: the page then stays in the language it has. */
export async function loadCatalogue(language: Language): Promise<void> {
  if (language === 'zh') catalogues.zh ??= (await import('./chinese.ts')).chinese;
}

/** Fills `{name}`s in. A name that is not given stays as it stands, so that it is seen. */
export function fill(template: string, parameters: MessageParameters = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : String(value);
  });
}

/** A language whose catalogue is not loaded speaks English. */
export function translator(language: Language): Translate {
  return (key, parameters) => fill((catalogues[language] ?? english)[key], parameters);
}

/** Whether there is a sentence under this name: kernel functions have one or not. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(english, key);
}
