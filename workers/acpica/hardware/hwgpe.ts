/** General-purpose event registers (ACPI 6.4 §4.8.4.1). @linux drivers/acpi/acpica/hwgpe.c */
import { bit } from '../../sim/bits.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode } from '../include/acobject.ts';
import type { GenericAddress } from '../tables/tbfadt.ts';

/** One byte of status bits and one of enable bits: eight events. */
export interface GpeRegisterInfo {
  readonly statusAddress: GenericAddress;
  readonly enableAddress: GenericAddress;
  readonly baseGpeNumber: number;
  /** Bits that are to be enabled while the machine runs. */
  enableForRun: number;
  enableForWake: number;
  /** What CONDITIONAL_ENABLE goes by: enableForRun. */
  enableMask: number;
  /** Bits masked by acpi_mask_gpe(). */
  maskForRun: number;
}

export type GpeDispatch =
  | { readonly type: 'none' }
  | { readonly type: 'method'; readonly node: AcpiNamespaceNode }
  | { readonly type: 'handler'; readonly handler: (gpeNumber: number) => Co<{ readonly reenable: boolean }> };

export interface GpeEventInfo {
  readonly gpeNumber: number;
  readonly register: GpeRegisterInfo;
  dispatch: GpeDispatch;
  levelTriggered: boolean;
  /** Enabled once for each reference. */
  runtimeCount: number;
  /** Off while its event is handled. */
  disableForDispatch: boolean;
  /** acpi_ev_initialize_gpe_block() has looked at it. */
  initialized: boolean;
}

export const acpi_hw_get_gpe_register_bit = (gpe: GpeEventInfo): number =>
  bit(gpe.gpeNumber - gpe.register.baseGpeNumber);

export function* acpi_hw_gpe_read(acpi: AcpiGlobals, { space, address }: GenericAddress): Co<number> {
  return Number(yield* acpi.os.readSpace(space, address, 8));
}

export function* acpi_hw_gpe_write(acpi: AcpiGlobals, { space, address }: GenericAddress, value: number): Co {
  yield* acpi.os.writeSpace(space, address, 8, BigInt(value));
}

export type GpeAction = 'enable' | 'disable' | 'conditional enable';

/** Changes the event's enable bit. A masked event is not enabled; AE_BAD_PARAMETER when it is not in the mask. */
export function* acpi_hw_low_set_gpe(acpi: AcpiGlobals, gpe: GpeEventInfo, action: GpeAction): Co<AcpiStatus> {
  const { register } = gpe;
  const registerBit = acpi_hw_get_gpe_register_bit(gpe);
  let enable = yield* acpi_hw_gpe_read(acpi, register.enableAddress);
  if (action === 'conditional enable' && (registerBit & register.enableMask) === 0) return 'AE_BAD_PARAMETER';
  if (action === 'disable') enable &= ~registerBit;
  else enable |= registerBit;
  if ((registerBit & register.maskForRun) !== 0) return 'AE_OK';
  yield* acpi_hw_gpe_write(acpi, register.enableAddress, enable);
  return 'AE_OK';
}

/** Status bits are cleared by writing 1. */
export function* acpi_hw_clear_gpe(acpi: AcpiGlobals, gpe: GpeEventInfo): Co<AcpiStatus> {
  yield* acpi_hw_gpe_write(acpi, gpe.register.statusAddress, acpi_hw_get_gpe_register_bit(gpe));
  return 'AE_OK';
}
