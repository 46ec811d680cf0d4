// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A 32-bit program (i386 or ARM) without any library: calls getppid ARG
 * times, then exits. It has one syscall of each kind whose number differs
 * from the 64-bit table's.
 */
#define NR_EXIT 1
#define NR_GETPPID 64

#if defined(__i386__)
static long call(long number, long argument)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(number), "b"(argument) : "memory");
	return ret;
}

/* The kernel leaves argc and argv on the stack. */
__asm__(".globl _start\n_start:\n mov %esp, %eax\n push %eax\n call begin\n");
#elif defined(__arm__)
static long call(long number, long argument)
{
	register long r7 __asm__("r7") = number;
	register long r0 __asm__("r0") = argument;

	__asm__ volatile("svc #0" : "+r"(r0) : "r"(r7) : "memory");
	return r0;
}

__asm__(".globl _start\n_start:\n mov r0, sp\n bl begin\n");
#else
#error "i386 or ARM"
#endif

__attribute__((used, noreturn)) void begin(const long *stack);

void begin(const long *stack)
{
	const char *digit = stack[0] > 1 ? (const char *)stack[2] : "1";
	long rounds = 0;

	for (; *digit; digit++)
		rounds = rounds * 10 + (*digit - '0');
	while (rounds-- > 0)
		call(NR_GETPPID, 0);
	for (;;)
		call(NR_EXIT, 0);
}
