// Screenshots as PNGs of at most 256 colours: a third of the size, and nobody sees the difference in a user interface.
import { crc32, deflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel; alpha is not kept. */
  readonly rgba: Uint8Array;
}

const COLOURS = 256;
const FOR_RARE = 64;

/** Squared distance of two colours from which on they do not stand for each other. */
const UNLIKE = 500;

/** Colours that differ by less than this in each channel count as one when the frequent ones are looked for. */
const COARSE_BITS = 2;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return whole;
}

function distance(a: number, b: number): number {
  let sum = 0;
  for (const shift of [16, 8, 0]) sum += (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2;
  return sum;
}

/** The most frequent colours; a part of the palette is for rare ones that have no likeness among those. */
function choosePalette(rgba: Uint8Array): number[] {
  const seen = new Map<number, { colour: number; count: number }>();
  const mask = 0xff & ~((1 << COARSE_BITS) - 1);
  for (let at = 0; at < rgba.length; at += 4) {
    const colour = ((rgba[at] ?? 0) << 16) | ((rgba[at + 1] ?? 0) << 8) | (rgba[at + 2] ?? 0);
    const coarse = colour & ((mask << 16) | (mask << 8) | mask);
    const known = seen.get(coarse);
    if (known) known.count++;
    else seen.set(coarse, { colour, count: 1 });
  }
  const colours = [...seen.values()].sort((a, b) => b.count - a.count).map(({ colour }) => colour);
  const palette = colours.slice(0, COLOURS - FOR_RARE);
  for (const colour of colours.slice(palette.length)) {
    if (palette.length === COLOURS) break;
    if (palette.every((known) => distance(known, colour) > UNLIKE)) palette.push(colour);
  }
  return palette;
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  palette.forEach((candidate, index) => {
    const apart = distance(candidate, colour);
    if (apart < bestDistance) {
      best = index;
      bestDistance = apart;
    }
  });
  return best;
}

/** An indexed PNG (PNG specification, colour type 3) of the pixels. */
export function encodePalettePng({ width, height, rgba }: Pixels): Buffer {
  const palette = choosePalette(rgba);
  const indexOf = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const colour = ((rgba[at] ?? 0) << 16) | ((rgba[at + 1] ?? 0) << 8) | (rgba[at + 2] ?? 0);
      const index = indexOf.get(colour) ?? nearest(palette, colour);
      indexOf.set(colour, index);
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 }))];
  return Buffer.concat([signature, ...parts, chunk('IEND', Buffer.alloc(0))]);
}
