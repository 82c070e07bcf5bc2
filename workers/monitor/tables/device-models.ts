/** Device types that QEMU 7.2 lets a user create (`-device help`), apart from CPUs. */
export const DEVICE_MODELS: ReadonlySet<string> = new Set(
  `
  cxl-downstream cxl-rp cxl-upstream i82801b11-bridge ioh3420 pci-bridge pci-bridge-seat pcie-pci-bridge
  pcie-root-port pxb pxb-cxl pxb-pcie usb-host usb-hub vfio-pci-igd-lpc-bridge vmbus-bridge x3130-upstream
  xio3130-downstream ich9-usb-ehci1 ich9-usb-ehci2 ich9-usb-uhci1 ich9-usb-uhci2 ich9-usb-uhci3 ich9-usb-uhci4
  ich9-usb-uhci5 ich9-usb-uhci6 nec-usb-xhci pci-ohci piix3-usb-uhci piix4-usb-uhci qemu-xhci usb-ehci am53c974
  cxl-type3 dc390 floppy ich9-ahci ide-cd ide-hd isa-fdc isa-ide lsi53c810 lsi53c895a megasas megasas-gen2
  mptsas1068 nvdimm nvme nvme-ns nvme-subsys piix3-ide piix4-ide pvscsi scsi-block scsi-cd scsi-generic scsi-hd
  sd-card sdhci-pci usb-bot usb-mtp usb-storage usb-uas vhost-scsi vhost-scsi-pci
  vhost-scsi-pci-non-transitional vhost-scsi-pci-transitional vhost-user-blk vhost-user-blk-pci
  vhost-user-blk-pci-non-transitional vhost-user-blk-pci-transitional vhost-user-fs-device vhost-user-fs-pci
  vhost-user-scsi vhost-user-scsi-pci vhost-user-scsi-pci-non-transitional vhost-user-scsi-pci-transitional
  virtio-9p-device virtio-9p-pci virtio-9p-pci-non-transitional virtio-9p-pci-transitional virtio-blk-device
  virtio-blk-pci virtio-blk-pci-non-transitional virtio-blk-pci-transitional virtio-pmem virtio-scsi-device
  virtio-scsi-pci virtio-scsi-pci-non-transitional virtio-scsi-pci-transitional e1000 e1000-82544gc
  e1000-82545em e1000e i82550 i82551 i82557a i82557b i82557c i82558a i82558b i82559a i82559b i82559c i82559er
  i82562 i82801 ne2k_isa ne2k_pci pcnet pvrdma rocker rtl8139 tulip usb-net virtio-net-device virtio-net-pci
  virtio-net-pci-non-transitional virtio-net-pci-transitional vmxnet3 ccid-card-emulated ccid-card-passthru
  i8042 ipoctal232 isa-parallel isa-serial pci-serial pci-serial-2x pci-serial-4x tpci200 usb-braille usb-ccid
  usb-kbd usb-mouse usb-serial usb-tablet usb-wacom-tablet vhost-user-gpio-device vhost-user-gpio-pci
  vhost-user-i2c-device vhost-user-i2c-pci vhost-user-input vhost-user-input-pci vhost-user-rng
  vhost-user-rng-pci virtconsole virtio-input-host-device virtio-input-host-pci virtio-keyboard-device
  virtio-keyboard-pci virtio-mouse-device virtio-mouse-pci virtio-serial-device virtio-serial-pci
  virtio-serial-pci-non-transitional virtio-serial-pci-transitional virtio-tablet-device virtio-tablet-pci
  virtserialport vmmouse ati-vga bochs-display cirrus-vga isa-cirrus-vga isa-vga qxl qxl-vga ramfb secondary-vga
  sga VGA vhost-user-gpu vhost-user-gpu-pci vhost-user-vga virtio-gpu-device virtio-gpu-gl-pci virtio-gpu-pci
  virtio-vga virtio-vga-gl vmware-svga AC97 adlib cs4231a ES1370 gus hda-duplex hda-micro hda-output
  ich9-intel-hda intel-hda sb16 usb-audio acpi-erst amd-iommu AMDVI-PCI ctucan_pci edu guest-loader hv-syndbg
  hyperv-testdev i2c-ddc intel-iommu isa-applesmc isa-debug-exit isa-debugcon ivshmem-doorbell ivshmem-plain
  kvaser_pci loader mc146818rtc mioe3680_pci pc-testdev pci-testdev pcm3680_pci pvpanic pvpanic-pci smbus-ipmi
  tpm-crb tpm-tis u2f-passthru usb-redir vfio-pci vfio-pci-nohotplug vhost-user-vsock-device
  vhost-user-vsock-pci vhost-user-vsock-pci-non-transitional vhost-vsock-device vhost-vsock-pci
  vhost-vsock-pci-non-transitional virtio-balloon-device virtio-balloon-pci virtio-balloon-pci-non-transitional
  virtio-balloon-pci-transitional virtio-crypto-device virtio-crypto-pci virtio-iommu-device virtio-iommu-pci
  virtio-mem virtio-mem-pci virtio-pmem-pci virtio-rng-device virtio-rng-pci virtio-rng-pci-non-transitional
  virtio-rng-pci-transitional vmcoreinfo vmgenid i6300esb ib700 ipmi-bmc-extern ipmi-bmc-sim isa-ipmi-bt
  isa-ipmi-kcs pc-dimm pci-ipmi-bt pci-ipmi-kcs x-pci-proxy-dev
`
    .trim()
    .split(/\s+/),
);
