import { describe, expect, test } from 'vitest';
import {
  type Aml,
  buffer,
  dword,
  eisaId,
  integer,
  nameString,
  operation,
  packageOf,
  packedLength,
  text,
  toUuid,
} from './encode.ts';
import {
  createDwordField,
  device,
  field,
  fieldUnit,
  method,
  mutex,
  name,
  operationRegion,
  processor,
  reserved,
  scope,
} from './encode-objects.ts';
import {
  acquire,
  add,
  and,
  arg,
  breakLoop,
  call,
  debug,
  derefOf,
  equal,
  greater,
  ifElse,
  ifThen,
  increment,
  index,
  less,
  local,
  logicalAnd,
  logicalNot,
  logicalOr,
  notify,
  or,
  release,
  returnOf,
  shiftLeft,
  shiftRight,
  sizeOf,
  store,
  subtract,
  toBuffer,
  toHexString,
  toInteger,
  whileLoop,
} from './encode-operators.ts';
import {
  dma8,
  dwordMemory,
  io,
  irqNoFlags,
  levelInterrupt,
  memory32Fixed,
  qwordMemory,
  resourceTemplate,
  wordBusNumber,
  wordIo,
} from './encode-resources.ts';

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

interface Case {
  /** What was compiled, in ASL; `…n…` stands for a string of n letters. */
  readonly asl: string;
  readonly aml: () => Aml;
  /** What iasl 20200925 made of it (-of -on: constants and names as written); `…` stands for the letters. */
  readonly bytes: string;
  readonly run?: number;
}

const describeCases = (title: string, cases: readonly Case[]): void => {
  describe(title, () => {
    test.each(cases)('$asl', ({ aml, bytes, run = 0 }) => {
      expect(hex(aml())).toBe(bytes.replace('…', '61'.repeat(run)));
    });
  });
};

describeCases('integer constants take the shortest form (20.2.3)', [
  { asl: 'Name (NAM, Zero)', aml: () => name('NAM', 0), bytes: '084e414d5f00' },
  { asl: 'Name (NAM, One)', aml: () => name('NAM', 1), bytes: '084e414d5f01' },
  { asl: 'Name (NAM, 2)', aml: () => name('NAM', 2), bytes: '084e414d5f0a02' },
  { asl: 'Name (NAM, 0xFF)', aml: () => name('NAM', 0xff), bytes: '084e414d5f0aff' },
  { asl: 'Name (NAM, 0x100)', aml: () => name('NAM', 0x100), bytes: '084e414d5f0b0001' },
  { asl: 'Name (NAM, 0xFFFF)', aml: () => name('NAM', 0xffff), bytes: '084e414d5f0bffff' },
  { asl: 'Name (NAM, 0x10000)', aml: () => name('NAM', 0x10000), bytes: '084e414d5f0c00000100' },
  { asl: 'Name (NAM, 0xFFFFFFFE)', aml: () => name('NAM', 0xfffffffe), bytes: '084e414d5f0cfeffffff' },
]);

describeCases('strings, buffers, packages, EISA ids and UUIDs (20.2.3, 20.2.5.4)', [
  { asl: 'Name (NAM, "CPU")', aml: () => name('NAM', text('CPU')), bytes: '084e414d5f0d43505500' },
  { asl: 'Name (NAM, "")', aml: () => name('NAM', text('')), bytes: '084e414d5f0d00' },
  {
    asl: 'Name (NAM, Buffer (3) {1, 2, 3})',
    aml: () => name('NAM', buffer([1, 2, 3])),
    bytes: '084e414d5f11060a03010203',
  },
  {
    asl: 'Name (NAM, Package (3) {1, "a", Package (1) {2}})',
    aml: () => name('NAM', packageOf([1, text('a'), packageOf([2])])),
    bytes: '084e414d5f120b03010d61001204010a02',
  },
  { asl: 'Name (NAM, Package (255) {})', aml: () => name('NAM', packageOf([], 255)), bytes: '084e414d5f1202ff' },
  {
    asl: 'Name (NAM, Package (2) {DEV0, \\DEV0.DEV1})',
    aml: () => name('NAM', packageOf(['DEV0', '\\DEV0.DEV1'])),
    bytes: '084e414d5f121002444556305c2e4445563044455631',
  },
  { asl: 'Name (NAM, EisaId ("PNP0A08"))', aml: () => name('NAM', eisaId('PNP0A08')), bytes: '084e414d5f0c41d00a08' },
  { asl: 'Name (NAM, EisaId ("ACP0C80"))', aml: () => name('NAM', eisaId('ACP0C80')), bytes: '084e414d5f0c04700c80' },
  {
    asl: 'Name (NAM, ToUUID ("33db4d5b-1ff7-401c-9657-7441c03dd766"))',
    aml: () => name('NAM', toUuid('33db4d5b-1ff7-401c-9657-7441c03dd766')),
    bytes: '084e414d5f11130a105b4ddb33f71f1c4096577441c03dd766',
  },
]);

describeCases('NameStrings: one segment, two, more, from the root, from the parent (20.2.2)', [
  { asl: 'Scope (\\) {}', aml: () => scope('\\', []), bytes: '10035c00' },
  { asl: 'Scope (DEV0) {}', aml: () => scope('DEV0', []), bytes: '100544455630' },
  { asl: 'Scope (DEV0.DEV1) {}', aml: () => scope('DEV0.DEV1', []), bytes: '100a2e4445563044455631' },
  {
    asl: 'Scope (\\DEV0.DEV1.DEV2) {}',
    aml: () => scope('\\DEV0.DEV1.DEV2', []),
    bytes: '10105c2f03444556304445563144455632',
  },
  {
    asl: 'Device (D) { Name (^E, 1) }',
    aml: () => device('D', [name('^E', 1)]),
    bytes: '5b820c445f5f5f085e455f5f5f01',
  },
]);

describeCases('PkgLength: one byte up to 63, then two and three (20.2.4)', [
  {
    asl: 'Scope (\\) { Name (NAM, "…53…") }',
    aml: () => scope('\\', [name('NAM', text('a'.repeat(53)))]),
    bytes: '103f5c00084e414d5f0d…00',
    run: 53,
  },
  {
    asl: 'Scope (\\) { Name (NAM, "…54…") }',
    aml: () => scope('\\', [name('NAM', text('a'.repeat(54)))]),
    bytes: '1041045c00084e414d5f0d…00',
    run: 54,
  },
  {
    asl: 'Scope (\\) { Name (NAM, "…4084…") }',
    aml: () => scope('\\', [name('NAM', text('a'.repeat(4084)))]),
    bytes: '104fff5c00084e414d5f0d…00',
    run: 4084,
  },
  {
    asl: 'Scope (\\) { Name (NAM, "…4085…") }',
    aml: () => scope('\\', [name('NAM', text('a'.repeat(4085)))]),
    bytes: '108100015c00084e414d5f0d…00',
    run: 4085,
  },
]);

describeCases('named objects (20.2.5.2)', [
  { asl: 'Method (MET, 0) {}', aml: () => method('MET', 0, []), bytes: '14064d45545f00' },
  {
    asl: 'Method (MET, 7, Serialized) { Return (Arg6) }',
    aml: () => method('MET', 7, [returnOf(arg(6))], 'serialized'),
    bytes: '14084d45545f0fa46e',
  },
  { asl: 'Mutex (MUT, 0)', aml: () => mutex('MUT'), bytes: '5b014d55545f00' },
  {
    asl: 'Processor (P001, 1, 0x00000000, 0) { Name (OBJ, 1) }',
    aml: () => processor('P001', 1, [name('OBJ', 1)]),
    bytes: '5b831150303031010000000000084f424a5f01',
  },
  {
    asl: 'OperationRegion (RGN, SystemIO, 0x0CD8, 0x0C)',
    aml: () => operationRegion('RGN', 'SystemIO', 0xcd8, 0xc),
    bytes: '5b8052474e5f010bd80c0a0c',
  },
  {
    asl: 'OperationRegion (RGN, SystemMemory, 0xFED00000, 0x400)',
    aml: () => operationRegion('RGN', 'SystemMemory', 0xfed00000, 0x400),
    bytes: '5b8052474e5f000c0000d0fe0b0004',
  },
  {
    asl: 'OperationRegion (RGN, PCI_Config, 0x60, 4)',
    aml: () => operationRegion('RGN', 'PCI_Config', 0x60, 4),
    bytes: '5b8052474e5f020a600a04',
  },
  {
    asl: 'Field (REG, ByteAcc, NoLock, WriteAsZeros) { Offset (4), A, 1, B, 2, , 5, CCMD, 8 }',
    aml: () =>
      field('REG', { access: 'ByteAcc', update: 'WriteAsZeros' }, [
        reserved(32),
        fieldUnit('A', 1),
        fieldUnit('B', 2),
        reserved(5),
        fieldUnit('CCMD', 8),
      ]),
    bytes: '5b81195245475f410020415f5f5f01425f5f5f02000543434d4408',
  },
  {
    asl: 'Field (REG, DWordAcc, Lock, Preserve) { VAL, 32, WIDE, 32 }',
    aml: () =>
      field('REG', { access: 'DWordAcc', lock: 'Lock', update: 'Preserve' }, [
        fieldUnit('VAL', 32),
        fieldUnit('WIDE', 32),
      ]),
    bytes: '5b81105245475f1356414c5f205749444520',
  },
  {
    asl: 'CreateDWordField (BUF, 14, DWF)',
    aml: () => createDwordField('BUF', 14, 'DWF'),
    bytes: '8a4255465f0a0e4457465f',
  },
]);

describeCases('operators (20.2.5.4)', [
  {
    asl: 'Method (MET, 2) { Store (Arg0, NUM) }',
    aml: () => method('MET', 2, [store(arg(0), 'NUM')]),
    bytes: '140c4d45545f0270684e554d5f',
  },
  {
    asl: 'Method (MET, 2) { Store (Local7, Debug) }',
    aml: () => method('MET', 2, [store(local(7), debug())]),
    bytes: '140a4d45545f0270675b31',
  },
  {
    asl: 'Method (MET, 2) { Add (Arg0, Arg1, Local0) }',
    aml: () => method('MET', 2, [add(arg(0), arg(1), local(0))]),
    bytes: '140a4d45545f0272686960',
  },
  {
    asl: 'Method (MET, 2) { Subtract (Arg0, 1, NUM) }',
    aml: () => method('MET', 2, [subtract(arg(0), 1, 'NUM')]),
    bytes: '140d4d45545f027468014e554d5f',
  },
  {
    asl: 'Method (MET, 2) { Store (And (Arg0, 0x0F), Local1) }',
    aml: () => method('MET', 2, [store(and(arg(0), 0xf), local(1))]),
    bytes: '140d4d45545f02707b680a0f0061',
  },
  {
    asl: 'Method (MET, 2) { Or (NUM, 0x80, NUM) }',
    aml: () => method('MET', 2, [or('NUM', 0x80, 'NUM')]),
    bytes: '14114d45545f027d4e554d5f0a804e554d5f',
  },
  {
    asl: 'Method (MET, 2) { ShiftLeft (1, Arg1, NUM) }',
    aml: () => method('MET', 2, [shiftLeft(1, arg(1), 'NUM')]),
    bytes: '140d4d45545f027901694e554d5f',
  },
  {
    asl: 'Method (MET, 2) { ShiftRight (Local0, 16, Local0) }',
    aml: () => method('MET', 2, [shiftRight(local(0), 16, local(0))]),
    bytes: '140b4d45545f027a600a1060',
  },
  {
    asl: 'Method (MET, 2) { Increment (Local3) }',
    aml: () => method('MET', 2, [increment(local(3))]),
    bytes: '14084d45545f027563',
  },
  {
    asl: 'Method (MET, 2) { Store (Index (PKG, 1), Local0) }',
    aml: () => method('MET', 2, [store(index('PKG', 1), local(0))]),
    bytes: '140f4d45545f027088504b475f010060',
  },
  {
    asl: 'Method (MET, 2) { Store (DerefOf (Index (PKG, Local1)), Local0) }',
    aml: () => method('MET', 2, [store(derefOf(index('PKG', local(1))), local(0))]),
    bytes: '14104d45545f02708388504b475f610060',
  },
  {
    asl: 'Method (MET, 2) { Store (SizeOf (BUF), Local0) }',
    aml: () => method('MET', 2, [store(sizeOf('BUF'), local(0))]),
    bytes: '140d4d45545f0270874255465f60',
  },
  {
    asl: 'Method (MET, 2) { Store (ToInteger (Arg0), NUM) }',
    aml: () => method('MET', 2, [store(toInteger(arg(0)), 'NUM')]),
    bytes: '140e4d45545f02709968004e554d5f',
  },
  {
    asl: 'Method (MET, 2) { ToBuffer (Arg0, Local0) }',
    aml: () => method('MET', 2, [toBuffer(arg(0), local(0))]),
    bytes: '14094d45545f02966860',
  },
  {
    asl: 'Method (MET, 2) { ToHexString (Arg0, Local0) }',
    aml: () => method('MET', 2, [toHexString(arg(0), local(0))]),
    bytes: '14094d45545f02986860',
  },
  {
    asl: 'Method (MET, 2) { CALL (Arg0, 3) }',
    aml: () => method('MET', 2, [call('CALL', arg(0), 3)]),
    bytes: '140d4d45545f0243414c4c680a03',
  },
  {
    asl: 'Method (MET, 2) { \\CALL (NUM, CALL (1, 2)) }',
    aml: () => method('MET', 2, [call('\\CALL', 'NUM', call('CALL', 1, 2))]),
    bytes: '14164d45545f025c43414c4c4e554d5f43414c4c010a02',
  },
]);

describeCases('statements (20.2.5.3)', [
  {
    asl: 'Method (MET, 2) { Acquire (MTX, 0xFFFF) Release (MTX) }',
    aml: () => method('MET', 2, [acquire('MTX'), release('MTX')]),
    bytes: '14144d45545f025b234d54585fffff5b274d54585f',
  },
  {
    asl: 'Method (MET, 2) { Notify (DEV0, Arg1) }',
    aml: () => method('MET', 2, [notify('DEV0', arg(1))]),
    bytes: '140c4d45545f02864445563069',
  },
  {
    asl: 'Method (MET, 2) { If (LEqual (Arg0, 1)) { Return (NUM) } Else { Return (0) } }',
    aml: () => method('MET', 2, [ifElse(equal(arg(0), 1), [returnOf('NUM')], [returnOf(0)])]),
    bytes: '14144d45545f02a009936801a44e554d5fa103a400',
  },
  {
    asl: 'Method (MET, 2) { If (LAnd (LLess (Arg0, 2), LGreater (Arg1, 3))) { Return (1) } }',
    aml: () => method('MET', 2, [ifThen(logicalAnd(less(arg(0), 2), greater(arg(1), 3)), [returnOf(1)])]),
    bytes: '14134d45545f02a00c9095680a0294690a03a401',
  },
  {
    asl: 'Method (MET, 2) { If (LNot (LOr (LEqual (Arg0, 0), Arg1))) { Return (1) } }',
    aml: () => method('MET', 2, [ifThen(logicalNot(logicalOr(equal(arg(0), 0), arg(1))), [returnOf(1)])]),
    bytes: '14104d45545f02a009929193680069a401',
  },
  {
    asl: 'Method (MET, 2) { While (LLess (Local0, 4)) { Break } }',
    aml: () => method('MET', 2, [whileLoop(less(local(0), 4), [breakLoop()])]),
    bytes: '140d4d45545f02a20695600a04a5',
  },
]);

describeCases('resource templates (6.4)', [
  {
    asl: 'Name (RES, ResourceTemplate () { IO (Decode16, 0x0CD8, 0x0CD8, 0x01, 0x0C) })',
    aml: () => name('RES', resourceTemplate([io(0xcd8, 0xcd8, 1, 12)])),
    bytes: '085245535f110d0a0a4701d80cd80c010c7900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { IRQNoFlags () {8} })',
    aml: () => name('RES', resourceTemplate([irqNoFlags(8)])),
    bytes: '085245535f11080a052200017900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { DMA (Compatibility, NotBusMaster, Transfer8) {2} })',
    aml: () => name('RES', resourceTemplate([dma8(2)])),
    bytes: '085245535f11080a052a04007900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { Memory32Fixed (ReadOnly, 0xFED00000, 0x400) })',
    aml: () => name('RES', resourceTemplate([memory32Fixed(0xfed00000, 0x400, 'ReadOnly')])),
    bytes: '085245535f11110a0e860900000000d0fe000400007900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { Memory32Fixed (ReadWrite, 0x1000, 0x20) })',
    aml: () => name('RES', resourceTemplate([memory32Fixed(0x1000, 0x20, 'ReadWrite')])),
    bytes: '085245535f11110a0e8609000100100000200000007900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) {5, 10, 11} })',
    aml: () => name('RES', resourceTemplate([levelInterrupt([5, 10, 11])])),
    bytes: '085245535f11160a13890e000903050000000a0000000b0000007900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xFF, 0, 0x100) })',
    aml: () => name('RES', resourceTemplate([wordBusNumber({ minimum: 0, maximum: 0xff })])),
    bytes: '085245535f11150a12880d00020c0000000000ff00000000017900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x0D00, 0xFFFF, 0, 0xF300) })',
    aml: () => name('RES', resourceTemplate([wordIo({ minimum: 0xd00, maximum: 0xffff })])),
    bytes: '085245535f11150a12880d00010c030000000dffff000000f37900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite, 0, 0x20000000, 0xAFFFFFFF, 0, 0x90000000) })',
    aml: () =>
      name('RES', resourceTemplate([dwordMemory({ minimum: 0x20000000, maximum: 0xafffffff }, 'NonCacheable')])),
    bytes: '085245535f111f0a1c871700000c010000000000000020ffffffaf00000000000000907900',
  },
  {
    asl: 'Name (RES, ResourceTemplate () { QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0x300000000, 0xAFFFFFFFF, 0, 0x800000000) })',
    aml: () =>
      name('RES', resourceTemplate([qwordMemory({ minimum: 0x300000000, maximum: 0xaffffffff }, 'Cacheable')])),
    bytes:
      '085245535f11330a308a2b00000c0300000000000000000000000003000000ffffffff0a000000000000000000000000000000080000007900',
  },
]);
describe('what the compiler would not write', () => {
  test('a DWord constant keeps its width', () => {
    expect(hex(dword(1))).toBe('0c01000000');
  });

  test('64-bit constants take the QWord prefix; Ones is not used for 32-bit all-ones', () => {
    expect(hex(integer(0x1_0000_0000))).toBe('0e0000000001000000');
    expect(hex(integer(0xffff_ffff_ffff_ffffn))).toBe('0effffffffffffffff');
    expect(hex(integer(0xffff_ffff))).toBe('0cffffffff');
  });

  test('PkgLength grows to four bytes and ends below 256 MiB', () => {
    expect(hex(packedLength(0xfffff))).toBe('8fffff');
    expect(hex(packedLength(0x100000))).toBe('c0000001');
    expect(() => packedLength(2 ** 28)).toThrow(RangeError);
  });
});

describe('faults of the caller', () => {
  test('are thrown: names, ids, numbers and operands that do not fit', () => {
    expect(() => nameString('TOOLONG')).toThrow('NameString');
    expect(() => eisaId('PNP1')).toThrow('EISA');
    expect(() => toUuid('33DB')).toThrow('UUID');
    expect(() => packageOf([], 256)).toThrow(RangeError);
    expect(() => irqNoFlags(16)).toThrow(RangeError);
    expect(() => operation('Return')).toThrow('missing');
    expect(() => operation('Break', 1)).toThrow('0 operands');
  });
});
