/**
 * A boot image for v86: 64 KB that the processor finds below 1 MB, where it starts in real mode. It
 * enters protected mode, maps 16 MB by 4 KB pages, and then makes the loop that a byte on the first
 * serial line asks for: "B" comes back when it begins, "E" when it is done, and the sum of what was
 * loaded is at SUM.
 *
 *     0x00008000  sum of the last loop
 *     0x00010000  page directory, and four page tables behind it
 *     0x00400000  1 MB of words to load; word i holds i
 *     0x00500000  1 MB of words to store to
 *     0x000f0000  this image
 */

export const SUM = 0x8000;
export const LOADED = 0x40_0000;
export const STORED = 0x50_0000;
export const WORDS = 0x4_0000;
const PASSES = 4;
/** Accesses of one loop. */
export const ACCESSES = PASSES * WORDS;
/** The random loop's generator, x -> x * MULTIPLIER + INCREMENT, of which the upper bits choose. */
export const MULTIPLIER = 1664525;
export const INCREMENT = 1013904223;

const IMAGE = 0xf_0000;
const IMAGE_BYTES = 0x1_0000;
const DIRECTORY = 0x1_0000;
const TABLES = DIRECTORY + 0x1000;
const PRESENT_WRITABLE_USER = 7;
const DATA = 0x3f8; // of the serial line: the byte
const LINE_STATUS = 0x3fd; // bit 0: there is a byte
const BEGINS = 0x42;
const DONE = 0x45;

// Where the parts of the image begin.
const DESCRIPTORS = 0x18;
const PROTECTED = 0x40;
const COMMANDS = 0x200;
const LOOPS = 0x300;
const LOOP_BYTES = 0x80;
const RESET = 0xfff0;

const u32 = (/** @type {number} */ value) => [
  ...[value & 0xff, (value >>> 8) & 0xff],
  ...[(value >>> 16) & 0xff, value >>> 24],
];

const REAL_MODE = [
  0xfa, // cli
  ...[0x2e, 0x66, 0x0f, 0x01, 0x16, DESCRIPTORS, 0], // lgdt cs:[DESCRIPTORS]
  ...[0x0f, 0x20, 0xc0], // mov eax, cr0
  ...[0x0c, 0x01], // or al, 1: protected mode
  ...[0x0f, 0x22, 0xc0], // mov cr0, eax
  ...[0x66, 0xea, ...u32(IMAGE + PROTECTED), 8, 0], // jmp 8:PROTECTED
];

const GLOBAL_DESCRIPTORS = [
  ...[23, 0, ...u32(IMAGE + DESCRIPTORS + 8), 0, 0], // last byte and place of the table
  ...[0, 0, 0, 0, 0, 0, 0, 0], // 0: nothing
  ...[0xff, 0xff, 0, 0, 0, 0x9a, 0xcf, 0], // 8: code, 4 GB from 0
  ...[0xff, 0xff, 0, 0, 0, 0x92, 0xcf, 0], // 16: data, 4 GB from 0
];

const DIRECTORY_ENTRIES = [0, 1, 2, 3].flatMap((table) => [
  ...[0xc7, 0x05, ...u32(DIRECTORY + table * 4)], // mov [DIRECTORY + table * 4], ...
  ...u32(TABLES + table * 0x1000 + PRESENT_WRITABLE_USER),
]);

const PROTECTED_MODE = [
  ...[0x66, 0xb8, 16, 0], // mov ax, 16
  ...[0x8e, 0xd8], // mov ds, ax
  ...[0x8e, 0xc0], // mov es, ax
  ...[0x8e, 0xd0], // mov ss, ax
  0xfc, // cld
  ...[0xbf, ...u32(TABLES)], // mov edi, TABLES
  ...[0xb8, ...u32(PRESENT_WRITABLE_USER)], // mov eax, page 0
  ...[0xb9, ...u32(4096)], // mov ecx, 4096
  0xab, // page: stosd
  ...[0x05, ...u32(0x1000)], // add eax, 0x1000
  ...[0xe2, 0xf8], // loop page
  ...DIRECTORY_ENTRIES,
  ...[0xb8, ...u32(DIRECTORY)], // mov eax, DIRECTORY
  ...[0x0f, 0x22, 0xd8], // mov cr3, eax
  ...[0x0f, 0x20, 0xc0], // mov eax, cr0
  ...[0x0d, ...u32(0x8000_0000)], // or eax, 0x80000000: paging
  ...[0x0f, 0x22, 0xc0], // mov cr0, eax
  ...[0xeb, 0x00], // jmp to the next instruction
  ...[0xbf, ...u32(LOADED)], // mov edi, LOADED
  ...[0x31, 0xc0], // xor eax, eax
  ...[0xb9, ...u32(WORDS)], // mov ecx, WORDS
  0xab, // word: stosd
  0x40, // inc eax
  ...[0xe2, 0xfc], // loop word
];

const BEGIN = [
  ...[0xb0, BEGINS], // mov al, "B"
  0xee, // out dx, al
  ...[0xbb, ...u32(PASSES)], // mov ebx, PASSES
  ...[0x31, 0xc0], // xor eax, eax
];

const END = [
  ...[0xa3, ...u32(SUM)], // mov [SUM], eax
  ...[0xba, ...u32(DATA)], // mov edx, DATA
  ...[0xb0, DONE], // mov al, "E"
  0xee, // out dx, al
];

/** Word after word, from `base`, with an instruction of two bytes. */
function sequential(/** @type {number} */ base, /** @type {[number, number]} */ instruction) {
  return [
    ...BEGIN,
    ...[0xbe, ...u32(base)], // pass: mov esi, base
    ...[0xb9, ...u32(WORDS)], // mov ecx, WORDS
    ...instruction, // next:
    ...[0x83, 0xc6, 0x04], // add esi, 4
    0x49, // dec ecx
    ...[0x75, 0xf8], // jnz next
    0x4b, // dec ebx
    ...[0x75, 0xeb], // jnz pass
    ...END,
  ];
}

const RANDOM = [
  ...BEGIN,
  ...[0xbd, ...u32(1)], // mov ebp, 1
  ...[0xbe, ...u32(LOADED)], // mov esi, LOADED
  ...[0xb9, ...u32(WORDS)], // pass: mov ecx, WORDS
  ...[0x69, 0xed, ...u32(MULTIPLIER)], // next: imul ebp, ebp, MULTIPLIER
  ...[0x81, 0xc5, ...u32(INCREMENT)], // add ebp, INCREMENT
  ...[0x89, 0xea], // mov edx, ebp
  ...[0xc1, 0xea, 14], // shr edx, 14
  ...[0x03, 0x04, 0x96], // add eax, [esi + edx * 4]
  0x49, // dec ecx
  ...[0x75, 0xe9], // jnz next
  0x4b, // dec ebx
  ...[0x75, 0xe1], // jnz pass
  ...END,
];

/** By the byte that asks for them. */
const LOOP = {
  l: sequential(LOADED, [0x03, 0x06]), // add eax, [esi]
  s: sequential(STORED, [0x89, 0x0e]), // mov [esi], ecx
  r: sequential(LOADED, [0x01, 0xf0]), // add eax, esi: registers alone
  n: RANDOM,
};

/** @typedef {keyof typeof LOOP} Command */
export const COMMANDS_KNOWN = /** @type {Command[]} */ (Object.keys(LOOP));

/** jmp, or jz, from behind these bytes to a place in the image. */
function jump(/** @type {number[]} */ opcode, /** @type {number} */ at, /** @type {number} */ to) {
  return [...opcode, ...u32((to - (at + opcode.length + 4)) | 0)];
}

export function bootImage() {
  const image = new Uint8Array(IMAGE_BYTES).fill(0xf4); // hlt
  const put = (/** @type {number} */ at, /** @type {number[]} */ bytes) => {
    image.set(bytes, at);
    return at + bytes.length;
  };
  put(RESET, [0xea, 0, 0, 0x00, 0xf0]); // jmp 0xf000:0
  put(0, REAL_MODE);
  put(DESCRIPTORS, GLOBAL_DESCRIPTORS);
  const ready = put(PROTECTED, PROTECTED_MODE);
  put(ready, jump([0xe9], ready, COMMANDS));
  let at = put(COMMANDS, [
    ...[0xba, ...u32(LINE_STATUS)], // mov edx, LINE_STATUS
    0xec, // wait: in al, dx
    ...[0xa8, 0x01], // test al, 1
    ...[0x74, 0xfb], // jz wait
    ...[0xba, ...u32(DATA)], // mov edx, DATA
    0xec, // in al, dx
  ]);
  for (const [index, command] of COMMANDS_KNOWN.entries()) {
    const place = LOOPS + index * LOOP_BYTES;
    at = put(at, [0x3c, command.charCodeAt(0)]); // cmp al, command
    at = put(at, jump([0x0f, 0x84], at, place));
    const done = put(place, LOOP[command]);
    put(done, jump([0xe9], done, COMMANDS));
  }
  put(at, jump([0xe9], at, COMMANDS));
  return image;
}
