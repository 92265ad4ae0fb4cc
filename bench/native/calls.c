/*
 * The calls of bench/rows/call-works.mjs, as a Windows program makes them. Prints nanoseconds by
 * the names of the rows, as JSON: medians of SAMPLES.
 */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define SAMPLES 15
#define PAGE ((SIZE_T)0x1000)
#define SMALL ((SIZE_T)0x10000)
#define LARGE ((SIZE_T)0x40000000)
#define PAGES 1024
#define BYTES (PAGES * PAGE)

typedef void (*work)(void);

static char *small, *large, *guarded, *reserved, *faulting, *watched, *touched;
static volatile LONG hits;
static void *addresses[PAGES];

static void verify(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "wrong result: %s, error %lu\n", what, GetLastError());
  exit(1);
}

static char *reserve(SIZE_T bytes, DWORD type) {
  char *base = VirtualAlloc(NULL, bytes, type, PAGE_READWRITE);
  verify(base != NULL, "VirtualAlloc");
  return base;
}

static void release(char *base) { verify(VirtualFree(base, 0, MEM_RELEASE), "VirtualFree"); }

static void commit(char *base, SIZE_T bytes) {
  verify(VirtualAlloc(base, bytes, MEM_COMMIT, PAGE_READWRITE) == base, "commit");
}

static void decommit(char *base, SIZE_T bytes) {
  verify(VirtualFree(base, bytes, MEM_DECOMMIT), "decommit");
}

static void touch(char *base, SIZE_T bytes) {
  for (SIZE_T at = 0; at < bytes; at += PAGE) *(volatile int *)(base + at) = 7;
}

static LONG CALLBACK handler(EXCEPTION_POINTERS *pointers) {
  EXCEPTION_RECORD *record = pointers->ExceptionRecord;
  char *address = (char *)record->ExceptionInformation[1];
  if (record->ExceptionCode == STATUS_GUARD_PAGE_VIOLATION) {
    hits++;
    return EXCEPTION_CONTINUE_EXECUTION;
  }
  if (address < faulting || address >= faulting + BYTES) return EXCEPTION_CONTINUE_SEARCH;
  hits++;
  commit((char *)((ULONG_PTR)address & ~(PAGE - 1)), PAGE);
  return EXCEPTION_CONTINUE_EXECUTION;
}

static void allocate(void) { release(reserve(SMALL, MEM_RESERVE | MEM_COMMIT)); }

static void allocate_touched(void) {
  char *base = reserve(SMALL, MEM_RESERVE | MEM_COMMIT);
  touch(base, SMALL);
  release(base);
}

static void commit_pages(void) {
  for (int page = 0; page < PAGES; page++) commit(reserved + page * PAGE, PAGE);
  decommit(reserved, BYTES);
}

static void protect_bytes(char *base, SIZE_T bytes) {
  DWORD old;
  verify(VirtualProtect(base, bytes, PAGE_READONLY, &old) && old == PAGE_READWRITE, "protect");
  verify(VirtualProtect(base, bytes, PAGE_READWRITE, &old) && old == PAGE_READONLY, "protect");
}

static void protect(void) { protect_bytes(small, PAGE); }
static void protect_large(void) { protect_bytes(large, LARGE); }

static void query_bytes(char *base, SIZE_T bytes) {
  MEMORY_BASIC_INFORMATION information;
  verify(VirtualQuery(base, &information, sizeof information) != 0, "VirtualQuery");
  verify(information.RegionSize == bytes, "RegionSize");
}

static void query(void) { query_bytes(small, SMALL); }
static void query_large(void) { query_bytes(large, LARGE); }

static void guard(void) {
  DWORD old;
  LONG before = hits;
  VirtualProtect(guarded, PAGE, PAGE_READWRITE | PAGE_GUARD, &old);
  verify(*(volatile int *)guarded == 7 && hits == before + 1, "guard page");
}

static void commit_on_fault(void) {
  LONG before = hits;
  touch(faulting, BYTES);
  verify(hits == before + PAGES, "faults that the handler saw");
  decommit(faulting, BYTES);
}

static void first_writes(void) {
  verify(ResetWriteWatch(watched, BYTES) == 0, "ResetWriteWatch");
  touch(watched, BYTES);
}

static void harvest(void) {
  ULONG_PTR count = PAGES;
  DWORD granularity, flags = WRITE_WATCH_FLAG_RESET;
  verify(GetWriteWatch(flags, watched, BYTES, addresses, &count, &granularity) == 0,
         "GetWriteWatch");
  verify(count == PAGES && addresses[PAGES - 1] == watched + BYTES - PAGE, "pages written");
}

static void write_pages(void) { touch(watched, BYTES); }

static void nothing(void) {}

static void first_touches(void) {
  commit(touched, BYTES);
  touch(touched, BYTES);
  decommit(touched, BYTES);
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

/* `before` runs ahead of each sample, and is not counted. */
static void measure_after(work before, const char *name, work run, int iterations, int operations) {
  static const char *separator = "{";
  LARGE_INTEGER frequency, started, ended;
  double samples[SAMPLES];
  QueryPerformanceFrequency(&frequency);
  before();
  run();
  for (int sample = 0; sample < SAMPLES; sample++) {
    before();
    QueryPerformanceCounter(&started);
    for (int iteration = 0; iteration < iterations; iteration++) run();
    QueryPerformanceCounter(&ended);
    samples[sample] = (double)(ended.QuadPart - started.QuadPart) * 1e9 / frequency.QuadPart /
                      ((double)iterations * operations);
  }
  qsort(samples, SAMPLES, sizeof samples[0], ascending);
  printf("%s\"%s\": %.1f\n", separator, name, samples[SAMPLES / 2]);
  separator = ",";
}

static void measure(const char *name, work run, int iterations, int operations) {
  measure_after(nothing, name, run, iterations, operations);
}

int main(void) {
  small = reserve(SMALL, MEM_RESERVE | MEM_COMMIT);
  large = reserve(LARGE, MEM_RESERVE | MEM_COMMIT);
  guarded = reserve(SMALL, MEM_RESERVE | MEM_COMMIT);
  reserved = reserve(BYTES, MEM_RESERVE);
  faulting = reserve(BYTES, MEM_RESERVE);
  watched = reserve(BYTES, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH);
  touched = reserve(BYTES, MEM_RESERVE);
  touch(guarded, SMALL);
  touch(watched, BYTES);
  AddVectoredExceptionHandler(1, handler);
  measure("allocate", allocate, 1000, 1);
  measure("allocate-touched", allocate_touched, 300, 1);
  measure("commit", commit_pages, 5, PAGES);
  measure("protect", protect, 2000, 2);
  measure("protect-1gb", protect_large, 20, 2);
  measure("query", query, 5000, 1);
  measure("query-1gb", query_large, 20, 1);
  measure("guard", guard, 500, 1);
  measure("commit-on-fault", commit_on_fault, 1, PAGES);
  measure("first-write", first_writes, 1, PAGES);
  measure_after(write_pages, "harvest", harvest, 1, PAGES);
  measure("first-touch", first_touches, 5, PAGES);
  printf("}\n");
  return 0;
}
