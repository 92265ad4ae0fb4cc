/**
 * guardpage: the Windows paging model as a WebAssembly module.
 *
 * This file declares what `core.wasm` and `tools.wasm` export, for programs that are compiled to
 * WebAssembly and import it, and for hosts in C and C++ that hold an instance of it. What the
 * functions mean as a whole is in docs/abi.md, how to embed them in docs/embedding.md.
 *
 * Names. `guardpage_allocate` is the export `allocate`. Compiled for wasm32 it is an import of that
 * name from the module "guardpage" ("tools" for the tools); elsewhere it is a declaration, and the
 * host defines what it uses, by the calls of its engine.
 *
 * Numbers. An address of the guest, a size and a count of pages is a uint64_t. A uint32_t is a
 * number, or an address in the memory of the core, which has 32 bits: a linear address. Sizes are
 * in bytes unless the name says pages. Little-endian, as all WebAssembly memory.
 *
 * Pointers. A parameter `..._at` is a guest address in the space that the context is in; for all of
 * them GUARDPAGE_NONE means that there is no pointer: the value is in the parameter beside it, and
 * the answer goes to the results of the context. Bytes and lists without a pointer are in the
 * context's transfer area.
 *
 * Answers. A service returns an NTSTATUS, and fills results only where it is below 0x80000000.
 * GUARDPAGE_STATUS_ASKS is none of Windows: do what guardpage_requestField says and call again.
 * `target` is the number of a space, or the NTSTATUS that looking up a handle ended with.
 *
 * Required of every call: machineCreate has answered 1; `context` came from contextCreate; `space`
 * and `section` may be any numbers. Calls into one instance are made one after the other, by
 * whichever thread. No function traps on what a guest may ask for; after a trap the instance is
 * not to be used any more.
 */
#ifndef GUARDPAGE_H
#define GUARDPAGE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define GUARDPAGE_CORE(name) __attribute__((import_module("guardpage"), import_name(#name)))
#define GUARDPAGE_TOOLS(name) __attribute__((import_module("tools"), import_name(#name)))
#else
#define GUARDPAGE_CORE(name)
#define GUARDPAGE_TOOLS(name)
#endif

#ifdef __cplusplus
#define GUARDPAGE_ASSERT(condition, message) static_assert(condition, message)
extern "C" {
#else
#define GUARDPAGE_ASSERT(condition, message) _Static_assert(condition, message)
#endif

/** No pointer: the value is in the arguments, the answer in the results. */
#define GUARDPAGE_NONE UINT64_MAX

/* ---- Layout of linear memory ---- */

/*
 * Sizes and places that no version of contract 2 changes. Guest address a of the windowed space
 * is at GUARDPAGE_WINDOW + a, page p of it has its rights in the byte at GUARDPAGE_ACCESS + p.
 * From GUARDPAGE_EMBEDDER to GUARDPAGE_WINDOW the core touches nothing.
 */

#define GUARDPAGE_PANIC                      UINT32_C(0x800)
#define GUARDPAGE_SPACES_MAX                 UINT32_C(4096)
#define GUARDPAGE_STAGING                    UINT32_C(0xf000)
#define GUARDPAGE_CONTEXT                    UINT32_C(0x10000)
#define GUARDPAGE_SECTIONS_MAX               UINT32_C(65536)
#define GUARDPAGE_ACCESS                     UINT32_C(0x100000)
#define GUARDPAGE_ACCESS_PAGES               UINT32_C(0x100000)
#define GUARDPAGE_EMBEDDER                   UINT32_C(0x220000)
#define GUARDPAGE_WINDOW                     UINT32_C(0x300000)
#define GUARDPAGE_PAGE_BYTES                 UINT32_C(0x1000)

/* Parts of a context. */

#define GUARDPAGE_CONTEXT_BYTES              UINT32_C(0x10000)
#define GUARDPAGE_TRANSFER                   UINT32_C(0x400)
#define GUARDPAGE_TRANSFER_BYTES             UINT32_C(0x7c00)
#define GUARDPAGE_TRANSLATIONS               UINT32_C(0x8000)

/*
 * Bits of the access map: rights of the page, and of this page and the next (span); that of
 * execution, 0x20, has no name in the core.
 */

#define GUARDPAGE_ACCESS_READ                UINT32_C(1)
#define GUARDPAGE_ACCESS_WRITE               UINT32_C(2)
#define GUARDPAGE_ACCESS_EXECUTE             UINT32_C(4)
#define GUARDPAGE_ACCESS_READ_SPAN           UINT32_C(8)
#define GUARDPAGE_ACCESS_WRITE_SPAN          UINT32_C(16)

/**
 * The first bytes of a context: the exception record of the last access that failed, what compiled
 * code reads, and the results of the last service.
 */
#pragma pack(push, 1)
typedef struct guardpage_context {
  /** GUARDPAGE_VIOLATION and so on; stays until guardpage_outcomeClear. */
  uint32_t outcome;
  /** The rule that answered the last call or access: letter, letter, section, part, row. */
  uint32_t decision;
  /** NTSTATUS of the exception. */
  uint32_t exception_code;
  /** GUARDPAGE_READ, GUARDPAGE_WRITE or GUARDPAGE_EXECUTE. */
  uint32_t exception_access;
  /** Guest address of the first byte of the access in the page that failed. */
  uint64_t exception_address;
  /** NTSTATUS inside of an in-page error. */
  uint32_t exception_detail;
  /** The core's own. */
  uint32_t space;
  /** Tag of the current space, as translations carry it. */
  uint64_t tag;
  /** The core's own. */
  uint32_t next;
  /** Number of the thread that calls and accesses are made by, or 0. */
  uint32_t thread;
  /** Not 0: compiled code is to leave at its next poll. */
  uint32_t poll;
  uint32_t reserved[3];
  /** What a service answers beside its status. */
  uint64_t results[16];
} guardpage_context;

/** Where a page of a translated space has its bytes. */
typedef struct guardpage_translation {
  /** Tag of the space and page number, where the page may be read. */
  uint64_t read_tag;
  /** The same for writes. */
  uint64_t write_tag;
  /** The same for execution. */
  uint64_t fetch_tag;
  /** Added to the low 32 bits of the guest address: the linear address. */
  uint32_t addend;
  uint32_t reserved;
} guardpage_translation;
#pragma pack(pop)

#define GUARDPAGE_CONTEXT_OUTCOME UINT32_C(0x00)
#define GUARDPAGE_CONTEXT_DECISION UINT32_C(0x04)
#define GUARDPAGE_CONTEXT_EXCEPTION_CODE UINT32_C(0x08)
#define GUARDPAGE_CONTEXT_EXCEPTION_ACCESS UINT32_C(0x0c)
#define GUARDPAGE_CONTEXT_EXCEPTION_ADDRESS UINT32_C(0x10)
#define GUARDPAGE_CONTEXT_EXCEPTION_DETAIL UINT32_C(0x18)
#define GUARDPAGE_CONTEXT_TAG UINT32_C(0x20)
#define GUARDPAGE_CONTEXT_THREAD UINT32_C(0x2c)
#define GUARDPAGE_CONTEXT_POLL UINT32_C(0x30)
#define GUARDPAGE_CONTEXT_RESULTS UINT32_C(0x40)

GUARDPAGE_ASSERT(offsetof(guardpage_context, outcome) == GUARDPAGE_CONTEXT_OUTCOME, "outcome");
GUARDPAGE_ASSERT(offsetof(guardpage_context, decision) == GUARDPAGE_CONTEXT_DECISION, "decision");
GUARDPAGE_ASSERT(offsetof(guardpage_context, exception_code) == GUARDPAGE_CONTEXT_EXCEPTION_CODE,
                 "exception_code");
GUARDPAGE_ASSERT(
    offsetof(guardpage_context, exception_access) == GUARDPAGE_CONTEXT_EXCEPTION_ACCESS,
    "exception_access");
GUARDPAGE_ASSERT(
    offsetof(guardpage_context, exception_address) == GUARDPAGE_CONTEXT_EXCEPTION_ADDRESS,
    "exception_address");
GUARDPAGE_ASSERT(
    offsetof(guardpage_context, exception_detail) == GUARDPAGE_CONTEXT_EXCEPTION_DETAIL,
    "exception_detail");
GUARDPAGE_ASSERT(offsetof(guardpage_context, tag) == GUARDPAGE_CONTEXT_TAG, "tag");
GUARDPAGE_ASSERT(offsetof(guardpage_context, thread) == GUARDPAGE_CONTEXT_THREAD, "thread");
GUARDPAGE_ASSERT(offsetof(guardpage_context, poll) == GUARDPAGE_CONTEXT_POLL, "poll");
GUARDPAGE_ASSERT(offsetof(guardpage_context, results) == GUARDPAGE_CONTEXT_RESULTS, "results");
GUARDPAGE_ASSERT(sizeof(guardpage_context) == 0xc0, "context");
GUARDPAGE_ASSERT(sizeof(guardpage_translation) == 32, "translation");

/* ---- Constants ---- */

/* Outcomes of an access. */

#define GUARDPAGE_RESOLVED                   UINT32_C(0)
#define GUARDPAGE_VIOLATION                  UINT32_C(1)
#define GUARDPAGE_GUARD                      UINT32_C(2)
#define GUARDPAGE_STACK_OVERFLOW             UINT32_C(3)
#define GUARDPAGE_IN_PAGE                    UINT32_C(4)
#define GUARDPAGE_ASKS                       UINT32_C(5)
#define GUARDPAGE_CODE_WRITTEN               UINT32_C(6)

/* What an access does. */

#define GUARDPAGE_READ                       UINT32_C(0)
#define GUARDPAGE_WRITE                      UINT32_C(1)
#define GUARDPAGE_EXECUTE                    UINT32_C(8)

/* What the core asks for: field 0 of a request; 0 is none. */

#define GUARDPAGE_REQUEST_STORE              UINT32_C(1)
#define GUARDPAGE_REQUEST_LOAD               UINT32_C(2)
#define GUARDPAGE_REQUEST_WRITE              UINT32_C(3)
#define GUARDPAGE_REQUEST_READ               UINT32_C(4)

/* Profiles, and kinds of spaces. */

#define GUARDPAGE_PROFILE_WIN32              UINT32_C(0)
#define GUARDPAGE_PROFILE_WIN32_3G           UINT32_C(1)
#define GUARDPAGE_PROFILE_WIN32_4G           UINT32_C(2)
#define GUARDPAGE_PROFILE_WIN64              UINT32_C(3)
#define GUARDPAGE_PROFILE_WIN64_8TB          UINT32_C(4)
#define GUARDPAGE_PROFILE_WIN9X              UINT32_C(5)
#define GUARDPAGE_PROFILE_CE5                UINT32_C(6)
#define GUARDPAGE_PROFILE_CE6                UINT32_C(7)

#define GUARDPAGE_SPACE_TRANSLATED           UINT32_C(0)
#define GUARDPAGE_SPACE_WINDOWED             UINT32_C(1)

/* Switches of a machine. */

#define GUARDPAGE_SWITCH_PLAIN_STATUS        UINT32_C(0x1)
#define GUARDPAGE_SWITCH_GUARD_FIRST         UINT32_C(0x2)
#define GUARDPAGE_SWITCH_DEP_OFF             UINT32_C(0x4)
#define GUARDPAGE_SWITCH_EXECUTE_ONLY_UNREADABLE UINT32_C(0x8)
#define GUARDPAGE_SWITCH_RESET_ZERO          UINT32_C(0x10)
#define GUARDPAGE_SWITCH_RESET_RANDOM        UINT32_C(0x20)
#define GUARDPAGE_SWITCH_SEEDED_PLACEMENT    UINT32_C(0x40)
#define GUARDPAGE_SWITCH_AUTO_RESERVE        UINT32_C(0x80)
#define GUARDPAGE_SWITCH_LOCK_MEMORY_PRIVILEGE UINT32_C(0x100)
#define GUARDPAGE_SWITCH_WOW64               UINT32_C(0x200)
#define GUARDPAGE_SWITCH_STRICT_PHYSICAL     UINT32_C(0x400)
#define GUARDPAGE_SWITCH_ZERO_REGION_FLAGS   UINT32_C(0x800)
#define GUARDPAGE_SWITCH_WINDOW              UINT32_C(0x1000)
#define GUARDPAGE_SWITCH_PAGE_STORE          UINT32_C(0x2000)

/*
 * Types of allocations and of free, states, kinds of memory, protections, attributes of
 * sections, and the rights of a handle that maps one.
 */

#define GUARDPAGE_MEM_COMMIT                 UINT32_C(0x1000)
#define GUARDPAGE_MEM_RESERVE                UINT32_C(0x2000)
#define GUARDPAGE_MEM_DECOMMIT               UINT32_C(0x4000)
#define GUARDPAGE_MEM_RELEASE                UINT32_C(0x8000)
#define GUARDPAGE_MEM_FREE                   UINT32_C(0x10000)
#define GUARDPAGE_MEM_PRIVATE                UINT32_C(0x20000)
#define GUARDPAGE_MEM_MAPPED                 UINT32_C(0x40000)
#define GUARDPAGE_MEM_9X_SHARED              UINT32_C(0x8000000)
#define GUARDPAGE_MEM_RESET                  UINT32_C(0x80000)
#define GUARDPAGE_MEM_TOP_DOWN               UINT32_C(0x100000)
#define GUARDPAGE_MEM_WRITE_WATCH            UINT32_C(0x200000)
#define GUARDPAGE_MEM_PHYSICAL               UINT32_C(0x400000)
#define GUARDPAGE_MEM_RESET_UNDO             UINT32_C(0x1000000)
#define GUARDPAGE_MEM_IMAGE                  UINT32_C(0x1000000)
#define GUARDPAGE_MEM_DOS_LIM                UINT32_C(0x40000000)
#define GUARDPAGE_MEM_LARGE_PAGES            UINT32_C(0x20000000)
#define GUARDPAGE_PAGE_NOACCESS              UINT32_C(0x01)
#define GUARDPAGE_PAGE_READONLY              UINT32_C(0x02)
#define GUARDPAGE_PAGE_READWRITE             UINT32_C(0x04)
#define GUARDPAGE_PAGE_WRITECOPY             UINT32_C(0x08)
#define GUARDPAGE_PAGE_EXECUTE               UINT32_C(0x10)
#define GUARDPAGE_PAGE_EXECUTE_READ          UINT32_C(0x20)
#define GUARDPAGE_PAGE_EXECUTE_READWRITE     UINT32_C(0x40)
#define GUARDPAGE_PAGE_EXECUTE_WRITECOPY     UINT32_C(0x80)
#define GUARDPAGE_PAGE_GUARD                 UINT32_C(0x100)
#define GUARDPAGE_PAGE_NOCACHE               UINT32_C(0x200)
#define GUARDPAGE_PAGE_WRITECOMBINE          UINT32_C(0x400)
#define GUARDPAGE_PAGE_PHYSICAL              UINT32_C(0x400)
#define GUARDPAGE_PAGE_ENCLAVE_UNVALIDATED   UINT32_C(0x20000000)
#define GUARDPAGE_PAGE_TARGETS               UINT32_C(0x40000000)
#define GUARDPAGE_PAGE_ENCLAVE_THREAD_CONTROL UINT32_C(0x80000000)
#define GUARDPAGE_LARGE_PAGE_BYTES           UINT32_C(0x200000)
#define GUARDPAGE_MEM_REPLACE_PLACEHOLDER    UINT32_C(0x4000)
#define GUARDPAGE_MEM_RESERVE_PLACEHOLDER    UINT32_C(0x40000)
#define GUARDPAGE_MEM_COALESCE_PLACEHOLDERS  UINT32_C(0x1)
#define GUARDPAGE_MEM_PRESERVE_PLACEHOLDER   UINT32_C(0x2)
#define GUARDPAGE_MEM_UNMAP_WITH_BOOST       UINT32_C(0x1)
#define GUARDPAGE_SEC_NO_CHANGE              UINT32_C(0x400000)
#define GUARDPAGE_SEC_FILE                   UINT32_C(0x00800000)
#define GUARDPAGE_SEC_IMAGE                  UINT32_C(0x1000000)
#define GUARDPAGE_SEC_RESERVE                UINT32_C(0x4000000)
#define GUARDPAGE_SEC_COMMIT                 UINT32_C(0x8000000)
#define GUARDPAGE_SEC_NOCACHE                UINT32_C(0x10000000)
#define GUARDPAGE_SEC_WRITECOMBINE           UINT32_C(0x40000000)
#define GUARDPAGE_SEC_LARGE_PAGES            UINT32_C(0x80000000)
#define GUARDPAGE_SECTION_MAP_WRITE          UINT32_C(0x2)
#define GUARDPAGE_SECTION_MAP_READ           UINT32_C(0x4)
#define GUARDPAGE_SECTION_MAP_EXECUTE        UINT32_C(0x8)
#define GUARDPAGE_SECTION_MAP_EXECUTE_EXPLICIT UINT32_C(0x20)

/*
 * NTSTATUS values that the core answers with; STATUS_ASKS and STATUS_CODE_WRITTEN are none of
 * Windows.
 */

#define GUARDPAGE_STATUS_SUCCESS             UINT32_C(0)
#define GUARDPAGE_STATUS_ASKS                UINT32_C(0x20000001)
#define GUARDPAGE_STATUS_CODE_WRITTEN        UINT32_C(0x20000002)
#define GUARDPAGE_STATUS_IMAGE_NOT_AT_BASE   UINT32_C(0x40000003)
#define GUARDPAGE_STATUS_WAS_LOCKED          UINT32_C(0x40000019)
#define GUARDPAGE_STATUS_GUARD_PAGE_VIOLATION UINT32_C(0x80000001)
#define GUARDPAGE_STATUS_PARTIAL_COPY        UINT32_C(0x8000000d)
#define GUARDPAGE_STATUS_DEVICE_BUSY         UINT32_C(0x80000011)
#define GUARDPAGE_STATUS_INVALID_INFO_CLASS  UINT32_C(0xc0000003)
#define GUARDPAGE_STATUS_INFO_LENGTH_MISMATCH UINT32_C(0xc0000004)
#define GUARDPAGE_STATUS_ACCESS_VIOLATION    UINT32_C(0xc0000005)
#define GUARDPAGE_STATUS_IN_PAGE_ERROR       UINT32_C(0xc0000006)
#define GUARDPAGE_STATUS_INVALID_HANDLE      UINT32_C(0xc0000008)
#define GUARDPAGE_STATUS_INVALID_PARAMETER   UINT32_C(0xc000000d)
#define GUARDPAGE_STATUS_NO_MEMORY           UINT32_C(0xc0000017)
#define GUARDPAGE_STATUS_CONFLICTING_ADDRESSES UINT32_C(0xc0000018)
#define GUARDPAGE_STATUS_NOT_MAPPED_VIEW     UINT32_C(0xc0000019)
#define GUARDPAGE_STATUS_UNABLE_TO_FREE_VM   UINT32_C(0xc000001a)
#define GUARDPAGE_STATUS_UNABLE_TO_DELETE_SECTION UINT32_C(0xc000001b)
#define GUARDPAGE_STATUS_INVALID_VIEW_SIZE   UINT32_C(0xc000001f)
#define GUARDPAGE_STATUS_INVALID_FILE_FOR_SECTION UINT32_C(0xc0000020)
#define GUARDPAGE_STATUS_ALREADY_COMMITTED   UINT32_C(0xc0000021)
#define GUARDPAGE_STATUS_ACCESS_DENIED       UINT32_C(0xc0000022)
#define GUARDPAGE_STATUS_NOT_LOCKED          UINT32_C(0xc000002a)
#define GUARDPAGE_STATUS_NOT_COMMITTED       UINT32_C(0xc000002d)
#define GUARDPAGE_STATUS_SECTION_TOO_BIG     UINT32_C(0xc0000040)
#define GUARDPAGE_STATUS_INVALID_PAGE_PROTECTION UINT32_C(0xc0000045)
#define GUARDPAGE_STATUS_BAD_WORKING_SET_LIMIT UINT32_C(0xc000004c)
#define GUARDPAGE_STATUS_INCOMPATIBLE_FILE_MAP UINT32_C(0xc000004d)
#define GUARDPAGE_STATUS_SECTION_PROTECTION  UINT32_C(0xc000004e)
#define GUARDPAGE_STATUS_PRIVILEGE_NOT_HELD  UINT32_C(0xc0000061)
#define GUARDPAGE_STATUS_INVALID_IMAGE_FORMAT UINT32_C(0xc000007b)
#define GUARDPAGE_STATUS_SECTION_NOT_EXTENDED UINT32_C(0xc0000087)
#define GUARDPAGE_STATUS_NOT_MAPPED_DATA     UINT32_C(0xc0000088)
#define GUARDPAGE_STATUS_INSUFFICIENT_RESOURCES UINT32_C(0xc000009a)
#define GUARDPAGE_STATUS_FREE_VM_NOT_AT_BASE UINT32_C(0xc000009f)
#define GUARDPAGE_STATUS_MEMORY_NOT_ALLOCATED UINT32_C(0xc00000a0)
#define GUARDPAGE_STATUS_WORKING_SET_QUOTA   UINT32_C(0xc00000a1)
#define GUARDPAGE_STATUS_NOT_SUPPORTED       UINT32_C(0xc00000bb)
#define GUARDPAGE_STATUS_INVALID_USER_BUFFER UINT32_C(0xc00000e8)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_1 UINT32_C(0xc00000ef)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_2 UINT32_C(0xc00000f0)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_3 UINT32_C(0xc00000f1)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_4 UINT32_C(0xc00000f2)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_5 UINT32_C(0xc00000f3)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_6 UINT32_C(0xc00000f4)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_8 UINT32_C(0xc00000f6)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_9 UINT32_C(0xc00000f7)
#define GUARDPAGE_STATUS_INVALID_PARAMETER_10 UINT32_C(0xc00000f8)
#define GUARDPAGE_STATUS_STACK_OVERFLOW      UINT32_C(0xc00000fd)
#define GUARDPAGE_STATUS_PROCESS_IS_TERMINATING UINT32_C(0xc000010a)
#define GUARDPAGE_STATUS_MAPPED_FILE_SIZE_ZERO UINT32_C(0xc000011e)
#define GUARDPAGE_STATUS_PAGEFILE_QUOTA_EXCEEDED UINT32_C(0xc000012c)
#define GUARDPAGE_STATUS_COMMITMENT_LIMIT    UINT32_C(0xc000012d)
#define GUARDPAGE_STATUS_INVALID_ADDRESS     UINT32_C(0xc0000141)
#define GUARDPAGE_STATUS_MAPPED_ALIGNMENT    UINT32_C(0xc0000220)
#define GUARDPAGE_STATUS_ENCLAVE_FAILURE     UINT32_C(0xc000048f)
#define GUARDPAGE_STATUS_ENCLAVE_NOT_TERMINATED UINT32_C(0xc0000511)

/* ---- Machine, contexts and spaces ---- */

/**
 * Make the machine of this instance; once, before everything else. profile:
 * GUARDPAGE_PROFILE_*. version: with profiles 0 to 4 from 0 (NT 4) to 7 (Windows 10), with
 * win9x 0 for 95 and 1 for 98. switches: a sum of GUARDPAGE_SWITCH_*. The seeds count with
 * SWITCH_SEEDED_PLACEMENT and SWITCH_RESET_RANDOM. 1; or 0 where linear memory cannot grow to
 * the end of the window, and then it may be called again without SWITCH_WINDOW.
 */
GUARDPAGE_CORE(machineCreate)
uint32_t guardpage_machineCreate(
    uint32_t profile, uint32_t version, uint32_t switches, uint64_t commit_limit_pages,
    uint64_t physical_pages, uint32_t placement_seed, uint32_t reset_seed);

/**
 * The types of enclaves that the processor has: a sum of ENCLAVE_TYPE_* of Windows. Before the
 * first enclave.
 */
GUARDPAGE_CORE(machineSetEnclaves)
void guardpage_machineSetEnclaves(uint32_t types);

/** How many NUMA nodes there are, 1 to 64. Before the first space; without it there is one. */
GUARDPAGE_CORE(machineNuma)
void guardpage_machineNuma(uint32_t nodes);

/**
 * A figure of the machine. 0 pages charged, 1 the commit limit in pages, 2 frames in use, 3
 * physical pages, 4 records in use, 5 bytes of linear memory behind the window, 6 linear
 * address of the window or 0, 7 its bytes, 8 linear address of the access map, 9 lowest and 10
 * highest user address, 11 last byte that an allocation may take, 12 marks of code that went
 * without an outcome. 0 for any other number.
 */
GUARDPAGE_CORE(machineCounter)
uint64_t guardpage_machineCounter(uint32_t counter);

/**
 * A new context, one for each caller that makes accesses: its linear address, or 0 where memory
 * is at its end. It is in no space yet.
 */
GUARDPAGE_CORE(contextCreate)
uint32_t guardpage_contextCreate(void);

/**
 * Accesses of the context go to this space from now on, and its thread is 0. A number that no
 * running space has leaves it without one: every access fails.
 */
GUARDPAGE_CORE(contextEnter)
void guardpage_contextEnter(uint32_t context, uint32_t space);

/**
 * Calls and accesses of the context are made by this thread of the space from now on; 0 for
 * none. Decides whose guard pages are a stack that grows.
 */
GUARDPAGE_CORE(contextThread)
void guardpage_contextThread(uint32_t context, uint32_t thread);

/** Code that runs in this context is to leave at its next poll. */
GUARDPAGE_CORE(contextStop)
void guardpage_contextStop(uint32_t context);

/** Whether code is to leave, 1 or 0; it is taken note of by that. */
GUARDPAGE_CORE(contextPoll)
uint32_t guardpage_contextPoll(uint32_t context);

/**
 * A new address space. kind: GUARDPAGE_SPACE_WINDOWED for the one that lies in the window, else
 * GUARDPAGE_SPACE_TRANSLATED. The limits are those of its working set, in pages. Its number, 1
 * to 4095; 0 where the window is taken or missing, or memory is at its end.
 */
GUARDPAGE_CORE(spaceCreate)
uint32_t guardpage_spaceCreate(
    uint32_t kind, uint32_t working_set_min_pages, uint32_t working_set_max_pages);

/**
 * The process ends: regions, frames, locks and charge go back; services answer
 * STATUS_PROCESS_IS_TERMINATING for it.
 */
GUARDPAGE_CORE(spaceTerminate)
void guardpage_spaceTerminate(uint32_t space);

/** Free the number of a space that has been terminated. */
GUARDPAGE_CORE(spaceDestroy)
void guardpage_spaceDestroy(uint32_t space);

/** Limit what the space may have charged, in pages; GUARDPAGE_NONE for no limit. */
GUARDPAGE_CORE(spaceSetQuota)
void guardpage_spaceSetQuota(uint32_t space, uint64_t quota_pages);

/**
 * A figure of the space. 0 pages charged, 1 bytes of its regions, 2 regions, 3 resident pages,
 * 4 locked pages, 5 kind. 0 for any other number or space.
 */
GUARDPAGE_CORE(spaceCounter)
uint64_t guardpage_spaceCounter(uint32_t space, uint32_t counter);

/**
 * Linear address of the bytes at a guest address, as a debugger reads them, to the end of the
 * page: nothing that the guest could see changes. 0 where there are none to be had, 2 where the
 * page has to be brought first: do what requestField says.
 */
GUARDPAGE_CORE(peek)
uint32_t guardpage_peek(uint32_t space, uint64_t address);

/**
 * The same for writing: past protections, as a debugger does. The page is the process's own
 * afterwards if it was copy-on-write.
 */
GUARDPAGE_CORE(poke)
uint32_t guardpage_poke(uint32_t space, uint64_t address);

/** Every access of the space has to ask again. No answer depends on it. */
GUARDPAGE_CORE(mapsForget)
void guardpage_mapsForget(uint32_t space);

/* ---- What the core asks for ---- */

/**
 * Field of what is asked for. 0 kind (GUARDPAGE_REQUEST_*), 1 ticket, 2 slot of the page store
 * or number of the file, 3 page of the file, 4 linear address of the 4,096 bytes: the page for
 * stores and writes, GUARDPAGE_STAGING for loads and reads.
 */
GUARDPAGE_CORE(requestField)
uint64_t guardpage_requestField(uint32_t number);

/**
 * The request with this ticket is done (0), or has failed with an NTSTATUS. 1; or 0 where it is
 * not awaited any more. Make the call or access that asked again in either case.
 */
GUARDPAGE_CORE(requestAnswer)
uint32_t guardpage_requestAnswer(uint32_t ticket, uint32_t status);

/* ---- Services ---- */

/**
 * NtAllocateVirtualMemory. base 0: anywhere. zero_bits as Windows takes them. type:
 * GUARDPAGE_MEM_*, protect: GUARDPAGE_PAGE_*. Results: 0 base, 1 size.
 */
GUARDPAGE_CORE(allocate)
uint32_t guardpage_allocate(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t zero_bits,
    uint64_t size_at, uint64_t size, uint32_t type, uint32_t protect);

/**
 * NtAllocateVirtualMemoryEx: placeholders, and address requirements, of which 0 says nothing.
 * lowest and highest bound the addresses, alignment is a power of two of at least 64 KB.
 * Results: 0 base, 1 size.
 */
GUARDPAGE_CORE(allocateEx)
uint32_t guardpage_allocateEx(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t size_at,
    uint64_t size, uint32_t type, uint32_t protect, uint64_t lowest, uint64_t highest,
    uint64_t alignment);

/** NtAllocateVirtualMemory with a preferred node. Results: 0 base, 1 size. */
GUARDPAGE_CORE(allocateNuma)
uint32_t guardpage_allocateNuma(
    uint32_t context, uint32_t target, uint64_t base, uint64_t size, uint32_t type,
    uint32_t protect, uint32_t node);

/**
 * NtFreeVirtualMemory. type: MEM_DECOMMIT, MEM_RELEASE and what goes with placeholders.
 * Results: 0 base, 1 size.
 */
GUARDPAGE_CORE(free)
uint32_t guardpage_free(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t size_at,
    uint64_t size, uint32_t type);

/** NtProtectVirtualMemory. Results: 0 base, 1 size, 2 old protection of the first page. */
GUARDPAGE_CORE(protect)
uint32_t guardpage_protect(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t size_at,
    uint64_t size, uint32_t protection, uint64_t old_at);

/**
 * NtQueryVirtualMemory. information_class 0: results are base, allocation base, allocation
 * protection, size, state, protection, type. 3 (MemoryRegionInformation): results are
 * allocation base, allocation protection, flags, size, committed bytes. Result 7: bytes of the
 * structure. length is of the guest's structure: 28 or 48 for class 0.
 */
GUARDPAGE_CORE(query)
uint32_t guardpage_query(
    uint32_t context, uint32_t target, uint64_t address, uint32_t information_class,
    uint64_t buffer_at, uint64_t length, uint64_t return_length_at);

/**
 * NtLockVirtualMemory. map_type: 1 into the working set, 2 into memory. Results: 0 base, 1
 * size. STATUS_WAS_LOCKED is a success.
 */
GUARDPAGE_CORE(lock)
uint32_t guardpage_lock(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t size_at,
    uint64_t size, uint32_t map_type);

/** NtUnlockVirtualMemory, as lock. Results: 0 base, 1 size. */
GUARDPAGE_CORE(unlock)
uint32_t guardpage_unlock(
    uint32_t context, uint32_t target, uint64_t base_at, uint64_t base, uint64_t size_at,
    uint64_t size, uint32_t map_type);

/**
 * NtReadVirtualMemory: from `address` of the target to the buffer. Result 0: bytes done, also
 * where it asks; then call again for the rest.
 */
GUARDPAGE_CORE(readVirtual)
uint32_t guardpage_readVirtual(
    uint32_t context, uint32_t target, uint64_t address, uint64_t buffer_at, uint64_t size,
    uint64_t done_at);

/**
 * NtWriteVirtualMemory: from the buffer to `address` of the target. Result 0: bytes done, also
 * where it asks.
 */
GUARDPAGE_CORE(writeVirtual)
uint32_t guardpage_writeVirtual(
    uint32_t context, uint32_t target, uint64_t address, uint64_t buffer_at, uint64_t size,
    uint64_t done_at);

/**
 * WriteProcessMemory of kernel32, which lifts protections for the time of the copy. Result 0:
 * bytes done, also where it asks.
 */
GUARDPAGE_CORE(writeProcess)
uint32_t guardpage_writeProcess(
    uint32_t context, uint32_t target, uint64_t address, uint64_t buffer_at, uint64_t size,
    uint64_t done_at);

/**
 * NtGetWriteWatch. flags: 1 resets what it reports. count: entries that the array has. Results:
 * 0 entries, 1 granularity in bytes. Without array_at the addresses, 8 bytes each, are in the
 * transfer area.
 */
GUARDPAGE_CORE(getWriteWatch)
uint32_t guardpage_getWriteWatch(
    uint32_t context, uint32_t target, uint32_t flags, uint64_t base, uint64_t size,
    uint64_t array_at, uint64_t count_at, uint64_t count, uint64_t granularity_at);

/** NtResetWriteWatch. */
GUARDPAGE_CORE(resetWriteWatch)
uint32_t guardpage_resetWriteWatch(
    uint32_t context, uint32_t target, uint64_t base, uint64_t size);

/**
 * A service of the system is about to touch a buffer of the calling process: faults stay in the
 * service, guards are taken off and pages marked as it would. access: GUARDPAGE_READ or
 * GUARDPAGE_WRITE.
 */
GUARDPAGE_CORE(serviceAsk)
uint32_t guardpage_serviceAsk(
    uint32_t context, uint64_t address, uint64_t length, uint32_t access);

/**
 * VirtualCopy of Windows CE: reserved pages at `destination` show the committed pages that the
 * target has at `source`; a physical address >> 8 with PAGE_PHYSICAL. Result 0: destination.
 * STATUS_INVALID_PARAMETER with other profiles.
 */
GUARDPAGE_CORE(pagesCopy)
uint32_t guardpage_pagesCopy(
    uint32_t context, uint32_t target, uint64_t destination, uint64_t source, uint64_t size,
    uint32_t protection);

/* ---- Working sets ---- */

/**
 * NtQueryVirtualMemory, MemoryWorkingSetInformation. Without buffer_at, entries of pages from
 * page number `from` on go to the transfer area, 8 bytes each. Results: 0 pages in the working
 * set, 1 entries there, 2 page to go on from or 0. length is of the guest's buffer.
 */
GUARDPAGE_CORE(workingSetQuery)
uint32_t guardpage_workingSetQuery(
    uint32_t context, uint32_t target, uint64_t buffer_at, uint64_t length, uint64_t from);

/**
 * MemoryWorkingSetExInformation: pairs of address and attributes. Without buffer_at they are in
 * the transfer area, 16 bytes each, and length counts pairs of the guest's width.
 */
GUARDPAGE_CORE(workingSetQueryEx)
uint32_t guardpage_workingSetQueryEx(
    uint32_t context, uint32_t target, uint64_t buffer_at, uint64_t length);

/** EmptyWorkingSet: what is not locked leaves the working set, with its content. */
GUARDPAGE_CORE(workingSetEmpty)
uint32_t guardpage_workingSetEmpty(uint32_t context, uint32_t target);

/** GetProcessWorkingSetSizeEx. Results: 0 minimum and 1 maximum in bytes, 2 flags. */
GUARDPAGE_CORE(workingSetGetLimits)
uint32_t guardpage_workingSetGetLimits(
    uint32_t context, uint32_t target, uint64_t minimum_at, uint64_t maximum_at,
    uint64_t flags_at);

/** SetProcessWorkingSetSizeEx: minimum and maximum in bytes, flags QUOTA_LIMITS_HARDWS_*. */
GUARDPAGE_CORE(workingSetSetLimits)
uint32_t guardpage_workingSetSetLimits(
    uint32_t context, uint32_t target, uint64_t minimum, uint64_t maximum, uint32_t flags);

/**
 * GetProcessMemoryInfo. Results: 0 page faults, 1 most pages in the working set, 2 pages in it
 * now, 3 most pages charged, 4 pages charged now.
 */
GUARDPAGE_CORE(memoryCounters)
uint32_t guardpage_memoryCounters(uint32_t context, uint32_t target);

/* ---- Sections and views ---- */

/**
 * NtCreateSection over the paging file. size in bytes; protection: GUARDPAGE_PAGE_*;
 * attributes: GUARDPAGE_SEC_*. Result 0: number of the section, which has one handle.
 */
GUARDPAGE_CORE(sectionCreate)
uint32_t guardpage_sectionCreate(
    uint32_t context, uint64_t size, uint32_t protection, uint32_t attributes);

/**
 * NtCreateSection over a file of the host. file: its number, not 0, which requests carry.
 * content: result 1 of an earlier call for the file, or 0. file_access: 1 read, 2 write, 4
 * execute. size_bytes 0: as long as the file. Results: 0 section, 1 content. STATUS_ASKS: the
 * file has to be result 0 bytes long first; there is no request.
 */
GUARDPAGE_CORE(sectionCreateFile)
uint32_t guardpage_sectionCreateFile(
    uint32_t context, uint32_t file, uint32_t content, uint64_t file_bytes,
    uint32_t file_access, uint64_t size_bytes, uint32_t protection, uint32_t attributes);

/**
 * NtCreateSection with SEC_IMAGE over a program whose headers the host has read. status: 0 or
 * the NTSTATUS that refuses it. runs: runs of equal pages in the transfer area: pages (8
 * bytes), PAGE_* or 0 (4 bytes), 4 bytes 0. Results: 0 section, 1 content, which a later call
 * for the same file is given.
 */
GUARDPAGE_CORE(sectionCreateImage)
uint32_t guardpage_sectionCreateImage(
    uint32_t context, uint32_t status, uint32_t file, uint32_t content, uint64_t image_bytes,
    uint64_t image_base, uint32_t runs, uint32_t file_access, uint64_t size_bytes,
    uint32_t protection, uint32_t attributes);

/**
 * NtExtendSection. size_bytes: the new size. Result 0: the size. STATUS_ASKS: the file has to
 * be result 0 bytes long first.
 */
GUARDPAGE_CORE(sectionExtend)
uint32_t guardpage_sectionExtend(
    uint32_t context, uint32_t section, uint64_t file_bytes, uint64_t size_bytes);

/** One handle of the section more. */
GUARDPAGE_CORE(sectionOpen)
void guardpage_sectionOpen(uint32_t section);

/** One handle less; without handles and views the section is gone. */
GUARDPAGE_CORE(sectionClose)
void guardpage_sectionClose(uint32_t section);

/** A figure of the section. 0 bytes, 1 attributes, 2 protection, 3 committed pages. */
GUARDPAGE_CORE(sectionCounter)
uint64_t guardpage_sectionCounter(uint32_t section, uint32_t counter);

/**
 * End the memory of a file that nobody needs any more: 0 done, 1 somebody needs it, 2 a page
 * has to be written first, which is the request.
 */
GUARDPAGE_CORE(contentEnd)
uint32_t guardpage_contentEnd(uint32_t content);

/**
 * NtMapViewOfSection. section: its number, or the NTSTATUS of looking up a handle; rights:
 * GUARDPAGE_SECTION_MAP_* that the handle has. size 0: to the section's end. inherit: 1 or 2,
 * without effect. Results: 0 base, 1 size. STATUS_IMAGE_NOT_AT_BASE is a success.
 */
GUARDPAGE_CORE(viewMap)
uint32_t guardpage_viewMap(
    uint32_t context, uint32_t target, uint32_t section, uint32_t rights, uint64_t base_at,
    uint64_t base, uint64_t zero_bits, uint64_t commit_size, uint64_t offset_at,
    uint64_t offset, uint64_t size_at, uint64_t size, uint32_t inherit, uint32_t type,
    uint32_t protection);

/**
 * NtMapViewOfSectionEx: a view in the place of a placeholder, and address requirements, of
 * which 0 says nothing. Results: 0 base, 1 size.
 */
GUARDPAGE_CORE(viewMapEx)
uint32_t guardpage_viewMapEx(
    uint32_t context, uint32_t target, uint32_t section, uint32_t rights, uint64_t base_at,
    uint64_t base, uint64_t offset_at, uint64_t offset, uint64_t size_at, uint64_t size,
    uint32_t type, uint32_t protection, uint64_t lowest, uint64_t highest, uint64_t alignment);

/** NtUnmapViewOfSection. address: anywhere in the view. */
GUARDPAGE_CORE(viewUnmap)
uint32_t guardpage_viewUnmap(uint32_t context, uint32_t target, uint64_t address);

/** NtUnmapViewOfSectionEx. flags: MEM_PRESERVE_PLACEHOLDER leaves a placeholder behind. */
GUARDPAGE_CORE(viewUnmapEx)
uint32_t guardpage_viewUnmapEx(
    uint32_t context, uint32_t target, uint64_t address, uint32_t flags);

/** NtFlushVirtualMemory. size 0: to the end of the view. Results: 0 base, 1 size. */
GUARDPAGE_CORE(viewFlush)
uint32_t guardpage_viewFlush(
    uint32_t context, uint32_t target, uint64_t address, uint64_t size);

/* ---- Threads and stacks ---- */

/**
 * A figure of a thread's stack. 0 StackBase, 1 StackLimit, 2 DeallocationStack, 3
 * GuaranteedStackBytes. 0 where there is none.
 */
GUARDPAGE_CORE(threadStack)
uint64_t guardpage_threadStack(uint32_t space, uint32_t thread, uint32_t figure);

/**
 * Write the fields of a thread's TEB, for a stack that the program made itself; three zeros
 * take the stack away. 1; or 0 where memory is at its end, or `thread` is 0.
 */
GUARDPAGE_CORE(threadStackSet)
uint32_t guardpage_threadStackSet(
    uint32_t space, uint32_t thread, uint64_t base, uint64_t limit,
    uint64_t deallocation_stack);

/* ---- Accesses ---- */

/*
 * Each goes to the context's space. After an outcome other than 0 nothing of a single access
 * has happened, and what a load gives means nothing; the exception record is in the context.
 */

/** The caller has taken note of the outcome. */
GUARDPAGE_CORE(outcomeClear)
void guardpage_outcomeClear(uint32_t context);

/**
 * Linear address for one access of 1 to 15 bytes within a page, which the caller then makes; 0
 * after an outcome. Good until the next call.
 */
GUARDPAGE_CORE(probe)
uint32_t guardpage_probe(uint32_t context, uint64_t address, uint32_t size, uint32_t access);

/**
 * The same for the beginning of `length` bytes. Result 0: bytes that lie together from there
 * on.
 */
GUARDPAGE_CORE(probeRange)
uint32_t guardpage_probeRange(
    uint32_t context, uint64_t address, uint64_t length, uint32_t access);

/**
 * Make the pages of an access of 1 to 15 bytes ready, without making it. The outcome; 0 until
 * the context asks again.
 */
GUARDPAGE_CORE(ask)
uint32_t guardpage_ask(uint32_t context, uint64_t address, uint32_t size, uint32_t access);

/** A load of 1, 2, 4 or 8 bytes, over a page boundary too; zero-extended. */
GUARDPAGE_CORE(loadSlow)
uint64_t guardpage_loadSlow(uint32_t context, uint64_t address, uint32_t size);

/** A store of the low 1, 2, 4 or 8 bytes of value, over a page boundary too. */
GUARDPAGE_CORE(storeSlow)
void guardpage_storeSlow(uint32_t context, uint64_t address, uint32_t size, uint64_t value);

/** Fetch 1 to 15 bytes to execute. The outcome; the bytes are in the transfer area. */
GUARDPAGE_CORE(fetch)
uint32_t guardpage_fetch(uint32_t context, uint64_t address, uint32_t size);

/**
 * Copy bytes of the guest; ranges may overlap. The outcome. Result 0: bytes done from the
 * beginning, result 1: at the end, where it goes downwards. Call again for the rest.
 */
GUARDPAGE_CORE(copy)
uint32_t guardpage_copy(uint32_t context, uint64_t target, uint64_t source, uint64_t length);

/** Fill bytes of the guest with the low byte of value. The outcome. Result 0: bytes done. */
GUARDPAGE_CORE(fill)
uint32_t guardpage_fill(uint32_t context, uint64_t address, uint32_t value, uint64_t length);

/**
 * Compare bytes of the guest. The outcome. Result 0: bytes that are equal, result 1: -1, 0 or
 * 1.
 */
GUARDPAGE_CORE(compare)
uint32_t guardpage_compare(uint32_t context, uint64_t left, uint64_t right, uint64_t length);

/** Loads of unsigned integers at any address of the guest. */
GUARDPAGE_CORE(loadU8)
uint32_t guardpage_loadU8(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadU16)
uint32_t guardpage_loadU16(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadU32)
uint32_t guardpage_loadU32(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadU64)
uint64_t guardpage_loadU64(uint32_t context, uint64_t address);

/** Loads of signed integers at any address of the guest. */
GUARDPAGE_CORE(loadI8)
int32_t guardpage_loadI8(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadI16)
int32_t guardpage_loadI16(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadI32)
int32_t guardpage_loadI32(uint32_t context, uint64_t address);

/** Loads of floats: the bits, whatever they are. */
GUARDPAGE_CORE(loadF32)
float guardpage_loadF32(uint32_t context, uint64_t address);
GUARDPAGE_CORE(loadF64)
double guardpage_loadF64(uint32_t context, uint64_t address);

/** Stores of the low bytes of value at any address of the guest. */
GUARDPAGE_CORE(storeU8)
void guardpage_storeU8(uint32_t context, uint64_t address, uint32_t value);
GUARDPAGE_CORE(storeU16)
void guardpage_storeU16(uint32_t context, uint64_t address, uint32_t value);
GUARDPAGE_CORE(storeU32)
void guardpage_storeU32(uint32_t context, uint64_t address, uint32_t value);
GUARDPAGE_CORE(storeU64)
void guardpage_storeU64(uint32_t context, uint64_t address, uint64_t value);

/** Stores of floats: the bits, whatever they are. */
GUARDPAGE_CORE(storeF32)
void guardpage_storeF32(uint32_t context, uint64_t address, float value);
GUARDPAGE_CORE(storeF64)
void guardpage_storeF64(uint32_t context, uint64_t address, double value);

/** The same, faster. Require: the context is in the windowed space. */
GUARDPAGE_CORE(windowedLoadU8)
uint32_t guardpage_windowedLoadU8(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadU16)
uint32_t guardpage_windowedLoadU16(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadU32)
uint32_t guardpage_windowedLoadU32(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadU64)
uint64_t guardpage_windowedLoadU64(uint32_t context, uint32_t address);

/** Require: the context is in the windowed space. */
GUARDPAGE_CORE(windowedLoadI8)
int32_t guardpage_windowedLoadI8(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadI16)
int32_t guardpage_windowedLoadI16(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadI32)
int32_t guardpage_windowedLoadI32(uint32_t context, uint32_t address);

/** Require: the context is in the windowed space. */
GUARDPAGE_CORE(windowedLoadF32)
float guardpage_windowedLoadF32(uint32_t context, uint32_t address);
GUARDPAGE_CORE(windowedLoadF64)
double guardpage_windowedLoadF64(uint32_t context, uint32_t address);

/** Require: the context is in the windowed space. */
GUARDPAGE_CORE(windowedStoreU8)
void guardpage_windowedStoreU8(uint32_t context, uint32_t address, uint32_t value);
GUARDPAGE_CORE(windowedStoreU16)
void guardpage_windowedStoreU16(uint32_t context, uint32_t address, uint32_t value);
GUARDPAGE_CORE(windowedStoreU32)
void guardpage_windowedStoreU32(uint32_t context, uint32_t address, uint32_t value);
GUARDPAGE_CORE(windowedStoreU64)
void guardpage_windowedStoreU64(uint32_t context, uint32_t address, uint64_t value);

/** Require: the context is in the windowed space. */
GUARDPAGE_CORE(windowedStoreF32)
void guardpage_windowedStoreF32(uint32_t context, uint32_t address, float value);
GUARDPAGE_CORE(windowedStoreF64)
void guardpage_windowedStoreF64(uint32_t context, uint32_t address, double value);

/* ---- Tools ---- */

/*
 * Exports of tools.wasm. It imports the memory of a core, "env" "memory", and works with any
 * core of its version; it may be instantiated when the first of these is called.
 */

/**
 * Check the rules between the maps of a space. 0; or the number of a broken rule, with its page
 * in result 0.
 */
GUARDPAGE_TOOLS(verifySpace)
uint32_t guardpage_verifySpace(uint32_t context, uint32_t space);

/**
 * A region that was there before. type: MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE. backing: what
 * lies behind its pages. runs: runs of equal pages in the transfer area.
 */
GUARDPAGE_TOOLS(regionAdopt)
uint32_t guardpage_regionAdopt(
    uint32_t context, uint32_t space, uint64_t base, uint64_t size, uint32_t type,
    uint32_t allocation_protect, uint32_t backing, uint32_t runs);

/**
 * Make a space of this kind that is what another is now: copy on write. Its threads are none. An
 * NTSTATUS; where it is no success, nothing has changed. Result 0: its number.
 */
GUARDPAGE_TOOLS(spaceFork)
uint32_t guardpage_spaceFork(uint32_t context, uint32_t space, uint32_t kind);

/**
 * Give a new thread of a fork the stack that a thread of the other space has, if it has one. 1; or
 * 0 where memory is at its end.
 */
GUARDPAGE_TOOLS(threadFork)
uint32_t guardpage_threadFork(
    uint32_t space, uint32_t thread, uint32_t forked, uint32_t forked_thread);

/** Bytes of [base, base + size) in pages that hold a frame. */
GUARDPAGE_TOOLS(spaceTouched)
uint64_t guardpage_spaceTouched(uint32_t space, uint64_t base, uint64_t size);

/**
 * The stack of a new thread in the context's space, reserve and commit in bytes, 0 for the
 * defaults. Results: 0 StackBase, 1 StackLimit, 2 DeallocationStack.
 */
GUARDPAGE_TOOLS(threadStackMake)
uint32_t guardpage_threadStackMake(
    uint32_t context, uint32_t thread, uint64_t reserve, uint64_t commit);

/**
 * RtlCreateUserStack: sizes and alignments in bytes. Results: 0 StackBase, 1 StackLimit, 2
 * DeallocationStack.
 */
GUARDPAGE_TOOLS(stackCreate)
uint32_t guardpage_stackCreate(
    uint32_t context, uint64_t commit, uint64_t reserve, uint64_t zero_bits,
    uint64_t commit_align, uint64_t reserve_align);

/** SetThreadStackGuarantee of the context's thread. Result 0: bytes guaranteed before. */
GUARDPAGE_TOOLS(stackGuarantee)
uint32_t guardpage_stackGuarantee(uint32_t context, uint64_t size_at, uint64_t size);

/**
 * _resetstkoflw of the context's thread. GUARDPAGE_NONE: the stack pointer is not known. 1, or
 * 0 where there is too little room.
 */
GUARDPAGE_TOOLS(stackRearm)
uint32_t guardpage_stackRearm(uint32_t context, uint64_t stack_pointer);

/**
 * Mark the pages of [address, address + length) as ones that code was made from. The next write
 * to each ends with GUARDPAGE_CODE_WRITTEN. STATUS_CONFLICTING_ADDRESSES where not all is
 * committed.
 */
GUARDPAGE_TOOLS(codeMark)
uint32_t guardpage_codeMark(uint32_t context, uint64_t address, uint64_t length);

/** Take the marks away. */
GUARDPAGE_TOOLS(codeForget)
void guardpage_codeForget(uint32_t context, uint64_t address, uint64_t length);

/** First page of [address, end) with a mark, or end. */
GUARDPAGE_TOOLS(codeNext)
uint64_t guardpage_codeNext(uint32_t space, uint64_t address, uint64_t end);

/**
 * NtAllocateUserPhysicalPages. Result 0: frames delivered; without array_at they are in the
 * transfer area, 8 bytes each. Requires SWITCH_LOCK_MEMORY_PRIVILEGE, or it is refused.
 */
GUARDPAGE_TOOLS(userPagesAllocate)
uint32_t guardpage_userPagesAllocate(
    uint32_t context, uint32_t target, uint64_t count_at, uint64_t count, uint64_t array_at);

/**
 * NtFreeUserPhysicalPages. Without array_at the frames have been listed. Result 0: what the
 * count says.
 */
GUARDPAGE_TOOLS(userPagesFree)
uint32_t guardpage_userPagesFree(
    uint32_t context, uint32_t target, uint64_t count_at, uint64_t count, uint64_t array_at);

/**
 * Append `count` pairs of the transfer area, address and frame of 8 bytes each, behind the
 * `listed` ones of the context's space; 0 begins anew. For the next of the calls around it.
 */
GUARDPAGE_TOOLS(userPagesList)
uint32_t guardpage_userPagesList(uint32_t context, uint32_t listed, uint32_t count);

/**
 * NtMapUserPhysicalPages. array_at GUARDPAGE_NONE: the frames have been listed; 0: show
 * nothing.
 */
GUARDPAGE_TOOLS(userPagesMap)
uint32_t guardpage_userPagesMap(
    uint32_t context, uint64_t address, uint64_t count, uint64_t array_at);

/** NtMapUserPhysicalPagesScatter. addresses_at and array_at as in userPagesMap. */
GUARDPAGE_TOOLS(userPagesScatter)
uint32_t guardpage_userPagesScatter(
    uint32_t context, uint64_t addresses_at, uint64_t count, uint64_t array_at);

/** OfferVirtualMemory. priority: VM_OFFER_PRIORITY of Windows, 1 to 4. */
GUARDPAGE_TOOLS(offerPages)
uint32_t guardpage_offerPages(
    uint32_t context, uint64_t address, uint64_t size, uint32_t priority);

/** ReclaimVirtualMemory. */
GUARDPAGE_TOOLS(reclaimPages)
uint32_t guardpage_reclaimPages(uint32_t context, uint64_t address, uint64_t size);

/** DiscardVirtualMemory. */
GUARDPAGE_TOOLS(discardPages)
uint32_t guardpage_discardPages(uint32_t context, uint64_t address, uint64_t size);

/** IsEnclaveTypeSupported: 1 or 0. */
GUARDPAGE_TOOLS(enclaveSupported)
uint32_t guardpage_enclaveSupported(uint32_t type);

/** NtCreateEnclave. Results: 0 base, 3 error of the enclave. */
GUARDPAGE_TOOLS(enclaveCreate)
uint32_t guardpage_enclaveCreate(
    uint32_t context, uint32_t target, uint64_t base, uint64_t size, uint64_t initial_bytes,
    uint32_t type, uint64_t information_at, uint32_t information_bytes, uint64_t error_at);

/**
 * NtLoadEnclaveData. Without buffer_at the pages are left for the caller to write through poke.
 * Results: 0 bytes, 3 error.
 */
GUARDPAGE_TOOLS(enclaveLoad)
uint32_t guardpage_enclaveLoad(
    uint32_t context, uint32_t target, uint64_t address, uint64_t buffer_at, uint64_t size,
    uint32_t protection, uint32_t information_bytes, uint64_t done_at, uint64_t error_at);

/** NtInitializeEnclave. Result 3: error. */
GUARDPAGE_TOOLS(enclaveInitialize)
uint32_t guardpage_enclaveInitialize(
    uint32_t context, uint32_t target, uint64_t address, uint64_t information_at,
    uint32_t information_bytes, uint64_t error_at);

/** DeleteEnclave. */
GUARDPAGE_TOOLS(enclaveDelete)
uint32_t guardpage_enclaveDelete(uint32_t context, uint64_t base);

/** TerminateEnclave. */
GUARDPAGE_TOOLS(enclaveTerminate)
uint32_t guardpage_enclaveTerminate(uint32_t context, uint64_t base);

/** CallEnclave. Result 0: base of the enclave that is to be entered. */
GUARDPAGE_TOOLS(enclaveCall)
uint32_t guardpage_enclaveCall(uint32_t context, uint64_t routine);

/** The calling thread enters the running enclave that begins at base: 1 or 0. */
GUARDPAGE_TOOLS(enclaveEnter)
uint32_t guardpage_enclaveEnter(uint32_t context, uint64_t base);

/** A thread that entered leaves. */
GUARDPAGE_TOOLS(enclaveLeave)
void guardpage_enclaveLeave(uint32_t context, uint64_t base);

/**
 * Accesses of the context come from a thread inside of the enclave at base, or from outside of
 * any (0).
 */
GUARDPAGE_TOOLS(enclaveInside)
void guardpage_enclaveInside(uint32_t context, uint64_t base);

/** A page that was added to an enclave is accepted by code inside. */
GUARDPAGE_TOOLS(enclaveAccept)
uint32_t guardpage_enclaveAccept(uint32_t context, uint64_t address);

/**
 * The next committed page of the enclave at `address` from `from` on: 1, or 0 where there is
 * none. Results: 0 address, 1 protection, 2 flags: 1 measured, 2 pending.
 */
GUARDPAGE_TOOLS(enclavePageNext)
uint32_t guardpage_enclavePageNext(uint32_t context, uint64_t address, uint64_t from);

/** Turn Control Flow Guard on in the space. Before its first page is committed. */
GUARDPAGE_TOOLS(spaceGuardFlow)
void guardpage_spaceGuardFlow(uint32_t space);

/**
 * SetProcessValidCallTargets. holder: the space of the handle whatever its rights; least: the
 * lowest offset of the first entry. Without array_at the entries, offset and flags of 8 bytes
 * each, are in the transfer area. Result 0: entries applied.
 */
GUARDPAGE_TOOLS(targetsSet)
uint32_t guardpage_targetsSet(
    uint32_t context, uint32_t holder, uint32_t target, uint64_t address, uint64_t size,
    uint64_t count, uint64_t array_at, uint64_t least);

/** Whether an indirect call of the context's space to the address is let through: 1 or 0. */
GUARDPAGE_TOOLS(targetValid)
uint32_t guardpage_targetValid(uint32_t context, uint64_t address);

/*
 * The state of a machine as records, which docs/snapshots.md explains. Saving: stateSave, stateRoot
 * for each section that the host has handles to, stateRoots, then stateMore until it gives 0; the
 * hash of all of it is stateHash. Loading, into a machine that was made with the same arguments:
 * stateLoad, stateRecords for all records, sectionOpen for each handle of the host, stateLoaded;
 * then verifySpace of each space. After a refusal the machine is of no use.
 */

/** Begin to save. keeps: 1 where records are wanted, 0 where their hash is all. */
GUARDPAGE_TOOLS(stateSave)
void guardpage_stateSave(uint32_t context, uint32_t keeps);

/** A section that the host has handles to, in the order in which they are to be numbered. */
GUARDPAGE_TOOLS(stateRoot)
void guardpage_stateRoot(uint32_t section);

/** All sections that the host has handles to were named. */
GUARDPAGE_TOOLS(stateRoots)
void guardpage_stateRoots(void);

/** The number of a section in the saved state, or 0. Requires: stateRoots. */
GUARDPAGE_TOOLS(stateRank)
uint32_t guardpage_stateRank(uint32_t section);

/**
 * Save the next records into the transfer area. 1: stateBytes of them are there, and there may be
 * more; 2: the same, and the host puts the page of slot stateSlot of its page store at
 * GUARDPAGE_STAGING before the next call; 0: that was all.
 */
GUARDPAGE_TOOLS(stateMore)
uint32_t guardpage_stateMore(void);

/** Bytes of records in the transfer area, or that were loaded from it. */
GUARDPAGE_TOOLS(stateBytes)
uint32_t guardpage_stateBytes(void);

/** Bytes of all records that were saved so far, whether they were wanted or not. */
GUARDPAGE_TOOLS(stateTotal)
uint64_t guardpage_stateTotal(void);

/** The slot of the page store that saving asks for, or that loading has to fill. */
GUARDPAGE_TOOLS(stateSlot)
uint32_t guardpage_stateSlot(void);

/** Forget what was hashed. */
GUARDPAGE_TOOLS(stateHashBegin)
void guardpage_stateHashBegin(void);

/** The first bytes of the transfer area count for the hash too. */
GUARDPAGE_TOOLS(stateHashAdd)
void guardpage_stateHashAdd(uint32_t context, uint32_t bytes);

/** XXH64 with the seed 0 of all records so far, and of what the host has added. */
GUARDPAGE_TOOLS(stateHash)
uint64_t guardpage_stateHash(void);

/** The lower half of it for 0, the upper half for 1. */
GUARDPAGE_TOOLS(stateHashHalf)
uint32_t guardpage_stateHashHalf(uint32_t half);

/** Begin to load. window: the number of the space that gets the window, or 0. */
GUARDPAGE_TOOLS(stateLoad)
void guardpage_stateLoad(uint32_t context, uint32_t window);

/**
 * Load the whole records in the first bytes of the transfer area; stateBytes of them are done then.
 * 0; 1: the host puts the page of the last one, its last 4,096 bytes, into slot stateSlot of its
 * page store; from 2 on the next one is refused.
 */
GUARDPAGE_TOOLS(stateRecords)
uint32_t guardpage_stateRecords(uint32_t context, uint32_t bytes);

/** All records were loaded: 0, or from 2 on why what they say together cannot be. */
GUARDPAGE_TOOLS(stateLoaded)
uint32_t guardpage_stateLoaded(void);

/* ---- Tools: checkpoints, to which the machine can go back in place ---- */

/**
 * The mark of a new checkpoint; 0 where memory is at its end, and then there are none any more.
 * All contexts leave their spaces, and an answer to a request is not awaited any more.
 */
GUARDPAGE_TOOLS(checkpointMake)
uint32_t guardpage_checkpointMake(void);

/** All is as it was when it was made; later ones are gone. All contexts leave their spaces. */
GUARDPAGE_TOOLS(checkpointRewind)
void guardpage_checkpointRewind(uint32_t mark);

/** The checkpoints before this one are gone. */
GUARDPAGE_TOOLS(checkpointsDrop)
void guardpage_checkpointsDrop(uint32_t mark);

/** All of them are gone. */
GUARDPAGE_TOOLS(checkpointsForget)
void guardpage_checkpointsForget(void);

/** 1; 0: there are none, or they are gone for want of memory. */
GUARDPAGE_TOOLS(checkpointsThere)
uint32_t guardpage_checkpointsThere(void);

/*
 * Twins for JavaScript, which no other caller needs: exported too, and not declared here. `nameF64` is
 * `name` with doubles for 64-bit integers, exact below 2^53; -1 stands for all ones in it.
 *
 *     allocateExF64 allocateF64 allocateNumaF64 askF64 codeForgetF64 codeMarkF64 codeNextF64
 *     compareF64 copyF64 discardPagesF64 enclaveAcceptF64 enclaveCallF64 enclaveCreateF64
 *     enclaveDeleteF64 enclaveEnterF64 enclaveInitializeF64 enclaveInsideF64 enclaveLeaveF64
 *     enclaveLoadF64 enclavePageNextF64 enclaveTerminateF64 fetchF64 fillF64 freeF64
 *     getWriteWatchF64 loadF32F64 loadF64F64 loadI16F64 loadI32F64 loadI8F64 loadU16F64 loadU32F64
 *     loadU64F64 loadU8F64 lockF64 machineCounterF64 machineCreateF64 offerPagesF64 pagesCopyF64
 *     peekF64 pokeF64 probeF64 probeRangeF64 protectF64 queryF64 readVirtualF64 reclaimPagesF64
 *     regionAdoptF64 requestFieldF64 resetWriteWatchF64 sectionCounterF64 sectionCreateF64
 *     sectionCreateFileF64 sectionCreateImageF64 sectionExtendF64 serviceAskF64 spaceCounterF64
 *     spaceSetQuotaF64 spaceTouchedF64 stackCreateF64 stackGuaranteeF64 stackRearmF64
 *     stateHashF64 stateTotalF64 storeF32F64
 *     storeF64F64 storeU16F64 storeU32F64 storeU64F64 storeU8F64 targetValidF64 targetsSetF64
 *     threadStackF64 threadStackMakeF64 threadStackSetF64 unlockF64 userPagesAllocateF64
 *     userPagesFreeF64 userPagesMapF64 userPagesScatterF64 viewFlushF64 viewMapExF64 viewMapF64
 *     viewUnmapExF64 viewUnmapF64 workingSetGetLimitsF64 workingSetQueryExF64 workingSetQueryF64
 *     workingSetSetLimitsF64 writeProcessF64 writeVirtualF64
 */

#ifdef __cplusplus
}
#endif

#endif
