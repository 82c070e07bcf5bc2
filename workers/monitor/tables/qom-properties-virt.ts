/**
 * Properties of the devices that `virt` of QEMU 7.2 has from the beginning, by type, written as those of the PCs in
 * qom-properties.ts. What the interrupt controller has depends on the number of vCPUs: it is not here.
 */
export const VIRT_QOM_PROPERTIES: Readonly<Record<string, string>> = {
  'acpi-ged': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false ged-event:uint32
    acpi-ged-regs[0]:child<memory-region> memhp~container[0]:child<memory-region>
    sysbus-irq[0]:link<irq>=@arm-gicv3/unnamed-gpio-in[9] acpi-ged[0]:child<memory-region>
    acpi-mem-hotplug[0]:child<memory-region>
  `,
  'arm-gicv3-its': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    parent-gicv3:link<arm-gicv3>=@arm-gicv3 legacy-parent-gicv3:str translation[0]:child<memory-region>
    control[0]:child<memory-region> gicv3_its[0]:child<memory-region>
  `,
  'cfi.pflash01': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false id3:uint16=0
    id2:uint16=0 secure:bool=false big-endian:bool=false num-blocks:uint32=256 max-device-width:uint8=2
    old-multiple-chip-handling:bool=false name:str drive:str="" sector-length:uint64=262144 device-width:uint8=2
    width:uint8=4 id0:uint16=137 id1:uint16=24 virt.flash0[0]:child<memory-region>
  `,
  clock: `
   
  `,
  fw_cfg_mem: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    acpi-mr-restore:bool=true x-file-slots:uint16=32 data_width:uint32=8 dma_enabled:bool=true
    fwcfg.dma[0]:child<memory-region> fwcfg.ctl[0]:child<memory-region>
    \\x2from@etc\\x2facpi\\x2ftables[0]:child<memory-region> fwcfg.data[0]:child<memory-region>
    \\x2from@etc\\x2ftable-loader[0]:child<memory-region> \\x2from@etc\\x2facpi\\x2frsdp[0]:child<memory-region>
  `,
  'gpex-pcihost': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    bypass-iommu:bool=false x-config-reg-migration-enabled:bool=true allow-unmapped-accesses:bool=true
    sysbus-irq[1]:link<irq>=@arm-gicv3/unnamed-gpio-in[4] pcie-mmio[0]:child<memory-region> pcie.0:child<PCIE>
    gpex_ioport_window[0]:child<memory-region> sysbus-irq[0]:link<irq>=@arm-gicv3/unnamed-gpio-in[3]
    gpex_root:child<gpex-root> gpex_ioport[0]:child<memory-region>
    sysbus-irq[2]:link<irq>=@arm-gicv3/unnamed-gpio-in[5] sysbus-irq[3]:link<irq>=@arm-gicv3/unnamed-gpio-in[6]
    pcie-mmio-high[0]:child<memory-region> pcie-mmcfg-mmio[0]:child<memory-region>
    gpex_mmio_window[0]:child<memory-region> gpex_mmio[0]:child<memory-region> pcie-ecam[0]:child<memory-region>
  `,
  'gpex-root': `
    parent_bus:link<bus>=@PCIE realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    failover_pair_id:str="" romfile:str="" addr:int32=0 romsize:uint32=4294967295 x-pcie-lnksta-dllla:bool=true
    rombar:uint32=1 x-pcie-extcap-init:bool=true acpi-index:uint32=0 multifunction:bool=false legacy-addr:str="00.0"
    bus~master[0]:child<memory-region> bus~master~container[0]:child<memory-region>
  `,
  'gpio-key': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    sysbus-irq[0]:link<irq>=@pl061/unnamed-gpio-in[3] unnamed-gpio-in[0]:child<irq>
  `,
  'gpio-pwr': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    shutdown[0]:child<irq> reset[0]:child<irq>
  `,
  pl011: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false chardev:str
    migrate-clk:bool=true clk:child<clock> sysbus-irq[0]:link<irq> sysbus-irq[1]:link<irq>=""
    sysbus-irq[2]:link<irq>="" sysbus-irq[3]:link<irq>="" sysbus-irq[4]:link<irq>="" sysbus-irq[5]:link<irq>=""
    pl011[0]:child<memory-region>
  `,
  pl031: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    migrate-tick-offset:bool=true sysbus-irq[0]:link<irq>=@arm-gicv3/unnamed-gpio-in[2] pl031[0]:child<memory-region>
  `,
  pl061: `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false pulldowns:uint32=255
    pullups:uint32=0 pl061[0]:child<memory-region> unnamed-gpio-in[2]:child<irq> unnamed-gpio-out[1]:link<irq>
    unnamed-gpio-in[6]:child<irq> unnamed-gpio-out[5]:link<irq>="" unnamed-gpio-in[3]:child<irq>
    unnamed-gpio-out[2]:link<irq>="" unnamed-gpio-in[0]:child<irq> unnamed-gpio-in[7]:child<irq>
    unnamed-gpio-out[6]:link<irq>="" unnamed-gpio-in[4]:child<irq> unnamed-gpio-out[3]:link<irq>=""
    unnamed-gpio-in[1]:child<irq> unnamed-gpio-out[7]:link<irq>="" unnamed-gpio-out[0]:link<irq>
    sysbus-irq[0]:link<irq> unnamed-gpio-in[5]:child<irq> unnamed-gpio-out[4]:link<irq>=""
  `,
  'platform-bus-device': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    mmio_size:uint32=33554432 num_irqs:uint32=64 sysbus-irq[36]:link<irq>=@arm-gicv3/unnamed-gpio-in[148]
    sysbus-irq[4]:link<irq>=@arm-gicv3/unnamed-gpio-in[116] platform~bus[0]:child<memory-region>
    sysbus-irq[24]:link<irq>=@arm-gicv3/unnamed-gpio-in[136] sysbus-irq[19]:link<irq>=@arm-gicv3/unnamed-gpio-in[131]
    sysbus-irq[54]:link<irq>=@arm-gicv3/unnamed-gpio-in[166] sysbus-irq[12]:link<irq>=@arm-gicv3/unnamed-gpio-in[124]
    sysbus-irq[49]:link<irq>=@arm-gicv3/unnamed-gpio-in[161] sysbus-irq[42]:link<irq>=@arm-gicv3/unnamed-gpio-in[154]
    sysbus-irq[5]:link<irq>=@arm-gicv3/unnamed-gpio-in[117] sysbus-irq[37]:link<irq>=@arm-gicv3/unnamed-gpio-in[149]
    sysbus-irq[30]:link<irq>=@arm-gicv3/unnamed-gpio-in[142] sysbus-irq[60]:link<irq>=@arm-gicv3/unnamed-gpio-in[172]
    sysbus-irq[25]:link<irq>=@arm-gicv3/unnamed-gpio-in[137] sysbus-irq[55]:link<irq>=@arm-gicv3/unnamed-gpio-in[167]
    sysbus-irq[13]:link<irq>=@arm-gicv3/unnamed-gpio-in[125] sysbus-irq[43]:link<irq>=@arm-gicv3/unnamed-gpio-in[155]
    sysbus-irq[6]:link<irq>=@arm-gicv3/unnamed-gpio-in[118] sysbus-irq[38]:link<irq>=@arm-gicv3/unnamed-gpio-in[150]
    sysbus-irq[31]:link<irq>=@arm-gicv3/unnamed-gpio-in[143] sysbus-irq[61]:link<irq>=@arm-gicv3/unnamed-gpio-in[173]
    sysbus-irq[26]:link<irq>=@arm-gicv3/unnamed-gpio-in[138] sysbus-irq[56]:link<irq>=@arm-gicv3/unnamed-gpio-in[168]
    sysbus-irq[14]:link<irq>=@arm-gicv3/unnamed-gpio-in[126] sysbus-irq[44]:link<irq>=@arm-gicv3/unnamed-gpio-in[156]
    sysbus-irq[32]:link<irq>=@arm-gicv3/unnamed-gpio-in[144] sysbus-irq[7]:link<irq>=@arm-gicv3/unnamed-gpio-in[119]
    sysbus-irq[39]:link<irq>=@arm-gicv3/unnamed-gpio-in[151] sysbus-irq[0]:link<irq>=@arm-gicv3/unnamed-gpio-in[112]
    sysbus-irq[62]:link<irq>=@arm-gicv3/unnamed-gpio-in[174] sysbus-irq[27]:link<irq>=@arm-gicv3/unnamed-gpio-in[139]
    sysbus-irq[20]:link<irq>=@arm-gicv3/unnamed-gpio-in[132] sysbus-irq[57]:link<irq>=@arm-gicv3/unnamed-gpio-in[169]
    sysbus-irq[50]:link<irq>=@arm-gicv3/unnamed-gpio-in[162] sysbus-irq[15]:link<irq>=@arm-gicv3/unnamed-gpio-in[127]
    sysbus-irq[45]:link<irq>=@arm-gicv3/unnamed-gpio-in[157] sysbus-irq[8]:link<irq>=@arm-gicv3/unnamed-gpio-in[120]
    sysbus-irq[33]:link<irq>=@arm-gicv3/unnamed-gpio-in[145] sysbus-irq[1]:link<irq>=@arm-gicv3/unnamed-gpio-in[113]
    sysbus-irq[63]:link<irq>=@arm-gicv3/unnamed-gpio-in[175] sysbus-irq[28]:link<irq>=@arm-gicv3/unnamed-gpio-in[140]
    sysbus-irq[21]:link<irq>=@arm-gicv3/unnamed-gpio-in[133] sysbus-irq[16]:link<irq>=@arm-gicv3/unnamed-gpio-in[128]
    sysbus-irq[58]:link<irq>=@arm-gicv3/unnamed-gpio-in[170] sysbus-irq[51]:link<irq>=@arm-gicv3/unnamed-gpio-in[163]
    sysbus-irq[46]:link<irq>=@arm-gicv3/unnamed-gpio-in[158] sysbus-irq[9]:link<irq>=@arm-gicv3/unnamed-gpio-in[121]
    sysbus-irq[34]:link<irq>=@arm-gicv3/unnamed-gpio-in[146] sysbus-irq[2]:link<irq>=@arm-gicv3/unnamed-gpio-in[114]
    sysbus-irq[29]:link<irq>=@arm-gicv3/unnamed-gpio-in[141] sysbus-irq[22]:link<irq>=@arm-gicv3/unnamed-gpio-in[134]
    sysbus-irq[17]:link<irq>=@arm-gicv3/unnamed-gpio-in[129] sysbus-irq[59]:link<irq>=@arm-gicv3/unnamed-gpio-in[171]
    sysbus-irq[52]:link<irq>=@arm-gicv3/unnamed-gpio-in[164] sysbus-irq[10]:link<irq>=@arm-gicv3/unnamed-gpio-in[122]
    sysbus-irq[47]:link<irq>=@arm-gicv3/unnamed-gpio-in[159] sysbus-irq[40]:link<irq>=@arm-gicv3/unnamed-gpio-in[152]
    sysbus-irq[35]:link<irq>=@arm-gicv3/unnamed-gpio-in[147] sysbus-irq[3]:link<irq>=@arm-gicv3/unnamed-gpio-in[115]
    sysbus-irq[23]:link<irq>=@arm-gicv3/unnamed-gpio-in[135] sysbus-irq[53]:link<irq>=@arm-gicv3/unnamed-gpio-in[165]
    sysbus-irq[18]:link<irq>=@arm-gicv3/unnamed-gpio-in[130] sysbus-irq[11]:link<irq>=@arm-gicv3/unnamed-gpio-in[123]
    sysbus-irq[48]:link<irq>=@arm-gicv3/unnamed-gpio-in[160] sysbus-irq[41]:link<irq>=@arm-gicv3/unnamed-gpio-in[153]
  `,
  'virtio-mmio': `
    parent_bus:link<bus>=@System realized:bool=true hotplugged:bool=false hotpluggable:bool=false
    force-legacy:bool=true ioeventfd:bool=false format_transport_address:bool=true virtio-mmio[0]:child<memory-region>
    sysbus-irq[0]:link<irq> virtio-mmio-bus.26:child<virtio-mmio-bus>
  `,
  'virtio-mmio-bus': `
    realized:bool=true hotplug-handler:link<hotplug-handler>=""
  `,
};
