/**
 * The device tree of `virt` without firmware, as hw/arm/virt.c and hw/arm/boot.c of QEMU 7.2 make it (`-machine dumpdtb=`),
 * but for the random seeds in /chosen.
 */
import type { MachineConfig, PossibleCpu } from '../abi/machine-config.ts';
import type { AddressRange } from '../hw/boards/addresses.ts';
import {
  PCIE_INTERRUPTS,
  POWER_BUTTON_PIN,
  VIRT_MAP,
  VIRT_PPI,
  VIRT_SPI,
  VIRTIO_MMIO_COUNT,
  type VirtLayout,
  virtOptions,
} from '../hw/boards/virt-addresses.ts';
import { TIMER_PPI } from '../hw/generic-timer.ts';
import { FIRST_PPI } from '../hw/gic-interrupts.ts';
import { PSCI_FUNCTIONS } from '../hw/psci.ts';
import { cells64, type DeviceTreeNode, type DeviceTreeValue } from './flattened-device-tree.ts';

type Properties = Record<string, DeviceTreeValue>;

const node = (name: string, properties: Properties, children: readonly DeviceTreeNode[] = []): DeviceTreeNode => ({
  name,
  properties: Object.entries(properties),
  children,
});

const at = (name: string, { base }: { readonly base: number }): string => `${name}@${base.toString(16)}`;
const reg = (...ranges: readonly AddressRange[]): number[] =>
  ranges.flatMap(({ base, length }) => [...cells64(base), ...cells64(length)]);

const KIND = { spi: 0, ppi: 1 } as const;
const TRIGGER = { risingEdge: 1, levelHigh: 4 } as const;
const spi = (number: number, trigger: number = TRIGGER.levelHigh): number[] => [KIND.spi, number, trigger];

const SMC64 = 0x4000_0000;
const FIRST_PHANDLE = 0x8000;
const CLOCK_HZ = 24_000_000;
/** KEY_POWER of Linux's input events. */
const KEY_POWER = 116;
const BYTES_PER_BUS = 2 ** 20;
/** PCI address spaces in `ranges`. */
const PCI_SPACE = { io: 0x0100_0000, memory: 0x0200_0000, memory64: 0x0300_0000 } as const;
/** Slots after which the routing of interrupt pins repeats. */
const ROUTED_SLOTS = 4;

/** References between nodes, numbered as QEMU makes them: the clock, processors from the last, GIC, MSI, GPIO. */
interface Phandles {
  readonly clock: number;
  readonly cpu: (order: number) => number;
  readonly gic: number;
  readonly msi: number | undefined;
  readonly gpio: number;
}

function phandlesOf(cpus: number, hasMsi: boolean): Phandles {
  const gic = FIRST_PHANDLE + cpus + 1;
  return {
    clock: FIRST_PHANDLE,
    cpu: (order) => FIRST_PHANDLE + cpus - order,
    gic,
    msi: hasMsi ? gic + 1 : undefined,
    gpio: gic + (hasMsi ? 2 : 1),
  };
}

/** socket, cluster, core and thread nodes down to the processors. */
function cpuMap(cpus: readonly PossibleCpu[], threads: number, phandles: Phandles): DeviceTreeNode {
  const groups = (list: readonly PossibleCpu[], id: (cpu: PossibleCpu) => number): [number, PossibleCpu[]][] => {
    const found = new Map<number, PossibleCpu[]>();
    for (const cpu of list) found.set(id(cpu), [...(found.get(id(cpu)) ?? []), cpu]);
    return [...found];
  };
  const leaf = (name: string, cpu: PossibleCpu) => node(name, { cpu: [phandles.cpu(cpu.index)] });
  return node(
    'cpu-map',
    {},
    groups(cpus, ({ socketId }) => socketId).map(([socket, inSocket]) =>
      node(
        `socket${socket}`,
        {},
        groups(inSocket, ({ clusterId = 0 }) => clusterId).map(([cluster, inCluster]) =>
          node(
            `cluster${cluster}`,
            {},
            groups(inCluster, ({ coreId }) => coreId).flatMap(([core, inCore]) =>
              threads > 1
                ? [
                    node(
                      `core${core}`,
                      {},
                      inCore.map((cpu) => leaf(`thread${cpu.threadId}`, cpu)),
                    ),
                  ]
                : inCore.map((cpu) => leaf(`core${core}`, cpu)),
            ),
          ),
        ),
      ),
    ),
  );
}

function processors(
  config: MachineConfig,
  cpus: readonly PossibleCpu[],
  layout: VirtLayout,
  phandles: Phandles,
): DeviceTreeNode {
  return node('cpus', { '#size-cells': [0], '#address-cells': [1] }, [
    cpuMap(cpus, config.topology.threads, phandles),
    ...cpus.map((cpu) =>
      node(`cpu@${cpu.index}`, {
        phandle: [phandles.cpu(cpu.index)],
        ...(config.numaNodes.length > 0 ? { 'numa-node-id': [cpu.nodeId] } : {}),
        reg: [cpu.apicId],
        ...(layout.psciConduit && cpus.length > 1 ? { 'enable-method': ['psci'] } : {}),
        compatible: [`arm,${config.cpuModel}`],
        device_type: ['cpu'],
      }),
    ),
  ]);
}

function interruptController(config: MachineConfig, layout: VirtLayout, phandles: Phandles): DeviceTreeNode {
  const { gicVersion, virtualization } = virtOptions(config);
  const { gicDistributor, gicCpuInterface, gicHypervisor, gicVcpuInterface, gicV2m, gicIts } = VIRT_MAP;
  const maintenance = [KIND.ppi, VIRT_PPI.gicMaintenance - FIRST_PPI, TRIGGER.levelHigh];
  const blocks =
    gicVersion === 3
      ? [gicDistributor, ...layout.redistributorRegions]
      : [gicDistributor, gicCpuInterface, ...(virtualization ? [gicHypervisor, gicVcpuInterface] : [])];
  const msi =
    phandles.msi === undefined
      ? []
      : gicVersion === 3
        ? [
            node(at('its', gicIts), {
              phandle: [phandles.msi],
              reg: reg(gicIts),
              '#msi-cells': [1],
              'msi-controller': true,
              compatible: ['arm,gic-v3-its'],
            }),
          ]
        : [
            node(at('v2m', gicV2m), {
              phandle: [phandles.msi],
              reg: reg(gicV2m),
              'msi-controller': true,
              compatible: ['arm,gic-v2m-frame'],
            }),
          ];
  return node(
    at('intc', gicDistributor),
    {
      phandle: [phandles.gic],
      ...(virtualization ? { interrupts: maintenance } : {}),
      reg: reg(...blocks),
      ...(gicVersion === 3 ? { '#redistributor-regions': [layout.redistributorRegions.length] } : {}),
      compatible: [gicVersion === 3 ? 'arm,gic-v3' : 'arm,cortex-a15-gic'],
      ranges: true,
      '#size-cells': [2],
      '#address-cells': [2],
      'interrupt-controller': true,
      '#interrupt-cells': [3],
    },
    msi,
  );
}

function pcie({ ecam, highPcieMmio }: VirtLayout, { gic, msi }: Phandles): DeviceTreeNode {
  const { pcieMmio, pciePio } = VIRT_MAP;
  const map: number[] = [];
  for (let slot = 0; slot < ROUTED_SLOTS; slot++) {
    for (let pin = 0; pin < PCIE_INTERRUPTS; pin++) {
      const interrupt = VIRT_SPI.pcie + ((slot + pin) % PCIE_INTERRUPTS);
      map.push(slot << 11, 0, 0, pin + 1, gic, 0, 0, ...spi(interrupt));
    }
  }
  const window = (space: number, bus: number, { base, length }: AddressRange) => [
    space,
    ...cells64(bus),
    ...cells64(base),
    ...cells64(length),
  ];
  return node(at('pcie', pcieMmio), {
    'interrupt-map-mask': [0x1800, 0, 0, 7],
    'interrupt-map': map,
    '#interrupt-cells': [1],
    ranges: [
      ...window(PCI_SPACE.io, 0, pciePio),
      ...window(PCI_SPACE.memory, pcieMmio.base, pcieMmio),
      ...(highPcieMmio ? window(PCI_SPACE.memory64, highPcieMmio.base, highPcieMmio) : []),
    ],
    reg: reg(ecam),
    ...(msi === undefined ? {} : { 'msi-map': [0, msi, 0, 0x1_0000] }),
    'dma-coherent': true,
    'bus-range': [0, ecam.length / BYTES_PER_BUS - 1],
    'linux,pci-domain': [0],
    '#size-cells': [2],
    '#address-cells': [3],
    device_type: ['pci'],
    compatible: ['pci-host-ecam-generic'],
  });
}

/** Ranges of RAM, the last first. */
function memory({ numaNodes }: MachineConfig, { ram }: VirtLayout): DeviceTreeNode[] {
  if (numaNodes.length === 0) return [node(at('memory', ram), { reg: reg(ram), device_type: ['memory'] })];
  const ranges: DeviceTreeNode[] = [];
  let { base } = ram;
  for (const { id, memory: length } of numaNodes) {
    const range = { base, length };
    ranges.unshift(node(at('memory', range), { 'numa-node-id': [id], reg: reg(range), device_type: ['memory'] }));
    base += length;
  }
  return ranges;
}

const virtioTransports = (): DeviceTreeNode[] =>
  Array.from({ length: VIRTIO_MMIO_COUNT }, (_, index) => {
    const { base, length } = VIRT_MAP.virtioMmio;
    const range = { base: base + index * length, length };
    return node(at('virtio_mmio', range), {
      'dma-coherent': true,
      interrupts: spi(VIRT_SPI.virtioMmio + index, TRIGGER.risingEdge),
      reg: reg(range),
      compatible: ['virtio,mmio'],
    });
  });

const primecell = (name: string, range: AddressRange, number: number, clocks: Properties): DeviceTreeNode =>
  node(at(name, range), {
    ...clocks,
    interrupts: spi(number),
    reg: reg(range),
    compatible: [`arm,${name}`, 'arm,primecell'],
  });

export function virtDeviceTree(config: MachineConfig, layout: VirtLayout): DeviceTreeNode {
  const { gicVersion, its } = virtOptions(config);
  const cpus = config.possibleCpus.filter(({ present }) => present);
  const phandles = phandlesOf(cpus.length, its);
  const { uart, rtc, gpio, fwCfg, platformBus, flash } = VIRT_MAP;
  // a GICv2 is told which processors a private interrupt has
  const privateFlags = TRIGGER.levelHigh + (gicVersion === 2 ? 2 ** cpus.length - 1 : 0) * 0x100;
  const ppi = (intid: number) => [KIND.ppi, intid - FIRST_PPI, privateFlags];
  const half = flash.length / 2;
  const clock = { 'clock-names': ['apb_pclk'], clocks: [phandles.clock] };
  const conduit = layout.psciConduit;
  return node(
    '',
    {
      'interrupt-parent': [phandles.gic],
      model: ['linux,dummy-virt'],
      '#size-cells': [2],
      '#address-cells': [2],
      compatible: ['linux,dummy-virt'],
    },
    [
      ...(conduit
        ? [
            node('psci', {
              migrate: [PSCI_FUNCTIONS.MIGRATE + SMC64],
              cpu_on: [PSCI_FUNCTIONS.CPU_ON + SMC64],
              cpu_off: [PSCI_FUNCTIONS.CPU_OFF],
              cpu_suspend: [PSCI_FUNCTIONS.CPU_SUSPEND + SMC64],
              method: [conduit],
              compatible: ['arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'],
            }),
          ]
        : []),
      ...memory(config, layout),
      node(at('platform-bus', platformBus), {
        'interrupt-parent': [phandles.gic],
        ranges: [0, ...cells64(platformBus.base), platformBus.length],
        '#address-cells': [1],
        '#size-cells': [1],
        compatible: ['qemu,platform', 'simple-bus'],
      }),
      node(at('fw-cfg', fwCfg), { 'dma-coherent': true, reg: reg(fwCfg), compatible: ['qemu,fw-cfg-mmio'] }),
      ...virtioTransports(),
      node('gpio-keys', { compatible: ['gpio-keys'] }, [
        node('poweroff', {
          gpios: [phandles.gpio, POWER_BUTTON_PIN, 0],
          'linux,code': [KEY_POWER],
          label: ['GPIO Key Poweroff'],
        }),
      ]),
      node(at('pl061', gpio), {
        phandle: [phandles.gpio],
        ...clock,
        interrupts: spi(VIRT_SPI.gpio),
        'gpio-controller': true,
        '#gpio-cells': [2],
        compatible: ['arm,pl061', 'arm,primecell'],
        reg: reg(gpio),
      }),
      pcie(layout, phandles),
      primecell('pl031', rtc, VIRT_SPI.rtc, clock),
      primecell('pl011', uart, VIRT_SPI.uart, {
        'clock-names': ['uartclk', 'apb_pclk'],
        clocks: [phandles.clock, phandles.clock],
      }),
      node('pmu', { interrupts: ppi(VIRT_PPI.pmu), compatible: ['arm,armv8-pmuv3'] }),
      interruptController(config, layout, phandles),
      node(at('flash', flash), {
        'bank-width': [4],
        reg: reg({ base: flash.base, length: half }, { base: flash.base + half, length: half }),
        compatible: ['cfi-flash'],
      }),
      processors(config, cpus, layout, phandles),
      node('timer', {
        interrupts: [TIMER_PPI.secure, TIMER_PPI.nonSecure, TIMER_PPI.virtual, TIMER_PPI.hypervisor].flatMap(ppi),
        'always-on': true,
        compatible: ['arm,armv8-timer', 'arm,armv7-timer'],
      }),
      node('apb-pclk', {
        phandle: [phandles.clock],
        'clock-output-names': ['clk24mhz'],
        'clock-frequency': [CLOCK_HZ],
        '#clock-cells': [0],
        compatible: ['fixed-clock'],
      }),
      node('chosen', { 'stdout-path': [`/${at('pl011', uart)}`] }),
    ],
  );
}
