/*
 * What a run that was killed left behind: recognise its temporary files, finish what can be
 * finished, remove the rest.
 *
 * Knows what each temporary file was for (base/temporary.h); removes nothing that could be the only
 * copy of somebody's text.
 */
#ifndef GPUVIRT_BASE_LEFTOVERS_H
#define GPUVIRT_BASE_LEFTOVERS_H

#include "base/temporary.h"

#include <gpuvirt/text.h>

/* What became of the leftovers of one or more folders. Zero-initialise. */
struct gv_leftovers {
	size_t removed;
	size_t restored;         /* became the backup that the killed run was about to make */
	size_t unclear;          /* left: they may hold a text that is nowhere else */
	char name[GV_TEMP_SIZE]; /* of the last one that is unclear */
};

/*
 * Looks through FOLDER for temporary files whose maker is dead, and adds to LEFTOVERS. A regular
 * file of this user's with a name that only gpuvirt makes is one, nothing else. Without any the
 * folder is only listed. The folder is held meanwhile. Fails when it cannot be read or held.
 */
enum gv_status gv_leftovers_clean(struct gv_leftovers *leftovers, const char *folder,
                                  struct gv_error *err);

#endif
