/**
 * Names of the x86 processor features as /proc/cpuinfo shows them, a line for each 32-bit word; `-` for those that it
 * does not show. The position is the number in `modalias`.
 *
 * @linux arch/x86/kernel/cpu/capflags.c (generated from asm/cpufeatures.h)
 */
const WORDS: readonly string[] = [
  'fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe',
  '- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow',
  'recovery longrun - lrti',
  'cxmmx k6_mtrr cyrix_arr centaur_mcr - - - - constant_tsc up art arch_perfmon pebs bts - - rep_good amd_lbr_v2 - acc_power nopl - xtopology tsc_reliable nonstop_tsc cpuid extd_apicid amd_dcm aperfmperf rapl nonstop_tsc_s3 tsc_known_freq',
  'pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor',
  '- - rng rng_en - - ace ace_en ace2 ace2_en phe phe_en pmm pmm_en',
  'lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc perfctr_llc mwaitx',
  'ring3mwait cpuid_fault cpb epb cat_l3 cat_l2 cdp_l3 invpcid_single hw_pstate proc_feedback - pti - - intel_ppin cdp_l2 - ssbd mba - perfmon_v2 - - - - ibrs ibpb stibp - - ibrs_enhanced -',
  'tpr_shadow vnmi flexpriority ept vpid - - - - - - - - - - vmmcall - ept_ad - - - - tdx_guest',
  'fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl',
  'xsaveopt xsavec xgetbv1 xsaves -',
  'cqm_llc cqm_occup_llc cqm_mbm_total cqm_mbm_local - - split_lock_detect - - - - - - - - - - - - - - - - - - - - - - - - -',
  '- - - - avx_vnni avx512_bf16',
  'clzero irperf xsaveerptr - rdpru - - - - wbnoinvd - - - - - - - - - - - - - amd_ppin - virt_ssbd - cppc - - - brs',
  'dtherm ida arat - pln - pts hwp hwp_notify hwp_act_window hwp_epp hwp_pkg_req - - - - - - - hfi',
  'npt lbrv svm_lock nrip_save tsc_scale vmcb_clean flushbyasid decodeassists - - pausefilter - pfthreshold avic - v_vmsave_vmload vgif - x2avic - v_spec_ctrl - - - - - - - -',
  '- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - bus_lock_detect cldemote - movdiri movdir64b enqcmd sgx_lc',
  'overflow_recov succor - smca',
  '- - avx512_4vnniw avx512_4fmaps fsrm - - - avx512_vp2intersect - md_clear - - - serialize - tsxldtrk - pconfig arch_lbr ibt - amx_bf16 avx512_fp16 amx_tile amx_int8 - - flush_l1d arch_capabilities - -',
  'sme sev - sev_es - - - - - - -',
  '- - - - - - - - - - - - - - - - - - - - - - - - - - - - - -',
  'amd_lbr_pmc_freeze - - - - - - - - - - - - - ibpb_exit_to_user',
];

/** Feature number by name. */
export const x86_cap_numbers: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap((line, word) =>
    line
      .split(' ')
      .map((name, bit): [string, number] => [name, word * 32 + bit])
      .filter(([name]) => name !== '-' && name !== ''),
  ),
);
