/** stty: the modes of a terminal. */
import type { Termios } from '../../abi/syscall.ts';
import type { Co } from '../../sim/coroutine.ts';
import { errorText } from '../stdio.ts';
import type { Tool } from './tool.ts';

const MODES: readonly (readonly [string, keyof Termios])[] = [
  ['icrnl', 'ICRNL'],
  ['ixon', 'IXON'],
  ['opost', 'OPOST'],
  ['onlcr', 'ONLCR'],
  ['isig', 'ISIG'],
  ['icanon', 'ICANON'],
  ['iexten', 'IEXTEN'],
  ['echo', 'ECHO'],
  ['echoe', 'ECHOE'],
  ['echok', 'ECHOK'],
  ['echonl', 'ECHONL'],
  ['echoctl', 'ECHOCTL'],
  ['echoke', 'ECHOKE'],
];

/** What differs from `stty sane` on a serial port. */
function changedModes(modes: Termios): string {
  const shown = (names: readonly (readonly [string, keyof Termios])[]): string =>
    names
      .filter(([name, mode]) => modes[mode] !== (name !== 'echonl'))
      .map(([name, mode]) => `${modes[mode] ? '' : '-'}${name}`)
      .join(' ');
  const lines = [
    'speed 9600 baud; line = 0;',
    ['-brkint', shown(MODES.slice(0, 2)), '-imaxbel'].filter(Boolean).join(' '),
    shown(MODES.slice(2, 4)),
    shown(MODES.slice(4)),
  ];
  return lines
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join('');
}

function allModes(modes: Termios, size: { readonly rows: number; readonly columns: number }): string {
  const lines = [
    `speed 9600 baud; rows ${size.rows}; columns ${size.columns}; line = 0;`,
    'intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; eol2 = <undef>; swtch = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R; werase = ^W; lnext = ^V; discard = ^O;',
    'min = 1; time = 0;',
    '-parenb -parodd -cmspar cs8 hupcl -cstopb cread clocal -crtscts',
    '-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff -iuclc -ixany -imaxbel -iutf8',
    'opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0',
    'isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke -flusho -extproc',
  ];
  const on = new Map<string, boolean>(MODES.map(([name, mode]) => [name, modes[mode]]));
  const settings = lines.slice(3).map((line) =>
    line.replace(/(^| )-?([a-z0-9]+)/g, (whole, space: string, name: string) => {
      const set = on.get(name);
      return set === undefined ? whole : `${space}${set ? '' : '-'}${name}`;
    }),
  );
  return [...lines.slice(0, 3), ...settings].map((line) => `${line}\n`).join('');
}

export function* stty(tool: Tool): Co<number> {
  const modes = tool.sys.tcgetattr(0);
  if (typeof modes === 'number') return yield* tool.fail(`'standard input': ${errorText(modes)}`);
  const { args, sys } = tool;
  const size = sys.winsize(0) ?? { rows: 0, columns: 0 };
  if (args.length === 0 || args[0] === '-a') {
    yield* tool.print(args.length === 0 ? changedModes(modes) : allModes(modes, size));
    return 0;
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const on = !arg.startsWith('-');
    const name = arg.replace(/^-/, '');
    const mode = MODES.find(([known]) => known === name)?.[1];
    const now = sys.winsize(0) ?? size;
    if (mode) yield* sys.tcsetattr(0, { [mode]: on });
    else if (name === 'cols' || name === 'columns') yield* sys.setWinsize(0, now.rows, Number(args[++i]));
    else if (name === 'rows') yield* sys.setWinsize(0, Number(args[++i]), now.columns);
    else if (name === 'size') yield* tool.print(`${size.rows} ${size.columns}\n`);
    else if (name === 'sane') yield* sys.tcsetattr(0, Object.fromEntries(MODES.map(([, m]) => [m, m !== 'ECHONL'])));
    else if (name === 'raw') yield* sys.tcsetattr(0, { ICANON: !on, ISIG: !on, OPOST: !on, ICRNL: !on, IXON: !on });
    else return yield* tool.usageError(`invalid argument '${arg}'`);
  }
  return 0;
}
