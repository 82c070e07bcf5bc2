/** Evaluations that drivers need often. @linux drivers/acpi/utils.c, numa/srat.c acpi_get_node */
import type { AcpiStatus } from '../../../abi/acpi-os.ts';
import { acpi_ns_get_external_pathname } from '../../../acpica/namespace/nsutils.ts';
import { acpi_evaluate_object } from '../../../acpica/namespace/nsxfeval.ts';
import { acpi_has_method as hasMethod } from '../../../acpica/namespace/nsxfname.ts';
import type { AcpiObject } from '../../../acpica/utilities/utcopy.ts';
import { type Co, traced } from '../../../sim/coroutine.ts';
import { pr_warn } from '../../kernel/printk/printk.ts';
import type { Kernel } from '../../kernel-context.ts';
import { acpi, type acpi_handle } from './internal.ts';
import { pxm_to_node } from './numa/srat.ts';

const integer = (value: number): AcpiObject => ({ type: 'Integer', value: BigInt(value) });

/** Exceptions as the kernel prints them, `0x5`: environmental ones by their number (acexcep.h). */
const STATUS_NUMBERS: Readonly<Record<string, number>> = {
  AE_ERROR: 0x1,
  AE_NO_ACPI_TABLES: 0x2,
  AE_NO_NAMESPACE: 0x3,
  AE_NO_MEMORY: 0x4,
  AE_NOT_FOUND: 0x5,
  AE_NOT_EXIST: 0x6,
  AE_ALREADY_EXISTS: 0x7,
  AE_TYPE: 0x8,
  AE_NULL_OBJECT: 0x9,
  AE_NULL_ENTRY: 0xa,
  AE_TIME: 0x11,
  AE_BAD_PARAMETER: 0x1001,
};

const statusNumber = (status: AcpiStatus): string => `0x${(STATUS_NUMBERS[status] ?? 0x3000).toString(16)}`;

/** `ACPI: \_SB_.CPUS.C002: text`, a warning. */
export function* acpi_handle_warn(k: Kernel, handle: acpi_handle, text: string): Co {
  yield* pr_warn(k, `ACPI: ${acpi_ns_get_external_pathname(acpi(k), handle)}: ${text}`);
}

export const acpi_has_method = (k: Kernel, handle: acpi_handle, name: string): boolean =>
  hasMethod(acpi(k), handle, name);

/** AE_BAD_DATA when the value is no Integer. */
export function* acpi_evaluate_integer(
  k: Kernel,
  handle: acpi_handle,
  pathname: string,
): Co<{ readonly status: AcpiStatus; readonly value: number }> {
  const { status, value } = yield* acpi_evaluate_object(acpi(k), handle, pathname);
  if (status !== 'AE_OK') return { status, value: 0 };
  return value?.type === 'Integer' ? { status, value: Number(value.value) } : { status: 'AE_BAD_DATA', value: 0 };
}

export function* acpi_execute_simple_method(
  k: Kernel,
  handle: acpi_handle | undefined,
  method: string,
  argument: number,
): Co<AcpiStatus> {
  return (yield* acpi_evaluate_object(acpi(k), handle, method, [integer(argument)])).status;
}

export const acpi_evaluate_ej0 = traced(
  'acpi_evaluate_ej0',
  function* (k: Kernel, handle: acpi_handle): Co<AcpiStatus> {
    const status = yield* acpi_execute_simple_method(k, handle, '_EJ0', 1);
    if (status === 'AE_NOT_FOUND') yield* acpi_handle_warn(k, handle, 'No _EJ0 support for device');
    else if (status !== 'AE_OK') yield* acpi_handle_warn(k, handle, `Eject failed (${statusNumber(status)})`);
    return status;
  },
);

export const acpi_evaluate_lck = traced(
  'acpi_evaluate_lck',
  function* (k: Kernel, handle: acpi_handle, lock: boolean): Co<AcpiStatus> {
    const status = yield* acpi_execute_simple_method(k, handle, '_LCK', lock ? 1 : 0);
    if (status !== 'AE_OK' && status !== 'AE_NOT_FOUND') {
      const what = lock ? 'Locking' : 'Unlocking';
      yield* acpi_handle_warn(k, handle, `${what} device failed (${statusNumber(status)})`);
    }
    return status;
  },
);

/** Tells the firmware how far a request has come (ACPI 6.4 §6.3.5). */
export const acpi_evaluate_ost = traced(
  'acpi_evaluate_ost',
  function* (k: Kernel, handle: acpi_handle, sourceEvent: number, statusCode: number): Co<AcpiStatus> {
    k.log.emit('acpi_ost', acpi_ns_get_external_pathname(acpi(k), handle), sourceEvent, statusCode);
    const parameters = [
      integer(sourceEvent),
      integer(statusCode),
      { type: 'Buffer', value: new Uint8Array(0) } as const,
    ];
    return (yield* acpi_evaluate_object(acpi(k), handle, '_OST', parameters)).status;
  },
);

/** The node by the nearest _PXM at the object or above; NUMA_NO_NODE without one. */
export function* acpi_get_node(k: Kernel, handle: acpi_handle): Co<number> {
  for (let at: acpi_handle | undefined = handle; at; at = at.parent) {
    const { status, value } = yield* acpi_evaluate_integer(k, at, '_PXM');
    if (status === 'AE_OK') return pxm_to_node(k, value);
  }
  return -1;
}
