/** GPE blocks: made from the FADT, filled with the methods of \_GPE. @linux drivers/acpi/acpica/evgpeblk.c, evgpeinit.c */
import type { Co } from '../../sim/coroutine.ts';
import { acpi_hw_gpe_write, type GpeEventInfo, type GpeRegisterInfo } from '../hardware/hwgpe.ts';
import { fadtOf } from '../hardware/hwregs.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { ACPI_TYPE_METHOD } from '../include/actypes.ts';
import { acpi_ns_get_node } from '../namespace/nsaccess.ts';
import type { GenericAddress } from '../tables/tbfadt.ts';
import { ACPI_INFO } from '../utilities/uterror.ts';
import { acpi_ev_add_gpe_reference } from './evgpe.ts';
import { eventState, type GpeBlock } from './evstate.ts';

const GPE_REGISTER_WIDTH = 8;

function createBlock(base: GenericAddress, registerCount: number, baseNumber: number): GpeBlock {
  const registers: GpeRegisterInfo[] = [];
  const events: GpeEventInfo[] = [];
  for (let at = 0; at < registerCount; at++) {
    const register: GpeRegisterInfo = {
      statusAddress: { ...base, address: base.address + at },
      enableAddress: { ...base, address: base.address + at + registerCount },
      baseGpeNumber: baseNumber + at * GPE_REGISTER_WIDTH,
      enableForRun: 0,
      enableForWake: 0,
      enableMask: 0,
      maskForRun: 0,
    };
    registers.push(register);
    for (let bit = 0; bit < GPE_REGISTER_WIDTH; bit++) {
      events.push({
        gpeNumber: register.baseGpeNumber + bit,
        register,
        dispatch: { type: 'none' },
        levelTriggered: false,
        runtimeCount: 0,
        disableForDispatch: false,
        initialized: false,
      });
    }
  }
  return { baseNumber, registers, events };
}

/** Disables and clears everything in a new block. */
function* initializeHardware(acpi: AcpiGlobals, block: GpeBlock): Co {
  for (const { enableAddress, statusAddress } of block.registers) {
    yield* acpi_hw_gpe_write(acpi, enableAddress, 0);
    yield* acpi_hw_gpe_write(acpi, statusAddress, 0xff);
  }
}

/** Connects `_Lxx` (level) and `_Exx` (edge) methods with their events. */
export function acpi_ev_match_gpe_methods(acpi: AcpiGlobals): void {
  const scope = acpi_ns_get_node(acpi, undefined, '\\_GPE');
  if (isStatus(scope)) return;
  for (const node of scope.children?.values() ?? []) {
    const [, trigger, digits = ''] = /^_([LE])([0-9A-F]{2})$/.exec(node.name) ?? [];
    if (node.type !== ACPI_TYPE_METHOD || trigger === undefined) continue;
    const number = Number.parseInt(digits, 16);
    const gpe = acpi_ev_get_gpe_event_info(acpi, number);
    if (gpe?.dispatch.type !== 'none') continue;
    gpe.levelTriggered = trigger === 'L';
    gpe.dispatch = { type: 'method', node };
  }
}

/** The event's record; undefined for a number that no block has. */
export const acpi_ev_get_gpe_event_info = (acpi: AcpiGlobals, number: number): GpeEventInfo | undefined =>
  eventState(acpi)
    .gpeBlocks.flatMap((block) => block.events)
    .find((gpe) => gpe.gpeNumber === number);

/** Makes the blocks that the FADT names. */
export function* acpi_ev_gpe_initialize(acpi: AcpiGlobals): Co {
  const fadt = fadtOf(acpi);
  const { gpeBlocks } = eventState(acpi);
  const described = [
    { base: fadt.gpe0Block, length: fadt.gpe0BlockLength, first: 0 },
    { base: fadt.gpe1Block, length: fadt.gpe1BlockLength, first: fadt.gpe1Base },
  ];
  for (const { base, length, first } of described) {
    if (!base || length === 0) continue;
    const block = createBlock(base, length / 2, first);
    gpeBlocks.push(block);
    yield* initializeHardware(acpi, block);
  }
  acpi_ev_match_gpe_methods(acpi);
}

/** Enables the events that have a method. True when an enabled event may have come before. */
export function* acpi_ev_initialize_gpe_block(acpi: AcpiGlobals, block: GpeBlock): Co<boolean> {
  let enabled = 0;
  for (const gpe of block.events) {
    if (gpe.initialized) continue;
    gpe.initialized = true;
    if (gpe.dispatch.type !== 'method') continue;
    if ((yield* acpi_ev_add_gpe_reference(acpi, gpe, false)) === 'AE_OK') enabled++;
  }
  if (enabled > 0) {
    const hex = (number: number): string => number.toString(16).toUpperCase().padStart(2, '0');
    const last = block.baseNumber + block.events.length - 1;
    yield* ACPI_INFO(acpi, `Enabled ${enabled} GPEs in block ${hex(block.baseNumber)} to ${hex(last)}`);
  }
  return enabled > 0;
}
