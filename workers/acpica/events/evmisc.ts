/** Notify: queued by AML, delivered in process context. @linux drivers/acpi/acpica/evmisc.c, evxface.c */
import { type Co, traced } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import type { AcpiNamespaceNode, AcpiNotifyHandler, InstalledNotifyHandler } from '../include/acobject.ts';
import { ACPI_TYPE_DEVICE, ACPI_TYPE_PROCESSOR, ACPI_TYPE_THERMAL } from '../include/actypes.ts';
import { acpi_ns_get_normalized_pathname } from '../namespace/nsutils.ts';
import { handlersOf } from './evregion.ts';

/** Values up to here are the system's, those above the device's (ACPI 6.4 §5.6.6). */
const ACPI_MAX_SYS_NOTIFY = 0x7f;

export type NotifyList = 'system' | 'device';

const listOf = (value: number): NotifyList => (value <= ACPI_MAX_SYS_NOTIFY ? 'system' : 'device');

/** True for objects that may be notified. */
export const acpi_ev_is_notify_object = (node: AcpiNamespaceNode): boolean =>
  node.type === ACPI_TYPE_DEVICE || node.type === ACPI_TYPE_PROCESSOR || node.type === ACPI_TYPE_THERMAL;

interface NotifyRequest {
  readonly node: AcpiNamespaceNode;
  readonly value: number;
  /** The handler for all objects first, then the object's own. */
  readonly handlers: readonly InstalledNotifyHandler[];
}

const acpi_ev_notify_dispatch = traced('acpi_ev_notify_dispatch', function* (request: NotifyRequest): Co {
  for (const { handler, context } of request.handlers) yield* handler(request.node, request.value, context);
});

/** What the Notify operator does. AE_TYPE for an object that cannot be notified; ignored when nobody listens. */
export const acpi_ev_queue_notify_request = traced(
  'acpi_ev_queue_notify_request',
  function* (acpi: AcpiGlobals, node: AcpiNamespaceNode, value: number): Co<AcpiStatus> {
    if (!acpi_ev_is_notify_object(node)) return 'AE_TYPE';
    const list = listOf(value);
    const own = node === acpi.rootNode ? [] : (node.handlers?.[list] ?? []);
    const handlers = [...(acpi.rootNode.handlers?.[list] ?? []), ...own];
    acpi.log.emit('aml_notify', acpi_ns_get_normalized_pathname(acpi, node), value);
    if (handlers.length === 0) return 'AE_OK';
    const request: NotifyRequest = { node, value, handlers };
    return yield* acpi.os.acpi_os_execute(
      'OSL_NOTIFY_HANDLER',
      () => acpi_ev_notify_dispatch(request),
      'acpi_ev_notify_dispatch',
    );
  },
);

/** Installs a handler for a node, or for all nodes at the root. `list` `all`: both kinds of values. */
export function acpi_install_notify_handler(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  list: NotifyList | 'all',
  handler: AcpiNotifyHandler,
  context: unknown,
): AcpiStatus {
  const lists: NotifyList[] = list === 'all' ? ['system', 'device'] : [list];
  const handlers = handlersOf(node);
  if (lists.some((one) => handlers[one].some((installed) => installed.handler === handler))) return 'AE_ALREADY_EXISTS';
  for (const one of lists) handlers[one].unshift({ handler, context });
  return 'AE_OK';
}

export function acpi_remove_notify_handler(
  node: AcpiNamespaceNode,
  list: NotifyList | 'all',
  handler: AcpiNotifyHandler,
): AcpiStatus {
  const lists: NotifyList[] = list === 'all' ? ['system', 'device'] : [list];
  const { handlers } = node;
  if (!handlers) return 'AE_NOT_EXIST';
  for (const one of lists) handlers[one] = handlers[one].filter((installed) => installed.handler !== handler);
  return 'AE_OK';
}
