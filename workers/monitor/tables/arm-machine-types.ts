/** Machine types of qemu-system-aarch64 7.2, in the order of query-machines; the columns are those of machine-types.ts. */
export const ARM_MACHINE_ROWS = `
  qcom-dc-scm-v1-bmc 2 --- - ram
  mori-bmc 2 --- cortex-a9 ram
  ast2600-evb 2 --- - ram
  borzoi 1 --- pxa270-c0 -
  spitz 1 --- pxa270-c0 -
  virt-2.7 255 -n- cortex-a15 mach-virt.ram
  nuri 2 --- - -
  mcimx7d-sabre 2 --- - mcimx7d-sabre.ram
  romulus-bmc 1 --- - ram
  virt-3.0 512 -n- cortex-a15 mach-virt.ram
  virt-5.0 512 -n- cortex-a15 mach-virt.ram
  npcm750-evb 2 --- cortex-a9 ram
  virt-2.10 255 -n- cortex-a15 mach-virt.ram
  rainier-bmc 2 --- - ram
  mps3-an547 1 --- cortex-m55 DDR
  musca-b1 2 --- cortex-m33 -
  realview-pbx-a9 4 --- cortex-a9 -
  versatileab 1 --- arm926 versatile.ram
  kzm 1 --- - kzm.ram
  virt-2.8 255 -n- cortex-a15 mach-virt.ram
  fby35-bmc 2 --- - ram
  musca-a 2 --- cortex-m33 -
  virt-3.1 512 -n- cortex-a15 mach-virt.ram
  mcimx6ul-evk 1 --- - mcimx6ul-evk.ram
  virt-5.1 512 --- cortex-a15 mach-virt.ram
  none 1 --- - ram
  smdkc210 2 --- - -
  sx1 1 --- ti925t omap1.dram
  virt-2.11 255 -n- cortex-a15 mach-virt.ram
  imx25-pdk 1 --- - imx25.ram
  stm32vldiscovery 1 --- - -
  virt-2.9 255 -n- cortex-a15 mach-virt.ram
  orangepi-pc 4 --- cortex-a7 orangepi.ram
  quanta-q71l-bmc 1 --- - ram
  z2 1 --- pxa270-c5 -
  virt-5.2 512 --- cortex-a15 mach-virt.ram
  xilinx-zynq-a9 1 --- cortex-a9 zynq.ext_ram
  xlnx-zcu102 6 --- - ddr-ram
  tosa 1 --- - -
  mps2-an500 1 --- cortex-m7 mps.ram
  virt-2.12 255 -n- cortex-a15 mach-virt.ram
  mps2-an521 2 --- cortex-m33 mps.ram
  sabrelite 4 --- - sabrelite.ram
  mps2-an511 1 --- cortex-m3 mps.ram
  canon-a1100 1 --- - ram
  realview-eb 1 --- arm926 -
  quanta-gbs-bmc 2 --- cortex-a9 ram
  emcraft-sf2 1 --- cortex-m3 -
  realview-pb-a8 1 --- cortex-a8 -
  sbsa-ref 512 --- cortex-a57 sbsa-ref.ram
  virt-7.0 512 --- cortex-a15 mach-virt.ram
  virt-4.0 512 -n- cortex-a15 mach-virt.ram
  raspi1ap 1 --- - ram
  palmetto-bmc 1 --- - ram
  sx1-v1 1 --- ti925t omap1.dram
  n810 1 --- arm1136-r2 omap2.dram
  g220a-bmc 1 --- - ram
  bletchley-bmc 2 --- - ram
  n800 1 --- arm1136-r2 omap2.dram
  virt-7.1 512 --- cortex-a15 mach-virt.ram
  tacoma-bmc 2 --- - ram
  virt-4.1 512 -n- cortex-a15 mach-virt.ram
  quanta-gsj 2 --- cortex-a9 ram
  versatilepb 1 --- arm926 versatile.ram
  terrier 1 --- pxa270-c5 -
  mainstone 1 --- pxa270-c5 -
  realview-eb-mpcore 4 --- arm11mpcore -
  integratorcp 1 --- arm926 integrator.ram
  virt-7.2 512 --- cortex-a15 mach-virt.ram
  supermicrox11-bmc 1 --- - ram
  virt-4.2 512 -n- cortex-a15 mach-virt.ram
  witherspoon-bmc 1 --- - ram
  qcom-firework-bmc 2 --- - ram
  mps3-an524 2 --- cortex-m33 DDR
  kudo-bmc 2 --- cortex-a9 ram
  vexpress-a9 4 --- cortex-a9 vexpress.highmem
  midway 4 --- - highbank.dram
  musicpal 1 --- arm926 musicpal.ram
  lm3s811evb 1 --- cortex-m3 -
  lm3s6965evb 1 --- cortex-m3 -
  microbit 1 --- - -
  fby35 3 --- - -
  mps2-an505 1 --- cortex-m33 mps.ram
  mps2-an385 1 --- cortex-m3 mps.ram
  virt-6.0 512 --- cortex-a15 mach-virt.ram
  raspi3ap 4 --- - ram
  cubieboard 1 --- cortex-a8 cubieboard.ram
  ast1030-evb 1 --- - ram
  verdex 1 --- pxa270-c0 -
  netduino2 1 --- - -
  xlnx-versal-virt 4 --- - ddr
  mps2-an386 1 --- cortex-m4 mps.ram
  virt-6.1 512 --- cortex-a15 mach-virt.ram
  raspi3b 4 --- - ram
  raspi2b 4 --- - ram
  vexpress-a15 4 --- cortex-a15 vexpress.highmem
  fuji-bmc 2 --- - ram
  virt-6.2 512 --- cortex-a15 mach-virt.ram
  sonorapass-bmc 1 --- - ram
  cheetah 1 --- ti925t omap1.dram
  virt-2.6 255 -n- cortex-a15 mach-virt.ram
  ast2500-evb 1 --- - ram
  highbank 4 --- - highbank.dram
  akita 1 --- pxa270-c0 -
  connex 1 --- - -
  netduinoplus2 1 --- - -
  collie 1 --- sa1110 strongarm.sdram
  raspi0 1 --- - ram
  fp5280g2-bmc 1 --- - ram
`;

/** CPU models of the same program, in the order of query-cpu-definitions. */
export const ARM_CPU_MODELS: readonly string[] = `
  pxa270-c0 cortex-a15 pxa270-b0 cortex-m4 cortex-a57 pxa270-a0 arm1176 pxa270-b1 cortex-a7 pxa270-a1 cortex-a76
  a64fx cortex-a8 cortex-r5 ti925t cortex-r5f arm1026 cortex-a9 cortex-m7 pxa270 pxa260 pxa250 pxa270-c5 pxa261
  pxa262 sa1110 sa1100 max cortex-a53 cortex-m0 cortex-m33 cortex-a72 arm946 pxa255 arm11mpcore cortex-m55
  neoverse-n1 arm926 arm1136 cortex-a35 arm1136-r2 cortex-m3
`
  .trim()
  .split(/\s+/);
