/*
 * The words and sizes of the model: settings as texts and back, paths compared, sizes bounded.
 *
 * Knows values; knows nothing about checks or steps.
 */
#ifndef GPUVIRT_GPUPV_MODEL_H
#define GPUVIRT_GPUPV_MODEL_H

#include <gpuvirt/gpupv.h>

#define GV_MIB (UINT64_C(1) << 20)
#define GV_GIB (UINT64_C(1) << 30)

/* Below it guests report code 43 (hyperv facts 1.5). */
#define GV_GPUPV_LEAST_HIGH (8 * GV_GIB)

/* The parameter is a UInt32, and tools go no higher (hyperv facts 1.5). */
#define GV_GPUPV_MOST_LOW (3584 * GV_MIB)

/* What one tool measured as Hyper-V's own limit (hyperv facts 1.5). */
#define GV_GPUPV_MOST_HIGH (262656 * GV_MIB)

/* Where Hyper-V lays the high space by default, as the driver documentation implies (1.5). */
#define GV_GPUPV_HIGH_BASE (64 * GV_GIB - 512 * GV_MIB)

/* Appends NUMBER as a value of SETTING reads for people: "on", "32G", "Disabled". */
void gv_gpupv_show_value(struct gv_buf *out, enum gv_gpupv_setting setting, struct gv_value value);

/* Appends NUMBER bytes in the largest unit that needs no fraction: "512M". */
void gv_gpupv_show_bytes(struct gv_buf *out, uint64_t number);

/*
 * Reads a size, such as 64G; K, M and G are powers of 1024. False, *OUT untouched, when it is none
 * or no whole number of MiB, in which Hyper-V keeps it.
 */
bool gv_gpupv_read_bytes(struct gv_span text, uint64_t *out);

/* The index of WORD, in any case, among those of SETTING; unknown when it is none of them. */
struct gv_value gv_gpupv_read_word(enum gv_gpupv_setting setting, const char *word);

/* True when both are known and the same. */
bool gv_gpupv_value_is(struct gv_value a, struct gv_value b);

/* True when both are paths of the same interface; NULL is the same as none. */
bool gv_gpupv_same_path(const char *a, const char *b);

/* True when TEXT is a GUID as Hyper-V writes them: 8-4-4-4-12 hex digits. */
bool gv_gpupv_is_guid(const char *text);

/* How much high MMIO space fits below the host's physical addresses, bytes; 0: none. */
uint64_t gv_gpupv_high_room(uint64_t address_bits);

#endif
