/**
 * The tree of /machine of `virt` on QEMU 7.2, written as those of the PCs in qom-trees.ts: the devices of
 * /machine/unattached come behind the vCPUs. `unnamed-gpio-in*SPI+PPI`: one for each of 256 shared interrupts and 32 a vCPU.
 */
const TRANSPORTS = Array.from(
  { length: 32 },
  (_, bus) => ` device virtio-mmio
  virtio-mmio-bus.${bus} virtio-mmio-bus
  virtio-mmio*1 memory-region`,
).join('\n');

export const VIRT_QOM_TREE = `
device-memory*1 memory-region ?memory
fw_cfg fw_cfg_mem
 \\x2from@etc\\x2facpi\\x2frsdp*1 memory-region ?acpi
 \\x2from@etc\\x2facpi\\x2ftables*1 memory-region ?acpi
 \\x2from@etc\\x2ftable-loader*1 memory-region ?acpi
 fwcfg.ctl*1 memory-region
 fwcfg.data*1 memory-region
 fwcfg.dma*1 memory-region
peripheral container
peripheral-anon container
secure-memory*1 memory-region ?secure
unattached container
 device arm-gicv3
  gicv3_dist*1 memory-region
  gicv3_redist_region\\x5b0\\x5d*1 memory-region
  unnamed-gpio-in*SPI+PPI irq
 device arm-gicv3-its ?its
  control*1 memory-region
  gicv3_its*1 memory-region
  translation*1 memory-region
 device pl011
  clk clock
  pl011*1 memory-region
 device pl011 ?secure
  clk clock
  pl011*1 memory-region
 device pl031
  pl031*1 memory-region
 device gpex-pcihost
  gpex_ioport*1 memory-region
  gpex_ioport_window*1 memory-region
  gpex_mmio*1 memory-region
  gpex_mmio_window*1 memory-region
  gpex_root gpex-root
   bus~master~container*1 memory-region
   bus~master*1 memory-region
  pcie-ecam*1 memory-region
  pcie-mmcfg-mmio*1 memory-region
  pcie-mmio-high*1 memory-region ?highmem
  pcie-mmio*1 memory-region
  pcie.0 PCIE
 device virtio-net-pci ?nic
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  msix-pba*1 memory-region
  msix-table*1 memory-region
  virtio-backend virtio-net-device
  virtio-bus virtio-pci-bus
  virtio-net-pci-msix*1 memory-region
  virtio-net-pci.rom*1 memory-region
  virtio-pci-common-virtio-net*1 memory-region
  virtio-pci-device-virtio-net*1 memory-region
  virtio-pci-isr-virtio-net*1 memory-region
  virtio-pci-notify-pio-virtio-net*1 memory-region
  virtio-pci-notify-virtio-net*1 memory-region
  virtio-pci*2 memory-region
 device arm-smmuv3 ?smmu
  arm-smmuv3*1 memory-region
  smmuv3-iommu-memory-region-0-0*1 smmuv3-iommu-memory-region
 device acpi-ged ?ged
  acpi-ged-regs*1 memory-region
  acpi-ged*1 memory-region
  acpi-mem-hotplug*1 memory-region ?slots
  memhp~container*1 memory-region
 device pl061 ?gpio
  pl061*1 memory-region
  unnamed-gpio-in*8 irq
 device gpio-key ?gpio
  unnamed-gpio-in*1 irq
 device pl061 ?secure
  pl061*1 memory-region
  unnamed-gpio-in*8 irq
 device gpio-pwr ?secure
  reset*1 irq
  shutdown*1 irq
${TRANSPORTS}
 device platform-bus-device
  platform~bus*1 memory-region
 io*1 memory-region
 sysbus System
 system*1 memory-region
 virt.secure-ram*1 memory-region ?secure
virt.flash0 cfi.pflash01
 virt.flash0*1 memory-region
virt.flash1 cfi.pflash01
 virt.flash1*1 memory-region
`;
