/** The guest's programs, and the files of its root file system. */
import { executableFile } from './exec.ts';
import type { LateUserland, ProgramFactory, ProgramTable } from './program.ts';
import { bash } from './shell/main.ts';
import { TOOL_NAMES } from './tools/names.ts';

/** All programs by name; `late` is asked for when a tool is run or the shell has something to read. */
export function createPrograms(late: () => LateUserland): ProgramTable {
  const table = new Map<string, ProgramFactory>();
  const shell = bash(table, late);
  table.set('bash', shell);
  for (const name of TOOL_NAMES)
    table.set(name, (argv, environment) => late().makeTool(name, table)(argv, environment));
  return table;
}

/** A file (`content`), a symbolic link (`target`) or a directory (neither), to be there before init starts. */
export interface RootEntry {
  /** Absolute. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** A byte string. */
  readonly content?: string | undefined;
  readonly target?: string | undefined;
}

const DIRECTORIES =
  'dev etc etc/udev etc/udev/rules.d home mnt opt proc root run sys tmp usr usr/bin usr/lib usr/local usr/lib/systemd usr/lib/udev usr/lib/udev/rules.d usr/local/bin usr/sbin usr/share var';
const LINKS: Readonly<Record<string, string>> = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib' };
/** Programs that Debian keeps in /usr/sbin. */
const SYSTEM_PROGRAMS = new Set([
  'chcpu',
  'chmem',
  'poweroff',
  'reboot',
  'halt',
  'init',
  'sysctl',
  'rdmsr',
  'modprobe',
  'ldconfig',
]);

const FILES: Readonly<Record<string, string>> = {
  'etc/hostname': 'lab\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
  'etc/group': 'root:x:0:\n',
  'etc/debian_version': '12.11\n',
};

/** The root file system: an initramfs with the programs of `programs`. */
export function rootFileSystem(programs: ProgramTable): RootEntry[] {
  const entries: RootEntry[] = DIRECTORIES.split(' ').map((path) => ({
    path: `/${path}`,
    mode: path === 'tmp' ? 0o1777 : path === 'root' ? 0o700 : 0o755,
  }));
  for (const [path, target] of Object.entries(LINKS)) entries.push({ path: `/${path}`, mode: 0o777, target });
  for (const [path, content] of Object.entries(FILES)) entries.push({ path: `/${path}`, mode: 0o644, content });
  for (const name of programs.keys()) {
    const folder = SYSTEM_PROGRAMS.has(name) ? '/usr/sbin' : '/usr/bin';
    entries.push({ path: `${folder}/${name}`, mode: 0o755, content: executableFile(name) });
  }
  entries.push({ path: '/usr/lib/systemd/systemd-udevd', mode: 0o777, target: '/bin/udevadm' });
  entries.push({ path: '/usr/bin/sh', mode: 0o777, target: 'bash' });
  return entries;
}
