/**
 * Finds the tables that the firmware left in memory: RSDP, RSDT or XSDT, and what they point to.
 *
 * @linux drivers/acpi/acpica/tbxfroot.c, tbutils.c, tbprint.c
 */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { acpi_gbl_FADT, acpi_tb_parse_fadt } from './tbfadt.ts';

const HEADER_LENGTH = 36;
const RSDP_LENGTH = 20;
const RSDP_EXTENDED_LENGTH = 36;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Characters up to the first NUL, those that do not print as `?`. */
const text = (bytes: Uint8Array, at: number, length: number): string => {
  const codes = [...bytes.subarray(at, at + length)];
  return codes
    .map((code) => (code === 0 ? ' ' : code < 0x20 || code > 0x7e ? '?' : String.fromCharCode(code)))
    .join('');
};

const upper = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** The line that Linux prints for a table; undefined texts are of headers that have none (RSDP, FACS). */
function tableLine(bytes: Uint8Array, address: number): string {
  const signature = text(bytes, 0, 4);
  if (signature === 'FACS') return `FACS 0x${upper(address, 16)} ${upper(view(bytes).getUint32(4, true), 6)}`;
  const length = upper(view(bytes).getUint32(4, true), 6);
  const revision = `${bytes[8] ?? 0}`.padStart(2, '0');
  const oemRevision = upper(view(bytes).getUint32(24, true), 8);
  const compilerRevision = upper(view(bytes).getUint32(32, true), 8);
  const ids = `${text(bytes, 10, 6)} ${text(bytes, 16, 8)} ${oemRevision} ${text(bytes, 28, 4)} ${compilerRevision}`;
  return `${signature} 0x${upper(address, 16)} ${length} (v${revision} ${ids})`;
}

function* print(acpi: AcpiGlobals, line: string): Co {
  yield* acpi.os.acpi_os_printf('info', `ACPI: ${line}`);
}

/** The whole table at an address, read by the length in its header. */
function readTable(acpi: AcpiGlobals, address: number): Uint8Array {
  const header = acpi.os.readMemoryBytes(address, 8);
  return acpi.os.readMemoryBytes(address, view(header).getUint32(4, true));
}

function* install(acpi: AcpiGlobals, address: number): Co<Uint8Array> {
  const bytes = readTable(acpi, address);
  yield* print(acpi, tableLine(bytes, address));
  acpi.tables.push({ signature: text(bytes, 0, 4), bytes, address, ownerId: 0, loaded: false });
  return bytes;
}

/** acpi_initialize_tables(): installs every table, DSDT and FACS behind the FADT. AE_NOT_FOUND without an RSDP. */
export function* acpi_tb_parse_root_table(acpi: AcpiGlobals, rsdpAddress: number): Co<AcpiStatus> {
  const rsdp = acpi.os.readMemoryBytes(rsdpAddress, RSDP_EXTENDED_LENGTH);
  if (text(rsdp, 0, 8) !== 'RSD PTR ') return 'AE_NOT_FOUND';
  const revision = rsdp[15] ?? 0;
  const length = revision >= 2 ? view(rsdp).getUint32(20, true) : RSDP_LENGTH;
  const shownRevision = `${revision}`.padStart(2, '0');
  yield* print(acpi, `RSDP 0x${upper(rsdpAddress, 16)} ${upper(length, 6)} (v${shownRevision} ${text(rsdp, 9, 6)})`);
  const extended = revision >= 2 && view(rsdp).getBigUint64(24, true) !== 0n;
  const rootAddress = extended ? Number(view(rsdp).getBigUint64(24, true)) : view(rsdp).getUint32(16, true);
  const root = readTable(acpi, rootAddress);
  yield* print(acpi, tableLine(root, rootAddress));
  const width = extended ? 8 : 4;
  for (let at = HEADER_LENGTH; at + width <= root.length; at += width) {
    const address = extended ? Number(view(root).getBigUint64(at, true)) : view(root).getUint32(at, true);
    if (address === 0) continue;
    const bytes = yield* install(acpi, address);
    if (text(bytes, 0, 4) !== 'FACP') continue;
    const fadt = acpi_tb_parse_fadt(bytes);
    acpi_gbl_FADT(acpi).fadt = fadt;
    if (fadt.dsdt !== 0) yield* install(acpi, fadt.dsdt);
    if (fadt.facs !== 0) yield* install(acpi, fadt.facs);
  }
  return 'AE_OK';
}

/** acpi_get_table(): the bytes of the `instance`-th table with this signature, counted from 0. */
export function acpi_get_table(acpi: AcpiGlobals, signature: string, instance = 0): Uint8Array | undefined {
  return acpi.tables.filter((table) => table.signature === signature)[instance]?.bytes;
}

/** Entries of a table made of type-length structures (MADT, SRAT), from offset `first` on. */
export function* tableEntries(
  bytes: Uint8Array,
  first: number,
): Generator<{ readonly type: number; readonly bytes: Uint8Array }, void, undefined> {
  for (let at = first; at + 2 <= bytes.length; ) {
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) return;
    yield { type: bytes[at] ?? 0, bytes: bytes.subarray(at, at + length) };
    at += length;
  }
}
