/** `lab run`: a machine with the guest's console on the terminal. */
import { readFileSync } from 'node:fs';
import type { Session } from '../machine/session.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { NS_PER_SECOND } from '../protocol/units.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { openSession } from './open-session.ts';

/** Ctrl-] ends the session, as with telnet. */
const ESCAPE = '\x1d';

/** Virtual time that what was typed last may still take. */
const RUN_OUT = 3600 * NS_PER_SECOND;

/** Runs until nothing is due any more: a `sleep` ends, too. */
function runOut(session: Session): void {
  const end = session.progress().now + RUN_OUT;
  for (let { nextDue } = session.settle(); nextDue !== undefined && nextDue <= end; ) {
    session.advance(nextDue);
    nextDue = session.settle().nextDue;
  }
}

function interactive(session: Session): void {
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  session.machine.console.onOutput((text) => process.stdout.write(text));
  let busy = false;
  const work = (): void => {
    busy = true;
    const started = performance.now();
    const { quiet, nextDue, now } = session.advance(Number.MAX_SAFE_INTEGER, () => performance.now() - started > 20);
    busy = false;
    if (session.machine.hasQuit) process.exit(0);
    if (!quiet && nextDue !== now) setImmediate(work);
  };
  stdin.on('data', (text) => {
    if (String(text).includes(ESCAPE)) process.exit(0);
    session.input('sh', String(text));
    if (!busy) work();
  });
  stdin.on('end', () => {
    runOut(session);
    process.exit(0);
  });
  work();
}

export function runCommand(args: readonly string[]): void {
  const { options, words } = parseArguments(args, ['machine', 'append', 'script']);
  if (words.length > 0) throw new UsageError('usage: lab run --machine "-M q35 …" [--append "…"] [--script FILE]');
  const append = options.get('append');
  const session = openSession({
    version: SCENARIO_VERSION,
    machine: options.get('machine') ?? '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M',
    ...(append === undefined ? {} : { append }),
  });
  if (!session) return;
  const script = options.get('script');
  if (script === undefined) {
    interactive(session);
    return;
  }
  let text: string;
  try {
    text = readFileSync(script, 'utf8');
  } catch (error) {
    throw new UsageError(`${script}: ${error instanceof Error ? error.message : String(error)}`);
  }
  session.machine.console.onOutput((output) => process.stdout.write(output));
  session.settle();
  for (const line of text.split('\n').filter(Boolean)) {
    session.input('sh', `${line}\n`);
    session.settle();
  }
  runOut(session);
}
