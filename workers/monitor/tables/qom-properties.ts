/**
 * Properties of the devices and buses that a PC of QEMU 7.2 has from the beginning, by type, in the order in which
 * qom-list tells them (`NAME:TYPE=VALUE`, `~` for a blank). A value is JSON, or `@TYPE/PART` for the path of the one
 * object of a type; `PC|Q35` where the two boards differ; none: it depends on more than the board. What a machine
 * happens not to have (`acpi-mem-hotplug[0]` without slots) is listed all the same. Buses' own links to their devices are left
 * out: they follow from the tree.
 */
export const QOM_PROPERTIES: Readonly<Record<string, string>> = {
  'ICH9-LPC': `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="" addr:int32=248 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true
    rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=true legacy-addr:str="1f.0"
    x-smi-cpu-hotplug:bool=true x-smi-cpu-hotunplug:bool=true smm-compat:bool=false noreboot:bool=true
    x-smi-broadcast:bool=true acpi-mem-hotplug[0]:child<memory-region> lpc-rcrb-mmio[0]:child<memory-region>
    acpi-pci-hotplug-with-bridge-support:bool=true gsi[12]:link<irq>="/machine/unattached/non-qdev-gpio[12]"
    acpi-smi[0]:child<memory-region> gsi[16]:link<irq>="/machine/unattached/non-qdev-gpio[16]"
    gsi[13]:link<irq>="/machine/unattached/non-qdev-gpio[13]" sm-tco[0]:child<memory-region>
    acpi-pci-hotplug[0]:child<memory-region> gsi[14]:link<irq>="/machine/unattached/non-qdev-gpio[14]"
    disable_s4:uint8=0 gsi[18]:link<irq>="/machine/unattached/non-qdev-gpio[18]"
    gsi[15]:link<irq>="/machine/unattached/non-qdev-gpio[15]" sci_int:uint8=9 acpi_disable_cmd:uint8=3
    acpi-cpu-hotplug[0]:child<memory-region> gsi[17]:link<irq>="/machine/unattached/non-qdev-gpio[17]"
    pm_io_base:uint32 disable_s3:uint8=0 gsi[23]:link<irq>="/machine/unattached/non-qdev-gpio[23]"
    gsi[19]:link<irq>="/machine/unattached/non-qdev-gpio[19]" s4_val:uint8=2 enable_tco:bool=true
    ich9-pm[0]:child<memory-region> bus~master[0]:child<memory-region> bus~master~container[0]:child<memory-region>
    gsi[22]:link<irq>="/machine/unattached/non-qdev-gpio[22]" gsi[0]:link<irq>="/machine/unattached/non-qdev-gpio[0]"
    x-smi-negotiated-features:uint64=0 gsi[20]:link<irq>="/machine/unattached/non-qdev-gpio[20]"
    gsi[1]:link<irq>="/machine/unattached/non-qdev-gpio[1]" gpe0_blk:uint32
    gsi[21]:link<irq>="/machine/unattached/non-qdev-gpio[21]" gsi[2]:link<irq>="/machine/unattached/non-qdev-gpio[2]"
    acpi-pcihp-io-base:uint16=3264 x-keep-pci-slot-hpc:bool=true
    gsi[3]:link<irq>="/machine/unattached/non-qdev-gpio[3]" gpe0_blk_len:uint32=16 memory-hotplug-support:bool=true
    gsi[4]:link<irq>="/machine/unattached/non-qdev-gpio[4]" acpi-pcihp-io-len:uint16=24 acpi_enable_cmd:uint8=2
    gsi[5]:link<irq>="/machine/unattached/non-qdev-gpio[5]" acpi-cnt[0]:child<memory-region>
    acpi-tmr[0]:child<memory-region> gsi[6]:link<irq>="/machine/unattached/non-qdev-gpio[6]" isa.0:child<ISA>
    cpu-hotplug-legacy:bool=true gsi[7]:link<irq>="/machine/unattached/non-qdev-gpio[7]"
    lpc-reset-control[0]:child<memory-region> acpi-evt[0]:child<memory-region>
    gsi[8]:link<irq>="/machine/unattached/non-qdev-gpio[8]" apm-io[0]:child<memory-region>
    gsi[10]:link<irq>="/machine/unattached/non-qdev-gpio[10]" gsi[9]:link<irq>="/machine/unattached/non-qdev-gpio[9]"
    acpi-gpe0[0]:child<memory-region> gsi[11]:link<irq>="/machine/unattached/non-qdev-gpio[11]"
  `,
  'ICH9-SMB': `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="" addr:int32=251 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true
    rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=true legacy-addr:str="1f.3"
    bus~master[0]:child<memory-region> i2c:child<i2c-bus> bus~master~container[0]:child<memory-region>
    pm-smbus[0]:child<memory-region>
  `,
  IDE: `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
  ISA: `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
  PCI: `
    realized:bool=true acpi-pcihp-bsel:uint32=0 hotplug-handler:link<hotplug-handler>=@PIIX4_PM
  `,
  PCIE: `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
  PIIX3: `
    parent_bus:link<bus>=@PCI realized:bool=true hotplugged:bool=false hotpluggable:bool=false failover_pair_id:str=""
    romfile:str="" addr:int32=8 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true rombar:uint32=1
    x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=true legacy-addr:str="01.0"
    piix3-reset-control[0]:child<memory-region> isa.0:child<ISA> bus~master~container[0]:child<memory-region>
    bus~master[0]:child<memory-region>
  `,
  PIIX4_PM: `
    parent_bus:link<bus>=@PCI realized:bool=true hotplugged:bool=false hotpluggable:bool=false failover_pair_id:str=""
    romfile:str="" addr:int32=11 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true rombar:uint32=1
    x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="01.3"
    acpi-pci-hotplug-with-bridge-support:bool=true smb_io_base:uint32 disable_s3:uint8=0
    acpi-root-pci-hotplug:bool=true smm-enabled:bool=true disable_s4:uint8=0 memory-hotplug-support:bool=true
    smm-compat:bool=false x-not-migrate-acpi-index:bool=false s4_val:uint8=2 pm-smbus[0]:child<memory-region>
    acpi_enable_cmd:uint8=241 acpi-tmr[0]:child<memory-region> acpi-mem-hotplug[0]:child<memory-region>
    acpi-pcihp-io-len:uint16=24 acpi-cpu-hotplug[0]:child<memory-region> i2c:child<i2c-bus> sci_int:uint16=9
    acpi-pcihp-io-base:uint16=44544 acpi-pci-hotplug[0]:child<memory-region>
    bus~master~container[0]:child<memory-region> acpi-cnt[0]:child<memory-region> acpi-evt[0]:child<memory-region>
    piix4-pm[0]:child<memory-region> gpe0_blk_len:uint32=4 acpi-gpe0[0]:child<memory-region> gpe0_blk:uint32=45024
    smi-irq[0]:link<irq>="/machine/unattached/non-qdev-gpio[27]"
    unnamed-gpio-out[0]:link<irq>="/machine/unattached/non-qdev-gpio[10]" apm-io[0]:child<memory-region>
    acpi_disable_cmd:uint8=240 bus~master[0]:child<memory-region> cpu-hotplug-legacy:bool=true pm_io_base:uint32
  `,
  System: `
    realized:bool=false hotplug-handler:link<hotplug-handler>=""
  `,
  VGA: `
    parent_bus:link<bus>=@PCI|@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="vgabios-stdvga.bin" addr:int32=16|8 romsize:uint32=65536
    x-pcie-lnksta-dllla:bool=true rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0
    multifunction:bool=false legacy-addr:str="02.0"|"01.0" refresh_rate:uint32=0 global-vmstate:bool=false
    big-endian-framebuffer:bool=false vgamem_mb:uint32=16 qemu-extended-regs:bool=true mmio:bool=true ymax:uint32=0
    yres:uint32=800 xmax:uint32=0 edid:bool=true xres:uint32=1280 vga[0]:child<memory-region>
    vga.mmio[0]:child<memory-region> vbe[0]:child<memory-region> vga[4]:child<memory-region>
    vga-lowmem[0]:child<memory-region> bus~master[0]:child<memory-region> vga[1]:child<memory-region>
    bus~master~container[0]:child<memory-region> bochs~dispi~interface[0]:child<memory-region>
    vga~ioports~remapped[0]:child<memory-region> vga.rom[0]:child<memory-region> vga[2]:child<memory-region>
    qemu~extended~regs[0]:child<memory-region> vga.vram[0]:child<memory-region> edid[0]:child<memory-region>
    vga[3]:child<memory-region>
  `,
  e1000: `
    parent_bus:link<bus>=@PCI realized:bool=true hotplugged:bool=false hotpluggable:bool=true failover_pair_id:str=""
    romfile:str="efi-e1000.rom" addr:int32=24 romsize:uint32=262144 x-pcie-lnksta-dllla:bool=true rombar:uint32=1
    x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="03.0"
    init-vet:bool=true mitigation:bool=true netdev:str="hub0port0" autonegotiation:bool=true
    extra_mac_registers:bool=true migrate_tso_props:bool=true mac:str="52:54:00:12:34:56"
    bus~master[0]:child<memory-region> e1000.rom[0]:child<memory-region> bootindex:int32=-1
    bus~master~container[0]:child<memory-region> e1000-mmio[0]:child<memory-region> e1000-io[0]:child<memory-region>
  `,
  e1000e: `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="efi-e1000e.rom" addr:int32=16 romsize:uint32=262144
    x-pcie-lnksta-dllla:bool=true rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0
    multifunction:bool=false legacy-addr:str="02.0" subsys:uint16=0 subsys_ven:uint16=32902 netdev:str="hub0port0"
    init-vet:bool=true disable_vnet_hdr:uint8=0 mac:str="52:54:00:12:34:56"
    bus~master~container[0]:child<memory-region> e1000e-mmio[0]:child<memory-region>
    e1000e-msix[0]:child<memory-region> msix-table[0]:child<memory-region> bus~master[0]:child<memory-region>
    e1000e.rom[0]:child<memory-region> bootindex:int32=-1 e1000e-flash[0]:child<memory-region>
    msix-pba[0]:child<memory-region> e1000e-io[0]:child<memory-region>
  `,
  floppy: `
    parent_bus:link<bus>=@floppy-bus realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    drive-type:FdcDriveType="288" min_io_size:size=0 backend_defaults:OnOffAuto="auto"
    account-invalid:OnOffAuto="auto" share-rw:bool=false account-failed:OnOffAuto="auto" logical_block_size:size=512
    write-cache:OnOffAuto="auto" opt_io_size:size=0 drive:str="floppy0" unit:uint32=0 physical_block_size:size=512
    discard_granularity:size=4294967295
  `,
  'floppy-bus': `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
  fw_cfg_io: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    acpi-mr-restore:bool=true x-file-slots:uint16=32 dma_enabled:bool=true
    \\x2from@etc\\x2facpi\\x2ftables[0]:child<memory-region> fwcfg.dma[0]:child<memory-region>
    fwcfg[0]:child<memory-region> \\x2from@etc\\x2facpi\\x2frsdp[0]:child<memory-region>
    \\x2from@etc\\x2ftable-loader[0]:child<memory-region>
  `,
  hpet: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false msi:bool=false
    timers:uint8=3 hpet-offset-saved:bool=true hpet-intcap:uint32=4|16711940 sysbus-irq[31]:link<irq>=""
    sysbus-irq[5]:link<irq>="/machine/unattached/non-qdev-gpio[6]"|"/machine/unattached/non-qdev-gpio[5]"
    sysbus-irq[16]:link<irq>="/machine/unattached/non-qdev-gpio[17]"|"/machine/unattached/non-qdev-gpio[16]"
    sysbus-irq[17]:link<irq>="/machine/unattached/non-qdev-gpio[18]"|"/machine/unattached/non-qdev-gpio[17]"
    sysbus-irq[6]:link<irq>="/machine/unattached/non-qdev-gpio[7]"|"/machine/unattached/non-qdev-gpio[6]"
    sysbus-irq[7]:link<irq>="/machine/unattached/non-qdev-gpio[8]"|"/machine/unattached/non-qdev-gpio[7]"
    sysbus-irq[18]:link<irq>="/machine/unattached/non-qdev-gpio[19]"|"/machine/unattached/non-qdev-gpio[18]"
    sysbus-irq[8]:link<irq>="/machine/unattached/non-qdev-gpio[9]"|"/machine/unattached/non-qdev-gpio[8]"
    sysbus-irq[19]:link<irq>="/machine/unattached/non-qdev-gpio[20]"|"/machine/unattached/non-qdev-gpio[19]"
    sysbus-irq[9]:link<irq>="/machine/unattached/non-qdev-gpio[10]"|"/machine/unattached/non-qdev-gpio[9]"
    unnamed-gpio-in[0]:child<irq> unnamed-gpio-in[1]:child<irq>
    sysbus-irq[20]:link<irq>="/machine/unattached/non-qdev-gpio[21]"|"/machine/unattached/non-qdev-gpio[20]"
    sysbus-irq[21]:link<irq>="/machine/unattached/non-qdev-gpio[22]"|"/machine/unattached/non-qdev-gpio[21]"
    sysbus-irq[22]:link<irq>="/machine/unattached/non-qdev-gpio[23]"|"/machine/unattached/non-qdev-gpio[22]"
    sysbus-irq[23]:link<irq>="/machine/unattached/non-qdev-gpio[24]"|"/machine/unattached/non-qdev-gpio[23]"
    sysbus-irq[24]:link<irq>="" sysbus-irq[25]:link<irq>="" sysbus-irq[30]:link<irq>="" sysbus-irq[26]:link<irq>=""
    unnamed-gpio-out[0]:link<irq> sysbus-irq[27]:link<irq>=""
    sysbus-irq[10]:link<irq>="/machine/unattached/non-qdev-gpio[11]"|"/machine/unattached/non-qdev-gpio[10]"
    sysbus-irq[28]:link<irq>="" hpet[0]:child<memory-region>
    sysbus-irq[11]:link<irq>="/machine/unattached/non-qdev-gpio[12]"|"/machine/unattached/non-qdev-gpio[11]"
    sysbus-irq[0]:link<irq>="/machine/unattached/non-qdev-gpio[1]"|"/machine/unattached/non-qdev-gpio[0]"
    sysbus-irq[29]:link<irq>=""
    sysbus-irq[12]:link<irq>="/machine/unattached/non-qdev-gpio[13]"|"/machine/unattached/non-qdev-gpio[12]"
    sysbus-irq[1]:link<irq>="/machine/unattached/non-qdev-gpio[2]"|"/machine/unattached/non-qdev-gpio[1]"
    sysbus-irq[13]:link<irq>="/machine/unattached/non-qdev-gpio[14]"|"/machine/unattached/non-qdev-gpio[13]"
    sysbus-irq[2]:link<irq>="/machine/unattached/non-qdev-gpio[3]"|"/machine/unattached/non-qdev-gpio[2]"
    sysbus-irq[14]:link<irq>="/machine/unattached/non-qdev-gpio[15]"|"/machine/unattached/non-qdev-gpio[14]"
    sysbus-irq[3]:link<irq>="/machine/unattached/non-qdev-gpio[4]"|"/machine/unattached/non-qdev-gpio[3]"
    sysbus-irq[4]:link<irq>="/machine/unattached/non-qdev-gpio[5]"|"/machine/unattached/non-qdev-gpio[4]"
    sysbus-irq[15]:link<irq>="/machine/unattached/non-qdev-gpio[16]"|"/machine/unattached/non-qdev-gpio[15]"
  `,
  'i2c-bus': `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
  i440FX: `
    parent_bus:link<bus>=@PCI realized:bool=true hotplugged:bool=false hotpluggable:bool=false failover_pair_id:str=""
    romfile:str="" addr:int32=0 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true rombar:uint32=1
    x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="00.0"
    smram-low[0]:child<memory-region> smram[0]:child<memory-region> bus~master~container[0]:child<memory-region>
    bus~master[0]:child<memory-region> smram-region[0]:child<memory-region>
  `,
  'i440FX-pcihost': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    bypass-iommu:bool=false x-config-reg-migration-enabled:bool=true pci-hole-end:uint32=4273995776
    pci-hole64-size:size=2147483648 pci-hole64-start:uint64 short_root_bus:uint32=0 pci-hole64-end:uint64
    x-pci-hole64-fix:bool=true pci-hole-start:uint32 pam-pci[12]:child<memory-region> pam-ram[11]:child<memory-region>
    pam-ram[4]:child<memory-region> pam-pci[13]:child<memory-region> pam-ram[12]:child<memory-region>
    pam-ram[5]:child<memory-region> pam-pci[14]:child<memory-region> pam-ram[6]:child<memory-region>
    pam-pci[15]:child<memory-region> pam-ram[7]:child<memory-region> pam-pci[16]:child<memory-region>
    pam-ram[8]:child<memory-region> pam-rom[7]:child<memory-region> pam-pci[17]:child<memory-region>
    pam-pci[24]:child<memory-region> pam-ram[9]:child<memory-region> pam-pci[18]:child<memory-region>
    pam-pci[25]:child<memory-region> pam-pci[19]:child<memory-region> pam-rom[0]:child<memory-region>
    pci-conf-idx[0]:child<memory-region> pam-rom[1]:child<memory-region> pam-pci[0]:child<memory-region>
    pci-conf-data[0]:child<memory-region> pam-rom[2]:child<memory-region> pam-pci[1]:child<memory-region>
    pam-rom[3]:child<memory-region> pam-pci[20]:child<memory-region> pam-pci[2]:child<memory-region>
    pam-rom[4]:child<memory-region> pam-pci[21]:child<memory-region> pam-pci[3]:child<memory-region>
    pam-rom[5]:child<memory-region> pam-pci[22]:child<memory-region> pam-pci[4]:child<memory-region>
    pam-rom[6]:child<memory-region> pam-rom[10]:child<memory-region> pam-pci[5]:child<memory-region> pci.0:child<PCI>
    pam-rom[11]:child<memory-region> pam-pci[6]:child<memory-region> pam-rom[8]:child<memory-region>
    pam-rom[12]:child<memory-region> pam-pci[7]:child<memory-region> pam-rom[9]:child<memory-region>
    pam-pci[23]:child<memory-region> pam-pci[8]:child<memory-region> pam-ram[0]:child<memory-region>
    ioapic:child<ioapic> pam-pci[9]:child<memory-region> pam-ram[1]:child<memory-region>
    pam-pci[10]:child<memory-region> pam-ram[2]:child<memory-region> pam-pci[11]:child<memory-region>
    pam-ram[10]:child<memory-region> pam-ram[3]:child<memory-region>
  `,
  i8042: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false kbd-irq:uint8=1
    mouse-irq:uint8=12 extended-state:bool=true kbd-throttle:bool=false
    a20[0]:link<irq>="/machine/unattached/non-qdev-gpio[25]" ps2kbd:child<ps2-kbd> ps2-mouse-input-irq[0]:child<irq>
    i8042-cmd[0]:child<memory-region>
    unnamed-gpio-out[0]:link<irq>="/machine/unattached/non-qdev-gpio[2]"|"/machine/unattached/non-qdev-gpio[1]"
    unnamed-gpio-out[1]:link<irq>="/machine/unattached/non-qdev-gpio[13]"|"/machine/unattached/non-qdev-gpio[12]"
    i8042-data[0]:child<memory-region> ps2-kbd-input-irq[0]:child<irq> ps2mouse:child<ps2-mouse>
  `,
  i8257: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false base:int32 dshift:int32
    pageh-base:int32=-1 page-base:int32 dma-chan[0]:child<memory-region> dma-cont[0]:child<memory-region>
    dma-page[0]:child<memory-region> dma-page[1]:child<memory-region>
  `,
  'ich9-ahci': `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="" addr:int32=250 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true
    rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=true legacy-addr:str="1f.2"
    ide.0:child<IDE> bus~master~container[0]:child<memory-region> ide.1:child<IDE> bus~master[0]:child<memory-region>
    ide.2:child<IDE> ide.3:child<IDE> ahci[0]:child<memory-region> ide.4:child<IDE> ahci-idp[0]:child<memory-region>
    ide.5:child<IDE>
  `,
  'ide-cd': `
    parent_bus:link<bus>=@piix3-ide/ide.1|@ich9-ahci/ide.2 realized:bool=true hotplugged:bool=false
    hotpluggable:bool=false unit:uint32=0 account-invalid:OnOffAuto="auto" model:str=""
    drive:str="ide1-cd0"|"ide2-cd0" serial:str="QM00003"|"QM00005" logical_block_size:size=512 ver:str="2.5+"
    share-rw:bool=false write-cache:OnOffAuto="auto" wwn:uint64=0 discard_granularity:size=512
    backend_defaults:OnOffAuto="auto" opt_io_size:size=0 rerror:BlockdevOnError="auto" min_io_size:size=0
    account-failed:OnOffAuto="auto" physical_block_size:size=512 werror:BlockdevOnError="auto" bootindex:int32=-1
  `,
  ioapic: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false version:uint8=32
    unnamed-gpio-in[13]:child<irq> unnamed-gpio-in[2]:child<irq> unnamed-gpio-in[9]:child<irq>
    unnamed-gpio-in[17]:child<irq> unnamed-gpio-in[22]:child<irq> unnamed-gpio-in[10]:child<irq>
    unnamed-gpio-in[6]:child<irq> ioapic[0]:child<memory-region> unnamed-gpio-in[14]:child<irq>
    unnamed-gpio-in[3]:child<irq> unnamed-gpio-in[18]:child<irq> unnamed-gpio-in[11]:child<irq>
    unnamed-gpio-in[0]:child<irq> unnamed-gpio-in[7]:child<irq> unnamed-gpio-in[23]:child<irq>
    unnamed-gpio-in[15]:child<irq> unnamed-gpio-in[4]:child<irq> unnamed-gpio-in[20]:child<irq>
    unnamed-gpio-in[19]:child<irq> unnamed-gpio-in[12]:child<irq> unnamed-gpio-in[1]:child<irq>
    unnamed-gpio-in[8]:child<irq> unnamed-gpio-in[16]:child<irq> unnamed-gpio-in[5]:child<irq>
    unnamed-gpio-in[21]:child<irq>
  `,
  'isa-fdc': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    fallback:FdcDriveType="288" fdtypeB:FdcDriveType="auto" dma:uint32=2 irq:uint32=6 fdtypeA:FdcDriveType="auto"
    iobase:uint32=1008 fdc[1]:child<memory-region> fdc[0]:child<memory-region> bootindexB:int32=-1
    floppy-bus.0:child<floppy-bus> bootindexA:int32=-1
  `,
  'isa-i8259': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false master:bool
    elcr_mask:uint8 elcr_addr:uint32 iobase:uint32 unnamed-gpio-in[2]:child<irq> elcr[0]:child<memory-region>
    unnamed-gpio-out[0]:link<irq> unnamed-gpio-in[0]:child<irq> unnamed-gpio-in[1]:child<irq>
    pic[0]:child<memory-region> unnamed-gpio-in[3]:child<irq> unnamed-gpio-in[4]:child<irq>
    unnamed-gpio-in[5]:child<irq> unnamed-gpio-in[6]:child<irq> unnamed-gpio-in[7]:child<irq>
  `,
  'isa-parallel': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false chardev:str="parallel0"
    irq:uint32=7 index:uint32=0 iobase:uint32=888 parallel[0]:child<memory-region>
  `,
  'isa-pcspk': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false audiodev:str=""
    migrate:bool=true iobase:uint32=97 pit:link<pit-common>=@isa-pit pcspk[0]:child<memory-region>
  `,
  'isa-pit': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false iobase:uint32=64
    unnamed-gpio-out[0]:link<irq> pit[0]:child<memory-region> unnamed-gpio-in[0]:child<irq>
  `,
  'isa-serial': `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false irq:uint32=4
    index:uint32=0 iobase:uint32=1016 serial[0]:child<memory-region> wakeup:bool=false chardev:str="serial0"
    baudbase:uint32=115200 serial:child<serial>
  `,
  kvmvapic: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    kvmvapic[0]:child<memory-region> kvmvapic-rom[0]:child<memory-region>
  `,
  mc146818rtc: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    lost_tick_policy:LostTickPolicy="discard" irq:uint8=8 iobase:uint16=112 base_year:int32=0
    unnamed-gpio-out[0]:link<irq> rtc-index[0]:child<memory-region> rtc[0]:child<memory-region> date:struct~tm
  `,
  mch: `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="" addr:int32=0 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true
    rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="00.0"
    smbase-smram:bool=true extended-tseg-mbytes:uint16=16 pam-pci[20]:child<memory-region>
    pam-pci[15]:child<memory-region> pam-ram[7]:child<memory-region> pam-ram[0]:child<memory-region>
    pam-rom[12]:child<memory-region> pam-pci[8]:child<memory-region> pam-pci[1]:child<memory-region>
    pam-rom[7]:child<memory-region> pam-rom[0]:child<memory-region> tseg-blackhole[0]:child<memory-region>
    pam-pci[21]:child<memory-region> pam-pci[16]:child<memory-region> pam-ram[8]:child<memory-region>
    pam-ram[1]:child<memory-region> pam-pci[9]:child<memory-region> pam-pci[2]:child<memory-region>
    pam-rom[8]:child<memory-region> pam-rom[1]:child<memory-region> smram-low[0]:child<memory-region>
    pam-pci[22]:child<memory-region> smram-open-high[0]:child<memory-region> pam-pci[17]:child<memory-region>
    pam-pci[10]:child<memory-region> pam-ram[9]:child<memory-region> pam-ram[2]:child<memory-region>
    pam-pci[3]:child<memory-region> pam-rom[9]:child<memory-region> pam-rom[2]:child<memory-region>
    pam-pci[23]:child<memory-region> pam-pci[18]:child<memory-region> pam-pci[11]:child<memory-region>
    pam-ram[3]:child<memory-region> pam-pci[4]:child<memory-region> smram[0]:child<memory-region>
    pam-rom[3]:child<memory-region> pam-pci[24]:child<memory-region> pam-ram[10]:child<memory-region>
    pam-pci[19]:child<memory-region> pam-pci[12]:child<memory-region> pam-ram[4]:child<memory-region>
    pam-pci[5]:child<memory-region> pam-rom[4]:child<memory-region> pam-pci[13]:child<memory-region>
    pam-pci[25]:child<memory-region> pam-ram[11]:child<memory-region> smbase-blackhole[0]:child<memory-region>
    bus~master~container[0]:child<memory-region> smram-high[0]:child<memory-region> pam-ram[5]:child<memory-region>
    pam-rom[10]:child<memory-region> pam-pci[6]:child<memory-region> tseg-window[0]:child<memory-region>
    pam-rom[5]:child<memory-region> pam-ram[12]:child<memory-region> bus~master[0]:child<memory-region>
    pam-pci[14]:child<memory-region> smbase-window[0]:child<memory-region> pam-ram[6]:child<memory-region>
    pam-rom[11]:child<memory-region> smram-region[0]:child<memory-region> pam-pci[7]:child<memory-region>
    pam-pci[0]:child<memory-region> pam-rom[6]:child<memory-region>
  `,
  'piix3-ide': `
    parent_bus:link<bus>=@PCI realized:bool=true hotplugged:bool=false hotpluggable:bool=false failover_pair_id:str=""
    romfile:str="" addr:int32=9 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true rombar:uint32=1
    x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="01.1"
    bmdma[0]:child<memory-region> bus~master~container[0]:child<memory-region> ide.0:child<IDE>
    bmdma[1]:child<memory-region> ide.1:child<IDE> bus~master[0]:child<memory-region>
    piix-bmdma[0]:child<memory-region> piix-bmdma[1]:child<memory-region> piix-bmdma-container[0]:child<memory-region>
  `,
  port92: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    port92[0]:child<memory-region> a20[0]:link<irq>="/machine/unattached/non-qdev-gpio[26]"
  `,
  'ps2-kbd': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    unnamed-gpio-out[0]:link<irq>=@i8042/ps2-kbd-input-irq[0]
  `,
  'ps2-mouse': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    unnamed-gpio-out[0]:link<irq>=@i8042/ps2-mouse-input-irq[0]
  `,
  'q35-pcihost': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    bypass-iommu:bool=false x-config-reg-migration-enabled:bool=true pci-hole64-size:size=34359738368
    below-4g-mem-size:size short_root_bus:uint32=0 x-pci-hole64-fix:bool=true MCFG:uint64 above-4g-mem-size:size
    ioapic:child<ioapic> pcie.0:child<PCIE> mcfg_size:uint64 pci-hole64-end:uint64
    pci-mem:link<memory-region>="/machine/unattached/pci[0]" pci-conf-data[0]:child<memory-region>
    pci-hole-start:uint32 system-mem:link<memory-region>="/machine/unattached/system[0]"
    io-mem:link<memory-region>="/machine/unattached/io[0]" mch:child<mch> pci-hole-end:uint32=4273995776
    pci-conf-idx[0]:child<memory-region> pci-hole64-start:uint64
    ram-mem:link<memory-region>="/objects/pc.ram/pc.ram[0]" pcie-mmcfg-mmio[0]:child<memory-region>
  `,
  serial: `
    parent_bus:link<bus>="" realized:bool=true hotplugged:bool=false hotpluggable:bool=true wakeup:bool=false
    chardev:str="serial0" baudbase:uint32=115200
  `,
  'smbus-eeprom': `
    parent_bus:link<bus>=@i2c-bus realized:bool=true hotplugged:bool=false hotpluggable:bool=false address:uint8
  `,
  vmmouse: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    i8042:link<i8042>=@i8042 legacy-i8042:str
  `,
  vmport: `
    parent_bus:link<bus>=@ISA realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    vmware-vmx-version:uint32=6 x-cmds-v2:bool=true vmware-vmx-type:uint8=2 x-report-vmx-type:bool=true
    x-signal-unsupported-cmd:bool=true x-read-set-eax:bool=true vmport[0]:child<memory-region>
  `,
};
