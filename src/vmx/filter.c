#include "vmx/filter.h"

#include <stdlib.h>

#include "platform/os.h"

bool filter_init(struct filter *filter, size_t count)
{
	filter->words = calloc(count, sizeof *filter->words);
	if (filter->words != NULL)
		gv_os_expect_use(filter->words, count * sizeof *filter->words);
	filter->count = (uint32_t)count;
	return filter->words != NULL;
}

void filter_dispose(struct filter *filter)
{
	free(filter->words);
	*filter = (struct filter){0};
}
