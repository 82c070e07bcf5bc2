/** Namespace objects (ACPI 6.4 §20.2.5.1 and §20.2.5.2): names, scopes, devices, methods, regions and fields. */
import { type Aml, concat, nameString, operation, packedLength, type Term, type TermList } from './encode.ts';
import { FIELD_ACCESS, FIELD_LIST, FIELD_LOCK, FIELD_UPDATE, METHOD_SERIALIZED, REGION_SPACES } from './opcodes.ts';

export const name = (path: string, value: Term): Aml => operation('Name', path, value);
export const scope = (path: string, objects: TermList): Aml => operation('Scope', path, objects);
export const device = (path: string, objects: TermList): Aml => operation('Device', path, objects);
export const mutex = (path: string, syncLevel = 0): Aml => operation('Mutex', path, syncLevel);

/** `Processor (…)`: the deprecated object, for tables that older guests read. `blockLength` 0: no P_BLK. */
export const processor = (path: string, id: number, objects: TermList, blockAddress = 0, blockLength = 0): Aml =>
  operation('Processor', path, id, blockAddress, blockLength, objects);

/** `Method (…)` with `args` 0 … 7 arguments. */
export const method = (
  path: string,
  args: number,
  body: TermList,
  serialization: 'serialized' | 'notSerialized' = 'notSerialized',
): Aml => operation('Method', path, args | (serialization === 'serialized' ? METHOD_SERIALIZED : 0), body);

/** Offset and length in bytes. */
export const operationRegion = (path: string, space: (typeof REGION_SPACES)[number], offset: Term, length: Term): Aml =>
  operation('OperationRegion', path, REGION_SPACES.indexOf(space), offset, length);

export interface FieldRules {
  readonly access: keyof typeof FIELD_ACCESS;
  readonly lock?: keyof typeof FIELD_LOCK;
  readonly update: keyof typeof FIELD_UPDATE;
}

/** `Field (region, …) { … }` of {@link fieldUnit}s and {@link reserved} bits. */
export const field = (region: string, { access, lock = 'NoLock', update }: FieldRules, units: readonly Aml[]): Aml =>
  operation('Field', region, FIELD_ACCESS[access] | FIELD_LOCK[lock] | FIELD_UPDATE[update], concat(units));

/** A named field of `bits` bits. */
export const fieldUnit = (segment: string, bits: number): Aml => concat([nameString(segment), packedLength(bits)]);

/** Bits of a field list that are skipped. */
export const reserved = (bits: number): Aml => concat([[FIELD_LIST.reserved], packedLength(bits)]);

/** Names the four bytes of a buffer from byte `offset` on. */
export const createDwordField = (source: Term, offset: Term, path: string): Aml =>
  operation('CreateDWordField', source, offset, path);
