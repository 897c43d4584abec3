#include "rescue/damage.h"

#include "vmx/recognise.h"

/* Where the NUL bytes at the end begin; text.len: there are none. */
static size_t zeros_from(struct gv_span text)
{
	size_t at = text.len;
	while (at > 0 && text.at[at - 1] == '\0')
		at--;
	return at;
}

static bool is_blank(struct gv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != ' ' && text.at[i] != '\t' && text.at[i] != '\r' &&
		    text.at[i] != '\n')
			return false;
	}
	return true;
}

static void find_last(const struct gv_vmx *vmx, struct gv_line *last)
{
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line))
		*last = line;
}

/*
 * VMware ends every line and quotes every value (facts 4.1). A last line without an ending that
 * cannot be read, or has nothing behind its "=", was not written to its end.
 */
static bool ends_amid_line(const struct gv_vmx *vmx, struct gv_buf *why)
{
	struct gv_line last = {0};
	find_last(vmx, &last);
	bool open = last.number > 0 && last.text_end == gv_vmx_text(vmx).len;
	bool valueless = last.kind == GV_LINE_ENTRY && !last.quoted && last.value.len == 0;
	if (!open || (last.kind != GV_LINE_MALFORMED && !valueless))
		return false;
	gv_buf_format(why, "line %u, the last, breaks off", (unsigned)last.number);
	return true;
}

enum gv_damage rescue_damage_of(const struct gv_vmx *vmx, struct gv_buf *why)
{
	struct gv_span text = gv_vmx_text(vmx);
	size_t zeros = zeros_from(text);
	if (is_blank(text)) {
		gv_buf_text(why, text.len == 0 ? "it has no bytes" : "it has only blank lines");
		return GV_DAMAGE_EMPTY;
	}
	if (zeros == 0) {
		gv_buf_format(why, "all %zu bytes are NUL", text.len);
		return GV_DAMAGE_ZEROS;
	}
	if (gv_vmx_is_utf16(text))
		return GV_DAMAGE_NONE; /* damaged by nobody's crash */
	if (gv_vmx_is_binary(vmx)) {
		gv_buf_text(why, "it is binary");
		return GV_DAMAGE_GARBAGE;
	}
	if (zeros < text.len) {
		gv_buf_format(why, "its last %zu bytes are NUL", text.len - zeros);
		return GV_DAMAGE_CUT;
	}
	return ends_amid_line(vmx, why) ? GV_DAMAGE_CUT : GV_DAMAGE_NONE;
}
