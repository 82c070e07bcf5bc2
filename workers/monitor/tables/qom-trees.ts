/**
 * The tree of /machine of each PC of QEMU 7.2, in short: indented by level, `NAME TYPE ?when` (there when the machine
 * has it); `NAME*3` stands for NAME[0] to NAME[2], `~` for a blank, `device` for the next device[…] of
 * /machine/unattached, behind the vCPUs.
 */
export const QOM_TREES = {
  none: `
peripheral container
peripheral-anon container
unattached container
 io*1 memory-region
 sysbus System
 system*1 memory-region
`,
  q35: `
device-memory[0] memory-region ?memory
fw_cfg fw_cfg_io
 \\x2from@etc\\x2facpi\\x2frsdp*1 memory-region
 \\x2from@etc\\x2facpi\\x2ftables*1 memory-region
 \\x2from@etc\\x2ftable-loader*1 memory-region
 fwcfg.dma*1 memory-region
 fwcfg*1 memory-region
peripheral container
peripheral-anon container
q35 q35-pcihost
 ioapic ioapic
  ioapic*1 memory-region
  unnamed-gpio-in*24 irq
 mch mch
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  pam-pci*26 memory-region
  pam-ram*13 memory-region
  pam-rom*13 memory-region
  smbase-blackhole*1 memory-region
  smbase-window*1 memory-region
  smram-high*1 memory-region
  smram-low*1 memory-region
  smram-open-high*1 memory-region
  smram-region*1 memory-region
  smram*1 memory-region
  tseg-blackhole*1 memory-region
  tseg-window*1 memory-region
 pci-conf-data*1 memory-region
 pci-conf-idx*1 memory-region
 pcie-mmcfg-mmio*1 memory-region
 pcie.0 PCIE
unattached container
 device kvmvapic
  kvmvapic*1 memory-region
  kvmvapic-rom*1 memory-region ?ran
 device ICH9-LPC
  acpi-cnt*1 memory-region
  acpi-cpu-hotplug*1 memory-region
  acpi-evt*1 memory-region
  acpi-gpe0*1 memory-region
  acpi-mem-hotplug*1 memory-region ?slots
  acpi-pci-hotplug*1 memory-region
  acpi-smi*1 memory-region
  acpi-tmr*1 memory-region
  apm-io*1 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  ich9-pm*1 memory-region
  isa.0 ISA
  lpc-rcrb-mmio*1 memory-region
  lpc-reset-control*1 memory-region
  sm-tco*1 memory-region
 device i8257
  dma-chan*1 memory-region
  dma-cont*1 memory-region
  dma-page*2 memory-region
 device i8257
  dma-chan*1 memory-region
  dma-cont*1 memory-region
  dma-page*2 memory-region
 device isa-i8259
  elcr*1 memory-region
  pic*1 memory-region
  unnamed-gpio-in*8 irq
 device isa-i8259
  elcr*1 memory-region
  pic*1 memory-region
  unnamed-gpio-in*8 irq
 device hpet ?hpet
  hpet*1 memory-region
  unnamed-gpio-in*2 irq
 device mc146818rtc
  rtc-index*1 memory-region
  rtc*1 memory-region
 device isa-pit ?pit
  pit*1 memory-region
  unnamed-gpio-in*1 irq
 device isa-pcspk ?pit
  pcspk*1 memory-region
 device isa-serial ?serial
  serial serial
  serial*1 memory-region
 device isa-parallel ?parallel
  parallel*1 memory-region
 device i8042 ?i8042
  i8042-cmd*1 memory-region
  i8042-data*1 memory-region
  ps2-kbd-input-irq*1 irq
  ps2-mouse-input-irq*1 irq
  ps2kbd ps2-kbd
  ps2mouse ps2-mouse
 device vmport ?vmport
  vmport*1 memory-region
 device vmmouse ?vmmouse
 device port92 ?i8042
  port92*1 memory-region
 device ich9-ahci ?sata
  ahci-idp*1 memory-region
  ahci*1 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  ide.0 IDE
  ide.1 IDE
  ide.2 IDE
  ide.3 IDE
  ide.4 IDE
  ide.5 IDE
 device ide-cd ?cdrom
 device ICH9-SMB ?smbus
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  i2c i2c-bus
  pm-smbus*1 memory-region
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device VGA ?vga
  bochs~dispi~interface*1 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  edid*1 memory-region
  qemu~extended~regs*1 memory-region
  vbe*1 memory-region
  vga~ioports~remapped*1 memory-region
  vga-lowmem*1 memory-region
  vga.mmio*1 memory-region
  vga.rom*1 memory-region
  vga.vram*1 memory-region
  vga*5 memory-region
 device e1000e ?nic
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  e1000e-flash*1 memory-region
  e1000e-io*1 memory-region
  e1000e-mmio*1 memory-region
  e1000e-msix*1 memory-region
  e1000e.rom*1 memory-region
  msix-pba*1 memory-region
  msix-table*1 memory-region
 io*1 memory-region
 ioport80*1 memory-region
 ioportF0*1 memory-region
 isa-bios*1 memory-region
 non-qdev-gpio*27 irq
 pc.bios*1 memory-region
 pc.rom*1 memory-region
 pci*1 memory-region
 ram-above-4g*1 memory-region ?high
 ram-below-4g*1 memory-region
 sysbus System
 system*1 memory-region
`,
  pc: `
device-memory[0] memory-region ?memory
fw_cfg fw_cfg_io
 \\x2from@etc\\x2facpi\\x2frsdp*1 memory-region
 \\x2from@etc\\x2facpi\\x2ftables*1 memory-region
 \\x2from@etc\\x2ftable-loader*1 memory-region
 fwcfg.dma*1 memory-region
 fwcfg*1 memory-region
i440fx i440FX-pcihost
 ioapic ioapic
  ioapic*1 memory-region
  unnamed-gpio-in*24 irq
 pam-pci*26 memory-region
 pam-ram*13 memory-region
 pam-rom*13 memory-region
 pci-conf-data*1 memory-region
 pci-conf-idx*1 memory-region
 pci.0 PCI
peripheral container
peripheral-anon container
unattached container
 device kvmvapic
  kvmvapic*1 memory-region
  kvmvapic-rom*1 memory-region ?ran
 device i440FX
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  smram-low*1 memory-region
  smram-region*1 memory-region
  smram*1 memory-region
 device PIIX3
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  isa.0 ISA
  piix3-reset-control*1 memory-region
 device i8257
  dma-chan*1 memory-region
  dma-cont*1 memory-region
  dma-page*2 memory-region
 device i8257
  dma-chan*1 memory-region
  dma-cont*1 memory-region
  dma-page*2 memory-region
 device isa-i8259
  elcr*1 memory-region
  pic*1 memory-region
  unnamed-gpio-in*8 irq
 device isa-i8259
  elcr*1 memory-region
  pic*1 memory-region
  unnamed-gpio-in*8 irq
 device VGA ?vga
  bochs~dispi~interface*1 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  edid*1 memory-region
  qemu~extended~regs*1 memory-region
  vbe*1 memory-region
  vga~ioports~remapped*1 memory-region
  vga-lowmem*1 memory-region
  vga.mmio*1 memory-region
  vga.rom*1 memory-region
  vga.vram*1 memory-region
  vga*5 memory-region
 device hpet ?hpet
  hpet*1 memory-region
  unnamed-gpio-in*2 irq
 device mc146818rtc
  rtc-index*1 memory-region
  rtc*1 memory-region
 device isa-pit ?pit
  pit*1 memory-region
  unnamed-gpio-in*1 irq
 device isa-pcspk ?pit
  pcspk*1 memory-region
 device isa-serial ?serial
  serial serial
  serial*1 memory-region
 device isa-parallel ?parallel
  parallel*1 memory-region
 device isa-fdc ?fdc
  fdc*2 memory-region
  floppy-bus.0 floppy-bus
 device floppy ?floppy
 device i8042 ?i8042
  i8042-cmd*1 memory-region
  i8042-data*1 memory-region
  ps2-kbd-input-irq*1 irq
  ps2-mouse-input-irq*1 irq
  ps2kbd ps2-kbd
  ps2mouse ps2-mouse
 device vmport ?vmport
  vmport*1 memory-region
 device vmmouse ?vmmouse
 device port92 ?i8042
  port92*1 memory-region
 device e1000 ?nic
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  e1000-io*1 memory-region
  e1000-mmio*1 memory-region
  e1000.rom*1 memory-region
 device piix3-ide
  bmdma*2 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  ide.0 IDE
  ide.1 IDE
  piix-bmdma-container*1 memory-region
  piix-bmdma*2 memory-region
 device ide-cd ?cdrom
 device PIIX4_PM
  acpi-cnt*1 memory-region
  acpi-cpu-hotplug*1 memory-region
  acpi-evt*1 memory-region
  acpi-gpe0*1 memory-region
  acpi-mem-hotplug*1 memory-region ?slots
  acpi-pci-hotplug*1 memory-region
  acpi-tmr*1 memory-region
  apm-io*1 memory-region
  bus~master~container*1 memory-region
  bus~master*1 memory-region
  i2c i2c-bus
  piix4-pm*1 memory-region
  pm-smbus*1 memory-region
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 device smbus-eeprom
 ide*4 memory-region
 io*1 memory-region
 ioport80*1 memory-region
 ioportF0*1 memory-region
 isa-bios*1 memory-region
 non-qdev-gpio*28 irq
 pc.bios*1 memory-region
 pc.rom*1 memory-region
 pci*1 memory-region
 ram-above-4g*1 memory-region ?high
 ram-below-4g*1 memory-region
 sysbus System
 system*1 memory-region
`,
} as const;
