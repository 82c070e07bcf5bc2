/** ACPI tables of `virt` beside its DSDT, byte for byte as QEMU 7.2 builds them (hw/arm/virt-acpi-build.c). */
import type { MachineConfig, PossibleCpu } from '../abi/machine-config.ts';
import { asciiz, byteData, concat, dwordData, qwordData, wordData } from '../aml/encode.ts';
import { VIRT_MAP, VIRT_PPI, VIRT_SPI, type VirtLayout, virtOptions } from '../hw/boards/virt-addresses.ts';
import { TIMER_PPI } from '../hw/generic-timer.ts';
import { FIRST_SPI } from '../hw/gic-interrupts.ts';
import { acpiTable, HEADER_LENGTH } from './acpi-table.ts';
import { MEMORY, memoryAffinity } from './srat.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const present = ({ possibleCpus }: MachineConfig): readonly PossibleCpu[] => possibleCpus.filter((cpu) => cpu.present);

/** Fixed features (§5.2.9.1): hardware-reduced ACPI, bit 20. */
const HARDWARE_REDUCED = 1 << 20;
/** Arm boot architecture flags (§5.2.9.4). */
const ARM_BOOT = { psci: 1, hvc: 2 } as const;

/** FADT, revision 6.0 (§5.2.9): nothing but flags and the DSDT's address. */
export const virtFadt = ({ psciConduit }: VirtLayout, dsdtAddress: number): Uint8Array => {
  const boot = psciConduit === undefined ? 0 : psciConduit === 'hvc' ? ARM_BOOT.psci | ARM_BOOT.hvc : ARM_BOOT.psci;
  return acpiTable(
    'FACP',
    6,
    concat([
      zeros(76), // FACS and DSDT by 32 bits, blocks of ports: none
      dwordData(HARDWARE_REDUCED),
      zeros(13), // reset register and value
      wordData(boot),
      byteData(0), // minor version
      qwordData(0), // FACS
      qwordData(dsdtAddress),
      zeros(120), // extended blocks, sleep registers
      asciiz('QEMU'),
      zeros(3),
    ]),
  );
};

const MADT_TYPE = { gicc: 0x0b, gicd: 0x0c, msiFrame: 0x0d, gicr: 0x0e, its: 0x0f } as const;
const GICC_ENABLED = 1;
/** MSI frame of a GICv2m: 64 interrupts, told by this entry and not by the frame's register. */
const MSI_FRAME = { flags: 1, count: 64 } as const;

/** GIC CPU interface structure (§5.2.12.14). */
const gicc = (cpu: PossibleCpu, config: MachineConfig): Uint8Array => {
  const { gicVersion, virtualization } = virtOptions(config);
  const mmio = gicVersion === 2;
  return concat([
    [MADT_TYPE.gicc, 80, 0, 0],
    dwordData(cpu.index), // CPU interface number
    dwordData(cpu.index), // ACPI processor UID
    dwordData(GICC_ENABLED),
    dwordData(0), // parking protocol
    dwordData(VIRT_PPI.pmu),
    qwordData(0), // parked address
    qwordData(mmio ? VIRT_MAP.gicCpuInterface.base : 0),
    qwordData(mmio ? VIRT_MAP.gicVcpuInterface.base : 0),
    qwordData(mmio ? VIRT_MAP.gicHypervisor.base : 0),
    dwordData(virtualization ? VIRT_PPI.gicMaintenance : 0),
    qwordData(0), // redistributor: see GICR
    qwordData(cpu.apicId),
    zeros(4), // efficiency class, statistical profiling
  ]);
};

/** MADT (§5.2.12): distributor, processors, then what the GIC's version has. */
export const virtMadt = (config: MachineConfig, layout: VirtLayout): Uint8Array => {
  const { gicVersion } = virtOptions(config);
  const distributor = concat([
    [MADT_TYPE.gicd, 24, 0, 0],
    dwordData(0),
    qwordData(VIRT_MAP.gicDistributor.base),
    dwordData(0), // interrupt base
    [gicVersion, 0, 0, 0],
  ]);
  const redistributors = layout.redistributorRegions.map(({ base, length }) =>
    concat([[MADT_TYPE.gicr, 16, 0, 0], qwordData(base), dwordData(length)]),
  );
  const translation = concat([[MADT_TYPE.its, 20, 0, 0], dwordData(0), qwordData(VIRT_MAP.gicIts.base), dwordData(0)]);
  const msiFrame = concat([
    [MADT_TYPE.msiFrame, 24, 0, 0],
    dwordData(0),
    qwordData(VIRT_MAP.gicV2m.base),
    dwordData(MSI_FRAME.flags),
    wordData(MSI_FRAME.count),
    wordData(FIRST_SPI + VIRT_SPI.gicV2m),
  ]);
  return acpiTable(
    'APIC',
    4,
    concat([
      zeros(8), // local interrupt controller, flags: of a PC
      distributor,
      ...present(config).map((cpu) => gicc(cpu, config)),
      ...(gicVersion === 3 ? [...redistributors, translation] : [msiFrame]),
    ]),
  );
};

const NO_BLOCK = 0xffff_ffff_ffff_ffffn;
const TIMER_LEVEL = 0;
const TIMER_ALWAYS_ON = 1 << 2;

/** Generic Timer Description Table (§5.2.24). */
export const gtdt = (): Uint8Array =>
  acpiTable(
    'GTDT',
    2,
    concat([
      qwordData(NO_BLOCK), // counter block
      dwordData(0),
      ...[
        [TIMER_PPI.secure, TIMER_LEVEL],
        [TIMER_PPI.nonSecure, TIMER_ALWAYS_ON],
        [TIMER_PPI.virtual, TIMER_LEVEL],
        [TIMER_PPI.hypervisor, TIMER_LEVEL],
      ].flatMap(([intid = 0, flags = 0]) => [dwordData(intid), dwordData(flags)]),
      qwordData(NO_BLOCK), // counter read block
      zeros(8), // platform timers: none
    ]),
  );

/** Flags of a processor hierarchy node (§5.2.29.1). */
const NODE = { package: 1, idValid: 2, thread: 4, leaf: 8 } as const;
const NODE_LENGTH = 20;

/** Processor Properties Topology Table (§5.2.29): sockets, clusters, cores and, where a core has several, threads. */
export const pptt = ({ possibleCpus, topology }: MachineConfig): Uint8Array => {
  const nodes: Uint8Array[] = [];
  const add = (flags: number, parent: number, id: number): number => {
    nodes.push(concat([[0, NODE_LENGTH, 0, 0], dwordData(flags), dwordData(parent), dwordData(id), dwordData(0)]));
    return HEADER_LENGTH + (nodes.length - 1) * NODE_LENGTH;
  };
  let [socket, cluster, core] = [0, 0, 0];
  let before: PossibleCpu | undefined;
  for (const cpu of possibleCpus) {
    const newSocket = before?.socketId !== cpu.socketId;
    const newCluster = newSocket || before?.clusterId !== cpu.clusterId;
    const newCore = newCluster || before?.coreId !== cpu.coreId;
    if (newSocket) socket = add(NODE.package, 0, cpu.socketId);
    if (newCluster) cluster = add(0, socket, cpu.clusterId ?? 0);
    if (topology.threads === 1) add(NODE.idValid | NODE.leaf, cluster, cpu.index);
    else {
      if (newCore) core = add(0, cluster, cpu.coreId);
      add(NODE.idValid | NODE.thread | NODE.leaf, core, cpu.index);
    }
    before = cpu;
  }
  return acpiTable('PPTT', 2, concat(nodes));
};

/** Generic Address Structure of the UART: bytes. */
const uartAddress = (): Uint8Array => concat([[0, 8, 0, 1], qwordData(VIRT_MAP.uart.base)]);
/** Types of UART in SPCR and DBG2: Arm PL011. */
const PL011 = 3;

/** Serial Port Console Redirection Table, revision 2: 9600 baud, an interrupt of the GIC. */
export const spcr = (): Uint8Array =>
  acpiTable(
    'SPCR',
    2,
    concat([
      [PL011, 0, 0, 0],
      uartAddress(),
      [1 << 3, 0], // interrupt type: GIC
      dwordData(FIRST_SPI + VIRT_SPI.uart),
      [3, 0, 1, 2], // 9600 baud, no parity, one stop bit, RTS/CTS
      [0, 0], // VT100
      [0xff, 0xff, 0xff, 0xff], // not a PCI device
      zeros(12),
    ]),
  );

const DBG2_SERIAL = 0x8000;
const DBG2_NAME = 'COM0';

/** Debug Port Table 2: the same UART, by its name in the namespace. */
export const dbg2 = (): Uint8Array => {
  const address = uartAddress();
  const name = asciiz(DBG2_NAME);
  const addressOffset = 22;
  const sizeOffset = addressOffset + address.length;
  const nameOffset = sizeOffset + 4;
  const device = concat([
    byteData(0), // revision
    wordData(nameOffset + name.length),
    byteData(1), // address registers
    wordData(name.length),
    wordData(nameOffset),
    dwordData(0), // OEM data
    wordData(DBG2_SERIAL),
    wordData(PL011),
    wordData(0),
    wordData(addressOffset),
    wordData(sizeOffset),
    address,
    dwordData(VIRT_MAP.uart.length),
    name,
  ]);
  return acpiTable('DBG2', 0, concat([dwordData(HEADER_LENGTH + 8), dwordData(1), device]));
};

/** SRAT, revision 3 (§5.2.16): processors by their UID; undefined when the machine has no nodes. */
export const virtSrat = (config: MachineConfig, { ram, deviceMemory }: VirtLayout): Uint8Array | undefined => {
  const { numaNodes, possibleCpus } = config;
  if (numaNodes.length === 0) return undefined;
  const giccAffinity = ({ index, nodeId }: PossibleCpu) =>
    concat([[3, 18], dwordData(nodeId), dwordData(index), dwordData(1), dwordData(0)]);
  let base = ram.base;
  const memory: Uint8Array[] = [];
  for (const { id, memory: length } of numaNodes) {
    if (length > 0) memory.push(memoryAffinity({ node: id, base, length }, MEMORY.enabled));
    base += length;
  }
  if (deviceMemory) {
    const range = { node: numaNodes.length - 1, ...deviceMemory };
    memory.push(memoryAffinity(range, MEMORY.enabled | MEMORY.hotPluggable));
  }
  return acpiTable('SRAT', 3, concat([dwordData(1), qwordData(0), ...possibleCpus.map(giccAffinity), ...memory]));
};

const IORT_HEADER = 48;
const ITS_GROUP_LENGTH = 24;
const SMMU_LENGTH = 68 + 20;
const ROOT_COMPLEX_LENGTH = 36;
const ID_MAPPING_LENGTH = 20;
/** Requester ids of buses 0 to 255: the last one. */
const LAST_REQUESTER = 0xffff;

const idMapping = (first: number, count: number, output: number, node: number): Uint8Array =>
  concat([dwordData(first), dwordData(count), dwordData(output), dwordData(node), dwordData(0)]);

/** IO Remapping Table (Arm DEN 0049E): the root complex in front of the ITS, or behind an SMMUv3. */
export const iort = (config: MachineConfig): Uint8Array => {
  const hasSmmu = virtOptions(config).iommu === 'smmuv3';
  const its = IORT_HEADER;
  const smmu = its + ITS_GROUP_LENGTH;
  const itsGroup = concat([
    [0, ITS_GROUP_LENGTH, 0, 1],
    dwordData(0),
    dwordData(0), // mappings
    dwordData(0),
    dwordData(1), // translation services
    dwordData(0), // the one with this id
  ]);
  const smmuSpi = FIRST_SPI + VIRT_SPI.smmu;
  const smmuNode = concat([
    [4, SMMU_LENGTH, 0, 4],
    dwordData(1), // identifier
    dwordData(1), // mappings
    dwordData(SMMU_LENGTH - ID_MAPPING_LENGTH),
    qwordData(VIRT_MAP.smmu.base),
    dwordData(1), // coherent
    dwordData(0),
    qwordData(0), // vendor
    dwordData(0), // model
    ...[0, 1, 3, 2].map((interrupt) => dwordData(smmuSpi + interrupt)), // event, PRI, GERR, sync
    dwordData(0), // proximity domain
    dwordData(0), // device id mapping
    idMapping(0, LAST_REQUESTER, 0, its),
  ]);
  // behind the SMMU is what the root bus has; the rest goes to the ITS
  const busRange = 0x100;
  const mappings = hasSmmu
    ? [idMapping(0, busRange, 0, smmu), idMapping(busRange, LAST_REQUESTER - busRange, busRange, its)]
    : [idMapping(0, LAST_REQUESTER, 0, its)];
  const rootLength = ROOT_COMPLEX_LENGTH + mappings.length * ID_MAPPING_LENGTH;
  const rootComplex = concat([
    [2, rootLength, 0, 3],
    dwordData(hasSmmu ? 2 : 1), // identifier
    dwordData(mappings.length),
    dwordData(ROOT_COMPLEX_LENGTH),
    dwordData(1), // cache coherent
    [0, 0, 0, 3], // coherent, and so are devices' accesses
    dwordData(0), // no address translation service
    dwordData(0), // segment
    [64, 0, 0, 0], // bits of an address
    ...mappings,
  ]);
  const nodes = [itsGroup, ...(hasSmmu ? [smmuNode] : []), rootComplex];
  return acpiTable('IORT', 3, concat([dwordData(nodes.length), dwordData(IORT_HEADER), dwordData(0), ...nodes]));
};
