/*
 * guardpage in a C program: reserve, commit, protect, hit a guard page, handle that, print the map.
 * The core is C too, as wasm2c wrote it: no engine is needed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"
#include "guardpage.h"

static Z_guardpage_instance_t core;

/* What this program uses of the core, by the names of guardpage.h. */
#define guardpage_machineCreate(...) Z_guardpageZ_machineCreate(&core, __VA_ARGS__)
#define guardpage_machineCounter(...) Z_guardpageZ_machineCounter(&core, __VA_ARGS__)
#define guardpage_contextCreate() Z_guardpageZ_contextCreate(&core)
#define guardpage_contextEnter(...) Z_guardpageZ_contextEnter(&core, __VA_ARGS__)
#define guardpage_spaceCreate(...) Z_guardpageZ_spaceCreate(&core, __VA_ARGS__)
#define guardpage_allocate(...) Z_guardpageZ_allocate(&core, __VA_ARGS__)
#define guardpage_protect(...) Z_guardpageZ_protect(&core, __VA_ARGS__)
#define guardpage_query(...) Z_guardpageZ_query(&core, __VA_ARGS__)
#define guardpage_loadU32(...) Z_guardpageZ_loadU32(&core, __VA_ARGS__)
#define guardpage_storeU32(...) Z_guardpageZ_storeU32(&core, __VA_ARGS__)
#define guardpage_outcomeClear(...) Z_guardpageZ_outcomeClear(&core, __VA_ARGS__)

#define WINDOWS_10 7
#define PAGE GUARDPAGE_PAGE_BYTES
#define RESERVED (16 * PAGE)
#define QUERIED_BYTES 28

static uint32_t context;
static uint32_t space;

/* The memory of the core may move when it grows, so nobody keeps this. */
static const guardpage_context* record(void) {
  return (const guardpage_context*)(Z_guardpageZ_memory(&core)->data + context);
}

static uint64_t succeed(const char* call, uint32_t status) {
  if (status != GUARDPAGE_STATUS_SUCCESS) {
    fprintf(stderr, "%s: %08" PRIx32 "\n", call, status);
    exit(1);
  }
  return record()->results[0];
}

static void protect_page(uint64_t page, uint32_t protection) {
  uint32_t status = guardpage_protect(context, space, GUARDPAGE_NONE, page, GUARDPAGE_NONE, PAGE,
                                      protection, GUARDPAGE_NONE);
  succeed("protect", status);
}

/* What the guest's handler does: whether the guest goes on with the access. */
static int handle(void) {
  const guardpage_context* failed = record();
  uint32_t code = failed->exception_code;
  uint64_t address = failed->exception_address;
  printf("exception %08" PRIx32 ", access %" PRIu32 " at %08" PRIx64 "\n", code,
         failed->exception_access, address);
  guardpage_outcomeClear(context);
  if (code == GUARDPAGE_STATUS_GUARD_PAGE_VIOLATION) return 1; /* the guard is gone */
  if (code != GUARDPAGE_STATUS_ACCESS_VIOLATION) return 0;
  protect_page(address & ~(uint64_t)(PAGE - 1), GUARDPAGE_PAGE_READWRITE);
  return 1;
}

static uint32_t load_word(uint64_t address) {
  for (;;) {
    uint32_t value = guardpage_loadU32(context, address);
    if (record()->outcome == GUARDPAGE_RESOLVED) return value;
    if (!handle()) exit(1);
  }
}

static void store_word(uint64_t address, uint32_t value) {
  for (;;) {
    guardpage_storeU32(context, address, value);
    if (record()->outcome == GUARDPAGE_RESOLVED) return;
    if (!handle()) exit(1);
  }
}

static const char* state_name(uint64_t state) {
  return state == GUARDPAGE_MEM_COMMIT ? "committed" : "reserved";
}

static void print_map(void) {
  uint64_t end = guardpage_machineCounter(10);
  for (uint64_t at = guardpage_machineCounter(9); at < end;) {
    succeed("query", guardpage_query(context, space, at, 0, GUARDPAGE_NONE, QUERIED_BYTES,
                                     GUARDPAGE_NONE));
    const uint64_t* run = record()->results;
    if (run[4] != GUARDPAGE_MEM_FREE) {
      printf("%08" PRIx64 " %6" PRIu64 " KB %-9s protection %03" PRIx64 "\n", run[0],
             run[3] / 1024, state_name(run[4]), run[5]);
    }
    at = run[0] + run[3];
  }
}

int main(void) {
  wasm_rt_init();
  Z_guardpage_init_module();
  Z_guardpage_instantiate(&core);

  if (!guardpage_machineCreate(GUARDPAGE_PROFILE_WIN32, WINDOWS_10, 0, 0x10000, 0x8000, 0, 0)) {
    return 1;
  }
  context = guardpage_contextCreate();
  space = guardpage_spaceCreate(GUARDPAGE_SPACE_TRANSLATED, 50, 345);
  guardpage_contextEnter(context, space);

  uint32_t status =
      guardpage_allocate(context, space, GUARDPAGE_NONE, 0, 0, GUARDPAGE_NONE, RESERVED,
                         GUARDPAGE_MEM_RESERVE, GUARDPAGE_PAGE_READWRITE);
  uint64_t base = succeed("reserve", status);
  status = guardpage_allocate(context, space, GUARDPAGE_NONE, base, 0, GUARDPAGE_NONE, 4 * PAGE,
                              GUARDPAGE_MEM_COMMIT, GUARDPAGE_PAGE_READWRITE);
  succeed("commit", status);
  protect_page(base + PAGE, GUARDPAGE_PAGE_READWRITE | GUARDPAGE_PAGE_GUARD);
  protect_page(base + 2 * PAGE, GUARDPAGE_PAGE_READONLY);
  print_map();

  for (uint32_t page = 0; page < 4; page++) store_word(base + page * PAGE, page + 1);
  uint32_t sum = 0;
  for (uint32_t page = 0; page < 4; page++) sum += load_word(base + page * PAGE);
  printf("sum %" PRIu32 "\n", sum);
  print_map();
  return 0;
}
