import { control } from './characters.ts';
import type { EditedLine } from './edited-line.ts';

/** Readline's commands that only change the line or the cursor. False: the bell. */
export const COMMANDS = {
  beginningOfLine: (line: EditedLine) => line.moveTo(0),
  endOfLine: (line: EditedLine) => line.moveTo(line.text.length),
  backwardChar: (line: EditedLine) => line.moveTo(line.cursor - 1),
  forwardChar: (line: EditedLine) => line.moveTo(line.cursor + 1),
  backwardWord: (line: EditedLine) => line.moveTo(line.wordStart()),
  forwardWord: (line: EditedLine) => line.moveTo(line.wordEnd()),
  deleteChar: (line: EditedLine) => line.remove(line.cursor, line.cursor + 1),
  backwardDeleteChar: (line: EditedLine) => line.remove(line.cursor - 1, line.cursor),
  killLine: (line: EditedLine) => line.kill(line.cursor, line.text.length, 'after'),
  unixLineDiscard: (line: EditedLine) => line.kill(0, line.cursor, 'before'),
  unixWordRubout: (line: EditedLine) => line.kill(line.blankWordStart(), line.cursor, 'before'),
  killWord: (line: EditedLine) => line.kill(line.cursor, line.wordEnd(), 'after'),
  backwardKillWord: (line: EditedLine) => line.kill(line.wordStart(), line.cursor, 'before'),
  yank: (line: EditedLine) => line.insert(line.killed),
  transposeChars: (line: EditedLine) => line.transpose(),
  undo: (line: EditedLine) => line.undo(),
  previousHistory: (line: EditedLine) => line.recall(line.place - 1),
  nextHistory: (line: EditedLine) => line.recall(line.place + 1),
  beginningOfHistory: (line: EditedLine) => line.recall(0),
  endOfHistory: (line: EditedLine) => line.recall(line.history.length),
  yankLastArg: (line: EditedLine) => line.yankLastArgument(),
} as const;

export type CommandName = keyof typeof COMMANDS;

/** Sequences that function keys send, by what they do. */
export const SEQUENCES: Readonly<Record<string, CommandName>> = {
  '[A': 'previousHistory',
  '[B': 'nextHistory',
  '[C': 'forwardChar',
  '[D': 'backwardChar',
  '[H': 'beginningOfLine',
  '[F': 'endOfLine',
  '[1~': 'beginningOfLine',
  '[4~': 'endOfLine',
  '[7~': 'beginningOfLine',
  '[8~': 'endOfLine',
  '[3~': 'deleteChar',
  '[1;5C': 'forwardWord',
  '[1;5D': 'backwardWord',
  '[1;3C': 'forwardWord',
  '[1;3D': 'backwardWord',
  OA: 'previousHistory',
  OB: 'nextHistory',
  OC: 'forwardChar',
  OD: 'backwardChar',
  OH: 'beginningOfLine',
  OF: 'endOfLine',
  b: 'backwardWord',
  f: 'forwardWord',
  d: 'killWord',
  '\x7f': 'backwardKillWord',
  '\b': 'backwardKillWord',
  '.': 'yankLastArg',
  _: 'yankLastArg',
  '<': 'beginningOfHistory',
  '>': 'endOfHistory',
};

/** Keys, by what they do. */
export const KEYS: Readonly<Record<string, CommandName>> = {
  [control('A')]: 'beginningOfLine',
  [control('E')]: 'endOfLine',
  [control('B')]: 'backwardChar',
  [control('F')]: 'forwardChar',
  [control('P')]: 'previousHistory',
  [control('N')]: 'nextHistory',
  [control('K')]: 'killLine',
  [control('U')]: 'unixLineDiscard',
  [control('W')]: 'unixWordRubout',
  [control('Y')]: 'yank',
  [control('T')]: 'transposeChars',
  [control('_')]: 'undo',
  [control('H')]: 'backwardDeleteChar',
  '\x7f': 'backwardDeleteChar',
};
