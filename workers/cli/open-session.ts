/** A session for a command line, as the real program would start it: what it prints, and with what status it ends. */
import type { MachineOptions } from '../machine/machine.ts';
import { openWithTools } from '../machine/open.ts';
import type { Session } from '../machine/session.ts';
import { splitCommandLine } from '../monitor/command-line.ts';
import { requestedHelp } from '../monitor/command-line-help.ts';
import { programOf } from '../monitor/machine-types.ts';
import type { Scenario } from '../protocol/scenario.ts';

/** Undefined when there is no machine to run: what to say is said, and the process's exit status is set. */
export function openSession(scenario: Scenario, options: Omit<MachineOptions, 'late'> = {}): Session | undefined {
  const words = splitCommandLine(scenario.machine);
  const help = words.ok ? requestedHelp(words.value) : undefined;
  if (help !== undefined) {
    process.stdout.write(help);
    return undefined;
  }
  const program = programOf(scenario.machine);
  const session = openWithTools(scenario, options);
  if (!session.ok) {
    process.stderr.write(`${program}: ${session.error}\n`);
    process.exitCode = 1;
    return undefined;
  }
  for (const warning of session.value.machine.board.config.warnings) {
    process.stderr.write(`${program}: warning: ${warning}\n`);
  }
  return session.value;
}
