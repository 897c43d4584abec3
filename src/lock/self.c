#include "lock/self.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "platform/os.h"

/* For a set of processes that cannot be told from others: one of this process alone. */
static uint64_t own_random(void)
{
	static atomic_uint_least64_t chosen;
	uint64_t none = 0;
	uint64_t random = 0;
	if (atomic_load(&chosen) == 0 && gv_os_random(&random) == 0)
		atomic_compare_exchange_strong(&chosen, &none, random | 1);
	return atomic_load(&chosen);
}

static void find_mark(struct lock_self *self, const struct gv_os_self *process)
{
	if (process->machine != 0 && process->boot != 0 && process->space != 0)
		snprintf(self->mark, sizeof self->mark,
		         LOCK_MARK "%08" PRIx32 "-%08" PRIx32 "-%08" PRIx32, process->machine,
		         process->boot, process->space);
	else
		snprintf(self->mark, sizeof self->mark, LOCK_MARK "%016" PRIx64, own_random());
}

void lock_self_find(struct lock_self *self)
{
	struct gv_os_self process;
	char name[GV_OS_NAME_SIZE];
	gv_os_self(&process);
	gv_os_program_name(name);
	*self = (struct lock_self){.sees_host = gv_os_sees_host()};
	if (gv_os_machine_id(self->host, sizeof self->host) != 0)
		self->host[0] = '\0';
	find_mark(self, &process);
	bool known = self->sees_host && self->host[0] != '\0';
	self->machine = known ? self->host : self->mark;
	self->started = name[0] == '\0' ? 0 : process.started;
	snprintf(self->execution, sizeof self->execution, "%" PRId64 "-%" PRIu64 "%s", process.pid,
	         self->started, name);
}
