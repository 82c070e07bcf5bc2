/**
 * /sys/devices/system/cpu/vulnerabilities as a Linux 6.1 on QEMU's TCG processor shows it: the mitigations of an AMD
 * processor of family 15 (observed; the lab does not derive them from CPUID).
 *
 * @linux arch/x86/kernel/cpu/bugs.c
 */
export const X86_VULNERABILITIES: readonly (readonly [name: string, text: string])[] = [
  ['meltdown', 'Not affected'],
  ['spectre_v1', 'Mitigation: usercopy/swapgs barriers and __user pointer sanitization'],
  ['spectre_v2', 'Mitigation: Retpolines; STIBP: disabled; RSB filling; PBRSB-eIBRS: Not affected; BHI: Not affected'],
  ['spec_store_bypass', 'Not affected'],
  ['l1tf', 'Not affected'],
  ['mds', 'Not affected'],
  ['tsx_async_abort', 'Not affected'],
  ['itlb_multihit', 'Not affected'],
  ['srbds', 'Not affected'],
  ['mmio_stale_data', 'Not affected'],
  ['retbleed', 'Not affected'],
  ['spec_rstack_overflow', 'Not affected'],
  ['gather_data_sampling', 'Not affected'],
  ['reg_file_data_sampling', 'Not affected'],
  ['indirect_target_selection', 'Not affected'],
  ['tsa', 'Not affected'],
  ['vmscape', 'Not affected'],
];
