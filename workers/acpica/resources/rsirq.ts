/** Extended interrupt descriptors of a resource template (ACPI 6.4 §6.4.3.6). @acpica components/resources/rsirq.c */

const EXTENDED_INTERRUPT = 0x89;
const LARGE_ITEM = 0x80;
const END_TAG = 0x0f;

const EDGE = 1 << 1;
const ACTIVE_LOW = 1 << 2;
const SHAREABLE = 1 << 3;

export interface InterruptResource {
  readonly edge: boolean;
  readonly activeLow: boolean;
  readonly shareable: boolean;
  /** Global system interrupts. */
  readonly interrupts: readonly number[];
}

/** The interrupts of a template, others left out; undefined when it has no end tag. */
export function interruptResources(template: Uint8Array): InterruptResource[] | undefined {
  const fields = new DataView(template.buffer, template.byteOffset, template.byteLength);
  const found: InterruptResource[] = [];
  for (let at = 0; at < template.length; ) {
    const tag = template[at] ?? 0;
    if ((tag & LARGE_ITEM) === 0) {
      if (tag >> 3 === END_TAG) return found;
      at += 1 + (tag & 7);
      continue;
    }
    if (at + 3 > template.length) return undefined;
    const end = at + 3 + fields.getUint16(at + 1, true);
    if (end > template.length) return undefined;
    if (tag === EXTENDED_INTERRUPT && end >= at + 5) {
      const flags = fields.getUint8(at + 3);
      const count = Math.min(fields.getUint8(at + 4), Math.floor((end - at - 5) / 4));
      found.push({
        edge: (flags & EDGE) !== 0,
        activeLow: (flags & ACTIVE_LOW) !== 0,
        shareable: (flags & SHAREABLE) !== 0,
        interrupts: Array.from({ length: count }, (_, index) => fields.getUint32(at + 5 + 4 * index, true)),
      });
    }
    at = end;
  }
  return undefined;
}
