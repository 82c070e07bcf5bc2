/**
 * What `info qtree` shows of each PC of QEMU 7.2, in short: indented by level; `dev NAME ?when` (the device is there
 * when the machine has it), `pci ADDRESS MULTIFUNCTION [ROM SIZE]` for the properties that every PCI device has,
 * `bar NUMBER SPACE SIZE ADDRESS ADDRESS` (hexadecimal; where SeaBIOS puts it without and with QEMU's default devices),
 * `MCFG` and the two sizes of RAM by name; other lines as they are printed.
 */
const ISA_DEVICES = `
     dev port92 ?i8042
      gpio-out "a20" 1
     dev vmmouse ?vmmouse
     dev vmport ?vmport
      x-read-set-eax = true
      x-signal-unsupported-cmd = true
      x-report-vmx-type = true
      x-cmds-v2 = true
      vmware-vmx-version = 6 (0x6)
      vmware-vmx-type = 2 (0x2)
     dev i8042 ?i8042
      gpio-in "ps2-mouse-input-irq" 1
      gpio-in "ps2-kbd-input-irq" 1
      gpio-out "" 2
      gpio-out "a20" 1
      extended-state = true
      kbd-throttle = false
      kbd-irq = 1 (0x1)
      mouse-irq = 12 (0xc)
     dev isa-fdc ?fdc
      iobase = 1008 (0x3f0)
      irq = 6 (0x6)
      dma = 2 (0x2)
      fdtypeA = "auto"
      fdtypeB = "auto"
      fallback = "288"
      bus: floppy-bus.0
       type floppy-bus
       dev floppy ?floppy
        unit = 0 (0x0)
        drive = "floppy0"
        backend_defaults = "auto"
        logical_block_size = 512 (512 B)
        physical_block_size = 512 (512 B)
        min_io_size = 0 (0 B)
        opt_io_size = 0 (0 B)
        discard_granularity = 4294967295 (4 GiB)
        write-cache = "auto"
        share-rw = false
        account-invalid = "auto"
        account-failed = "auto"
        drive-type = "288"
     dev isa-parallel ?parallel
      index = 0 (0x0)
      iobase = 888 (0x378)
      irq = 7 (0x7)
      chardev = "parallel0"
     dev isa-serial ?serial
      index = 0 (0x0)
      iobase = 1016 (0x3f8)
      irq = 4 (0x4)
     dev isa-pcspk ?pit
      audiodev = ""
      iobase = 97 (0x61)
      migrate = true
     dev isa-pit ?pit
      gpio-in "" 1
      gpio-out "" 1
      iobase = 64 (0x40)
     dev mc146818rtc
      gpio-out "" 1
      base_year = 0 (0x0)
      iobase = 112 (0x70)
      irq = 8 (0x8)
      lost_tick_policy = "discard"
     dev isa-i8259
      gpio-in "" 8
      gpio-out "" 1
      iobase = 160 (0xa0)
      elcr_addr = 1233 (0x4d1)
      elcr_mask = 222 (0xde)
      master = false
     dev isa-i8259
      gpio-in "" 8
      gpio-out "" 1
      iobase = 32 (0x20)
      elcr_addr = 1232 (0x4d0)
      elcr_mask = 248 (0xf8)
      master = true
     dev i8257
      base = 192 (0xc0)
      page-base = 136 (0x88)
      pageh-base = -1 (0xffffffffffffffff)
      dshift = 1 (0x1)
     dev i8257
      base = 0 (0x0)
      page-base = 128 (0x80)
      pageh-base = -1 (0xffffffffffffffff)
      dshift = 0 (0x0)
`;

const Q35 = `
bus: main-system-bus
 type System
 dev ps2-mouse ?i8042
  gpio-out "" 1
 dev ps2-kbd ?i8042
  gpio-out "" 1
 dev hpet ?hpet
  gpio-in "" 2
  gpio-out "" 1
  gpio-out "sysbus-irq" 32
  timers = 3 (0x3)
  msi = false
  hpet-intcap = 16711940 (0xff0104)
  hpet-offset-saved = true
  mmio 00000000fed00000/0000000000000400
 dev ioapic
  gpio-in "" 24
  version = 32 (0x20)
  mmio 00000000fec00000/0000000000001000
 dev q35-pcihost
  MCFG
  pci-hole64-size = 34359738368 (32 GiB)
  short_root_bus = 0 (0x0)
  below-4g-mem-size
  above-4g-mem-size
  x-pci-hole64-fix = true
  x-config-reg-migration-enabled = true
  bypass-iommu = false
  bus: pcie.0
   type PCIE
   dev e1000e ?nic
    mac = "52:54:00:12:34:56"
    netdev = "hub0port0"
    disable_vnet_hdr = 0 (0x0)
    subsys_ven = 32902 (0x8086)
    subsys = 0 (0x0)
    init-vet = true
    pci 02.0 false efi-e1000e.rom 0x40000
    class Ethernet controller, addr 00:02.0, pci id 8086:10d3 (sub 8086:0000)
    bar 0 mem 20000 - feb80000
    bar 1 mem 20000 - feba0000
    bar 2 i/o 20 - c040
    bar 3 mem 4000 - febd0000
    bar 6 mem 40000 - -
   dev VGA ?vga
    vgamem_mb = 16 (0x10)
    mmio = true
    qemu-extended-regs = true
    edid = true
    xres = 1280 (0x500)
    yres = 800 (0x320)
    xmax = 0 (0x0)
    ymax = 0 (0x0)
    refresh_rate = 0 (0x0)
    global-vmstate = false
    pci 01.0 false vgabios-stdvga.bin 0x10000
    class VGA controller, addr 00:01.0, pci id 1234:1111 (sub 1af4:1100)
    bar 0 mem 1000000 - fd000000
    bar 2 mem 1000 - febd4000
    bar 6 mem 10000 - -
   dev ICH9-SMB ?smbus
    pci 1f.3 true
    class SMBus, addr 00:1f.3, pci id 8086:2930 (sub 1af4:1100)
    bar 4 i/o 40 700 700
    bus: i2c
     type i2c-bus
     dev smbus-eeprom
      address = 87 (0x57)
     dev smbus-eeprom
      address = 86 (0x56)
     dev smbus-eeprom
      address = 85 (0x55)
     dev smbus-eeprom
      address = 84 (0x54)
     dev smbus-eeprom
      address = 83 (0x53)
     dev smbus-eeprom
      address = 82 (0x52)
     dev smbus-eeprom
      address = 81 (0x51)
     dev smbus-eeprom
      address = 80 (0x50)
   dev ich9-ahci ?sata
    pci 1f.2 true
    class SATA controller, addr 00:1f.2, pci id 8086:2922 (sub 1af4:1100)
    bar 4 i/o 20 c040 c060
    bar 5 mem 1000 febff000 febd5000
    bus: ide.5
     type IDE
    bus: ide.4
     type IDE
    bus: ide.3
     type IDE
    bus: ide.2
     type IDE
     dev ide-cd ?cdrom
      drive = "ide2-cd0"
      backend_defaults = "auto"
      logical_block_size = 512 (512 B)
      physical_block_size = 512 (512 B)
      min_io_size = 0 (0 B)
      opt_io_size = 0 (0 B)
      discard_granularity = 512 (512 B)
      write-cache = "auto"
      share-rw = false
      account-invalid = "auto"
      account-failed = "auto"
      rerror = "auto"
      werror = "auto"
      ver = "2.5+"
      wwn = 0 (0x0)
      serial = "QM00005"
      model = ""
      unit = 0 (0x0)
    bus: ide.1
     type IDE
    bus: ide.0
     type IDE
   dev ICH9-LPC
    gpio-out "gsi" 24
    noreboot = true
    smm-compat = false
    x-smi-broadcast = true
    x-smi-cpu-hotplug = true
    x-smi-cpu-hotunplug = true
    pci 1f.0 true
    class ISA bridge, addr 00:1f.0, pci id 8086:2918 (sub 1af4:1100)
    bus: isa.0
     type ISA
@isa
   dev mch
    extended-tseg-mbytes = 16 (0x10)
    smbase-smram = true
    pci 00.0 false
    class Host bridge, addr 00:00.0, pci id 8086:29c0 (sub 1af4:1100)
 dev fw_cfg_io
  dma_enabled = true
  x-file-slots = 32 (0x20)
  acpi-mr-restore = true
 dev kvmvapic
`;

const PC = `
bus: main-system-bus
 type System
 dev ps2-mouse ?i8042
  gpio-out "" 1
 dev ps2-kbd ?i8042
  gpio-out "" 1
 dev hpet ?hpet
  gpio-in "" 2
  gpio-out "" 1
  gpio-out "sysbus-irq" 32
  timers = 3 (0x3)
  msi = false
  hpet-intcap = 4 (0x4)
  hpet-offset-saved = true
  mmio 00000000fed00000/0000000000000400
 dev ioapic
  gpio-in "" 24
  version = 32 (0x20)
  mmio 00000000fec00000/0000000000001000
 dev i440FX-pcihost
  pci-hole64-size = 2147483648 (2 GiB)
  short_root_bus = 0 (0x0)
  x-pci-hole64-fix = true
  x-config-reg-migration-enabled = true
  bypass-iommu = false
  bus: pci.0
   type PCI
   dev PIIX4_PM
    gpio-out "smi-irq" 1
    gpio-out "" 1
    smb_io_base = 45312 (0xb100)
    disable_s3 = 0 (0x0)
    disable_s4 = 0 (0x0)
    s4_val = 2 (0x2)
    acpi-pci-hotplug-with-bridge-support = true
    acpi-root-pci-hotplug = true
    memory-hotplug-support = true
    smm-compat = false
    smm-enabled = true
    x-not-migrate-acpi-index = false
    pci 01.3 false
    class Bridge, addr 00:01.3, pci id 8086:7113 (sub 1af4:1100)
    bus: i2c
     type i2c-bus
     dev smbus-eeprom
      address = 87 (0x57)
     dev smbus-eeprom
      address = 86 (0x56)
     dev smbus-eeprom
      address = 85 (0x55)
     dev smbus-eeprom
      address = 84 (0x54)
     dev smbus-eeprom
      address = 83 (0x53)
     dev smbus-eeprom
      address = 82 (0x52)
     dev smbus-eeprom
      address = 81 (0x51)
     dev smbus-eeprom
      address = 80 (0x50)
   dev piix3-ide
    pci 01.1 false
    class IDE controller, addr 00:01.1, pci id 8086:7010 (sub 1af4:1100)
    bar 4 i/o 10 c000 c040
    bus: ide.1
     type IDE
     dev ide-cd ?cdrom
      drive = "ide1-cd0"
      backend_defaults = "auto"
      logical_block_size = 512 (512 B)
      physical_block_size = 512 (512 B)
      min_io_size = 0 (0 B)
      opt_io_size = 0 (0 B)
      discard_granularity = 512 (512 B)
      write-cache = "auto"
      share-rw = false
      account-invalid = "auto"
      account-failed = "auto"
      rerror = "auto"
      werror = "auto"
      ver = "2.5+"
      wwn = 0 (0x0)
      serial = "QM00003"
      model = ""
      unit = 0 (0x0)
    bus: ide.0
     type IDE
   dev e1000 ?nic
    mac = "52:54:00:12:34:56"
    netdev = "hub0port0"
    autonegotiation = true
    mitigation = true
    extra_mac_registers = true
    migrate_tso_props = true
    init-vet = true
    pci 03.0 false efi-e1000.rom 0x40000
    class Ethernet controller, addr 00:03.0, pci id 8086:100e (sub 1af4:1100)
    bar 0 mem 20000 - febc0000
    bar 1 i/o 40 - c000
    bar 6 mem 40000 - -
   dev VGA ?vga
    vgamem_mb = 16 (0x10)
    mmio = true
    qemu-extended-regs = true
    edid = true
    xres = 1280 (0x500)
    yres = 800 (0x320)
    xmax = 0 (0x0)
    ymax = 0 (0x0)
    refresh_rate = 0 (0x0)
    global-vmstate = false
    pci 02.0 false vgabios-stdvga.bin 0x10000
    class VGA controller, addr 00:02.0, pci id 1234:1111 (sub 1af4:1100)
    bar 0 mem 1000000 - fd000000
    bar 2 mem 1000 - febf0000
    bar 6 mem 10000 - -
   dev PIIX3
    pci 01.0 true
    class ISA bridge, addr 00:01.0, pci id 8086:7000 (sub 1af4:1100)
    bus: isa.0
     type ISA
@isa
   dev i440FX
    pci 00.0 false
    class Host bridge, addr 00:00.0, pci id 8086:1237 (sub 1af4:1100)
 dev fw_cfg_io
  dma_enabled = true
  x-file-slots = 32 (0x20)
  acpi-mr-restore = true
 dev kvmvapic
`;

const withIsa = (tree: string): string => tree.replace('@isa\n', ISA_DEVICES.slice(1));

export const QTREES = { q35: withIsa(Q35), pc: withIsa(PC) } as const;
