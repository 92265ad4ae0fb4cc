/*
 * Runs instructions on the processor, for tests to compare with. Each line of the input is one:
 *
 *     BYTES EAX ECX EDX EBX EBP ESI EDI EFLAGS
 *
 * in hexadecimal. The answer is a line of the same registers afterwards, and the bytes of the page
 * at DATA; or "fault", where the processor raises a divide error. Before each line the page is
 * filled anew: its byte i is i * 37 + 11.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define DATA ((uint8_t *)0x10000000)
#define DATA_BYTES 0x100
#define PAGE_BYTES 0x1000
#define LINE_BYTES 256
#define ARITHMETIC_FLAGS 0xcd5

struct registers {
    uint64_t eax, ecx, edx, ebx, ebp, esi, edi, eflags;
};

static struct registers registers;
static sigjmp_buf before;

static void faulted(int signal)
{
    (void)signal;
    siglongjmp(before, 1);
}

static void *mapped(void *address, int protection)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (address == NULL ? 0 : MAP_FIXED);
    return mmap(address, PAGE_BYTES, protection, flags, -1, 0);
}

/* Push, load, call, store: the code sees registers and flags as they are in `registers`. */
__attribute__((naked, noinline)) static void run(void *code)
{
    (void)code;
    __asm__("push %rbx; push %rbp; push %r12; push %r13\n"
            "mov %rdi, %r13\n"
            "lea registers(%rip), %r12\n"
            "pushq 56(%r12); popfq\n"
            "mov 0(%r12), %rax; mov 8(%r12), %rcx; mov 16(%r12), %rdx; mov 24(%r12), %rbx\n"
            "mov 32(%r12), %rbp; mov 40(%r12), %rsi; mov 48(%r12), %rdi\n"
            "call *%r13\n"
            "mov %rax, 0(%r12); mov %rcx, 8(%r12); mov %rdx, 16(%r12); mov %rbx, 24(%r12)\n"
            "mov %rbp, 32(%r12); mov %rsi, 40(%r12); mov %rdi, 48(%r12)\n"
            "pushfq; popq 56(%r12)\n"
            "cld\n"
            "pop %r13; pop %r12; pop %rbp; pop %rbx\n"
            "ret");
}

static size_t decode(const char *text, uint8_t *bytes)
{
    size_t count = 0;
    unsigned byte;
    for (; sscanf(text, "%2x", &byte) == 1; text += 2) bytes[count++] = (uint8_t)byte;
    return count;
}

int main(void)
{
    uint8_t *const code = mapped(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
    if (code == MAP_FAILED || mapped(DATA, PROT_READ | PROT_WRITE) == MAP_FAILED) return 1;
    signal(SIGFPE, faulted);

    char line[LINE_BYTES], text[LINE_BYTES];
    while (fgets(line, sizeof line, stdin)) {
        struct registers *r = &registers;
        int fields = sscanf(line, "%s %lx %lx %lx %lx %lx %lx %lx %lx", text, &r->eax, &r->ecx,
                            &r->edx, &r->ebx, &r->ebp, &r->esi, &r->edi, &r->eflags);
        if (fields != 9) return 1;
        r->eflags |= 0x202;
        code[decode(text, code)] = 0xc3; /* ret */
        for (int i = 0; i < DATA_BYTES; i++) DATA[i] = (uint8_t)(i * 37 + 11);
        if (sigsetjmp(before, 1)) {
            puts("fault");
            continue;
        }
        run(code);
        printf("%x %x %x %x %x %x %x %x ", (uint32_t)r->eax, (uint32_t)r->ecx, (uint32_t)r->edx,
               (uint32_t)r->ebx, (uint32_t)r->ebp, (uint32_t)r->esi, (uint32_t)r->edi,
               (uint32_t)(r->eflags & ARITHMETIC_FLAGS));
        for (int i = 0; i < DATA_BYTES; i++) printf("%02x", DATA[i]);
        puts("");
    }
    return 0;
}
