/** Object types and flags of the namespace: upstream `include/acpi/actypes.h`, those that the interpreter uses. */

export const ACPI_TYPE_ANY = 0x00;
export const ACPI_TYPE_INTEGER = 0x01;
export const ACPI_TYPE_STRING = 0x02;
export const ACPI_TYPE_BUFFER = 0x03;
export const ACPI_TYPE_PACKAGE = 0x04;
export const ACPI_TYPE_FIELD_UNIT = 0x05;
export const ACPI_TYPE_DEVICE = 0x06;
export const ACPI_TYPE_EVENT = 0x07;
export const ACPI_TYPE_METHOD = 0x08;
export const ACPI_TYPE_MUTEX = 0x09;
export const ACPI_TYPE_REGION = 0x0a;
export const ACPI_TYPE_POWER = 0x0b;
export const ACPI_TYPE_PROCESSOR = 0x0c;
export const ACPI_TYPE_THERMAL = 0x0d;
export const ACPI_TYPE_BUFFER_FIELD = 0x0e;
export const ACPI_TYPE_DDB_HANDLE = 0x0f;
export const ACPI_TYPE_DEBUG_OBJECT = 0x10;
export const ACPI_TYPE_LOCAL_REGION_FIELD = 0x11;
export const ACPI_TYPE_LOCAL_BANK_FIELD = 0x12;
export const ACPI_TYPE_LOCAL_INDEX_FIELD = 0x13;
export const ACPI_TYPE_LOCAL_REFERENCE = 0x14;
export const ACPI_TYPE_LOCAL_ALIAS = 0x15;
export const ACPI_TYPE_LOCAL_METHOD_ALIAS = 0x16;
export const ACPI_TYPE_LOCAL_SCOPE = 0x1b;

const TYPE_NAMES: readonly string[] = [
  'Untyped',
  'Integer',
  'String',
  'Buffer',
  'Package',
  'FieldUnit',
  'Device',
  'Event',
  'Method',
  'Mutex',
  'Region',
  'Power',
  'Processor',
  'Thermal',
  'BufferField',
  'DdbHandle',
  'DebugObject',
  'RegionField',
  'BankField',
  'IndexField',
  'Reference',
  'Alias',
  'MethodAlias',
  'Notify',
  'AddrHandler',
  'ResourceDesc',
  'ResourceFld',
  'Scope',
];

/** The name that messages and Concatenate show for a type. */
export const acpi_ut_get_type_name = (type: number): string => TYPE_NAMES[type] ?? 'Undefined';

/** True for the types whose nodes have children (acpi_ns_opens_scope). */
export const acpi_ns_opens_scope = (type: number): boolean =>
  type === ACPI_TYPE_DEVICE ||
  type === ACPI_TYPE_METHOD ||
  type === ACPI_TYPE_POWER ||
  type === ACPI_TYPE_PROCESSOR ||
  type === ACPI_TYPE_THERMAL ||
  type === ACPI_TYPE_LOCAL_SCOPE;

/** Flags of a namespace node. */
export const ANOBJ_TEMPORARY = 0x02;
export const ANOBJ_METHOD_ARG = 0x04;
export const ANOBJ_METHOD_LOCAL = 0x08;
export const ANOBJ_SUBTREE_HAS_INI = 0x10;
export const ANOBJ_EVALUATED = 0x20;

/** Bits of a device's _STA. */
export const ACPI_STA_DEVICE_PRESENT = 0x01;
export const ACPI_STA_DEVICE_ENABLED = 0x02;
export const ACPI_STA_DEVICE_UI = 0x04;
export const ACPI_STA_DEVICE_FUNCTIONING = 0x08;

/** Address spaces by number (ACPI 6.4 §5.5.2.4). */
export const ACPI_ADR_SPACE_SYSTEM_MEMORY = 0;
export const ACPI_ADR_SPACE_SYSTEM_IO = 1;
export const ACPI_ADR_SPACE_PCI_CONFIG = 2;
export const ACPI_ADR_SPACE_EC = 3;
export const ACPI_ADR_SPACE_SMBUS = 4;
export const ACPI_ADR_SPACE_CMOS = 5;
export const ACPI_ADR_SPACE_PCI_BAR_TARGET = 6;
export const ACPI_ADR_SPACE_IPMI = 7;
export const ACPI_ADR_SPACE_GPIO = 8;
export const ACPI_ADR_SPACE_GSBUS = 9;
export const ACPI_ADR_SPACE_PLATFORM_COMM = 10;
export const ACPI_ADR_SPACE_PLATFORM_RT = 11;
/** Not in AML: the space of DataTableRegion. */
export const ACPI_ADR_SPACE_DATA_TABLE = 0x7e;
export const ACPI_NUM_PREDEFINED_REGIONS = 12;

export const ACPI_READ = 0;
export const ACPI_WRITE = 1;

export const ACPI_REG_DISCONNECT = 0;
export const ACPI_REG_CONNECT = 1;

export const ACPI_UINT64_MAX = 0xffff_ffff_ffff_ffffn;
export const ACPI_METHOD_NUM_LOCALS = 8;
export const ACPI_METHOD_NUM_ARGS = 7;
/** Seconds that a While may run (ACPI_MAX_LOOP_TIMEOUT). */
export const ACPI_MAX_LOOP_TIMEOUT = 30n;
export const ACPI_WAIT_FOREVER = 0xffff;
