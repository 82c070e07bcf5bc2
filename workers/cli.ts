/** The headless machine: `npm run -s lab -- COMMAND …`. */
import { parseArguments, UsageError } from './cli/arguments.ts';
import { parseCommandLine, splitCommandLine } from './monitor/command-line.ts';
import { programOf } from './monitor/machine-types.ts';

type Command = (args: readonly string[]) => void | Promise<void>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  replay: async () => {
    const { replay } = await import('./cli/replay.ts');
    const { overlayOf } = await import('./cli/overlay.ts');
    return (args) => {
      const { words, options } = parseArguments(args, ['rootfs']);
      const [file] = words;
      if (file === undefined || words.length !== 1) {
        throw new UsageError('usage: lab replay FILE.json [--rootfs DIR]');
      }
      process.stdout.write(`${replay(file, overlayOf(options.get('rootfs')))}\n`);
    };
  },
  run: async () => (await import('./cli/run.ts')).runCommand,
  qmp: async () => (await import('./cli/qmp.ts')).qmpCommand,
  acpi: async () => {
    const { acpiCommand } = await import('./cli/acpi.ts');
    return (args) => {
      const { options, words } = parseArguments(args, ['machine', 'out']);
      const folder = options.get('out');
      if (folder === undefined || words.length > 0)
        throw new UsageError('usage: lab acpi --machine "-M q35 …" --out DIR');
      const line = splitCommandLine(options.get('machine') ?? '');
      const config = line.ok ? parseCommandLine(line.value) : line;
      if (!config.ok) {
        process.stderr.write(`${programOf(options.get('machine') ?? '')}: ${config.error}\n`);
        process.exitCode = 1;
        return;
      }
      process.stdout.write(`${acpiCommand(config.value, folder).join('\n')}\n`);
    };
  },
  aml: async () => (await import('./cli/aml.ts')).amlCommand,
  trace: async () => (await import('./cli/trace.ts')).traceCommand,
  bench: async () => (await import('./cli/bench.ts')).benchCommand,
};

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const load = COMMANDS[name ?? ''];
  if (!load) {
    throw new UsageError(`${name ?? 'no command'}: expected one of ${Object.keys(COMMANDS).join(', ')}`);
  }
  const command = await load();
  await command(rest);
}

// a reader that closes the pipe early is no fault
process.stdout.on('error', () => process.exit(0));
main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  process.exitCode = 2;
});
