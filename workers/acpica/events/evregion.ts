/** Operation regions: who serves an access, and the `_REG` methods that tell the firmware so. */
import type { AddressSpace } from '../../abi/acpi-os.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from '../include/acexcep.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AddressSpaceHandler,
  type BankFieldObject,
  IntegerObject,
  type RegionFieldObject,
  RegionObject,
} from '../include/acobject.ts';
import {
  ACPI_ADR_SPACE_DATA_TABLE,
  ACPI_ADR_SPACE_EC,
  ACPI_ADR_SPACE_GPIO,
  ACPI_ADR_SPACE_PCI_CONFIG,
  ACPI_ADR_SPACE_SYSTEM_IO,
  ACPI_ADR_SPACE_SYSTEM_MEMORY,
  ACPI_READ,
  ACPI_REG_CONNECT,
  ACPI_TYPE_DEVICE,
  ACPI_TYPE_REGION,
} from '../include/actypes.ts';
import { acpi_ns_search_one_scope } from '../namespace/nssearch.ts';

/** Spaces that ACPICA serves without a driver. */
export const acpi_gbl_default_address_spaces: readonly number[] = [
  ACPI_ADR_SPACE_SYSTEM_MEMORY,
  ACPI_ADR_SPACE_SYSTEM_IO,
  ACPI_ADR_SPACE_PCI_CONFIG,
  ACPI_ADR_SPACE_DATA_TABLE,
];

/** The handler of a region: the nearest one installed on a node above it, for its space. */
function handlerOf(region: RegionObject): AddressSpaceHandler | undefined {
  if (region.handler) return region.handler;
  for (let node = region.node.parent; node; node = node.parent) {
    const handler = node.handlers?.addressSpace.find(({ spaceId }) => spaceId === region.spaceId);
    if (handler) {
      region.handler = handler;
      return handler;
    }
  }
  return undefined;
}

/** One access. Returns what was read, 0 for a write, or an exception; AE_NOT_EXIST without a handler. */
export function* acpi_ev_address_space_dispatch(
  acpi: AcpiGlobals,
  region: RegionObject,
  field: RegionFieldObject | BankFieldObject | undefined,
  func: 0 | 1,
  offset: number,
  bitWidth: number,
  value: bigint,
): Co<bigint | AcpiStatus> {
  const handler = handlerOf(region);
  if (!handler) return 'AE_NOT_EXIST';
  if (acpi.pendingCost > 0) {
    const cost = acpi.pendingCost;
    acpi.pendingCost = 0;
    yield cost;
  }
  return yield* handler.access(func, region.address + BigInt(offset), bitWidth, value, region, field);
}

function* accessTable(
  func: 0 | 1,
  address: bigint,
  bitWidth: number,
  value: bigint,
  region: RegionObject,
): Co<bigint | AcpiStatus> {
  const bytes = region.table;
  const offset = Number(address - region.address);
  if (!bytes) return 'AE_NOT_EXIST';
  let read = 0n;
  for (let n = bitWidth / 8 - 1; n >= 0; n--) {
    if (func === ACPI_READ) read = (read << 8n) | BigInt(bytes[offset + n] ?? 0);
    else bytes[offset + n] = Number((value >> BigInt(8 * n)) & 0xffn);
  }
  return read;
}

function* numericObject(acpi: AcpiGlobals, node: AcpiNamespaceNode, name: string): Co<number | undefined> {
  if (!acpi.hooks) return undefined;
  const result = yield* acpi.hooks.evaluate(acpi, { prefix_node: node, relative_pathname: name });
  return result.value instanceof IntegerObject ? Number(result.value.value & 0xffff_ffffn) : undefined;
}

/** Looks for bus, device and function of a PCI_Config region; buses behind bridges are not numbered by AML. */
function* pciIdOf(acpi: AcpiGlobals, region: RegionObject): Co<NonNullable<RegionObject['pciId']>> {
  if (region.pciId) return region.pciId;
  let device: AcpiNamespaceNode | undefined = region.node;
  while (device && device.type !== ACPI_TYPE_DEVICE) device = device.parent;
  let bridge: AcpiNamespaceNode | undefined = device;
  while (bridge && !acpi_ns_search_one_scope('_BBN', bridge) && !acpi_ns_search_one_scope('_CRS', bridge)) {
    bridge = bridge.parent;
  }
  const address = (device ? yield* numericObject(acpi, device, '_ADR') : undefined) ?? 0;
  const segment = (bridge ? yield* numericObject(acpi, bridge, '_SEG') : undefined) ?? 0;
  const bus = (bridge ? yield* numericObject(acpi, bridge, '_BBN') : undefined) ?? 0;
  region.pciId = { segment, bus, device: address >>> 16, func: address & 0xffff };
  return region.pciId;
}

/** The interpreter's own handler for a space. PCI addresses go to the OS as ECAM has them (bus 20, device 15, function 12). */
function defaultHandler(acpi: AcpiGlobals, spaceId: number): AddressSpaceHandler {
  const through = (space: AddressSpace): AddressSpaceHandler['access'] =>
    function* (func, address, bitWidth, value) {
      if (func === ACPI_READ) return yield* acpi.os.readSpace(space, Number(address), bitWidth);
      yield* acpi.os.writeSpace(space, Number(address), bitWidth, value);
      return 0n;
    };
  const pci = through('PCI_Config');
  const access: AddressSpaceHandler['access'] =
    spaceId === ACPI_ADR_SPACE_SYSTEM_MEMORY
      ? through('SystemMemory')
      : spaceId === ACPI_ADR_SPACE_SYSTEM_IO
        ? through('SystemIO')
        : spaceId === ACPI_ADR_SPACE_DATA_TABLE
          ? accessTable
          : function* (func, address, bitWidth, value, region, field) {
              const { segment, bus, device, func: pciFunction } = yield* pciIdOf(acpi, region);
              const base = ((segment * 256 + bus) * 32 + device) * 8 + pciFunction;
              return yield* pci(func, BigInt(base) * 4096n + address, bitWidth, value, region, field);
            };
  return { spaceId, node: acpi.rootNode, isDefault: true, access };
}

/** Handlers that a node has, made empty at the first. */
export function handlersOf(node: AcpiNamespaceNode): NonNullable<AcpiNamespaceNode['handlers']> {
  node.handlers ??= { system: [], device: [], addressSpace: [] };
  return node.handlers;
}

/** Installs the handlers of SystemMemory, SystemIO, PCI_Config and data tables on the root, unless there are others. */
export function acpi_ev_install_region_handlers(acpi: AcpiGlobals): void {
  const { addressSpace } = handlersOf(acpi.rootNode);
  for (const spaceId of acpi_gbl_default_address_spaces) {
    if (!addressSpace.some((handler) => handler.spaceId === spaceId)) {
      addressSpace.push(defaultHandler(acpi, spaceId));
    }
  }
}

/** All regions below a node, in the order of the namespace. */
function regionsBelow(node: AcpiNamespaceNode): RegionObject[] {
  const found: RegionObject[] = [];
  const visit = (at: AcpiNamespaceNode): void => {
    if (at.type === ACPI_TYPE_REGION && at.object instanceof RegionObject) found.push(at.object);
    for (const child of at.children?.values() ?? []) visit(child);
  };
  visit(node);
  return found;
}

/** Makes regions below a node look for their handlers again. */
export function forgetHandlers(node: AcpiNamespaceNode): void {
  for (const region of regionsBelow(node)) region.handler = undefined;
}

/** Runs `_REG(space, function)` beside one region, once for connecting and once for disconnecting. */
export function* acpi_ev_execute_reg_method(acpi: AcpiGlobals, region: RegionObject, func: number): Co<AcpiStatus> {
  if (!acpi.namespaceInitialized || !handlerOf(region) || !acpi.hooks) return 'AE_OK';
  const { parent } = region.node;
  const method = parent && acpi_ns_search_one_scope('_REG', parent);
  const connect = func === ACPI_REG_CONNECT;
  if (!method || region.regConnected === connect) return 'AE_OK';
  const { status } = yield* acpi.hooks.evaluate(acpi, {
    prefix_node: method,
    parameters: [new IntegerObject(BigInt(region.spaceId)), new IntegerObject(BigInt(func))],
    ignoreReturnValue: true,
  });
  if (!isStatus(status) || status === 'AE_OK') region.regConnected = connect;
  return status;
}

/** Runs `_REG` for all regions of a space below a node. Not for SystemMemory and SystemIO (ACPI 6.4 §6.5.4). */
export function* acpi_ev_execute_reg_methods(
  acpi: AcpiGlobals,
  node: AcpiNamespaceNode,
  spaceId: number,
  func: number,
): Co {
  if (
    spaceId === ACPI_ADR_SPACE_SYSTEM_MEMORY ||
    spaceId === ACPI_ADR_SPACE_SYSTEM_IO ||
    spaceId === ACPI_ADR_SPACE_DATA_TABLE
  ) {
    return;
  }
  for (const region of regionsBelow(node)) {
    if (region.spaceId === spaceId) yield* acpi_ev_execute_reg_method(acpi, region, func);
  }
  if (spaceId === ACPI_ADR_SPACE_EC || spaceId === ACPI_ADR_SPACE_GPIO) {
    yield* acpi_ev_execute_orphan_reg_method(acpi, node, spaceId);
  }
}

/** A device may have a `_REG` for the space and its regions elsewhere, or none. */
function* acpi_ev_execute_orphan_reg_method(acpi: AcpiGlobals, device: AcpiNamespaceNode, spaceId: number): Co {
  const method = acpi_ns_search_one_scope('_REG', device);
  if (!method || !acpi.hooks || regionsBelow(device).some((region) => region.spaceId === spaceId)) return;
  yield* acpi.hooks.evaluate(acpi, {
    prefix_node: method,
    parameters: [new IntegerObject(BigInt(spaceId)), new IntegerObject(BigInt(ACPI_REG_CONNECT))],
    ignoreReturnValue: true,
  });
}

/** Runs `_REG` for the spaces that have default handlers. */
export function* acpi_ev_initialize_op_regions(acpi: AcpiGlobals): Co<AcpiStatus> {
  for (const spaceId of acpi_gbl_default_address_spaces) {
    const handlers = acpi.rootNode.handlers?.addressSpace ?? [];
    if (handlers.some((handler) => handler.spaceId === spaceId && handler.isDefault)) {
      yield* acpi_ev_execute_reg_methods(acpi, acpi.rootNode, spaceId, ACPI_REG_CONNECT);
    }
  }
  return 'AE_OK';
}

/** A region was made: when its space has a handler already, its `_REG` runs. */
export function* acpi_ev_initialize_region(acpi: AcpiGlobals, region: RegionObject): Co<AcpiStatus> {
  const handler = handlerOf(region);
  if (!handler) return 'AE_OK';
  if (
    region.spaceId === ACPI_ADR_SPACE_SYSTEM_MEMORY ||
    region.spaceId === ACPI_ADR_SPACE_SYSTEM_IO ||
    region.spaceId === ACPI_ADR_SPACE_DATA_TABLE
  ) {
    return 'AE_OK';
  }
  return yield* acpi_ev_execute_reg_method(acpi, region, ACPI_REG_CONNECT);
}
