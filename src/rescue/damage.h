/*
 * Whether a text is a whole .vmx, told from the text alone.
 *
 * Knows what crashes leave; knows nothing about other files.
 */
#ifndef GPUVIRT_RESCUE_DAMAGE_H
#define GPUVIRT_RESCUE_DAMAGE_H

#include <gpuvirt/rescue.h>

/*
 * The damage of VMX, never GV_DAMAGE_MISSING. Appends to WHY how it is told, printable; nothing
 * when there is none.
 */
enum gv_damage rescue_damage_of(const struct gv_vmx *vmx, struct gv_buf *why);

#endif
