/** Copies of objects: within the interpreter, and between it and its callers. */

import { isStatus, type OrStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import {
  type AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  BufferObject,
  EventObject,
  IntegerObject,
  isNode,
  MutexObject,
  PackageObject,
  ReferenceObject,
  StringObject,
} from '../include/acobject.ts';

/** A copy that shares no bytes with its source; references keep what they refer to. */
export function acpi_ut_copy_iobject_to_iobject(acpi: AcpiGlobals, source: AcpiOperandObject): AcpiOperandObject {
  if (source instanceof IntegerObject) return new IntegerObject(source.value);
  if (source instanceof StringObject) return new StringObject(source.value);
  if (source instanceof BufferObject) return new BufferObject(source.bytes.slice());
  if (source instanceof PackageObject) {
    const copy = new PackageObject(
      source.elements.map((element) => element && acpi_ut_copy_iobject_to_iobject(acpi, element)),
    );
    copy.resolved = source.resolved;
    return copy;
  }
  if (source instanceof ReferenceObject) {
    const copy = new ReferenceObject(source.class);
    copy.value = source.value;
    copy.object = source.object;
    copy.node = source.node;
    copy.path = source.path;
    copy.targetType = source.targetType;
    copy.valid = source.valid;
    return copy;
  }
  if (source instanceof MutexObject) {
    return new MutexObject(source.node, acpi.os.acpi_os_create_semaphore(1, 1), source.syncLevel);
  }
  if (source instanceof EventObject) {
    return new EventObject(acpi.os.acpi_os_create_semaphore(0xffff, 0));
  }
  return Object.assign(Object.create(Object.getPrototypeOf(source)), source);
}

/** A value as callers outside of ACPICA give and get it: upstream's `union acpi_object`. */
export type AcpiObject =
  | { readonly type: 'Integer'; readonly value: bigint }
  | { readonly type: 'String'; readonly value: string }
  | { readonly type: 'Buffer'; readonly value: Uint8Array }
  | { readonly type: 'Package'; readonly value: readonly (AcpiObject | undefined)[] }
  | { readonly type: 'Reference'; readonly handle: AcpiNamespaceNode }
  | { readonly type: 'Processor'; readonly procId: number; readonly address: number; readonly length: number }
  | { readonly type: 'Power'; readonly systemLevel: number; readonly resourceOrder: number };

/** AE_TYPE for references that mean nothing outside and for objects that cannot leave. */
export function acpi_ut_copy_iobject_to_eobject(object: AcpiOperand): OrStatus<AcpiObject> {
  if (isNode(object)) return { type: 'Reference', handle: object };
  switch (object.type) {
    case 0x01:
      return { type: 'Integer', value: object.value };
    case 0x02:
      return { type: 'String', value: object.value };
    case 0x03:
      return { type: 'Buffer', value: object.bytes.slice() };
    case 0x04: {
      const elements: (AcpiObject | undefined)[] = [];
      for (const element of object.elements) {
        const copy = element && acpi_ut_copy_iobject_to_eobject(element);
        if (isStatus(copy)) return copy;
        elements.push(copy);
      }
      return { type: 'Package', value: elements };
    }
    case 0x14:
      if (object.class !== 'name' || !object.node) return 'AE_TYPE';
      return { type: 'Reference', handle: object.node };
    case 0x0c:
      return { type: 'Processor', procId: object.procId, address: object.address, length: object.length };
    case 0x0b:
      return { type: 'Power', systemLevel: object.systemLevel, resourceOrder: object.resourceOrder };
    default:
      return 'AE_TYPE';
  }
}

export function acpi_ut_copy_eobject_to_iobject(object: AcpiObject): OrStatus<AcpiOperandObject> {
  switch (object.type) {
    case 'Integer':
      return new IntegerObject(BigInt.asUintN(64, object.value));
    case 'String':
      return new StringObject(object.value);
    case 'Buffer':
      return new BufferObject(object.value.slice());
    case 'Package': {
      const elements: (AcpiOperandObject | undefined)[] = [];
      for (const element of object.value) {
        const copy = element && acpi_ut_copy_eobject_to_iobject(element);
        if (isStatus(copy)) return copy;
        elements.push(copy);
      }
      return new PackageObject(elements);
    }
    case 'Reference': {
      const reference = new ReferenceObject('refof');
      reference.object = object.handle;
      return reference;
    }
    default:
      return 'AE_SUPPORT';
  }
}
