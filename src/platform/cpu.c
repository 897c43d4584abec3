/* What the processor tells of itself. */
#include "platform/os.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* CPUID leaf 80000008h, EAX bits 0 to 7 (AMD64 Architecture Programmer's Manual, volume 3). */
unsigned gv_os_address_bits(void)
{
	unsigned a = 0;
	unsigned b = 0;
	unsigned c = 0;
	unsigned d = 0;
	return __get_cpuid(0x80000008U, &a, &b, &c, &d) == 1 ? a & 0xFF : 0;
}
#else
unsigned gv_os_address_bits(void)
{
	return 0;
}
#endif
