/** The tools by name. */
import { cat, head, nl, tac, tail, tee, wc } from './cat.ts';
import { grep } from './grep.ts';
import { ls } from './ls.ts';
import {
  env,
  falseTool,
  kill,
  nproc,
  prefix,
  printenv,
  sleep,
  taskset,
  timeout,
  trueTool,
  watch,
  xargs,
  yes,
} from './processes.ts';
import { ps } from './ps.ts';
import type { ToolMain } from './tool.ts';

export const TOOLS: Readonly<Record<string, ToolMain>> = {
  cat,
  egrep: grep,
  env,
  false: falseTool,
  fgrep: grep,
  grep,
  head,
  kill,
  ls,
  nice: prefix,
  nl,
  nohup: prefix,
  nproc,
  printenv,
  ps,
  sleep,
  stdbuf: prefix,
  tac,
  tail,
  taskset,
  tee,
  timeout,
  true: trueTool,
  watch,
  wc,
  xargs,
  yes,
};
