/** Names and handles for drivers. */
import type { Co } from '../../sim/coroutine.ts';
import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, MethodObject } from '../include/acobject.ts';
import { ACPI_TYPE_DEVICE, ACPI_TYPE_PROCESSOR } from '../include/actypes.ts';
import { acpi_ut_evaluate_numeric_object } from '../utilities/uteval.ts';
import {
  acpi_ut_execute_CID,
  acpi_ut_execute_CLS,
  acpi_ut_execute_HID,
  acpi_ut_execute_UID,
} from '../utilities/utids.ts';
import { acpi_ns_get_node } from './nsaccess.ts';
import { acpi_ns_get_external_pathname, acpi_ns_get_normalized_pathname } from './nsutils.ts';

/** The node of a path: absolute, or below a parent. AE_BAD_PARAMETER for a relative path without a parent. */
export function acpi_get_handle(
  acpi: AcpiGlobals,
  parent: AcpiNamespaceNode | undefined,
  pathname: string,
): OrStatus<AcpiNamespaceNode> {
  if (!pathname.startsWith('\\') && !parent) return 'AE_BAD_PARAMETER';
  return acpi_ns_get_node(acpi, parent, pathname);
}

/** `full`: the path with padding, `\_SB_.CPUS`; `fullNoTrailing`: without, `\_SB.CPUS`; `single`: the last segment. */
export function acpi_get_name(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  form: 'full' | 'fullNoTrailing' | 'single',
): string {
  if (form === 'single') return node.name;
  return form === 'full' ? acpi_ns_get_external_pathname(acpi, node) : acpi_ns_get_normalized_pathname(acpi, node);
}

export const acpi_has_method = (acpi: AcpiGlobals, node: AcpiNamespaceNode, name: string): boolean =>
  !isStatus(acpi_get_handle(acpi, node, name));

export interface AcpiDeviceInfo {
  readonly name: string;
  /** An ACPI_TYPE_ constant. */
  readonly type: number;
  /** Of a method. */
  readonly paramCount: number;
  readonly hardwareId: string | undefined;
  readonly uniqueId: string | undefined;
  readonly compatibleIds: readonly string[];
  readonly classCode: string | undefined;
  /** `_ADR`. */
  readonly address: bigint | undefined;
  /** `_HID` or `_CID` is that of a PCI root bridge. */
  readonly isPciRootBridge: boolean;
}

const PCI_ROOT_BRIDGES: readonly string[] = ['PNP0A03', 'PNP0A08'];

/** Runs `_HID`, `_UID`, `_CID`, `_CLS` and `_ADR` of a device or processor, where it has them. */
export function* acpi_get_object_info(acpi: AcpiGlobals, node: AcpiNamespaceNode): Co<AcpiDeviceInfo> {
  const isDevice = node.type === ACPI_TYPE_DEVICE || node.type === ACPI_TYPE_PROCESSOR;
  const hid = isDevice ? yield* acpi_ut_execute_HID(acpi, node) : 'AE_NOT_FOUND';
  const uid = isDevice ? yield* acpi_ut_execute_UID(acpi, node) : 'AE_NOT_FOUND';
  const cid = isDevice ? yield* acpi_ut_execute_CID(acpi, node) : 'AE_NOT_FOUND';
  const cls = isDevice ? yield* acpi_ut_execute_CLS(acpi, node) : 'AE_NOT_FOUND';
  const address = isDevice ? yield* acpi_ut_evaluate_numeric_object(acpi, '_ADR', node) : 'AE_NOT_FOUND';
  const hardwareId = isStatus(hid) ? undefined : hid.id;
  const compatibleIds = isStatus(cid) ? [] : cid.ids;
  return {
    name: node.name,
    type: node.type,
    paramCount: node.object instanceof MethodObject ? node.object.paramCount : 0,
    hardwareId,
    uniqueId: isStatus(uid) ? undefined : uid.id,
    compatibleIds,
    classCode: isStatus(cls) ? undefined : cls.id,
    address: isStatus(address) ? undefined : address,
    isPciRootBridge: [hardwareId, ...compatibleIds].some((id) => id !== undefined && PCI_ROOT_BRIDGES.includes(id)),
  };
}
