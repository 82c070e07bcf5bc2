/**
 * How PCI interrupt pins reach the interrupt controllers: `_PRT` and the link devices. `pc` computes its routing table
 * at run time, `q35` has one for each interrupt model (`_PIC`): through PIRQ links, or straight to IO-APIC pins.
 * QEMU's counterpart is hw/i386/acpi-build.c.
 */
import { type Aml, eisaId, packageOf } from '../aml/encode.ts';
import { createDwordField, device, method, name, scope } from '../aml/encode-objects.ts';
import {
  add,
  and,
  arg,
  call,
  equal,
  ifElse,
  ifThen,
  increment,
  index,
  less,
  local,
  or,
  returnOf,
  shiftLeft,
  shiftRight,
  store,
  whileLoop,
} from '../aml/encode-operators.ts';
import { levelInterrupt, resourceTemplate } from '../aml/encode-resources.ts';

const SLOTS = 32;
const PINS = 4;
/** The function part of an address in `_PRT`: all functions. */
const ALL_FUNCTIONS = 0xffff;
/** ISA interrupts that a link can be set to. */
const LINK_INTERRUPTS = [5, 10, 11] as const;
/** Bit of a PIRQ register: the link is not routed. */
const PIRQ_DISABLED = 0x80;
/** `_STA` of a link: there, with and without an interrupt. */
const STA_ENABLED = 0x0b;
const STA_DISABLED = 0x09;
/** Offset of the interrupt number in an Interrupt descriptor. */
const INTERRUPT_OFFSET = 5;

const letters = 'ABCDEFGH';
const possibleSettings = (interrupts: readonly number[]): Aml =>
  name('_PRS', resourceTemplate([levelInterrupt(interrupts)]));

/** IQST (register): `_STA` of a link. */
const linkStatusMethod = (): Aml =>
  method('IQST', 1, [ifThen(and(PIRQ_DISABLED, arg(0)), [returnOf(STA_DISABLED)]), returnOf(STA_ENABLED)]);

/** IQCR (register): `_CRS` of a link; `setInterrupt` stores the register's interrupt into PRRI. */
const linkResourcesMethod = (setInterrupt: Aml): Aml =>
  method(
    'IQCR',
    1,
    [
      name('PRR0', resourceTemplate([levelInterrupt([0])])),
      createDwordField('PRR0', INTERRUPT_OFFSET, 'PRRI'),
      setInterrupt,
      returnOf('PRR0'),
    ],
    'serialized',
  );

/** A link whose interrupt is set in a PIRQ register of the south bridge. */
const pirqLink = (path: string, uid: number, register: string): Aml =>
  device(path, [
    name('_HID', eisaId('PNP0C0F')),
    name('_UID', uid),
    possibleSettings(LINK_INTERRUPTS),
    method('_STA', 0, [returnOf(call('IQST', register))]),
    method('_DIS', 0, [or(register, PIRQ_DISABLED, register)]),
    method('_CRS', 0, [returnOf(call('IQCR', register))]),
    method('_SRS', 1, [createDwordField(arg(0), INTERRUPT_OFFSET, 'PRRI'), store('PRRI', register)]),
  ]);

/** A link that is wired to one IO-APIC pin. */
const gsiLink = (path: string, gsi: number): Aml =>
  device(path, [
    name('_HID', eisaId('PNP0C0F')),
    name('_UID', gsi),
    possibleSettings([gsi]),
    name('_CRS', resourceTemplate([levelInterrupt([gsi])])),
    method('_DIS', 0, []),
    method('_SRS', 1, []),
  ]);

/** The PIIX4's own interrupt, fixed to the SCI. */
const sciLink = (sci: number): Aml =>
  device('LNKS', [
    name('_HID', eisaId('PNP0C0F')),
    name('_UID', 4),
    possibleSettings([sci]),
    method('_STA', 0, [returnOf(STA_ENABLED)]),
    method('_DIS', 0, []),
    method('_CRS', 0, [returnOf('_PRS')]),
    method('_SRS', 1, []),
  ]);

/**
 * `_PRT` of `pc`: pin P of slot S goes to link (S + P) mod 4, link 0 being LNKD; the first pin of slot 1, the power
 * management function's, to LNKS.
 */
const computedRouting = (): Aml => {
  const table = local(0);
  const entry = local(1);
  const slot = local(2);
  const link = local(3);
  const route = local(4);
  const routeTo = (path: string): Aml => store(packageOf([0, 0, path, 0]), route);
  const powerManagementEntry = PINS;
  return method('_PRT', 0, [
    store(packageOf([], SLOTS * PINS), table),
    store(0, entry),
    whileLoop(less(entry, SLOTS * PINS), [
      store(shiftRight(entry, 2), slot),
      store(and(add(entry, slot), 3), link),
      ifThen(equal(link, 0), [routeTo('LNKD')]),
      ifThen(equal(link, 1), [ifElse(equal(entry, powerManagementEntry), [routeTo('LNKS')], [routeTo('LNKA')])]),
      ifThen(equal(link, 2), [routeTo('LNKB')]),
      ifThen(equal(link, 3), [routeTo('LNKC')]),
      store(or(shiftLeft(slot, 16), ALL_FUNCTIONS), index(route, 0)),
      store(and(entry, 3), index(route, 1)),
      store(route, index(table, entry)),
      increment(entry),
    ]),
    returnOf(table),
  ]);
};

export const pcRouting = (sci: number): Aml[] => [
  scope('_SB', [
    scope('PCI0', [computedRouting()]),
    linkStatusMethod(),
    linkResourcesMethod(ifThen(less(arg(0), PIRQ_DISABLED), [store(arg(0), 'PRRI')])),
    ...[0, 1, 2, 3].map((n) => pirqLink(`LNK${letters[n]}`, n, `PRQ${n}`)),
    sciLink(sci),
  ]),
];

/** Slots 0 … 24 spread over E … H; those of the south bridge keep A … D, but for 30, the PCI bridge's. */
const firstLinkOfSlot = (slot: number): { readonly group: 'ABCD' | 'EFGH'; readonly first: number } =>
  slot < 25 || slot === 30 ? { group: 'EFGH', first: slot < 25 ? slot % PINS : 0 } : { group: 'ABCD', first: 0 };

/** One of q35's two tables: `prefix` is LNK or GSI. */
const staticRouting = (prefix: string): Aml => {
  const entries: Aml[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const { group, first } = firstLinkOfSlot(slot);
    for (let pin = 0; pin < PINS; pin++) {
      entries.push(packageOf([slot * 0x10000 + ALL_FUNCTIONS, pin, `${prefix}${group[(first + pin) % PINS]}`, 0]));
    }
  }
  return packageOf(entries);
};

/** IO-APIC pins of the PIRQ lines A … H. */
const FIRST_PIRQ_GSI = 16;

export const q35Routing = (): Aml[] => [
  name('PICF', 0),
  method('_PIC', 1, [store(arg(0), 'PICF')]),
  scope('_SB', [
    scope('PCI0', [
      name('PRTP', staticRouting('LNK')),
      name('PRTA', staticRouting('GSI')),
      method('_PRT', 0, [ifElse(equal('PICF', 0), [returnOf('PRTP')], [returnOf('PRTA')])]),
    ]),
    linkStatusMethod(),
    linkResourcesMethod(store(and(arg(0), 0x0f), 'PRRI')),
    ...[...letters].map((letter, n) => pirqLink(`LNK${letter}`, n, `PRQ${letter}`)),
    ...[...letters].map((letter, n) => gsiLink(`GSI${letter}`, FIRST_PIRQ_GSI + n)),
  ]),
];
