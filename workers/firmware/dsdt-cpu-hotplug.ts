/**
 * The DSDT's part of CPU hotplug: the register block (`\_SB.PCI0.PRES`), the processor container `\_SB.CPUS` with one
 * processor for each possible vCPU, and the GPE handler. The registers are those of docs/specs/acpi_cpu_hotplug.rst;
 * QEMU's counterpart is hw/acpi/cpu.c.
 */
import type { PossibleCpu } from '../abi/machine-config.ts';
import { type Aml, buffer, eisaId, packageOf, text } from '../aml/encode.ts';
import {
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
} from '../aml/encode-objects.ts';
import {
  acquire,
  arg,
  breakLoop,
  call,
  debug,
  derefOf,
  equal,
  ifElse,
  ifThen,
  increment,
  index,
  less,
  local,
  logicalAnd,
  notify,
  release,
  returnOf,
  store,
  whileLoop,
} from '../aml/encode-operators.ts';
import { io, resourceTemplate } from '../aml/encode-resources.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';
import { localApicStructure } from './madt.ts';

const CONTROLLER = '\\_SB.PCI0.PRES';
const CPUS = '\\_SB.CPUS';
const LOCK = `${CONTROLLER}.CPLK`;
/** Selects the CPU that the other registers are about. */
const SELECTOR = `${CONTROLLER}.CSEL`;
const COMMAND = `${CONTROLLER}.CCMD`;
const DATA = `${CONTROLLER}.CDAT`;
const ENABLED = `${CONTROLLER}.CPEN`;
const INSERT_EVENT = `${CONTROLLER}.CINS`;
const REMOVE_EVENT = `${CONTROLLER}.CRMV`;
const EJECT = `${CONTROLLER}.CEJ0`;

/** Values of the command register. */
const COMMANDS = { selectNextWithEvent: 0, ostEvent: 1, ostStatus: 2 } as const;
/** Notifications (§5.6.6): device check and eject request. */
const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
/** `_STA`: present, enabled, shown, functioning. */
const STA_ALL = 0x0f;
/** CPUs that one pass of CSCN can remember: what a package of AML can hold. */
const MAX_NEW_CPUS = 255;

const cpuName = (cpu: PossibleCpu): string => `C${cpu.index.toString(16).toUpperCase().padStart(3, '0')}`;

const registerBlock = (ports: AddressRange): Aml =>
  device(CONTROLLER, [
    name('_HID', eisaId('PNP0A06')),
    name('_UID', text('CPU Hotplug resources')),
    mutex('CPLK'),
    name('_CRS', resourceTemplate([io(ports.base, ports.base, 1, ports.length)])),
    operationRegion('PRST', 'SystemIO', ports.base, ports.length),
    field('PRST', { access: 'ByteAcc', update: 'WriteAsZeros' }, [
      reserved(4 * 8),
      fieldUnit('CPEN', 1),
      fieldUnit('CINS', 1),
      fieldUnit('CRMV', 1),
      fieldUnit('CEJ0', 1),
      fieldUnit('CEJF', 1),
      reserved(3),
      fieldUnit('CCMD', 8),
    ]),
    field('PRST', { access: 'DWordAcc', update: 'Preserve' }, [
      fieldUnit('CSEL', 32),
      reserved(32),
      fieldUnit('CDAT', 32),
    ]),
    // Writing the selector switches the block from the legacy bitmap to this interface.
    method('_INI', 0, [store(0, 'CSEL')], 'serialized'),
  ]);

/** CTFY (index, value): sends a notification to one processor. */
const notifyMethod = (cpus: readonly PossibleCpu[]): Aml =>
  method(
    'CTFY',
    2,
    cpus.map((cpu) => ifThen(equal(arg(0), cpu.index), [notify(cpuName(cpu), arg(1))])),
  );

/** CSTA (index): `_STA` of a processor. */
const statusMethod = (): Aml =>
  method(
    'CSTA',
    1,
    [
      acquire(LOCK),
      store(arg(0), SELECTOR),
      store(0, local(0)),
      ifThen(equal(ENABLED, 1), [store(STA_ALL, local(0))]),
      release(LOCK),
      returnOf(local(0)),
    ],
    'serialized',
  );

/** CEJ0 (index): ejects a processor. */
const ejectMethod = (): Aml =>
  method('CEJ0', 1, [acquire(LOCK), store(arg(0), SELECTOR), store(1, EJECT), release(LOCK)], 'serialized');

/**
 * CSCN (): asks the controller for CPUs with an event, one after another. Removals are notified at once; insertions
 * are gathered and notified at the end of a pass, before their event is cleared.
 */
const scanMethod = (cpuCount: number): Aml => {
  const more = local(0);
  const found = local(1);
  const position = local(2);
  const cpu = local(3);
  const anotherPass = local(4);
  return method(
    'CSCN',
    0,
    [
      acquire(LOCK),
      name('CNEW', packageOf([], MAX_NEW_CPUS)),
      store(0, cpu),
      store(1, anotherPass),
      whileLoop(equal(anotherPass, 1), [
        store(0, anotherPass),
        store(1, more),
        store(0, found),
        whileLoop(logicalAnd(equal(more, 1), less(cpu, cpuCount)), [
          store(0, more),
          store(cpu, SELECTOR),
          store(COMMANDS.selectNextWithEvent, COMMAND),
          ifThen(less(DATA, cpu), [breakLoop()]), // the controller wrapped around
          ifThen(equal(found, MAX_NEW_CPUS), [store(1, anotherPass), breakLoop()]),
          store(DATA, cpu),
          ifElse(
            equal(INSERT_EVENT, 1),
            [store(cpu, index('CNEW', found)), increment(found), store(1, more)],
            [
              ifThen(equal(REMOVE_EVENT, 1), [
                call('CTFY', cpu, EJECT_REQUEST),
                store(1, REMOVE_EVENT),
                store(1, more),
              ]),
            ],
          ),
          increment(cpu),
        ]),
        store(0, position),
        whileLoop(less(position, found), [
          store(derefOf(index('CNEW', position)), cpu),
          call('CTFY', cpu, DEVICE_CHECK),
          store(cpu, debug()),
          store(cpu, SELECTOR),
          store(1, INSERT_EVENT),
          increment(position),
        ]),
      ]),
      release(LOCK),
    ],
    'serialized',
  );
};

/** COST (index, event, status, information): hands `_OST`'s arguments to the controller. */
const ostMethod = (): Aml =>
  method(
    'COST',
    4,
    [
      acquire(LOCK),
      store(arg(0), SELECTOR),
      store(COMMANDS.ostEvent, COMMAND),
      store(arg(1), DATA),
      store(COMMANDS.ostStatus, COMMAND),
      store(arg(2), DATA),
      release(LOCK),
    ],
    'serialized',
  );

/** The boot CPU cannot be ejected; `_PXM` stands only where the machine has NUMA nodes. */
const processorObject = (cpu: PossibleCpu, numa: boolean): Aml =>
  processor(cpuName(cpu), cpu.index, [
    method('_STA', 0, [returnOf(call('CSTA', cpu.index))], 'serialized'),
    name('_MAT', buffer(localApicStructure(cpu, true))),
    ...(cpu.index === 0 ? [] : [method('_EJ0', 1, [call('CEJ0', cpu.index)])]),
    method('_OST', 3, [call('COST', cpu.index, arg(0), arg(1), arg(2))], 'serialized'),
    ...(numa ? [name('_PXM', cpu.nodeId)] : []),
  ]);

export const cpuHotplug = (ports: AddressRange, cpus: readonly PossibleCpu[], numa: boolean): Aml[] => [
  scope('_SB', [
    registerBlock(ports),
    device(CPUS, [
      name('_HID', text('ACPI0010')),
      name('_CID', eisaId('PNP0A05')),
      notifyMethod(cpus),
      statusMethod(),
      ejectMethod(),
      scanMethod(cpus.length),
      ostMethod(),
      ...cpus.map((cpu) => processorObject(cpu, numa)),
    ]),
  ]),
  method('\\_GPE._E02', 0, [call(`${CPUS}.CSCN`)]),
];
