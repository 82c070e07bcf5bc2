/** Processors in the MADT: local APICs and local x2APICs (ACPI 6.4 §5.2.12.2, §5.2.12.12). */
import type { MadtProcessor } from '../../../../kernel/arch-ops.ts';

const MADT_LOCAL_APIC = 0;
export const MADT_LOCAL_X2APIC = 9;
/** Processor objects cannot have larger numbers; only devices can be x2APIC's. */
const MAX_OBJECT_ID = 255;

export function madtProcessor(type: number, bytes: Uint8Array, deviceDeclaration: boolean): MadtProcessor | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === MADT_LOCAL_APIC && bytes.length >= 8) {
    return { acpiId: view.getUint8(2), physId: view.getUint8(3), flags: view.getUint32(4, true) };
  }
  if (type !== MADT_LOCAL_X2APIC || bytes.length < 16) return undefined;
  const acpiId = view.getUint32(12, true);
  if (!deviceDeclaration && acpiId >= MAX_OBJECT_ID) return undefined;
  return { acpiId, physId: view.getUint32(4, true), flags: view.getUint32(8, true) };
}
