/**
 * Device types of QEMU 7.2, apart from CPUs: those that a user may create, by the bus that they sit on (`-`: none), and
 * those that only the machine makes. `!`: not while it runs.
 */
const BY_BUS: Readonly<Record<string, string>> = {
  PCI: `
    cxl-downstream !cxl-rp cxl-upstream i82801b11-bridge ioh3420 pci-bridge pci-bridge-seat pcie-pci-bridge
    pcie-root-port !pxb !pxb-cxl !pxb-pcie !vfio-pci-igd-lpc-bridge x3130-upstream xio3130-downstream
    !ich9-usb-ehci1 !ich9-usb-ehci2 !ich9-usb-uhci1 !ich9-usb-uhci2 !ich9-usb-uhci3 !ich9-usb-uhci4
    !ich9-usb-uhci5 !ich9-usb-uhci6 nec-usb-xhci !pci-ohci piix3-usb-uhci piix4-usb-uhci qemu-xhci usb-ehci
    am53c974 cxl-type3 dc390 ich9-ahci lsi53c810 lsi53c895a megasas megasas-gen2 mptsas1068 nvme !piix3-ide
    !piix4-ide pvscsi sdhci-pci vhost-scsi-pci vhost-scsi-pci-non-transitional vhost-scsi-pci-transitional
    vhost-user-blk-pci vhost-user-blk-pci-non-transitional vhost-user-blk-pci-transitional vhost-user-fs-pci
    vhost-user-scsi-pci vhost-user-scsi-pci-non-transitional vhost-user-scsi-pci-transitional virtio-9p-pci
    virtio-9p-pci-non-transitional virtio-9p-pci-transitional virtio-blk-pci virtio-blk-pci-non-transitional
    virtio-blk-pci-transitional virtio-scsi-pci virtio-scsi-pci-non-transitional virtio-scsi-pci-transitional
    e1000 e1000-82544gc e1000-82545em e1000e i82550 i82551 i82557a i82557b i82557c i82558a i82558b i82559a
    i82559b i82559c i82559er i82562 i82801 ne2k_pci pcnet pvrdma rocker rtl8139 tulip virtio-net-pci
    virtio-net-pci-non-transitional virtio-net-pci-transitional vmxnet3 pci-serial pci-serial-2x pci-serial-4x
    tpci200 vhost-user-gpio-pci vhost-user-i2c-pci vhost-user-input-pci vhost-user-rng-pci virtio-input-host-pci
    virtio-keyboard-pci virtio-mouse-pci virtio-serial-pci virtio-serial-pci-non-transitional
    virtio-serial-pci-transitional virtio-tablet-pci !ati-vga bochs-display !cirrus-vga qxl !qxl-vga
    secondary-vga !VGA !vhost-user-gpu-pci !vhost-user-vga !virtio-gpu-gl-pci !virtio-gpu-pci !virtio-vga
    !virtio-vga-gl !vmware-svga AC97 ES1370 ich9-intel-hda intel-hda !acpi-erst AMDVI-PCI ctucan_pci edu
    ivshmem-doorbell ivshmem-plain kvaser_pci mioe3680_pci pci-testdev pcm3680_pci pvpanic-pci vfio-pci
    !vfio-pci-nohotplug vhost-user-vsock-pci vhost-user-vsock-pci-non-transitional vhost-vsock-pci
    vhost-vsock-pci-non-transitional virtio-balloon-pci virtio-balloon-pci-non-transitional
    virtio-balloon-pci-transitional virtio-crypto-pci !virtio-iommu-pci virtio-mem-pci virtio-pmem-pci
    virtio-rng-pci virtio-rng-pci-non-transitional virtio-rng-pci-transitional i6300esb pci-ipmi-bt pci-ipmi-kcs
    x-pci-proxy-dev
  `,
  'virtio-bus': `
    vhost-scsi vhost-user-blk vhost-user-fs-device vhost-user-scsi virtio-9p-device virtio-blk-device
    virtio-pmem virtio-scsi-device virtio-net-device vhost-user-gpio-device vhost-user-i2c-device
    vhost-user-input vhost-user-rng virtio-input-host-device virtio-keyboard-device virtio-mouse-device
    virtio-serial-device virtio-tablet-device !vhost-user-gpu !virtio-gpu-device vhost-user-vsock-device
    vhost-vsock-device virtio-balloon-device virtio-crypto-device virtio-iommu-device virtio-mem
    virtio-rng-device
  `,
  ISA: `
    isa-fdc isa-ide ne2k_isa i8042 isa-parallel isa-serial vmmouse isa-cirrus-vga isa-vga sga adlib cs4231a gus
    sb16 hyperv-testdev isa-applesmc isa-debug-exit isa-debugcon mc146818rtc pc-testdev pvpanic tpm-tis ib700
    isa-ipmi-bt isa-ipmi-kcs
  `,
  'usb-bus': `
    usb-host usb-hub usb-bot usb-mtp usb-storage usb-uas usb-net usb-braille usb-ccid usb-kbd usb-mouse
    usb-serial usb-tablet usb-wacom-tablet usb-audio u2f-passthru usb-redir
  `,
  '-': `
    nvdimm !nvme-subsys guest-loader hv-syndbg loader tpm-crb !vmcoreinfo !vmgenid !ipmi-bmc-extern
    !ipmi-bmc-sim pc-dimm
  `,
  SCSI: `
    scsi-block scsi-cd scsi-generic scsi-hd
  `,
  System: `
    vmbus-bridge ramfb !amd-iommu !intel-iommu
  `,
  HDA: `
    hda-duplex hda-micro hda-output
  `,
  IDE: `
    ide-cd ide-hd
  `,
  'ccid-bus': `
    ccid-card-emulated ccid-card-passthru
  `,
  'i2c-bus': `
    i2c-ddc smbus-ipmi
  `,
  'virtio-serial-bus': `
    virtconsole virtserialport
  `,
  IndustryPack: `
    ipoctal232
  `,
  'floppy-bus': `
    floppy
  `,
  'nvme-bus': `
    nvme-ns
  `,
  'sd-bus': `
    sd-card
  `,
};

export interface DeviceModel {
  /** Type of its bus; undefined: none. */
  readonly bus: string | undefined;
  readonly hotpluggable: boolean;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

export const DEVICE_MODELS: ReadonlyMap<string, DeviceModel> = new Map(
  Object.entries(BY_BUS).flatMap(([bus, names]) =>
    words(names).map((name): [string, DeviceModel] => [
      name.replace('!', ''),
      { bus: bus === '-' ? undefined : bus, hotpluggable: !name.startsWith('!') },
    ]),
  ),
);

/** Other names of some. */
export const DEVICE_ALIASES: Readonly<Record<string, string>> = {
  ahci: 'ich9-ahci',
  lsi: 'lsi53c895a',
  'virtio-9p': 'virtio-9p-pci',
  'virtio-blk': 'virtio-blk-pci',
  'virtio-scsi': 'virtio-scsi-pci',
  'e1000-82540em': 'e1000',
  'virtio-net': 'virtio-net-pci',
  'virtio-input-host': 'virtio-input-host-pci',
  'virtio-keyboard': 'virtio-keyboard-pci',
  'virtio-mouse': 'virtio-mouse-pci',
  'virtio-serial': 'virtio-serial-pci',
  'virtio-tablet': 'virtio-tablet-pci',
  'virtio-gpu-gl': 'virtio-gpu-gl-pci',
  'virtio-gpu': 'virtio-gpu-pci',
  ac97: 'AC97',
  es1370: 'ES1370',
  'virtio-balloon': 'virtio-balloon-pci',
  'virtio-iommu': 'virtio-iommu-pci',
  'virtio-rng': 'virtio-rng-pci',
};

/** Types that no user may create. */
export const INTERNAL_DEVICES: ReadonlySet<string> = new Set(
  words(`
    ICH9-LPC ICH9-SMB PIIX3 PIIX3-xen PIIX4_PM acpi-ged acpi-ged-x86 apic base-xhci cfi.pflash01 cpu-cluster esp
    fw_cfg_io fw_cfg_mem generic-sdhci gpex-pcihost gpex-root gpio_i2c hpet hyperv-synic i440FX i440FX-pcihost
    i8042-mmio i8257 imx-usdhc imx.usbphy ioapic isa-i8259 isa-pcspk isa-pit isabus-bridge kvm-apic kvm-i8259
    kvm-ioapic kvm-pit kvmclock kvmvapic mch migration port92 ps2-kbd ps2-mouse pxb-cxl-host pxb-host
    q35-pcihost remote-pcihost s3c-sdhci serial serial-mm sgx-epc smbus-eeprom sysbus-ahci sysbus-esp
    sysbus-ohci sysbus-xhci virtio-gpu-gl-device virtio-mmio vmport
  `),
);

export const ABSTRACT_DEVICES: ReadonlySet<string> = new Set(
  words(`
    apic-common base-pci-bridge ccid-card cpu cpu-core device e1000-base fw_cfg hda-audio hda-codec i2c-slave
    ide-device intel-hda-generic ioapic-common ipack-device ipmi-bmc isa-device ivshmem-common megasas-base
    pci-device pci-ehci-usb pci-host-bridge pci-ide pci-piix3 pci-qxl pci-uhci-usb pci-vga pci-xhci
    pcie-host-bridge pcie-port pcie-root-port-base pcie-slot pic-common pit-common ps2-device scsi-device
    scsi-disk-base smbus-device sys-bus-device u2f-key usb-device usb-hid usb-serial-dev usb-storage-dev
    vhost-scsi-common vhost-scsi-pci-base vhost-user-blk-pci-base vhost-user-fs-pci-base
    vhost-user-gpio-pci-base vhost-user-gpu-pci-base-type vhost-user-i2c-pci-base vhost-user-input-pci-base-type
    vhost-user-rng-pci-base vhost-user-scsi-pci-base vhost-user-vga-base-type vhost-user-vsock-pci-base
    vhost-vsock-common vhost-vsock-pci-base virtio-9p-pci-base virtio-balloon-pci-base virtio-blk-pci-base
    virtio-crypto-pci-base-type virtio-device virtio-gpu-base virtio-gpu-gl-pci-base-type virtio-gpu-pci-base
    virtio-gpu-pci-base-type virtio-input-device virtio-input-hid-device virtio-input-hid-pci
    virtio-input-host-pci-base-type virtio-input-pci virtio-iommu-pci-base-type virtio-keyboard-pci-base-type
    virtio-mem-pci-base virtio-mouse-pci-base-type virtio-net-pci-base virtio-pci virtio-pmem-pci-base
    virtio-rng-pci-base virtio-scsi-common virtio-scsi-pci-base virtio-serial-pci-base virtio-serial-port
    virtio-tablet-pci-base-type virtio-vga-base virtio-vga-base-type virtio-vga-gl-base-type vmbus-dev x86-iommu
    x86_64-cpu
  `),
);
