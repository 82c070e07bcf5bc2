/** One QMP connection: greeting, negotiation, commands in, replies and events out, a line each. */
import type { Board } from '../abi/board.ts';
import type { ObjectStore } from './object-store.ts';
import { type MonitorCommands, type QmpContext, QmpFailure } from './qmp-context.ts';
import { isDict, printQObject, type QDict, type QMessage, type QObject, QObjectStream } from './qobject.ts';
import { QEMU_VERSION } from './version.ts';

export interface QmpSessionOptions {
  /** The board that stands now: a reset makes another one. */
  readonly board: () => Board;
  readonly objects: ObjectStore;
  /** Tells the log of what the real one has and the lab has not. */
  readonly unmodelled: (what: string) => void;
  /** Asked for when a client has negotiated and sends a command. */
  readonly commands: () => MonitorCommands;
  /** A line for the client, without its line ending. */
  readonly send: (line: string) => void;
  /** Microseconds since 1970, for events. */
  readonly clock: () => number;
  readonly quit: () => void;
}

/** Commands of the negotiation mode. */
const NEGOTIATE = 'qmp_capabilities';

export class QmpSession {
  private readonly options: QmpSessionOptions;
  private readonly input = new QObjectStream();
  /** What the commands of this connection work on. */
  readonly context: QmpContext;
  private negotiated = false;

  constructor(options: QmpSessionOptions) {
    this.options = options;
    this.context = {
      get board() {
        return options.board();
      },
      objects: options.objects,
      unmodelled: options.unmodelled,
      event: (name, data) => this.event(name, data),
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
    return this.options.commands().qmp(this.context, name, args);
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

/** The message's shape, as qmp_dispatch_check_obj sees it: a command's name and arguments, or what is wrong. */
function checkMessage(message: QObject): { name: string; args: QDict; id: QObject | undefined } | QmpFailure {
  if (!isDict(message)) return new QmpFailure('QMP input must be a JSON object');
  let name: string | undefined;
  let args: QDict = {};
  for (const [key, value] of Object.entries(message)) {
    if (key === 'execute') {
      if (typeof value !== 'string') return new QmpFailure(`QMP input member '${key}' must be a string`);
      name = value;
    } else if (key === 'arguments') {
      if (!isDict(value)) return new QmpFailure("QMP input member 'arguments' must be an object");
      args = value;
    } else if (key !== 'id') return new QmpFailure(`QMP input member '${key}' is unexpected`);
  }
  if (name === undefined) return new QmpFailure("QMP input lacks member 'execute'");
  return { name, args, id: message['id'] };
}
