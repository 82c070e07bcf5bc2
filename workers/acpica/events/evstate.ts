/** State that the event code shares: GPE blocks and the kernel's global event handler. */
import type { GpeEventInfo, GpeRegisterInfo } from '../hardware/hwgpe.ts';
import { acpicaState } from '../include/acstate.ts';

export interface GpeBlock {
  readonly baseNumber: number;
  readonly registers: readonly GpeRegisterInfo[];
  /** Eight a register, in the order of their numbers. */
  readonly events: readonly GpeEventInfo[];
}

export interface EventState {
  /** The blocks of the FADT. */
  readonly gpeBlocks: GpeBlock[];
  /** acpi_install_global_event_handler(): told of every event that is found. */
  globalEventHandler: ((type: 'gpe' | 'fixed', number: number) => void) | undefined;
  /** acpi_update_all_gpes() has run. */
  allGpesInitialized: boolean;
}

export const eventState = acpicaState<EventState>(() => ({
  gpeBlocks: [],
  globalEventHandler: undefined,
  allGpesInitialized: false,
}));

/** acpi_current_gpe_count. */
export const gpeCount = (state: EventState): number =>
  state.gpeBlocks.reduce((sum, block) => sum + block.events.length, 0);
