/** The tools, the shell's language and its line editor: what the page's worker loads before the first input for the shell. */
import type { LateUserland } from './program.ts';
import { complete } from './readline/completion.ts';
import { makeLineEditor } from './readline/line-editor.ts';
import { language } from './shell/language.ts';
import { makeTool } from './tools/table.ts';

export const lateUserland: LateUserland = { makeTool, language, lineEditing: { make: makeLineEditor, complete } };
