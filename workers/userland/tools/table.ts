/** The tools by name. */

import type { ToolSource } from '../program.ts';
import { udevadm } from '../udev/udevadm.ts';
import { awk } from './awk.ts';
import { cat, head, nl, tac, tail, tee, wc } from './cat.ts';
import { chcpu } from './chcpu.ts';
import { cmp, comm, diff } from './compare.ts';
import { lscpu } from './cpus.ts';
import { expr } from './expr.ts';
import { chmod, cp, ln, mkdir, mktemp, mv, readlink, rm, rmdir, stat, touch } from './files.ts';
import { find } from './find.ts';
import { grep } from './grep.ts';
import { ls } from './ls.ts';
import { chmem, lsmem } from './memory.ts';
import { dd, memhog } from './memory-users.ts';
import { numactl, numastat } from './numa.ts';
import { pgrep, pidof, pkill } from './process-search.ts';
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
import { lsirq, top, vmstat } from './statistics.ts';
import { stty } from './stty.ts';
import { lsmod, sysctl } from './sysctl.ts';
import {
  clear,
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
  sync,
  tty,
  uname,
  uptime,
  which,
  whoami,
} from './system.ts';
import { basename, cut, dirname, od, paste, rev, seq, sort, tr, uniq } from './text.ts';
import { type ToolMain, toolFactory } from './tool.ts';
import { arch, groups, logname, mountpoint, nobody, shuf, w } from './users.ts';

const TOOLS: Readonly<Record<string, ToolMain>> = {
  arch,
  awk,
  basename,
  cat,
  chcpu,
  chmem,
  chmod,
  clear,
  cmp,
  comm,
  cp,
  cut,
  date,
  dd,
  diff,
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
  groups,
  halt: powerOff,
  head,
  hostname,
  id,
  ionice: prefix,
  kill,
  ln,
  logname,
  ls,
  lscpu,
  lsirq,
  lsmem,
  lsmod,
  mawk: awk,
  memhog,
  mkdir,
  mktemp,
  modprobe,
  mount,
  mountpoint,
  mv,
  nice: prefix,
  nl,
  nohup: prefix,
  nproc,
  numactl,
  numastat,
  od,
  paste,
  pgrep,
  pidof,
  pkill,
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
  shuf,
  sleep,
  sort,
  stat,
  stdbuf: prefix,
  stty,
  sync,
  sysctl,
  tac,
  tail,
  taskset,
  tee,
  timeout,
  top,
  touch,
  tr,
  true: trueTool,
  tty,
  udevadm,
  uname,
  uniq,
  uptime,
  users: nobody,
  vmstat,
  w,
  watch,
  wc,
  which,
  who: nobody,
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
