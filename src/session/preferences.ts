import { LANGUAGES, type Language } from './i18n/translate.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const CONSOLES = ['shell', 'qmp', 'hmp', 'kernel'] as const;
export type ConsoleName = (typeof CONSOLES)[number];

/** Panels whose size the reader sets, in pixels. */
export const PANELS = { left: [200, 520], inspector: [200, 560], consoles: [96, 640], chain: [150, 520] } as const;
export type PanelName = keyof typeof PANELS;

/** What a reader has chosen; kept in the browser, never part of a scenario. */
export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  /** Position of the speed slider: an index of {@link SPEEDS}. */
  readonly speed: number;
  readonly sizes: Readonly<Record<PanelName, number>>;
  readonly collapsed: readonly string[];
}

/** Real nanoseconds for a virtual one, slow first; 0 stands for as fast as possible. */
export const SPEEDS = [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 1, 0] as const;
export const FULL_SPEED = SPEEDS.length - 1;
export const DEFAULT_SPEED = 5;

const KEY = 'hotplug-lab';

/** `viewport` is the window's width and height: a large one has room for larger panels. */
export function defaultPreferences(
  browserLanguages: readonly string[],
  viewport: readonly [number, number] = [1280, 900],
): Preferences {
  const [width, height] = viewport;
  const chinese = browserLanguages
    .find((tag) => /^(zh|en)/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh');
  const [consoles, chain] = height >= 1000 ? [250, 250] : height >= 800 ? [190, 250] : [146, 226];
  return {
    language: chinese ? 'zh' : 'en',
    theme: 'auto',
    speed: DEFAULT_SPEED,
    sizes: { left: width >= 1600 ? 336 : 272, inspector: width >= 1600 ? 400 : 320, consoles, chain },
    collapsed: [],
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Reads what was kept; whatever is not as it should be is as if it had never been. */
export function readPreferences(text: string | null, defaults: Preferences): Preferences {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? '');
  } catch {
    return defaults;
  }
  if (!isRecord(kept)) return defaults;
  const { language, theme, speed, sizes, collapsed } = kept;
  const readSize = (name: PanelName): number => {
    const size = isRecord(sizes) ? sizes[name] : undefined;
    return typeof size === 'number' && size >= PANELS[name][0] && size <= PANELS[name][1] ? size : defaults.sizes[name];
  };
  return {
    language:
      typeof language === 'string' && Object.hasOwn(LANGUAGES, language) ? (language as Language) : defaults.language,
    theme: THEMES.find((known) => known === theme) ?? defaults.theme,
    speed: typeof speed === 'number' && speed in SPEEDS ? speed : defaults.speed,
    sizes: {
      left: readSize('left'),
      inspector: readSize('inspector'),
      consoles: readSize('consoles'),
      chain: readSize('chain'),
    },
    collapsed: Array.isArray(collapsed) ? collapsed.filter((name) => typeof name === 'string') : defaults.collapsed,
  };
}

export function loadPreferences(): Preferences {
  const defaults = defaultPreferences(navigator.languages, [window.innerWidth, window.innerHeight]);
  try {
    return readPreferences(localStorage.getItem(KEY), defaults);
  } catch {
    return defaults;
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A browser may refuse to keep anything; the choice then holds for this visit.
  }
}
