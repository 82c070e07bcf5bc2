/** The tools and the shell's language: what the page's worker loads before the first input for the shell. */
import type { LateUserland } from './program.ts';
import { language } from './shell/language.ts';
import { makeTool } from './tools/table.ts';

export const lateUserland: LateUserland = { makeTool, language };
