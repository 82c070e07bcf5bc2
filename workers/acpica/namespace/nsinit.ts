/** After loading: names in packages are looked up, `_REG` and `_INI` run. */
import type { Co } from '../../sim/coroutine.ts';
import { acpi_ds_resolve_package } from '../dispatcher/dspkginit.ts';
import { acpi_ev_initialize_op_regions } from '../events/evregion.ts';
import { type AcpiStatus, isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, PackageObject } from '../include/acobject.ts';
import {
  ACPI_STA_DEVICE_FUNCTIONING,
  ACPI_STA_DEVICE_PRESENT,
  ACPI_TYPE_ANY,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_THERMAL,
  ANOBJ_SUBTREE_HAS_INI,
} from '../include/actypes.ts';
import { acpi_ut_execute_STA } from '../utilities/uteval.ts';
import { acpi_ns_get_node } from './nsaccess.ts';
import { acpi_ns_evaluate } from './nseval.ts';
import { acpi_ns_walk_namespace } from './nswalk.ts';

const MAX_DEPTH = 0xffff_ffff;

const isDeviceLike = (node: AcpiNamespaceNode): boolean =>
  node.type === ACPI_TYPE_DEVICE || node.type === ACPI_TYPE_PROCESSOR || node.type === ACPI_TYPE_THERMAL;

/** Looks up the names in all packages of the namespace. */
export function* acpi_ns_initialize_objects(acpi: AcpiGlobals): Co<AcpiStatus> {
  return yield* acpi_ns_walk_namespace(ACPI_TYPE_ANY, acpi.rootNode, MAX_DEPTH, function* (node) {
    if (node.object instanceof PackageObject) yield* acpi_ds_resolve_package(acpi, node.object);
    return 'AE_OK';
  });
}

/** Marks what lies above each `_INI`, so that the walk can leave out the rest. */
function* markIniMethods(acpi: AcpiGlobals): Co<AcpiStatus> {
  return yield* acpi_ns_walk_namespace(ACPI_TYPE_ANY, acpi.rootNode, MAX_DEPTH, function* (node) {
    if (node.name !== '_INI' || !node.parent || !isDeviceLike(node.parent)) return 'AE_OK';
    for (let at: AcpiNamespaceNode | undefined = node.parent; at; at = at.parent) at.flags |= ANOBJ_SUBTREE_HAS_INI;
    return 'AE_OK';
  });
}

function* runIni(acpi: AcpiGlobals, node: AcpiNamespaceNode): Co {
  yield* acpi_ns_evaluate(acpi, { prefix_node: node, relative_pathname: '_INI', ignoreReturnValue: true });
}

/** `_STA`, then `_INI`, where a device is there; below one that neither is there nor works nothing is run. */
function* acpi_ns_init_one_device(acpi: AcpiGlobals, node: AcpiNamespaceNode): Co<AcpiStatus> {
  if (!isDeviceLike(node)) return 'AE_OK';
  if ((node.flags & ANOBJ_SUBTREE_HAS_INI) === 0) return 'AE_CTRL_DEPTH';
  const { status, flags } = yield* acpi_ut_execute_STA(acpi, node);
  if (status !== 'AE_OK') return 'AE_OK';
  if ((flags & ACPI_STA_DEVICE_PRESENT) === 0) {
    return (flags & ACPI_STA_DEVICE_FUNCTIONING) !== 0 ? 'AE_OK' : 'AE_CTRL_DEPTH';
  }
  // \_SB._INI ran before all others
  if (node.name !== '_SB_' || node.parent !== acpi.rootNode) yield* runIni(acpi, node);
  if (acpi.initHandler) yield* acpi.initHandler(acpi, node);
  return 'AE_OK';
}

/** `\_INI`, `\_SB._INI`, then `_REG` of the spaces that are served, then `_STA` and `_INI` of all devices. */
export function* acpi_ns_initialize_devices(acpi: AcpiGlobals): Co<AcpiStatus> {
  yield* markIniMethods(acpi);
  yield* runIni(acpi, acpi.rootNode);
  const systemBus = acpi_ns_get_node(acpi, undefined, '\\_SB');
  if (!isStatus(systemBus)) yield* runIni(acpi, systemBus);
  yield* acpi_ev_initialize_op_regions(acpi);
  return yield* acpi_ns_walk_namespace(ACPI_TYPE_ANY, acpi.rootNode, MAX_DEPTH, (node) =>
    acpi_ns_init_one_device(acpi, node),
  );
}
