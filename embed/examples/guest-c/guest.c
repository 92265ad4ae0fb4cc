/*
 * A guest in C, in a WebAssembly module of its own: it fills a buffer that is reserved, has each page
 * committed by the fault that its first touch makes, and counts bits. The checks stand in line.
 */
#include "guardpage.h"

/* Static data lies where the core has none: see the linker's options in the Makefile. */
static const uint8_t BITS[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

static guardpage_context* record(uint32_t context) {
  return (guardpage_context*)(uintptr_t)context;
}

static guardpage_translation* translation(uint32_t context, uint64_t address) {
  uint32_t entry = (uint32_t)(address >> 12) & 1023;
  return (guardpage_translation*)(uintptr_t)(context + GUARDPAGE_TRANSLATIONS) + entry;
}

/* What the tag has to be for the access to lie in one page of the current space. */
static uint64_t tag(uint32_t context, uint64_t address, uint32_t size) {
  return record(context)->tag | ((address + size - 1) >> 12);
}

/* Whether the access is to be made again: the page is committed now. */
static int handled(uint32_t context, uint32_t space) {
  guardpage_context* failed = record(context);
  uint64_t address = failed->exception_address;
  if (failed->outcome != GUARDPAGE_VIOLATION) return 0;
  guardpage_outcomeClear(context);
  return guardpage_allocate(context, space, GUARDPAGE_NONE, address, 0, GUARDPAGE_NONE, 1,
                            GUARDPAGE_MEM_COMMIT, GUARDPAGE_PAGE_READWRITE) == 0;
}

static uint32_t load_word(uint32_t context, uint64_t address) {
  guardpage_translation* entry = translation(context, address);
  if (entry->read_tag == tag(context, address, 4)) {
    return *(uint32_t*)(uintptr_t)(entry->addend + (uint32_t)address);
  }
  return (uint32_t)guardpage_loadSlow(context, address, 4);
}

static int store_word(uint32_t context, uint32_t space, uint64_t address, uint32_t value) {
  guardpage_translation* entry = translation(context, address);
  if (entry->write_tag == tag(context, address, 4)) {
    *(uint32_t*)(uintptr_t)(entry->addend + (uint32_t)address) = value;
    return 1;
  }
  do {
    guardpage_storeSlow(context, address, 4, value);
    if (record(context)->outcome == GUARDPAGE_RESOLVED) return 1;
  } while (handled(context, space));
  return 0;
}

/* Squares of 0 to words - 1, from `base` on; how many could be stored. */
__attribute__((export_name("squares"))) uint32_t squares(uint32_t context, uint32_t space,
                                                         uint64_t base, uint32_t words) {
  for (uint32_t i = 0; i < words; i++) {
    if (!store_word(context, space, base + 4 * (uint64_t)i, i * i)) return i;
  }
  return words;
}

/* How many bits are set in the words from `base` on. */
__attribute__((export_name("bits"))) uint32_t bits(uint32_t context, uint64_t base,
                                                   uint32_t words) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < words; i++) {
    uint32_t word = load_word(context, base + 4 * (uint64_t)i);
    for (; word != 0; word >>= 4) count += BITS[word & 15];
  }
  return count;
}
