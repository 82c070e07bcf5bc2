/** Fixed hardware registers: PM1 (ACPI 6.4 §4.8.3). @linux drivers/acpi/acpica/hwregs.c, hwxface.c, hwacpi.c */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiFadt, acpi_gbl_FADT, type GenericAddress } from '../tables/tbfadt.ts';

/** PM1 status and enable bits. */
export const ACPI_BITMASK_TIMER = 1 << 0;
export const ACPI_BITMASK_GLOBAL_LOCK = 1 << 5;
export const ACPI_BITMASK_POWER_BUTTON = 1 << 8;
export const ACPI_BITMASK_SLEEP_BUTTON = 1 << 9;
export const ACPI_BITMASK_RT_CLOCK = 1 << 10;
/** PM1 control: the machine is in ACPI mode. */
const ACPI_BITMASK_SCI_ENABLE = 1 << 0;

const PM1_WIDTH = 16;

/** The FADT; throws before the tables were found, which is a fault of ours. */
export function fadtOf(acpi: AcpiGlobals): AcpiFadt {
  const { fadt } = acpi_gbl_FADT(acpi);
  if (!fadt) throw new Error('ACPI registers before the FADT');
  return fadt;
}

function* read(acpi: AcpiGlobals, block: GenericAddress | undefined, offset: number, width: number): Co<number> {
  if (!block) return 0;
  return Number(yield* acpi.os.readSpace(block.space, block.address + offset, width));
}

function* write(
  acpi: AcpiGlobals,
  block: GenericAddress | undefined,
  offset: number,
  width: number,
  value: number,
): Co {
  if (block) yield* acpi.os.writeSpace(block.space, block.address + offset, width, BigInt(value));
}

const pm1EnableOffset = (fadt: AcpiFadt): number => fadt.pm1EventLength / 2;

export function* readPm1Status(acpi: AcpiGlobals): Co<number> {
  return yield* read(acpi, fadtOf(acpi).pm1aEventBlock, 0, PM1_WIDTH);
}

/** Write 1 to clear. */
export function* writePm1Status(acpi: AcpiGlobals, value: number): Co {
  yield* write(acpi, fadtOf(acpi).pm1aEventBlock, 0, PM1_WIDTH, value);
}

export function* readPm1Enable(acpi: AcpiGlobals): Co<number> {
  const fadt = fadtOf(acpi);
  return yield* read(acpi, fadt.pm1aEventBlock, pm1EnableOffset(fadt), PM1_WIDTH);
}

export function* writePm1Enable(acpi: AcpiGlobals, value: number): Co {
  const fadt = fadtOf(acpi);
  yield* write(acpi, fadt.pm1aEventBlock, pm1EnableOffset(fadt), PM1_WIDTH, value);
}

export function* readPm1Control(acpi: AcpiGlobals): Co<number> {
  return yield* read(acpi, fadtOf(acpi).pm1aControlBlock, 0, PM1_WIDTH);
}

export function* writePm1Control(acpi: AcpiGlobals, value: number): Co {
  yield* write(acpi, fadtOf(acpi).pm1aControlBlock, 0, PM1_WIDTH, value);
}

/** True in ACPI mode. */
export function* acpi_hw_get_mode(acpi: AcpiGlobals): Co<boolean> {
  const fadt = fadtOf(acpi);
  if (fadt.smiCommand === 0) return true;
  return ((yield* read(acpi, fadt.pm1aControlBlock, 0, PM1_WIDTH)) & ACPI_BITMASK_SCI_ENABLE) !== 0;
}

/** Waits for the firmware to switch: 30000 times 100 µs. */
const MODE_RETRIES = 30_000;
const MODE_STALL_US = 100;

/** acpi_enable(): asks the firmware for ACPI mode through the SMI command port. */
export function* acpi_enable(acpi: AcpiGlobals): Co<AcpiStatus> {
  const fadt = fadtOf(acpi);
  if (yield* acpi_hw_get_mode(acpi)) return 'AE_OK';
  if (fadt.acpiEnable === 0) return 'AE_NO_HARDWARE_RESPONSE';
  yield* acpi.os.writeSpace('SystemIO', fadt.smiCommand, 8, BigInt(fadt.acpiEnable));
  for (let retry = 0; retry < MODE_RETRIES; retry++) {
    if (yield* acpi_hw_get_mode(acpi)) return 'AE_OK';
    yield* acpi.os.acpi_os_stall(MODE_STALL_US);
  }
  return 'AE_NO_HARDWARE_RESPONSE';
}
