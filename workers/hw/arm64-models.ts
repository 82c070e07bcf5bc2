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

/** Models of the same revision of the architecture, and the same features. */
const ARMV8_0: Readonly<Record<string, Arm64Identity>> = {
  'cortex-a35': { ...CORTEX_A57, MIDR_EL1: 0x411f_d040 },
  'cortex-a53': { ...CORTEX_A57, MIDR_EL1: 0x410f_d034 },
  'cortex-a57': CORTEX_A57,
  'cortex-a72': { ...CORTEX_A57, MIDR_EL1: 0x410f_d083 },
};

const MAX: Arm64Identity = { ...CORTEX_A57, MIDR_EL1: 0x000f_0510 };

/** Models with further features, which the lab does not show. */
const LATER: Readonly<Record<string, Arm64Identity>> = {
  'cortex-a76': { ...CORTEX_A57, MIDR_EL1: 0x414f_d0b1 },
  'neoverse-n1': { ...CORTEX_A57, MIDR_EL1: 0x414f_d0c1 },
  a64fx: { ...CORTEX_A57, MIDR_EL1: 0x461f_0010 },
  max: MAX,
  host: MAX,
};

/** Registers of a `-cpu` model; what the lab does not know of it is shown as cortex-a57's, and the log says so. */
export function arm64IdentityOf(model: string, log: LogWriter): Arm64Identity {
  const known = ARMV8_0[model];
  if (known) return known;
  log.emit('unmodelled', 'arm64', `processor model ${model}: its features are shown as cortex-a57's`);
  return LATER[model] ?? CORTEX_A57;
}
