/** The human monitor: commands as a table, with the texts of QEMU 7.2. */
import { deviceAdd, deviceDel } from './device-add.ts';
import { cpuProps } from './hotpluggable-cpus.ts';
import type { QmpContext } from './qmp-commands.ts';
import type { QDict } from './qobject.ts';
import { QEMU_VERSION } from './version.ts';

interface HmpCommand {
  readonly names: readonly string[];
  readonly parameters: string;
  readonly help: string;
  /** Prints its answer; lines end in `\n`. */
  run(context: QmpContext, rest: string): string;
}

const errorText = (refused: { description: string } | undefined): string =>
  refused ? `Error: ${refused.description}\n` : '';

/** `driver,prop=value,…` as -device takes it. */
function readDeviceOptions(text: string): QDict {
  const args: Record<string, string> = {};
  text.split(',').forEach((part, index) => {
    const at = part.indexOf('=');
    if (at >= 0) args[part.slice(0, at)] = part.slice(at + 1);
    else if (index === 0 && part !== '') args['driver'] = part;
    else if (part !== '') args[part] = 'on';
  });
  return args;
}

const { major, minor, micro } = QEMU_VERSION.qemu;
const VERSION_NUMBER = `${major}.${minor}.${micro}`;

const INFO: Readonly<Record<string, { help: string; run: (context: QmpContext) => string }>> = {
  version: { help: 'show the version of QEMU', run: () => `${VERSION_NUMBER}${QEMU_VERSION.package}\n` },
  cpus: {
    help: 'show infos for each CPU',
    run: ({ board }) =>
      board
        .pluggedCpus()
        .map(({ possible }, order) => `${order === 0 ? '*' : ' '} CPU #${possible.index}: thread_id=${1000 + order}\n`)
        .join(''),
  },
  status: {
    help: 'show the current VM status (running|paused)',
    run: ({ board }) => {
      const why = board.running ? 'running' : board.everRan ? 'paused' : 'paused (prelaunch)';
      return `VM status: ${why}\n`;
    },
  },
  'hotpluggable-cpus': {
    help: 'Show information about hotpluggable CPUs',
    run: ({ board }) => {
      const slots = [...board.config.possibleCpus].reverse().map((possible) => {
        const plugged = board.cpuAt(possible.index);
        const props = Object.entries(cpuProps(board, possible));
        return [
          `  type: "${board.config.cpuType}"`,
          '  vcpus_count: "1"',
          ...(plugged ? [`  qom_path: "${plugged.qomPath}"`] : []),
          '  CPUInstance Properties:',
          ...props.map(([name, value]) => `    ${name}: "${String(value)}"`),
        ].join('\n');
      });
      return `Hotpluggable CPUs:\n${slots.join('\n')}\n`;
    },
  },
};

const COMMANDS: readonly HmpCommand[] = [
  {
    names: ['help', '?'],
    parameters: '[cmd]',
    help: 'show the help',
    run: (_context, rest) => help(rest),
  },
  {
    names: ['quit', 'q'],
    parameters: '',
    help: 'quit the emulator',
    run: (context) => {
      context.quit();
      return '';
    },
  },
  {
    names: ['stop', 's'],
    parameters: '',
    help: 'stop emulation',
    run: (context) => {
      if (context.board.running) {
        context.board.setRunning(false);
        context.event('STOP');
      }
      return '';
    },
  },
  {
    names: ['cont', 'c'],
    parameters: '',
    help: 'resume emulation',
    run: (context) => {
      if (!context.board.running) {
        context.board.setRunning(true);
        context.event('RESUME');
      }
      return '';
    },
  },
  {
    names: ['system_powerdown'],
    parameters: '',
    help: 'send system power down event',
    run: (context) => {
      context.event('POWERDOWN');
      context.board.powerButton();
      return '';
    },
  },
  {
    names: ['device_add'],
    parameters: 'driver[,prop=value][,...]',
    help: 'add device, like -device on the command line',
    run: ({ board }, rest) => errorText(deviceAdd(board, readDeviceOptions(rest))),
  },
  {
    names: ['device_del'],
    parameters: 'device',
    help: 'remove device',
    run: ({ board }, rest) => errorText(deviceDel(board, rest)),
  },
  {
    names: ['info'],
    parameters: '[subcommand]',
    help: 'show various information about the system state',
    run: (context, rest) => {
      if (rest === '') return help('info');
      const item = INFO[rest];
      return item ? item.run(context) : `unknown command: 'info ${rest}'\n`;
    },
  },
];

const line = ({ names, parameters, help: text }: HmpCommand): string =>
  `${names.join('|')} ${parameters}${parameters ? ' ' : ''}-- ${text}\n`;

function help(topic: string): string {
  if (topic === '')
    return [...COMMANDS]
      .sort((a, b) => ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1))
      .map(line)
      .join('');
  if (topic === 'info') {
    return Object.entries(INFO)
      .map(([name, { help: text }]) => `info ${name}  -- ${text}\n`)
      .join('');
  }
  const command = COMMANDS.find(({ names }) => names.includes(topic));
  return command ? line(command) : '';
}

/** Runs a monitor line; returns what the monitor prints, with its `\r\n` line ends. */
export function executeHmp(context: QmpContext, text: string): string {
  return runLine(context, text.trim()).replaceAll('\n', '\r\n');
}

function runLine(context: QmpContext, text: string): string {
  if (text === '') return '';
  const space = text.search(/\s/);
  const name = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? '' : text.slice(space).trim();
  const command = COMMANDS.find(({ names }) => names.includes(name));
  if (!command) return `unknown command: '${name}'\n`;
  // device_add's argument is a list of options, which may be empty; device_del's is a string
  if (name === 'device_del' && rest === '') {
    return `${name}: string expected\nTry "help ${name}" for more information\n`;
  }
  return command.run(context, rest);
}
