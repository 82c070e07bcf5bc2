/**
 * What stands on the x86 boards' PCI bus 0 without any -device, as far as ACPI's tables name it: the host bridges and
 * the south bridges with their PIRQ routing registers. Values as SeaBIOS leaves them (dumped from QEMU 7.2).
 */
import type { PciFunction } from '../pci-host.ts';

const INTEL = 0x8086;
const HOST_BRIDGE = 0x060000;
const ISA_BRIDGE = 0x060100;
const OTHER_BRIDGE = 0x068000;
const SATA_AHCI = 0x010601;
const SMBUS = 0x0c0500;

/** Interrupts 10 and 11 for the lines of a group of four. */
const PIRQ_ROUTES = [10, 10, 11, 11] as const;

/** hw/pci-host/q35.c, hw/isa/lpc_ich9.c. */
export const Q35_FUNCTIONS: readonly PciFunction[] = [
  {
    device: 0x00,
    function: 0,
    vendorId: INTEL,
    deviceId: 0x29c0,
    revision: 0,
    classCode: HOST_BRIDGE,
    multifunction: false,
    registers: [{ offset: 0x60, bytes: [0x01, 0x00, 0x00, 0xb0], name: 'PCIEXBAR' }],
  },
  {
    device: 0x1f,
    function: 0,
    vendorId: INTEL,
    deviceId: 0x2918,
    revision: 2,
    classCode: ISA_BRIDGE,
    multifunction: true,
    registers: [
      { offset: 0x40, bytes: [0x01, 0x06, 0x00, 0x00], name: 'PMBASE' },
      { offset: 0x44, bytes: [0x80], name: 'ACPI_CNTL' },
      { offset: 0x60, bytes: PIRQ_ROUTES, name: 'PIRQ[A-D]_ROUT' },
      { offset: 0x68, bytes: PIRQ_ROUTES, name: 'PIRQ[E-H]_ROUT' },
    ],
  },
  {
    device: 0x1f,
    function: 2,
    vendorId: INTEL,
    deviceId: 0x2922,
    revision: 2,
    classCode: SATA_AHCI,
    multifunction: true,
    registers: [],
    bars: [
      { index: 4, space: 'port', address: 0xc040, size: 0x20 },
      { index: 5, space: 'memory', address: 0xfebff000, size: 0x1000 },
    ],
  },
  {
    device: 0x1f,
    function: 3,
    vendorId: INTEL,
    deviceId: 0x2930,
    revision: 2,
    classCode: SMBUS,
    multifunction: true,
    registers: [],
    bars: [{ index: 4, space: 'port', address: 0x0700, size: 0x40 }],
  },
];

/** hw/pci-host/i440fx.c, hw/isa/piix3.c, hw/acpi/piix4.c. */
export const PC_FUNCTIONS: readonly PciFunction[] = [
  {
    device: 0x00,
    function: 0,
    vendorId: INTEL,
    deviceId: 0x1237,
    revision: 2,
    classCode: HOST_BRIDGE,
    multifunction: false,
    registers: [],
  },
  {
    device: 0x01,
    function: 0,
    vendorId: INTEL,
    deviceId: 0x7000,
    revision: 0,
    classCode: ISA_BRIDGE,
    multifunction: true,
    registers: [{ offset: 0x60, bytes: PIRQ_ROUTES, name: 'PIRQRC[A-D]' }],
  },
  {
    device: 0x01,
    function: 3,
    vendorId: INTEL,
    deviceId: 0x7113,
    revision: 3,
    classCode: OTHER_BRIDGE,
    multifunction: false,
    registers: [
      { offset: 0x40, bytes: [0x01, 0x06, 0x00, 0x00], name: 'PMBA' },
      { offset: 0x80, bytes: [0x01], name: 'PMREGMISC' },
    ],
  },
];
