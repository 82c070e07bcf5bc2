/**
 * What the identification registers of QEMU 7.2's arm64 processor models say (target/arm/cpu64.c, cpu_tcg.c), as far
 * as the guest's kernel reads them. The lab has no host processor to pass through: `host` shows the same as `max`.
 */
import type { Arm64SystemRegister } from '../abi/arm64.ts';
import type { LogWriter } from '../sim/event-log.ts';

export type Arm64Identity = Readonly<Partial<Record<Arm64SystemRegister, number>>>;

/** Values that the models share: no FP difference, 4 KiB and 64 KiB pages, 16-bit ASIDs. */
const CORTEX_A57: Arm64Identity = {
  MIDR_EL1: 0x411f_d070,
  REVIDR_EL1: 0,
  CTR_EL0: 0x8444_c004,
  CLIDR_EL1: 0x0a20_0023,
  ID_AA64PFR0_EL1: 0x2222,
  ID_AA64ISAR0_EL1: 0x1_1120,
  ID_AA64MMFR0_EL1: 0x1124,
};

const MODELS: Readonly<Record<string, Arm64Identity>> = {
  'cortex-a57': CORTEX_A57,
};

/** Registers of a `-cpu` model; one that the lab does not know is shown as cortex-a57, and the log says so. */
export function arm64IdentityOf(model: string, log: LogWriter): Arm64Identity {
  const known = MODELS[model];
  if (known) return known;
  log.emit('unmodelled', 'arm64', `processor model ${model}, shown as cortex-a57`);
  return CORTEX_A57;
}
