/**
 * Statements and operators of ASL (ACPI 6.4 §19.6) as functions, under ASL's names in camelCase. Results go to the
 * last operand when it is given.
 */
import { type Aml, block, concat, operation, type Term, type TermList, term } from './encode.ts';
import { AML_ARG0_OP, AML_LOCAL0_OP } from './opcodes.ts';

export const local = (n: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7): Aml => Uint8Array.of(AML_LOCAL0_OP + n);
export const arg = (n: 0 | 1 | 2 | 3 | 4 | 5 | 6): Aml => Uint8Array.of(AML_ARG0_OP + n);

/** The Debug object, a target. */
export const debug = (): Aml => operation('Debug');

/** Invocation of a control method. */
export const call = (method: string, ...args: TermList): Aml => concat([term(method), block(args)]);

export const store = (value: Term, target: Term): Aml => operation('Store', value, target);
export const add = (a: Term, b: Term, target?: Term): Aml => operation('Add', a, b, target);
export const subtract = (a: Term, b: Term, target?: Term): Aml => operation('Subtract', a, b, target);
export const and = (a: Term, b: Term, target?: Term): Aml => operation('And', a, b, target);
export const or = (a: Term, b: Term, target?: Term): Aml => operation('Or', a, b, target);
export const shiftLeft = (value: Term, count: Term, target?: Term): Aml => operation('ShiftLeft', value, count, target);
export const shiftRight = (value: Term, count: Term, target?: Term): Aml =>
  operation('ShiftRight', value, count, target);
export const increment = (target: Term): Aml => operation('Increment', target);

export const logicalAnd = (a: Term, b: Term): Aml => operation('LAnd', a, b);
export const logicalOr = (a: Term, b: Term): Aml => operation('LOr', a, b);
export const logicalNot = (a: Term): Aml => operation('LNot', a);
export const equal = (a: Term, b: Term): Aml => operation('LEqual', a, b);
export const less = (a: Term, b: Term): Aml => operation('LLess', a, b);
export const greater = (a: Term, b: Term): Aml => operation('LGreater', a, b);

/** Element of a package or byte of a buffer, as a reference. */
export const index = (object: Term, position: Term, target?: Term): Aml => operation('Index', object, position, target);
export const derefOf = (reference: Term): Aml => operation('DerefOf', reference);
export const sizeOf = (object: Term): Aml => operation('SizeOf', object);
export const toInteger = (value: Term, target?: Term): Aml => operation('ToInteger', value, target);
export const toBuffer = (value: Term, target?: Term): Aml => operation('ToBuffer', value, target);
export const toHexString = (value: Term, target?: Term): Aml => operation('ToHexString', value, target);

/** `timeout` in milliseconds, 0xffff for ever. */
export const acquire = (mutex: Term, timeout = 0xffff): Aml => operation('Acquire', mutex, timeout);
export const release = (mutex: Term): Aml => operation('Release', mutex);
export const notify = (device: Term, value: Term): Aml => operation('Notify', device, value);

export const returnOf = (value: Term): Aml => operation('Return', value);
export const breakLoop = (): Aml => operation('Break');
export const whileLoop = (condition: Term, body: TermList): Aml => operation('While', condition, body);
export const ifThen = (condition: Term, body: TermList): Aml => operation('If', condition, body);
export const ifElse = (condition: Term, body: TermList, otherwise: TermList): Aml =>
  concat([ifThen(condition, body), operation('Else', otherwise)]);
