/**
 * Where `virt` places what guest software reaches: hw/arm/virt.c of QEMU 7.2, checked against `info mtree` and the
 * recorded tables. Data only, so that the firmware's tables and the board's wiring cannot disagree.
 */
import type { MachineConfig, VirtOptions } from '../../abi/machine-config.ts';
import type { AddressRange } from './addresses.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** base_memmap. */
export const VIRT_MAP = {
  flash: { base: 0x0000_0000, length: 128 * MIB },
  gicDistributor: { base: 0x0800_0000, length: 64 * KIB },
  /** GICv2 only, with the two below it. */
  gicCpuInterface: { base: 0x0801_0000, length: 64 * KIB },
  gicHypervisor: { base: 0x0803_0000, length: 64 * KIB },
  gicVcpuInterface: { base: 0x0804_0000, length: 64 * KIB },
  gicV2m: { base: 0x0802_0000, length: 4 * KIB },
  gicIts: { base: 0x0808_0000, length: 128 * KIB },
  gicRedistributors: { base: 0x080a_0000, length: 0xf6_0000 },
  uart: { base: 0x0900_0000, length: 4 * KIB },
  rtc: { base: 0x0901_0000, length: 4 * KIB },
  fwCfg: { base: 0x0902_0000, length: 0x18 },
  gpio: { base: 0x0903_0000, length: 4 * KIB },
  smmu: { base: 0x0905_0000, length: 128 * KIB },
  memoryHotplug: { base: 0x0907_0000, length: 0x18 },
  ged: { base: 0x0908_0000, length: 4 },
  virtioMmio: { base: 0x0a00_0000, length: 0x200 },
  platformBus: { base: 0x0c00_0000, length: 32 * MIB },
  pcieMmio: { base: 0x1000_0000, length: 0x2eff_0000 },
  pciePio: { base: 0x3eff_0000, length: 64 * KIB },
  pcieEcam: { base: 0x3f00_0000, length: 16 * MIB },
  memory: { base: 0x4000_0000 },
} as const;

/** a15irqmap: shared interrupts by their number; INTID is 32 more. */
export const VIRT_SPI = {
  uart: 1,
  rtc: 2,
  pcie: 3,
  gpio: 7,
  ged: 9,
  virtioMmio: 16,
  gicV2m: 48,
  smmu: 74,
  platformBus: 112,
} as const;

export const VIRT_SPIS = 256;
/** What GICD_TYPER owns up to: QEMU 7.2 subtracts the private interrupts twice. */
export const VIRT_SPIS_TOLD = 224;
export const VIRTIO_MMIO_COUNT = 32;
export const PCIE_INTERRUPTS = 4;
/** Private interrupts beside the timers' (include/hw/arm/virt.h): GIC maintenance, performance monitors. */
export const VIRT_PPI = { gicMaintenance: 25, pmu: 23 } as const;
/** GPIO pin of the power button. */
export const POWER_BUTTON_PIN = 3;

const REDISTRIBUTOR_LENGTH = 128 * KIB;
/** With less RAM than this the high regions begin where they always did. */
const LEGACY_RAM_LIMIT = 255 * GIB;
const HIGH_REDISTRIBUTORS = 64 * MIB;
const HIGH_ECAM = 256 * MIB;
const HIGH_PCIE_MMIO = 512 * GIB;

const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

/** Options of a machine that is known to be `virt`. */
export function virtOptions({ virt }: Pick<MachineConfig, 'virt'>): VirtOptions {
  if (!virt) throw new Error('the machine has no options of virt');
  return virt;
}

/** Why a machine without the Generic Event Device takes no DIMM. */
export const NO_GED = 'memory hotplug is not enabled: missing acpi-ged device';

type Sizes = Pick<MachineConfig, 'virt' | 'memorySize' | 'maxMemory' | 'memorySlots' | 'possibleCpus'>;

/** How the machine looks to software: who is there at all follows from its options. */
export interface VirtLayout {
  readonly ram: AddressRange;
  /** Where DIMMs go; undefined without maxmem. */
  readonly deviceMemory: AddressRange | undefined;
  /** One or two runs of redistributors, as long as there are processors, and the regions that hold them. */
  readonly redistributors: readonly AddressRange[];
  readonly redistributorRegions: readonly AddressRange[];
  readonly ecam: AddressRange;
  /** Window for 64-bit BARs. */
  readonly highPcieMmio: AddressRange | undefined;
  /** The Generic Event Device is there, and with it memory hotplug; else the power button is a GPIO pin. */
  readonly hasGed: boolean;
  /** PSCI's conduit: none where firmware of EL3 is expected to answer itself. */
  readonly psciConduit: 'hvc' | 'smc' | undefined;
}

/** virt_set_memmap, machvirt_init. */
export function virtLayout(config: Sizes): VirtLayout {
  const { highmem, firmware, acpi, secure, virtualization, gicVersion } = virtOptions(config);
  const { memorySize, maxMemory, memorySlots, possibleCpus } = config;
  const ram = { base: VIRT_MAP.memory.base, length: memorySize };
  const deviceBase = alignUp(ram.base + memorySize, GIB);
  const deviceLength = maxMemory - memorySize + memorySlots * GIB;
  let next = Math.max(deviceBase + alignUp(deviceLength, GIB), VIRT_MAP.memory.base + LEGACY_RAM_LIMIT);
  const place = (length: number): AddressRange => {
    const base = alignUp(next, length);
    next = base + length;
    return { base, length };
  };
  const highRedistributors = place(HIGH_REDISTRIBUTORS);
  const highEcam = place(HIGH_ECAM);
  const highMmio = place(HIGH_PCIE_MMIO);
  const { base, length }: AddressRange = VIRT_MAP.gicRedistributors;
  const needed = possibleCpus.filter(({ present }) => present).length * REDISTRIBUTOR_LENGTH;
  const redistributors = gicVersion === 2 ? [] : [{ base, length: Math.min(needed, alignDown(length)) }];
  if (gicVersion === 3 && needed > alignDown(length)) {
    redistributors.push({ base: highRedistributors.base, length: needed - alignDown(length) });
  }
  return {
    ram,
    deviceMemory: maxMemory > memorySize ? { base: deviceBase, length: deviceLength } : undefined,
    redistributors,
    redistributorRegions: [VIRT_MAP.gicRedistributors, highRedistributors].slice(0, redistributors.length),
    ecam: highmem ? highEcam : VIRT_MAP.pcieEcam,
    highPcieMmio: highmem ? highMmio : undefined,
    hasGed: firmware && acpi,
    psciConduit: secure && firmware ? undefined : virtualization ? 'smc' : 'hvc',
  };
}

/** Whole redistributors in a region. */
const alignDown = (length: number): number => Math.floor(length / REDISTRIBUTOR_LENGTH) * REDISTRIBUTOR_LENGTH;
