/**
 * What subsystems that the lab does not model say when x86 boots, at the places where they say it. What depends on the
 * machine is computed from it by upstream's rule, which each row's function states.
 *
 * @linux texts of many files; the recordings' boot logs
 */
import { acpi_get_table } from '../../../../acpica/tables/tbutils.ts';
import { ceilLog2, roundUpPowerOfTwo } from '../../../../sim/bits.ts';
import { acpiInstance } from '../../../drivers/acpi/internal.ts';
import { cpu_possible_mask, cpuIds, num_online_cpus } from '../../../include/linux/cpumask.ts';
import { futexTable, tcpTables, unknownLine } from '../../../init/boot-messages.ts';
import type { BootMessage as Message } from '../../../kernel/arch-ops.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { hugetlbComplaints, hugetlbMessages } from '../../../mm/hugetlb.ts';
import { INITRD_SIZE, initrdRange } from '../../../mm/initrd.ts';
import { numaTables } from '../../../mm/numa.ts';
import { bootMemory, max_pfn, PAGE_SIZE } from '../../../mm/page_alloc.ts';
import { systemHashTable } from '../../../mm/system-hash.ts';
import { uniprocessor } from './alternative.ts';

const KIB = 1024;
const hex = (value: number, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;

const hasFlag = (k: Kernel, flag: string): boolean => k.platform.cpuModel.flags.split(' ').includes(flag);
const isQ35 = (k: Kernel): boolean => {
  const { globals } = acpiInstance(k);
  return globals !== undefined && acpi_get_table(globals, 'MCFG') !== undefined;
};
/** Lines of a board with a PCI Express root bus, and of one without. */
const q35 =
  (...lines: string[]): Message =>
  (k) =>
    isQ35(k) ? lines : [];
const i440fx =
  (...lines: string[]): Message =>
  (k) =>
    isQ35(k) ? [] : lines;

const usableBytes = (k: Kernel): number =>
  bootMemory(k).reduce((sum, { start, end }) => sum + (end - start) * PAGE_SIZE, 0);

function* memoryHoles(k: Kernel): Generator<string> {
  let last = 0;
  for (const { start, end } of bootMemory(k)) {
    const from = last * PAGE_SIZE;
    if (start > last && from < 2 ** 32) {
      yield `PM: hibernation: Registered nosave memory: [mem ${hex(from, 8)}-${hex(start * PAGE_SIZE - 1, 8)}]`;
    }
    last = end;
  }
}

/** e820__setup_pci_gap(): the largest hole below 4 GiB. */
function pciGap(k: Kernel): string {
  let gap = { start: 0, end: 0 };
  let last = 2 ** 32;
  for (const { address, length } of [...k.platform.e820].reverse()) {
    if (address >= 2 ** 32) continue;
    const end = address + length;
    if (last - end >= gap.end - gap.start) gap = { start: end, end: last };
    last = address;
  }
  return `[mem ${hex(gap.start, 8)}-${hex(gap.end - 1, 8)}] available for PCI devices`;
}

function ramdisk(k: Kernel): string {
  const { start, end } = initrdRange(k);
  return `RAMDISK: [mem ${hex(start, 8)}-${hex(end - 1, 8)}]`;
}

const LOW_RAM = 1 << 20;

function lastPfn(k: Kernel): string[] {
  const line = (pfn: number) => `last_pfn = ${hex(pfn)} max_arch_pfn = 0x10000000000`;
  const low = Math.max(0, ...bootMemory(k).map(({ end }) => (end <= LOW_RAM ? end : 0)));
  return max_pfn(k) > low ? [line(max_pfn(k)), line(low)] : [line(low)];
}

/** rcu_init_geometry() tells of any number of CPUs but NR_CPUS. */
function rcu(k: Kernel): string[] {
  const { nr_cpu_ids } = cpuIds(k);
  const { maxCpus } = k.profile;
  return [
    'rcu: Preemptible hierarchical RCU implementation.',
    ...(nr_cpu_ids < maxCpus
      ? [`rcu: \tRCU restricting CPUs from NR_CPUS=${maxCpus} to nr_cpu_ids=${nr_cpu_ids}.`]
      : []),
    '\tTrampoline variant of Tasks RCU enabled.',
    '\tRude variant of Tasks RCU enabled.',
    '\tTracing variant of Tasks RCU enabled.',
    `rcu: RCU calculated value of scheduler-enlistment delay is ${25 + Math.floor(nr_cpu_ids / 256)} jiffies.`,
    ...(nr_cpu_ids < maxCpus ? [`rcu: Adjusting geometry for rcu_fanout_leaf=16, nr_cpu_ids=${nr_cpu_ids}`] : []),
  ];
}

/** arch_probe_nr_irqs(): the pins' interrupts with room for messages, at most a vector space a CPU. */
function nrIrqs(k: Kernel): string {
  const { nr_cpu_ids } = cpuIds(k);
  const pins = 24;
  const legacy = 16;
  const most = 64 * k.profile.maxCpus + 256;
  const count = Math.min(most, 256 * nr_cpu_ids, pins + legacy + 8 * nr_cpu_ids + 16 * pins);
  return `NR_IRQS: ${most}, nr_irqs: ${count}, preallocated irqs: ${legacy}`;
}

/** cblist_init_generic(): one queue to begin with, CPUs told apart by the shift. */
function callbackQueues(k: Kernel): string[] {
  const { nr_cpu_ids } = cpuIds(k);
  const shift = nr_cpu_ids > 1 ? 32 - Math.clz32(nr_cpu_ids - 1) : 0;
  const queue = [
    'cblist_init_generic: Setting adjustable number of callback queues.',
    `cblist_init_generic: Setting shift to ${shift} and lim to 1.`,
  ];
  return [...queue, ...queue, ...queue];
}

/** The deferred part of struct page is not yet free: what is available does not grow with the memory. */
function memory(k: Kernel): string {
  const total = usableBytes(k) / KIB + 4;
  const available = Math.min(207_604, total);
  const sizes = '14343K kernel code, 2338K rwdata, 9124K rodata, 2816K init, 17356K bss';
  const reserved = 131_144 + 248 * cpu_possible_mask(k).weight + Math.max(0, Math.floor((total - 523_768) / 7));
  return `Memory: ${available}K/${total}K available (${sizes}, ${reserved}K reserved, 0K cma-reserved)`;
}

/** SWIOTLB is kept for machines that may get memory above 4 GiB. */
const mayGrowAbove4G = (k: Kernel): boolean =>
  max_pfn(k) > LOW_RAM || numaTables(k).hotplugBlks.some(({ end }) => end > 2 ** 32);

const MTRR_REPAIR = [
  'mtrr: your CPUs had inconsistent fixed MTRR settings',
  'mtrr: your CPUs had inconsistent variable MTRR settings',
  'mtrr: your CPUs had inconsistent MTRRdefType settings',
  'mtrr: probably your BIOS does not setup all CPUs.',
  'mtrr: corrected configuration.',
] as const;

function auditStart(k: Kernel): string {
  const time = (k.platform.bootTime + k.clock.now() / 1e9).toFixed(3);
  return `audit: type=2000 audit(${time}:1): state=initialized audit_enabled=0 res=1`;
}

const XSAVE_FEATURES: readonly string[] = [
  "x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'",
  "x86/fpu: Supporting XSAVE feature 0x002: 'SSE registers'",
  "x86/fpu: Supporting XSAVE feature 0x004: 'AVX registers'",
  "x86/fpu: Supporting XSAVE feature 0x008: 'MPX bounds registers'",
  "x86/fpu: Supporting XSAVE feature 0x010: 'MPX CSR'",
  "x86/fpu: Supporting XSAVE feature 0x200: 'Protection Keys User registers'",
  'x86/fpu: xstate_offset[2]:  576, xstate_sizes[2]:  256',
  'x86/fpu: xstate_offset[3]:  960, xstate_sizes[3]:   64',
  'x86/fpu: xstate_offset[4]: 1024, xstate_sizes[4]:   64',
  'x86/fpu: xstate_offset[9]: 2688, xstate_sizes[9]:    8',
  "x86/fpu: Enabled xstate features 0x21f, context size is 2696 bytes, using 'standard' format.",
];

/** Rows by the place of the boot after which they come. */
export const X86_BOOT_MESSAGES = {
  e820: ['NX (Execute Disable) protection: active'],
  dmi: ['tsc: Fast TSC calibration using PIT'],
  tsc: [
    'e820: update [mem 0x00000000-0x00000fff] usable ==> reserved',
    'e820: remove [mem 0x000a0000-0x000fffff] usable',
    'AGP: No AGP bridge found',
    lastPfn,
    'x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT  ',
    'found SMP MP-table at [mem 0x000f5ba0-0x000f5baf]',
    (k) => (hasFlag(k, 'pdpe1gb') ? 'Using GB pages for direct mapping' : undefined),
    ramdisk,
  ],
  mptable: [
    'Intel MultiProcessor Specification v1.4',
    'MPTABLE: OEM ID: BOCHSCPU',
    'MPTABLE: Product ID: 0.1         ',
    'MPTABLE: APIC at: 0xFEE00000',
  ],
  possible_map: [
    (k) => [...memoryHoles(k)],
    pciGap,
    'Booting paravirtualized kernel on bare hardware',
    'clocksource: refined-jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645519600211568 ns',
  ],
  command_line: [
    hugetlbComplaints,
    unknownLine,
    'random: crng init done',
    (k) => systemHashTable(k, 'Dentry cache', { scale: 13, entry: 8 }),
    (k) => systemHashTable(k, 'Inode-cache', { scale: 14, entry: 8 }),
    'mem auto-init: stack:all(zero), heap alloc:on, heap free:off',
    (k) =>
      mayGrowAbove4G(k) ? `software IO TLB: area num ${roundUpPowerOfTwo(cpu_possible_mask(k).weight)}.` : undefined,
    'AGP: Checking aperture...',
    'AGP: No AGP bridge found',
    memory,
    (k) =>
      `SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=${cpuIds(k).nr_cpu_ids}, Nodes=${numaTables(k).possible.size}`,
    'ftrace: allocating 40468 entries in 159 pages',
    'ftrace: allocated 159 pages with 6 groups',
    'Dynamic Preempt: voluntary',
    rcu,
    nrIrqs,
    'rcu: srcu_init: Setting srcu_struct sizes based on contention.',
    'Console: colour *CGA 80x25',
  ],
  acpi_early: ['clocksource: hpet: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 19112604467 ns'],
  calibrated: [
    (k) => (hasFlag(k, 'umip') ? 'x86/cpu: User Mode Instruction Prevention (UMIP) activated' : undefined),
    'process: using AMD E400 aware idle routine',
    'Last level iTLB entries: 4KB 512, 2MB 255, 4MB 127',
    'Last level dTLB entries: 4KB 512, 2MB 255, 4MB 127, 1GB 0',
    'Spectre V1 : Mitigation: usercopy/swapgs barriers and __user pointer sanitization',
    'Spectre V2 : Mitigation: Retpolines',
    'Spectre V2 : Spectre v2 / SpectreRSB: Filling RSB on context switch and VMEXIT',
    (k) => (hasFlag(k, 'xsave') ? XSAVE_FEATURES : undefined),
    (k) =>
      !uniprocessor(k).patched || cpu_possible_mask(k).weight === 1
        ? 'Freeing SMP alternatives memory: 36K'
        : undefined,
    (k) =>
      `pid_max: default: ${Math.max(32_768, 1024 * cpu_possible_mask(k).weight)} minimum: ${Math.max(301, 8 * cpu_possible_mask(k).weight)}`,
    'LSM: Security Framework initializing',
    'landlock: Up and running.',
    'Yama: disabled by default; enable with sysctl kernel.yama.*',
    'AppArmor: AppArmor initialized',
    'TOMOYO Linux initialized',
    'LSM support for eBPF active',
    (k) => systemHashTable(k, 'Mount-cache', { scale: 19, entry: 8 }),
    (k) => systemHashTable(k, 'Mountpoint-cache', { scale: 19, entry: 8 }),
  ],
  cpu0: [
    callbackQueues,
    'Performance Events: PMU not available due to virtualization, using software events only.',
    'signal: max sigframe size: 3632',
    'rcu: Hierarchical SRCU implementation.',
    'rcu: \tMax phase no-delay instances is 1000.',
    'NMI watchdog: Perf NMI watchdog permanently disabled',
  ],
  smp_done: [
    (k) => `node ${Math.max(...numaTables(k).online)} deferred pages initialised in 8ms`,
    'devtmpfs: initialized',
  ],
  driver_init: [
    'clocksource: jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645041785100000 ns',
    futexTable,
    'pinctrl core: initialized pinctrl subsystem',
    'NET: Registered PF_NETLINK/PF_ROUTE protocol family',
    'DMA: preallocated 128 KiB GFP_KERNEL pool for atomic allocations',
    'DMA: preallocated 128 KiB GFP_KERNEL|GFP_DMA pool for atomic allocations',
    'DMA: preallocated 128 KiB GFP_KERNEL|GFP_DMA32 pool for atomic allocations',
    'audit: initializing netlink subsys (disabled)',
    auditStart,
    "thermal_sys: Registered thermal governor 'fair_share'",
    "thermal_sys: Registered thermal governor 'bang_bang'",
    "thermal_sys: Registered thermal governor 'step_wise'",
    "thermal_sys: Registered thermal governor 'user_space'",
    "thermal_sys: Registered thermal governor 'power_allocator'",
    'cpuidle: using governor ladder',
    'cpuidle: using governor menu',
    'acpiphp: ACPI Hot Plug PCI Controller Driver version: 0.5',
    q35(
      'PCI: MMCONFIG for domain 0000 [bus 00-ff] at [mem 0xb0000000-0xbfffffff] (base 0xb0000000)',
      'PCI: MMCONFIG at [mem 0xb0000000-0xbfffffff] reserved in E820',
    ),
    'PCI: Using configuration type 1 for base access',
    (k) => (num_online_cpus(k) > 1 ? MTRR_REPAIR : undefined),
    'kprobes: kprobe jump-optimization is enabled. All kprobes are optimized if possible.',
    hugetlbMessages,
    'ACPI: Added _OSI(Module Device)',
    'ACPI: Added _OSI(Processor Device)',
    'ACPI: Added _OSI(Processor Aggregator Device)',
  ],
  interpreter: [
    'PCI: Using host bridge windows from ACPI; if necessary, use "pci=nocrs" and report a bug',
    'PCI: Using E820 reservations for host bridge windows',
  ],
  acpi_scan: [
    'ACPI: PCI Root Bridge [PCI0] (domain 0000 [bus 00-ff])',
    q35(
      'acpi PNP0A08:00: _OSC: OS supports [ExtendedConfig ASPM ClockPM Segments MSI HPX-Type3]',
      'acpi PNP0A08:00: _OSC: platform does not support [PCIeHotplug LTR]',
      'acpi PNP0A08:00: _OSC: OS now controls [SHPCHotplug PME AER PCIeCapability]',
    ),
    i440fx(
      'acpi PNP0A03:00: _OSC: OS supports [ASPM ClockPM Segments MSI HPX-Type3]',
      'acpi PNP0A03:00: _OSC: not requesting OS control; OS requires [ExtendedConfig ASPM ClockPM MSI]',
      "acpi PNP0A03:00: fail to add MMCONFIG information, can't access extended PCI configuration space under this bridge.",
      ...Array.from({ length: 30 }, (_, slot) => `acpiphp: Slot [${slot + 2}] registered`),
    ),
    'PCI host bridge to bus 0000:00',
    'pci_bus 0000:00: root bus resource [io  0x0000-0x0cf7 window]',
    'pci_bus 0000:00: root bus resource [io  0x0d00-0xffff window]',
    'pci_bus 0000:00: root bus resource [mem 0x000a0000-0x000bffff window]',
    'pci_bus 0000:00: root bus resource [bus 00-ff]',
    q35(
      'pci 0000:00:00.0: [8086:29c0] type 00 class 0x060000',
      'pci 0000:00:1f.0: [8086:2918] type 00 class 0x060100',
      'pci 0000:00:1f.0: quirk: [io  0x0600-0x067f] claimed by ICH6 ACPI/GPIO/TCO',
      'pci 0000:00:1f.2: [8086:2922] type 00 class 0x010601',
      'pci 0000:00:1f.2: BAR 4 [io  0xc040-0xc05f]',
      'pci 0000:00:1f.2: BAR 5 [mem 0xfebff000-0xfebfffff]',
      'pci 0000:00:1f.3: [8086:2930] type 00 class 0x0c0500',
      'pci 0000:00:1f.3: BAR 4 [io  0x0700-0x073f]',
    ),
    i440fx(
      'pci 0000:00:00.0: [8086:1237] type 00 class 0x060000',
      'pci 0000:00:01.0: [8086:7000] type 00 class 0x060100',
      'pci 0000:00:01.1: [8086:7010] type 00 class 0x010180',
      'pci 0000:00:01.1: BAR 4 [io  0xc000-0xc00f]',
      'pci 0000:00:01.1: BAR 0 [io  0x01f0-0x01f7]: legacy IDE quirk',
      'pci 0000:00:01.1: BAR 1 [io  0x03f6]: legacy IDE quirk',
      'pci 0000:00:01.1: BAR 2 [io  0x0170-0x0177]: legacy IDE quirk',
      'pci 0000:00:01.1: BAR 3 [io  0x0376]: legacy IDE quirk',
      'pci 0000:00:01.3: [8086:7113] type 00 class 0x068000',
      'pci 0000:00:01.3: quirk: [io  0x0600-0x063f] claimed by PIIX4 ACPI',
      'pci 0000:00:01.3: quirk: [io  0x0700-0x070f] claimed by PIIX4 SMB',
    ),
    (k) => interruptLinks(k),
    'iommu: Default domain type: Translated ',
    'iommu: DMA domain TLB invalidation policy: lazy mode ',
    'pps_core: LinuxPPS API ver. 1 registered',
    'pps_core: Software ver. 5.3.6 - Copyright 2005-2007 Rodolfo Giometti <giometti@linux.it>',
    'PTP clock support registered',
    'EDAC MC: Ver: 3.0.0',
    'NetLabel: Initializing',
    'NetLabel:  domain hash size = 128',
    'NetLabel:  protocols = UNLABELED CIPSOv4 CALIPSO',
    'NetLabel:  unlabeled traffic allowed by default',
    'PCI: Using ACPI for IRQ routing',
    'PCI: pci_cache_line_size set to 64 bytes',
    (k) => [...reserveBuffers(k)],
    'vgaarb: loaded',
    'hpet0: at MMIO 0xfed00000, IRQs 2, 8, 0',
    'hpet0: 3 comparators, 64-bit 100.000000 MHz counter',
    'clocksource: Switched to clocksource hpet',
    'VFS: Disk quotas dquot_6.6.0',
    'VFS: Dquot-cache hash table entries: 512 (order 0, 4096 bytes)',
    'AppArmor: AppArmor Filesystem Enabled',
    'pnp: PnP ACPI init',
    q35('system 00:04: [mem 0xb0000000-0xbfffffff window] has been reserved'),
    i440fx('pnp 00:02: [dma 2]'),
    'pnp: PnP ACPI: found 5 devices',
    'clocksource: acpi_pm: mask: 0xffffff max_cycles: 0xffffff, max_idle_ns: 2085701024 ns',
    'NET: Registered PF_INET protocol family',
    (k) => systemHashTable(k, 'IP idents', { scale: 16, entry: 8, most: 262_144 }),
    (k) => systemHashTable(k, 'tcp_listen_portaddr_hash', { scale: 21, entry: 16, most: 65_536 }),
    'Table-perturb hash table entries: 65536 (order: 6, 262144 bytes, linear)',
    (k) => systemHashTable(k, 'TCP established', { scale: 17, entry: 8, most: 524_288 }),
    (k) => systemHashTable(k, 'TCP bind', { scale: 17, entry: 32, most: 65_536 }),
    tcpTables,
    (k) => systemHashTable(k, 'MPTCP token', { scale: 20, entry: 24, most: 65_536 }),
    (k) => systemHashTable(k, 'UDP', { scale: 21, entry: 32, most: 65_536 }),
    (k) => systemHashTable(k, 'UDP-Lite', { scale: 21, entry: 32, most: 65_536 }),
    'NET: Registered PF_UNIX/PF_LOCAL protocol family',
    'NET: Registered PF_XDP protocol family',
    'pci_bus 0000:00: resource 4 [io  0x0000-0x0cf7 window]',
    'pci_bus 0000:00: resource 5 [io  0x0d00-0xffff window]',
    'pci_bus 0000:00: resource 6 [mem 0x000a0000-0x000bffff window]',
    i440fx('pci 0000:00:01.0: PIIX3: Enabling Passive Release', 'pci 0000:00:00.0: Limiting direct PCI/PCI transfers'),
    'PCI: CLS 0 bytes, default 64',
    'Trying to unpack rootfs image as initramfs...',
    'Initialise system trusted keyrings',
    'Key type blacklist registered',
    (k) => `workingset: timestamp_bits=36 max_order=${ceilLog2(usableBytes(k) / PAGE_SIZE)} bucket_order=0`,
    'zbud: loaded',
    'integrity: Platform Keyring initialized',
    'integrity: Machine keyring initialized',
    'Key type asymmetric registered',
    "Asymmetric key parser 'x509' registered",
    `Freeing initrd memory: ${INITRD_SIZE / KIB}K`,
    'alg: self-tests for CTR-KDF (hmac(sha256)) passed',
    'Block layer SCSI generic (bsg) driver version 0.4 loaded (major 248)',
    'io scheduler mq-deadline registered',
    'shpchp: Standard Hot Plug PCI Controller Driver version: 0.4',
  ],
  serial: [
    'Linux agpgart interface v0.103',
    'AMD-Vi: AMD IOMMUv2 functionality not available on this system - This is not a bug.',
  ],
  keyboard: ['mousedev: PS/2 mouse device common for all mice'],
  rtc: [
    'input: AT Translated Set 2 keyboard as /devices/platform/i8042/serio0/input/input0',
    'ledtrig-cpu: registered to indicate activity on CPUs',
    'NET: Registered PF_INET6 protocol family',
    'Segment Routing with IPv6',
    'In-situ OAM (IOAM) with IPv6',
    'mip6: Mobile IPv6',
    'NET: Registered PF_PACKET protocol family',
    'mpls_gso: MPLS GSO support',
    'IPI shorthand broadcast: enabled',
    'registered taskstats version 1',
    'Loading compiled-in X.509 certificates',
    "Loaded X.509 cert 'Build time autogenerated kernel key: 2fbfcbfe2768783bf6eb8eeae73eb082d614ed36'",
    'zswap: loaded using pool lzo/zbud',
    'Key type .fscrypt registered',
    'Key type fscrypt-provisioning registered',
    'Key type encrypted registered',
    'AppArmor: AppArmor sha1 policy hashing enabled',
    'ima: No TPM chip found, activating TPM-bypass!',
    'ima: Allocated hash algorithm: sha256',
    'ima: No architecture policies found',
    'evm: Initialising EVM extended attributes:',
    'evm: security.selinux',
    'evm: security.SMACK64 (disabled)',
    'evm: security.SMACK64EXEC (disabled)',
    'evm: security.SMACK64TRANSMUTE (disabled)',
    'evm: security.SMACK64MMAP (disabled)',
    'evm: security.apparmor',
    'evm: security.ima',
    'evm: security.capability',
    'evm: HMAC attrs: 0x1',
    'Unstable clock detected, switching default tracing clock to "global"\n' +
      'If you want to keep using the local clock, then add:\n  "trace_clock=local"\non the kernel command line',
    'clk: Disabling unused clocks',
    'Freeing unused decrypted memory: 2036K',
    'Freeing unused kernel image (initmem) memory: 2816K',
    'Write protecting the kernel read-only data: 26624k',
    'Freeing unused kernel image (text/rodata gap) memory: 2040K',
    'Freeing unused kernel image (rodata/data gap) memory: 1116K',
    'x86/mm: Checked W+X mappings: passed, no W+X pages found.',
  ],
} as const satisfies Readonly<Record<string, readonly Message[]>>;

/** PCI interrupt links as the firmware leaves them. */
function interruptLinks(k: Kernel): string[] {
  const line = (name: string, irq: number) => `ACPI: PCI: Interrupt link ${name} configured for IRQ ${irq}`;
  const first = ['A', 'B', 'C', 'D'].map((letter, i) => line(`LNK${letter}`, i < 2 ? 10 : 11));
  if (!isQ35(k)) return [...first, line('LNKS', 9)];
  const second = ['E', 'F', 'G', 'H'].map((letter, i) => line(`LNK${letter}`, i < 2 ? 10 : 11));
  return [...first, ...second, ...[...'ABCDEFGH'].map((letter, i) => line(`GSI${letter}`, 16 + i))];
}

/** e820__reserve_resources_late(): ends of RAM up to a rounded address. */
function* reserveBuffers(k: Kernel): Generator<string> {
  for (const { address, length, type } of k.platform.e820) {
    const start = address + length;
    const step = start < 2 ** 20 ? 0x1_0000 : start < 2 ** 24 ? 2 ** 20 : 2 ** 26;
    const end = Math.ceil(start / step) * step;
    if (type === 1 && end > start) yield `e820: reserve RAM buffer [mem ${hex(start, 8)}-${hex(end - 1, 8)}]`;
  }
}
