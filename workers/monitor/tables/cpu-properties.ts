/**
 * Properties of an x86 CPU type, in the order in which device-list-properties of QEMU 7.2 lists those of
 * `max-x86_64-cpu`: `name`, `:type` unless bool, `=default` where it has one, `!` where it has a description (what the
 * values may be).
 */
export const CPU_PROPERTY_TEXT = `
  memory:link<memory-region> start-powered-off vmx-invept-single-context core-capability popcnt sgx-debug dtes64
  vmx-invvpid-single-addr xstore min-xlevel2:uint32=0 stepping:int vmx-vmfunc hv-emsr-bitmap=false! pse36
  avx512-4vnniw x-intel-pt-auto-level=true fma4 avx512-vp2intersect avx2 kvm-poll-control sgxlc amd-stibp
  family:int vmware-cpuid-freq=true vmx-store-lma hv-spinlocks:uint32=4294967295 erms vaes sgx-tokenkey
  vmx-activity-wait-sipi vmx-flexpriority hv-reset=false! rdrand vmx-ept-advanced-exitinfo vmx-pause-exit
  vmx-shadow-vmcs avx512-vpopcntdq model:int xcrypt tbm vmx-eptad vmx-monitor-exit kvm-pv-eoi lm
  hv-version-id-spack:uint32=0 x-vendor-cpuid-only=true vmx-unrestricted-guest host-phys-bits-limit:uint8=0 pae
  hv-runtime=false! ssse3 phe movdiri host-phys-bits=false taa-no full-width-write arat avx512vbmi2 arch-lbr
  vmx-vnmi-pending x2apic npt vmx-invpcid-exit avx512ifma model-id:string ucode-rev:uint64=0 hv-evmcs=false!
  pmm-en vmx-io-exit tsc x-force-features=false vmx-ins-outs dca vmx-apicv-x2apic ia64 hv-stimer-direct=false!
  perfctr-core vmx-cr3-load-noexit pmu=false kvmclock vmx-entry-noload-debugctl md-clear invtsc pn avx512cd
  cmp-legacy cx16 avx512dq abm vmx-activity-shutdown kvm-pv-ipi vmx-apicv-register fxsr-opt skip-l1dfl-vmentry
  fill-mtrr-mask=true x-migrate-smi-count=true pcid rdpid wbnoinvd syscall pse xsaves vmx-entry-load-pat vgif
  mce xfd node-id:int32=-1 ibpb vmx-apicv-xapic cldemote lwp rtm hv-tlbflush=false! kvm-steal-time
  cpuid-0xb=true vmx-hlt-exit vmx-desc-exit vmx-eptp-switching sgx-provisionkey vmx-entry-load-efer
  level-func7:uint32=4294967295 vmx-invlpg-exit vmx-exit-save-efer die-id:int32=-1 vme kvm-pv-unhalt
  kvm-no-smi-migration=false svm vmx-invvpid kvm-hint-dedicated mca vmx-tsc-scaling mtrr cid pfthreshold pmm
  lahf-lm hv-version-id-build:uint32=14393 tcg-cpuid=true vmx-entry-load-pkrs vmx-entry-ia32e-mode
  x-hv-max-vps:int32=-1 tm pbe amx-int8 sgx1 vmx-rdpmc-exit split-lock-detect apic-id:uint32=4294967295 fpu
  skinit l3-cache=true sep intel-pt-lip hv-tlbflush-direct=false! avx512-bf16
  vmx-invept-single-context-noglobals vmx-rdtscp-exit nx vmx-invvpid-all-context sgx-kss pause-filter ds-cpl
  fsrm vmx-exit-load-efer vmx-vmwrite-vmexit-fields vmx-ept nodeid-msr vmx-ept-execonly smap vmx-io-bitmap
  vmx-preemption-timer vmx-invept-all-context vmx-intr-exit vmx-exit-clear-bndcfgs cr8legacy
  xlevel:uint32=4294967295 vmx-vpid vmx-zero-len-inject pschange-mc-no virt-ssbd umip avx512er vmx-vintr-pending
  xstore-en avx512vl ibrs rsba cmov vmx-posted-intr xcrypt-en tm2 lbrv tsc-scale vmx-secondary-ctls xsaveerptr
  fsgsbase x-hv-synic-kvm-only=false avx512bw hv-version-id-minor:uint16=0 sse4a tsc-frequency:int smx hle
  monitor avx512-fp16 tce vpclmulqdq hv-frequencies=false! kvm-pv-tlb-flush vmx-rdtsc-exit vmx-activity-hlt
  vmx-cr8-load-exit mds-no svme-addr-chk amd-no-ssb adx vmx-exit-load-pkrs hv-version-id-sbranch:uint8=0
  crash-information:GuestPanicInformation min-level:uint32=0 full-cpuid-auto-level=true vmx-entry-load-bndcfgs
  vmx-vnmi pclmulqdq xop msr kvm-pv-enforce-cpuid=false ssb-no clflush xlevel2:uint32=4294967295 mpx extapic
  vmx-mtf hv-enforce-cpuid=false hv-stimer=false! sgx2 vmx-rdseed-exit smep xsavec vmx-mwait-exit
  hv-synic=false! cx8 pku kvm=true vmx-exit-load-pat hv-passthrough=false vmcb-clean tsx-ldtrk
  hv-tlbflush-ext=false! stibp vmx-cr3-store-noexit tsx-ctrl svm-lock hv-reenlightenment=false! sgx-exinfo avic
  ds sse clzero hv-vpindex=false! osvw pks vmx-ept-2mb vmx-true-ctls movdir64b vmx-invept acpi vmx-encls-exit
  vmx-cr8-store-exit vmx-rdrand-exit nrip-save gfni kvm-mmu kvm-msi-ext-dest-id serialize avx512bitalg rdseed
  sha-ni ace2 lmce=false waitpkg topoext f16c 3dnowprefetch avx512-4fmaps vmx-ept-1gb avx sse2 rdctl-no mmx
  hv-version-id-major:uint16=10 level:uint32=4294967295 avx512vnni pni movbe vmx-ple mmxext lbr-fmt:uint64
  bus-lock-detect vmx-apicv-vid vmx-page-walk-5 flushbyasid rdtscp clwb kvm-pv-sched-yield kvm-asyncpf
  decodeassists vmx-wbinvd-exit pat vmx-exit-clear-rtit-ctl invpcid pdpe1gb vmx-exit-save-pat hv-vendor-id:str
  tsc-adjust vmx-entry-load-rtit-ctl ht amx-tile xtpr hv-xmm-input=false! vmx-tsc-offset ssbd 3dnowext
  clflushopt sgx unavailable-features:strList xsave pdcm hv-crash=false! est vendor:string pge pcommit ibs
  tsc-deadline kvmclock-stable-bit misalignsse vmx-msr-bitmap check=true hv-time=false! hv-avic=false!
  perfctr-nb phys-bits:uint32=0 apic vmx-exit-save-preemption-timer vmx-exit-ack-intr sgx-mode64 avx512vbmi
  thread-id:int32=-1 min-xlevel:uint32=0 socket-id:int32=-1 vmx-exit-nosave-debugctl avx512f vmx-xsaves
  arch-capabilities bmi2 vmx-exit-load-perf-global-ctrl vmx-pml vmx-page-walk-4 vmx-nmi-exit intel-pt wdt
  kvm-nopiodelay ace2-en v-vmsave-vmload avx512pf bmi1 enforce=false sse4.2 hv-syndbg=false! ibrs-all xgetbv1
  spec-ctrl 3dnow kvm-asyncpf-int vmx la57 hv-no-nonarch-coresharing:OnOffAuto=off! amx-bf16 sse4.1 xsaveopt
  hv-relaxed=false! hv-version-id-snumber:uint32=0 vmx-entry-load-perf-global-ctrl avx-vnni fxsr phe-en
  hv-vapic=false! hv-ipi=false! hypervisor aes amd-ssbd core-id:int32=-1 de ss vmx-movdr-exit fma
  host-cache-info=false migratable=true lahf_lm tsc_adjust svm_lock vmcb_clean nrip_save lbr_fmt:uint64 pclmuldq
  ffxsr sse4-2 kvm_asyncpf_int cmp_legacy kvm_nopiodelay perfctr_core kvm_pv_unhalt ds_cpl sse4-1 perfctr_nb
  sse3 tsc_scale pause_filter kvm_asyncpf kvm_steal_time feature-words:X86CPUFeatureWordInfo kvm_mmu
  filtered-features:X86CPUFeatureWordInfo sse4_2 kvm_poll_control fxsr_opt nodeid_msr kvm_pv_eoi i64
  hv-apicv=false! xd sse4_1
`;

/** Those that only `max` (and `host`) have. */
export const MAX_ONLY_PROPERTIES: ReadonlySet<string> = new Set(['host-cache-info', 'migratable']);
