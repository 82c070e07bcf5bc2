/** Resource templates: which descriptors there are and how long they may be (ACPI 6.4 §6.4). */
import type { AcpiStatus, OrStatus } from '../include/acexcep.ts';
import type { BufferObject } from '../include/acobject.ts';

/** Length behind the header; `variable`: at least, `shorter`: or one byte less. */
interface DescriptorType {
  readonly length: number;
  readonly kind: 'fixed' | 'variable' | 'shorter';
}

const fixed = (length: number): DescriptorType => ({ length, kind: 'fixed' });
const variable = (length: number): DescriptorType => ({ length, kind: 'variable' });
const shorter = (length: number): DescriptorType => ({ length, kind: 'shorter' });

/** Small descriptors by type (bits 3 to 6 of the tag), large ones by their tag. */
const DESCRIPTORS: Readonly<Record<number, DescriptorType>> = {
  4: shorter(3), // IRQ
  5: fixed(2), // DMA
  6: shorter(1), // Start Dependent Functions
  7: fixed(0), // End Dependent Functions
  8: fixed(7), // I/O Port
  9: fixed(3), // Fixed Location I/O Port
  10: fixed(5), // Fixed DMA
  14: variable(0), // Vendor
  15: fixed(1), // End Tag
  129: fixed(9), // 24-Bit Memory Range
  130: fixed(12), // Generic Register
  132: variable(0), // Vendor
  133: fixed(17), // 32-Bit Memory Range
  134: fixed(9), // 32-Bit Fixed Memory Range
  135: variable(23), // DWord Address Space
  136: variable(13), // Word Address Space
  137: variable(6), // Extended Interrupt
  138: variable(43), // QWord Address Space
  139: fixed(53), // Extended Address Space
  140: variable(20), // GPIO Connection
  141: variable(15), // Pin Function
  142: variable(9), // Serial Bus Connection
  143: variable(17), // Pin Configuration
  144: variable(11), // Pin Group
  145: variable(14), // Pin Group Function
  146: variable(17), // Pin Group Configuration
};

const LARGE = 0x80;
const END_TAG_TYPE = 0x0f;
const SERIAL_BUS = 0x8e;
const MAX_SERIAL_BUS_TYPE = 4;

/** Checks the descriptor at `at`; AE_AML_INVALID_RESOURCE_TYPE or AE_AML_BAD_RESOURCE_LENGTH. */
function acpi_ut_validate_resource(bytes: Uint8Array, at: number, length: number): AcpiStatus {
  const tag = bytes[at] ?? 0;
  const type = DESCRIPTORS[(tag & LARGE) !== 0 ? tag : (tag & 0x78) >> 3];
  if (!type) return 'AE_AML_INVALID_RESOURCE_TYPE';
  const isShorter = type.kind === 'shorter' && length === type.length - 1;
  const isLonger = type.kind === 'variable' && length > type.length;
  if (length !== type.length && !isShorter && !isLonger) return 'AE_AML_BAD_RESOURCE_LENGTH';
  const bus = bytes[at + 5] ?? 0;
  if (tag === SERIAL_BUS && (bus === 0 || bus > MAX_SERIAL_BUS_TYPE)) return 'AE_AML_INVALID_RESOURCE_TYPE';
  return 'AE_OK';
}

/** Called with each descriptor's offset and whole length. */
export type ResourceCallback = (offset: number, length: number) => void;

/** Walks over the descriptors of a template to its end tag and returns the tag's offset. */
export function acpi_ut_walk_aml_resources(bytes: Uint8Array, callback?: ResourceCallback): OrStatus<number> {
  if (bytes.length < 2) return 'AE_AML_NO_RESOURCE_END_TAG';
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const isLarge = (tag & LARGE) !== 0;
    const left = bytes.length - at;
    if (left < (isLarge ? 6 : 2)) return 'AE_AML_BUFFER_LENGTH';
    const length = isLarge ? (bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8) : tag & 0x07;
    const status = acpi_ut_validate_resource(bytes, at, length);
    if (status !== 'AE_OK') return status;
    const whole = length + (isLarge ? 3 : 1);
    if (whole > left) return 'AE_AML_BUFFER_LENGTH';
    callback?.(at, whole);
    if (!isLarge && (tag & 0x78) >> 3 === END_TAG_TYPE) return at;
    at += whole;
  }
  return 'AE_AML_NO_RESOURCE_END_TAG';
}

/** Offset of a template's end tag; an empty buffer is accepted as a template without descriptors. */
export const acpi_ut_get_resource_end_tag = (template: BufferObject): OrStatus<number> =>
  template.bytes.length === 0 ? 0 : acpi_ut_walk_aml_resources(template.bytes);
