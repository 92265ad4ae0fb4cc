/** A rule row, and the statuses it is about with the error that each becomes. */
export interface StatusRow {
  readonly rule: string;
  readonly statuses: readonly (readonly [name: string, status: number, error: number])[];
}

export const statusRows: readonly StatusRow[] = [
  {
    rule: "15#1",
    statuses: [
      ["STATUS_SUCCESS", 0x00000000, 0],
      ["STATUS_UNABLE_TO_FREE_VM", 0xc000001a, 87],
    ],
  },
  {
    rule: "15#2",
    statuses: [
      ["STATUS_PAGE_FAULT_DEMAND_ZERO", 0x00000111, 748],
      ["STATUS_UNABLE_TO_DELETE_SECTION", 0xc000001b, 87],
    ],
  },
  {
    rule: "15#3",
    statuses: [
      ["STATUS_PAGE_FAULT_GUARD_PAGE", 0x00000113, 750],
      ["STATUS_INVALID_SYSTEM_SERVICE", 0xc000001c, 1],
    ],
  },
  {
    rule: "15#4",
    statuses: [
      ["STATUS_OBJECT_NAME_EXISTS", 0x40000000, 698],
      ["STATUS_ILLEGAL_INSTRUCTION", 0xc000001d, 0xc000001d],
    ],
  },
  {
    rule: "15#5",
    statuses: [
      ["STATUS_WORKING_SET_LIMIT_RANGE", 0x40000002, 87],
      ["STATUS_INVALID_LOCK_SEQUENCE", 0xc000001e, 5],
    ],
  },
  {
    rule: "15#6",
    statuses: [
      ["STATUS_IMAGE_NOT_AT_BASE", 0x40000003, 700],
      ["STATUS_INVALID_VIEW_SIZE", 0xc000001f, 5],
    ],
  },
  {
    rule: "15#7",
    statuses: [
      ["STATUS_WAS_LOCKED", 0x40000019, 717],
      ["STATUS_INVALID_FILE_FOR_SECTION", 0xc0000020, 193],
    ],
  },
  {
    rule: "15#8",
    statuses: [
      ["STATUS_GUARD_PAGE_VIOLATION", 0x80000001, 0x80000001],
      ["STATUS_ALREADY_COMMITTED", 0xc0000021, 5],
    ],
  },
  {
    rule: "15#9",
    statuses: [
      ["STATUS_DATATYPE_MISALIGNMENT", 0x80000002, 998],
      ["STATUS_ACCESS_DENIED", 0xc0000022, 5],
    ],
  },
  {
    rule: "15#10",
    statuses: [
      ["STATUS_BREAKPOINT", 0x80000003, 0x80000003],
      ["STATUS_OBJECT_TYPE_MISMATCH", 0xc0000024, 6],
    ],
  },
  {
    rule: "15#11",
    statuses: [
      ["STATUS_SINGLE_STEP", 0x80000004, 0x80000004],
      ["STATUS_NONCONTINUABLE_EXCEPTION", 0xc0000025, 0xc0000025],
    ],
  },
  {
    rule: "15#12",
    statuses: [
      ["STATUS_BUFFER_OVERFLOW", 0x80000005, 234],
      ["STATUS_INVALID_DISPOSITION", 0xc0000026, 0xc0000026],
    ],
  },
  {
    rule: "15#13",
    statuses: [
      ["STATUS_PARTIAL_COPY", 0x8000000d, 299],
      ["STATUS_NOT_LOCKED", 0xc000002a, 158],
    ],
  },
  {
    rule: "15#14",
    statuses: [
      ["STATUS_NO_MORE_ENTRIES", 0x8000001a, 259],
      ["STATUS_UNABLE_TO_DECOMMIT_VM", 0xc000002c, 487],
    ],
  },
  {
    rule: "15#15",
    statuses: [
      ["STATUS_NOT_IMPLEMENTED", 0xc0000002, 1],
      ["STATUS_NOT_COMMITTED", 0xc000002d, 487],
    ],
  },
  {
    rule: "15#16",
    statuses: [
      ["STATUS_INVALID_INFO_CLASS", 0xc0000003, 87],
      ["STATUS_OBJECT_NAME_NOT_FOUND", 0xc0000034, 2],
    ],
  },
  {
    rule: "15#17",
    statuses: [
      ["STATUS_INFO_LENGTH_MISMATCH", 0xc0000004, 24],
      ["STATUS_OBJECT_NAME_COLLISION", 0xc0000035, 183],
    ],
  },
  {
    rule: "15#18",
    statuses: [
      ["STATUS_ACCESS_VIOLATION", 0xc0000005, 998],
      ["STATUS_SECTION_TOO_BIG", 0xc0000040, 8],
    ],
  },
  {
    rule: "15#19",
    statuses: [
      ["STATUS_IN_PAGE_ERROR", 0xc0000006, 999],
      ["STATUS_QUOTA_EXCEEDED", 0xc0000044, 1816],
    ],
  },
  {
    rule: "15#20",
    statuses: [
      ["STATUS_PAGEFILE_QUOTA", 0xc0000007, 1454],
      ["STATUS_INVALID_PAGE_PROTECTION", 0xc0000045, 87],
    ],
  },
  {
    rule: "15#21",
    statuses: [
      ["STATUS_INVALID_HANDLE", 0xc0000008, 6],
      ["STATUS_SECTION_NOT_IMAGE", 0xc0000049, 87],
    ],
  },
  {
    rule: "15#22",
    statuses: [
      ["STATUS_INVALID_PARAMETER", 0xc000000d, 87],
      ["STATUS_BAD_WORKING_SET_LIMIT", 0xc000004c, 87],
    ],
  },
  {
    rule: "15#23",
    statuses: [
      ["STATUS_NO_MEMORY", 0xc0000017, 8],
      ["STATUS_INCOMPATIBLE_FILE_MAP", 0xc000004d, 87],
    ],
  },
  {
    rule: "15#24",
    statuses: [
      ["STATUS_CONFLICTING_ADDRESSES", 0xc0000018, 487],
      ["STATUS_SECTION_PROTECTION", 0xc000004e, 87],
    ],
  },
  {
    rule: "15#25",
    statuses: [
      ["STATUS_NOT_MAPPED_VIEW", 0xc0000019, 487],
      ["STATUS_FILE_LOCK_CONFLICT", 0xc0000054, 33],
    ],
  },
  {
    rule: "15#26",
    statuses: [
      ["STATUS_NO_SUCH_PRIVILEGE", 0xc0000060, 1313],
      ["STATUS_PROCESS_IS_TERMINATING", 0xc000010a, 5],
    ],
  },
  {
    rule: "15#27",
    statuses: [
      ["STATUS_PRIVILEGE_NOT_HELD", 0xc0000061, 1314],
      ["STATUS_MAPPED_FILE_SIZE_ZERO", 0xc000011e, 1006],
    ],
  },
  {
    rule: "15#28",
    statuses: [
      ["STATUS_INVALID_IMAGE_FORMAT", 0xc000007b, 193],
      ["STATUS_PAGEFILE_QUOTA_EXCEEDED", 0xc000012c, 567],
    ],
  },
  {
    rule: "15#29",
    statuses: [
      ["STATUS_SECTION_NOT_EXTENDED", 0xc0000087, 14],
      ["STATUS_COMMITMENT_LIMIT", 0xc000012d, 1455],
    ],
  },
  {
    rule: "15#30",
    statuses: [
      ["STATUS_NOT_MAPPED_DATA", 0xc0000088, 487],
      ["STATUS_INVALID_IMAGE_NOT_MZ", 0xc000012f, 193],
    ],
  },
  {
    rule: "15#31",
    statuses: [
      ["STATUS_PRIVILEGED_INSTRUCTION", 0xc0000096, 0xc0000096],
      ["STATUS_INVALID_IMAGE_PROTECT", 0xc0000130, 193],
    ],
  },
  {
    rule: "15#32",
    statuses: [
      ["STATUS_TOO_MANY_PAGING_FILES", 0xc0000097, 8],
      ["STATUS_INVALID_ADDRESS", 0xc0000141, 59],
    ],
  },
  {
    rule: "15#33",
    statuses: [
      ["STATUS_FILE_INVALID", 0xc0000098, 1006],
      ["STATUS_INVALID_ADDRESS_COMPONENT", 0xc0000207, 1214],
    ],
  },
  {
    rule: "15#34",
    statuses: [
      ["STATUS_INSUFFICIENT_RESOURCES", 0xc000009a, 1450],
      ["STATUS_MAPPED_ALIGNMENT", 0xc0000220, 1132],
    ],
  },
  {
    rule: "15#35",
    statuses: [
      ["STATUS_FREE_VM_NOT_AT_BASE", 0xc000009f, 487],
      ["STATUS_USER_MAPPED_FILE", 0xc0000243, 1224],
    ],
  },
  {
    rule: "15#36",
    statuses: [
      ["STATUS_MEMORY_NOT_ALLOCATED", 0xc00000a0, 487],
      ["STATUS_RESOURCE_NOT_OWNED", 0xc0000264, 288],
    ],
  },
  {
    rule: "15#37",
    statuses: [
      ["STATUS_WORKING_SET_QUOTA", 0xc00000a1, 1453],
      ["STATUS_VOLUME_DISMOUNTED", 0xc000026e, 21],
    ],
  },
  {
    rule: "15#38",
    statuses: [
      ["STATUS_NOT_SUPPORTED", 0xc00000bb, 50],
      ["STATUS_COMMITMENT_MINIMUM", 0xc00002c8, 635],
    ],
  },
  {
    rule: "15#39",
    statuses: [
      ["STATUS_NOT_SAME_DEVICE", 0xc00000d4, 17],
      ["STATUS_INVALID_IMAGE_HASH", 0xc0000428, 577],
    ],
  },
  {
    rule: "15#40",
    statuses: [
      ["STATUS_INVALID_USER_BUFFER", 0xc00000e8, 1784],
      ["STATUS_ENCLAVE_NOT_TERMINATED", 0xc0000511, 814],
    ],
  },
  {
    rule: "15#41",
    statuses: [
      ["STATUS_INVALID_PARAMETER_1", 0xc00000ef, 87],
      ["STATUS_INVALID_PARAMETER_2", 0xc00000f0, 87],
      ["STATUS_INVALID_PARAMETER_3", 0xc00000f1, 87],
      ["STATUS_INVALID_PARAMETER_4", 0xc00000f2, 87],
      ["STATUS_INVALID_PARAMETER_5", 0xc00000f3, 87],
      ["STATUS_INVALID_PARAMETER_6", 0xc00000f4, 87],
      ["STATUS_INVALID_PARAMETER_7", 0xc00000f5, 87],
      ["STATUS_INVALID_PARAMETER_8", 0xc00000f6, 87],
      ["STATUS_INVALID_PARAMETER_9", 0xc00000f7, 87],
      ["STATUS_INVALID_PARAMETER_10", 0xc00000f8, 87],
      ["STATUS_DYNAMIC_CODE_BLOCKED", 0xc0000604, 1655],
    ],
  },
  {
    rule: "15#42",
    statuses: [["STATUS_STACK_OVERFLOW", 0xc00000fd, 1001]],
  },
  {
    rule: "17.21#1",
    statuses: [
      ["STATUS_END_OF_FILE", 0xc0000011, 38],
      ["STATUS_DISK_FULL", 0xc000007f, 112],
    ],
  },
  {
    rule: "17.21#2",
    statuses: [
      ["STATUS_BUFFER_TOO_SMALL", 0xc0000023, 122],
      ["STATUS_IO_DEVICE_ERROR", 0xc0000185, 1117],
    ],
  },
];
