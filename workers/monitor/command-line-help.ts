/** Options that print and end: -h, -version, `-machine help`, `-cpu help` and their like, with the texts of QEMU 7.2. */
import { objectHelp } from './object-help.ts';
import { splitAtCommas } from './option-text.ts';
import { CPU_HELP } from './tables/cpu-help.ts';
import { MACHINE_TYPES } from './tables/machine-types.ts';
import { QEMU_VERSION } from './version.ts';

const { major, minor, micro } = QEMU_VERSION.qemu;
const VERSION = `QEMU emulator version ${major}.${minor}.${micro} (${QEMU_VERSION.package})
Copyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers
`;

/** What the lab makes of a command line; QEMU's own list is longer. */
const USAGE = `usage: qemu-system-x86_64 [options]

Options that the lab acts on:
-h or -help     display this help and exit
-version        display version information and exit
-machine [type=]name[,prop[=value][,...]]
                selects emulated machine ('-machine help' for list): q35, pc, none,
                or qemu-system-aarch64's virt
-accel name     selects accelerator (kvm or tcg; '-accel help' for list)
-cpu cpu        select CPU ('-cpu help' for list)
-smp [[cpus=]n][,maxcpus=maxcpus][,sockets=sockets][,dies=dies][,cores=cores][,threads=threads]
                the number of CPUs present and possible, and their topology
-m [size=]megs[,slots=n,maxmem=size]
                initial RAM, slots for hot-added memory, and the most that there can be
-object memory-backend-ram|-file|-memfd,id=id,size=size[,...]
                ('-object help' for types, '-object TYPE,help' for properties)
-numa node[,memdev=id][,cpus=firstcpu[-lastcpu]][,nodeid=node]
-numa dist,src=source,dst=destination,val=distance
-numa cpu,node-id=node[,socket-id=x][,core-id=y][,thread-id=z]
-device TYPE-x86_64-cpu[,id=id],socket-id=x,core-id=y,thread-id=z
                a CPU that is present from power-on
-device pc-dimm,memdev=id[,id=id][,slot=n][,addr=a][,node=n]
                a DIMM that is present from power-on
-append cmdline arguments of the guest's kernel
-name, -uuid    what query-name and query-uuid tell
-S              freeze the CPUs at startup (use 'c' to start execution)
-no-reboot, -no-shutdown, -action reboot=..., -action shutdown=...
Other options of QEMU are accepted and have no effect.
`;

const MACHINE_DESCRIPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^pc-q35/, 'Standard PC (Q35 + ICH9, 2009)'],
  [/^pc-i440fx/, 'Standard PC (i440FX + PIIX, 1996)'],
  [/^none$/, 'empty machine'],
];

/** The lab's machine types, in the shape of QEMU's list, which has more. */
function machineHelp(): string {
  const rows = ['pc-i440fx-7.2', 'pc-q35-7.2', 'none'].flatMap((name) => {
    const type = MACHINE_TYPES.find((candidate) => candidate.name === name);
    const description = MACHINE_DESCRIPTIONS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
    const alias = type?.alias;
    const isDefault = name === 'pc-i440fx-7.2' ? ' (default)' : '';
    return [
      ...(alias === undefined ? [] : [`${alias.padEnd(20)} ${description} (alias of ${name})`]),
      `${name.padEnd(20)} ${description}${isDefault}`,
    ];
  });
  return `Supported machines are:\n${rows.join('\n')}\n`;
}

function cpuHelp(): string {
  const rows = CPU_HELP.trim()
    .split('\n')
    .map((row) => {
      const [, name = '', text = ''] = /^\s*(\S+)\s*(.*)$/.exec(row) ?? [];
      const description = text === '' ? '(alias configured by machine type)' : text === '.' ? '' : text;
      return `x86 ${name.padEnd(20)}  ${description}`;
    });
  return `Available CPUs:\n${rows.join('\n')}\n`;
}

const HELP: Readonly<Record<string, () => string>> = {
  machine: machineHelp,
  M: machineHelp,
  cpu: cpuHelp,
  accel: () => 'Accelerators supported in QEMU binary:\ntcg\nkvm\n',
  smp: () =>
    `smp-opts options:\n${['clusters', 'cores', 'cpus', 'dies', 'maxcpus', 'sockets', 'threads']
      .map((name) => `  ${name}=<num>\n`)
      .join('')}`,
};

/** What these arguments ask QEMU to print before it ends with status 0; undefined: they ask for a machine. */
export function requestedHelp(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const option = /^--?(.+)$/.exec(words[at] ?? '')?.[1] ?? '';
    if (option === 'h' || option === 'help') return VERSION + USAGE;
    if (option === 'version') return VERSION;
    const text = words[at + 1] ?? '';
    const [value] = splitAtCommas(text);
    const ofObject = option === 'object' ? objectHelp(text) : undefined;
    if (ofObject !== undefined) return ofObject;
    const print = HELP[option];
    if (print && (value === 'help' || value === '?')) return print();
  }
  return undefined;
}
