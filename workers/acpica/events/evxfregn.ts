/** Drivers serve operation regions. */
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode, AddressSpaceHandler } from '../include/acobject.ts';
import { ACPI_REG_CONNECT, ACPI_REG_DISCONNECT } from '../include/actypes.ts';
import { acpi_ev_execute_reg_methods, forgetHandlers, handlersOf } from './evregion.ts';

/**
 * Serves a space below a node and runs the `_REG` methods there. A default handler is replaced; AE_ALREADY_EXISTS
 * when another one is installed, AE_SAME_HANDLER when it is this one.
 */
export function* acpi_install_address_space_handler(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  spaceId: number,
  access: AddressSpaceHandler['access'],
): Co<AcpiStatus> {
  const { addressSpace } = handlersOf(node);
  const at = addressSpace.findIndex((handler) => handler.spaceId === spaceId);
  const present = addressSpace[at];
  if (present && !present.isDefault) return present.access === access ? 'AE_SAME_HANDLER' : 'AE_ALREADY_EXISTS';
  const handler: AddressSpaceHandler = { spaceId, node, isDefault: false, access };
  if (present) addressSpace[at] = handler;
  else addressSpace.push(handler);
  forgetHandlers(node);
  yield* acpi_ev_execute_reg_methods(acpi, node, spaceId, ACPI_REG_CONNECT);
  return 'AE_OK';
}

/** AE_NOT_EXIST when this handler is not installed there. */
export function* acpi_remove_address_space_handler(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  spaceId: number,
  access: AddressSpaceHandler['access'],
): Co<AcpiStatus> {
  const { addressSpace } = handlersOf(node);
  const at = addressSpace.findIndex((handler) => handler.spaceId === spaceId && handler.access === access);
  if (at < 0) return 'AE_NOT_EXIST';
  yield* acpi_ev_execute_reg_methods(acpi, node, spaceId, ACPI_REG_DISCONNECT);
  addressSpace.splice(at, 1);
  forgetHandlers(node);
  return 'AE_OK';
}
