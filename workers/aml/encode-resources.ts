/** Resource descriptors (ACPI 6.4 §6.4) and the buffers that `_CRS` and `_PRS` return. */
import { type Aml, buffer, byteData, concat, dwordData, qwordData, wordData } from './encode.ts';

const SMALL = { irqNoFlags: 0x22, dma: 0x2a, io: 0x47, endTag: 0x79 } as const;
const LARGE = { memory32Fixed: 0x86, dwordSpace: 0x87, wordSpace: 0x88, interrupt: 0x89, qwordSpace: 0x8a } as const;

/** The descriptors, closed by an end tag whose checksum is not used. */
export const resourceTemplate = (descriptors: readonly Aml[]): Aml =>
  buffer(concat([...descriptors, [SMALL.endTag, 0]]));

const large = (tag: number, content: readonly Aml[]): Aml => {
  const bytes = concat(content);
  return concat([[tag], wordData(bytes.length), bytes]);
};

/** `IO (Decode16, …)`. Alignment and length in bytes. */
export const io = (minimum: number, maximum: number, alignment: number, length: number): Aml =>
  concat([[SMALL.io, 1], wordData(minimum), wordData(maximum), byteData(alignment), byteData(length)]);

/** `IRQNoFlags () {irq}`: edge, active high, exclusive. */
export const irqNoFlags = (irq: number): Aml => concat([[SMALL.irqNoFlags], wordData(1 << irq)]);

/** `DMA (Compatibility, NotBusMaster, Transfer8) {channel}`. */
export const dma8 = (channel: number): Aml => concat([[SMALL.dma], byteData(1 << channel), byteData(0)]);

/** `Memory32Fixed (…)`. */
export const memory32Fixed = (base: number, length: number, access: 'ReadOnly' | 'ReadWrite'): Aml =>
  large(LARGE.memory32Fixed, [byteData(access === 'ReadWrite' ? 1 : 0), dwordData(base), dwordData(length)]);

/** `Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) {…}`. */
export const levelInterrupt = (interrupts: readonly number[]): Aml => {
  const consumer = 1;
  const shared = 1 << 3;
  return large(LARGE.interrupt, [
    byteData(consumer | shared),
    byteData(interrupts.length),
    concat(interrupts.map(dwordData)),
  ]);
};

/** `Interrupt (ResourceConsumer, trigger, ActiveHigh, Exclusive) {…}`. */
export const exclusiveInterrupt = (interrupt: number, trigger: 'Level' | 'Edge'): Aml => {
  const consumer = 1;
  const edge = 1 << 1;
  const flags = byteData(trigger === 'Edge' ? consumer | edge : consumer);
  return large(LARGE.interrupt, [flags, byteData(1), dwordData(interrupt)]);
};

/** Resource types of address space descriptors and their type-specific flags. */
const ADDRESS_SPACE = { memory: 0, io: 1, busNumber: 2 } as const;
const IO_ENTIRE_RANGE = 3;
/** Both ends of the range are fixed; a producer that decodes positively. */
const FIXED_RANGE = 0x0c;

interface Range {
  readonly minimum: number | bigint;
  readonly maximum: number | bigint;
  /** `maximum - minimum + 1` unless given. */
  readonly length?: number | bigint;
  /** What is added to an address on the other side of the bridge; 0 unless given. */
  readonly translation?: number;
}

const addressSpace = (
  tag: number,
  value: (n: number | bigint) => Aml,
  type: keyof typeof ADDRESS_SPACE,
  typeFlags: number,
  { minimum, maximum, length, translation = 0 }: Range,
): Aml =>
  large(tag, [
    Uint8Array.of(ADDRESS_SPACE[type], FIXED_RANGE, typeFlags),
    value(0), // granularity
    value(minimum),
    value(maximum),
    value(translation),
    value(length ?? BigInt(maximum) - BigInt(minimum) + 1n),
  ]);

/** `WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, …)`. */
export const wordBusNumber = (range: Range): Aml => addressSpace(LARGE.wordSpace, wordData, 'busNumber', 0, range);

/** `WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, …)`. */
export const wordIo = (range: Range): Aml => addressSpace(LARGE.wordSpace, wordData, 'io', IO_ENTIRE_RANGE, range);

/** `DWordIO (…)`, likewise. */
export const dwordIo = (range: Range): Aml => addressSpace(LARGE.dwordSpace, dwordData, 'io', IO_ENTIRE_RANGE, range);

const memoryFlags = (caching: 'Cacheable' | 'NonCacheable'): number => {
  const readWrite = 1;
  return readWrite | (caching === 'Cacheable' ? 1 << 1 : 0);
};

/** `DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, caching, ReadWrite, …)`. */
export const dwordMemory = (range: Range, caching: 'Cacheable' | 'NonCacheable'): Aml =>
  addressSpace(LARGE.dwordSpace, dwordData, 'memory', memoryFlags(caching), range);

/** `QWordMemory (…)`, likewise. */
export const qwordMemory = (range: Range, caching: 'Cacheable' | 'NonCacheable'): Aml =>
  addressSpace(LARGE.qwordSpace, qwordData, 'memory', memoryFlags(caching), range);
