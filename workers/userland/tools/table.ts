/** The tools by name. */

import type { ToolSource } from '../program.ts';
import { udevadm } from '../udev/udevadm.ts';
import { awk } from './awk.ts';
import { cat, head, nl, tac, tail, tee, wc } from './cat.ts';
import { chcpu, lscpu } from './cpus.ts';
import { chmod, cp, find, ln, mkdir, mktemp, mv, readlink, rm, rmdir, stat, touch } from './files.ts';
import { grep } from './grep.ts';
import { ls } from './ls.ts';
import { chmem, lsmem, numactl, numastat } from './memory.ts';
import { dd, memhog } from './memory-users.ts';
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
import { sed } from './sed.ts';
import {
  clear,
  cmp,
  date,
  dmesg,
  echo,
  free,
  getconf,
  hostname,
  id,
  modprobe,
  mount,
  powerOff,
  pwd,
  stty,
  sync,
  tty,
  uname,
  uptime,
  which,
  whoami,
} from './system.ts';
import { basename, cut, dirname, expr, od, paste, rev, seq, sort, tr, uniq } from './text.ts';
import { type ToolMain, toolFactory } from './tool.ts';

const TOOLS: Readonly<Record<string, ToolMain>> = {
  awk,
  basename,
  cat,
  chcpu,
  chmem,
  chmod,
  clear,
  cmp,
  cp,
  cut,
  date,
  dd,
  dirname,
  dmesg,
  echo,
  egrep: grep,
  env,
  expr,
  false: falseTool,
  fgrep: grep,
  find,
  free,
  gawk: awk,
  getconf,
  grep,
  halt: powerOff,
  hd: od,
  head,
  hexdump: od,
  hostname,
  id,
  ionice: prefix,
  kill,
  ln,
  ls,
  lscpu,
  lsmem,
  mawk: awk,
  memhog,
  mkdir,
  mktemp,
  modprobe,
  mount,
  mv,
  nice: prefix,
  nl,
  nohup: prefix,
  nproc,
  numactl,
  numastat,
  od,
  paste,
  poweroff: powerOff,
  printenv,
  ps,
  pwd,
  readlink,
  realpath: readlink,
  reboot: powerOff,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  setsid: prefix,
  sleep,
  sort,
  stat,
  stdbuf: prefix,
  stty,
  sync,
  tac,
  tail,
  taskset,
  tee,
  timeout,
  touch,
  tr,
  true: trueTool,
  tty,
  udevadm,
  uname,
  uniq,
  uptime,
  watch,
  wc,
  which,
  whoami,
  xargs,
  yes,
};

/** Makes the program of one of {@link TOOL_NAMES}. */
export const makeTool: ToolSource = (name, programs) => {
  const main = TOOLS[name];
  if (!main) throw new Error(`no tool ${name}`);
  return toolFactory(main, programs);
};
