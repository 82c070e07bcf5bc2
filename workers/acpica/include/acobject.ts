/**
 * What AML computes with: nodes of the namespace and the objects attached to them or held by locals, arguments and
 * operands (upstream `acobject.h`, `aclocal.h`). Objects are mutable and shared as ACPICA shares them: a package
 * element may be the very object that a name holds.
 */
import type { AcpiSemaphore } from '../../abi/acpi-os.ts';
import type { NamePath } from '../../aml/names.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { AcpiStatus } from './acexcep.ts';
import type { AcpiThreadState, WalkState } from './acstruct.ts';
import {
  ACPI_TYPE_BUFFER,
  ACPI_TYPE_BUFFER_FIELD,
  ACPI_TYPE_EVENT,
  ACPI_TYPE_INTEGER,
  ACPI_TYPE_LOCAL_BANK_FIELD,
  ACPI_TYPE_LOCAL_INDEX_FIELD,
  ACPI_TYPE_LOCAL_REFERENCE,
  ACPI_TYPE_LOCAL_REGION_FIELD,
  ACPI_TYPE_METHOD,
  ACPI_TYPE_MUTEX,
  ACPI_TYPE_PACKAGE,
  ACPI_TYPE_POWER,
  ACPI_TYPE_PROCESSOR,
  ACPI_TYPE_REGION,
  ACPI_TYPE_STRING,
} from './actypes.ts';
import type { AmlCode } from './amlcode.ts';

/** A name in the namespace, or one of a method's locals and arguments. */
export class AcpiNamespaceNode {
  /** Four characters; the root's is `\___`. */
  readonly name: string;
  /** An ACPI_TYPE_ constant. */
  type: number;
  parent: AcpiNamespaceNode | undefined = undefined;
  /** In the order of creation; made with the first child. */
  children: Map<string, AcpiNamespaceNode> | undefined = undefined;
  object: AcpiOperandObject | undefined = undefined;
  /** What an Alias stands for. */
  aliasOf: AcpiNamespaceNode | undefined = undefined;
  /** Handlers of a device, processor or thermal zone, and of the root for all. */
  handlers: NodeHandlers | undefined = undefined;
  /** ANOBJ_ bits. */
  flags = 0;
  /** The table or method execution that made it; 0 for predefined names. */
  ownerId = 0;
  /** Set when it was taken out of the namespace. */
  deleted = false;
  /** What acpi_attach_data was given, by the key (upstream: the handler function). */
  data: Map<unknown, unknown> | undefined = undefined;

  constructor(name: string, type: number) {
    this.name = name;
    this.type = type;
  }
}

/** Runs in process context for a notification that was queued. */
export type AcpiNotifyHandler = (device: AcpiNamespaceNode, value: number, context: unknown) => Co;

export interface InstalledNotifyHandler {
  readonly handler: AcpiNotifyHandler;
  readonly context: unknown;
}

export interface NodeHandlers {
  /** System notifications (0x00 … 0x7f), newest first. */
  system: InstalledNotifyHandler[];
  /** Device notifications (0x80 …). */
  device: InstalledNotifyHandler[];
  addressSpace: AddressSpaceHandler[];
}

/** Serves accesses to operation regions of one space below one node. Width in bits. Reads answer a value. */
export interface AddressSpaceHandler {
  readonly spaceId: number;
  readonly node: AcpiNamespaceNode;
  /** The interpreter's own handler, not one that was installed. */
  readonly isDefault: boolean;
  access(
    func: 0 | 1,
    address: bigint,
    bitWidth: number,
    value: bigint,
    region: RegionObject,
    field: RegionFieldObject | BankFieldObject | undefined,
  ): Co<bigint | AcpiStatus>;
}

export class IntegerObject {
  readonly type = ACPI_TYPE_INTEGER;
  value: bigint;
  /** Made by Zero, One or Ones, or no target at all: storing into it does nothing. */
  readonly constant: boolean;

  constructor(value: bigint, constant = false) {
    this.value = value;
    this.constant = constant;
  }
}

export class StringObject {
  readonly type = ACPI_TYPE_STRING;
  /** One character (0 … 255) a byte. */
  value: string;

  constructor(value: string) {
    this.value = value;
  }
}

export class BufferObject {
  readonly type = ACPI_TYPE_BUFFER;
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class PackageObject {
  readonly type = ACPI_TYPE_PACKAGE;
  elements: (AcpiOperandObject | undefined)[];
  /** False while elements may be names that have not been looked up. */
  resolved = true;

  constructor(elements: (AcpiOperandObject | undefined)[]) {
    this.elements = elements;
  }
}

/** What all fields share. */
abstract class CommonField {
  /** Access type, lock rule and update rule as in FieldFlags. */
  fieldFlags = 0;
  attribute = 0;
  accessLength = 0;
  bitLength = 0;
  /** 1, 2, 4 or 8; up to 255 for the embedded controller. */
  accessByteWidth = 1;
  baseByteOffset = 0;
  startFieldBitOffset = 0;
  /** False until its operands are known. */
  valid = false;
  readonly node: AcpiNamespaceNode;

  constructor(node: AcpiNamespaceNode) {
    this.node = node;
  }
}

export class BufferFieldObject extends CommonField {
  readonly type = ACPI_TYPE_BUFFER_FIELD;
  buffer: BufferObject | undefined = undefined;
  /** CreateField: reads as a Buffer however short it is. */
  isCreateField = false;
}

export class RegionFieldObject extends CommonField {
  readonly type = ACPI_TYPE_LOCAL_REGION_FIELD;
  readonly region: RegionObject;
  /** Connection() of a GPIO or serial bus field. */
  resourceBuffer: Uint8Array | undefined = undefined;
  pinNumberIndex = 0;

  constructor(node: AcpiNamespaceNode, region: RegionObject) {
    super(node);
    this.region = region;
  }
}

export class BankFieldObject extends CommonField {
  readonly type = ACPI_TYPE_LOCAL_BANK_FIELD;
  readonly region: RegionObject;
  readonly bank: FieldObject;
  value = 0n;

  constructor(node: AcpiNamespaceNode, region: RegionObject, bank: FieldObject) {
    super(node);
    this.region = region;
    this.bank = bank;
  }
}

export class IndexFieldObject extends CommonField {
  readonly type = ACPI_TYPE_LOCAL_INDEX_FIELD;
  readonly index: FieldObject;
  readonly data: FieldObject;
  /** Byte offset of the field, written to the index register. */
  value = 0;

  constructor(node: AcpiNamespaceNode, index: FieldObject, data: FieldObject) {
    super(node);
    this.index = index;
    this.data = data;
  }
}

export type FieldObject = BufferFieldObject | RegionFieldObject | BankFieldObject | IndexFieldObject;

export class EventObject {
  readonly type = ACPI_TYPE_EVENT;
  semaphore: AcpiSemaphore;

  constructor(semaphore: AcpiSemaphore) {
    this.semaphore = semaphore;
  }
}

export class MutexObject {
  readonly type = ACPI_TYPE_MUTEX;
  readonly node: AcpiNamespaceNode | undefined;
  readonly semaphore: AcpiSemaphore;
  readonly syncLevel: number;
  /** Thread that holds it, as the OS names threads; 0 for none. */
  threadId = 0;
  ownerThread: AcpiThreadState | undefined = undefined;
  acquisitionDepth = 0;
  originalSyncLevel = 0;

  constructor(node: AcpiNamespaceNode | undefined, semaphore: AcpiSemaphore, syncLevel: number) {
    this.node = node;
    this.semaphore = semaphore;
    this.syncLevel = syncLevel;
  }
}

export class MethodObject {
  readonly type = ACPI_TYPE_METHOD;
  readonly code: AmlCode;
  /** Offsets into the code: first byte, and behind the last. */
  readonly start: number;
  readonly end: number;
  readonly paramCount: number;
  serialized: boolean;
  /** Serialised because it makes names, not by the ASL: no sync level. */
  ignoreSyncLevel = false;
  /** To be serialised from its next execution on: two ran at once and made the same name. */
  serializedPending = false;
  syncLevel: number;
  mutex: MutexObject | undefined = undefined;
  ownerId = 0;
  threadCount = 0;
  /** It made names outside its own scope. */
  modifiedNamespace = false;
  /** The body of a table. */
  moduleLevel = false;
  /** Not AML: `_OSI`. */
  internal: ((walk_state: WalkState) => AcpiStatus) | undefined = undefined;

  constructor(code: AmlCode, start: number, end: number, flags: { paramCount: number; syncLevel: number | undefined }) {
    this.code = code;
    this.start = start;
    this.end = end;
    this.paramCount = flags.paramCount;
    this.serialized = flags.syncLevel !== undefined;
    this.syncLevel = flags.syncLevel ?? 0;
  }
}

export class RegionObject {
  readonly type = ACPI_TYPE_REGION;
  readonly node: AcpiNamespaceNode;
  readonly spaceId: number;
  address = 0n;
  length = 0;
  /** Operands have been evaluated. */
  valid = false;
  handler: AddressSpaceHandler | undefined = undefined;
  /** _REG(space, 1) has run for it. */
  regConnected = false;
  /** Bytes of a DataTableRegion. */
  table: Uint8Array | undefined = undefined;
  /** Segment, bus, device and function of a PCI_Config region, once its devices were walked. */
  pciId:
    | { readonly segment: number; readonly bus: number; readonly device: number; readonly func: number }
    | undefined = undefined;

  constructor(node: AcpiNamespaceNode, spaceId: number) {
    this.node = node;
    this.spaceId = spaceId;
  }
}

export class PowerResourceObject {
  readonly type = ACPI_TYPE_POWER;
  readonly systemLevel: number;
  readonly resourceOrder: number;

  constructor(systemLevel: number, resourceOrder: number) {
    this.systemLevel = systemLevel;
    this.resourceOrder = resourceOrder;
  }
}

export class ProcessorObject {
  readonly type = ACPI_TYPE_PROCESSOR;
  readonly procId: number;
  readonly address: number;
  readonly length: number;

  constructor(procId: number, address: number, length: number) {
    this.procId = procId;
    this.address = address;
    this.length = length;
  }
}

/** What a reference refers to: see {@link ReferenceObject}. */
export type RefClass = 'local' | 'arg' | 'refof' | 'index' | 'table' | 'name' | 'debug';

export class ReferenceObject {
  readonly type = ACPI_TYPE_LOCAL_REFERENCE;
  readonly class: RefClass;
  /** Number of the local or argument, the index, or the table. */
  value = 0;
  /** `refof`: what RefOf was given; `index`: the Package, Buffer or String. */
  object: AcpiOperand | undefined = undefined;
  /** `name`: the node; before it is resolved the scope to look from. `local`, `arg`: the variable. */
  node: AcpiNamespaceNode | undefined = undefined;
  /** A package element that is still a name. */
  path: NamePath | undefined = undefined;
  /** `index`: ACPI_TYPE_PACKAGE, or ACPI_TYPE_BUFFER_FIELD for a byte. */
  targetType = 0;
  /** `table`: false once it was unloaded. */
  valid = true;

  constructor(refClass: RefClass) {
    this.class = refClass;
  }
}

export type AcpiOperandObject =
  | IntegerObject
  | StringObject
  | BufferObject
  | PackageObject
  | FieldObject
  | EventObject
  | MutexObject
  | MethodObject
  | RegionObject
  | PowerResourceObject
  | ProcessorObject
  | ReferenceObject;

/** What an operator is given: an object, or the name itself. */
export type AcpiOperand = AcpiOperandObject | AcpiNamespaceNode;

export const isNode = (operand: AcpiOperand): operand is AcpiNamespaceNode => operand instanceof AcpiNamespaceNode;

export const isField = (object: AcpiOperand): object is FieldObject => object instanceof CommonField;
