import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { disassemble, lineAt } from './disassemble.ts';
import { type Aml, buffer, concat, dword, eisaId, operation, packageOf, text } from './encode.ts';
import { createDwordField, device, field, fieldUnit, method, name, reserved, scope } from './encode-objects.ts';
import {
  add,
  arg,
  call,
  derefOf,
  equal,
  ifElse,
  increment,
  index,
  less,
  local,
  logicalNot,
  or,
  returnOf,
  shiftLeft,
  store,
  toInteger,
  whileLoop,
} from './encode-operators.ts';

const HEADER_LENGTH = 36;
const table = (...parts: Aml[]): Uint8Array => concat([new Uint8Array(HEADER_LENGTH), ...parts]);

/** The listing, indented. */
const listing = (...parts: Aml[]): string[] =>
  disassemble(table(...parts)).map(({ depth, text: line }) => '  '.repeat(depth) + line);

describe('objects', () => {
  test('scopes, devices and names, with EISA ids where an id stands', () => {
    const ids = [name('_HID', eisaId('PNP0A06')), name('_UID', text('a "b"')), name('NUM', dword(0x10))];
    expect(listing(scope('\\_SB', [device('PCI0.PRES', ids)]))).toEqual([
      'Scope (\\_SB) {',
      '  Device (PCI0.PRES) {',
      '    Name (_HID, EisaId ("PNP0A06"))',
      '    Name (_UID, "a \\"b\\"")',
      '    Name (NUM, 0x00000010)',
      '  }',
      '}',
    ]);
  });

  test('fields, with skipped bits and rules', () => {
    const units = [reserved(32), fieldUnit('CPEN', 1), fieldUnit('CCMD', 8)];
    expect(listing(field('PRST', { access: 'ByteAcc', update: 'WriteAsZeros' }, units))).toEqual([
      'Field (PRST, ByteAcc, NoLock, WriteAsZeros) {',
      '  , 32,',
      '  CPEN, 1,',
      '  CCMD, 8',
      '}',
    ]);
  });

  test('buffers and packages; long packages take a line an element', () => {
    const route = (n: number) => packageOf([n, 'LNKA', 0]);
    expect(listing(name('BUF', buffer([1, 0xff])), name('PKG', packageOf([1, 'DEV0'], 4)))).toEqual([
      'Name (BUF, Buffer (0x02) {0x01, 0xFF})',
      'Name (PKG, Package (0x04) {One, DEV0})',
    ]);
    expect(listing(name('PRT', packageOf([2, 3, 4, 5].map(route))))).toEqual([
      'Name (PRT, Package (0x04) {',
      '  Package (0x03) {0x02, LNKA, Zero},',
      '  Package (0x03) {0x03, LNKA, Zero},',
      '  Package (0x03) {0x04, LNKA, Zero},',
      '  Package (0x03) {0x05, LNKA, Zero}',
      '})',
    ]);
  });
});

describe('statements', () => {
  const body = (...terms: Aml[]): string[] =>
    listing(method('MET', 2, terms, 'serialized'))
      .slice(1, -1)
      .map((line) => line.trim());

  test('operators have their symbols; a store of a value keeps its parentheses', () => {
    expect(
      body(
        store(shiftLeft(1, arg(1)), 'NUM'),
        add(arg(0), arg(1), local(0)),
        or('NUM', 0x80, 'NUM'),
        increment(local(3)),
        store(toInteger(arg(0)), 'NUM'),
        store(derefOf(index('PKG', local(1))), local(0)),
        createDwordField(arg(0), 14, 'DWF'),
      ),
    ).toEqual([
      'NUM = (One << Arg1)',
      'Local0 = Arg0 + Arg1',
      'NUM |= 0x80',
      'Local3++',
      'NUM = ToInteger (Arg0)',
      'Local0 = DerefOf (PKG [Local1])',
      'CreateDWordField (Arg0, 0x0E, DWF)',
    ]);
  });

  test('a second result keeps its place', () => {
    expect(body(operation('Divide', arg(0), 3, undefined, local(1)))).toEqual(['Divide (Arg0, 0x03, , Local1)']);
  });

  test('conditions, negated ones too', () => {
    expect(
      listing(
        method('MET', 1, [
          ifElse(logicalNot(equal(arg(0), 1)), [returnOf(0)], [returnOf(1)]),
          whileLoop(less(local(0), 4), [increment(local(0))]),
        ]),
      ),
    ).toEqual([
      'Method (MET, 1, NotSerialized) {',
      '  If ((Arg0 != One)) {',
      '    Return (Zero)',
      '  }',
      '  Else {',
      '    Return (One)',
      '  }',
      '  While ((Local0 < 0x04)) {',
      '    Local0++',
      '  }',
      '}',
    ]);
  });
});

describe('method calls', () => {
  test('are told from names by the declaration, which may come later, in an outer scope or behind a path', () => {
    expect(
      listing(
        device('DEV0', [
          method('CAL1', 0, [call('FUN2', 1, 'OBJ'), call('\\DEV0.FUN1', 2), returnOf('OBJ')]),
          method('FUN1', 1, []),
        ]),
        method('FUN2', 2, []),
        name('OBJ', 1),
      ).slice(2, 5),
    ).toEqual(['    FUN2 (One, OBJ)', '    \\DEV0.FUN1 (0x02)', '    Return (OBJ)']);
  });

  test('a package holds references, not calls', () => {
    expect(listing(method('FUN', 1, []), name('PKG', packageOf(['FUN', 'FUN']))).at(-1)).toBe(
      'Name (PKG, Package (0x02) {FUN, FUN})',
    );
  });
});

describe('bytes that are no AML', () => {
  test('become a comment up to the end of their package; what follows is read', () => {
    const broken = operation('Scope', 'DEV0', [Uint8Array.of(0x02, 0x03, 0x04)]);
    expect(listing(broken, name('OBJ', 1))).toEqual([
      'Scope (DEV0) {',
      '  /* 3 bytes that are no AML */',
      '}',
      'Name (OBJ, One)',
    ]);
  });

  test('nested without end are not followed', () => {
    const nots = new Uint8Array(100_000).fill(0x92);
    expect(listing(nots)).toEqual(['/* 100000 bytes that are no AML */']);
    const calls = Array.from({ length: 25_000 }, () => name('FUN', 0).subarray(1, 5));
    expect(listing(method('FUN', 1, []), ...calls).at(-1)).toBe('/* 100000 bytes that are no AML */');
  });

  test('of any kind never throw', () => {
    const whole = readFileSync(new URL('../recordings/tables/q35-c2/DSDT.aml', import.meta.url));
    for (let length = 0; length < whole.length; length += 97) {
      expect(Array.isArray(disassemble(whole.subarray(0, length)))).toBe(true);
      const damaged = Uint8Array.from(whole);
      damaged[length] = (damaged[length] ?? 0) ^ 0xff;
      expect(Array.isArray(disassemble(damaged))).toBe(true);
    }
  });
});

describe.each(['q35-c4-m4', 'pc-c4-m4'])('the recorded DSDT of %s', (machine) => {
  const bytes = readFileSync(new URL(`../recordings/tables/${machine}/DSDT.aml`, import.meta.url));
  const lines = disassemble(bytes);

  test('is AML to its last byte', () => {
    expect(lines.filter(({ text: line }) => line.includes('no AML'))).toEqual([]);
    const top = lines.filter(({ depth, length }) => depth === 0 && length > 0);
    let next = HEADER_LENGTH;
    for (const { offset, length } of top) {
      expect(offset).toBe(next);
      next += length;
    }
    expect(next).toBe(bytes.length);
  });

  test('shows how a CPU is ejected', () => {
    const start = lines.findIndex(({ text: line }) => line === 'Method (CEJ0, 1, Serialized) {');
    expect(lines.slice(start + 1, start + 6).map(({ text: line }) => line)).toEqual([
      'Acquire (\\_SB.PCI0.PRES.CPLK, 0xFFFF)',
      '\\_SB.PCI0.PRES.CSEL = Arg0',
      '\\_SB.PCI0.PRES.CEJ0 = One',
      'Release (\\_SB.PCI0.PRES.CPLK)',
      '}',
    ]);
  });

  test('an address finds its innermost line', () => {
    const eject = lines.findIndex(({ text: line }) => line === '\\_SB.PCI0.PRES.CEJ0 = One');
    const line = lines[eject];
    expect(lineAt(lines, (line?.offset ?? 0) + 3)).toBe(eject);
    expect(lineAt(lines, 0)).toBeUndefined();
  });
});
