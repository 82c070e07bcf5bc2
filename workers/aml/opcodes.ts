/**
 * AML as data: every opcode of ACPI 6.4 §20.3 with its encoding, what follows it in the byte stream, and the types of
 * operand that it takes. Encoder, decoder and interpreter go by this table.
 */

/**
 * What stands in the byte stream after an opcode, in the grammar's words:
 *
 * `byte` `word` `dword` `qword` little-endian data · `string` NUL-terminated characters · `pkgLength` length of the
 * package that begins here · `newName` NameString of an object that is created here · `name` NameString of an existing
 * object · `super` SuperName · `simple` SimpleName (NameString, ArgX or LocalX) · `target` SuperName or NullName ·
 * `term` TermArg · `data` DataRefObject · `termList` `objectList` `byteList` `fieldList` `elementList` up to the
 * package's end
 */
export type ArgKind =
  | 'byte'
  | 'word'
  | 'dword'
  | 'qword'
  | 'string'
  | 'pkgLength'
  | 'newName'
  | 'name'
  | 'super'
  | 'simple'
  | 'target'
  | 'term'
  | 'data'
  | 'termList'
  | 'objectList'
  | 'byteList'
  | 'fieldList'
  | 'elementList';

/**
 * What the interpreter makes of an operand before it executes the operator (ACPICA's ARGI_ types).
 *
 * `computed` Integer, String or Buffer · `dataObject` for SizeOf · `complex` Buffer, String or Package, for Index ·
 * `target` stored into with implicit conversion · `fixedTarget` without · `simpleTarget` CopyObject's ·
 * `storeTarget` Store's · `none` literal data
 */
export type OperandKind =
  | 'any'
  | 'package'
  | 'event'
  | 'mutex'
  | 'ddbHandle'
  | 'integer'
  | 'string'
  | 'buffer'
  | 'bufferOrString'
  | 'computed'
  | 'objectRef'
  | 'deviceRef'
  | 'reference'
  | 'target'
  | 'fixedTarget'
  | 'simpleTarget'
  | 'storeTarget'
  | 'dataObject'
  | 'complex'
  | 'refOrString'
  | 'regionOrBuffer'
  | 'dataRefObject';

/**
 * How the interpreter treats an opcode. `execute` operators compute; `control` change the flow; `named` create
 * objects in the namespace; `create` make data (Buffer, Package) or buffer fields; `local`, `arg`, `constant` and
 * `literal` are operands.
 */
export type OpcodeClass =
  | 'execute'
  | 'control'
  | 'named'
  | 'field'
  | 'createField'
  | 'createObject'
  | 'local'
  | 'arg'
  | 'constant'
  | 'literal';

export interface Opcode {
  /** Name of the operator in ASL. */
  readonly name: string;
  /** One byte, or 0x5bXX for those behind the extension prefix. */
  readonly code: number;
  readonly class: OpcodeClass;
  readonly args: readonly ArgKind[];
  /** Types of the operands that are evaluated, in order. */
  readonly operands: readonly OperandKind[];
  /** The operator has a value. */
  readonly returns: boolean;
  /** Operands are passed as they are, not resolved to values (SizeOf, ObjectType). */
  readonly unresolved: boolean;
}

export const EXTENDED_PREFIX = 0x5b;
/** `\` and `^`, DualNamePrefix and MultiNamePrefix of a NameString; NullName. */
export const ROOT_PREFIX = 0x5c;
export const PARENT_PREFIX = 0x5e;
export const DUAL_NAME_PREFIX = 0x2e;
export const MULTI_NAME_PREFIX = 0x2f;
export const NULL_NAME = 0x00;

export const AML_ZERO_OP = 0x00;
export const AML_ONE_OP = 0x01;
export const AML_ALIAS_OP = 0x06;
export const AML_NAME_OP = 0x08;
export const AML_BYTE_OP = 0x0a;
export const AML_WORD_OP = 0x0b;
export const AML_DWORD_OP = 0x0c;
export const AML_STRING_OP = 0x0d;
export const AML_QWORD_OP = 0x0e;
export const AML_SCOPE_OP = 0x10;
export const AML_BUFFER_OP = 0x11;
export const AML_PACKAGE_OP = 0x12;
export const AML_VARIABLE_PACKAGE_OP = 0x13;
export const AML_METHOD_OP = 0x14;
export const AML_EXTERNAL_OP = 0x15;
export const AML_LOCAL0_OP = 0x60;
export const AML_LOCAL7_OP = 0x67;
export const AML_ARG0_OP = 0x68;
export const AML_ARG6_OP = 0x6e;
export const AML_STORE_OP = 0x70;
export const AML_REF_OF_OP = 0x71;
export const AML_ADD_OP = 0x72;
export const AML_CONCATENATE_OP = 0x73;
export const AML_SUBTRACT_OP = 0x74;
export const AML_INCREMENT_OP = 0x75;
export const AML_DECREMENT_OP = 0x76;
export const AML_MULTIPLY_OP = 0x77;
export const AML_DIVIDE_OP = 0x78;
export const AML_SHIFT_LEFT_OP = 0x79;
export const AML_SHIFT_RIGHT_OP = 0x7a;
export const AML_BIT_AND_OP = 0x7b;
export const AML_BIT_NAND_OP = 0x7c;
export const AML_BIT_OR_OP = 0x7d;
export const AML_BIT_NOR_OP = 0x7e;
export const AML_BIT_XOR_OP = 0x7f;
export const AML_BIT_NOT_OP = 0x80;
export const AML_FIND_SET_LEFT_BIT_OP = 0x81;
export const AML_FIND_SET_RIGHT_BIT_OP = 0x82;
export const AML_DEREF_OF_OP = 0x83;
export const AML_CONCATENATE_TEMPLATE_OP = 0x84;
export const AML_MOD_OP = 0x85;
export const AML_NOTIFY_OP = 0x86;
export const AML_SIZE_OF_OP = 0x87;
export const AML_INDEX_OP = 0x88;
export const AML_MATCH_OP = 0x89;
export const AML_CREATE_DWORD_FIELD_OP = 0x8a;
export const AML_CREATE_WORD_FIELD_OP = 0x8b;
export const AML_CREATE_BYTE_FIELD_OP = 0x8c;
export const AML_CREATE_BIT_FIELD_OP = 0x8d;
export const AML_OBJECT_TYPE_OP = 0x8e;
export const AML_CREATE_QWORD_FIELD_OP = 0x8f;
export const AML_LOGICAL_AND_OP = 0x90;
export const AML_LOGICAL_OR_OP = 0x91;
export const AML_LOGICAL_NOT_OP = 0x92;
export const AML_LOGICAL_EQUAL_OP = 0x93;
export const AML_LOGICAL_GREATER_OP = 0x94;
export const AML_LOGICAL_LESS_OP = 0x95;
export const AML_TO_BUFFER_OP = 0x96;
export const AML_TO_DECIMAL_STRING_OP = 0x97;
export const AML_TO_HEX_STRING_OP = 0x98;
export const AML_TO_INTEGER_OP = 0x99;
export const AML_TO_STRING_OP = 0x9c;
export const AML_COPY_OBJECT_OP = 0x9d;
export const AML_MID_OP = 0x9e;
export const AML_CONTINUE_OP = 0x9f;
export const AML_IF_OP = 0xa0;
export const AML_ELSE_OP = 0xa1;
export const AML_WHILE_OP = 0xa2;
export const AML_NOOP_OP = 0xa3;
export const AML_RETURN_OP = 0xa4;
export const AML_BREAK_OP = 0xa5;
export const AML_BREAKPOINT_OP = 0xcc;
export const AML_ONES_OP = 0xff;
export const AML_MUTEX_OP = 0x5b01;
export const AML_EVENT_OP = 0x5b02;
export const AML_CONDITIONAL_REF_OF_OP = 0x5b12;
export const AML_CREATE_FIELD_OP = 0x5b13;
export const AML_LOAD_TABLE_OP = 0x5b1f;
export const AML_LOAD_OP = 0x5b20;
export const AML_STALL_OP = 0x5b21;
export const AML_SLEEP_OP = 0x5b22;
export const AML_ACQUIRE_OP = 0x5b23;
export const AML_SIGNAL_OP = 0x5b24;
export const AML_WAIT_OP = 0x5b25;
export const AML_RESET_OP = 0x5b26;
export const AML_RELEASE_OP = 0x5b27;
export const AML_FROM_BCD_OP = 0x5b28;
export const AML_TO_BCD_OP = 0x5b29;
export const AML_UNLOAD_OP = 0x5b2a;
export const AML_REVISION_OP = 0x5b30;
export const AML_DEBUG_OP = 0x5b31;
export const AML_FATAL_OP = 0x5b32;
export const AML_TIMER_OP = 0x5b33;
export const AML_REGION_OP = 0x5b80;
export const AML_FIELD_OP = 0x5b81;
export const AML_DEVICE_OP = 0x5b82;
export const AML_PROCESSOR_OP = 0x5b83;
export const AML_POWER_RESOURCE_OP = 0x5b84;
export const AML_THERMAL_ZONE_OP = 0x5b85;
export const AML_INDEX_FIELD_OP = 0x5b86;
export const AML_BANK_FIELD_OP = 0x5b87;
export const AML_DATA_REGION_OP = 0x5b88;

const words = <T extends string>(text: string): readonly T[] => text.split(' ').filter(Boolean) as T[];

function row(
  name: string,
  code: number,
  opcodeClass: OpcodeClass,
  args = '',
  operands = '',
  options: { readonly returns?: boolean; readonly unresolved?: boolean } = {},
): Opcode {
  return {
    name,
    code,
    class: opcodeClass,
    args: words<ArgKind>(args),
    operands: words<OperandKind>(operands),
    returns: options.returns ?? opcodeClass !== 'control',
    unresolved: options.unresolved ?? false,
  };
}

const noValue = { returns: false };
const asIs = { unresolved: true };

export const OPCODES: readonly Opcode[] = [
  // Data, §20.2.3
  row('Zero', AML_ZERO_OP, 'constant'),
  row('One', AML_ONE_OP, 'constant'),
  row('Ones', AML_ONES_OP, 'constant'),
  row('Revision', AML_REVISION_OP, 'constant'),
  row('Debug', AML_DEBUG_OP, 'constant'),
  row('BytePrefix', AML_BYTE_OP, 'literal', 'byte'),
  row('WordPrefix', AML_WORD_OP, 'literal', 'word'),
  row('DWordPrefix', AML_DWORD_OP, 'literal', 'dword'),
  row('QWordPrefix', AML_QWORD_OP, 'literal', 'qword'),
  row('StringPrefix', AML_STRING_OP, 'literal', 'string'),
  row('Buffer', AML_BUFFER_OP, 'createObject', 'pkgLength term byteList', 'integer'),
  row('Package', AML_PACKAGE_OP, 'createObject', 'pkgLength byte elementList'),
  row('VarPackage', AML_VARIABLE_PACKAGE_OP, 'createObject', 'pkgLength term elementList', 'integer'),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => row(`Local${n}`, AML_LOCAL0_OP + n, 'local')),
  ...[0, 1, 2, 3, 4, 5, 6].map((n) => row(`Arg${n}`, AML_ARG0_OP + n, 'arg')),

  // Namespace modifiers and named objects, §20.2.5.1 and §20.2.5.2
  row('Alias', AML_ALIAS_OP, 'named', 'name newName'),
  row('Name', AML_NAME_OP, 'named', 'newName data'),
  row('Scope', AML_SCOPE_OP, 'named', 'pkgLength name termList'),
  row('Method', AML_METHOD_OP, 'named', 'pkgLength newName byte termList'),
  row('External', AML_EXTERNAL_OP, 'named', 'newName byte byte'),
  row('Mutex', AML_MUTEX_OP, 'named', 'newName byte'),
  row('Event', AML_EVENT_OP, 'named', 'newName'),
  row('OperationRegion', AML_REGION_OP, 'named', 'newName byte term term', 'integer integer'),
  row('DataTableRegion', AML_DATA_REGION_OP, 'named', 'newName term term term', 'string string string'),
  row('Device', AML_DEVICE_OP, 'named', 'pkgLength newName objectList'),
  row('Processor', AML_PROCESSOR_OP, 'named', 'pkgLength newName byte dword byte objectList'),
  row('PowerResource', AML_POWER_RESOURCE_OP, 'named', 'pkgLength newName byte word objectList'),
  row('ThermalZone', AML_THERMAL_ZONE_OP, 'named', 'pkgLength newName objectList'),
  row('Field', AML_FIELD_OP, 'field', 'pkgLength name byte fieldList'),
  row('IndexField', AML_INDEX_FIELD_OP, 'field', 'pkgLength name name byte fieldList'),
  row('BankField', AML_BANK_FIELD_OP, 'field', 'pkgLength name name term byte fieldList', 'integer'),
  row('CreateBitField', AML_CREATE_BIT_FIELD_OP, 'createField', 'term term newName', 'buffer integer reference'),
  row('CreateByteField', AML_CREATE_BYTE_FIELD_OP, 'createField', 'term term newName', 'buffer integer reference'),
  row('CreateWordField', AML_CREATE_WORD_FIELD_OP, 'createField', 'term term newName', 'buffer integer reference'),
  row('CreateDWordField', AML_CREATE_DWORD_FIELD_OP, 'createField', 'term term newName', 'buffer integer reference'),
  row('CreateQWordField', AML_CREATE_QWORD_FIELD_OP, 'createField', 'term term newName', 'buffer integer reference'),
  row('CreateField', AML_CREATE_FIELD_OP, 'createField', 'term term term newName', 'buffer integer integer reference'),

  // Statements, §20.2.5.3
  row('If', AML_IF_OP, 'control', 'pkgLength term termList'),
  row('Else', AML_ELSE_OP, 'control', 'pkgLength termList'),
  row('While', AML_WHILE_OP, 'control', 'pkgLength term termList'),
  row('Noop', AML_NOOP_OP, 'control'),
  row('Return', AML_RETURN_OP, 'control', 'term'),
  row('Break', AML_BREAK_OP, 'control'),
  row('Continue', AML_CONTINUE_OP, 'control'),
  row('BreakPoint', AML_BREAKPOINT_OP, 'control'),
  row('Fatal', AML_FATAL_OP, 'execute', 'byte dword term', 'integer integer integer', noValue),
  row('Notify', AML_NOTIFY_OP, 'execute', 'super term', 'deviceRef integer', noValue),
  row('Release', AML_RELEASE_OP, 'execute', 'super', 'mutex', noValue),
  row('Reset', AML_RESET_OP, 'execute', 'super', 'event', noValue),
  row('Signal', AML_SIGNAL_OP, 'execute', 'super', 'event', noValue),
  row('Sleep', AML_SLEEP_OP, 'execute', 'term', 'integer', noValue),
  row('Stall', AML_STALL_OP, 'execute', 'term', 'integer', noValue),
  row('Unload', AML_UNLOAD_OP, 'execute', 'super', 'ddbHandle', noValue),

  // Operators, §20.2.5.4
  row('Acquire', AML_ACQUIRE_OP, 'execute', 'super word', 'mutex integer'),
  row('Add', AML_ADD_OP, 'execute', 'term term target', 'integer integer target'),
  row('And', AML_BIT_AND_OP, 'execute', 'term term target', 'integer integer target'),
  row('Concatenate', AML_CONCATENATE_OP, 'execute', 'term term target', 'any any target'),
  row('ConcatenateResTemplate', AML_CONCATENATE_TEMPLATE_OP, 'execute', 'term term target', 'buffer buffer target'),
  row('CondRefOf', AML_CONDITIONAL_REF_OF_OP, 'execute', 'simple target', 'objectRef target'),
  row('CopyObject', AML_COPY_OBJECT_OP, 'execute', 'term simple', 'any simpleTarget'),
  row('Decrement', AML_DECREMENT_OP, 'execute', 'super', 'target'),
  row('DerefOf', AML_DEREF_OF_OP, 'execute', 'super', 'refOrString'),
  row('Divide', AML_DIVIDE_OP, 'execute', 'term term target target', 'integer integer target target'),
  row('FindSetLeftBit', AML_FIND_SET_LEFT_BIT_OP, 'execute', 'term target', 'integer target'),
  row('FindSetRightBit', AML_FIND_SET_RIGHT_BIT_OP, 'execute', 'term target', 'integer target'),
  row('FromBCD', AML_FROM_BCD_OP, 'execute', 'term target', 'integer fixedTarget'),
  row('Increment', AML_INCREMENT_OP, 'execute', 'super', 'target'),
  row('Index', AML_INDEX_OP, 'execute', 'term term target', 'complex integer target'),
  row('LAnd', AML_LOGICAL_AND_OP, 'execute', 'term term', 'integer integer'),
  row('LEqual', AML_LOGICAL_EQUAL_OP, 'execute', 'term term', 'computed computed'),
  row('LGreater', AML_LOGICAL_GREATER_OP, 'execute', 'term term', 'computed computed'),
  row('LLess', AML_LOGICAL_LESS_OP, 'execute', 'term term', 'computed computed'),
  row('LNot', AML_LOGICAL_NOT_OP, 'execute', 'term', 'integer'),
  row('LOr', AML_LOGICAL_OR_OP, 'execute', 'term term', 'integer integer'),
  row('Load', AML_LOAD_OP, 'execute', 'name super', 'regionOrBuffer target'),
  row(
    'LoadTable',
    AML_LOAD_TABLE_OP,
    'execute',
    'term term term term term term',
    'string string string string string any',
  ),
  row(
    'Match',
    AML_MATCH_OP,
    'execute',
    'term byte term byte term term',
    'package integer computed integer computed integer',
  ),
  row('Mid', AML_MID_OP, 'execute', 'term term term target', 'bufferOrString integer integer target'),
  row('Mod', AML_MOD_OP, 'execute', 'term term target', 'integer integer target'),
  row('Multiply', AML_MULTIPLY_OP, 'execute', 'term term target', 'integer integer target'),
  row('NAnd', AML_BIT_NAND_OP, 'execute', 'term term target', 'integer integer target'),
  row('NOr', AML_BIT_NOR_OP, 'execute', 'term term target', 'integer integer target'),
  row('Not', AML_BIT_NOT_OP, 'execute', 'term target', 'integer target'),
  row('ObjectType', AML_OBJECT_TYPE_OP, 'execute', 'simple', 'any', asIs),
  row('Or', AML_BIT_OR_OP, 'execute', 'term term target', 'integer integer target'),
  row('RefOf', AML_REF_OF_OP, 'execute', 'simple', 'objectRef'),
  row('ShiftLeft', AML_SHIFT_LEFT_OP, 'execute', 'term term target', 'integer integer target'),
  row('ShiftRight', AML_SHIFT_RIGHT_OP, 'execute', 'term term target', 'integer integer target'),
  row('SizeOf', AML_SIZE_OF_OP, 'execute', 'super', 'dataObject', asIs),
  row('Store', AML_STORE_OP, 'execute', 'term super', 'dataRefObject storeTarget'),
  row('Subtract', AML_SUBTRACT_OP, 'execute', 'term term target', 'integer integer target'),
  row('Timer', AML_TIMER_OP, 'execute', '', '', asIs),
  row('ToBCD', AML_TO_BCD_OP, 'execute', 'term target', 'integer fixedTarget'),
  row('ToBuffer', AML_TO_BUFFER_OP, 'execute', 'term target', 'computed fixedTarget'),
  row('ToDecimalString', AML_TO_DECIMAL_STRING_OP, 'execute', 'term target', 'computed fixedTarget'),
  row('ToHexString', AML_TO_HEX_STRING_OP, 'execute', 'term target', 'computed fixedTarget'),
  row('ToInteger', AML_TO_INTEGER_OP, 'execute', 'term target', 'computed fixedTarget'),
  row('ToString', AML_TO_STRING_OP, 'execute', 'term term target', 'buffer integer fixedTarget'),
  row('Wait', AML_WAIT_OP, 'execute', 'super term', 'event integer'),
  row('XOr', AML_BIT_XOR_OP, 'execute', 'term term target', 'integer integer target'),
];

const plainOpcodes: (Opcode | undefined)[] = [];
const extendedOpcodes: (Opcode | undefined)[] = [];
for (const opcode of OPCODES) {
  if (opcode.code > 0xff) extendedOpcodes[opcode.code & 0xff] = opcode;
  else plainOpcodes[opcode.code] = opcode;
}

/** The row of an opcode (0x5bXX for extended ones), undefined when ACPI defines none. */
export const opcodeInfo = (code: number): Opcode | undefined =>
  code > 0xff ? extendedOpcodes[code & 0xff] : plainOpcodes[code];

const byName = new Map(OPCODES.map((opcode) => [opcode.name, opcode]));

/** The row with this ASL name. Throws on one that is not in the table: that is a fault of ours. */
export function opcodeByName(name: string): Opcode {
  const opcode = byName.get(name);
  if (!opcode) throw new Error(`no AML opcode ${name}`);
  return opcode;
}

/** AccessType of a field, §19.6.48: low four bits of FieldFlags. */
export const FIELD_ACCESS = { AnyAcc: 0, ByteAcc: 1, WordAcc: 2, DWordAcc: 3, QWordAcc: 4, BufferAcc: 5 } as const;
/** LockRule: bit 4 of FieldFlags. */
export const FIELD_LOCK = { NoLock: 0x00, Lock: 0x10 } as const;
/** UpdateRule: bits 5 and 6 of FieldFlags. */
export const FIELD_UPDATE = { Preserve: 0x00, WriteAsOnes: 0x20, WriteAsZeros: 0x40 } as const;
/** Entries of a FieldList that are not named fields. */
export const FIELD_LIST = { reserved: 0x00, access: 0x01, connect: 0x02, extendedAccess: 0x03 } as const;

/** RegionSpace of an OperationRegion, §5.5.2.4. Those from 0x80 belong to the OEM. */
export const REGION_SPACES = [
  'SystemMemory',
  'SystemIO',
  'PCI_Config',
  'EmbeddedControl',
  'SMBus',
  'SystemCMOS',
  'PCIBARTarget',
  'IPMI',
  'GeneralPurposeIo',
  'GenericSerialBus',
  'PCC',
  'PlatformRtMechanism',
] as const;

/** Bits of MethodFlags, §20.2.5.2. */
export const METHOD_ARG_COUNT = 0x07;
export const METHOD_SERIALIZED = 0x08;
/** Shift of the four bits of the sync level. */
export const METHOD_SYNC_SHIFT = 4;

/** Match operators, §19.6.81. */
export const MATCH_OPERATORS = { MTR: 0, MEQ: 1, MLE: 2, MLT: 3, MGE: 4, MGT: 5 } as const;

/** Values of ObjectType, §19.6.97. */
export const OBJECT_TYPES = {
  Uninitialized: 0,
  Integer: 1,
  String: 2,
  Buffer: 3,
  Package: 4,
  FieldUnit: 5,
  Device: 6,
  Event: 7,
  Method: 8,
  Mutex: 9,
  OperationRegion: 10,
  PowerResource: 11,
  Processor: 12,
  ThermalZone: 13,
  BufferField: 14,
  DdbHandle: 15,
  DebugObject: 16,
} as const;
