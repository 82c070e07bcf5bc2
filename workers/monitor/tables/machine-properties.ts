/**
 * Properties of the machine object, in the order in which qom-list of QEMU 7.2 lists them (a hash table's), `name:type`,
 * `~` for a blank. `+memory`: with room for hot-added memory.
 */
const EVERY_MACHINE = `
  type:string kernel:string dt-compatible:string boot:BootConfiguration memory:MemorySizeConfiguration
  initrd:string confidential-guest-support:link<confidential-guest-support> graphics:bool usb:bool
  firmware:string memory-encryption:string smp:SMPConfiguration dump-guest-core:bool phandle-start:int
  dumpdtb:string memory-backend:link<memory-backend> dtb:string mem-merge:bool append:string
  suppress-vmdesc:bool
`;

const EVERY_PC = `
  smm:OnOffAuto acpi:OnOffAuto pit:OnOffAuto pic:OnOffAuto x-oem-table-id:string bus-lock-ratelimit:uint64_t
  sgx-epc:SgxEPC x-oem-id:string max-fw-size:size default-bus-bypass-iommu:bool device-memory-region-size:int
  sata:bool vmport:OnOffAuto i8042:bool hpet:bool smbios-entry-point-type:str max-ram-below-4g:size smbus:bool
  unattached:child<container> fw_cfg:child<fw_cfg_io> peripheral-anon:child<container> nvdimm:bool
  peripheral:child<container>
`;

const OWN = {
  pc: `
    nvdimm-persistence:string rtc_state:link<isa-device> smram:link<memory-region> cxl-fmw:CXLFixedMemoryWindow
    rtc-time:struct~tm acpi-device:link<hotplug-handler> hmat:bool cxl:bool pcspk-audiodev:str
    i440fx:child<i440FX-pcihost>
  `,
  'pc+memory': `
    rtc_state:link<isa-device> nvdimm-persistence:string device-memory[0]:child<memory-region>
    smram:link<memory-region> cxl-fmw:CXLFixedMemoryWindow rtc-time:struct~tm acpi-device:link<hotplug-handler>
    hmat:bool cxl:bool pcspk-audiodev:str i440fx:child<i440FX-pcihost>
  `,
  q35: `
    q35:child<q35-pcihost> nvdimm-persistence:string rtc_state:link<isa-device> smram:link<memory-region>
    cxl-fmw:CXLFixedMemoryWindow rtc-time:struct~tm acpi-device:link<hotplug-handler> hmat:bool cxl:bool
    pcspk-audiodev:str
  `,
  'q35+memory': `
    rtc_state:link<isa-device> q35:child<q35-pcihost> nvdimm-persistence:string
    device-memory[0]:child<memory-region> smram:link<memory-region> cxl-fmw:CXLFixedMemoryWindow
    rtc-time:struct~tm acpi-device:link<hotplug-handler> hmat:bool cxl:bool pcspk-audiodev:str
  `,
  none: `
    peripheral-anon:child<container> peripheral:child<container> unattached:child<container>
  `,
} as const;

export const MACHINE_PROPERTY_TEXT: Readonly<Record<keyof typeof OWN, string>> = {
  pc: EVERY_MACHINE + EVERY_PC + OWN.pc,
  'pc+memory': EVERY_MACHINE + EVERY_PC + OWN['pc+memory'],
  q35: EVERY_MACHINE + EVERY_PC + OWN.q35,
  'q35+memory': EVERY_MACHINE + EVERY_PC + OWN['q35+memory'],
  none: EVERY_MACHINE + OWN.none,
};

/** `virt` lists its own, in its order. */
export const VIRT_PROPERTY_TEXT = `
  type:string kernel:string dt-compatible:string boot:BootConfiguration memory:MemorySizeConfiguration
  initrd:string confidential-guest-support:link<confidential-guest-support> graphics:bool usb:bool
  firmware:string memory-encryption:string smp:SMPConfiguration dump-guest-core:bool phandle-start:int
  dumpdtb:string memory-backend:link<memory-backend> dtb:string mem-merge:bool append:string
  suppress-vmdesc:bool virtualization:bool its:bool secure:bool default-bus-bypass-iommu:bool iommu:string
  acpi:OnOffAuto mte:bool x-oem-table-id:string gic-version:string dtb-randomness:bool ras:bool highmem:bool
  dtb-kaslr-seed:bool x-oem-id:string fw_cfg:child<fw_cfg_mem> pflash0:str hmat:bool pflash1:str
  unattached:child<container> peripheral:child<container> nvdimm:bool peripheral-anon:child<container>
  virt.flash0:child<cfi.pflash01> nvdimm-persistence:string virt.flash1:child<cfi.pflash01>
`;
