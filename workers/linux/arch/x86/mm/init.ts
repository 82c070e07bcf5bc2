/**
 * Physical memory of a PC.
 *
 * @linux arch/x86/mm/init.c zone_sizes_init, init_64.c; arch/x86/kernel/e820.c e820__reserve_resources, setup.c
 */
import { cpu_possible_mask, cpu_present_mask } from '../../../include/linux/cpumask.ts';
import type { ArchMemory } from '../../../kernel/arch-ops.ts';

const PAGE_SIZE = 4096;
const E820_RAM = 1;
/** Where a kernel without address randomisation lies, section by section (recording q35-guest-tools). */
const KERNEL_SECTIONS: readonly (readonly [number, number, string])[] = [
  [0x100_0000, 0x1e0_1d31, 'Kernel code'],
  [0x200_0000, 0x28e_8fff, 'Kernel rodata'],
  [0x2a0_0000, 0x2c4_89ff, 'Kernel data'],
  [0x330_d000, 0x43f_ffff, 'Kernel bss'],
];

/** Pages for `kilobytes` kB. */
const kB = (kilobytes: number): number => kilobytes / 4;

/** `Freeing SMP alternatives memory: 36K`: kept where one processor is present and more are possible. */
const SMP_ALTERNATIVES = kB(36);

export const x86Memory: ArchMemory = {
  zoneBounds: () => [
    { name: 'DMA', start: 0x1, end: 0x1000 },
    { name: 'DMA32', start: 0x1000, end: 0x10_0000 },
    { name: 'Normal', start: 0x10_0000, end: Number.MAX_SAFE_INTEGER },
  ],
  // the first page, and the legacy hole (trim_bios_range)
  holes: [
    { start: 0, end: 1 },
    { start: 0xa0, end: 0x100 },
  ],
  resources(k) {
    const map = k.platform.e820
      .filter(({ length }) => length > 0)
      .map(({ address, length, type }): readonly [number, number, string] => {
        const start = Math.max(address, address === 0 ? PAGE_SIZE : 0);
        return [start, address + length - 1, type === E820_RAM ? 'System RAM' : 'Reserved'];
      });
    return [[0, PAGE_SIZE - 1, 'Reserved'], ...map, ...KERNEL_SECTIONS];
  },
  physicalLimit: 2 ** 46,
  hasAddPages: true,
  largeBlocks: true,
  hasDeviceZone: true,
  bootReserve(k) {
    const keepsAlternatives = cpu_present_mask(k).weight === 1 && cpu_possible_mask(k).weight > 1;
    return {
      image: kB(45_924) + (keepsAlternatives ? SMP_ALTERNATIVES : 0),
      swiotlb: kB(65_536),
      top: kB(2_836),
      // the first 64 KiB, the trampoline and the firmware's tables
      dma: 158,
      nodeData: kB(172),
      offlineNodeData: kB(168),
      distances: 1,
      percpu: 62,
      initrd: kB(65_976),
      initSections: kB(2_816 + 2_036 + 2_040 + 1_116),
    };
  },
};
