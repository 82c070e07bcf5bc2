import { english, type MessageKey as FirstKey } from './english.ts';
import type { CompareKey } from './english-compare.ts';
import type { MemoryMessageKey } from './english-memory.ts';
import type { VirtMessageKey } from './english-virt.ts';

/** Names of sentences: those of the first picture, and those of parts that come later. */
export type MessageKey = FirstKey | MemoryMessageKey | VirtMessageKey | CompareKey;

export const LANGUAGES = { en: { name: 'English', tag: 'en' }, zh: { name: '中文', tag: 'zh-CN' } } as const;
export type Language = keyof typeof LANGUAGES;

export type MessageParameters = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, parameters?: MessageParameters) => string;

type Catalogue = Readonly<Partial<Record<MessageKey, string>>>;

/** Catalogues that are there; the others are loaded when they are chosen. */
const catalogues: Partial<Record<Language, Catalogue>> = { en: english };

/** Loads a language's sentences. Rejects when they cannot be had: the page then stays in the language it has. */
export async function loadCatalogue(language: Language): Promise<void> {
  if (language !== 'zh' || catalogues.zh) return;
  const [{ chinese }, { chineseMemory }, { chineseVirt }, { chineseCompare }] = await Promise.all([
    import('./chinese.ts'),
    import('./chinese-memory.ts'),
    import('./chinese-virt.ts'),
    import('./chinese-compare.ts'),
  ]);
  catalogues.zh = { ...chinese, ...chineseMemory, ...chineseVirt, ...chineseCompare };
}

/** Loads the English sentences about the machine `virt`. Rejects when they cannot be had. */
export async function loadVirtSentences(): Promise<void> {
  addEnglish((await import('./english-virt.ts')).englishVirt);
}

/** Loads the sentences of the view that compares the two roads, in every language that is there. */
export async function loadCompareSentences(): Promise<void> {
  const [compare, memory, virt] = await Promise.all([
    import('./english-compare.ts'),
    import('./english-memory.ts'),
    import('./english-virt.ts'),
  ]);
  addEnglish({ ...compare.englishCompare, ...memory.englishMemory, ...virt.englishVirt });
}

/** Adds the English sentences of a part of the page that has been loaded. */
export function addEnglish(sentences: Catalogue): void {
  catalogues.en = { ...catalogues.en, ...sentences };
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
  return (key, parameters) => fill(catalogues[language]?.[key] ?? catalogues.en?.[key] ?? key, parameters);
}

/** Whether there is a sentence under this name: kernel functions have one or not. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(catalogues.en ?? {}, key);
}
