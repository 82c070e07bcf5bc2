import { createContext, useContext } from 'react';
import { LANGUAGES, type Language, type Translate, translator } from './i18n/translate.ts';
import type { LabSession } from './lab-session.ts';
import { useLab } from './lab-state.ts';
import type { LogStore } from './log-store.ts';

export const SessionContext = createContext<LabSession | undefined>(undefined);

export function useSession(): LabSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session above this component');
  return session;
}

/** The log's folds, drawn again whenever one of those named changes. */
export function useFolds(...names: readonly (keyof LogStore['versions'])[]): LogStore | undefined {
  const session = useSession();
  useLab((state) => names.map((name) => state.versions[name]).join());
  useLab((state) => state.description);
  return session.log;
}

const TRANSLATORS: Readonly<Record<Language, Translate>> = { en: translator('en'), zh: translator('zh') };

export function useTranslate(): Translate {
  return TRANSLATORS[useLab((state) => state.preferences.language)];
}

export function useLanguageTag(): string {
  return LANGUAGES[useLab((state) => state.preferences.language)].tag;
}
