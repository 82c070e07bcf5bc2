import { scaleLinear } from 'd3-scale';
import type { MemoryRegion } from '../../../workers/protocol/machine-api.ts';
import type { DimmSlot } from '../../session/memory-state.ts';

/** A stretch of the physical address space: RAM of power-on, a DIMM, the hole for devices, room that nothing fills. */
export interface Segment {
  readonly kind: 'ram' | 'dimm' | 'hole' | 'gap';
  readonly start: number;
  readonly size: number;
  readonly slot: DimmSlot | undefined;
}

/** The address space from 0 to the end of the region for DIMMs, without a gap between the segments. */
export function segmentsOf(regions: readonly MemoryRegion[], slots: readonly DimmSlot[]): Segment[] {
  const dimms = slots.filter(({ plugged }) => plugged).sort((a, b) => a.address - b.address);
  const segments: Segment[] = [];
  const add = (kind: Segment['kind'], start: number, end: number, slot?: DimmSlot) => {
    if (end > start) segments.push({ kind, start, size: end - start, slot });
  };
  let at = 0;
  for (const region of [...regions].sort((a, b) => a.start - b.start)) {
    const end = region.start + region.size;
    add('gap', at, region.start);
    at = region.start;
    if (region.kind !== 'device-memory') add(region.kind, at, end);
    else {
      for (const slot of dimms.filter(({ address }) => address >= region.start && address < end)) {
        add('gap', at, slot.address);
        add('dimm', slot.address, slot.address + slot.size, slot);
        at = slot.address + slot.size;
      }
      add('gap', at, end);
    }
    at = end;
  }
  return segments;
}

/** Pixels that a folded stretch takes, and the least that one with memory takes. */
const FOLDED = 46;
const LEAST = 3;

export interface AddressLayout {
  readonly segments: readonly Segment[];
  /** Pixel of an address; linear inside a segment, folded between them. */
  readonly x: (address: number) => number;
  readonly width: number;
}

/**
 * Gives each stretch its width: what holds memory by the root of its size, so that a small DIMM beside a large one is
 * seen; holes and room are folded.
 */
export function layOutAddresses(segments: readonly Segment[], width: number): AddressLayout {
  const folded = segments.filter(({ kind }) => kind === 'hole' || kind === 'gap').length;
  const foldedWidth = Math.min(FOLDED, (width * 0.3) / Math.max(1, folded));
  const weightOf = ({ kind, size }: Segment): number => (kind === 'ram' || kind === 'dimm' ? Math.sqrt(size) : 0);
  const weight = segments.reduce((sum, segment) => sum + weightOf(segment), 0);
  const room = Math.max(0, width - folded * foldedWidth);
  const domain = [0];
  const range = [0];
  for (const segment of segments) {
    const own = weightOf(segment);
    const taken = own === 0 ? foldedWidth : Math.max(LEAST, (own / weight) * room);
    domain.push(segment.start + segment.size);
    range.push((range.at(-1) ?? 0) + taken);
  }
  const scale = scaleLinear().domain(domain).range(range).clamp(true);
  return { segments, x: (address) => scale(address), width: range.at(-1) ?? 0 };
}
