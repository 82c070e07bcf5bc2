/**
 * What subsystems that the lab does not model say when arm64 boots, at the places where they say it. What depends on the
 * machine is computed from it by upstream's rule.
 *
 * @linux texts of many files; the boot logs of the recordings of `virt`
 */
import { ceilLog2 } from '../../../../sim/bits.ts';
import { cpu_possible_mask, cpuIds } from '../../../include/linux/cpumask.ts';
import { futexTable, tcpTables, unknownLine } from '../../../init/boot-messages.ts';
import type { BootMessage as Message } from '../../../kernel/arch-ops.ts';
import type { Kernel } from '../../../kernel-context.ts';
import { utcText } from '../../../lib/utc.ts';
import { hugetlbComplaints } from '../../../mm/hugetlb.ts';
import { numaTables } from '../../../mm/numa.ts';
import { bootMemory, PAGE_SIZE } from '../../../mm/page_alloc.ts';
import { systemHashTable } from '../../../mm/system-hash.ts';
import { arm64Memory, bootPlacement, mergeAdjacent } from '../mm/init.ts';
import { acpiEnabled } from './acpi.ts';

const KIB = 1024;
const NS_PER_SECOND = 1_000_000_000;
const CMA_KIB = 65_536;

const pages = (k: Kernel): number => bootMemory(k).reduce((sum, { start, end }) => sum + end - start, 0);
const hasUefi = (k: Kernel): boolean => k.platform.arm64?.uefi !== undefined;

/** Lines of a machine with ACPI, and of one with a device tree. */
const acpi =
  (...lines: string[]): Message =>
  (k) =>
    acpiEnabled(k) ? lines : [];
const tree =
  (...lines: string[]): Message =>
  (k) =>
    acpiEnabled(k) ? [] : lines;

function efi(k: Kernel): string[] {
  const uefi = k.platform.arm64?.uefi;
  if (!uefi) return ['efi: UEFI not found.'];
  const tables = uefi.tables.map(([name, address]) => `${name}=0x${address.toString(16)} `).join('');
  return [`efi: EFI v${uefi.revision} by ${uefi.vendor}`, `efi: ${tables}`, 'secureboot: Secure boot disabled'];
}

/** cma_declare_contiguous(): below what the firmware and the RAM disk take at the end of memory, as observed. */
function cma(k: Kernel): string {
  const base = (mergeAdjacent(k).at(-1)?.end ?? 0) * PAGE_SIZE - (bootPlacement(k).cma + CMA_KIB * KIB);
  return `cma: Reserved 64 MiB at 0x${base.toString(16).padStart(16, '0')}`;
}

function dmi(k: Kernel): string | string[] {
  const uefi = k.platform.arm64?.uefi;
  return uefi ? ['SMBIOS 3.0.0 present.', `DMI: ${uefi.dmi}`] : 'DMI not present or invalid.';
}

function rcu(k: Kernel): string[] {
  const { nr_cpu_ids } = cpuIds(k);
  const { maxCpus } = k.profile;
  return [
    'rcu: Hierarchical RCU implementation.',
    ...(nr_cpu_ids < maxCpus
      ? [`rcu: \tRCU restricting CPUs from NR_CPUS=${maxCpus} to nr_cpu_ids=${nr_cpu_ids}.`]
      : []),
    '\tRude variant of Tasks RCU enabled.',
    'rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.',
    ...(nr_cpu_ids < maxCpus ? [`rcu: Adjusting geometry for rcu_fanout_leaf=16, nr_cpu_ids=${nr_cpu_ids}`] : []),
  ];
}

/** What is available does not grow with the memory: the deferred part of struct page is not yet free. */
function memory(k: Kernel): string {
  const total = (pages(k) * PAGE_SIZE) / KIB;
  const sizes = '9280K kernel code, 1570K rwdata, 2860K rodata, 3520K init, 491K bss';
  const nodes = numaTables(k).online.size;
  const reserved = (hasUefi(k) ? 101_772 : 96_956) - (nodes > 1 ? 1_524 : 0);
  const available = Math.min(hasUefi(k) ? 131_072 * nodes : 113_236, total);
  return `Memory: ${available}K/${total}K available (${sizes}, ${reserved}K reserved, ${CMA_KIB}K cma-reserved)`;
}

function callbackQueues(k: Kernel): string[] {
  const { nr_cpu_ids } = cpuIds(k);
  const shift = nr_cpu_ids > 1 ? 32 - Math.clz32(nr_cpu_ids - 1) : 0;
  return [
    'cblist_init_generic: Setting adjustable number of callback queues.',
    `cblist_init_generic: Setting shift to ${shift} and lim to 1 rcu_task_cpu_ids=${nr_cpu_ids}.`,
  ];
}

const manyNodes = (k: Kernel): boolean => numaTables(k).online.size > 1;
const dentry: Message = (k) => systemHashTable(k, 'Dentry cache', { scale: 13, entry: 8 });
const inode: Message = (k) => systemHashTable(k, 'Inode-cache', { scale: 14, entry: 8 });
const asText = (message: Message, k: Kernel) => (typeof message === 'string' ? message : message(k));

function wallClock(k: Kernel): string {
  const seconds = k.platform.bootTime + Math.floor(k.clock.now() / NS_PER_SECOND);
  const device = hasUefi(k) ? 'rtc-efi rtc-efi.0' : 'rtc-pl031 9010000.pl031';
  return `${device}: setting system clock to ${utcText(seconds)} UTC (${seconds})`;
}

const HUGE_PAGES = ['1.00 GiB', '32.0 MiB', '2.00 MiB', '64.0 KiB'].flatMap((size) => [
  `HugeTLB: registered ${size} page size, pre-allocated 0 pages`,
  `HugeTLB: 0 KiB vmemmap can be freed for a ${size} page`,
]);

/** Rows by the place of the boot after which they come. */
export const ARM64_BOOT_MESSAGES = {
  efi: [efi],
  cma: [cma],
  boot_cpu: [
    'CPU features: detected: GIC system register CPU interface',
    'CPU features: detected: Spectre-v2',
    'CPU features: detected: Spectre-v3a',
    'CPU features: detected: Spectre-v4',
    'CPU features: detected: Spectre-BHB',
    'CPU features: detected: ARM erratum 832075',
    'CPU features: detected: ARM errata 1165522, 1319367, or 1530923',
    'alternatives: applying boot alternatives',
  ],
  command_line: [
    hugetlbComplaints,
    unknownLine,
    (k) => (manyNodes(k) ? undefined : asText(dentry, k)),
    (k) => (manyNodes(k) ? undefined : asText(inode, k)),
    'mem auto-init: stack:all(zero), heap alloc:on, heap free:off',
    memory,
    (k) =>
      `SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=${cpuIds(k).nr_cpu_ids}, Nodes=${numaTables(k).possible.size}`,
    'ftrace: allocating 31175 entries in 122 pages',
    'ftrace: allocated 122 pages with 5 groups',
    'trace event string verifier disabled',
    rcu,
    'NR_IRQS: 64, nr_irqs: 64, preallocated irqs: 0',
  ],
  gic: ['rcu: srcu_init: Setting srcu_struct sizes based on contention.'],
  timer: [
    'Console: colour dummy device 80x25',
    (k) =>
      manyNodes(k)
        ? 'mempolicy: Enabling automatic NUMA balancing. Configure with numa_balancing= or the kernel.numa_balancing sysctl'
        : undefined,
  ],
  calibrated: [
    (k) => `pid_max: default: 32768 minimum: ${Math.max(301, 8 * cpu_possible_mask(k).weight)}`,
    'LSM: Security Framework initializing',
    'landlock: Up and running.',
    'Yama: disabled by default; enable with sysctl kernel.yama.*',
    (k) => (manyNodes(k) ? asText(dentry, k) : undefined),
    (k) => (manyNodes(k) ? asText(inode, k) : undefined),
    (k) => systemHashTable(k, 'Mount-cache', { scale: 19, entry: 8 }),
    (k) => systemHashTable(k, 'Mountpoint-cache', { scale: 19, entry: 8 }),
    acpi('Early cacheinfo failed, ret = -2'),
  ],
  cpu0: [
    callbackQueues,
    'rcu: Hierarchical SRCU implementation.',
    'rcu: \tMax phase no-delay instances is 1000.',
    acpi(
      'Platform MSI: ITS@0x8080000 domain created',
      'PCI/MSI: ITS@0x8080000 domain created',
      'Remapping and enabling EFI services.',
    ),
    tree(
      'Platform MSI: its@8080000 domain created',
      'PCI/MSI: /intc@8000000/its@8080000 domain created',
      'EFI services will not be available.',
    ),
  ],
  smp_done: [
    (k) =>
      [...numaTables(k).online].sort((a, b) => b - a).map((nid) => `node ${nid} deferred pages initialised in 12ms`),
    'devtmpfs: initialized',
  ],
  driver_init: [
    'clocksource: jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645041785100000 ns',
    futexTable,
    'pinctrl core: initialized pinctrl subsystem',
    dmi,
    'NET: Registered PF_NETLINK/PF_ROUTE protocol family',
    'DMA: preallocated 128 KiB GFP_KERNEL pool for atomic allocations',
    'DMA: preallocated 128 KiB GFP_KERNEL|GFP_DMA pool for atomic allocations',
    'DMA: preallocated 128 KiB GFP_KERNEL|GFP_DMA32 pool for atomic allocations',
    "thermal_sys: Registered thermal governor 'fair_share'",
    "thermal_sys: Registered thermal governor 'bang_bang'",
    "thermal_sys: Registered thermal governor 'step_wise'",
    "thermal_sys: Registered thermal governor 'user_space'",
    "thermal_sys: Registered thermal governor 'power_allocator'",
    'cpuidle: using governor ladder',
    'cpuidle: using governor menu',
    'hw-breakpoint: found 6 breakpoint and 4 watchpoint registers.',
    'ASID allocator initialised with 65536 entries',
    acpi('acpiphp: ACPI Hot Plug PCI Controller Driver version: 0.5'),
    'Serial: AMBA PL011 UART driver',
  ],
  uart_driver: ['KASLR disabled on command line', () => HUGE_PAGES],
  acpi_init: [
    'ACPI: Added _OSI(Module Device)',
    'ACPI: Added _OSI(Processor Device)',
    'ACPI: Added _OSI(Processor Aggregator Device)',
  ],
  interpreter: ['ACPI: MCFG table detected, 1 entries'],
  acpi_scan: [
    acpi(
      'ACPI: PCI Root Bridge [PCI0] (domain 0000 [bus 00-ff])',
      'acpi PNP0A08:00: _OSC: OS supports [ExtendedConfig ASPM ClockPM Segments MSI HPX-Type3]',
      'acpi PNP0A08:00: _OSC: platform does not support [LTR]',
      'acpi PNP0A08:00: _OSC: OS now controls [PCIeHotplug SHPCHotplug PME AER PCIeCapability]',
      'acpi PNP0A08:00: ECAM area [mem 0x4010000000-0x401fffffff] reserved by PNP0C02:00',
      'acpi PNP0A08:00: ECAM at [mem 0x4010000000-0x401fffffff] for [bus 00-ff]',
      'ACPI: Remapped I/O 0x000000003eff0000 to [io  0x0000-0xffff window]',
      'PCI host bridge to bus 0000:00',
    ),
    (k) =>
      acpiEnabled(k) && manyNodes(k) ? 'pci_bus 0000:00: Unknown NUMA node; performance will be reduced' : undefined,
    acpi(
      'pci_bus 0000:00: root bus resource [mem 0x10000000-0x3efeffff window]',
      'pci_bus 0000:00: root bus resource [io  0x0000-0xffff window]',
      'pci_bus 0000:00: root bus resource [mem 0x8000000000-0xffffffffff window]',
      'pci_bus 0000:00: root bus resource [bus 00-ff]',
      'pci 0000:00:00.0: [1b36:0008] type 00 class 0x060000',
      'pci_bus 0000:00: resource 4 [mem 0x10000000-0x3efeffff window]',
      'pci_bus 0000:00: resource 5 [io  0x0000-0xffff window]',
      'pci_bus 0000:00: resource 6 [mem 0x8000000000-0xffffffffff window]',
      ...[0, 1, 2, 3].map((link) => `ACPI: PCI: Interrupt link GSI${link} configured for IRQ ${35 + link}`),
    ),
    tree('ACPI: Interpreter disabled.'),
    'iommu: Default domain type: Translated ',
    'iommu: DMA domain TLB invalidation policy: strict mode ',
    'pps_core: LinuxPPS API ver. 1 registered',
    'pps_core: Software ver. 5.3.6 - Copyright 2005-2007 Rodolfo Giometti <giometti@linux.it>',
    'PTP clock support registered',
    'EDAC MC: Ver: 3.0.0',
    (k) => (hasUefi(k) ? 'Registered efivars operations' : undefined),
    'NetLabel: Initializing',
    'NetLabel:  domain hash size = 128',
    'NetLabel:  protocols = UNLABELED CIPSOv4 CALIPSO',
    'NetLabel:  unlabeled traffic allowed by default',
    'vgaarb: loaded',
    'clocksource: Switched to clocksource arch_sys_counter',
    'VFS: Disk quotas dquot_6.6.0',
    'VFS: Dquot-cache hash table entries: 512 (order 0, 4096 bytes)',
    acpi(
      'pnp: PnP ACPI init',
      'system 00:00: [mem 0x4010000000-0x401fffffff window] could not be reserved',
      'pnp: PnP ACPI: found 1 devices',
    ),
    tree('pnp: PnP ACPI: disabled'),
    'NET: Registered PF_INET protocol family',
    (k) => systemHashTable(k, 'IP idents', { scale: 16, entry: 8, most: 262_144 }),
    (k) => systemHashTable(k, 'tcp_listen_portaddr_hash', { scale: 21, entry: 16, most: 65_536 }),
    (k) => `Table-perturb hash table entries: 65536 (order: 6, 262144 bytes, ${manyNodes(k) ? 'vmalloc' : 'linear'})`,
    (k) => systemHashTable(k, 'TCP established', { scale: 17, entry: 8, most: 524_288 }),
    (k) => systemHashTable(k, 'TCP bind', { scale: 17, entry: 32, most: 65_536 }),
    tcpTables,
    (k) => systemHashTable(k, 'MPTCP token', { scale: 20, entry: 24, most: 65_536 }),
    (k) => systemHashTable(k, 'UDP', { scale: 21, entry: 32, most: 65_536 }),
    (k) => systemHashTable(k, 'UDP-Lite', { scale: 21, entry: 32, most: 65_536 }),
    'NET: Registered PF_UNIX/PF_LOCAL protocol family',
    'PCI: CLS 0 bytes, default 64',
    'Unpacking initramfs...',
    (k) =>
      `hw perfevents: enabled with ${acpiEnabled(k) ? 'armv8_pmuv3_0' : 'armv8_pmuv3'} PMU driver, 7 counters available`,
    'Initialise system trusted keyrings',
    'Key type blacklist registered',
    (k) => `workingset: timestamp_bits=42 max_order=${ceilLog2(pages(k))} bucket_order=0`,
    'zbud: loaded',
    'integrity: Platform Keyring initialized',
    'integrity: Machine keyring initialized',
    'Key type asymmetric registered',
    "Asymmetric key parser 'x509' registered",
    (k) => `Freeing initrd memory: ${(arm64Memory.bootReserve(k).initrd * PAGE_SIZE) / KIB}K`,
    'alg: self-tests for CTR-KDF (hmac(sha256)) passed',
    'Block layer SCSI generic (bsg) driver version 0.4 loaded (major 248)',
    'io scheduler mq-deadline registered',
    tree('pl061_gpio 9030000.pl061: PL061 GPIO chip registered'),
    'shpchp: Standard Hot Plug PCI Controller Driver version: 0.4',
    tree(
      'pci-host-generic 4010000000.pcie: host bridge /pcie@10000000 ranges:',
      'pci-host-generic 4010000000.pcie:       IO 0x003eff0000..0x003effffff -> 0x0000000000',
      'pci-host-generic 4010000000.pcie:      MEM 0x0010000000..0x003efeffff -> 0x0010000000',
      'pci-host-generic 4010000000.pcie:      MEM 0x8000000000..0xffffffffff -> 0x8000000000',
      'pci-host-generic 4010000000.pcie: Memory resource size exceeds max for 32 bits',
      'pci-host-generic 4010000000.pcie: ECAM at [mem 0x4010000000-0x401fffffff] for [bus 00-ff]',
      'pci-host-generic 4010000000.pcie: PCI host bridge to bus 0000:00',
      'pci_bus 0000:00: root bus resource [bus 00-ff]',
      'pci_bus 0000:00: root bus resource [io  0x0000-0xffff]',
      'pci_bus 0000:00: root bus resource [mem 0x10000000-0x3efeffff]',
      'pci_bus 0000:00: root bus resource [mem 0x8000000000-0xffffffffff]',
      'pci 0000:00:00.0: [1b36:0008] type 00 class 0x060000',
    ),
  ],
  late: [
    'Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled',
    'Serial: AMBA driver',
    'mousedev: PS/2 mouse device common for all mice',
    (k) => `${hasUefi(k) ? 'rtc-efi rtc-efi.0' : 'rtc-pl031 9010000.pl031'}: registered as rtc0`,
    wallClock,
    'NET: Registered PF_PACKET protocol family',
    'mpls_gso: MPLS GSO support',
    'registered taskstats version 1',
    'Loading compiled-in X.509 certificates',
    'zswap: loaded using pool lzo/zbud',
    'Key type .fscrypt registered',
    'Key type fscrypt-provisioning registered',
    'Key type encrypted registered',
    (k) => (hasUefi(k) ? 'ima: secureboot mode disabled' : undefined),
    'ima: No TPM chip found, activating TPM-bypass!',
    'ima: Allocated hash algorithm: sha256',
    'ima: No architecture policies found',
    'evm: Initialising EVM extended attributes:',
    'evm: security.selinux (disabled)',
    'evm: security.SMACK64 (disabled)',
    'evm: security.SMACK64EXEC (disabled)',
    'evm: security.SMACK64TRANSMUTE (disabled)',
    'evm: security.SMACK64MMAP (disabled)',
    'evm: security.apparmor (disabled)',
    'evm: security.ima',
    'evm: security.capability',
    'evm: HMAC attrs: 0x1',
    'clk: Disabling unused clocks',
    tree('uart-pl011 9000000.pl011: no DMA platform data'),
    'Freeing unused kernel memory: 3520K',
    'Checked W+X mappings: passed, no W+X pages found',
  ],
} as const satisfies Readonly<Record<string, readonly Message[]>>;
