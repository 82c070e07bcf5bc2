/** CPU models in the order in which qom-list-types of QEMU 7.2 lists their types (a hash table's). */
export const CPU_TYPE_ORDER: readonly string[] = `
  max Westmere-IBRS Denverton Icelake-Server-v1 Haswell-v1 core2duo Opteron_G5-v1 Westmere-v1 Cooperlake n270
  Icelake-Server-v3 pentium3-v1 Snowridge-v3 EPYC-Rome qemu32 Skylake-Client-v2 KnightsMill Skylake-Server-v3
  Icelake-Server-v5 Opteron_G1 Haswell-IBRS Haswell-v3 athlon EPYC-Rome-v1 Skylake-Client-v4 Opteron_G2-v1
  Broadwell-v2 EPYC-IBPB Skylake-Server-v5 Nehalem-v2 IvyBridge-v2 Cascadelake-Server-v2 athlon-v1 EPYC-v1
  Icelake-Server-noTSX SandyBridge Conroe-v1 kvm64 Broadwell-v4 Denverton-v2 pentium3 core2duo-v1 kvm32-v1
  Cascadelake-Server-v4 Skylake-Client Opteron_G3 Cooperlake-v2 486-v1 EPYC-v3 qemu64-v1 EPYC Penryn-v1 Conroe
  Icelake-Server Opteron_G5 Haswell SandyBridge-v1 IvyBridge Dhyana-v1 Nehalem Snowridge-v2 Broadwell
  Opteron_G3-v1 qemu64 Skylake-Server-v2 Broadwell-IBRS coreduo-v1 Icelake-Server-v2 Haswell-v2 host
  Cascadelake-Server-noTSX Skylake-Client-v1 Skylake-Server-IBRS Westmere-v2 Skylake-Client-IBRS
  Cascadelake-Server-v1 Icelake-Server-v4 phenom-v1 Snowridge-v4 IvyBridge-IBRS coreduo
  Skylake-Client-noTSX-IBRS Skylake-Client-v3 pentium2 Broadwell-v1 EPYC-Milan-v1 KnightsMill-v1 n270-v1
  Skylake-Server-v4 Nehalem-v1 Icelake-Server-v6 Opteron_G2 Broadwell-noTSX Snowridge IvyBridge-v1
  Broadwell-noTSX-IBRS Haswell-v4 EPYC-Rome-v2 Broadwell-v3 pentium qemu32-v1 Haswell-noTSX Denverton-v1
  Opteron_G4-v1 phenom pentium-v1 Cooperlake-v1 Cascadelake-Server-v3 Nehalem-IBRS Skylake-Server pentium2-v1
  EPYC-v2 Cascadelake-Server Denverton-v3 EPYC-Milan Cascadelake-Server-v5 Opteron_G4 Westmere
  Skylake-Server-noTSX-IBRS kvm32 SandyBridge-IBRS base Opteron_G1-v1 kvm64-v1 486 Snowridge-v1 Penryn Dhyana
  Skylake-Server-v1 SandyBridge-v2 Haswell-noTSX-IBRS Dhyana-v2
`
  .trim()
  .split(/\s+/);
