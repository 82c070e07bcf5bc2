/** Perfetto's native format: a protobuf `Trace` of track descriptors and track events (protos/perfetto/trace). */
import type { Mark, Track } from './timeline.ts';

const VARINT = 0;
const BYTES = 2;

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

const number = (field: number, value: number | bigint): number[] => [
  ...varint((field << 3) | VARINT),
  ...varint(value),
];
const message = (field: number, ...parts: readonly number[][]): number[] => {
  const body = parts.flat();
  return [...varint((field << 3) | BYTES), ...varint(body.length), ...body];
};
const encoder = new TextEncoder();
const text = (field: number, value: string): number[] => message(field, [...encoder.encode(value)]);

/** Field numbers of TracePacket, TrackDescriptor, TrackEvent and DebugAnnotation. */
const PACKET = { trace: 1, timestamp: 8, sequence: 10, trackEvent: 11, trackDescriptor: 60 } as const;
const DESCRIPTOR = { uuid: 1, name: 2, parent: 5 } as const;
const EVENT = { annotation: 4, type: 9, trackUuid: 11, name: 23 } as const;
const ANNOTATION = { int: 4, string: 6, name: 10 } as const;
const TYPE = { begin: 1, end: 2, point: 3 } as const;
const SEQUENCE = 1;

const GROUPS: Readonly<Record<Track['group'], { readonly uuid: number; readonly name: string }>> = {
  tasks: { uuid: 1, name: 'guest kernel' },
  processors: { uuid: 2, name: 'processors' },
  qemu: { uuid: 3, name: 'QEMU' },
};

function annotation([name, value]: [string, string | number]): number[] {
  const shown = typeof value === 'number' ? number(ANNOTATION.int, value) : text(ANNOTATION.string, value);
  return message(EVENT.annotation, text(ANNOTATION.name, name), shown);
}

const packet = (...parts: readonly number[][]): Uint8Array =>
  Uint8Array.from(message(PACKET.trace, number(PACKET.sequence, SEQUENCE), ...parts));

const descriptor = (uuid: number, name: string, parent?: number): Uint8Array =>
  packet(
    message(
      PACKET.trackDescriptor,
      number(DESCRIPTOR.uuid, uuid),
      text(DESCRIPTOR.name, name),
      parent === undefined ? [] : number(DESCRIPTOR.parent, parent),
    ),
  );

/** Pieces of one protobuf message; times are nanoseconds. */
export function* perfettoTrace(marks: Iterable<Mark>): Generator<Uint8Array> {
  for (const { uuid, name } of Object.values(GROUPS)) yield descriptor(uuid, name);
  const uuids = new Map<Track, number>();
  for (const mark of marks) {
    const { track } = mark;
    let uuid = uuids.get(track);
    if (uuid === undefined) {
      uuid = 16 + uuids.size;
      uuids.set(track, uuid);
      const name = track.group === 'tasks' && track.pid >= 0 ? `${track.name} ${track.pid}` : track.name;
      yield descriptor(uuid, name, GROUPS[track.group].uuid);
    }
    yield packet(
      number(PACKET.timestamp, mark.time),
      message(
        PACKET.trackEvent,
        number(EVENT.type, TYPE[mark.type]),
        number(EVENT.trackUuid, uuid),
        mark.type === 'end' ? [] : text(EVENT.name, mark.name),
        ...(mark.type === 'point' ? Object.entries(mark.args).map(annotation) : []),
      ),
    );
  }
}
