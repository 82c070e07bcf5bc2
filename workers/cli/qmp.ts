/**
 * `lab qmp`: a QMP server on standard input and output, a Unix socket or a TCP port, for real QMP clients. As with a
 * real QEMU, a machine without -kernel stays in its firmware: no guest answers.
 */
import { createServer, type Socket } from 'node:net';
import type { Session } from '../machine/session.ts';
import { SCENARIO_VERSION } from '../protocol/scenario.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { openSession } from './open-session.ts';

/** One client at a time, as a QEMU monitor has. */
interface Client {
  send(text: string): void;
}

/** What begins no token of JSON; what no string may have. */
const NO_TOKEN = /[^\s\w{}[\]:,"'.+-]/;
const NOT_IN_STRING = /[^\P{Cc}\n]|\uFFFD/u;

/**
 * Puts a stream's pieces together: what it gives out ends between two messages, or at a line end inside a string, which
 * is an error that QEMU answers at once. The machine takes whole messages: a line end inside one would break it.
 */
export class WholeMessages {
  private held = '';
  private depth = 0;
  private quote = '';
  private escaped = false;

  /** What is complete with this piece; empty: nothing yet. */
  push(piece: string): string {
    let end = 0;
    for (let at = 0; at < piece.length; at++) {
      this.step(piece.charAt(at));
      if (this.depth === 0 && this.quote === '') end = at + 1;
    }
    if (end === 0) {
      this.held += piece;
      return '';
    }
    const complete = this.held + piece.slice(0, end);
    this.held = piece.slice(end);
    return complete;
  }

  private step(char: string): void {
    if (this.quote === '' ? NO_TOKEN.test(char) : NOT_IN_STRING.test(char)) {
      // an error that QEMU answers at once; it starts over behind it
      this.depth = 0;
      this.quote = '';
    } else if (this.quote !== '') {
      if (char === '\n') this.depth = 0;
      if (char === '\n' || (char === this.quote && !this.escaped)) this.quote = '';
      this.escaped = char === '\\' && !this.escaped;
    } else if (char === '"' || char === "'") this.quote = char;
    else if (char === '{' || char === '[') this.depth++;
    else if (char === '}' || char === ']') this.depth = Math.max(0, this.depth - 1);
  }
}

class QmpServer {
  private readonly session: Session;
  private client: Client | undefined;
  private input = new WholeMessages();

  constructor(session: Session) {
    this.session = session;
    session.machine.onQmpLine = (line) => this.client?.send(`${line}\r\n`);
    session.settle();
  }

  get ended(): boolean {
    return this.session.machine.hasQuit;
  }

  connect(client: Client): void {
    this.client = client;
    this.input = new WholeMessages();
    this.session.machine.openQmp();
  }

  disconnect(): void {
    this.client = undefined;
  }

  feed(piece: string): void {
    const text = this.input.push(piece);
    if (text === '') return;
    this.session.input('qmp', text);
    if (!this.ended) this.session.settle();
  }
}

function serveStdio(server: QmpServer): void {
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    server.feed(text);
    if (server.ended) process.exit(0);
  });
  process.stdin.on('end', () => process.exit(0));
  server.connect({ send: (text) => process.stdout.write(text) });
}

function serveSockets(server: QmpServer, where: { path: string } | { port: number; host: string }): void {
  let busy: Socket | undefined;
  const listener = createServer((socket) => {
    if (busy) return void socket.destroy();
    busy = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      server.feed(String(text));
      if (server.ended) socket.end(() => process.exit(0));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      busy = undefined;
      server.disconnect();
    });
    server.connect({ send: (text) => socket.write(text) });
  });
  listener.on('error', (error) => {
    process.stderr.write(`lab qmp: ${error.message}\n`);
    process.exit(1);
  });
  listener.listen(where);
}

export function qmpCommand(args: readonly string[]): void {
  const { options, flags, words } = parseArguments(args, ['machine', 'socket', 'tcp'], ['stdio']);
  const ways = [flags.has('stdio'), options.has('socket'), options.has('tcp')].filter(Boolean).length;
  if (ways !== 1 || words.length > 0) {
    throw new UsageError('usage: lab qmp --machine "-M q35 …" --socket PATH | --tcp PORT | --stdio');
  }
  const session = openSession(
    { version: SCENARIO_VERSION, machine: options.get('machine') ?? '' },
    { bootWithoutKernel: false },
  );
  if (!session) return;
  const server = new QmpServer(session);
  const socket = options.get('socket');
  const port = Number(options.get('tcp'));
  if (flags.has('stdio')) serveStdio(server);
  else if (socket !== undefined) serveSockets(server, { path: socket });
  else if (Number.isInteger(port) && port > 0 && port < 65536) serveSockets(server, { port, host: '127.0.0.1' });
  else throw new UsageError(`--tcp ${options.get('tcp')}: expected a port from 1 to 65535`);
}
