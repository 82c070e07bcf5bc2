/**
 * Where each x86 board places what guest software reaches: ports, physical addresses, interrupt numbers. Data only, so
 * that the firmware's tables and the board's wiring cannot disagree. Each row names the QEMU 7.2 file that sets it; the
 * values were checked against the recorded tables (FADT, MADT, DSDT).
 */

/** A block of I/O ports or of physical addresses. Bytes. */
export interface AddressRange {
  readonly base: number;
  readonly length: number;
}

/** GPE numbers (status bits of the GPE0 block) of the hotplug controllers: include/hw/acpi/acpi_dev_interface.h. */
export const HOTPLUG_GPE = { pci: 1, cpu: 2, memory: 3 } as const;

/** Values for the SMI command port that switch ACPI mode on and off: include/hw/isa/apm.h, hw/acpi/ich9.c. */
export interface SmiCommands {
  readonly acpiEnable: number;
  readonly acpiDisable: number;
}

export interface X86BoardAddresses {
  /** PM1 event block (status, then enable, 2 bytes each), port. */
  readonly pm1Event: AddressRange;
  /** PM1 control block, port. */
  readonly pm1Control: AddressRange;
  /** ACPI power-management timer (3.579545 MHz), port. */
  readonly pmTimer: AddressRange;
  /** GPE0 block: the first half are status bytes, the second half enable bytes. Port. */
  readonly gpe0: AddressRange;
  /** ISA interrupt and GSI of the SCI: level, active high. */
  readonly sci: number;
  /** Advanced power-management control port. */
  readonly smiCommandPort: number;
  readonly smiCommands: SmiCommands;
  /** Reset control register, where the FADT names one. */
  readonly resetPort: number | undefined;
  readonly cpuHotplug: AddressRange;
  readonly memoryHotplug: AddressRange;
  readonly pciHotplug: AddressRange;
  /** Local APIC, the same physical address on every vCPU. */
  readonly localApic: AddressRange;
  readonly ioApic: AddressRange & { readonly id: number; readonly pins: number; readonly gsiBase: number };
  readonly hpet: AddressRange;
  /** Memory-mapped PCI Express configuration space, where the board has one. */
  readonly pciConfig: AddressRange | undefined;
  readonly fwCfg: AddressRange;
  /** The port that SeaBIOS and the DSDT's DBUG write debug characters to. */
  readonly debugConsole: AddressRange;
  readonly com1: AddressRange & { readonly irq: number };
  readonly rtc: AddressRange & { readonly irq: number };
  readonly keyboard: { readonly data: AddressRange; readonly status: AddressRange; readonly irq: number };
  readonly mouse: { readonly irq: number };
  /** Interval timer; its interrupt reaches IO-APIC pin 2. */
  readonly pit: AddressRange & { readonly irq: number; readonly gsi: number };
  readonly pic: { readonly master: AddressRange; readonly slave: AddressRange; readonly elcr: AddressRange };
  /** ISA interrupts of the PCI links, which SeaBIOS makes level-triggered at the 8259s (src/fw/pciinit.c). */
  readonly pciLinkIrqs: readonly number[];
  /** ISA interrupts that PCI links use: level, active high in the MADT's overrides. */
  readonly levelIsaIrqs: readonly number[];
  /**
   * RAM below 4 GiB: all of it when less than `limit`, else `whenLarger` bytes; the rest begins at 4 GiB.
   */
  readonly lowRam: { readonly limit: number; readonly whenLarger: number };
  /** First physical address that PCI devices may not use, below the IO-APIC. */
  readonly pciMemoryEnd: number;
  /** Bytes of the window for 64-bit BARs. */
  readonly pciHighWindowSize: number;
  /** Ranges below 4 GiB that SeaBIOS reserves for chipset registers (src/fw/pciinit.c). */
  readonly firmwareReserved: readonly AddressRange[];
}

const GIB = 2 ** 30;

/** What hw/i386/pc.c and hw/isa/* place alike on every PC. */
const pcCompatible = {
  sci: 9, // hw/i386/acpi-build.c, hw/acpi/piix4.c: 9
  smiCommandPort: 0xb2, // include/hw/isa/apm.h
  memoryHotplug: { base: 0x0a00, length: 0x18 }, // include/hw/acpi/pc-hotplug.h
  localApic: { base: 0xfee00000, length: 0x1000 }, // include/hw/i386/apic.h
  ioApic: { base: 0xfec00000, length: 0x1000, id: 0, pins: 24, gsiBase: 0 }, // include/hw/i386/ioapic.h
  hpet: { base: 0xfed00000, length: 0x400 }, // include/hw/timer/hpet.h
  fwCfg: { base: 0x510, length: 0x0c }, // include/hw/nvram/fw_cfg.h
  debugConsole: { base: 0x402, length: 1 }, // hw/char/debugcon.c
  com1: { base: 0x3f8, length: 8, irq: 4 }, // hw/char/serial-isa.c
  rtc: { base: 0x70, length: 2, irq: 8 }, // hw/rtc/mc146818rtc.c
  keyboard: { data: { base: 0x60, length: 1 }, status: { base: 0x64, length: 1 }, irq: 1 }, // hw/input/pckbd.c
  mouse: { irq: 12 }, // hw/input/pckbd.c
  pit: { base: 0x40, length: 4, irq: 0, gsi: 2 }, // hw/timer/i8254.c, hw/i386/acpi-common.c
  pic: { master: { base: 0x20, length: 2 }, slave: { base: 0xa0, length: 2 }, elcr: { base: 0x4d0, length: 2 } }, // hw/intc/i8259.c
  pciLinkIrqs: [10, 11],
  levelIsaIrqs: [5, 9, 10, 11], // hw/i386/acpi-build.c
  pciMemoryEnd: 0xfec00000, // include/hw/i386/ioapic.h
} as const;

/** hw/i386/pc_q35.c with the ICH9 south bridge. */
const q35: X86BoardAddresses = {
  ...pcCompatible,
  // SeaBIOS programs ICH9_PMBASE to 0x600; the offsets are include/hw/i386/ich9.h's.
  pm1Event: { base: 0x600, length: 4 },
  pm1Control: { base: 0x604, length: 2 },
  pmTimer: { base: 0x608, length: 4 },
  gpe0: { base: 0x620, length: 0x10 },
  smiCommands: { acpiEnable: 2, acpiDisable: 3 }, // include/hw/i386/ich9.h
  resetPort: 0xcf9, // include/hw/i386/ich9.h
  cpuHotplug: { base: 0x0cd8, length: 0x0c }, // include/hw/acpi/cpu_hotplug.h
  pciHotplug: { base: 0x0cc0, length: 0x18 }, // include/hw/acpi/ich9.h
  pciConfig: { base: 0xb0000000, length: 0x10000000 }, // include/hw/pci-host/q35.h
  lowRam: { limit: 0xb0000000, whenLarger: 2 * GIB }, // hw/i386/pc_q35.c
  pciHighWindowSize: 32 * GIB, // include/hw/pci-host/q35.h
  firmwareReserved: [
    { base: 0xb0000000, length: 0x10000000 }, // PCI configuration space
    { base: 0xfed1c000, length: 0x4000 }, // root complex registers
  ],
};

/** hw/i386/pc_piix.c: i440FX with PIIX3 and the PIIX4 power-management function. */
const pc: X86BoardAddresses = {
  ...pcCompatible,
  // SeaBIOS programs the PIIX4's PM base to 0x600; the GPE block is fixed at 0xafe0 (hw/acpi/piix4.c).
  pm1Event: { base: 0x600, length: 4 },
  pm1Control: { base: 0x604, length: 2 },
  pmTimer: { base: 0x608, length: 4 },
  gpe0: { base: 0xafe0, length: 4 },
  smiCommands: { acpiEnable: 0xf1, acpiDisable: 0xf0 }, // hw/acpi/piix4.c
  resetPort: undefined, // the FADT is of revision 1
  cpuHotplug: { base: 0xaf00, length: 0x0c }, // include/hw/acpi/cpu_hotplug.h
  pciHotplug: { base: 0xae00, length: 0x18 }, // hw/acpi/piix4.c
  pciConfig: undefined,
  lowRam: { limit: 0xe0000000, whenLarger: 3 * GIB }, // hw/i386/pc_piix.c
  pciHighWindowSize: 2 * GIB, // hw/pci-host/i440fx.c
  firmwareReserved: [],
};

/** Addresses by board. */
export const x86BoardAddresses = { q35, pc } as const;

/** Bytes of RAM below 4 GiB and from 4 GiB up. */
export const splitRam = (board: X86BoardAddresses, memorySize: number): { low: number; high: number } => {
  const low = memorySize < board.lowRam.limit ? memorySize : board.lowRam.whenLarger;
  return { low, high: memorySize - low };
};

/** Addresses that HyperTransport keeps for itself on AMD processors: hw/i386/pc.c. */
export const HYPERTRANSPORT = { start: 0xfd_0000_0000, end: 0x100_0000_0000 } as const;

/** Models of vendor AuthenticAMD with 40 or more address bits; `max` is one under TCG. */
const AMD_MODELS = /^(max|host|qemu64|phenom|Opteron_G\d|EPYC)/;

export const hasHyperTransport = ({ cpuModel }: { readonly cpuModel: string }): boolean => AMD_MODELS.test(cpuModel);

/** What decides where memory lies. */
export interface MemoryPlan {
  readonly memorySize: number;
  readonly maxMemory: number;
  readonly memorySlots: number;
  readonly cpuModel: string;
}

const wholeGib = (address: number): number => Math.ceil(address / GIB) * GIB;

function deviceMemoryAbove(board: X86BoardAddresses, plan: MemoryPlan, highRam: number): AddressRange | undefined {
  if (plan.maxMemory <= plan.memorySize) return undefined;
  return {
    base: wholeGib(highRam + splitRam(board, plan.memorySize).high),
    length: plan.maxMemory - plan.memorySize + plan.memorySlots * GIB,
  };
}

function lastAddressAbove(board: X86BoardAddresses, plan: MemoryPlan, highRam: number): number {
  const dimms = deviceMemoryAbove(board, plan, highRam);
  const used = dimms ? dimms.base + dimms.length : highRam + splitRam(board, plan.memorySize).high;
  return wholeGib(used) + board.pciHighWindowSize - 1;
}

/** First address of the RAM that does not fit below 4 GiB: 1 TiB where it would reach HyperTransport's addresses. */
export const highRamStart = (board: X86BoardAddresses, plan: MemoryPlan): number =>
  hasHyperTransport(plan) && lastAddressAbove(board, plan, 4 * GIB) >= HYPERTRANSPORT.start
    ? HYPERTRANSPORT.end
    : 4 * GIB;

/**
 * The address range that hot-added DIMMs get, or undefined when the machine has no room for any: above RAM, aligned to
 * 1 GiB, with 1 GiB of room for alignment a slot (hw/i386/pc.c, pc_memory_init).
 */
export const deviceMemory = (board: X86BoardAddresses, plan: MemoryPlan): AddressRange | undefined =>
  deviceMemoryAbove(board, plan, highRamStart(board, plan));

/** Last address of the 64-bit PCI window, which lies above all memory (pc_max_used_gpa). */
export const lastUsedAddress = (board: X86BoardAddresses, plan: MemoryPlan): number =>
  lastAddressAbove(board, plan, highRamStart(board, plan));
