import { create } from 'zustand';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import type { Scenario } from '../../workers/protocol/scenario.ts';
import { type Language, loadCatalogue } from './i18n/translate.ts';
import { NO_VERSIONS, type Versions } from './log-store.ts';
import { type ConsoleName, loadPreferences, type Preferences, savePreferences } from './preferences.ts';
import type { ChainStage } from './roads.ts';

/** What a reader looks at in the inspector; the same moment is marked in every view. */
export type Selection =
  | { readonly of: 'event'; readonly sequence: number }
  | { readonly of: 'stage'; readonly stage: ChainStage; readonly sequence: number }
  | { readonly of: 'state'; readonly state: number; readonly sequence: number };

export interface Problem {
  readonly of: 'url' | 'power' | 'crash' | 'scenario' | 'load' | 'ended';
  readonly reason: string;
}

/** What React draws by. The log and its folds are outside; `versions` says which of them to draw again. */
export interface LabState {
  readonly description: MachineDescription | undefined;
  readonly problem: Problem | undefined;
  readonly versions: Versions;
  readonly now: number;
  readonly records: number;
  readonly running: boolean;
  readonly resting: boolean;
  readonly booted: boolean;
  /** The ready scenario that is open, and whether its inputs are still being given. */
  readonly opened: { readonly scenario: Scenario; readonly playing: boolean } | undefined;
  readonly selection: Selection | undefined;
  /** Which picture stands below the chain; it follows what happens, and the reader may change it. */
  readonly picture: 'ladder' | 'memory';
  /** The memory block whose pages are shown, -1: none. */
  readonly block: number;
  readonly console: ConsoleName;
  readonly linkTooLong: boolean;
  /** Functions at which the machine stops; they outlive the machine, and are no part of its scenario. */
  readonly breakpoints: readonly string[];
  readonly preferences: Preferences;
}

export const useLab = create<LabState>()(() => ({
  description: undefined,
  problem: undefined,
  versions: NO_VERSIONS,
  now: 0,
  records: 0,
  running: true,
  resting: false,
  booted: false,
  opened: undefined,
  selection: undefined,
  picture: 'ladder',
  block: -1,
  console: 'shell',
  linkTooLong: false,
  breakpoints: [],
  preferences: loadPreferences(),
}));

/** Speaks another language, once its sentences are there; without them nothing changes. */
export function changeLanguage(language: Language): void {
  loadCatalogue(language).then(
    () => changePreferences({ language }),
    () => undefined,
  );
}

export function changePreferences(change: Partial<Preferences>): void {
  const preferences = { ...useLab.getState().preferences, ...change };
  savePreferences(preferences);
  useLab.setState({ preferences });
}

export function select(selection: Selection | undefined): void {
  useLab.setState({ selection });
}

/** Shows a memory block with its pages. */
export function showBlock(block: number): void {
  useLab.setState({ picture: 'memory', block });
}

export function selectEvent(sequence: number): void {
  if (sequence >= 0) select({ of: 'event', sequence });
}
