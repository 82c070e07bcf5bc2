/** Fixed ACPI Description Table (ACPI 6.4 §5.2.9): revision 1 on `pc`, 3 on `q35`, as QEMU builds them. */
import { byteData, concat, dwordData, wordData } from '../aml/encode.ts';
import type { AddressRange, X86BoardAddresses } from '../hw/boards/addresses.ts';
import { bit } from '../sim/bits.ts';
import { acpiTable, genericAddress } from './acpi-table.ts';

/** Fixed feature flags (§5.2.9, table 5.10), by bit. */
const FEATURE = {
  wbinvd: 0,
  procC1: 2,
  sleepButton: 5,
  rtcS4: 7,
  resetRegister: 10,
  usePlatformClock: 15,
  forceApicClusterModel: 18,
} as const;

/** IA-PC boot architecture flags (§5.2.9.3): an 8042 keyboard controller is there. */
const BOOT_8042 = 0x0002;
/** Longest C2 and C3 latencies: more than the 100 and 1000 µs that would mean the state is supported. */
const LATENCY_UNSUPPORTED = 0xfff;
/** Where the RTC keeps the century. */
const RTC_CENTURY_INDEX = 0x32;
/** Value for the reset control register: reset CPU and system. */
const RESET_VALUE = 0x0f;
/** In flat logical mode the destination is a bit mask of eight CPUs. */
const FLAT_LOGICAL_CPUS = 8;

const NO_BLOCK: AddressRange = { base: 0, length: 0 };

const fixedBlock = (block: AddressRange): Uint8Array =>
  block.length === 0 ? genericAddress('systemMemory', 0, 0) : genericAddress('systemIo', block.length * 8, block.base);

/** Fields up to the feature flags, alike in both revisions. */
const firstPart = (
  board: X86BoardAddresses,
  addresses: { readonly facs: number; readonly dsdt: number },
  bootFlags: number,
  featureFlags: number,
) => [
  dwordData(addresses.facs),
  dwordData(addresses.dsdt),
  byteData(1), // interrupt model: multiple APIC; reserved since ACPI 2.0
  byteData(0), // preferred profile: unspecified
  wordData(board.sci),
  dwordData(board.smiCommandPort),
  byteData(board.smiCommands.acpiEnable),
  byteData(board.smiCommands.acpiDisable),
  byteData(0), // S4BIOS_REQ
  byteData(0), // PSTATE_CNT
  dwordData(board.pm1Event.base),
  dwordData(0), // PM1b event block
  dwordData(board.pm1Control.base),
  dwordData(0), // PM1b control block
  dwordData(0), // PM2 control block
  dwordData(board.pmTimer.base),
  dwordData(board.gpe0.base),
  dwordData(0), // GPE1 block
  byteData(board.pm1Event.length),
  byteData(board.pm1Control.length),
  byteData(0), // PM2 control block
  byteData(board.pmTimer.length),
  byteData(board.gpe0.length),
  byteData(0), // GPE1 block
  byteData(0), // GPE1 base
  byteData(0), // CST_CNT
  wordData(LATENCY_UNSUPPORTED), // C2
  wordData(LATENCY_UNSUPPORTED), // C3
  wordData(0), // flush size: WBINVD works
  wordData(0), // flush stride
  byteData(0), // duty offset
  byteData(0), // duty width
  byteData(0), // RTC day alarm
  byteData(0), // RTC month alarm
  byteData(RTC_CENTURY_INDEX),
  wordData(bootFlags),
  byteData(0), // reserved
  dwordData(featureFlags),
];

/** `maxCpus`: possible vCPUs of the machine. */
export const fadt = (
  board: X86BoardAddresses,
  maxCpus: number,
  addresses: { readonly facs: number; readonly dsdt: number },
): Uint8Array => {
  const features =
    bit(FEATURE.wbinvd) |
    bit(FEATURE.procC1) |
    bit(FEATURE.sleepButton) |
    bit(FEATURE.rtcS4) |
    bit(FEATURE.usePlatformClock) |
    (maxCpus > FLAT_LOGICAL_CPUS ? bit(FEATURE.forceApicClusterModel) : 0);
  if (board.resetPort === undefined) return acpiTable('FACP', 1, concat(firstPart(board, addresses, 0, features)));
  return acpiTable(
    'FACP',
    3,
    concat([
      ...firstPart(board, addresses, BOOT_8042, features | bit(FEATURE.resetRegister)),
      genericAddress('systemIo', 8, board.resetPort),
      byteData(RESET_VALUE),
      wordData(0), // ARM boot flags
      byteData(0), // minor revision
      dwordData(0), // X_FACS: the 32-bit address counts
      dwordData(0),
      dwordData(addresses.dsdt),
      dwordData(0),
      fixedBlock(board.pm1Event),
      fixedBlock(NO_BLOCK),
      fixedBlock(board.pm1Control),
      fixedBlock(NO_BLOCK),
      fixedBlock(NO_BLOCK), // PM2 control
      fixedBlock(board.pmTimer),
      fixedBlock(board.gpe0),
      fixedBlock(NO_BLOCK), // GPE1
    ]),
  );
};
