/** One QMP connection: greeting, negotiation, commands in, replies and events out, a line each. */
import type { Board } from '../abi/board.ts';
import type { ObjectStore } from './object-store.ts';
import { checkArguments, checkMessage, QMP_COMMANDS, QmpFailure } from './qmp-commands.ts';
import type { QmpContext } from './qmp-context.ts';
import { printQObject, type QDict, type QMessage, type QObject, QObjectStream } from './qobject.ts';
import { COMMAND_NAMES } from './tables/command-names.ts';
import { QEMU_VERSION } from './version.ts';

export interface QmpSessionOptions {
  /** The board that stands now: a reset makes another one. */
  readonly board: () => Board;
  readonly objects: ObjectStore;
  /** Tells the log of what the real one has and the lab has not. */
  readonly unmodelled: (what: string) => void;
  /** Where the commands' own events go; default: to this client. */
  readonly event?: (name: string, data?: Readonly<Record<string, unknown>>) => void;
  /** A line for the client, without its line ending. */
  readonly send: (line: string) => void;
  /** Microseconds since 1970, for events. */
  readonly clock: () => number;
  readonly quit: () => void;
}

const COMMANDS = new Map(QMP_COMMANDS.map((command) => [command.name, command]));

/** Those of the real one, too. */
const EVERY_NAME = new Set(COMMAND_NAMES);

/** Commands of the negotiation mode. */
const NEGOTIATE = 'qmp_capabilities';

export class QmpSession {
  private readonly options: QmpSessionOptions;
  private readonly input = new QObjectStream();
  private readonly context: QmpContext;
  private negotiated = false;

  constructor(options: QmpSessionOptions) {
    this.options = options;
    this.context = {
      get board() {
        return options.board();
      },
      objects: options.objects,
      unmodelled: options.unmodelled,
      event: options.event ?? ((name, data) => this.event(name, data)),
      quit: options.quit,
    };
  }

  /** The first line of a connection. */
  greet(): void {
    this.send({ QMP: { version: QEMU_VERSION, capabilities: ['oob'] } });
  }

  /** Text from the client, in pieces of any size. */
  feed(text: string): void {
    for (const message of this.input.feed(text)) this.message(message);
  }

  /** Sends an event; before the negotiation a client gets none. */
  event(name: string, data?: Readonly<Record<string, unknown>>): void {
    if (!this.negotiated) return;
    const microseconds = this.options.clock();
    this.send({
      timestamp: { seconds: Math.floor(microseconds / 1_000_000), microseconds: microseconds % 1_000_000 },
      event: name,
      ...(data ? { data: data as QDict } : {}),
    });
  }

  private message(message: QMessage): void {
    if ('error' in message) {
      this.reply(new QmpFailure(message.error), undefined);
      return;
    }
    const request = checkMessage(message.value);
    if (request instanceof QmpFailure) {
      const { value } = message;
      const id = typeof value === 'object' && value !== null && 'id' in value ? (value['id'] as QObject) : undefined;
      this.reply(request, id);
      return;
    }
    this.reply(this.dispatch(request.name, request.args), request.id);
  }

  private dispatch(name: string, args: QDict): QObject | QmpFailure {
    if (!this.negotiated) {
      if (name !== NEGOTIATE) {
        return new QmpFailure(`Expecting capabilities negotiation with '${NEGOTIATE}'`, 'CommandNotFound');
      }
      this.negotiated = true;
      return {};
    }
    if (name === NEGOTIATE) {
      return new QmpFailure('Capabilities negotiation is already complete, command ignored', 'CommandNotFound');
    }
    const command = COMMANDS.get(name);
    if (!command) {
      if (!EVERY_NAME.has(name)) return new QmpFailure(`The command ${name} has not been found`, 'CommandNotFound');
      this.options.unmodelled(name);
      return new QmpFailure(`The command ${name} is not modelled by the lab`);
    }
    return checkArguments(command, args) ?? command.run(this.context, args);
  }

  private reply(result: QObject | QmpFailure, id: QObject | undefined): void {
    const tag = id === undefined ? {} : { id };
    if (result instanceof QmpFailure) {
      this.send({ error: { class: result.errorClass, desc: result.description }, ...tag });
    } else this.send({ return: result, ...tag });
  }

  private send(value: QDict): void {
    this.options.send(printQObject(value));
  }
}
