/** `lab run`: a machine with the guest's console on the terminal. */
import { readFileSync } from 'node:fs';
import type { Session } from '../machine/session.ts';
import { SCENARIO_VERSION, type Scenario } from '../protocol/scenario.ts';
import { NS_PER_MS, NS_PER_SECOND } from '../protocol/units.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { openSession } from './open-session.ts';
import { overlayOf } from './overlay.ts';

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
  // booted at once; from then on virtual time follows real time, so that `sleep` and `watch` take theirs
  session.settle();
  const base = session.progress().now - performance.now() * NS_PER_MS;
  let timer: NodeJS.Timeout | undefined;
  const work = (): void => {
    clearTimeout(timer);
    const started = performance.now();
    const target = Math.floor(base + started * NS_PER_MS);
    const { nextDue, quiet } = session.advance(target, () => performance.now() - started > 20);
    if (session.machine.hasQuit) process.exit(0);
    if (nextDue !== undefined) timer = setTimeout(work, Math.max(0, (nextDue - target) / NS_PER_MS));
    else if (!quiet) timer = setTimeout(work, 0);
  };
  stdin.on('data', (text) => {
    if (String(text).includes(ESCAPE)) process.exit(0);
    session.input('sh', String(text));
    work();
  });
  stdin.on('end', () => {
    runOut(session);
    process.exit(0);
  });
  work();
}

export function runCommand(args: readonly string[]): void {
  const { options, words } = parseArguments(args, ['machine', 'append', 'script', 'rootfs']);
  if (words.length > 0)
    throw new UsageError('usage: lab run --machine "-M q35 …" [--append "…"] [--script FILE] [--rootfs DIR]');
  const append = options.get('append');
  const scenario: Scenario = {
    version: SCENARIO_VERSION,
    machine: options.get('machine') ?? '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M',
    ...(append === undefined ? {} : { append }),
  };
  const session = openSession(scenario, { files: overlayOf(options.get('rootfs')) });
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
